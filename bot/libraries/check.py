"""A server's file → what is wrong with it, and the rows that can be read."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from bot.libraries.rows import COLUMNS, find_senseless
from index.database import Database
from index.errors import StoreDamaged

_MOST = (1 << 63) - 1
"""The greatest number that a row may have; ours begin at 1."""


def find_damage(database: Database) -> tuple[str, ...]:
    """Return what is wrong with the file, a sentence each; reads all of it.

    A number that turned into another has nothing to tell it by. Raises StoreBusy and others but
    StoreDamaged.
    """
    found = []
    try:
        said = [finding for (finding,) in database.read("PRAGMA integrity_check")]
        found += [f"SQLite finds: {finding}." for finding in said if finding != "ok"]
    except StoreDamaged as error:
        found.append(f"The file's structure: {error.__cause__ or error}.")
    for table in COLUMNS:
        for numbered in read_rows(database, table):
            if numbered is None:
                found.append(f"Rows of {table} cannot be read.")
            elif column := find_senseless(table, numbered[1]):
                found.append(f"Row {numbered[0]} of {table} has a {column} that makes no sense.")
    return tuple(found)


def read_rows(database: Database, table: str) -> Iterator[tuple[int, list[Any]] | None]:
    """The rows of a table that can be read, each behind its number; None for each gap in them.

    A damaged page hides no other. Raises StoreBusy and others but StoreDamaged.
    """
    columns = ", ".join(COLUMNS[table])
    start = 1
    try:
        [(pages,)] = database.read("PRAGMA page_count")
        there = {name for _, name, *_ in database.read(f"PRAGMA table_info({table})")}
    except StoreDamaged:
        pages, there = 0, set()
    if not there.issuperset(COLUMNS[table]):
        yield None
        return
    sql = f"SELECT rowid, {columns} FROM {table} WHERE rowid >= ? ORDER BY rowid"

    def read_next(number: int) -> list[tuple[Any, ...]] | None:
        """The first row from a number on; None where it cannot be read."""
        try:
            return database.read(f"{sql} LIMIT 1", number)
        except StoreDamaged:
            return None

    for _ in range(pages):  # each has one gap at most
        try:
            for number, *row in database.stream(sql, start):
                yield number, row
                start = max(start, number + 1)
            return
        except StoreDamaged:
            yield None
            for number, *row in read_next(start) or ():  # sqlite3, a row ahead, has dropped it
                yield number, row
                start = max(start, number + 1)
            start = _find_end_of_gap(lambda number: read_next(number) is not None, start)


def _find_end_of_gap(can_read: Callable[[int], bool], start: int) -> int:
    """The number from which rows can be read again."""

    def narrow(end: int) -> int:
        return start + bisect_left(range(start, end), True, key=can_read)

    end = narrow(_MOST)
    leap = 1
    while leap < end - start:  # there may be two damaged pages, and whole ones between them
        between = next(filter(can_read, (start + leap, end - leap)), None)
        if between is None:
            leap += leap // 8 + 1
        else:
            end, leap = narrow(between), 1
    return end
