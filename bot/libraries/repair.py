"""A server's file after a fault → one with all rows that can be read, and the damaged one aside.

Nothing in it is made from anything else, so that no damage can be mended in its place.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.libraries.check import find_damage, read_rows
from bot.libraries.rows import COLUMNS, find_senseless
from bot.libraries.schema import BUSY_TIMEOUT_S, MEMORY
from index.aside import remove_file, set_aside
from index.database import Database
from index.errors import LibraryError, StoreDamaged

_HELD = {
    "preferences": "what admins chose (`/docs settings`)",
    "vote": "votes",
    "activity": "how much was asked",
    "citation": "how often documents were cited",
    "pace": "how long answers took",
    "indexed": "when documents were last indexed",
    "upload": "who added documents",
    "left_out": "who keeps their messages out (`/privacy show`)",
    "written": "whose messages documents are made from",
    "question": "kept questions",
    "departed": "when the bot left",
    "cited": "what answers cite",
    "waiting": "who waits for an answer",
    "digest": "which week's digest was posted",
    "confirmed": "questions whose passages admins confirmed (`/docs eval`)",
    "topic": "what admins called not theirs (`/docs gaps`)",
}
"""What each table holds, and where people choose it anew."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was read out of a damaged file."""

    rows: int
    lacking: tuple[str, ...]
    """The tables of which rows are lost."""


def repair_memory(path: Path) -> Iterator[str]:
    """Put a file with all that can be read in place of a damaged one; yield what was done.

    Raises StoreBusy where another process has it open, DiskFull and LibraryError; the file is as
    before then.
    """
    fresh = path.with_name(f"{path.name}.mended")
    if not path.exists():
        return
    saved = None
    try:
        with closing(Database(path, BUSY_TIMEOUT_S, MEMORY, alone=True)) as database:
            if fresh.exists():
                remove_file(fresh)
                yield f"{fresh.name}, which was half written, was removed."
            damages = find_damage(database)
            if not damages:
                return
            reason, saved = damages[0], _save_into(fresh, database)
    except StoreDamaged as error:
        reason = f"{error.__cause__ or error}."
    finally:
        if not saved:
            remove_file(fresh)
    aside = set_aside(path, fresh if saved else None)
    yield f"{path.name} is damaged beyond mending: {reason} It was set aside as {aside}."
    yield _tell_saved(saved or Saved(0, tuple(COLUMNS)))


def _save_into(path: Path, damaged: Database) -> Saved:
    """Copy every row that makes sense into a new file."""
    rows, lacking = 0, []
    with closing(Database(path, 0, MEMORY)) as new, new.transaction():
        for table, columns in COLUMNS.items():
            found = 0
            for numbered in read_rows(damaged, table):
                found += 1
                if numbered and not find_senseless(table, numbered[1]):
                    places = ", ".join("?" * len(columns))
                    new.write(f"INSERT OR IGNORE INTO {table} VALUES ({places})", *numbered[1])
            [(kept,)] = new.read(f"SELECT count(*) FROM {table}")
            rows += kept
            if kept < max(found, _count(damaged, table)):
                lacking.append(table)
    return Saved(rows, tuple(lacking))


def _count(damaged: Database, table: str) -> int:
    """How many rows there were, by the index over them if there is one; 0 where nothing tells."""
    try:
        [(number,)] = damaged.read(f"SELECT count(*) FROM {table}")
    except LibraryError:
        return 0
    return int(number)


def _tell_saved(saved: Saved) -> str:
    """What became of the rows, and how to get others back."""
    if not saved.lacking:
        return f"Read out of it, whole: {saved.rows:,} rows; all that were found."
    lost = "; ".join(_HELD[table] for table in saved.lacking)
    return (
        f"Read out of it, whole: {saved.rows:,} rows. Lost in part or whole: {lost}. To get it"
        " back: `footnote restore FILE` if you have a backup, or let people choose again."
    )
