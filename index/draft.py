"""A copy of a library's index that is changed in its place, and takes that place or is dropped.

It stands in a folder of its own below the library's. A process that dies leaves the library as it
was, or as the copy is: what is left of the copy then is dropped by `settle_draft`, unless it was
held, to wait for somebody's word.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.backup import BUSY_TIMEOUT_S
from index.database import Database
from index.keep import write_file
from index.private import make_folder
from index.refusals import explained
from index.workspace import require_room, sync_folder

FOLDER = "draft"
_STORE, _MARK = "library.db", "held"

# What else there is of passages is told by the library's generation.
_TABLES = """SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'passage%'
    AND name NOT LIKE 'sqlite_%' AND name NOT IN ('document_text', 'note', 'past', 'removed')
    ORDER BY name"""
_PASSING = ("seal", "looked", "failure")
"""Columns that may differ: how the last look went."""


class Draft:
    """A copy of a library's index; `folder` is where the copy stands, `id` its own."""

    def __init__(self, library: Path, id: str, copied: str) -> None:
        self.folder = library / FOLDER
        self.id = id
        self._library = library
        self._copied = copied
        """The state of the library when it was copied."""

    def hold(self) -> None:
        """Let the copy, which nobody has open, wait until it is promoted or dropped."""
        with explained(self.folder):
            with (self.folder / _STORE).open("rb") as store:
                os.fsync(store.fileno())
            sync_folder(self.folder)
            write_file(self.folder / _MARK, f"{self.id} {self._copied}".encode())

    def is_stale(self) -> bool:
        """Whether the library has changed since it was copied."""
        with closing(Database(self._library / _STORE, BUSY_TIMEOUT_S)) as library:
            return _name_state(library) != self._copied

    def promote(self) -> bool:
        """Whether the library is what the copy was from now on; not where the copy is stale.

        Whoever has the library open reads on, and then what it is now. The copy, which nobody may
        have open, is gone. Raises StoreBusy, DiskFull and LibraryError; nothing has changed then.
        """
        if self.is_stale():
            return False
        with (
            closing(Database(self.folder / _STORE, BUSY_TIMEOUT_S)) as copy,
            closing(Database(self._library / _STORE, BUSY_TIMEOUT_S)) as library,
        ):
            copy.replace(library)
        drop_draft(self._library)
        return True


@contextmanager
def copy_library(library: Path) -> Iterator[Draft]:
    """A copy to change, which is gone afterwards unless it is held; one that waited is dropped.

    Raises DiskFull where there is no room for it and for putting it to use, and LibraryError.
    """
    drop_draft(library)
    path = library / FOLDER / _STORE
    try:
        with closing(Database(library / _STORE, BUSY_TIMEOUT_S)) as original:
            with explained(path):
                require_room(path, 2 * _measure(library / _STORE))
                make_folder(path.parent)
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            original.copy(path)
        with closing(Database(path, BUSY_TIMEOUT_S)) as copy:
            state = _name_state(copy)
        yield Draft(library, secrets.token_hex(8), state)
    finally:
        if find_draft(library) is None:
            drop_draft(library)


def find_draft(library: Path) -> Draft | None:
    """The copy that waits, if one does. Raises LibraryError."""
    mark = library / FOLDER / _MARK
    with explained(mark):
        if not mark.exists():
            return None
        id, _, copied = mark.read_text("ascii", "replace").partition(" ")
    return Draft(library, id, copied)


def drop_draft(library: Path) -> None:
    """Remove the copy, whether it waits or not. Raises LibraryError."""
    folder = library / FOLDER
    with explained(folder):
        (folder / _MARK).unlink(missing_ok=True)  # first: half a copy does not wait
        if folder.exists():
            shutil.rmtree(folder)


def settle_draft(library: Path) -> bool:
    """Whether a copy was dropped: one that is stale, or that a process has left which died.

    Nobody may be changing the library. Raises LibraryError.
    """
    if not (library / FOLDER).exists():
        return False
    draft = find_draft(library)
    if draft and not draft.is_stale():
        return False
    drop_draft(library)
    return True


def _name_state(database: Database) -> str:
    """A name for all that a library holds: another once anything in it has changed."""
    state = hashlib.sha256()
    with database.snapshot():
        for (table,) in database.read(_TABLES):
            sql = "SELECT name FROM pragma_table_info(?)"
            names = [name for (name,) in database.read(sql, table) if name not in _PASSING]
            columns = ", ".join(names)
            for row in database.stream(f"SELECT {columns} FROM {table} ORDER BY {columns}"):
                state.update(ascii((table, *row)).encode())
    return state.hexdigest()


def _measure(path: Path) -> int:
    """How many bytes a store takes, with what is not yet written to its file itself."""
    log = path.with_name(f"{path.name}-wal")
    return sum(file.stat().st_size for file in (path, log) if file.exists())
