"""Documents between the cage and the outside: none is lost, none is taken on trust."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parse.codec import decode_document, encode_document
from index.types import Document, Span

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PAGE = st.none() | st.integers(0, 9)
SPAN = st.tuples(st.integers(0, 9), st.integers(1, 9), PAGE, st.lists(TEXT), TEXT, TEXT)
GOOD: dict[str, Any] = {"title": "a", "text": "bcd", "pages": 1}
SPANS = [[0, 1, None, ["H"], "#h", ""], [2, 3, 4, [], "", "x"]]


@given(TEXT, TEXT, PAGE, st.lists(SPAN, min_size=1))
def test_a_document_comes_back_as_it_was(
    title: str, text: str, pages: int | None, parts: list[tuple[Any, ...]]
) -> None:
    spans: list[Span] = []
    end = 0
    for gap, length, page, path, fragment, header in parts:
        start, end = end + gap, end + gap + length
        spans.append(Span(start, end, page, tuple(path), fragment, header))
    document = Document(title, text.ljust(end, "x"), tuple(spans), pages)
    assert decode_document(encode_document(document)) == document


def test_the_good_one_is_read() -> None:
    assert decode_document(json.dumps({**GOOD, "spans": SPANS}).encode()).spans[1].page == 4


@pytest.mark.parametrize(
    "change",
    [
        *({key: value} for key in GOOD for value in (-1, True, [], "\ud800", 1.5)),
        *({"spans": spans} for spans in (None, [], {}, "ab", [[]], [3], SPANS[::-1], SPANS * 2)),
        *({"spans": [[0, end, None, [], "", ""]]} for end in (0, -1, 4, 1.0, True, None, "1")),
        *({"spans": [[start, 1, None, [], "", ""]]} for start in (1, -1, 0.5, None, "0")),
        *({"spans": [[0, 1, page, [], "", ""]]} for page in (-1, "1", 1.0, [])),
        *({"spans": [[0, 1, None, path, "", ""]]} for path in (None, "ab", [1], ["\udc00"], {})),
        *(
            {"spans": [[0, 1, None, [], *ends]]}
            for ends in ((1, ""), ("", None), ("",), ("", "", ""))
        ),
    ],
)
def test_what_is_no_document_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        decode_document(json.dumps({**GOOD, "spans": SPANS, **change}).encode())


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"1", b"{}", b"[" * 99_999, b"9" * 9999])
def test_what_is_no_json_object_is_no_document(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_document(data)
