"""A damaged file → set aside under a name that tells when, never deleted."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from index.refusals import explained

_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file: put beside another, they would spoil that."""


def set_aside(path: Path, fresh: Path | None) -> Path:
    """Let a file be another one, or none; return the name under which it is from now on.

    Whatever moment it is stopped at, nothing is lost. Raises DiskFull and LibraryError.
    """
    with explained(path):
        stem = f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        names = (stem, *(f"{stem}-{number}" for number in range(2, 1_000)))
        aside = next(free for free in map(path.with_name, names) if not free.exists())
        for ending in (*_BESIDE, ""):
            with suppress(FileNotFoundError):
                _keep_under(Path(f"{path}{ending}"), Path(f"{aside}{ending}"))
        for ending in _BESIDE:
            Path(f"{path}{ending}").unlink(missing_ok=True)
        if fresh:
            fresh.replace(path)
        else:
            path.unlink()
    return aside


def remove_file(path: Path) -> None:
    """Delete a file, if it is there, with what SQLite keeps beside it. Raises LibraryError."""
    with explained(path):
        for ending in (*_BESIDE, ""):
            Path(f"{path}{ending}").unlink(missing_ok=True)


def _keep_under(path: Path, other: Path) -> None:
    """Give a file another name too, or copy it where the file system knows no links."""
    try:
        os.link(path, other)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, other)
