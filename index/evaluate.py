"""Gold questions → how often the right passage comes first, and what is refused."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import Encoder
from index.errors import GoldError
from index.gold import GoldQuestion, read_gold, read_off_topic
from index.library import Library
from index.parse import Limits
from index.rerank import Reranker
from index.shelf import PASSAGE_CHARS
from index.types import Answer, Hit, Incoming

CUTOFFS = (1, 3, 5, 10)

Tick = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are in 0..1; None where the gold has nothing to measure them on."""

    questions: int
    passages: int
    recall: tuple[float, ...]
    """At 1, 3, 5 and 10: share of questions with a right passage among the first k."""
    mrr_at_10: float
    """Mean of 1 / rank of the first right passage among ten, 0 where there is none."""
    highlight_at_1: float | None
    """Share of questions whose first passage is right and highlights (part of) the answer."""
    answered_on_topic: float
    refused_off_topic: float | None
    """Both at the shipped threshold."""
    refused_at_95_answered: float | None
    """Share of off-topic questions below the score that 95 % of the gold questions reach."""
    auroc: float | None
    """Chance that a gold question's best score is above an off-topic one's."""
    index_seconds: float
    query_ms: tuple[float, float]
    """Median and 95th percentile of one question, embedding included."""

    def to_dict(self) -> dict[str, Any]:
        """The report as `footnote eval --json` prints it."""
        recall = zip(CUTOFFS, self.recall, strict=True)
        return {
            "questions": self.questions,
            "passages": self.passages,
            **{f"recall@{k}": share for k, share in recall},
            "mrr@10": self.mrr_at_10,
            "highlight@1": self.highlight_at_1,
            "answered_on_topic": self.answered_on_topic,
            "refused_off_topic": self.refused_off_topic,
            "refused_at_95_answered": self.refused_at_95_answered,
            "auroc": self.auroc,
            "index_seconds": self.index_seconds,
            "query_ms": {"p50": self.query_ms[0], "p95": self.query_ms[1]},
        }


def evaluate(
    gold: Path,
    *,
    encoder: Encoder,
    load_reranker: Callable[[], Reranker | None] | None = None,
    folder: Path,
    documents: Sequence[Path] = (),
    off_topic: Path | None = None,
    passage_chars: int = PASSAGE_CHARS,
    limits: Limits = Limits(),  # noqa: B008
    tick: Tick | None = None,
) -> Report:
    """How a library of the gold's contexts and the documents, made in `folder`, answers the gold.

    Raises GoldError, and ParseError's text as GoldError where a document cannot be read.
    """
    questions, contexts = read_gold(gold)
    strangers = read_off_topic(off_topic) if off_topic else []
    with Library(
        folder,
        lambda: encoder,
        load_reranker=load_reranker,
        passage_chars=passage_chars,
        limits=limits,
    ) as library:
        began = time.perf_counter()
        fill_library(library, contexts, documents, tick)
        index_seconds = time.perf_counter() - began
        if not library.store.counts()[0]:
            raise GoldError(
                f"{gold} has no contexts to search. Name the documents: "
                f"footnote eval {gold} --documents FOLDER"
            )
        asked = [question.question for question in questions] + strangers
        answers: list[Answer] = []
        times: list[float] = []
        for done, question in enumerate(asked):
            if tick:
                tick("Asking", done, len(asked))
            began = time.perf_counter()
            answers.append(library.ask(question, top=max(CUTOFFS)))
            times.append(1000 * (time.perf_counter() - began))
        passages = library.store.counts()[0]
    on_topic, off = answers[: len(questions)], answers[len(questions) :]
    ranks = np.array(
        [
            _first_right(question, answer)
            for question, answer in zip(questions, on_topic, strict=True)
        ]
    )
    marked = [
        _marks_answer(question, answer.hits[0])
        for question, answer in zip(questions, on_topic, strict=True)
        if not question.pages
    ]
    scores, off_scores = _best_scores(on_topic), _best_scores(off)
    return Report(
        questions=len(questions),
        passages=passages,
        recall=tuple(float((ranks <= k).mean()) for k in CUTOFFS),
        mrr_at_10=float((1 / ranks).mean()),
        highlight_at_1=float(np.mean(marked)) if marked else None,
        answered_on_topic=float(np.mean([answer.answered for answer in on_topic])),
        refused_off_topic=float(np.mean([not answer.answered for answer in off])) if off else None,
        refused_at_95_answered=(
            float((off_scores < np.quantile(scores, 0.05)).mean()) if off else None
        ),
        auroc=_auroc(scores, off_scores) if off else None,
        index_seconds=index_seconds,
        query_ms=(float(np.percentile(times, 50)), float(np.percentile(times, 95))),
    )


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


def _first_right(question: GoldQuestion, answer: Answer) -> float:
    """The rank, from 1, of the first right passage; infinite where there is none."""
    ranks = (rank for rank, hit in enumerate(answer.hits, 1) if _is_right(question, hit))
    return next(ranks, float("inf"))


def _is_right(question: GoldQuestion, hit: Hit) -> bool:
    passage = hit.passage
    if question.pages:
        page, last = passage.page, passage.last_page
        return page is not None and any(
            Path(hit.document.source).name == name and page <= gold <= (last or page)
            for name, gold in question.pages
        )
    if question.context:
        return hit.document.source == question.context and any(
            start < passage.end_char and passage.start_char < end for start, end in question.spans
        )
    return holds_text(passage.text, question.texts)


def _marks_answer(question: GoldQuestion, hit: Hit) -> bool:
    if not _is_right(question, hit):
        return False
    first = hit.passage.start_char
    if question.context:
        return any(
            start < first + b and first + a < end
            for a, b in hit.highlights
            for start, end in question.spans
        )
    return any(holds_text(hit.passage.text[a:b], question.texts) for a, b in hit.highlights)


def holds_text(text: str, wanted: Sequence[str]) -> bool:
    """Whether one of the wanted texts stands in the text, white space aside."""
    folded = " ".join(text.split())
    return any(" ".join(answer.split()) in folded for answer in wanted)


def _best_scores(answers: Sequence[Answer]) -> NDArray[np.float64]:
    return np.array([answer.hits[0].score for answer in answers])


def _auroc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """The share of pairs in which the positive is above the negative, a tie counting half."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / (2 * len(negative)))
