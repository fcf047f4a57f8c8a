"""Which of a PDF's paragraphs are headings: those of its outline, then those of its type."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.parse.pdf_paragraphs import Paragraph

_MAX_CHARS = 150
_OFTEN = 3
"""A line that stands on more pages than this is a running title."""
_NO_HEADING = re.compile(r"[(\[$€£•●▪■◦‣○–*-]|[a-zß-ÿ]|[\d\W]*$|https?:|.*[.,;:|…]$|.*@")
_PART = re.compile(r"(?:part|chapter|book|annex|appendix|teil|kapitel|anhang) [\dIVXA-Z]+\b", re.I)
_NUMBERED = re.compile(r"\d+(?:\.\d+)*\.? |[A-Z]\. |(?:item|note|section|article|artikel) \d", re.I)
_JUNK_OUTLINE = re.compile(r"(?:page|slide|seite|folie)?\s*\d*$|_|untitled", re.IGNORECASE)
_LETTERS = re.compile(r"[\W_]+")

Style = tuple[float, int, int]
"""Size, emphasis, numbering: what comes first in this order is the outer heading."""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One bookmark: `y` from the top of the page, None for the page as a whole."""

    title: str
    level: int
    page: int
    y: float | None


def find_headings(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], top: int
) -> dict[int, int]:
    """Return the level of each paragraph, by its index, that type sets off as a heading.

    Levels begin at `top`; the largest type is the outermost.
    """
    body = _measure_body(paragraphs, texts)
    bold_share = _share(paragraphs, texts)
    pages: dict[str, set[int]] = {}
    for paragraph, text in zip(paragraphs, texts, strict=True):
        pages.setdefault(_fold(text), set()).add(paragraph.page)
    styles: dict[int, Style] = {}
    for i, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        if paragraph.table or paragraph.continues or len(paragraph.lines) > 3:
            continue
        if len(text) > _MAX_CHARS or _NO_HEADING.match(text) or len(pages[_fold(text)]) > _OFTEN:
            continue
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        if following and following.continues:
            continue
        bold = all(line.bold for line in paragraph.lines) and bold_share < 0.4
        italic = all(line.italic for line in paragraph.lines) and len(text) < 70
        larger = paragraph.size > 1.12 * body
        if larger or (bold and paragraph.size > 0.9 * body) or (italic and paragraph.size >= body):
            size = round(paragraph.size) if larger else body
            emphasis = 2 if bold else 1 if italic else 0
            number = 2 if _PART.match(text) else 1 if _NUMBERED.match(text) or text.isupper() else 0
            styles[i] = (size, emphasis, number)
    order = sorted(set(styles.values()), reverse=True)
    return {i: top + order.index(style) for i, style in styles.items()}


def match_outline(
    entries: Sequence[OutlineEntry], paragraphs: Sequence[Paragraph], texts: Sequence[str]
) -> tuple[dict[int, int], dict[int, list[OutlineEntry]]]:
    """Return the level of each paragraph that an entry names, and the entries that none shows.

    Both by paragraph; the latter by the one that they stand before.
    """
    levels: dict[int, int] = {}
    hidden: dict[int, list[OutlineEntry]] = {}
    by_page: dict[int, list[int]] = {}
    for i, paragraph in enumerate(paragraphs):
        by_page.setdefault(paragraph.page, []).append(i)
    for entry in entries:
        wanted = _fold(entry.title)
        if not wanted or _JUNK_OUTLINE.match(entry.title):
            continue
        here = by_page.get(entry.page, [])
        shown = next(
            (i for i in here if i not in levels and _shows(paragraphs[i], texts[i], wanted)), None
        )
        if shown is not None:
            levels[shown] = entry.level
            continue
        height = -1.0 if entry.y is None else entry.y
        below = (
            i for i in here if paragraphs[i].lines[0].y1 > height and not paragraphs[i].continues
        )
        at = next(below, None)
        if at is None:
            at = next(
                (i for i, p in enumerate(paragraphs) if p.page > entry.page and not p.continues),
                None,
            )
        if at is not None:
            hidden.setdefault(at, []).append(entry)
    return levels, hidden


def _shows(paragraph: Paragraph, text: str, wanted: str) -> bool:
    if paragraph.table or len(text) > 2 * _MAX_CHARS:
        return False
    folded = _fold(text)
    return folded == wanted or (
        len(folded) > 5
        and (folded.endswith(wanted) or wanted.endswith(folded))
        and min(len(folded), len(wanted)) > 0.6 * max(len(folded), len(wanted))
    )


def _measure_body(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> float:
    sizes: Counter[float] = Counter()
    for paragraph, text in zip(paragraphs, texts, strict=True):
        if not paragraph.table:
            sizes[round(paragraph.size * 2) / 2] += len(text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _share(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> float:
    bold = sum(
        len(text)
        for paragraph, text in zip(paragraphs, texts, strict=True)
        if not paragraph.table and all(line.bold for line in paragraph.lines)
    )
    return bold / max(1, sum(len(t) for p, t in zip(paragraphs, texts, strict=True) if not p.table))


def _fold(text: str) -> str:
    return _LETTERS.sub("", text).casefold()
