"""What came of gold questions → each miss, with the scores that explain it, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from index.answer import mark_sentences
from index.calibrate import estimate_confidence
from index.evaluate import Tick
from index.follow import read_question
from index.gold import GoldQuestion
from index.judge import find_answers, holds_answer, is_named, is_right
from index.library import SPARE, Library
from index.likeness import Word
from index.matches import find_held, spell_words
from index.report import Outcome
from index.rerank import rerank_passages
from index.search import LOOKED_AT, Scored, rank_passages, weigh_words
from index.store import Store
from index.terms import question_terms
from index.types import Hit, Passage, Record

Kind = Literal["not first", "not among ten", "answered wrongly", "refused wrongly", "off-topic"]

DEEPEST = LOOKED_AT - SPARE
"""As far down as a right passage's rank is told, by the same looks that the answer took."""

MOST_GOLD = 2
MOST_CAME = 3
"""Passages shown of those that are right, and of those that came instead."""

MOST_JUDGED = 20
"""Right passages that are judged where none is found; a document named as a whole has many."""

FOUND_BY_WORDS, MAX_ANSWER_CHARS = 50, 1000
"""Passages that are looked through for an answer of which only the text is known, and how much of
it full text search is asked for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage with its score for a question."""

    document: Record
    passage: Passage
    rank: int | None
    """From 1; None: not among the first `DEEPEST`."""
    score: float
    confidence: float
    parts: tuple[tuple[str, float], ...]
    """What the score is made of; of a passage without rank without what others lend it."""
    answers: tuple[tuple[int, int], ...]
    """Offsets in the passage's text of the gold's answers."""
    highlights: tuple[tuple[int, int], ...]
    """Offsets in the passage's text of what is marked for the reader."""
    right: bool
    holds: tuple[bool, ...]
    """Of each of the question's words, whether the passage holds it."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not answered as it should be."""

    question: str
    kinds: tuple[Kind, ...]
    answered: bool
    confidence: float
    words: tuple[tuple[str, float], ...]
    """The question's words, and the weight of each in the library."""
    gold: tuple[Judged, ...]
    """Right passages, best first; empty where none is in the library, or nothing is right."""
    came: tuple[Judged, ...]
    """What was found first."""


def name_kinds(outcome: Outcome) -> tuple[Kind, ...]:
    """What is wrong with what came of a question; nothing where all is well."""
    if not outcome.gold:
        return ("off-topic",) if outcome.answer.answered else ()
    kinds: list[Kind] = []
    if outcome.rank == float("inf"):
        kinds.append("not among ten")
    elif outcome.rank > 1:
        kinds.append("not first")
    if not outcome.answer.answered:
        kinds.append("refused wrongly")
    elif outcome.rank > 1:
        kinds.append("answered wrongly")
    return tuple(kinds)


def explain_misses(
    library: Library, outcomes: Sequence[Outcome], *, most: int, tick: Tick | None = None
) -> tuple[Miss, ...]:
    """Why questions were missed, `most` of them at most, the worst first.

    The worst are those that were answered wrongly, by how sure that was; then those whose right
    passage is not among ten, then the others.
    """
    missed = sorted(filter(name_kinds, outcomes), key=_weigh_harm, reverse=True)[:most]
    records = library.store.records()
    explained = []
    for done, outcome in enumerate(missed):
        if tick:
            tick("Explaining", done, len(missed))
        with library.store.snapshot():
            explained.append(_explain(library, records, outcome))
    return tuple(explained)


def _weigh_harm(outcome: Outcome) -> tuple[bool, float, float]:
    misled = outcome.answer.answered and outcome.rank > 1
    sure = outcome.answer.confidence
    return misled, sure if misled else min(outcome.rank, 11), -sure


def _explain(library: Library, records: Sequence[Record], outcome: Outcome) -> Miss:
    store, gold = library.store, outcome.gold
    reading = read_question(outcome.question, None, store.languages())
    words = weigh_words(store, reading.words)
    hits = outcome.answer.hits
    if gold and outcome.rank == float("inf"):
        hits = library.ask(outcome.question, top=DEEPEST).hits
    ranked = [_judge_hit(store, gold, words, hit, rank) for rank, hit in enumerate(hits, 1)]
    right = [judged for judged in ranked if judged.right][:MOST_GOLD]
    if gold and not right:
        [embedding] = library.encoder.embed_questions([reading.text])
        ids = _find_gold(store, records, gold)
        scored = [
            one
            for id in ids
            for one in rank_passages(store, library.nearest, embedding, words, top=1, only=id)
        ]
        places = store.passages(one.passage_id for one in scored)
        found = [(one, *places[one.passage_id]) for one in scored]
        if library.reranker:
            found = rerank_passages(library.reranker, reading.text, found)
        found.sort(key=lambda one: -one[0].score)
        right = [_judge_alone(library, gold, words, *one) for one in found[:MOST_GOLD]]
    return Miss(
        outcome.question,
        name_kinds(outcome),
        outcome.answer.answered,
        outcome.answer.confidence,
        tuple(
            zip(
                spell_words(outcome.question, words, store.languages()),
                (word.idf for word in words),
                strict=True,
            )
        ),
        tuple(right),
        tuple(judged for judged in ranked if not judged.right)[:MOST_CAME],
    )


def _judge_hit(
    store: Store, gold: GoldQuestion | None, words: Sequence[Word], hit: Hit, rank: int
) -> Judged:
    return Judged(
        hit.document,
        hit.passage,
        rank,
        hit.score,
        hit.confidence,
        hit.parts,
        find_answers(gold, hit.document, hit.passage) if gold else (),
        hit.highlights,
        bool(gold and is_right(gold, hit)),
        find_held(store, words, hit.passage_id),
    )


def _judge_alone(
    library: Library,
    gold: GoldQuestion,
    words: Sequence[Word],
    scored: Scored,
    record: Record,
    passage: Passage,
) -> Judged:
    return Judged(
        record,
        passage,
        None,
        scored.score,
        estimate_confidence(scored.score, library.calibration),
        scored.parts,
        find_answers(gold, record, passage),
        mark_sentences(words, scored, record, passage),
        True,
        find_held(library.store, words, scored.passage_id),
    )


def _find_gold(store: Store, records: Sequence[Record], gold: GoldQuestion) -> list[int]:
    """The ids of passages that are right, `MOST_JUDGED` at most."""
    sources = {source for source, _, _ in gold.places}
    named = [
        record
        for record in records
        if record.source in sources or any(is_named(record, name) for name, _ in gold.pages)
    ]
    ids = [id for record in named for id in store.passage_ids(record.id)]
    if not sources and not gold.pages:
        wanted = question_terms(" ".join(gold.texts)[:MAX_ANSWER_CHARS], store.languages())
        ids = store.evidence.match([stem for stems in wanted for stem in stems], FOUND_BY_WORDS)
    right = (
        id
        for id, (record, passage) in store.passages(ids).items()
        if holds_answer(gold, record, passage)
    )
    return list(islice(right, MOST_JUDGED))
