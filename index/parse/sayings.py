"""What people have said one after the other, in Markdown → one Document."""

import json
from collections.abc import Mapping
from typing import Any

from index.parse.blocks import Block, build_document
from index.parse.codec import encode_document
from index.parse.limits import Limits
from index.parse.markdown import parse_markdown


def read_sayings(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Return the Document as JSON; the options give its `name` and `title`.

    The data is a JSON list of texts, each with the fragment that leads to it. Raises EmptyDocument.
    """
    blocks = [
        Block(block.text, block.level, code=block.code, fragment=fragment)
        for text, fragment in json.loads(data)
        for block in parse_markdown(text, keep_breaks=True)
    ]
    return encode_document(build_document(blocks, options["title"], options["name"], Limits()))
