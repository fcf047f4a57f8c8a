"""A file of the web as it was read: fetched once more where it is to be shown, and kept a while."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from index.errors import UnreadableFile
from index.files import read_file
from index.keep import write_file
from index.parse import Limits
from index.parse.limits import show_name
from index.types import Record
from index.web import Fetcher, fetch_file

KEPT_FILES = 20
"""Those fetched last stay, so that who looks again and again costs the web one request."""


def fetch_original(record: Record, folder: Path, fetcher: Fetcher, limits: Limits) -> bytes:
    """Return the bytes that a document of the web was read from; `folder` keeps them.

    Raises SourceError where they cannot be fetched, UnreadableFile where others stand there now.
    """
    kept = folder / f"{record.content_hash}.pdf"
    with suppress(UnreadableFile):
        data = read_file(kept, limits)
        if hashlib.sha256(data).hexdigest() == record.content_hash:
            return data
    data = fetch_file(record.source, fetcher=fetcher)
    if hashlib.sha256(data).hexdigest() != record.content_hash:
        raise UnreadableFile(
            "{name} has changed since it was read. Take it in again: footnote reindex",
            name=show_name(record.name),
        )
    with suppress(OSError):  # then it is fetched again
        write_file(kept, data)
        now = time.time()
        for file in sorted(folder.glob("*.pdf"), key=lambda file: _age_s(file, now))[KEPT_FILES:]:
            file.unlink(missing_ok=True)
    return data


def _age_s(file: Path, now: float) -> float:
    """How long ago a file was written; one of a time to come, before the clock was set back."""
    written = file.stat().st_mtime
    return now - written if written <= now else float("inf")
