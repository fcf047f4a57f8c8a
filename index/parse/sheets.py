"""A workbook → blocks, one heading a sheet.

Read with openpyxl, not markitdown, which goes through pandas: 3 comes out as 3.0, blank cells as
NaN, heads as Unnamed: 2, and long texts end in dots.
"""

import datetime
import io
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from index.errors import DocumentTooLarge
from index.parse.blocks import Block
from index.parse.limits import Limits, show_name
from index.parse.tables import format_table


def parse_xlsx(data: bytes, name: str, limits: Limits) -> tuple[list[Block], str]:
    """Return the sheets' tables and the title in the workbook's properties.

    Formulas show the value that was saved with them; hidden sheets are left out.
    """
    import openpyxl  # type: ignore[import-untyped]

    blocks: list[Block] = []
    left = limits.cells
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it leaves out: styles, charts
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                sheet.reset_dimensions()  # the declared ones can be a million rows too many
                rows: list[list[str]] = []
                for row in sheet.iter_rows():
                    left -= len(row) + 1
                    if left < 0:
                        raise DocumentTooLarge(
                            "{name} holds more than {most:,} cells. Split it into smaller"
                            " workbooks.",
                            name=show_name(name),
                            most=limits.cells,
                        )
                    rows.append([_show_cell(cell) for cell in row])
                tables = [Block(format_table(table)) for table in _split_tables(rows)]
                if tables:
                    blocks += [Block(sheet.title, 1), *tables]
            title = book.properties.title or ""
        finally:
            book.close()
    return blocks, title


def _split_tables(rows: Sequence[list[str]]) -> Iterator[list[list[str]]]:
    """Yield the tables of a sheet: blank rows part them, and a line alone stands for itself."""
    table: list[list[str]] = []
    for row in [*rows, []]:
        filled = sum(map(bool, row))
        alone = filled == 1 and not table
        if filled and not alone:
            table.append(row)
            continue
        if table:
            yield _trim(table)
            table = []
        if alone:
            yield [[cell for cell in row if cell]]


def _trim(table: Sequence[list[str]]) -> list[list[str]]:
    """Return the table without blank columns at its sides."""
    used = [i for row in table for i, cell in enumerate(row) if cell]
    first, last = min(used), max(used) + 1
    return [(row + [""] * (last - len(row)))[first:last] for row in table]


def _show_cell(cell: Any) -> str:
    """Return a cell as its reader sees it: 3 for 3.0, dates as ISO, per cent with a sign."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if "%" in str(cell.number_format):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return " ".join(str(value).split())
