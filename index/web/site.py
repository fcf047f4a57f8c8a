"""A site below a path, or the pages of a sitemap → documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from index.errors import ParseError, SourceError
from index.parse import Limits
from index.types import Incoming, Look, Origin
from index.web.address import name_address
from index.web.boilerplate import drop_repeated
from index.web.crawl import Crawl, Crawled
from index.web.fetch import Fetcher
from index.web.pages import (
    Page,
    hash_content,
    keep_pages,
    load_pages,
    make_document,
    make_incoming,
)
from index.web.visit import Visit

PAGES = 200
DEPTH = 5


def look_at_site(
    origin: Origin,
    notes: Mapping[str, str],
    *,
    fetcher: Fetcher,
    limits: Limits,
    tick: Callable[[str, int, int], None],
) -> Look:
    """Return what a site holds now: a document for each page and file that is new or changed.

    The address is that of a sitemap, whose pages are read, or of a page: then the site is read
    from there, below the page's folder, nearest pages first. The options `pages` and `depth` bound
    it. Paragraphs that the site repeats stay on one page. Raises SourceError where the address
    itself cannot be read.
    """
    most = max(1, int(origin.options.get("pages", PAGES)))
    depth = max(0, int(origin.options.get("depth", DEPTH)))
    done = 0

    def tell() -> None:
        tick(name_address(origin.address), min(done, most), most)

    def count(pages: int) -> None:
        nonlocal done
        done = pages
        tell()

    known = load_pages(notes)
    moved = {key[6:]: to for key, to in notes.items() if key.startswith("moved ")}
    with Visit(fetcher, tell) as visit:
        crawl = Crawl(visit, known, moved, most, depth, limits, count)
        crawled = crawl.run(origin.address)
    return _make_look(crawled, limits, origin.id)


def _make_look(crawled: Crawled, limits: Limits, origin: int) -> Look:
    documents: list[Incoming] = []
    failed = dict(crawled.failed)
    sources = set(failed)
    pages: list[Page] = []
    chosen, others = _part_doubles(crawled.pages)
    for page, blocks in zip(chosen, drop_repeated([page.blocks for page in chosen]), strict=True):
        content_hash = hash_content(page, blocks)
        document = crawled.documents.get(page.address)
        try:
            if content_hash != page.content_hash and page.address not in crawled.failed:
                if page.kind == ".html":
                    document = make_document(page, blocks, limits)
                if document:
                    documents.append(make_incoming(page, document, content_hash, origin))
                    page = replace(page, content_hash=content_hash)
        except ParseError as error:
            failed[page.address] = error
        sources.add(page.address)
        pages.append(page)
    if not sources:
        raise SourceError("No page of the site can be read.")
    others += crawled.others
    notes = keep_pages([*pages, *(replace(page, content_hash="") for page in others)])
    notes |= {f"moved {address}": to for address, to in crawled.moved.items()}
    return Look(tuple(documents), frozenset(sources), failed, notes)


def _part_doubles(pages: Sequence[Page]) -> tuple[list[Page], list[Page]]:
    """Return the pages without those that say the same as another, and the latter.

    The one stays that calls its own address the right one, else the first.
    """
    groups: dict[str, list[Page]] = {}
    for page in pages:
        same = hash_content(page, page.blocks) if page.blocks else page.digest
        groups.setdefault(same, []).append(page)
    chosen, doubles = [], []
    for group in groups.values():
        best = next((page for page in group if page.canonical == page.address), group[0])
        chosen.append(best)
        doubles += [page for page in group if page is not best]
    return chosen, doubles
