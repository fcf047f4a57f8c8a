"""What every format is read into first, and the Document that comes of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.errors import DocumentTooLarge, EmptyDocument
from index.parse.clean import clean_text
from index.parse.limits import Limits, show_name
from index.types import Document, Span

_ENDS_SENTENCE = re.compile(r"[.!?:;…。！？][\"'”’»«)\]]*$")
_SENTENCE_INSIDE = re.compile(r"[.!?][\"”’)]* +[A-ZÀ-Þ\"“„]")
_STARTS_LIST = re.compile(r"(?:[-*•–·▪◦]|\(?\w{1,3}[.)])\s")
# No sentence or heading ends with one of these.
_OPEN_WORDS = frozenset(("a", "an", "the", "of", "and", "or", "but", "to", "in", "on", "at", "for"))
_OPEN_WORDS |= {"with", "by", "from", "as", "into", "that", "which", "than", "their", "its", "his"}
_OPEN_WORDS |= {"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer"}
_OPEN_WORDS |= {"und", "oder", "von", "vom", "zu", "zum", "zur", "mit", "im", "am", "auf", "für"}
_OPEN_WORDS |= {"bei", "nach", "durch", "dass", "als", "wie", "sowie"}
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|ist|sind|war|waren|hat|haben|wird|werden)\b"
)
_MAX_JOINED = 5_000
"""A paragraph this long is not joined any further, or a file of crumbs took squared time."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table, a list, a piece of code, or a heading's line."""

    text: str
    level: int = 0
    """0 is body; 1 and up a heading, 1 the outermost."""
    page: int | None = None
    continues: bool = False
    """The block goes on with the paragraph before it, which a page break had cut."""
    code: bool = False
    """Indents carry meaning."""
    hidden: bool = False
    """A heading that the source's outline names and its pages don't show."""
    fragment: str = ""
    """What leads from the document's link to the block, such as `#usage`; "" for nothing closer."""
    header: str = ""
    """Of a table whose rows don't name their columns: its caption and header rows, a line each, as
    they stand in its text or right before."""
    line: int | None = None
    """The 1-based line of the source where it begins; None where the source is no lines of text."""


def build_document(
    blocks: Iterable[Block],
    title: str,
    name: str,
    limits: Limits,
    pages: int | None = None,
    *,
    lines: bool = False,
) -> Document:
    """Return the blocks as one Document; its text is clean and its spans keep the contract.

    With `lines`, what has no fragment but a line gets that for one, such as `#L12`.

    Raises EmptyDocument and DocumentTooLarge.
    """
    parts: list[str] = []
    spans: list[Span] = []
    path: list[tuple[int, str]] = []
    length = 0
    cleaned = [
        replace(block, text=text)
        for block in blocks
        if (text := clean_text(block.text, keep_indent=block.code))
    ]
    if cleaned:  # a text begins with a word, even where it begins with code
        cleaned[0] = replace(cleaned[0], text=cleaned[0].text.lstrip())
    for i, block in enumerate(cleaned):
        if block.level:
            path = [entry for entry in path if entry[0] < block.level]
        if not block.hidden:
            gap = "" if not parts else " " if block.continues else "\n\n"
            start, length = length + len(gap), length + len(gap) + len(block.text)
            if length > limits.text_chars:
                raise DocumentTooLarge(
                    "{name} holds more than {most:,} characters of text. Split it into smaller"
                    " files.",
                    name=show_name(name),
                    most=limits.text_chars,
                )
            parts += gap, block.text
            childless = i + 1 == len(cleaned) or 0 < cleaned[i + 1].level <= block.level
            if not block.level or childless:
                headings = tuple(heading for _, heading in path)
                fragment = block.fragment or (f"#L{block.line}" if lines and block.line else "")
                place = Span(start, length, block.page, headings, fragment, block.header)
                _add_span(spans, place, gap)
        if block.level:
            path.append((block.level, " ".join(block.text.split())))
    if not spans:
        raise EmptyDocument(
            "{name} holds no text. Add some, or leave the file out.", name=show_name(name)
        )
    return Document(title=title, text="".join(parts), spans=tuple(spans), pages=pages)


def _add_span(spans: list[Span], span: Span, gap: str) -> None:
    """Add a span, or lengthen the last one if that stands right before, at the same place."""
    last = spans[-1] if spans else None
    if (
        last
        and last.end_char + len(gap) == span.start_char
        and replace(last, start_char=span.start_char, end_char=span.end_char) == span
    ):
        spans[-1] = replace(last, end_char=span.end_char)
    else:
        spans.append(span)


def goes_on(text: str, following: str) -> bool:
    """Say whether a page break or stray blank line cut a sentence between two paragraphs.

    Only what headings, list items and bylines never look like counts: a small letter after the
    cut, a last word that can end no sentence, or a line that is plainly a sentence without its
    end.
    """
    if not text or not following or "\n" in text or _ENDS_SENTENCE.search(text[-20:]):
        return False
    if _STARTS_LIST.match(following) or _STARTS_LIST.match(text):
        return False
    tail = text[-400:]
    words = tail.split()
    last = words[-1].rstrip("\"'”’»)]")
    if len(words) < 4 or not last or last[-1].isdigit():
        return False
    if following[0].islower():
        return True
    if not last[-1].isalpha() or not following[0].isalnum():
        return False
    if words[-1] in _OPEN_WORDS:
        return True
    return bool(_SENTENCE_INSIDE.search(tail)) or (len(words) > 5 and bool(_FINITE.search(tail)))


def rejoin_paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with paragraphs that were cut in mid-sentence made whole."""
    whole: list[Block] = []
    for block in blocks:
        last = whole[-1] if whole else None
        plain = last and not (last.level or last.code or block.level or block.code)
        if last and plain and len(last.text) < _MAX_JOINED and goes_on(last.text, block.text):
            whole[-1] = replace(last, text=f"{last.text} {block.text}")
        else:
            whole.append(block)
    return whole
