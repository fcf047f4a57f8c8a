"""Whether a hit is what the gold asks for, and where gold stands in a library's documents."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from index.gold import GoldQuestion
from index.store import Store
from index.types import Hit, Incoming, Passage, Record

Places = tuple[tuple[str, int, int], ...]


def first_right(question: GoldQuestion, hits: Iterable[Hit]) -> float:
    """The rank, from 1, of the first right passage; infinite where there is none."""
    ranks = (rank for rank, hit in enumerate(hits, 1) if is_right(question, hit))
    return next(ranks, float("inf"))


def is_right(question: GoldQuestion, hit: Hit) -> bool:
    """Whether the passage, or the same text elsewhere, holds what the gold asks for."""
    return any(
        holds_answer(question, record, passage)
        for record, passage in ((hit.document, hit.passage), *hit.also)
    )


def holds_answer(question: GoldQuestion, record: Record, passage: Passage) -> bool:
    """Whether a passage holds (part of) an answer, or stands where one is."""
    if question.places:
        return any(
            record.source == source and start < passage.end_char and passage.start_char < end
            for source, start, end in question.places
        )
    if question.pages and not any(
        is_named(record, name) and _holds_page(passage, page) for name, page in question.pages
    ):
        return False
    return not question.texts or holds_text(passage.text, question.texts)


def marks_answer(question: GoldQuestion, hit: Hit) -> bool:
    """Whether the hit is right and its highlights hold (part of) an answer."""
    if question.places:
        return any(
            record.source == source
            and start < passage.start_char + b
            and passage.start_char + a < end
            for record, passage in ((hit.document, hit.passage), *hit.also)
            for a, b in hit.highlights
            for source, start, end in question.places
        )
    return is_right(question, hit) and any(
        holds_text(hit.passage.text[a:b], question.texts) for a, b in hit.highlights
    )


def find_answers(
    question: GoldQuestion, record: Record, passage: Passage
) -> tuple[tuple[int, int], ...]:
    """The offsets in a passage's text of the answers that it holds, as far as they are known."""
    length = len(passage.text)
    found = {
        (max(start - passage.start_char, 0), min(end - passage.start_char, length))
        for source, start, end in question.places
        if record.source == source and start < passage.end_char and passage.start_char < end
    }
    for text in question.texts:
        start = passage.text.find(text) if text else -1
        if start >= 0:
            found.add((start, start + len(text)))
    return tuple(sorted(found))


def is_named(record: Record, name: str) -> bool:
    """Whether a person who writes this name means the document."""
    return name in (record.name, record.source, Path(record.source).name) or record.name.endswith(
        f"/{name}"
    )


def holds_text(text: str, wanted: Sequence[str]) -> bool:
    """Whether one of the wanted texts stands in the text, white space aside."""
    folded = " ".join(text.split())
    return any(" ".join(answer.split()) in folded for answer in wanted)


def place_questions(
    store: Store, questions: Sequence[GoldQuestion], contexts: Sequence[Incoming]
) -> tuple[list[GoldQuestion], int]:
    """The questions with their places in the library's documents instead of in their contexts, and
    how many contexts stand in no document: there the answers' texts are sought instead."""
    found: dict[str, list[tuple[str, int]]] = {incoming.source: [] for incoming in contexts}
    for record in store.records() if contexts else ():
        text = store.text(record.id)
        for incoming in contexts:
            start = text.find(incoming.document.text)
            if start >= 0:
                found[incoming.source].append((record.source, start))
    texts = {incoming.source: incoming.document.text for incoming in contexts}
    placed = []
    for question in questions:
        places = tuple(
            (source, first + start, first + end)
            for context, start, end in question.places
            for source, first in found.get(context, ())
        )
        if question.places and not places:
            slices = (texts[context][start:end] for context, start, end in question.places)
            question = replace(question, texts=tuple(dict.fromkeys(slices)))
        placed.append(replace(question, places=places))
    return placed, sum(not starts for starts in found.values())


def _holds_page(passage: Passage, page: int | None) -> bool:
    if page is None:
        return True
    return passage.page is not None and passage.page <= page <= (passage.last_page or passage.page)
