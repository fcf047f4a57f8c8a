"""Markdown → blocks of plain text, through markdown-it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.parse.blocks import Block, rejoin_paragraphs
from index.parse.clean import find_words, join_lines
from index.parse.tables import format_table

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BARE_BRACKET = re.compile(r"(?<!\\)\[")
_MAX_OPEN = 500


def split_front_matter(text: str) -> tuple[str, str]:
    """Return the title that YAML front matter names ("" for none), and the text after it."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return "", text
    title = _TITLE.search(found[1])
    return title[1].strip("\"'") if title else "", text[found.end() :]


def parse_markdown(
    text: str,
    *,
    page: int | None = None,
    keep_breaks: bool = False,
    read_html: Callable[[str], str] | None = None,
    first_line: int | None = None,
) -> list[Block]:
    """Return the blocks of a Markdown text.

    `keep_breaks` takes each line's end for a border, as slides mean it. `read_html` turns HTML
    blocks into Markdown; without it, tags are taken for text, as converters write them that
    don't escape. `first_line` is where the text begins in the source; None if that is not written
    in Markdown, and its lines say nothing.
    """
    parser = MarkdownIt("commonmark", {"html": read_html is not None, "maxNesting": 100})
    parser.enable(["table", "strikethrough"])
    words = find_words(text)
    tokens = parser.parse(_close_brackets(text))
    walker = _Walker(tokens, page, keep_breaks, words, read_html, first_line)
    return rejoin_paragraphs(list(walker.walk()))


def _close_brackets(text: str) -> str:
    """Return the text with the brackets escaped in paragraphs that open far more than they close.

    Each open bracket sends the parser to the paragraph's end: squared time, and no link there.
    """
    if text.count("[") < _MAX_OPEN:
        return text
    return "\n\n".join(
        _BARE_BRACKET.sub(r"\\[", part) if part.count("[") > part.count("]") + _MAX_OPEN else part
        for part in text.split("\n\n")
    )


class _Walker:
    """One pass over the flat list of tokens."""

    def __init__(
        self,
        tokens: Sequence[Token],
        page: int | None,
        keep_breaks: bool,
        words: frozenset[str],
        read_html: Callable[[str], str] | None,
        first_line: int | None,
    ) -> None:
        self.tokens = tokens
        self.page = page
        self.keep_breaks = keep_breaks
        self.words = words
        self.read_html = read_html
        self.first_line = first_line
        self.lists: list[int | None] = []
        """The open lists, outermost first: the next number, None for a bullet."""
        self.marker = ""
        """What goes before the next line, for it begins a list's item."""
        self.items: list[str] = []
        """The lines of the open tight list."""
        self.items_line: int | None = None

    def walk(self) -> Iterator[Block]:
        rows: list[list[str]] = []
        level = 0
        table_line = None
        for token in self.tokens:
            kind = token.type
            if kind in ("bullet_list_open", "ordered_list_open"):
                start = token.attrGet("start")
                self.lists.append(None if kind[0] == "b" else 1 if start is None else int(start))
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
                if not self.lists:
                    yield from self._flush()
            elif kind == "list_item_open":
                number = self.lists[-1]
                self.marker = "• " if number is None else f"{number}. "
                self.lists[-1] = None if number is None else number + 1
            elif kind == "heading_open":
                level = int(token.tag[1])
            elif kind == "heading_close":
                level = 0
            elif kind == "paragraph_open" and not token.hidden:
                yield from self._flush()
            elif kind == "table_open":
                table_line = self._line_of(token)
            elif kind == "tr_open":
                rows.append([])
            elif kind == "table_close":
                yield from self._flush()
                yield replace(self._make_table(rows), line=table_line)
                rows = []
            elif kind == "inline":
                text = self._read_inline(token.children or [])
                if token.level and rows:
                    rows[-1].append(text)
                elif level:
                    yield from self._flush()
                    joined = " ".join(text.split())
                    yield Block(joined, level, self.page, line=self._line_of(token))
                elif self.lists:
                    if not self.items:
                        self.items_line = self._line_of(token)
                    self.items.append(self.marker + text)
                    self.marker = ""
                else:
                    yield Block(text, page=self.page, line=self._line_of(token))
            elif kind in ("fence", "code_block"):
                yield from self._flush()
                line = self._line_of(token)
                if line and kind == "fence":
                    line += 1
                yield Block(token.content, page=self.page, code=True, line=line)
            elif kind == "html_block" and self.read_html:
                yield from self._flush()
                line = self._line_of(token)
                for block in parse_markdown(self.read_html(token.content), page=self.page):
                    yield replace(block, line=line)

    def _flush(self) -> Iterator[Block]:
        if self.items:
            yield Block("\n".join(self.items), page=self.page, line=self.items_line)
        self.items = []

    def _line_of(self, token: Token) -> int | None:
        """Return the source's line where the token begins, if there is one."""
        if self.first_line is None or not token.map:
            return None
        return self.first_line + token.map[0]

    def _make_table(self, rows: Sequence[Sequence[str]]) -> Block:
        if not any(rows[0]):  # the source had no head, and Markdown cannot do without
            return Block(format_table(rows[1:]), page=self.page)
        return Block(format_table(rows, headed=True), page=self.page)

    def _read_inline(self, tokens: Sequence[Token]) -> str:
        """Return the words of a paragraph; a hard break is a line's end, a soft one a space."""
        lines = [[""]]
        for token in tokens:
            hard = token.type == "hardbreak" or (
                token.type == "html_inline" and bool(_BREAK_TAG.match(token.content))
            )
            if hard or (token.type == "softbreak" and self.keep_breaks):
                lines.append([""])
            elif token.type == "softbreak":
                lines[-1].append("")
            elif token.type in ("text", "code_inline", "text_special"):
                lines[-1][-1] += token.content
        return "\n".join(join_lines(line, self.words) for line in lines)
