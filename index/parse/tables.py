"""Rows of cells → lines that can be read one by one."""

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[-+(]?[$€£]? ?\d[\d.,' ]*[)%]?(?: ?[€%])?$|\d{4}-\d\d-\d\d|[—–-]$")
_YEAR = re.compile(r"(?:19|20)\d\d$")


def format_table(rows: Sequence[Sequence[str]], *, headed: bool | None = None) -> str:
    """Return a table with each row on a line: `Header: value | Header: value`.

    Blank cells and rows are left out. `headed` says whether the first row names the columns; None
    leaves it to what stands there: names over values. Two columns without such a row read as
    `key: value`, more have bare cells parted by ` | `.
    """
    clean = [[" ".join(cell.split()) for cell in row] for row in rows]
    clean = [row for row in clean if any(row)]
    if not clean:
        return ""
    if headed and len(clean) == 1:
        return " | ".join(filter(None, clean[0]))
    if headed is None:
        headed = looks_headed(clean)
    if headed:
        names = [name.rstrip(" :") for name in clean[0]]
        return "\n".join(_name_cells(names, row) for row in clean[1:])
    if max(len(row) for row in clean) == 2:
        return "\n".join(_pair_cells(row) for row in clean)
    return "\n".join(" | ".join(filter(None, row)) for row in clean)


def looks_headed(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row names the columns of those below."""
    first, *rest = rows
    width = max(len(row) for row in rows)
    if not rest or len(first) < width or width < 2:
        return False
    names = [name for name in first[1:] if name]
    if len(names) < width - 1 or len(set(first)) < width or any(map(_is_value, first)):
        return False
    if width > 2:
        return True
    return sum(_is_value(cell) for row in rest for cell in row[1:]) * 2 > len(rest)


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.match(cell)) and not _YEAR.match(cell)


def _name_cells(names: Sequence[str], row: Sequence[str]) -> str:
    padded = [*names, *[""] * (len(row) - len(names))]
    return " | ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(padded, row, strict=False) if cell
    )


def _pair_cells(row: Sequence[str]) -> str:
    key, *rest = [cell for cell in row if cell]
    return f"{key.rstrip(' :')}: {rest[0]}" if rest else key
