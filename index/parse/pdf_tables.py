"""A PDF's tables: blank cells kept in their columns, and the rows that head them told apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.parse.pdf_lines import Line

BLANK = "–"
_VALUE = re.compile(
    r"\(?(?:[$€£¥]|[A-Z]{2,3}\$?)? ?[-+−–(]{0,2}"
    r"(?:\d(?:[\d.,']*\d)?|[—–-]) ?(?:%|pts|bps|x|ppt)?\)? ?%?(?: ?\(\w{1,2}\))?$"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\(\w\))?$")
_PERIOD = re.compile(r"[^\d]{0,30}(?:\d\d?,? )?(?:19|20)\d\d\b.{0,20}$|Q[1-4]\b|[1-4]Q|FY ?\d\d")
_MAX_HEADER = 8
"""Lines; what goes on longer without a value is a table of words."""
_MAX_LINES = 2_000
"""A table longer than this is taken as it is."""

Extent = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they are to be read; the first `headers` of them name the columns."""

    rows: tuple[str, ...]
    headers: int
    columns: tuple[Extent, ...]
    """Where each column of values begins and ends; empty where that is not sure."""
    extents: tuple[Extent, ...]
    """Where values stand, sure or not."""

    @property
    def header(self) -> tuple[str, ...]:
        return self.rows[: self.headers]

    def continues(self, other: "Table") -> bool:
        """Whether this table has no header and its values stand in the other's columns."""
        if self.headers or not 0 < len(self.extents) <= len(other.extents):
            return False
        places = [_place(extent, other.extents) for extent in self.extents]
        return None not in places and len(set(places)) == len(places)


def read_table(lines: Sequence[Line]) -> Table:
    """Return the rows of a table, blank cells before the last value of a row written `–`."""
    headers = _count_headers(lines)
    extents, columns = _find_columns(lines[headers:]) if len(lines) <= _MAX_LINES else ((), ())
    rows = [_fill_row(line, columns) for line in lines[headers:]]
    heads = _stack_heads(lines[:headers], columns)
    return Table((*heads, *rows), len(heads), columns, extents)


def split_at_headers(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of one table for each header that stands between values."""
    tables: list[list[Line]] = [[]]
    values = 0
    for line in lines:
        if values > 1 and _is_inner_head(line):
            heads: list[Line] = []
            while len(heads) < 3 and _is_indented(tables[-1][-1]):
                heads.insert(0, tables[-1].pop())
            tables.append(heads)
            values = 0
        values += _is_row(line)
        tables[-1].append(line)
    return tables


def is_value(cell: str) -> bool:
    """Say whether a cell holds a number, a sum or a dash, and no year."""
    return bool(_VALUE.match(cell)) and not _YEAR.match(cell)


def _is_row(line: Line) -> bool:
    return len(line.cells) > 1 and any(is_value(cell) for cell in line.cells[1:])


def _is_inner_head(line: Line) -> bool:
    first, *rest = line.cells
    if not rest or any(map(is_value, line.cells)):
        return False
    unlabelled = line.x0 > line.left + 0.25 * (line.right - line.left)
    return unlabelled or (all(map(_PERIOD.match, rest)) and first.endswith((",", ")", ":")))


def _is_indented(line: Line) -> bool:
    """Say whether a line's one cell stands over the columns."""
    far = line.x0 > line.left + 0.25 * (line.right - line.left)
    return far and not any(map(is_value, line.cells))


def _count_headers(lines: Sequence[Line]) -> int:
    """Return how many lines at the top name the columns."""
    count = next((i for i, line in enumerate(lines) if _is_row(line)), 0)
    # Labels right over the first row are rows of their own: "Assets".
    while count and len(lines[count - 1].cells) == 1 and not _is_indented(lines[count - 1]):
        count -= 1
    return count if count <= _MAX_HEADER else 0


def _find_columns(lines: Sequence[Line]) -> tuple[tuple[Extent, ...], tuple[Extent, ...]]:
    """Return where values stand, and that once more if it is sure that these are columns."""
    rows = [line for line in lines if _is_row(line)]
    values = sorted(
        spot
        for line in rows
        for cell, spot in zip(line.cells[1:], line.spots[1:], strict=True)
        if _VALUE.match(cell)
    )
    columns: list[list[float]] = []
    counts: list[int] = []
    for left, right in values:
        if columns and left < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
            counts[-1] += 1
        else:
            columns.append([left, right])
            counts.append(1)
    found = tuple((left, right) for left, right in columns)
    if len(columns) < 2 or min(counts) < 2:
        return found, ()
    # A value that reaches over two columns would have made them one.
    return found, found if all(_fit_cells(line, found) for line in rows) else ()


def _place(spot: Extent, columns: Sequence[Extent]) -> int | None:
    """Return the one column that the cell stands in."""
    here = [i for i, (left, right) in enumerate(columns) if spot[0] < right and left < spot[1]]
    return here[0] if len(here) == 1 else None


def _fit_cells(line: Line, columns: Sequence[Extent]) -> dict[int, str] | None:
    """Return a row's cells behind its label by their columns, or None where they don't fit."""
    fitted: dict[int, str] = {}
    for cell, spot in zip(line.cells[1:], line.spots[1:], strict=True):
        place = _place(spot, columns)
        if place is None or place in fitted:
            return None
        fitted[place] = cell
    return fitted


def _fill_row(line: Line, columns: Sequence[Extent]) -> str:
    fitted = _fit_cells(line, columns) if columns and len(line.cells) > 1 else None
    # Cells with nothing before them are not under the columns that they seem to be: no label.
    if not fitted or line.spots[0][1] > columns[0][0]:
        return line.text
    cells = (fitted.get(i, BLANK) for i in range(max(fitted) + 1))
    return " | ".join((line.cells[0], *cells))


def _stack_heads(lines: Sequence[Line], columns: Sequence[Extent]) -> list[str]:
    """Return the header's rows, those made one that write one name below the other."""
    if len(lines) < 2 or not columns:
        return [line.text for line in lines]
    borders = [(before[1] + after[0]) / 2 for before, after in pairwise(columns)]
    borders = [float("-inf"), *borders, float("inf")]
    rows: list[str] = []
    stack: list[tuple[Line, dict[int, str]]] = []
    for line in lines:
        names = _name_columns(line, columns, borders)
        if names is None:
            rows += _close_stack(stack, len(columns))
            stack = []
            rows.append(line.text)
        else:
            stack.append((line, names))
    return rows + _close_stack(stack, len(columns))


def _name_columns(
    line: Line, columns: Sequence[Extent], borders: Sequence[float]
) -> dict[int, str] | None:
    """Return a header line's cells by their columns, the label's at -1.

    None where a cell stands over several columns, or cells over few of them.
    """
    names: dict[int, str] = {}
    for cell, (left, right) in zip(line.cells, line.spots, strict=True):
        middle = (left + right) / 2
        at = next(i for i in range(len(columns)) if middle < borders[i + 1])
        if not names and right <= columns[0][0]:
            at = -1
        else:
            over = max(borders[at] - left, right - borders[at + 1])
            if at in names or over > 0.25 * (right - left):
                return None
        names[at] = cell
    return names if len(names) - (-1 in names) >= 0.6 * len(columns) else None


def _close_stack(stack: Sequence[tuple[Line, dict[int, str]]], width: int) -> list[str]:
    covered = {place for _, names in stack for place in names} - {-1}
    if len(stack) < 2 or len(covered) < width:
        return [line.text for line, _ in stack]
    cells = [
        " ".join(names[place] for _, names in stack if place in names) for place in range(-1, width)
    ]
    return [" | ".join(filter(None, cells))]
