"""What a page shows around its content: navigation, buttons, banners. It is taken from the tree."""

import re
from typing import Any

_TAGS = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "nav"),
        *("button", "select", "input", "textarea", "video", "audio", "dialog", "footer"),
    )
)
_ROLES = frozenset(
    (
        *("navigation", "search", "contentinfo", "dialog", "alertdialog", "menu", "menubar"),
        *("tooltip", "tablist", "tab"),
    )
)
_WORDS = frozenset(
    (
        *("headerlink", "header-anchor", "anchorjs-link", "hash-link", "md-content__button"),
        *("mw-editsection", "mw-jump-link", "mw-indicators", "navbox", "printfooter", "catlinks"),
        *("toc", "breadcrumb", "breadcrumbs", "theme-doc-breadcrumbs", "wy-breadcrumbs"),
        *("pagination-nav", "theme-edit-this-page", "edit-this-page", "md-source-file"),
        *("linenos", "lineno", "linenodiv", "line-numbers-rows", "hljs-ln-numbers", "gutter"),
        *("sphinxsidebar", "prev-next-area", "rst-footer-buttons", "sr-only", "visually-hidden"),
        *("skip-link", "copybtn", "viewcode-link", "md-source-date", "md-skip", "tabbed-labels"),
        *("mw-cite-backlink", "skiptocontent"),
    )
)
_BANNER = re.compile(
    r"cookie-?(?:banner|consent|notice|bar|popup|message|law)|consent-?(?:banner|manager|popup)"
    r"|gdpr-?(?:banner|consent|notice)",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"display:none|visibility:hidden")
_OUTSIDE = frozenset(("header", "footer", "form"))
_CONTENT = frozenset(("main", "article", "section"))
_WHOLE = frozenset(("html", "head", "body", "main"))


def clear_furniture(tree: Any) -> None:
    """Take from a parsed page what is there to get around in it, and what nobody sees."""
    body = tree.find("body")
    for element in list(body.iter("math")):
        _write_formula(element)
    for element in list(body.iter()):
        if element.tag not in _WHOLE and _is_furniture(element) and _has_parent(element):
            element.drop_tree()


def is_outside(element: Any) -> bool:
    """Say whether an element stands in the page's header, its footer or a form."""
    for parent in element.iterancestors():
        if parent.tag in _CONTENT:
            return False
        if parent.tag in _OUTSIDE or parent.get("role") in ("banner", "complementary"):
            return True
    return False


def _is_furniture(element: Any) -> bool:
    tag, role = element.tag, element.get("role")
    if tag in _TAGS or role in _ROLES:
        return True
    hidden = element.get("hidden") is not None and role != "tabpanel"
    if hidden or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    if style and len(style) < 1_000 and _UNSEEN.search("".join(style.lower().split())):
        return True
    words = f"{element.get('class', '')} {element.get('id', '')}"[:1_000]
    if tag == "sup" and "reference" in words.split():
        return True
    if not words.strip():
        return False
    return not _WORDS.isdisjoint(words.lower().split()) or bool(
        _BANNER.search(words.replace("_", "-"))
    )


def _has_parent(element: Any) -> bool:
    return element.getparent() is not None


def _write_formula(element: Any) -> None:
    """Put a formula's source where its drawing stands."""
    source = element.get("alttext", "")
    for note in element.iter("annotation", "{*}annotation"):
        if "tex" in note.get("encoding", "").lower():
            source = "".join(note.itertext())
    if source:
        if source.startswith("{\\displaystyle ") and source.endswith("}"):
            source = source[15:-1]
        tail = element.tail
        element.clear()
        element.text, element.tail = source, tail
        for parent in list(element.iterancestors())[:3]:
            if parent.tag == "span":  # one is hidden where a picture shows the formula
                parent.attrib.pop("style", None)
