"""Passages → where a reader finds them; taught answers → what they cite."""

from contextlib import suppress

from bot.libraries.memory import Uploads
from bot.types import Ref
from index.types import Citation, Passage, Record


def cite(record: Record, passage: Passage, uploads: Uploads) -> Citation:
    """Where a passage stands; `uploads` are those of its server."""
    link = _find_link(record, passage, uploads)
    return Citation(record.title, passage.page, passage.heading_path, link)


def _find_link(record: Record, passage: Passage, uploads: Uploads) -> str | None:
    """Where a reader can open the place, or the message with the file, if that is an address."""
    if record.link:
        return record.link + passage.fragment
    if record.source.startswith(("https://", "http://")):
        return record.source + passage.fragment
    return uploads.get(record.name, (0, None))[1]


def read_cited(cited: str | None) -> Ref | None:
    """The document that a taught answer cites, of what is kept of it."""
    with suppress(ValueError):
        return Ref.parse(cited) if cited else None
    return None
