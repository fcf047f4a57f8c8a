"""Sitemaps: the pages that a site lists itself."""

import json
from itertools import islice
from typing import Any

from index.cage import run_caged
from index.errors import AddressRefused, DamagedDocument, ParseError, SourceError
from index.web.address import normalise_address, show_address, split_host
from index.web.fetch import Fetched, refuse_status, unpack_gzip
from index.web.visit import Visit

_MAX_LISTED = 50_000
_DEPTH = 2
"""A sitemap index lists sitemaps; some list indexes again."""


def looks_like_sitemap(fetched: Fetched) -> bool:
    """Say whether an answer is to be read as a sitemap."""
    return fetched.status == 200 and fetched.kind in (".xml", ".gz")


def list_pages(visit: Visit, first: Fetched, most: int) -> tuple[list[str], list[str]]:
    """Return the addresses that a sitemap and those that it lists name, and why some of these
    could not be read.

    `most` bounds the addresses. Only what is on the sitemap's own host counts. Raises SourceError
    if the first is no sitemap.
    """
    host = split_host(first.address)[1:]
    pages: dict[str, None] = {}
    failures: list[str] = []
    waiting: list[tuple[str, int]] = []
    seen = {first.address}
    left = visit.bounds.sitemaps - 1

    def take(fetched: Fetched, depth: int) -> None:
        listed = _read(fetched, visit)
        for address in filter(None, map(_normalise, listed["pages"])):
            if split_host(address)[1:] == host and len(pages) < most:
                pages.setdefault(address)
        for address in filter(None, map(_normalise, listed["sitemaps"])):
            if split_host(address)[1:] == host and address not in seen and depth < _DEPTH:
                seen.add(address)
                waiting.append((address, depth + 1))

    take(first, 0)
    while waiting and left and len(pages) < most:
        address, depth = waiting.pop(0)
        left -= 1
        try:
            fetched = visit.fetch(address, max_bytes=visit.bounds.file_bytes)
            if fetched.status != 200:
                raise refuse_status(fetched)
            take(fetched, depth)
        except SourceError as error:
            failures.append(str(error))
    return list(pages), failures


def read_sitemap(data: bytes, options: dict[str, Any]) -> bytes:
    """Return what a sitemap lists, as JSON: `pages` and `sitemaps`. Run in the cage.

    Raises DamagedDocument for what is no sitemap.
    """
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    kind, found = "", []
    try:
        root = etree.fromstring(data, parser)
        if root is not None:
            kind = root.tag.rpartition("}")[2]
            places = islice(root.iterfind("{*}*/{*}loc"), _MAX_LISTED)
            found = [(place.text or "").strip() for place in places]
    except (etree.XMLSyntaxError, UnicodeDecodeError):  # the parser lets halves of characters in
        kind = ""
    if kind not in ("urlset", "sitemapindex"):
        raise DamagedDocument(
            "{address} is no sitemap. Check the address.", address=options["address"]
        )
    listed = {"pages": found, "sitemaps": []} if kind == "urlset" else {}
    listed = listed or {"pages": [], "sitemaps": found}
    return json.dumps(listed).encode("utf-8", "replace")


def _read(fetched: Fetched, visit: Visit) -> dict[str, list[str]]:
    data = fetched.body
    if data.startswith(b"\x1f\x8b"):
        data = unpack_gzip(data, fetched.address, visit.bounds.file_bytes)
    shown = show_address(fetched.address)
    try:
        made = run_caged(
            "index.web.sitemap:read_sitemap",
            *(data, {"address": shown}, shown),
            memory_bytes=visit.bounds.read_memory_bytes,
            seconds=visit.bounds.read_s,
            modules=("index.web.sitemap", "lxml.etree"),
        )
        told = json.loads(made)
        return {kind: [str(address) for address in told[kind]] for kind in ("pages", "sitemaps")}
    except ParseError as error:
        raise SourceError(error.template, **error.values) from error
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise SourceError("{name} could not be read as a sitemap.", name=shown) from error


def _normalise(text: str) -> str | None:
    try:
        return normalise_address(text)
    except AddressRefused:
        return None
