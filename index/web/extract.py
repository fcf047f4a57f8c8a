"""A page's bytes → its title, blocks and links, as JSON. Run in the cage."""

import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.errors import AddressRefused, DamagedDocument, ParseError
from index.parse.blocks import Block
from index.parse.decode import decode_text
from index.parse.limits import Limits
from index.web.address import join_address

_MAX_LINKS = 2_000
_MAX_HREF = 2_000
_UNWRITABLE = re.compile("[\0-\b\v\f\x0e-\x1f\ufffe\uffff]")
"""What may stand in a page's tree, as `&#11;` does, and not be written into it again."""


def read_page(data: bytes, options: dict[str, Any]) -> bytes:
    """Return what a page holds: `title`, `blocks`, `links`, `canonical`, `index`, `follow`.

    `options` tell its `address` and the `charset` of its Content-Type. Blocks are lists of text,
    level, fragment, code and header. Links are absolute, each once, in order. `index` and `follow`
    say what the page lets robots do. Raises ParseError.
    """
    address = str(options["address"])
    try:
        return _read(data, options, address)
    except ParseError:
        raise
    except Exception as error:  # libraries that read others' pages raise what they like
        raise DamagedDocument(
            "{address} cannot be read as a page ({error}). Check the address.",
            address=address,
            error=type(error).__name__,
        ) from error


def _read(data: bytes, options: dict[str, Any], address: str) -> bytes:
    text = _decode(data, str(options.get("charset", "")), address)
    tree = _parse(text)
    if tree is None:
        raise DamagedDocument("{address} holds no page. Check the address.", address=address)
    base = _find_base(tree, address)
    told = _read_robots(tree)
    links = _find_links(tree, base)
    found = {
        "title": " ".join((tree.findtext(".//title") or "").split())[:500],
        "canonical": _find_canonical(tree, base),
        "index": not told & {"noindex", "none"},
        "follow": not told & {"nofollow", "none"},
        "links": links,
        "blocks": [
            [block.text, block.level, block.fragment, block.code, block.header]
            for block in _read_blocks(tree, text)
        ],
    }
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


def _decode(data: bytes, charset: str, address: str) -> str:
    """Return the page's text; the charset of its Content-Type goes before the one inside."""
    declared = f'<meta charset="{charset}">' if charset.isascii() and charset.isprintable() else ""
    marked = data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    prefix = "" if marked or not charset or b"\0" in data[:1024] else declared
    text = decode_text(prefix.encode("ascii") + data, address, Limits(), markup=True)
    return text.removeprefix(prefix)


def _parse(text: str) -> Any:
    """Return the page's tree, None where there is none."""
    from lxml import etree, html  # type: ignore[import-untyped]

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    for element in tree.iter():
        if element.text and _UNWRITABLE.search(element.text):
            element.text = _UNWRITABLE.sub(" ", element.text)
        if element.tail and _UNWRITABLE.search(element.tail):
            element.tail = _UNWRITABLE.sub(" ", element.tail)
    return tree if tree.find("body") is not None else None


def _read_blocks(tree: Any, text: str) -> list[Block]:
    from index.parse.office import parse_html
    from index.web.choose import choose_blocks

    blocks = choose_blocks(tree)
    return blocks if any(not block.level for block in blocks) else parse_html(text)[0]


def _find_base(tree: Any, address: str) -> str:
    element = tree.find(".//base[@href]")
    if element is None:
        return address
    try:
        base = urljoin(address, element.get("href")[:_MAX_HREF])
        return base if urlsplit(base).scheme in ("http", "https") else address
    except ValueError:
        return address


def _read_robots(tree: Any) -> set[str]:
    """Return what the page's own tags tell robots, Footnote among them."""
    told: set[str] = set()
    for element in tree.iterfind(".//meta[@name]"):
        if element.get("name").strip().lower() in ("robots", "footnote"):
            told |= {word.strip() for word in element.get("content", "").lower().split(",")}
    return told


def _find_canonical(tree: Any, base: str) -> str:
    for element in tree.iterfind(".//link[@rel]"):
        if element.get("rel").strip().lower() == "canonical":
            return _join(base, element.get("href", "")) or ""
    return ""


def _find_links(tree: Any, base: str) -> list[str]:
    """Return where the page's links lead, those left out that ask robots not to follow."""
    links: dict[str, None] = {}
    for element in tree.iterfind(".//a[@href]"):
        if "nofollow" in element.get("rel", "").lower().split():
            continue
        address = _join(base, element.get("href"))
        if address:
            links.setdefault(address)
        if len(links) >= _MAX_LINKS:
            break
    return list(links)


def _join(base: str, href: str) -> str | None:
    href = href.strip()
    if not href or len(href) > _MAX_HREF or href.startswith("#"):
        return None
    try:
        return join_address(base, href.replace(" ", "%20"))
    except AddressRefused:  # mailto:, javascript: and the like
        return None
