"""One request at a time, to checked addresses, within bounds: no proxies, cookies, credentials."""

import time
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from index.errors import SourceError, mark
from index.web.address import show_address
from index.web.bounds import Bounds
from index.web.kinds import read_kind
from index.web.reach import Resolve, resolve_host

if TYPE_CHECKING:
    import httpcore2

PRODUCT = "Footnote"
"""What robots.txt calls Footnote."""
_MAX_DRAINED = 1 << 16
_ANSWERS = mark("{address} answers {status}.")


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How Footnote reaches the web."""

    allowed: Collection[tuple[str, int]] = frozenset()
    """IP addresses with their ports that may be read although they are not public."""
    resolve: Resolve = resolve_host
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of the web."""

    address: str
    """The one that answered, after all redirects."""
    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes = b""
    """Unpacked; read for the statuses 200 and where `kind` is something that Footnote reads."""
    kind: str | None = None
    """A suffix: see `read_kind`."""
    moved: bool = False
    """Every redirect on the way said that it is for good."""


class Line:
    """A connection that is kept between requests; one request after another."""

    def __init__(self, fetcher: Fetcher) -> None:
        import httpcore2

        from index.web.connect import CheckedNetwork

        self._bounds = fetcher.bounds
        self._network = CheckedNetwork(fetcher.resolve, fetcher.allowed)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpcore2.default_ssl_context(),
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=self._network,
        )

    def request(
        self,
        address: str,
        headers: Mapping[str, str],
        max_bytes: int | None = None,
        ends: float = float("inf"),
    ) -> Fetched:
        """Return what an address answers, redirects not followed.

        `max_bytes` reads whatever comes, up to it; None goes by the kind. `ends` is a moment of
        `time.monotonic` that it stops at. Raises SourceError, AddressRefused among them.
        """
        import httpcore2

        self._network.deadline = min(time.monotonic() + self._bounds.request_s, ends)
        for again in (True, False):
            try:
                return self._send(address, headers, max_bytes)
            except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError) as e:
                if again:  # the other side may just have closed a connection that was kept
                    continue
                raise _explain(address, e) from e
            except (httpcore2.TimeoutException, httpcore2.NetworkError) as error:
                raise _explain(address, error) from error
            except httpcore2.ProtocolError as error:
                raise _explain(address, error) from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def _send(self, address: str, headers: Mapping[str, str], max_bytes: int | None) -> Fetched:
        sent = {
            "User-Agent": f"{PRODUCT}/{_read_version()}",
            "Accept": "text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.5",
            "Accept-Encoding": "gzip",
            **headers,
        }
        steps = {"connect": self._bounds.connect_s, "read": self._bounds.silence_s}
        steps |= {"write": self._bounds.silence_s, "pool": self._bounds.connect_s}
        with self._pool.stream(
            "GET", address, headers=list(sent.items()), extensions={"timeout": steps}
        ) as answer:
            found: dict[str, str] = {}
            for name, value in answer.headers:
                found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
            kind = read_kind(address, found.get("content-type", ""))
            body = b""
            if answer.status == HTTPStatus.OK and (kind or max_bytes is not None):
                page = kind == ".html"
                bound = self._bounds.page_bytes if page else self._bounds.file_bytes
                body = self._read(address, answer, found, bound if max_bytes is None else max_bytes)
            else:
                _drain(answer.iter_stream())
            return Fetched(address, answer.status, found, body, kind)

    def _read(
        self, address: str, answer: "httpcore2.Response", headers: Mapping[str, str], bound: int
    ) -> bytes:
        """Return the body, unpacked. Raises SourceError beyond the bound, packed or unpacked."""
        declared = headers.get("content-length", "")
        if declared.isdigit() and len(declared) < 20 and int(declared) > bound:
            raise _too_large(address, bound)
        packing = headers.get("content-encoding", "").strip().lower()
        if packing not in ("", "identity", "gzip", "x-gzip"):
            raise SourceError(
                "{address} comes packed in a way nobody asked for.", address=show_address(address)
            )
        chunks: Iterator[bytes] = _count(answer.iter_stream(), address, bound)
        if packing in ("gzip", "x-gzip"):
            chunks = _unpack(chunks, address, bound)
        return b"".join(chunks)


def unpack_gzip(data: bytes, address: str, bound: int) -> bytes:
    """Return gzipped bytes unpacked. Raises SourceError beyond the bound and for broken ones."""
    return b"".join(_unpack(iter([data]), address, bound))


def refuse_status(fetched: Fetched, template: str = _ANSWERS) -> SourceError:
    """Return what to raise for a status that is no success."""
    try:
        status = f"{fetched.status} ({HTTPStatus(fetched.status).phrase.lower()})"
    except ValueError:
        status = f"{fetched.status}"
    return SourceError(template, address=show_address(fetched.address), status=status)


def _drain(chunks: Any) -> None:
    """Read what little there may be to read, so that the connection can go on."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > _MAX_DRAINED:
            return


def _count(chunks: Any, address: str, bound: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > bound:
            raise _too_large(address, bound)
        yield chunk


def _unpack(chunks: Iterator[bytes], address: str, bound: int) -> Iterator[bytes]:
    """Yield gzipped chunks unpacked, never more at once than the bound leaves."""
    unpacker, size = zlib.decompressobj(wbits=31), 0
    try:
        for chunk in chunks:
            while chunk:
                made = unpacker.decompress(chunk, bound - size + 1)
                size += len(made)
                if size > bound:
                    raise _too_large(address, bound)
                yield made
                chunk = unpacker.unconsumed_tail
                if unpacker.eof:
                    chunk, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise SourceError(
            "{address} comes packed, and broken.", address=show_address(address)
        ) from error


def _too_large(address: str, bound: int) -> SourceError:
    return SourceError(
        "{address} is larger than {most:,.0f} MB; no more is read.",
        address=show_address(address),
        most=bound / 2**20,
    )


def _explain(address: str, error: Exception) -> SourceError:
    import httpcore2

    if isinstance(error, httpcore2.TimeoutException):
        return SourceError("{address} does not answer in time.", address=show_address(address))
    if isinstance(error, httpcore2.ProtocolError):
        return SourceError(
            "{address} does not speak HTTP as it should.", address=show_address(address)
        )
    reason = " ".join(str(error).split())[:200]
    return SourceError(
        "{address} cannot be reached ({reason}).",
        address=show_address(address),
        reason=reason or "no reason given",
    )


@cache
def _read_version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:
        return "0"
