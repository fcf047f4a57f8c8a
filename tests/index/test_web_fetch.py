"""One page: what an answer may be, how large, how slow, and what is said where it is not."""

import gzip
import logging
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme

from index.errors import AddressRefused, SourceError
from index.parse import Limits
from index.types import Look
from index.web import look_at_page
from tests.index.webserver import FAST, Page, Web, make_origin, write_page

ROOT = Path(__file__).parent.parent.parent
HARBOUR = write_page("Harbour", "The harbour has two moles.")


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def look(
    web: Web, path: str = "/", notes: Mapping[str, str] | None = None, **bounds: float
) -> Look:
    return look_at_page(
        make_origin(web.root + path),
        notes or {},
        fetcher=web.fetcher(replace(FAST, **bounds)),
        limits=Limits(),
        tick=lambda what, done, total: None,
    )


def read(web: Web, path: str = "/", **bounds: float) -> str:
    return look(web, path, **bounds).documents[0].document.text


def test_a_page_is_one_document_that_leads_to_its_sections(web: Web) -> None:
    web.pages["/a"] = Page(
        write_page("Harbour", "It has two moles.", "<h2 id='night'>Night</h2>", "No horns.")
    )
    found = look(web, "/a")
    (incoming,) = found.documents
    assert found.sources == {f"{web.root}/a"}
    assert (incoming.source, incoming.link, incoming.origin) == (f"{web.root}/a",) * 2 + (7,)
    assert incoming.document.title == "Harbour"
    spans = incoming.document.spans
    assert [span.fragment for span in spans] == ["#top", "#night"]
    assert spans[1].heading_path == ("Harbour", "Night")


def test_an_unchanged_page_costs_one_request_and_is_not_read_again(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["/"] = Page(HARBOUR, etag='"1"', headers={"Last-Modified": "Mon, 05 Jan 2026 GMT"})
    first = look(web)
    web.forget()
    monkeypatch.setattr("index.web.pages.run_caged", None)
    again = look(web, notes=first.notes)
    assert web.asked["/"] == 1 and again.documents == ()
    assert (again.sources, again.notes) == (first.sources, first.notes)
    heard = next(headers for path, headers in web.heard if path == "/")
    assert heard["If-Modified-Since"] == "Mon, 05 Jan 2026 GMT"


def test_only_the_text_makes_a_page_a_document_again(web: Web) -> None:
    web.pages["/"] = Page(HARBOUR, etag='"1"')
    first = look(web)
    web.pages["/"] = Page(HARBOUR.replace(b"<body>", b"<body><!-- built today -->"), etag='"2"')
    again = look(web, notes=first.notes)
    assert again.documents == ()
    web.pages["/"] = Page(HARBOUR.replace(b"two", b"three"), etag='"3"')
    third = look(web, notes=again.notes)
    assert "three moles" in third.documents[0].document.text
    assert third.documents[0].content_hash != first.documents[0].content_hash


def test_what_reads_the_web_is_loaded_where_it_is_read() -> None:
    program = "import sys, index.web; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "index.web.fetch" in loaded
    assert not loaded & {"httpcore2", "ssl", "protego", "lxml", "trafilatura", "idna", "bs4"}


def test_notes_of_nobody_knows_where_are_no_harm(web: Web) -> None:
    web.pages["/"] = Page(HARBOUR, etag='"1"')
    notes = {f"page {web.root}/": '{"blocks": 3}', "page x": "{", "else": "1"}
    assert look(web, notes=notes).documents


def test_requests_say_who_asks_and_carry_nothing_else(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")
    web.pages["/"] = Page(status=302, headers={"Location": "/b", "Set-Cookie": "a=b"})
    web.pages["/b"] = Page(HARBOUR)
    assert read(web)
    heard = web.heard[-1][1]
    assert heard["User-Agent"].startswith("Footnote/")
    assert {name.lower() for name in heard} == {"host", "user-agent", "accept", "accept-encoding"}


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(status=403), "answers 403 (forbidden)."),
        (Page(status=404), "answers 404 (not found)."),
        (Page(status=500), "answers 500 (internal server error)."),
        (Page(status=799), "answers 799."),
        (Page(b"x", "image/png"), "is image/png, which Footnote does not read."),
        (Page(b"x", "application/zip"), "is application/zip, which Footnote does not read."),
        (Page(status=302), "redirects to nowhere."),
        (Page(status=302, headers={"Location": "/"}), "redirects more than 5 times."),
        (Page(status=302, headers={"Location": "http://[a/"}), "http://[a/ is no web address"),
        (Page(HARBOUR, length=10**9), "is larger than 8 MB; no more is read."),
        (Page(HARBOUR, headers={"Content-Encoding": "br"}), "comes packed in a way"),
        (Page(HARBOUR, headers={"Content-Encoding": "gzip"}), "comes packed, and broken."),
        (Page(b"<html><body></body></html>"), "holds no text. Pages that scripts write"),
        (Page(b""), "holds no page."),
        (Page(HARBOUR, headers={"X-Robots-Tag": "noindex"}), "asks robots not to read it."),
        (Page(b"%PDF-1.7 x", "application/pdf"), "is a damaged PDF"),
    ],
)
def test_what_cannot_be_read_is_said_in_plain_words(web: Web, page: Page, reason: str) -> None:
    web.pages["/"] = page
    with pytest.raises(SourceError) as failed:
        look(web)
    assert reason in str(failed.value)


def test_a_machine_that_is_off_is_said_so(web: Web) -> None:
    with Web() as other:
        pass
    with pytest.raises(SourceError, match="cannot be reached"):
        look(other)


def test_robots_txt_forbids(web: Web) -> None:
    web.pages |= {"/": Page(HARBOUR), "/robots.txt": Page(b"User-agent: *\nDisallow: /")}
    with pytest.raises(SourceError, match=r"robots\.txt of 127\.0\.0\.1 does not allow Footnote"):
        look(web)
    assert not web.asked["/"]


def test_a_redirect_is_asked_of_robots_txt_too(web: Web) -> None:
    web.pages |= {
        "/": Page(status=301, headers={"Location": "/secret"}),
        "/secret": Page(HARBOUR),
        "/robots.txt": Page(b"User-agent: *\nDisallow: /secret"),
    }
    with pytest.raises(SourceError, match="does not allow"):
        look(web)
    assert not web.asked["/secret"]


def test_a_packed_page_is_unpacked_and_a_bomb_is_not(web: Web) -> None:
    web.pages["/"] = Page(gzip.compress(HARBOUR), headers={"Content-Encoding": "gzip"})
    assert "two moles" in read(web)
    half = gzip.compress(HARBOUR[:50]) + gzip.compress(HARBOUR[50:])
    web.pages["/"] = Page(half, headers={"Content-Encoding": "gzip"})
    assert "two moles" in read(web)
    web.pages["/"] = Page(gzip.compress(bytes(20 << 20)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceError, match="is larger than 1 MB"):
        look(web, page_bytes=1 << 20)


def test_a_page_that_never_ends_is_left(web: Web) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 65_536)

    web.pages["/"] = Page(send=pour)
    with pytest.raises(SourceError, match="is larger than 1 MB"):
        look(web, page_bytes=1 << 20)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
def test_a_page_that_drips_is_left_in_time(web: Web, head: bytes) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(head)
            for letter in b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 1_000:
                handler.wfile.write(bytes([letter]))
                time.sleep(0.02)

    web.pages["/"] = Page(send=drip)
    begun = time.monotonic()
    with pytest.raises(SourceError, match="does not answer in time"):
        look(web, request_s=0.3)
    assert time.monotonic() - begun < 5


def test_a_silent_machine_is_left_in_time(web: Web) -> None:
    web.pages["/"] = Page(send=lambda handler: time.sleep(0.5))
    with pytest.raises(SourceError, match="does not answer in time"):
        look(web, silence_s=0.1)


def test_headers_without_end_are_left(web: Web) -> None:
    def head(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 1_000_000)

    web.pages["/"] = Page(send=head)
    with pytest.raises(SourceError, match="does not speak HTTP as it should"):
        look(web)


@pytest.mark.parametrize(
    ("kind", "charset"),
    [
        ("text/html; charset=windows-1251", "cp1251"),
        ("text/html; charset=iso-2022-jp", "iso2022_jp"),
        ("text/html; charset=nonsense", "utf-8"),
        ("text/html", "utf-8"),
        ("text/html", "utf-16"),
    ],
)
def test_charsets_are_honoured(web: Web, kind: str, charset: str) -> None:
    word = "船は港にある" if "jp" in charset else "гавань"
    web.pages["/"] = Page(f"<body><p>{word} x</p></body>".encode(charset), kind)
    assert word in read(web)


def test_a_charset_inside_a_page_is_heard_where_its_type_names_none(web: Web) -> None:
    text = '<head><meta charset="windows-1251"></head><body><p>Гавань открыта.</p></body>'
    web.pages["/"] = Page(text.encode("cp1251"), "text/html")
    assert "Гавань открыта." in read(web)


def test_a_file_is_read_as_what_its_type_says(web: Web) -> None:
    web.pages["/rules"] = Page(b"# Rules\n\nNo smoking on deck.\n", "text/markdown", etag='"1"')
    first = look(web, "/rules")
    assert "No smoking" in first.documents[0].document.text
    again = look(web, "/rules", first.notes)
    assert again.documents == () and again.sources == first.sources


def test_a_permanent_redirect_is_taken_only_once(web: Web) -> None:
    web.pages |= {
        "/old": Page(status=308, headers={"Location": "/new"}),
        "/new": Page(HARBOUR, etag='"1"'),
    }
    first = look(web, "/old")
    assert first.documents[0].link == f"{web.root}/new"
    web.forget()
    again = look(web, "/old", first.notes)
    assert (web.asked["/old"], web.asked["/new"]) == (0, 1)
    del web.pages["/new"]
    web.pages["/old"] = Page(HARBOUR)
    third = look(web, "/old", again.notes)
    assert third.sources == {f"{web.root}/old"} and "moved" not in third.notes


def test_a_query_is_neither_told_nor_logged(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    web.pages["/"] = Page(status=500)
    with pytest.raises(SourceError) as failed:
        look(web, "/?token=hush")
    web.pages["/"] = Page(HARBOUR)
    assert read(web, "/?token=hush")
    assert "hush" not in str(failed.value)
    loud = [r for r in caplog.records if r.levelno >= logging.INFO or r.name.startswith("index")]
    assert not [record for record in loud if "hush" in record.getMessage()]


@pytest.fixture
def secure(web: Web, tmp_path: Path) -> Web:
    """The server behind TLS, as harbour.test; whoever trusts trusted.pem trusts it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "trusted.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("harbour.test").configure_cert(context)
    web.secure(context)
    web.pages["/"] = Page(HARBOUR)
    return web


def look_secure(web: Web, host: str) -> Look:
    return look_at_page(
        make_origin(f"https://{host}:{web.port}/"),
        {},
        fetcher=web.fetcher(resolve=lambda host, port: ["127.0.0.1"]),
        limits=Limits(),
        tick=lambda what, done, total: None,
    )


def test_certificates_are_checked_against_the_name(
    secure: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match=r"cannot be reached .*certificate"):
        look_secure(secure, "harbour.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    assert look_secure(secure, "harbour.test").documents
    assert secure.heard[-1][1]["Host"] == f"harbour.test:{secure.port}"
    with pytest.raises(SourceError, match=r"cannot be reached .*certificate"):
        look_secure(secure, "other.test")


def test_a_redirect_from_https_to_http_is_refused(
    secure: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    secure.pages["/"] = Page(status=301, headers={"Location": "http://harbour.test/"})
    with pytest.raises(AddressRefused, match="which is not encrypted"):
        look_secure(secure, "harbour.test")
