"""What an address leads to, by its Content-Type and its suffix."""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from index.parse import SUFFIXES

_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "text/x-rst": ".rst",
    "application/json": ".json",
    "application/x-ipynb+json": ".ipynb",
    "application/epub+zip": ".epub",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/gzip": ".gz",
    "application/x-gzip": ".gz",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_VAGUE = ("", "application/octet-stream", "binary/octet-stream", "text/plain", "application/zip")
_PAGES = ("", ".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp")
# What tools write beside their pages: sources, indexes of words, the search.
_ASIDE = ("_sources", "_static", "_modules", "_images", "_downloads")
_ASIDE_NAMES = frozenset(("genindex.html", "py-modindex.html", "search.html", "search"))


def read_kind(address: str, content_type: str) -> str | None:
    """Return the suffix of what an answer holds, such as ".html" or ".pdf"; None for a picture and
    whatever else Footnote does not read.

    A Content-Type that says little leaves it to the address.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _TYPES:
        return _TYPES[kind]
    if kind not in _VAGUE:
        return None
    suffix = _read_suffix(address)
    if suffix in SUFFIXES or suffix in (".xml", ".gz"):
        return ".html" if suffix == ".htm" else suffix
    if kind == "text/plain":
        return ".txt"
    return ".html" if not kind else None


def read_charset(content_type: str) -> str:
    """Return the charset that a Content-Type names, "" for none."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return ""


def is_worth_following(address: str) -> bool:
    """Say whether a link within a site can lead to a document: no picture, no search, no query."""
    if urlsplit(address).query:
        return False
    path = PurePosixPath(urlsplit(address).path)
    if any(part in _ASIDE for part in path.parts) or path.name in _ASIDE_NAMES:
        return False
    suffix = _read_suffix(address)
    # Only known suffixes count: /docs/v1.2 is a page.
    return suffix in _PAGES or suffix in SUFFIXES or not suffix[1:].isalpha()


def _read_suffix(address: str) -> str:
    return PurePosixPath(unquote(urlsplit(address).path)).suffix.lower()
