"""Polite requests: robots.txt, pauses, redirects that are checked one by one."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.errors import AddressRefused, SourceError, mark
from index.web.address import join_address, show_address, split_host
from index.web.fetch import PRODUCT, Fetched, Fetcher, Line, refuse_status

if TYPE_CHECKING:
    from protego import Protego

_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_RESTS = (429, 503)
_SLICE_S = 0.5
_NO_ROBOTS = mark("{address} answers {status}. Nothing is read without it.")


class Visit:
    """The requests of one look. `wait` is called while it pauses, and may raise to end it."""

    def __init__(self, fetcher: Fetcher, wait: Callable[[], None]) -> None:
        self.bounds = fetcher.bounds
        self.ends = time.monotonic() + fetcher.bounds.look_s
        self._line = Line(fetcher)
        self._wait = wait
        self._robots: dict[tuple[str, str, int], Protego] = {}
        self._last = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.close()

    def allows(self, address: str) -> bool:
        """Say whether robots.txt lets Footnote read an address.

        Raises SourceError where robots.txt cannot be read, for then nothing is allowed.
        """
        return self._read_robots(address).can_fetch(address, PRODUCT)

    def list_sitemaps(self, address: str) -> list[str]:
        """Return the sitemaps that the host's robots.txt names."""
        return [str(found) for found in self._read_robots(address).sitemaps]

    def fetch(
        self,
        address: str,
        validators: Callable[[str], Mapping[str, str]] = lambda _: {},
        stays: Callable[[str], bool] = lambda _: True,
        max_bytes: int | None = None,
    ) -> Fetched:
        """Return what an address answers after its redirects.

        `validators` are the headers that make a request conditional, by address. A redirect to
        where `stays` says no is returned as it is. Raises SourceError for what robots.txt forbids,
        redirects without an end and whatever else keeps an answer away.
        """
        moved = True
        first = address
        for _ in range(self.bounds.redirects + 1):
            if not self.allows(address):
                raise SourceError(
                    "robots.txt of {host} does not allow Footnote to read {address}.",
                    host=split_host(address)[1],
                    address=show_address(address),
                )
            found = self._request_patiently(address, validators(address), max_bytes)
            if found.status not in _REDIRECTS:
                moved = moved and address != first
                return Fetched(address, found.status, found.headers, found.body, found.kind, moved)
            following = _follow(address, found)
            if not stays(following):
                return found
            moved = moved and found.status in _FOR_GOOD
            address = following
        raise SourceError(
            "{address} redirects more than {most} times.",
            address=show_address(first),
            most=self.bounds.redirects,
        )

    def _request_patiently(
        self, address: str, headers: Mapping[str, str], max_bytes: int | None
    ) -> Fetched:
        """Return an answer, asked for once more after the rest that the site asks for."""
        found = self._request(address, headers, max_bytes)
        if found.status in _RESTS:
            rest = found.headers.get("retry-after", "").strip()
            if rest.isdigit() and len(rest) < 6 and int(rest) <= self.bounds.retry_after_s:
                self._sleep(float(rest))
                found = self._request(address, headers, max_bytes)
        return found

    def _request(self, address: str, headers: Mapping[str, str], max_bytes: int | None) -> Fetched:
        if time.monotonic() > self.ends:
            raise SourceError(
                "Time was up before {address} was read.", address=show_address(address)
            )
        place = split_host(address)
        pause = self.bounds.pause_s
        if place in self._robots:
            asked = self._robots[place].crawl_delay(PRODUCT)
            pause = max(pause, min(asked or 0.0, self.bounds.crawl_delay_s))
        self._sleep(self._last + pause - time.monotonic())
        try:
            return self._line.request(address, headers, max_bytes, self.ends)
        finally:
            self._last = time.monotonic()

    def _sleep(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._wait()
            time.sleep(min(left, _SLICE_S))

    def _read_robots(self, address: str) -> "Protego":
        """Return a host's robots.txt, read once; one that is not there allows everything."""
        from protego import Protego

        place = split_host(address)
        if place not in self._robots:
            self._robots[place] = Protego.parse(self._fetch_robots(address))
        return self._robots[place]

    def _fetch_robots(self, address: str) -> str:
        where = join_address(address, "/robots.txt")
        for _ in range(self.bounds.redirects + 1):
            found = self._request(where, {}, self.bounds.robots_bytes)
            if found.status in _REDIRECTS:
                where = _follow(where, found)
                continue
            if found.status == 200:
                return found.body.decode("utf-8", "replace")
            if 400 <= found.status < 500 and found.status != 429:
                return ""
            raise refuse_status(found, _NO_ROBOTS)
        return ""


def _follow(address: str, found: Fetched) -> str:
    """Return where a redirect leads. Raises SourceError for nowhere, AddressRefused to http."""
    target = found.headers.get("location", "")
    if not target:
        raise SourceError("{address} redirects to nowhere.", address=show_address(address))
    # Header bytes that are no ASCII are UTF-8 wherever they are met.
    target = target.encode("latin-1").decode("utf-8", "replace")
    following = join_address(address, target)
    if split_host(address)[0] == "https" and split_host(following)[0] == "http":
        raise AddressRefused(
            "{address} leads to {target}, which is not encrypted; Footnote does not follow it.",
            address=show_address(address),
            target=show_address(following),
        )
    return following
