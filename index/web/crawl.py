"""The walk through a site: which addresses are asked for, and what becomes of each."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from index.errors import FootnoteError, ParseError, SourceError
from index.parse import Limits
from index.types import Document
from index.web.address import normalise_address, split_host
from index.web.fetch import Fetched, refuse_status
from index.web.kinds import is_worth_following
from index.web.pages import Page, parse_file, read_fetched
from index.web.sitemap import list_pages, looks_like_sitemap
from index.web.visit import Visit

_GONE = (404, 410)
_RESTS = (429, 503)
_MAX_FAILURES = 5
"""In a row; a site that fails so often is left alone until the next look."""
_MAX_LISTED = 50_000
_MAX_SITEMAPS = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the web that is one site: a host, and what stands below a folder."""

    start: str
    scheme: str
    host: str
    port: int | None
    """None for the usual one."""
    folder: str

    @classmethod
    def below(cls, address: str, *, whole: bool = False) -> "Scope":
        """Return what stands below an address's folder; `whole` takes all of the host."""
        scheme, host, port = split_host(address)
        path = urlsplit(address).path
        last = path.rpartition("/")[2]
        # /docs is the folder of /docs/start; /docs/index.html stands in /docs.
        folder = f"{path}/" if last and "." not in last else path[: len(path) - len(last)]
        usual = port in (80, 443)
        return cls(address, scheme, host, None if usual else port, "/" if whole else folder)

    def holds(self, address: str) -> bool:
        """Say whether an address is part of the site."""
        _, host, port = split_host(address)
        if host != self.host or (None if port in (80, 443) else port) != self.port:
            return False
        return address == self.start or urlsplit(address).path.startswith(self.folder)

    def bring(self, address: str) -> str:
        """Return an address of the site with the site's own scheme."""
        if self.port is not None or not self.holds(address):
            return address
        return urlunsplit(urlsplit(address)._replace(scheme=self.scheme, netloc=self.host))


@dataclass(frozen=True, slots=True)
class Crawled:
    """What a walk has found."""

    pages: tuple[Page, ...]
    """Those to make documents of, in the order of the walk; as they were where they failed."""
    others: tuple[Page, ...]
    """Those that ask robots not to read them."""
    documents: Mapping[str, Document]
    """Of files that are new or changed, by address."""
    failed: Mapping[str, FootnoteError]
    moved: Mapping[str, str]
    """Where addresses lead for good."""


class Crawl:
    """One walk, breadth first."""

    def __init__(
        self,
        visit: Visit,
        known: Mapping[str, Page],
        moved: Mapping[str, str],
        most: int,
        depth: int,
        limits: Limits,
        count: Callable[[int], None],
    ) -> None:
        self._visit = visit
        self._known = known
        self._moved_before = moved
        self._most = most
        self._depth = depth
        self._limits = limits
        self._count = count
        self._queue: deque[tuple[str, int]] = deque()
        self._queued: set[str] = set()
        self._done: set[str] = set()
        self._pages: list[Page] = []
        self._others: list[Page] = []
        self._documents: dict[str, Document] = {}
        self._failed: dict[str, FootnoteError] = {}
        self._moved: dict[str, str] = {}
        self._asked = 0
        self._failures = 0
        self._begun = False
        """The start is read; what else is a picture is passed over."""

    def run(self, start: str) -> Crawled:
        """Return what a site holds. Raises SourceError where its address cannot be read."""
        self._count(0)
        first = self._fetch(start, lambda _: True)
        if looks_like_sitemap(first):
            self._scope = Scope.below(first.address, whole=True)
            listed, failures = list_pages(self._visit, first, self._most)
            self._begun = True
            self._add(listed, self._depth)
            self._walk()
            self._go_on_after(failures)
        else:
            if first.status not in (200, 304):
                raise refuse_status(first)
            self._scope = Scope.below(first.address)
            self._queued |= {start, first.address}
            try:
                self._take(first, 0)
            except ParseError as error:
                raise SourceError(error.template, **error.values) from error
            self._begun = True
            self._walk()
            self._go_on_after(self._add_listed(first.address))
        return Crawled(
            tuple(self._pages),
            tuple(self._others),
            self._documents,
            self._failed,
            self._moved,
        )

    def _walk(self) -> None:
        while self._queue and self._has_room():
            address, depth = self._queue.popleft()
            self._count(len(self._pages))
            if time.monotonic() > self._visit.ends:
                self._leave(SourceError("Time was up before this page was read."))
                return
            before = self._moved_before.get(address, address)
            try:
                if before in self._done or not self._visit.allows(before):
                    continue
                fetched = self._fetch(address, self._scope.holds)
                if fetched.status not in (200, 304, 301, 302, 303, 307, 308, *_GONE):
                    if fetched.status in _RESTS:
                        self._failures = _MAX_FAILURES
                    raise refuse_status(fetched)
                self._take(fetched, depth)
            except (SourceError, ParseError) as error:
                self._fail(before, error, depth)
                self._failures += isinstance(error, SourceError)
                if self._failures >= _MAX_FAILURES:
                    self._leave(error)
                    return
            else:
                self._failures = 0

    def _has_room(self) -> bool:
        return len(self._pages) < self._most and self._asked < 3 * self._most + 20

    def _fetch(self, address: str, stays: Callable[[str], bool]) -> Fetched:
        """Return an answer, asked for where the address has led for good."""

        def validate(asked: str) -> Mapping[str, str]:
            return self._known[asked].validators() if asked in self._known else {}

        self._asked += 1
        before = self._moved_before.get(address, address)
        fetched = self._visit.fetch(before, validate, stays)
        if fetched.status in _GONE and before != address:
            fetched = self._visit.fetch(address, validate, stays)
        if fetched.moved or fetched.address == before != address:
            self._moved[address] = fetched.address
        return fetched

    def _take(self, fetched: Fetched, depth: int) -> None:
        """Take an answer for what it holds, and its links into the queue."""
        if fetched.status not in (200, 304) or fetched.address in self._done:
            return
        known = self._known.get(fetched.address)
        if fetched.status == 304 and known:
            page = known
        elif fetched.kind in (None, ".xml", ".gz") and self._begun:
            return
        else:
            page = read_fetched(fetched, known, self._visit.bounds)
        if page.kind != ".html" and page.content_hash != page.digest:
            self._documents[page.address] = parse_file(page, fetched.body, self._limits)
        self._done.add(page.address)
        (self._pages if page.index else self._others).append(page)
        self._follow(page, depth)

    def _fail(self, address: str, error: FootnoteError, depth: int) -> None:
        """Note why a page could not be read; what it was stays, and so does what it led to."""
        if address in self._done:
            return
        self._done.add(address)
        self._failed[address] = error
        if known := self._known.get(address):
            self._pages.append(known)
            self._follow(known, depth)

    def _follow(self, page: Page, depth: int) -> None:
        if depth < self._depth:
            self._add(filter(is_worth_following, page.links), depth + 1)

    def _add(self, addresses: Iterable[str], depth: int) -> None:
        for found in addresses:
            address = self._scope.bring(found)
            if self._scope.holds(address) and address not in self._queued:
                self._queued.add(address)
                self._queue.append((address, depth))

    def _add_listed(self, start: str) -> list[str]:
        """Add what the site's own sitemaps list below its path; return what failed at it."""
        failures: list[str] = []
        if not self._has_room():
            return failures
        named = self._visit.list_sitemaps(start) or [urljoin(start, "/sitemap.xml")]
        for text in named[:_MAX_SITEMAPS]:
            try:
                address = normalise_address(text)
                if split_host(address)[1] != self._scope.host:
                    continue
                fetched = self._visit.fetch(address)
                if looks_like_sitemap(fetched):
                    listed, failed = list_pages(self._visit, fetched, _MAX_LISTED)
                    failures += failed
                    self._add(listed, self._depth)
                elif fetched.status >= 500:
                    failures.append(str(refuse_status(fetched)))
            except SourceError as error:
                failures.append(str(error))
        return failures

    def _go_on_after(self, failures: list[str]) -> None:
        """Walk what was added; where a list could not be read, what was there before is too."""
        self._walk()
        if failures:
            self._add(self._known, self._depth)
            self._walk()

    def _leave(self, error: FootnoteError) -> None:
        """Keep all that was there before and has not been read yet."""
        self._queue.clear()
        for address, known in self._known.items():
            if address not in self._done and self._scope.holds(address):
                self._done.add(address)
                self._failed[address] = error
                self._pages.append(known)
