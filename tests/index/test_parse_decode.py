"""Bytes → text."""

import pytest

from index.errors import DamagedDocument, DocumentTooLarge
from index.parse.decode import decode_text
from index.parse.limits import Limits

LIMITS = Limits()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
def test_marked_and_plain_unicode_is_read(encoding: str) -> None:
    assert decode_text("Öl – 30 €".encode(encoding), "a.txt", LIMITS) == "Öl – 30 €"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read(encoding: str) -> None:
    text = "The library opens at nine; Größe 3."
    assert decode_text(text.encode(encoding), "a.txt", LIMITS) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe;Preis\nTür;4,50 €", "cp1252"),
        ("Café à la crème, déjà vu", "latin-1"),
        ("Die Bibliothek öffnet „früh“ – für alle.", "cp1252"),
        ("El niño comió. ¿Dónde está la biblioteca?", "cp1252"),
        ("Привет, мир! Это обычный русский текст для проверки.", "cp1251"),
        ("Привет, мир! Это обычный русский текст для проверки.", "koi8-r"),
        ("これは日本語のテキストです。図書館は朝九時に開きます。", "shift_jis"),
        ("图书馆早上九点开门，周日休息。", "gb18030"),
        ("이것은 한국어 텍스트입니다. 도서관은 아홉 시에 엽니다.", "euc-kr"),
        ("Zażółć gęślą jaźń. Biblioteka jest otwarta.", "cp1250"),
    ],
)
def test_other_encodings_are_guessed(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding), "a.txt", LIMITS) == text


def test_a_long_text_is_guessed_from_whole_characters() -> None:
    for start in ("", "x"):
        text = start + "これは日本語のテキストです。図書館は朝九時に開きます。\n" * 2_000
        assert decode_text(text.encode("shift_jis"), "a.txt", LIMITS) == text


def test_a_declared_charset_is_honoured() -> None:
    html = '<meta charset="iso-8859-2"><p>Čeština, řeka'
    assert decode_text(html.encode("iso-8859-2"), "a.html", LIMITS, markup=True) == html
    xml = '<?xml version="1.0" encoding="iso-2022-jp"?>日本語'
    assert decode_text(xml.encode("iso-2022-jp"), "a.html", LIMITS, markup=True) == xml


@pytest.mark.parametrize("charset", ["idna", "rot13", "no-such-thing", "unicode_escape"])
def test_a_charset_that_is_none_is_passed_over(charset: str) -> None:
    html = f"<meta charset={charset}><p>\\u0041 é"
    assert decode_text(html.encode("cp1252"), "a.html", LIMITS, markup=True) == html


def test_line_ends_are_one_kind() -> None:
    assert decode_text(b"a\r\nb\rc", "a.txt", LIMITS) == "a\nb\nc"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (bytes(range(256)) * 8, "binary data"),
        (b"\x01\x02\x03\x04 text" * 50, "binary data"),
        (b"%PDF-1.7\n\0\1\2", "a PDF"),
        (b"PK\x03\x04\0\0\0\0", "a zip archive"),
        (b"\xff\xfeA", "breaks off at byte"),
    ],
)
def test_what_is_no_text_is_damaged_and_the_message_says_what_it_is(data: bytes, what: str) -> None:
    with pytest.raises(DamagedDocument, match=rf"a\.txt .*{what}"):
        decode_text(data, "a.txt", LIMITS)


def test_too_long_a_text_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(DocumentTooLarge, match="more than 100 characters"):
        decode_text(b"\xff" * 404, "a.txt", Limits(text_chars=100))
    with pytest.raises(DocumentTooLarge, match="more than 100 characters"):
        decode_text(b"a" * 101, "a.txt", Limits(text_chars=100))
