"""reStructuredText → blocks, through docutils, which is kept from every file and address."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Parser

from index.parse.blocks import Block
from index.parse.clean import find_words, join_lines
from index.parse.plain import parse_plain
from index.parse.rst_markup import make_inliner, prepare_directives
from index.parse.rst_nodes import DROPPED, is_tight, mark_items, read_group, read_inline

_MAX_LINE = 10_000
_MAX_PARAGRAPH = 50_000
"""docutils takes squared time on paragraphs; one that is longer has no markup worth it."""
_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 5,
    "report_level": 5,
    "warning_stream": False,
    "traceback": True,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "sectsubtitle_xform": False,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": _MAX_LINE,
    "language_code": "en",
}
# Lines end for docutils where they do not for anybody who counts them, and it escapes by NUL.
_NO_BREAKS = dict.fromkeys((0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029), " ") | {0: ""}
_SETTINGS_FIELDS = frozenset({"orphan", "tocdepth", "nocomments", "nosearch", "no-search"})
_RULE = re.compile(r"([^\w\s])\1+$")
_OPTION_LINE = re.compile(r"\s*:[\w -]+:")


def parse_rst(text: str) -> tuple[list[Block], str]:
    """Return the blocks of a reStructuredText, and the title that it gives itself, "" for none.

    What nests deeper than docutils can follow is read as plain text.
    """
    text = text.translate(_NO_BREAKS)
    if max(map(len, text.split("\n"))) > _MAX_LINE or (
        max(map(len, text.split("\n\n"))) > _MAX_PARAGRAPH
    ):
        return parse_plain(text, 1), ""
    prepare_directives(text)
    try:
        tree = publish_doctree(
            text, parser=Parser(inliner=make_inliner()), settings_overrides=_SETTINGS
        )
        walker = _Walker(text)
        walker.walk(tree, 0)
    except RecursionError:
        return parse_plain(text, 1), ""
    return walker.blocks, walker.title or tree.get("title", "")


class _Walker:
    """One pass over docutils' tree."""

    def __init__(self, text: str) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self.words = find_words(text)
        self.places: dict[str, list[int]] = {}
        """The lines on which a text stands alone: sections' titles don't know theirs."""
        for number, line in enumerate(text.split("\n"), 1):
            self.places.setdefault(line.strip(), []).append(number)
        self.prefix = ""
        """What goes before the next paragraph: a list's marker, a term, a label."""
        self.prefix_line: int | None = None

    def walk(self, node: nodes.Node, depth: int) -> None:
        kind = node.tagname
        if kind in DROPPED:
            return
        special = getattr(self, f"_walk_{kind}", None)
        if special:
            special(node, depth)
        elif isinstance(node, nodes.Admonition) and kind != "system_message":
            if kind != "admonition":  # which is called by its own title
                self._prefix(f"{kind.capitalize()}: ", node)
            self._walk_children(node, depth)
        elif isinstance(node, nodes.literal_block | nodes.doctest_block):
            self._add(node.astext(), node, code=True)
        elif isinstance(node, nodes.TextElement):
            self._add(self._read(node), node)
        else:
            self._walk_children(node, depth)

    def _walk_children(self, node: nodes.Element, depth: int) -> None:
        for child in node.children:
            self.walk(child, depth)

    def _walk_section(self, node: nodes.Element, depth: int) -> None:
        self._walk_children(node, depth + 1)

    def _walk_title(self, node: nodes.Element, depth: int) -> None:
        text = " ".join(self._read(node).split())
        if isinstance(node.parent, nodes.section):
            self._add(text, node, level=depth)
        elif isinstance(node.parent, nodes.admonition):
            self._prefix(f"{text.rstrip(' :')}: ", node)
        else:
            self._add(text, node)

    def _walk_topic(self, node: nodes.Element, depth: int) -> None:
        if "contents" not in node.get("classes", ()):
            self._walk_children(node, depth)

    def _walk_bullet_list(self, node: nodes.Element, depth: int) -> None:
        self._walk_list(node, depth)

    def _walk_enumerated_list(self, node: nodes.Element, depth: int) -> None:
        self._walk_list(node, depth)

    def _walk_list(self, node: nodes.Element, depth: int) -> None:
        if is_tight(node):
            self._add("\n".join(self._list_lines(node)), node)
            return
        for marker, item in mark_items(node):
            self._prefix(marker, item)
            self._walk_children(item, depth)
            self.prefix = ""

    def _list_lines(self, node: nodes.Element) -> Iterator[str]:
        for marker, item in mark_items(node):
            for child in item.children:
                if isinstance(child, nodes.paragraph):
                    yield marker + self._read(child)
                elif isinstance(child, nodes.bullet_list | nodes.enumerated_list):
                    yield from self._list_lines(child)

    def _walk_definition_list_item(self, node: nodes.Element, depth: int) -> None:
        terms = [self._read(child) for child in node.children if isinstance(child, nodes.term)]
        self._prefix(f"{', '.join(terms).rstrip(' :')}: ", node)
        for child in node.children:
            if isinstance(child, nodes.definition):
                self._walk_children(child, depth)
        self._flush(node)

    def _walk_option_list_item(self, node: nodes.Element, depth: int) -> None:
        group, description = node.children
        self._prefix(f"{group.astext()}: ", node)
        self._walk_children(description, depth)
        self._flush(node)

    def _walk_field_list(self, node: nodes.Element, depth: int) -> None:
        heads = not any(not block.level for block in self.blocks)
        lines = []
        for field in node.children:
            name, body = self._read(field.children[0]), self._read_all(field.children[1])
            if heads and name.lower() == "title" and not self.title:
                self.title = body
            elif not (heads and name.lower() in _SETTINGS_FIELDS):
                lines.append(f"{name}: {body}" if body else name)
        self._add("\n".join(lines), node)

    def _walk_footnote(self, node: nodes.Element, depth: int) -> None:
        self._prefix(f"[{node.children[0].astext()}] " if node.children else "", node)
        self._walk_children(node, depth)
        self.prefix = ""

    _walk_citation = _walk_footnote

    def _walk_line_block(self, node: nodes.Element, depth: int) -> None:
        self._add("\n".join(self._read(line) for line in node.findall(nodes.line)), node)

    def _walk_attribution(self, node: nodes.Element, depth: int) -> None:
        self._add(f"— {self._read(node)}", node)

    def _walk_table(self, node: nodes.Element, depth: int) -> None:
        caption = ""
        for child in node.children:
            if isinstance(child, nodes.title):
                caption = " ".join(self._read(child).split())
                self._add(caption, node)
        for group in node.children:
            if isinstance(group, nodes.tgroup):
                self._add(read_group(group, self._read_all), node, header=caption)

    def _walk_system_message(self, node: nodes.Element, depth: int) -> None:
        """Save what an error of the source would swallow."""
        if node.get("level", 0) < 3:
            return
        for child in node.children:
            if isinstance(child, nodes.literal_block):
                lines = [
                    line for line in child.astext().split("\n") if not _RULE.match(line.strip())
                ]
                directive = bool(lines) and lines[0].lstrip().startswith(".. ")
                if directive:
                    lines = [line for line in lines[1:] if not _OPTION_LINE.match(line)]
                titled = not directive and len(lines) == 1
                self._add("\n".join(lines), child, level=depth + 1 if titled else 0)

    def _read_all(self, node: nodes.Element) -> str:
        """Return all that stands below a node, on one line."""
        inner = _Walker("")
        inner.words = self.words
        inner._walk_children(node, 0)
        return " ".join(" ".join(block.text.split()) for block in inner.blocks)

    def _read(self, node: nodes.Element) -> str:
        return join_lines("".join(read_inline(node)).split("\n"), self.words)

    def _prefix(self, text: str, node: nodes.Element) -> None:
        if not self.prefix:
            self.prefix_line = self._find_line(node)
        self.prefix += text

    def _flush(self, node: nodes.Element) -> None:
        """Add what was to go before a paragraph, where none has come."""
        if self.prefix:
            self._add(self.prefix.rstrip(" :"), node, prefixed=False)
        self.prefix = ""

    def _add(
        self,
        text: str,
        node: nodes.Element,
        *,
        level: int = 0,
        code: bool = False,
        header: str = "",
        prefixed: bool = True,
    ) -> None:
        line = self._find_line(node)
        if self.prefix and prefixed:
            if code or level:
                self._flush(node)
            else:
                text, line, self.prefix = self.prefix + text, self.prefix_line or line, ""
        if text.strip():
            self.blocks.append(Block(text, level, code=code, header=header, line=line))

    def _find_line(self, node: nodes.Element) -> int | None:
        """Return the line where a node begins, as near as it is known."""
        line: int | None = node.line
        if line is None:
            below = (child.line for child in node.findall(nodes.Element) if child.line is not None)
            line = next(below, None)
        elif isinstance(node, nodes.title):  # it has the line of its rule, or of what follows
            places = self.places.get(node.rawsource.partition("\n")[0].strip(), [])
            before = bisect_right(places, line)
            line = places[before - 1] if before else line
        return line
