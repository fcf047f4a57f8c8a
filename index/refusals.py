"""What SQLite and the system say of a library's file → the LibraryError that it means."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DiskFull, LibraryError, StoreBusy, StoreDamaged


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise what goes wrong with the file inside as the LibraryError that it means."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise _explain(path, error) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes what is no longer text
        raise name_damage(path, error) from error


def name_damage(path: Path, reason: object) -> StoreDamaged:
    """Return the error that says how to go on after damage."""
    return StoreDamaged(
        f"{path} is damaged ({reason}). Stop Footnote and run `footnote doctor --repair`: it mends"
        " what it can, and sets the rest aside."
    )


def name_writer(path: Path) -> StoreBusy:
    """Return the error that says that another process writes."""
    return StoreBusy(f"Another Footnote is writing to {path}. Try again when it has finished.")


def explain_refusal(path: Path, error: OSError) -> LibraryError:
    """Return what it means that the system refuses to read or write something of a library's."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full(path, error.strerror)
    return _forbidden(path, error.strerror)


def _explain(path: Path, error: sqlite3.Error | OSError) -> LibraryError:
    if isinstance(error, OSError):
        return explain_refusal(path, error)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ):
        return name_damage(path, error)
    match code & 0xFF:  # the rest of an extended code
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return name_writer(path)
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return _full(path, error)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return name_damage(path, error)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return _forbidden(path, error)
    return LibraryError(f"{path} cannot be used ({error}). `footnote doctor` tells more.")


def _forbidden(path: Path, reason: object) -> LibraryError:
    return LibraryError(
        f"{path} cannot be opened or written ({reason})."
        f" Give Footnote's user the right to write to {path.parent}."
    )


def _full(path: Path, reason: object) -> DiskFull:
    try:
        free = f"{shutil.disk_usage(path.parent).free / 2**20:,.0f} MB"
    except OSError:
        free = "an unknown space"
    return DiskFull(
        f"{path} cannot grow ({reason}); nothing was changed."
        f" {free} is free on its disk: make room, and try again."
    )
