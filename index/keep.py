"""Files that a library keeps itself: their names, and how they are written and put back."""

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index.private import make_folder, open_anew
from index.refusals import explain_refusal

MAX_NAME_BYTES = 150
MAX_SUFFIX_CHARS = 20
"""What is longer is no suffix; the point before it counts."""


def safe_name(name: str) -> str:
    """A name under which a file from elsewhere may be kept: no path, not hidden, of bounded length.

    It is the name itself where that is harmless; the suffix stays. One that is shortened holds part
    of the whole one's SHA-256, so that no other is shortened to the same.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    base = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in base).strip(". ")
    stem, dot, suffix = base.rpartition(".")
    ending = dot + suffix
    if not dot or len(ending) > MAX_SUFFIX_CHARS:
        stem, ending = base, ""
    room = MAX_NAME_BYTES - len(ending.encode())
    if len(stem.encode()) > room:
        mark = "-" + hashlib.sha256(base.encode()).hexdigest()[:8]
        stem = stem.encode()[: room - len(mark)].decode(errors="ignore").rstrip(". ") + mark
    return (stem.rstrip(". ") or "document") + ending


def name_files(
    folder: Path, files: Sequence[tuple[str, bytes]]
) -> tuple[dict[Path, bytes], list[Path]]:
    """Where in the folder each file is to be kept, and those whose place another one has taken."""
    kept: dict[Path, bytes] = {}
    doubled = []
    for name, data in files:
        path = folder / safe_name(name)
        if path in kept:
            doubled.append(path)
        else:
            kept[path] = data
    return kept, doubled


@contextmanager
def write_files(files: Mapping[Path, bytes], stays: Callable[[Path], bool]) -> Iterator[None]:
    """Let the files hold these bytes inside; afterwards those that do not stay are as before.

    Raises DiskFull and LibraryError for what cannot be written; nothing has changed then.
    """
    asides: dict[Path, Path | None] = {}
    try:
        for path, data in files.items():
            with _explained(path):
                asides[path] = _set_aside(path)
                write_file(path, data)
        yield
    finally:
        for path, aside in asides.items():
            with _explained(path):
                _settle(path, aside, stays=stays(path))


def write_file(path: Path, data: bytes) -> None:
    """Let the file hold these bytes, whole or not at all, for its owner's eyes only.

    Raises OSError.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        make_folder(path.parent)
        with open_anew(unfinished) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)  # it may fill the disk
        raise


def name_aside(path: Path) -> Path:
    """Where the file as it was is kept while another takes its place."""
    return path.with_name(f".{path.name}.old")


def settle_left(folder: Path, hashes: Mapping[str, str]) -> list[str]:
    """Put the folder in order after a process that died while it wrote; return what was done.

    `hashes` are the SHA-256 of the documents that are in the library, by their path: a file whose
    document never came is again the one that it was. Raises LibraryError.
    """
    done = []
    with _explained(folder / "file"):
        for aside in sorted(folder.glob(".*.old")):
            path = aside.with_name(aside.name[1 : -len(".old")])
            stays = hashes.get(str(path)) != hashlib.sha256(aside.read_bytes()).hexdigest()
            _settle(path, aside, stays=stays)
            done.append(f"A file that was half replaced is {'new' if stays else 'as before'}.")
        for unfinished in sorted(folder.glob(".*.part")):
            unfinished.unlink()
            done.append("A file that was half written was removed.")
    return done


def _set_aside(path: Path) -> Path | None:
    """A hidden copy of the file as it is; None where there is no file."""
    if not path.exists():
        return None
    aside = name_aside(path)
    try:
        # Never renamed: a file that is missing counts as gone.
        with path.open("rb") as file, open_anew(aside) as copy:
            shutil.copyfileobj(file, copy)
    except OSError:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    return aside


def _settle(path: Path, aside: Path | None, *, stays: bool) -> None:
    """Forget what was set aside, or let the file be that again."""
    if not stays and aside:
        aside.replace(path)
    elif not stays:
        path.unlink(missing_ok=True)
    elif aside:
        aside.unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise as LibraryError what goes wrong; the folder stands for the file, as this is logged."""
    try:
        yield
    except OSError as error:
        raise explain_refusal(path.parent, error) from error
