"""A page or a file as it was read, kept in the notes between looks."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from index.cage import parse_caged, run_caged
from index.errors import EmptyDocument, ParserFailed, SourceError, mark
from index.parse import Limits
from index.parse.blocks import Block, build_document
from index.parse.titles import choose_title
from index.types import Document, Incoming
from index.web.address import name_address, show_address
from index.web.bounds import Bounds
from index.web.fetch import Fetched
from index.web.kinds import read_charset

_READER = 1
"""Rises when pages are read differently, so that none is taken for unchanged."""
_MODULES = ("index.web.choose:load_reader", "index.parse.office", "charset_normalizer.constant")
_NOT_THIS = mark("{address} is {kind}, which Footnote does not read.")
_NOT_SOMETHING = mark("{address} is something, which Footnote does not read.")


@dataclass(frozen=True, slots=True)
class Page:
    """What an address holds."""

    address: str
    etag: str
    modified: str
    digest: str
    """SHA-256 of its bytes, in hex."""
    size_bytes: int
    kind: str
    """A suffix: ".html" for a page, or that of a file, which has neither blocks nor links."""
    title: str = ""
    blocks: tuple[Block, ...] = ()
    links: tuple[str, ...] = ()
    canonical: str = ""
    index: bool = True
    """The page lets itself be read by robots."""
    content_hash: str = ""
    """Of the document that was made of it last; "" for none."""
    reader: int = _READER

    def validators(self) -> dict[str, str]:
        """Return the headers that ask for the page only if it has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


def load_pages(notes: Mapping[str, str]) -> dict[str, Page]:
    """Return the pages that the notes hold, by address; what another version wrote is left out."""
    pages = {}
    for key, note in notes.items():
        if not key.startswith("page "):
            continue
        try:
            told = json.loads(note)
            told["blocks"] = tuple(Block(**block) for block in told["blocks"])
            told["links"] = tuple(told["links"])
            page = Page(**told)
        except (ValueError, TypeError, KeyError):
            continue
        if page.reader == _READER:
            pages[page.address] = page
    return pages


def keep_pages(pages: Iterable[Page]) -> dict[str, str]:
    """Return the notes that hold the pages."""
    return {f"page {page.address}": json.dumps(_shorten(page)) for page in pages}


def _shorten(page: Page) -> dict[str, object]:
    """Return a page as JSON; blocks without what is as usual."""
    told = asdict(page)
    usual = asdict(Block(""))
    told["blocks"] = [
        {key: value for key, value in block.items() if value != usual[key]}
        | {"text": block["text"]}
        for block in told["blocks"]
    ]
    return told


def read_fetched(fetched: Fetched, known: Page | None, bounds: Bounds) -> Page:
    """Return what an answer holds; `known` is what the address held before.

    Raises SourceError for what Footnote does not read, and ParseError.
    """
    if fetched.kind in (None, ".xml", ".gz"):
        kind = fetched.headers.get("content-type", "").partition(";")[0].strip()[:80]
        template = _NOT_THIS if kind else _NOT_SOMETHING
        raise SourceError(template, address=show_address(fetched.address), kind=kind)
    digest = hashlib.sha256(fetched.body).hexdigest()
    etag = fetched.headers.get("etag", "")[:500]
    modified = fetched.headers.get("last-modified", "")[:100]
    told = fetched.headers.get("x-robots-tag", "").lower()
    allowed = not any(word.strip() in ("noindex", "none") for word in told.split(","))
    if known and known.digest == digest and known.kind == fetched.kind and allowed == known.index:
        return replace(known, etag=etag, modified=modified)
    page = Page(
        address=fetched.address,
        etag=etag,
        modified=modified,
        digest=digest,
        size_bytes=len(fetched.body),
        kind=fetched.kind,
        index=allowed,
        content_hash=known.content_hash if known else "",
    )
    return _read_html(page, fetched, bounds) if fetched.kind == ".html" else page


def _read_html(page: Page, fetched: Fetched, bounds: Bounds) -> Page:
    charset = read_charset(fetched.headers.get("content-type", ""))
    made = run_caged(
        "index.web.extract:read_page",
        fetched.body,
        {"address": page.address, "charset": charset},
        show_address(page.address),
        memory_bytes=bounds.read_memory_bytes,
        seconds=bounds.read_s,
        modules=_MODULES,
    )
    try:
        return _take_told(page, json.loads(made))
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        shown = show_address(page.address)
        raise ParserFailed(
            "{name} could not be read: its parser made no page ({error}).",
            name=shown,
            error=type(error).__name__,
        ) from error


def _take_told(page: Page, told: Any) -> Page:
    """The page with what was read of it, which a hostile page may have written."""
    return replace(
        page,
        title=str(told["title"]),
        blocks=tuple(
            Block(
                str(text), int(level), fragment=str(fragment), code=bool(code), header=str(header)
            )
            for text, level, fragment, code, header in told["blocks"]
        ),
        links=tuple(map(str, told["links"])) if told["follow"] else (),
        canonical=str(told["canonical"]),
        index=page.index and bool(told["index"]),
    )


def hash_content(page: Page, blocks: Iterable[Block]) -> str:
    """Return the SHA-256 of what a page's document is built of, in hex."""
    if page.kind != ".html":
        return page.digest
    told = json.dumps([page.title, [asdict(block) for block in blocks]])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def make_document(page: Page, blocks: Iterable[Block], limits: Limits) -> Document:
    """Return a page's blocks as a document. Raises EmptyDocument and DocumentTooLarge."""
    chosen = list(blocks)
    shown = show_address(page.address)
    heading = next((block.text for block in chosen if block.level), "")
    title = choose_title((page.title, heading), name_address(page.address))
    try:
        return build_document(chosen, title, shown, limits)
    except EmptyDocument as error:
        raise EmptyDocument(
            "{name} holds no text. Pages that scripts write in the browser cannot be read.",
            name=shown,
        ) from error


def parse_file(page: Page, body: bytes, limits: Limits) -> Document:
    """Return a file of the web as a document. Raises ParseError."""
    stem = PurePosixPath(urlsplit(page.address).path).stem or "file"
    return parse_caged(body, f"{stem}{page.kind}", limits)


def make_incoming(page: Page, document: Document, content_hash: str, origin: int) -> Incoming:
    """Return a page's document as the library takes it."""
    return Incoming(
        name=name_address(page.address),
        source=page.address,
        document=document,
        size_bytes=page.size_bytes,
        content_hash=content_hash,
        link=page.address,
        origin=origin,
    )
