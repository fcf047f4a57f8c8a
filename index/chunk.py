"""Document → passages of whole sentences.

A passage never runs over a heading, is cut inside a paragraph only where the paragraph is too long
to stay whole, and is cut inside a sentence only where one sentence alone exceeds the size.
"""

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise, zip_longest

from index.types import Document, Passage, Span

WIDE = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]")
"""Characters that say as much as about three letters, and stand without spaces between."""

MAX_LINE_CHARS = 10_000
"""Looked at in one go: sentencex and semantic-text-splitter take time by the square of it."""

LINE_BREAKS = (re.compile(r"[.!?…]\s+|[。！？]"), re.compile(r"\s+"))
"""After what a line that is longer is cut; the first that is found in it counts."""

CELL_BORDER = " | "
"""Between the cells of a table's row."""

CUT_IN_PARAGRAPH = 0.15
"""What a cut inside a paragraph costs, where a passage of no length at all costs 1."""

NEW_CUT = 0.1
"""What a cut costs where the document had none before, once it has changed."""

CUT_UNDER_HEADER = 0.5
"""What it costs to part a table's first row from the header over it."""

HEADER_CHARS = 240
"""Of a table's header that stands above a passage when it is embedded: the rows need room too."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    size: int
    gap: int
    """Characters between it and the next one."""
    page: int | None
    last_page: int | None
    fragment: str
    header: str
    cut_cost: float
    """Of a cut behind it, where a passage of no length costs 1."""


def chunk_document(
    document: Document, max_chars: int, language: str, before: Collection[str] = ()
) -> tuple[Passage, ...]:
    """Passages of at most `max_chars` characters, in order; together they hold every span's text.

    A wide character counts as three. `language` is an ISO 639-1 code, by which sentences are cut.
    `before` are the sentences that ended the passages of the document as it was: where one comes
    again it is rather ended there than elsewhere, so that a change leaves passages far from it
    alone.
    """
    passages: list[Passage] = []
    for path, section in groupby(document.spans, key=lambda span: span.heading_path):
        sentences = _split_section(document.text, list(section), max_chars, language)
        kept = [document.text[one.start : one.end] in before for one in sentences]
        for first, last in _pack(sentences, max_chars, kept if before else None):
            passages.append(_passage(document.text, path, sentences[first:last]))
    return tuple(passages)


def passage_head(title: str, passage: Passage) -> str:
    """The line above a passage when it is embedded: its document's title, its heading path, and
    the header of the table that it goes on with, as far as `HEADER_CHARS` reach."""
    header = " › ".join(passage.header[:HEADER_CHARS].split("\n"))
    return " › ".join(dict.fromkeys(filter(None, (title, *passage.heading_path, header))))


def digest_passage(title: str, passage: Passage, language: str) -> str:
    """What is equal where a passage's embedding and terms are: a SHA-256 in hex."""
    seen = (passage_head(title, passage), passage.text, passage.sentences, language)
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def text_size(text: str) -> int:
    """The text's length in characters, wide ones counted threefold."""
    return len(text) + 2 * len(WIDE.findall(text))


def _split_section(text: str, spans: list[Span], max_chars: int, language: str) -> list[_Sentence]:
    """The sentences of spans that share a heading path, none longer than `max_chars`."""
    pieces: list[tuple[int, int]] = []
    for start, end in _paragraphs(text, spans):
        for sentence in _sentences(text, start, end, language):
            pieces.extend(_split_long(text, *sentence, max_chars))
    sentences: list[_Sentence] = []
    for (start, end), following in zip_longest(pieces, pieces[1:]):
        gap = text[end : following[0] if following else end]
        cost = 0.0 if following is None or "\n\n" in gap else CUT_IN_PARAGRAPH
        if following and (header := _span_at(spans, following[0]).header):
            # The caption, and the rows that name the columns, are lines of the header.
            cost = CUT_UNDER_HEADER if text[start:end] in header else cost
        first, last = _span_at(spans, start), _span_at(spans, end - 1)
        size = text_size(text[start:end])
        place = (first.page, last.page, first.fragment, first.header)
        sentences.append(_Sentence(start, end, size, len(gap), *place, cost))
    return sentences


def _span_at(spans: list[Span], place: int) -> Span:
    """The span that holds the place, or the last one before it."""
    return spans[bisect_right(spans, place, key=lambda span: span.start_char) - 1]


def _paragraphs(text: str, spans: list[Span]) -> Iterator[tuple[int, int]]:
    """Stretches without a blank line; one that runs over a page break comes whole."""
    start, end = spans[0].start_char, spans[0].end_char
    stretches: list[tuple[int, int]] = []
    for before, after in pairwise(spans):
        if "\n\n" in text[before.end_char : after.start_char]:
            stretches.append((start, end))
            start = after.start_char
        end = after.end_char
    stretches.append((start, end))
    for start, end in stretches:
        while (border := text.find("\n\n", start, end)) >= 0:
            yield start, border
            start = border + 2
        yield start, end


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of one paragraph, in parts of at most `MAX_LINE_CHARS` each."""
    for line in text[start:end].split("\n"):
        line_end = start + len(line)
        while line_end - start > MAX_LINE_CHARS:
            cut = _find_cut(text, start, start + MAX_LINE_CHARS)
            yield start, cut
            start = cut
        yield start, line_end
        start = line_end + 1


def _find_cut(text: str, start: int, end: int) -> int:
    """Where a line is cut at the latest, between sentences or words if there is a place."""
    middle = (start + end) // 2
    for pattern in LINE_BREAKS:
        cuts = [found.end() for found in pattern.finditer(text, middle, end)]
        if cuts:
            return cuts[-1]
    return end


def _sentences(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """The trimmed sentences of one paragraph, a table's row as one; the end of a line ends one."""
    import sentencex

    for begin, line_end in _lines(text, start, end):
        line = text[begin:line_end]
        if CELL_BORDER in line:  # a table's row is not cut, whatever its cells end with
            lead = begin + len(line) - len(line.lstrip())
            yield lead, begin + len(line.rstrip())
            continue
        after = begin
        for part in sentencex.segment(language, line) if line.strip() else ():
            after += len(part)
            border = text[after - 1 : after + 1]
            # In "the folder ./data" and "asyncio.run" no sentence ends.
            if after < line_end and not (border[0].isspace() or WIDE.search(border)):
                continue
            sentence = text[begin:after]
            if stripped := sentence.strip():
                lead = begin + len(sentence) - len(sentence.lstrip())
                yield lead, lead + len(stripped)
            begin = after


def _split_long(text: str, start: int, end: int, max_chars: int) -> Iterator[tuple[int, int]]:
    """The sentence itself, or what it is cut into where it is longer than a passage may be."""
    if text_size(text[start:end]) <= max_chars:
        yield start, end
        return
    from semantic_text_splitter import TextSplitter

    splitter = TextSplitter.from_callback(text_size, max_chars)
    for offset, piece in splitter.chunk_indices(text[start:end]):
        yield start + offset, start + offset + len(piece)


def _pack(
    sentences: list[_Sentence], max_chars: int, kept: list[bool] | None = None
) -> Iterator[tuple[int, int]]:
    """The cheapest cut of the sentences into runs of at most `max_chars`.

    A run costs the square of its missing share of `max_chars`, so that runs come out even rather
    than full with a scrap at the end; a cut inside a paragraph costs `CUT_IN_PARAGRAPH` more, one
    under a table's header `CUT_UNDER_HEADER`, and one after a sentence that is not `kept`
    `NEW_CUT`.
    """
    sizes = [0, *accumulate(sentence.size + sentence.gap for sentence in sentences)]
    best = [0.0]
    back = [0]
    lows: deque[int] = deque()
    """Where `best` is lower than at every later place; the lowest from `earliest` on is first."""
    for last, sentence in enumerate(sentences, 1):
        full = sizes[last] - sentence.gap
        earliest = bisect_left(sizes, full - max_chars, 0, last - 1)
        while lows and best[lows[-1]] >= best[last - 1]:
            lows.pop()
        lows.append(last - 1)
        while lows[0] < earliest:
            lows.popleft()
        cheapest, origin = float("inf"), last - 1
        penalty = sentence.cut_cost
        penalty += 0 if kept is None or kept[last - 1] else NEW_CUT
        for first in range(earliest, last):
            short = max(0.0, 1 - (full - sizes[first]) / max_chars) ** 2
            if best[lows[0]] + short + penalty > cheapest:
                break  # the longest run came first, and those that follow fall shorter still
            cost = best[first] + short + penalty
            if cost <= cheapest:
                cheapest, origin = cost, first
        best.append(cheapest)
        back.append(origin)
    cuts = [len(sentences)]
    while cuts[-1]:
        cuts.append(back[cuts[-1]])
    yield from pairwise(reversed(cuts))


def _passage(text: str, path: tuple[str, ...], sentences: list[_Sentence]) -> Passage:
    first, start, end = sentences[0], sentences[0].start, sentences[-1].end
    shown = text[start:end]
    header = "\n".join(line for line in first.header.split("\n") if line not in shown)
    return Passage(
        text=shown,
        start_char=start,
        end_char=end,
        page=first.page,
        last_page=sentences[-1].last_page,
        heading_path=path,
        sentences=tuple((sentence.start - start, sentence.end - start) for sentence in sentences),
        fragment=first.fragment,
        header=header,
    )
