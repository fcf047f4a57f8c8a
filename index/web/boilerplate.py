"""Paragraphs that a site repeats on its pages, kept on one of them."""

from collections import Counter
from collections.abc import Sequence

from index.parse.blocks import Block

_MIN_PAGES = 3
_ANY = 99
_SHARE = 3
"""A paragraph is boilerplate where one page in so many holds it."""


def drop_repeated(pages: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """Return each page's blocks without the paragraphs that at least three pages and a third of
    all hold word for word; the first of them keeps them.

    Headings and code are not counted; a heading goes when all that stood under it went.
    """
    counted = Counter(text for page in pages for text in {*map(_find_words, page)} if text)
    repeated = {
        text
        for text, count in counted.items()
        if count >= _MIN_PAGES and count * _SHARE >= len(pages)
    }
    seen: set[str] = set()
    kept = []
    for page in pages:
        dropped = {i for i, block in enumerate(page) if _find_words(block) in repeated & seen}
        seen |= repeated & {*map(_find_words, page)}
        kept.append(_drop(page, dropped))
    return kept


def _find_words(block: Block) -> str:
    return "" if block.level or block.code else " ".join(block.text.split())


def _drop(page: Sequence[Block], dropped: set[int]) -> list[Block]:
    """Return a page without some of its paragraphs, and without the headings left bare by it."""
    kept: list[Block] = []
    emptied = 0
    # A heading above this level may have been left bare by what was dropped.
    for i in range(len(page) - 1, -1, -1):
        block = page[i]
        if i in dropped:
            emptied = _ANY
        elif not block.level:
            kept.append(block)
            emptied = 0
        elif block.level < emptied and (not kept or 0 < kept[-1].level <= block.level):
            emptied = block.level
        else:
            kept.append(block)
            emptied = 0
    return kept[::-1]
