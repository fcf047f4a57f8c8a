"""A Document as JSON, and back: what passes between the cage and the outside."""

import json
from collections.abc import Mapping
from typing import Any

from index.parse import Limits, parse_document
from index.types import Document, Span


def parse_to_json(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Return the Document of a file's bytes as JSON; the options give what `parse_document` takes.

    Raises what that raises.
    """
    limits, lines = Limits(**options["limits"]), bool(options.get("lines"))
    return encode_document(parse_document(data, options["name"], limits, lines=lines))


def encode_document(document: Document) -> bytes:
    """Return the document as UTF-8 JSON."""
    spans = [
        [
            *(span.start_char, span.end_char, span.page),
            *(list(span.heading_path), span.fragment, span.header),
        ]
        for span in document.spans
    ]
    head = {"title": document.title, "text": document.text, "pages": document.pages}
    return json.dumps({**head, "spans": spans}, ensure_ascii=False).encode("utf-8")


def decode_document(data: bytes) -> Document:
    """Return the document that JSON holds.

    Raises ValueError for what is no document: whoever wrote it may have read a hostile file.
    """
    try:
        read = json.loads(data)
        title, text, pages = read["title"], read["text"], read["pages"]
        spans = tuple(_read_span(*span) for span in read["spans"])
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__} in its JSON") from error
    if not (_is_text(title, text) and _is_page(pages) and spans):
        raise ValueError("no title, text, pages and spans in its JSON")
    end = 0
    for span in spans:
        if not end <= span.start_char < span.end_char <= len(text):
            raise ValueError(f"a span from {span.start_char} to {span.end_char}")
        end = span.end_char
    return Document(title, text, spans, pages)


def _read_span(start: Any, end: Any, page: Any, path: Any, fragment: Any, header: Any) -> Span:
    numbers = type(start) is type(end) is int and _is_page(page)
    if not (numbers and isinstance(path, list) and _is_text(*path, fragment, header)):
        raise ValueError("a span of other parts than a span has")
    return Span(start, end, page, tuple(path), fragment, header)


def _is_page(value: Any) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _is_text(*values: Any) -> bool:
    """Say whether all are strings that UTF-8 can hold."""
    return all(isinstance(value, str) and not _has_surrogate(value) for value in values)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
