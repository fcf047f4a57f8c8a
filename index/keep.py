"""Files that a library keeps itself: their names, and how they are written and put back."""

import errno
import os
import re
import shutil
import unicodedata
from contextlib import suppress
from pathlib import Path

from index.errors import DiskFull, LibraryError
from index.parse.limits import show_name

MAX_NAME_BYTES = 150


def safe_name(name: str) -> str:
    """A name under which a file from elsewhere may be kept: no path, not hidden, of bounded length.

    It is the name itself where that is harmless; the suffix stays.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    base = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in base)
    stem, dot, suffix = base.strip(". ").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    ending = (dot + suffix)[:20]
    room = MAX_NAME_BYTES - len(ending.encode())
    short = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return (short or "document") + ending


def write_file(path: Path, data: bytes) -> None:
    """Let the file hold these bytes, whole or not at all, for its owner's eyes only.

    Raises DiskFull and LibraryError.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)  # it may fill the disk
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"{show_name(path.name)} cannot be kept: the disk is full. Make room."
            ) from error
        raise LibraryError(
            f"{show_name(path.name)} cannot be kept ({error.strerror}). Give Footnote's user the "
            f"right to write to {path.parent}."
        ) from error


def set_aside(path: Path) -> Path | None:
    """A copy of the file as it is, hidden beside it; None where there is no file."""
    if not path.exists():
        return None
    aside = path.with_name(f".{path.name}.old")
    shutil.copyfile(path, aside)
    return aside


def put_back(path: Path, aside: Path | None, *, keep: bool) -> None:
    """Let the file be what was set aside again, or, with `keep`, forget that."""
    if not keep:
        if aside:
            aside.replace(path)
        else:
            path.unlink(missing_ok=True)
    elif aside:
        aside.unlink(missing_ok=True)
