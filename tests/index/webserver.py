"""A web server on loopback whose pages a test writes, and which counts what it is asked for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from types import TracebackType
from typing import Any, Self

from index.types import Kind, Origin
from index.web import Bounds, Fetcher

FAST = Bounds(pause_s=0, connect_s=2, silence_s=2, request_s=5, retry_after_s=0.2)


@dataclass
class Page:
    """What the server answers at one path."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    length: int | None = None
    """A Content-Length that is not the body's."""
    send: Callable[[BaseHTTPRequestHandler], None] | None = None
    """Writes the whole answer in place of all that."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        web = self.server.web
        path = self.path.partition("?")[0]
        web.asked[path] += 1
        web.heard.append((self.path, self.headers))
        page = web.pages.get(self.path, web.pages.get(path, Page(b"nothing", status=404)))
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        if page.send:
            self.close_connection = True
            page.send(self)
            return
        unchanged = page.etag and self.headers.get("If-None-Match") == page.etag
        self.send_response(304 if unchanged else page.status)
        if page.etag:
            self.send_header("ETag", page.etag)
        for name, value in page.headers.items():
            self.send_header(name, value)
        body = b"" if unchanged else page.body
        if not unchanged:
            self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(body) if page.length is None else page.length))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    web: "Web"


class Web(AbstractContextManager["Web"]):
    """The server and what it was asked for; ends with its block."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | list[Page]] = {}
        self.asked: Counter[str] = Counter()
        self.heard: list[tuple[str, Message]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.web = self
        self.port = self._server.server_address[1]
        self.root = f"http://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fetcher(self, bounds: Bounds = FAST, **options: Any) -> Fetcher:
        return Fetcher(allowed={("127.0.0.1", self.port)}, bounds=bounds, **options)

    def secure(self, context: SSLContext) -> None:
        """Speak TLS from now on."""
        listening = self._server.socket
        self._server.socket = context.wrap_socket(listening, server_side=True)

    def forget(self) -> None:
        """Begin to count anew."""
        self.asked.clear()
        self.heard.clear()


def make_origin(address: str, kind: Kind = "page", **options: int | str | bool) -> Origin:
    return Origin(7, kind, address, options, 3600, datetime(2026, 1, 1, tzinfo=UTC))


def write_page(title: str, *parts: str, links: Sequence[str] = (), head: str = "") -> bytes:
    """A page with paragraphs; a part that begins with `<` stands as it is."""
    body = "\n".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)
    listed = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>"
        f"<nav><ul>{listed}</ul></nav><main><h1 id='top'>{title}</h1>{body}</main></body></html>"
    ).encode()
