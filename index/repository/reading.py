"""A repository's file → Document as JSON, for it is made in a process of its own."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from index.parse import Limits, parse_document
from index.types import Document, Span


def read_file(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Return the file's Document as JSON; its spans lead to their lines.

    The options give its `name` and the `limits`. Raises what `parse_document` raises.
    """
    limits = Limits(**options["limits"])
    document = parse_document(data, options["name"], limits, lines=True)
    return json.dumps(asdict(document)).encode("ascii")


def load_document(made: bytes) -> Document:
    """Return the Document that `read_file` wrote down."""
    value = json.loads(made)
    spans = tuple(
        Span(**{**span, "heading_path": tuple(span["heading_path"])}) for span in value["spans"]
    )
    return Document(value["title"], value["text"], spans, value["pages"])
