"""Where documents come from: the files of the roots, those that are gone, and how one stands."""

import hashlib
import os
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ParseError
from index.files import find_files
from index.types import Record

TAUGHT = "taught:"
"""How the source of what was taught begins; the document's id follows."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of some roots."""

    named: tuple[tuple[Path, str], ...]
    """With their names: below a folder, the path from there."""
    failures: tuple[tuple[Path, ParseError], ...]
    """What could not be looked at."""


def gather_files(roots: Sequence[Path], excluded: Collection[str]) -> Gathered:
    """The files of the roots, each once, without the excluded ones below a folder."""
    files: dict[Path, str] = {}
    failures: list[tuple[Path, ParseError]] = []
    for root in roots:
        if not root.is_dir():
            files.setdefault(root, root.name)
            continue
        try:
            inside = find_files(root)
        except ParseError as error:
            failures.append((root, error))
            continue
        failures += inside.failures
        for path in inside.found:
            if str(path) not in excluded:
                files.setdefault(path, path.relative_to(root).as_posix())
    return Gathered(tuple(files.items()), tuple(failures))


def find_gone(records: Sequence[Record], roots: Sequence[Path]) -> list[Record]:
    """The documents whose file is gone, unless the folder that held it is missing too."""
    return [
        record
        for record in records
        if record.origin is None
        and not os.path.lexists(record.source)
        and any(_anchor(root, record).is_dir() for root in roots if _holds(root, record))
    ]


def source_status(record: Record) -> str:
    """How the source stands: "current", "changed", "gone", or "stale" if it could not be read.

    What was taught is always current. Of a file that is told by size and time, and its bytes are
    read where those leave a doubt.
    """
    if record.origin is not None:
        return "stale" if record.failure else "current"
    if is_taught(record):
        return "current"
    path = Path(record.source)
    try:
        status = path.stat()
        if record.failure:
            return "stale"
        if status.st_size != record.size_bytes:
            return "changed"
        # A moment that is still to come tells nothing: the clock was set back.
        if status.st_mtime <= record.updated.timestamp() <= time.time():
            return "current"
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "gone"
    return "current" if digest == record.content_hash else "changed"


def is_taught(record: Record) -> bool:
    """Whether a document is an answer that was taught."""
    return record.source.startswith(TAUGHT)


def _holds(root: Path, record: Record) -> bool:
    return Path(record.source).is_relative_to(root)


def _anchor(root: Path, record: Record) -> Path:
    """The folder that must be there for a missing document to count as gone."""
    return root.parent if str(root) == record.source else root
