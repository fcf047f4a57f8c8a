"""What the terminal and Discord say alike: how sure, which passages, where they stand.

Whatever comes from a document or a file's name goes through `show_text`: no control character and
no change of direction in it ever reaches a person.
"""

import re
from collections.abc import Sequence
from typing import Literal
from unicodedata import category

from bot.language import gettext, mark, ngettext
from index.repository import show_address
from index.types import Answer, Hit, Origin, Passage, Record

Confidence = Literal["Sure", "Likely", "Not sure"]
_CONFIDENCES: dict[Confidence, str] = {
    "Sure": mark("Sure"),
    "Likely": mark("Likely"),
    "Not sure": mark("Not sure"),
}

EXCERPT_CHARS = 320
"""How much of a passage is shown after the first."""
MOST_MARKS = 4
"""Combining marks shown on one character; whole piles of them would cover the lines around."""

PARTS = {
    "passage": mark("meaning of the passage"),
    "sentence": mark("meaning of its best sentence"),
    "words": mark("the question's words (BM25)"),
    "coverage": mark("share of the words held"),
    "stretch": mark("share of them held close together"),
    "pairs": mark("neighbouring words side by side"),
    "sentence tokens": mark("that sentence, word by word"),
    "passage tokens": mark("the passage, word by word"),
    "reranker": mark("the reranker"),
    "pages": mark("lent by what is near"),
    "lacking": mark("words lacking"),
    "cited": mark("cited before"),
}
"""What the parts of a score are called, by their names in `index/search.py`; for `gettext`."""

_HIDDEN = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SHOWN: dict[int, str] = {
    code: ascii(chr(code))[1:-1] for code in [*_HIDDEN, *range(0xD800, 0xE000)]
}
_SHOWN |= dict.fromkeys((0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF), "")
_SHOWN |= dict.fromkeys((0x115F, 0x1160, 0x3164, 0xFFA0), "")  # letters that show nothing
_SHOWN |= {ord("\t"): "  ", ord("\n"): "\n", 0x2028: "\n", 0x2029: "\n"}
_PILES = re.compile(rf"[^\w\x00-\x7f]{{{MOST_MARKS + 1},}}")
"""Where too many combining marks may stand: they are neither letters nor ASCII."""


def name_confidence(confidence: float) -> Confidence:
    """How sure an answer is, in words; those below 0.5 are no answers."""
    if confidence >= 0.85:
        return "Sure"
    return "Likely" if confidence >= 0.7 else "Not sure"


def show_confidence(confidence: float) -> str:
    """The same in the language spoken."""
    return gettext(_CONFIDENCES[name_confidence(confidence)])


def pick_hits(answer: Answer, most: int) -> tuple[Hit, ...]:
    """The hits to show at first: of an answer, only those that would answer by themselves."""
    hits = answer.hits[:most]
    return tuple(hit for hit in hits if hit.confidence >= 0.5) if answer.answered else hits


def cite_hit(hit: Hit) -> tuple[str, ...]:
    """The document's title, then what there is of page and heading path: `p. 12`, `A › B`."""
    title = show_text(hit.document.title).strip() or hit.document.name
    place = [name_pages(hit.passage), " › ".join(name_headings(title, hit.passage))]
    return (title, *filter(None, place))


def cite_link(record: Record, passage: Passage) -> str | None:
    """The address that leads to a passage, as near as it goes; None where there is none."""
    return record.link + passage.fragment if record.link else None


def name_origin(origin: Origin) -> str:
    """A channel's name, or an address: without the token that a clone address may hold."""
    if origin.kind == "repository":
        return show_address(origin.address)
    return str(origin.options.get("name") or origin.address)


def name_pages(passage: Passage) -> str:
    """`p. 12`, `pp. 12–13`, or "" where there are no pages; in the language spoken."""
    if passage.page is None:
        return ""
    if passage.last_page in (None, passage.page):
        return gettext("p. {page}", page=passage.page)
    return gettext("pp. {first}–{last}", first=passage.page, last=passage.last_page)


def name_headings(title: str, passage: Passage) -> tuple[str, ...]:
    """The heading path, without the first heading where that is the document's title."""
    path = passage.heading_path
    return path[1:] if path[:1] == (title,) else path


def cut_excerpt(
    passage: Passage, highlights: Sequence[tuple[int, int]], max_chars: int = EXCERPT_CHARS
) -> tuple[int, int]:
    """Offsets of whole sentences around the highlights; longer than `max_chars` only for these."""
    sentences = passage.sentences
    marked = [
        number
        for number, (start, end) in enumerate(sentences)
        if any(start < to_char and from_char < end for from_char, to_char in highlights)
    ] or [0]
    first, last = marked[0], marked[-1]
    while True:
        length = sentences[last][1] - sentences[first][0]
        after = sentences[last + 1][1] - sentences[last][1] if last + 1 < len(sentences) else None
        before = sentences[first][0] - sentences[first - 1][0] if first else None
        if after is not None and length + after <= max_chars:
            last += 1
        elif before is not None and length + before <= max_chars:
            first -= 1
        else:
            return sentences[first][0], sentences[last][1]


def show_text(text: str) -> str:
    """Text with control and direction characters spelled out, and no piles of marks; line breaks
    stay."""
    return _PILES.sub(_thin_marks, text.translate(_SHOWN))


def show_line(text: str) -> str:
    """The same on one line."""
    return show_text(text).replace("\n", "\\n")


def count(number: int, noun: str) -> str:
    """`1 document`, `1,200 documents`, in the language spoken; the noun stands in English."""
    one, many = f"{{n}} {noun}", f"{{n}} {noun}s"
    return ngettext(one, many, number)


def _thin_marks(found: re.Match[str]) -> str:
    """The found text with `MOST_MARKS` combining marks at most on each character."""
    shown: list[str] = []
    marks = 0
    for character in found[0]:
        if category(character).startswith("M"):
            marks += 1
        elif character not in "\u200c\u200d":  # joiners: the pile would go on behind one
            marks = 0
        if marks <= MOST_MARKS:
            shown.append(character)
    return "".join(shown)
