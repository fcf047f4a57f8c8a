"""The lines of an AsciiDoc table → its rows of cells."""

import csv
import io
import re
from dataclasses import dataclass

_SPEC = re.compile(
    r"(?:^|(?<=\s))(?:(\d{1,3})\*|(\d{1,3})?(?:\.(\d{1,3}))?\+)?(?:\.?[<^>]){0,2}[aehlmdsv]?$"
)
_SPEC_CHARS = 16
_COLUMNS = re.compile(r'cols\s*=\s*(?:"([^"]*)"|([\w*]+))')
_MAX_COLUMNS = 1_000
_MAX_CELLS = 100_000
"""That a few characters may stand for: a cell can be had many times over."""
_MAX_REPEATED = 200


@dataclass(slots=True)
class Cell:
    """A cell as it is written."""

    lines: list[str]
    columns: int
    rows: int


def read_table(lines: list[str], style: str, mark: str) -> tuple[list[list[str]], bool]:
    """Return the rows of a table, as they stand in the source, and whether the first names columns.

    `style` is what its attribute list says, `mark` the first character of its delimiter.
    """
    kind = {",": "csv", ":": "dsv"}.get(mark, "")
    for name in ("csv", "dsv", "tsv"):
        if re.search(rf"format\s*=\s*\"?{name}", style):
            kind = name
    if kind:
        separator = {"csv": ",", "dsv": ":", "tsv": "\t"}[kind]
        try:
            rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
        except csv.Error:
            rows = [line.split(separator) for line in lines]
        return [row for row in rows if row], _is_headed(style, lines)
    cells, first_line = _split_cells(lines)
    width = _count_columns(style) or first_line or 1
    return _arrange(cells, width), _is_headed(style, lines)


def _is_headed(style: str, lines: list[str]) -> bool:
    """Say whether the first row is a head: it is called one, or a blank line parts it alone."""
    if "noheader" in style:
        return False
    if re.search(r"%[\w%]*header|options?\s*=\s*\"?[\w,% ]*header", style):
        return True
    return len(lines) > 2 and bool(lines[0].strip()) and not lines[1].strip()


def _count_columns(style: str) -> int:
    """Return how many columns an attribute list names, 0 for none."""
    found = _COLUMNS.search(style)
    named = (found[1] or found[2] or "") if found else ""
    count = 0
    for part in re.split("[,;]", named) if named else ():
        times, star, _ = part.strip().partition("*")
        count += int(times) if star and times.isdigit() and len(times) < 4 else 1
    return min(count, _MAX_COLUMNS)


def _split_cells(lines: list[str]) -> tuple[list[Cell], int]:
    """Return the cells, and how many columns those of the first line take."""
    cells: list[Cell] = []
    width = 0
    for line in lines:
        start, spec = 0, (1, 1, 1)
        place = _find_bar(line, 0)
        while True:
            text, following = line[start : len(line) if place < 0 else place], (1, 1, 1)
            if place >= 0:
                tail = _SPEC.search(text[-_SPEC_CHARS:])
                if tail and tail[0]:
                    text = text[: len(text) - len(tail[0])]
                    following = (int(tail[1] or 1), int(tail[2] or 1), int(tail[3] or 1))
            text = text.replace("\\|", "|").strip()
            if start:
                times, columns, rows = spec if len(cells) < _MAX_CELLS else (1, 1, 1)
                cells += [Cell([text], columns, rows) for _ in range(times)]
            elif cells and text:
                cells[-1].lines.append(text)
            if place < 0:
                break
            start, spec = place + 1, following
            place = _find_bar(line, start)
        if not width:
            width = min(sum(cell.columns for cell in cells), _MAX_COLUMNS)
    return cells, width


def _find_bar(line: str, start: int) -> int:
    place = line.find("|", start)
    while place > 0 and line[place - 1] == "\\":
        place = line.find("|", place + 1)
    return place


def _arrange(cells: list[Cell], width: int) -> list[list[str]]:
    """Return the cells as rows; what spans rows stands in each, what spans columns once."""
    rows: list[list[str]] = []
    row: list[str] = []
    above: dict[int, tuple[int, str]] = {}
    """By column: a cell of an earlier row, and in how many rows it goes on from this one."""
    below: dict[int, tuple[int, str]] = {}
    """The same from the next row on."""
    room = _MAX_CELLS

    def take() -> None:
        while (column := len(row)) in above:
            more, text = above.pop(column)
            row.append(text)
            if more > 1:
                below[column] = (more - 1, text)

    for cell in cells:
        if not row:
            room -= len(above)
            if len(above) >= width or room < 0:
                above.clear()
        take()
        text = "\n".join(cell.lines)
        texts = [text, *[""] * min(cell.columns - 1, width, max(room, 0))]
        room -= len(texts) - 1
        if cell.rows > 1:
            kept = text if len(text) <= _MAX_REPEATED else ""
            for i in range(len(texts)):
                below[len(row) + i] = (cell.rows - 1, "" if i else kept)
        row += texts
        take()
        if len(row) >= width:
            rows.append(row)
            row, above, below = [], below, {}
    return [*rows, row] if row else rows
