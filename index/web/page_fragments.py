"""What leads to the sections of a page: the ids at its headings."""

from typing import Any
from urllib.parse import quote, unquote

from index.web.page_text import HEADINGS

_SIGNS = frozenset(("", "¶", "#", "§", "🔗", "permalink", "link", "anchor", "\u200b", "\ue157"))
_MAX_CHARS = 300
_MAX_AROUND = 8
"""Elements beside a heading that are looked at."""


def find_fragments(tree: Any) -> dict[Any, str]:
    """Return `#id` for each heading that has a place to lead to; the signs that link to them are
    taken from the tree.
    """
    found = {}
    for heading in list(tree.iter(*HEADINGS)):
        signs = _find_signs(heading)
        fragment = next((_make(unquote(sign.get("href")[1:])) for sign in signs), "")
        found[heading] = fragment or find_fragment(heading) or _look_around(heading)
        for sign in signs:
            sign.drop_tree()
    for term in list(tree.iter("dt", "caption", "figcaption", "p")):
        for link in list(term.iter("a")):
            if _is_sign(link) and "".join(link.itertext()).strip():
                link.drop_tree()
    return found


def find_fragment(element: Any) -> str:
    """Return `#id` of an element or of an anchor in it, "" for none."""
    for inner in element.iter():
        if name := inner.get("id") or (inner.get("name") if inner.tag == "a" else ""):
            return _make(name)
    return ""


def _find_signs(heading: Any) -> list[Any]:
    """Return the links that show a heading's own address: within it, or beside it alone."""
    signs = [link for link in heading.iter("a") if _is_sign(link)]
    parent = heading.getparent()
    small = parent is not None and len(parent) <= _MAX_AROUND
    if small and sum(child.tag in HEADINGS for child in parent) == 1:
        beside = (heading.getprevious(), heading.getnext())
        signs += [one for one in beside if one is not None and one.tag == "a" and _is_sign(one)]
    return signs


def _is_sign(link: Any) -> bool:
    if not link.get("href", "").startswith("#") or len(link.get("href")) < 2:
        return False
    return "".join(link.itertext()).strip().lower() in _SIGNS


def _look_around(heading: Any) -> str:
    """Return `#id` of an anchor right before a heading, or of the section that it begins."""
    element = heading
    for _ in range(3):
        before = element.getprevious()
        for _ in range(_MAX_AROUND):
            if before is None or (before.tail or "").strip():
                break
            if "".join(before.itertext()).strip() or before.tag in ("img", "table"):
                break
            if fragment := find_fragment(before):
                return fragment
            before = before.getprevious()
        if before is not None:
            return ""
        element = element.getparent()
        if element is None or element.tag in ("body", "main") or (element.text or "").strip():
            return ""
        if element.get("id"):
            return _make(element.get("id"))
    return ""


def _make(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _MAX_CHARS:
        return ""
    return "#" + quote(name, safe="!$&'()*+,;=:@/?~")
