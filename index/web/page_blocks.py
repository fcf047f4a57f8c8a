"""Every block of a page that is no navigation, read from its tree, with the place it leads to."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.parse.blocks import Block
from index.web.page_fragments import find_fragment, find_fragments
from index.web.page_furniture import clear_furniture, is_outside
from index.web.page_text import (
    HEADINGS,
    count_linked,
    has_blocks,
    is_inline,
    read_code,
    read_list,
    read_table,
    read_text,
)

_MAX_DEPTH = 120
_MAX_BLOCKS = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """A block and where it stands in the tree."""

    block: Block
    element: Any
    before: Any
    """Its text begins with this element's tail; None: with the text of `element`."""
    holder: Any
    """The innermost element that holds other blocks too."""
    linked: float
    """The share of its characters that are links."""
    outside: bool
    """It stands in a header, a footer or a form."""


def find_blocks(tree: Any) -> list[Found]:
    """Return the blocks of a parsed page in order; what is navigation is taken from the tree."""
    fragments = find_fragments(tree)
    clear_furniture(tree)
    reader = _Reader(fragments)
    body = tree.find("body")
    reader.walk(body, 0)
    return list(_place(reader.found, body))


def _place(found: Sequence[Found], body: Any) -> Iterator[Found]:
    """Yield the blocks with their holders."""
    held: Counter[Any] = Counter()
    paths = []
    for block in found:
        path = [block.element, *block.element.iterancestors()]
        paths.append(path)
        held.update(path)
    for block, path in zip(found, paths, strict=True):
        holder = next((element for element in path if held[element] > 1), body)
        yield replace(block, holder=holder)


@dataclass(slots=True)
class _Reader:
    """One pass over the tree."""

    fragments: dict[Any, str]
    found: list[Found] = field(default_factory=list)
    fragment: str = ""
    """Of the nearest heading above."""
    marker: str = ""
    """What goes before the next block, for it begins a list's item."""

    def walk(self, element: Any, depth: int) -> None:
        """Read what stands in an element: runs of text, and the blocks between them."""
        run: list[Any] = []
        before, text = None, element.text or ""
        for child in element:
            if is_inline(child) and not has_blocks(child):
                run.append(child)
                continue
            self._add_run(element, before, text, run)
            self._read(child, depth + 1)
            run, before, text = [], child, child.tail or ""
        self._add_run(element, before, text, run)

    def _read(self, element: Any, depth: int) -> None:
        tag = element.tag
        if len(self.found) >= _MAX_BLOCKS:
            return
        if tag in HEADINGS:
            heading = " ".join(read_text(element).split())
            if heading:
                self.fragment = self.fragments.get(element, "")
                self._add(element, Block(heading, int(tag[1]), fragment=self.fragment))
        elif tag == "pre":
            self._add(element, Block(read_code(element), code=True))
        elif tag == "table" and not any(has_blocks(cell, deep=True) for cell in element.iter("td")):
            text, header = read_table(element)
            cell = next(element.iter("td", "th", "caption"), element)
            self._add(element, Block(text, header=header), cell)
        elif tag in ("ul", "ol") and not has_blocks(element, deep=True):
            item = next((item for item in element.iter("li") if (item.text or "").strip()), None)
            item = next(element.iter("li"), element) if item is None else item
            self._add(element, Block(read_list(element)), item)
        elif tag in ("ul", "ol"):
            self._read_items(element, depth)
        elif tag == "dl":
            self._read_terms(element, depth)
        elif depth > _MAX_DEPTH or (tag in ("p", "dt", "summary") and not has_blocks(element)):
            self._add(element, Block(read_text(element)))
        else:
            self.walk(element, depth)

    def _read_items(self, element: Any, depth: int) -> None:
        """Read a list whose items are more than lines."""
        number = 0
        for item in element:
            if item.tag == "li":
                number += 1
                self.marker = f"{number}. " if element.tag == "ol" else "• "
            self.walk(item, depth + 1)
            self.marker = ""

    def _read_terms(self, element: Any, depth: int) -> None:
        """Read a list of terms; one that has an id leads to itself."""
        above = self.fragment
        for item in element:
            if item.tag == "dt":
                self.fragment = find_fragment(item) or above
                self._read(item, depth + 1)
            elif item.tag == "dd" and not has_blocks(item, deep=True):
                self._add(item, Block(read_text(item)))
            else:
                self.walk(item, depth + 1)
        self.fragment = above

    def _add_run(self, element: Any, before: Any, text: str, run: Sequence[Any]) -> None:
        """Add a run of text that stands in an element without a paragraph of its own."""
        if not text.strip() and not run:
            return
        parts = [" ".join(text.split("\n"))]
        for child in run:
            parts.append("\n" if child.tag == "br" else read_text(child))
            parts.append(" ".join((child.tail or "").split("\n")))
        lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
        linked = sum(count_linked(child) for child in run)
        self._append(element, before, Block("\n".join(filter(None, lines))), linked)

    def _add(self, element: Any, block: Block, marked: Any = None) -> None:
        marked = element if marked is None else marked
        self._append(marked, None, block, count_linked(element))

    def _append(self, element: Any, before: Any, block: Block, linked: int) -> None:
        if not block.text.strip():
            return
        block = replace(block, text=self.marker + block.text, fragment=self.fragment)
        self.marker = ""
        share = linked / len(block.text)
        self.found.append(Found(block, element, before, None, share, is_outside(element)))
