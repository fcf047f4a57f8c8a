"""Which blocks of a page are its content. The one module that uses trafilatura.

trafilatura judges what is content and what is navigation, but keeps neither ids nor every table,
and drops sections that are called menu or options. So each block gets a mark before trafilatura
reads the page; the blocks whose marks come through are content, and so are those that were lost
among them. What is returned was read from the page itself.
"""

import re
from collections import Counter
from copy import deepcopy
from typing import Any

from index.parse.blocks import Block
from index.web.page_blocks import Found, find_blocks

_MARK = "qzx{}xzq"
_MARKED = re.compile(r"qzx(\d+)xzq")
_MAX_LINKED = 0.6
"""Of a block's characters, at most: more is a list of links."""
_ASIDE = re.compile(
    r"(?:edit|improve) (?:this )?(?:page|article|section|on git\w+)\b.{0,20}"
    r"|(?:suggest|propose) (?:an? )?(?:edit|change)s?.{0,20}|(?:view|show|page) (?:page )?source"
    r"|(?:view|open|edit) (?:this page )?on git\w+|copy(?: code| page| link)?|copied!?"
    r"|(?:skip|jump) to (?:the )?(?:main )?(?:content|navigation|search)\.?|back to (?:the )?top"
    r"|(?:on this page|in this article|(?:table of )?contents)|permalink|share"
    r"|(?:last|page) (?:updated|modified)(?: on)?:?.{0,60}"
    r"|(?:was|is) this (?:page|article) (?:helpful|useful)\?.{0,20}"
    r"|(?:« )?prev(?:ious)?|next(?: »)?"
    r"|diese seite bearbeiten|inhaltsverzeichnis|auf dieser seite|zum (?:haupt)?inhalt springen"
    r"|(?:©|copyright (?:©|\(c\)|\d{4})).{0,90}|.{0,80}\ball rights reserved\.?"
    r"|nach oben|zuletzt (?:geändert|aktualisiert).{0,60}",
    re.IGNORECASE,
)


def choose_blocks(tree: Any) -> list[Block]:
    """Return the blocks of a parsed page that are its content, in order; the tree is used up.

    Where trafilatura finds nothing, those of all that is no navigation.
    """
    body = tree.find("body")
    found = [block for block in find_blocks(tree) if not _is_aside(block)]
    if not found:
        return []
    kept = _ask_trafilatura(tree, found)
    if not any(not found[i].block.level for i in kept):
        main = next(body.iter("main"), body)
        whole = {i for i, block in enumerate(found) if _is_in(block.element, main)}
        return _add_headings(found, whole, set())
    return _add_headings(found, kept | _find_lost(found, kept, body), kept)


def load_reader() -> None:
    """Load all that this takes, by choosing from a page."""
    from lxml import html  # type: ignore[import-untyped]

    choose_blocks(html.document_fromstring("<h1 id=a>A</h1><p>B</p><table><tr><td>C</table>"))


def _is_aside(found: Found) -> bool:
    text = found.block.text
    return len(text) < 100 and bool(_ASIDE.fullmatch(" ".join(text.split())))


def _ask_trafilatura(tree: Any, found: list[Found]) -> set[int]:
    """Return the numbers of the blocks that trafilatura keeps."""
    from trafilatura import bare_extraction

    for number, block in enumerate(found):
        mark = _MARK.format(number) + " "
        if block.before is None:
            block.element.text = mark + (block.element.text or "")
        else:
            block.before.tail = mark + (block.before.tail or "")
    copied = deepcopy(tree)
    for element in copied.iter("section", "div", "article", "span", "a", "h1", "h2", "h3", "h4"):
        if element.tag not in ("div", "article") or _is_section(element):
            element.attrib.pop("id", None)  # or a section with the id "menu" is navigation
    for cell in copied.iter("td", "th"):
        cell.attrib.pop("rowspan", None)  # which multiply, and tables are read elsewhere
        cell.attrib.pop("colspan", None)
    extracted = bare_extraction(copied, include_comments=False, include_tables=True)
    if extracted is None or isinstance(extracted, dict):
        return set()
    text = "".join(extracted.body.itertext())
    return {int(number) for number in _MARKED.findall(text) if int(number) < len(found)}


def _is_section(element: Any) -> bool:
    return len(element) > 0 and str(element[0].tag) in ("h1", "h2", "h3", "h4", "h5", "h6")


def _find_lost(found: list[Found], kept: set[int], body: Any) -> set[int]:
    """Return the blocks that were lost among those that are kept.

    These are code, tables and headings in the element that holds nearly all of what is kept, and
    what stands beside kept ones there; in the body itself, which holds everything, only what
    stands right between two kept ones.
    """
    content = _find_content(found, kept, body)
    lost: set[int] = set()
    if content is not body:
        lost = {
            i
            for i, block in enumerate(found)
            if i not in kept and _is_solid(block) and _is_in(block.holder, content)
        }
    holders = {id(found[i].holder) for i in kept | lost}
    for i, block in enumerate(found):
        if i in kept or block.linked > _MAX_LINKED or block.outside:
            continue
        between = content is not body or (i - 1 in kept and i + 1 in kept)
        if between and id(block.holder) in holders and _is_in(block.holder, content):
            lost.add(i)
    return lost


def _is_solid(found: Found) -> bool:
    table = found.element.tag in ("td", "th", "caption") and found.linked <= _MAX_LINKED
    return not found.outside and bool(found.block.level or found.block.code or table)


def _find_content(found: list[Found], kept: set[int], body: Any) -> Any:
    """Return the innermost element that holds nine tenths of the kept characters."""
    weights: Counter[int] = Counter()
    elements: dict[int, Any] = {}
    total = 0
    for i in kept:
        size = len(found[i].block.text)
        total += size
        element = found[i].holder
        while element is not None and element is not body:
            weights[id(element)] += size
            elements[id(element)] = element
            element = element.getparent()
    enough = [key for key, weight in weights.items() if weight * 10 >= total * 9]
    if not enough:
        return body
    return max((elements[key] for key in enough), key=lambda element: len(_climb(element)))


def _climb(element: Any) -> list[Any]:
    return list(element.iterancestors())


def _is_in(element: Any, outer: Any) -> bool:
    return element is outer or any(parent is outer for parent in element.iterancestors())


def _add_headings(found: list[Found], whole: set[int], kept: set[int]) -> list[Block]:
    """Return the chosen blocks under their headings, also such as trafilatura lost.

    `kept` are the headings that may stand without a body.
    """
    chosen: list[Block] = []
    waiting: list[Block] = []
    for i, one in enumerate(found):
        block = one.block
        if not block.level:
            if i in whole:
                chosen += [*waiting, block]
                waiting = []
        elif i in whole:
            waiting = [above for above in waiting if above.level < block.level]
            waiting.append(block)
            if i in kept:
                chosen += waiting
                waiting = []
    return [
        block
        for block, after in zip(chosen, [*chosen, None][1:], strict=True)
        if not (block.level and after and after.level and block.text == after.text)
    ]
