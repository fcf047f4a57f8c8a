"""Gold questions → what a library answers to each, and how often that is right."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.answer import merge_hits
from index.errors import GoldError, NoDocuments
from index.follow import read_question
from index.gold import GoldQuestion, read_gold, read_off_topic, read_refused
from index.judge import first_right, place_questions
from index.library import SPARE, Library
from index.likeness import judge_words
from index.report import CUTOFFS, Outcome, Report, measure_outcomes
from index.search import CANDIDATES, mean_terms, weigh_words
from index.types import Hit, Incoming

TOP = max(CUTOFFS)

Tick = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What is asked, and what can be searched for it."""

    path: Path
    questions: tuple[GoldQuestion, ...]
    contexts: tuple[Incoming, ...]
    off_topic: tuple[str, ...] = ()


def load_gold(path: Path, off_topic: Path | None = None) -> Gold:
    """The gold of one file and the off-topic questions of another. Raises GoldError."""
    questions, contexts = read_gold(path)
    strangers = [*read_refused(path), *(read_off_topic(off_topic) if off_topic else ())]
    return Gold(path, tuple(questions), tuple(contexts), tuple(strangers))


def fill_for_gold(
    library: Library, gold: Gold, documents: Sequence[Path], tick: Tick | None = None
) -> float:
    """The seconds that it took to add the gold's contexts and the documents. Raises GoldError."""
    began = time.perf_counter()
    fill_library(library, gold.contexts, documents, tick)
    if not library.store.counts()[0]:
        raise GoldError(
            f"{gold.path} has no contexts to search. Name the documents: "
            f"footnote eval {gold.path} --documents FOLDER"
        )
    return time.perf_counter() - began


def place_gold(library: Library, gold: Gold) -> tuple[Gold, int]:
    """The gold as it stands in the library's own documents, and how many of its contexts do not.

    Raises GoldError where none does.
    """
    questions, missing = place_questions(library.store, gold.questions, gold.contexts)
    if gold.contexts and missing == len(gold.contexts):
        raise GoldError(
            f"None of the {missing:,} contexts of {gold.path} stands in a document of this library."
            " Add the documents first (footnote add FOLDER), or name the library with --library."
        )
    return Gold(gold.path, tuple(questions), (), gold.off_topic), missing


def ask_gold(library: Library, gold: Gold, tick: Tick | None = None) -> tuple[Outcome, ...]:
    """What comes of each question, gold ones first; each is asked once.

    Raises NoDocuments, ModelChanged and QuestionError.
    """
    if not library.store.document_count():
        raise NoDocuments("The library holds no documents. Add some: footnote add FOLDER")
    asked: list[tuple[str, GoldQuestion | None]] = [(one.question, one) for one in gold.questions]
    asked += [(question, None) for question in gold.off_topic]
    outcomes = []
    for done, (question, wanted) in enumerate(asked):
        if tick:
            tick("Asking", done, len(asked))
        began = time.perf_counter()
        answer = library.ask(question, top=TOP)
        took_ms = 1000 * (time.perf_counter() - began)
        rank = bm25_rank = float("inf")
        if wanted:
            rank = first_right(wanted, answer.hits)
            bm25_rank = first_right(wanted, search_words(library, question))
        outcomes.append(Outcome(question, wanted, answer, rank, bm25_rank, took_ms))
    return tuple(outcomes)


def report_outcomes(
    library: Library, outcomes: Sequence[Outcome], index_seconds: float = 0.0
) -> Report:
    """The figures of what a library answered."""
    return measure_outcomes(
        outcomes,
        calibration=library.calibration,
        passages=library.store.counts()[0],
        index_seconds=index_seconds,
    )


def search_words(library: Library, question: str) -> tuple[Hit, ...]:
    """The passages that full text search alone finds, best BM25 first, each text once."""
    store = library.store
    words = weigh_words(store, read_question(question, None, store.languages()).words)
    terms = store.evidence.terms(
        store.evidence.match([stem for word in words for stem in word.stems], CANDIDATES)
    )
    bm25, _, _ = judge_words(words, list(terms.values()), mean_terms(store))
    best = np.array(list(terms), np.int64)[np.argsort(-bm25, kind="stable")[: TOP + SPARE]]
    found = store.passages(best.tolist())
    return merge_hits(Hit(record, passage, 0.0, (), id) for id, (record, passage) in found.items())[
        :TOP
    ]


def fill_library(
    library: Library, contexts: Sequence[Incoming], documents: Sequence[Path], tick: Tick | None
) -> None:
    """Add the contexts and the documents. Raises GoldError where one cannot be read."""
    library.add_documents(
        contexts, lambda progress: tick("Indexing", progress.passages, 0) if tick else None
    )
    if documents:
        summary = library.add(
            documents,
            lambda progress: (
                tick("Indexing", progress.bytes_done, progress.bytes_total) if tick else None
            ),
        )
        if summary.failed:
            failure = summary.failed[0]
            raise GoldError(f"A document cannot be read: {failure.path}: {failure.reason}")
