"""The text of one block of a page: paragraphs, lists, tables, code."""

import re
from typing import Any

from index.parse.tables import format_table

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del"),
        *(
            "dfn",
            "em",
            "font",
            "i",
            "img",
            "ins",
            "kbd",
            "label",
            "mark",
            "math",
            "nobr",
            "picture",
        ),
        *("q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong"),
        *("sub", "sup", "time", "tt", "u", "var", "wbr"),
    )
)
_OF_LISTS = frozenset(("ul", "ol", "li", "p", "div"))
_OF_TABLES = frozenset(("tr", "td", "th", "tbody", "thead", "tfoot", "caption", "col", "colgroup"))
_MAX_SPAN = 100
_MAX_COLUMNS = 300
_SPACE = re.compile(r"\s+")


def is_inline(element: Any) -> bool:
    """Say whether an element stands within a line of text."""
    return element.tag in _INLINE


def has_blocks(element: Any, *, deep: bool = False) -> bool:
    """Say whether an element holds blocks; `deep` counts such alone that no line can show."""
    for child in element.iterdescendants():
        if child.tag not in _INLINE and not (deep and child.tag in _OF_LISTS):
            return True
    return False


def read_text(element: Any) -> str:
    """Return an element's text on one line for each hard break."""
    lines = _join(element, "").split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def read_code(element: Any) -> str:
    """Return an element's text as it is indented."""
    return _join(element, "\n", keep=True).strip("\n").rstrip()


def read_list(element: Any) -> str:
    """Return a list with each item on a line, a list in it indented under its item's mark."""
    return "\n".join(_list_lines(element, 0))


def read_table(element: Any) -> tuple[str, str]:
    """Return a table with each row on a line, and the lines that head its rows."""
    rows: list[list[str]] = []
    spans: dict[int, tuple[int, str]] = {}
    headed: bool | None = None
    for row in element.iter("tr"):
        cells: list[str] = []
        own = [cell for cell in row if cell.tag in ("td", "th")]
        for cell in own:
            if len(cells) >= _MAX_COLUMNS:
                break
            _fill_down(cells, spans)
            text = " ".join(read_text(cell).split())
            wide, tall = _read_span(cell, "colspan"), _read_span(cell, "rowspan")
            for i in range(wide):
                if tall > 1:
                    spans[len(cells)] = (tall - 1, text)
                cells.append(text if i == 0 else "")
        _fill_down(cells, spans)
        if any(cells):
            names = bool(own) and all(cell.tag == "th" for cell in own) and len(own) > 1
            if headed is None:
                headed = True if names or row.getparent().tag == "thead" else None
                headed = headed if headed else False if _is_keyed(own) else None
            rows.append(cells)
    text = format_table(rows, headed=headed)
    caption = next((read_text(found) for found in element.iter("caption")), "")
    caption = " ".join(caption.split())
    return (f"{caption}\n{text}" if caption else text), caption


def count_linked(element: Any) -> int:
    """Return how many of an element's characters are links."""
    links = [element] if element.tag == "a" else element.iter("a")
    return sum(len("".join(link.itertext()).strip()) for link in links)


def _is_keyed(cells: list[Any]) -> bool:
    return len(cells) == 2 and cells[0].tag == "th" and cells[1].tag == "td"


def _fill_down(cells: list[str], spans: dict[int, tuple[int, str]]) -> None:
    """Add the cells that reach down from the rows above."""
    while len(cells) < _MAX_COLUMNS and (here := spans.get(len(cells))) is not None:
        left, text = here
        if left > 1:
            spans[len(cells)] = (left - 1, text)
        else:
            del spans[len(cells)]
        cells.append(text)


def _read_span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return max(1, min(int(value), _MAX_SPAN)) if value.isascii() and value[:4].isdigit() else 1


def _list_lines(element: Any, depth: int) -> list[str]:
    lines: list[str] = []
    number = 0
    for item in element.iterchildren("li", "ul", "ol"):
        if item.tag != "li":
            lines += _list_lines(item, depth + 1) if depth < 20 else []
            continue
        number += 1
        mark = f"{number}. " if element.tag == "ol" else "• "
        inner = list(item.iter("ul", "ol")) if depth < 20 else []
        nested = [found for found in inner if _outer_item(found) is item]
        text = _join(item, "", without=frozenset(nested))
        text = " ".join(text.split())
        if text:
            lines.append(mark + text)
        for found in nested:
            lines += _list_lines(found, depth + 1)
    return lines


def _outer_item(element: Any) -> Any:
    """Return the list item that holds a list."""
    return next(element.iterancestors("li"), None)


def _join(
    element: Any, gap: str, *, keep: bool = False, without: frozenset[Any] = frozenset()
) -> str:
    """Return an element's text: breaks are newlines, blocks parted, white space kept or not."""
    from lxml import etree  # type: ignore[import-untyped]

    parts: list[str] = []

    def add(text: str | None) -> None:
        if text:
            parts.append(text if keep else _SPACE.sub(" ", text))

    def part() -> None:
        if not keep:
            parts.append(" ")
        elif parts and not parts[-1].endswith("\n"):
            parts.append(gap)

    walker = etree.iterwalk(element, events=("start", "end"))
    for event, found in walker:
        block = found is not element and found.tag not in _INLINE
        if event == "start":
            if found in without:
                walker.skip_subtree()
                parts.append(" ")
                continue
            if block:
                part()
            parts.extend("\n" if found.tag == "br" else "")
            add(found.text)
        else:
            if block:
                part()
            if found is not element:
                add(found.tail)
    return "".join(parts)
