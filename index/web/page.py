"""One page or file of the web → one document."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from index.errors import ParseError, SourceError
from index.parse import Limits
from index.types import Incoming, Look, Origin
from index.web.address import name_address, show_address
from index.web.fetch import Fetched, Fetcher, refuse_status
from index.web.pages import (
    Page,
    hash_content,
    keep_pages,
    load_pages,
    make_document,
    make_incoming,
    parse_file,
    read_fetched,
)
from index.web.visit import Visit

GONE = (404, 410)


def look_at_page(
    origin: Origin,
    notes: Mapping[str, str],
    *,
    fetcher: Fetcher,
    limits: Limits,
    tick: Callable[[str, int, int], None],
) -> Look:
    """Return what stands at an address now: one document, or none if its text is as it was.

    Raises SourceError, AddressRefused among them, where it cannot be read or has no text.
    """
    known = load_pages(notes)
    moved = notes.get("moved", origin.address)

    def tell() -> None:
        tick(name_address(origin.address), 0, 1)

    def validate(address: str) -> Mapping[str, str]:
        return known[address].validators() if address in known else {}

    tell()
    with Visit(fetcher, tell) as visit:
        fetched = visit.fetch(moved, validate)
        if fetched.status in GONE and moved != origin.address:
            fetched = visit.fetch(origin.address, validate)
    try:
        page, incoming = _read(fetched, known.get(fetched.address), fetcher, limits, origin.id)
    except ParseError as error:
        raise SourceError(error.template, **error.values) from error
    kept = keep_pages([page])
    if fetched.moved or (fetched.address == moved != origin.address):
        kept["moved"] = page.address
    return Look(tuple(incoming), frozenset((page.address,)), notes=kept)


def fetch_file(address: str, *, fetcher: Fetcher) -> bytes:
    """Return the bytes that stand at an address now. Raises SourceError."""
    with Visit(fetcher, lambda: None) as visit:
        fetched = visit.fetch(address)
    if fetched.status != 200:
        raise refuse_status(fetched)
    return fetched.body


def _read(
    fetched: Fetched, known: Page | None, fetcher: Fetcher, limits: Limits, origin: int
) -> tuple[Page, list[Incoming]]:
    """Return the page, and its document if it is new or changed."""
    if fetched.status == 304 and known:
        page = known
    elif fetched.status == 200:
        page = read_fetched(fetched, known, fetcher.bounds)
    else:
        raise refuse_status(fetched)
    if not page.index:
        raise SourceError(
            "{address} asks robots not to read it.", address=show_address(page.address)
        )
    content_hash = hash_content(page, page.blocks)
    if content_hash == page.content_hash:
        return page, []
    if page.kind == ".html":
        document = make_document(page, page.blocks, limits)
    else:
        document = parse_file(page, fetched.body, limits)
    incoming = make_incoming(page, document, content_hash, origin)
    return replace(page, content_hash=content_hash), [incoming]
