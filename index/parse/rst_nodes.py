"""What docutils' nodes say: the words of a paragraph, the items of a list, the rows of a table."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from docutils import nodes

from index.parse.tables import format_table

DROPPED = frozenset({"comment", "target", "substitution_definition", "pending", "raw", "meta"})
DROPPED |= {"image", "transition", "decoration", "label", "colspec", "generated"}
"""Nodes that say nothing to a reader."""

_DANGLING = re.compile(r"`?([^`<]*[^`<_\s])(?:\s*<[^>]*>)?`?_{1,2}|\|([^|]+)\|_{0,2}")
_MAX_REPEATED = 200
"""Characters of a cell that spans rows, or a large one made all the rows large."""


def read_inline(node: nodes.Node) -> Iterator[str]:
    """Yield the words of a paragraph as a reader sees them."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif isinstance(child, nodes.footnote_reference | nodes.citation_reference):
            yield f"[{child.astext()}]"
        elif isinstance(child, nodes.problematic):
            dangling = _DANGLING.fullmatch(child.astext())
            yield (dangling[1] or dangling[2]) if dangling else child.astext()
        elif child.tagname not in ("image", "raw", "system_message"):
            yield from read_inline(child)


def is_tight(node: nodes.Element) -> bool:
    """Say whether each item is one paragraph, with lists of such items below it at most."""
    return all(
        isinstance(child, nodes.paragraph)
        if i == 0
        else isinstance(child, nodes.bullet_list | nodes.enumerated_list) and is_tight(child)
        for item in node.children
        for i, child in enumerate(_seen(item.children))
    )


def _seen(children: Sequence[nodes.Node]) -> Iterable[nodes.Node]:
    return (child for child in children if child.tagname not in DROPPED)


def mark_items(node: nodes.Element) -> Iterator[tuple[str, nodes.Element]]:
    if isinstance(node, nodes.bullet_list):
        yield from (("• ", item) for item in node.children)
        return
    kind, start = node.get("enumtype", "arabic"), node.get("start", 1)
    for number, item in enumerate(node.children, start):
        letter = chr(ord("a") + number - 1) if number <= 26 else str(number)
        shown = {"loweralpha": letter, "upperalpha": letter.upper()}.get(kind, str(number))
        yield f"{shown}. ", item


def read_group(group: nodes.Element, read_cell: Callable[[nodes.Element], str]) -> str:
    """Return a table's rows as lines that name their columns; `read_cell` reads a cell."""
    heads: list[list[str]] = []
    rows: list[list[str]] = []
    for part in group.children:
        if isinstance(part, nodes.thead):
            heads = _read_rows(part, read_cell)
        elif isinstance(part, nodes.tbody):
            rows = _read_rows(part, read_cell)
    if not heads:
        return format_table(rows)
    columns = zip_longest(*heads, fillvalue="")
    names = [" ".join(dict.fromkeys(filter(None, column))) for column in columns]
    return format_table([names, *rows], headed=True)


def _read_rows(part: nodes.Element, read_cell: Callable[[nodes.Element], str]) -> list[list[str]]:
    """Return the cells' text, what spans rows in each of them, what spans columns once."""
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    """By column: in how many rows more a cell from above goes on."""
    for row in part.children:
        cells: list[str] = []
        entries = list(row.children)
        while entries or len(cells) in hanging:
            column = len(cells)
            if column in hanging:
                left, text = hanging.pop(column)
                cells.append(text)
                if left > 1:
                    hanging[column] = (left - 1, text)
                continue
            entry = entries.pop(0)
            text = read_cell(entry)
            texts = [text, *[""] * entry.get("morecols", 0)]
            if more := entry.get("morerows", 0):
                kept = text if len(text) <= _MAX_REPEATED else ""
                hanging |= {column + i: (more, "" if i else kept) for i in range(len(texts))}
            cells += texts
        rows.append(cells)
    return rows
