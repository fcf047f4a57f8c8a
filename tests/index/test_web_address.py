"""Addresses in one form, and those that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import AddressRefused
from index.web import read_address
from index.web.address import name_address, normalise_address, show_address
from index.web.kinds import is_worth_following, read_charset, read_kind


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("docs.example.org", "https://docs.example.org/"),
        (" docs.example.org/a#b ", "https://docs.example.org/a"),
        ("//docs.example.org/a", "https://docs.example.org/a"),
        ("HTTP://Docs.Example.ORG:80/A", "http://docs.example.org/A"),
        ("https://docs.example.org:443?q=1", "https://docs.example.org/?q=1"),
        ("docs.example.org:8443/a", "https://docs.example.org:8443/a"),
        ("https://docs.example.org./", "https://docs.example.org/"),
        ("https://straße.example/ä?ö=ü", "https://xn--strae-oqa.example/%C3%A4?%C3%B6=%C3%BC"),
        ("https://ｅｘａｍｐｌｅ.org/", "https://example.org/"),
        ("https://e.org/a/./b/../c", "https://e.org/a/c"),
        ("https://e.org/../../a/..", "https://e.org/"),
        ("https://e.org/a/%2e%2E/b", "https://e.org/b"),
        ("https://e.org/%7Ea%20b", "https://e.org/%7Ea%20b"),
        ("https://[2606:4700:0::1]/", "https://[2606:4700::1]/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert read_address(text) == address
    assert read_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "https://", "https:///a", "ftp://e.org/", "file:///etc/passwd"),
        *("javascript:alert(1)", "https://[::ffff:1.2.3.4%1]/"),
        *("mailto:a@e.org", "data:text/html,x", "gopher://e.org/", "https://user@e.org/"),
        *("https://user:secret@e.org/", "https://e.org\\@127.0.0.1/", "https://e.org:99999/"),
        *("https://e.org:x/", "https://e org/", "https://e.org/\r\nHost: x", "https://e.org/\0"),
        *("https://0x7f.1/", "https://2130706433/", "https://127.1/", "https://0177.0.0.1/"),
        *("https://127.0.0.01/", "https://0x7f000001/", "https://1.2.3.4.5/", "https://256.1.1.1/"),
        *("https://e..org/", "https://e.org../", "https://-e.org/", "https://%31%32%37.0.0.1/"),
        *("https://[::1/", "https://[fe80::1%25eth0]/", "https://[x]/", "https://①②⑦.1/"),
        *("https://" + "a" * 64 + ".org/", "https://e.org/" + "a" * 2_000, "http:e.org"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        read_address(text)
    assert "secret" not in str(refused.value)


PIECES = ["http", "https", ":", "//", "/", ".", "..", "@", "[", "]", "::1", "e.org", "127.1", "?"]
PIECES += ["#", "%", "%2e", "\\", " ", "ü", "①", "0x7f", "a", "\n", "\0", ":80", "localhost"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(max_size=30))
def test_whatever_is_not_refused_is_plain_and_stays_as_it_is(text: str) -> None:
    try:
        address = read_address(text)
    except AddressRefused:
        return
    assert address.startswith(("http://", "https://")) and address.isascii()
    assert address.isprintable() and not set(" @#\\") & set(address.split("/")[2])
    assert read_address(address) == address


def test_a_link_keeps_to_the_web() -> None:
    with pytest.raises(AddressRefused):
        normalise_address("e.org/without-a-scheme")


def test_a_shown_address_has_no_query_and_a_named_one_no_scheme() -> None:
    assert show_address("https://e.org/a?token=1") == "https://e.org/a"
    assert len(show_address("https://e.org/" + "a" * 1_000)) == 200
    assert name_address("https://e.org/caf%C3%A9/") == "e.org/café"
    assert name_address("https://e.org/a%0Ab") == "e.org/a%0Ab"


@pytest.mark.parametrize(
    ("address", "content_type", "kind"),
    [
        ("https://e.org/a", "text/html; charset=utf-8", ".html"),
        ("https://e.org/a.pdf", "text/html", ".html"),
        ("https://e.org/a", "Application/PDF", ".pdf"),
        ("https://e.org/a.docx", "application/octet-stream", ".docx"),
        ("https://e.org/a.md", "text/plain", ".md"),
        ("https://e.org/a", "text/plain", ".txt"),
        ("https://e.org/a", "", ".html"),
        ("https://e.org/a", "image/png", None),
        ("https://e.org/a.exe", "application/octet-stream", None),
        ("https://e.org/a.pdf", "image/png", None),
    ],
)
def test_what_an_answer_holds_is_told_by_its_type_first(
    address: str, content_type: str, kind: str | None
) -> None:
    assert read_kind(address, content_type) == kind


def test_a_charset_is_read_from_the_content_type() -> None:
    assert read_charset('text/html; boundary=x; Charset="ISO-8859-1"') == "ISO-8859-1"
    assert read_charset("text/html") == ""


@pytest.mark.parametrize(
    ("path", "followed"),
    [
        *(("a", True), ("a.html", True), ("v1.2", True), ("a.pdf", True), ("a.php", True)),
        *(("a.png", False), ("a.zip", False), ("a?sort=1", False), ("_sources/a.txt", False)),
        *(("genindex.html", False), ("a.css", False)),
    ],
)
def test_links_to_pictures_and_searches_are_not_followed(path: str, followed: bool) -> None:
    assert is_worth_following(f"https://e.org/docs/{path}") is followed
