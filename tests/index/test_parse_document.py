"""What holds for every format: the contract of Document, and no error but ParseError."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import DocumentTooLarge, EmptyDocument, ParseError, UnsupportedFormat
from index.parse import SUFFIXES, parse_document
from index.types import Document

MARKUP = ["# Head", "Under\n===", "- item", "1. one", "| a | b |\n|---|---|\n| 1 | 2 |", "<b>x</b>"]
MARKUP += [
    "```\n# c\n```",
    "[l](http://a.example)",
    "a;b\n1;2",
    '{"a": [1, {"b": "c"}]}',
    "CHAPTER I",
]
MARKUP += [
    ".. note:: Mind\n\n   the gap",
    "=====  =====\na      b\n=====  =====\n1      2\n=====  =====",
]
MARKUP += [
    ":field: value",
    "Term\n  means this",
    "[NOTE]\n====\nx\n====",
    "|===\n|a |b\n\n|1 |2\n|===",
]
MARKUP += ["== Under", "term:: means this", "----\ncode\n----", ":name: {name}{name}"]
WORDS = [
    "text that goes on and",
    "over a line.",
    "e\u0301",
    "\ufeff",
    "\u00ad",
    "\u2028",
    "\x0c",
    "  ",
]
PIECES = st.sampled_from(MARKUP + WORDS)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=12).map("\n\n".join)


def check(document: Document) -> None:
    """Hold a document against its contract."""
    end = 0
    for span in document.spans:
        assert end <= span.start_char < span.end_char
        between = document.text[end : span.start_char]
        # What lies in no span is white space and the headings of this very span.
        left = between.split("\n\n") if between.strip() else []
        assert {line.strip() for line in left if line.strip()} <= set(span.heading_path)
        end = span.end_char
    assert not document.text[end:].strip()
    assert not [c for c in document.text if unicodedata.category(c) == "Cc" and c != "\n"]
    assert "\n\n\n" not in document.text
    assert document.text == document.text.strip()
    assert unicodedata.is_normalized("NFC", document.text)
    assert document.title == " ".join(document.title.split())
    assert 0 < len(document.title) <= 200


@pytest.mark.parametrize(
    "suffix", sorted({".txt", ".md", ".rst", ".adoc", ".html", ".csv", ".json"})
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_whatever_text_is_read_keeps_the_contract(suffix: str, text: str) -> None:
    try:
        document = parse_document(text.encode("utf-8", "surrogatepass"), f"a{suffix}")
    except ParseError:
        return
    check(document)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\xff\xfe"]), data=st.binary())
def test_no_bytes_raise_anything_but_a_parse_error(suffix: str, start: bytes, data: bytes) -> None:
    try:
        document = parse_document(start + data, f"a{suffix}")
    except ParseError as error:
        assert str(error).startswith("a.")
        assert "\n" not in str(error)
    else:
        check(document)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_an_empty_file_is_an_empty_document(suffix: str) -> None:
    for data in (b"", b" \n\t\r\n"):
        with pytest.raises(EmptyDocument, match=r"a\.\w+ is empty"):
            parse_document(data, f"a{suffix}")


def test_another_format_is_unsupported_and_the_message_says_what_is_read() -> None:
    with pytest.raises(UnsupportedFormat, match=r"a\.exe is in no format.*csv, docx, epub"):
        parse_document(b"x", "a.exe")
    with pytest.raises(UnsupportedFormat, match=r"a\.doc is in an old format. Save it as \.docx"):
        parse_document(b"x", "a.doc")


def test_spans_lead_to_their_lines_where_that_is_asked_for() -> None:
    text = b"---\ntitle: Rules\n---\n\n# One\n\nText.\n\nMore.\n\n## Two\n"
    document = parse_document(text, "a.md", lines=True)
    assert [span.fragment for span in document.spans] == ["#L7", "#L9", "#L11"]
    document = parse_document(b"One.\n\nTwo.\n", "a.txt", lines=True)
    assert [span.fragment for span in document.spans] == ["#L1", "#L3"]
    for name, data in (("a.md", text), ("a.html", b"<p>a<p>b"), ("a.csv", b"a,b\n1,2\n")):
        lines = name == "a.html" or name == "a.csv"
        spans = parse_document(data, name, lines=lines).spans
        assert {span.fragment for span in spans} == {""}


def test_a_suffix_in_capitals_counts() -> None:
    assert parse_document(b"Hello", "A.TXT").text == "Hello"


def test_importing_loads_no_heavy_library() -> None:
    heavy = ["pypdfium2", "markitdown", "pandas", "openpyxl", "markdown_it", "bs4"]
    code = f"import sys, index.parse, index.files; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["log.txt", "log.md", "log.csv", "log.json", "log.html"])
@pytest.mark.usefixtures("stopped_if_stuck")
def test_a_text_of_fifty_megabytes_is_refused_by_its_limit(name: str) -> None:
    with pytest.raises(DocumentTooLarge, match=rf"{name} holds more than 10,000,000 characters"):
        parse_document(b"A line of a log.\n" * (50 * 2**20 // 17), name)
