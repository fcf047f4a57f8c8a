"""What was answered to gold and off-topic questions → the figures that tell how good it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.calibrate import (
    Truths,
    Values,
    brier_score,
    confide_held_out,
    expected_calibration_error,
    fit_calibration,
)
from index.errors import GoldError
from index.gold import GoldQuestion
from index.judge import marks_answer
from index.types import Answer, Calibration

CUTOFFS = (1, 3, 5, 10)
BASELINE_CUTOFFS = (1, 5)

MIN_RIGHT, MIN_WRONG = 30, 10
"""Questions without which no calibration is fitted to keep."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question and what came of it; `gold` is None where the documents do not answer it."""

    question: str
    gold: GoldQuestion | None
    answer: Answer
    rank: float
    """Of the first right passage among ten, from 1; infinite where there is none."""
    bm25_rank: float
    """The same where full text search alone ranks the passages."""
    took_ms: float


@dataclass(frozen=True, slots=True)
class Trust:
    """How far confidence can be taken at its word; lower is better, in 0..1."""

    calibration: Calibration
    """What was in force."""
    error: float
    """The expected calibration error, over ten bins."""
    brier: float
    error_held_out: float | None
    """The same with a curve fitted to one half of the questions and shown the other, both ways;
    None where a half is too one-sided for one."""
    brier_held_out: float | None

    def to_dict(self) -> dict[str, Any]:
        """The figures under the names that the report has them by."""
        return {
            "threshold": self.calibration.threshold,
            "spread": self.calibration.spread,
            "ceiling": self.calibration.ceiling,
            "ece": self.error,
            "brier": self.brier,
            "ece_held_out": self.error_held_out,
            "brier_held_out": self.brier_held_out,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are in 0..1; None where the gold has nothing to measure them on."""

    questions: int
    passages: int
    recall: tuple[float, ...]
    """At 1, 3, 5 and 10: share of questions with a right passage among the first k."""
    mrr_at_10: float
    """Mean of 1 / rank of the first right passage among ten, 0 where there is none."""
    bm25_recall: tuple[float, ...]
    """At 1 and 5, of full text search alone on the same passages."""
    bm25_mrr_at_10: float
    highlight_at_1: float | None
    """Share of questions whose first passage is right and highlights (part of) the answer."""
    highlight_chars: float | None
    """Mean length of what the first passage highlights."""
    answered_on_topic: float
    refused_off_topic: float | None
    """Both at the threshold in force."""
    refused_at_95_answered: float | None
    """Share of off-topic questions below the score that 95 % of the gold questions reach."""
    auroc: float | None
    """Chance that a gold question's best score is above an off-topic one's."""
    trust: Trust
    index_seconds: float
    query_ms: tuple[float, float]
    """Median and 95th percentile of one question, embedding included."""

    def to_dict(self) -> dict[str, Any]:
        """The report as `footnote eval --json` prints it."""
        recall = zip(CUTOFFS, self.recall, strict=True)
        baseline = zip(BASELINE_CUTOFFS, self.bm25_recall, strict=True)
        return {
            "questions": self.questions,
            "passages": self.passages,
            **{f"recall@{k}": share for k, share in recall},
            "mrr@10": self.mrr_at_10,
            "bm25": {**{f"recall@{k}": s for k, s in baseline}, "mrr@10": self.bm25_mrr_at_10},
            "highlight@1": self.highlight_at_1,
            "highlight_chars": self.highlight_chars,
            "answered_on_topic": self.answered_on_topic,
            "refused_off_topic": self.refused_off_topic,
            "refused_at_95_answered": self.refused_at_95_answered,
            "auroc": self.auroc,
            "calibration": self.trust.to_dict(),
            "index_seconds": self.index_seconds,
            "query_ms": {"p50": self.query_ms[0], "p95": self.query_ms[1]},
        }


def measure_outcomes(
    outcomes: Sequence[Outcome], *, calibration: Calibration, passages: int, index_seconds: float
) -> Report:
    """The figures; at least one of the questions is gold."""
    gold = [(outcome, outcome.gold) for outcome in outcomes if outcome.gold]
    off = [outcome for outcome in outcomes if not outcome.gold]
    ranks = [outcome.rank for outcome, _ in gold]
    bm25_ranks = [outcome.bm25_rank for outcome, _ in gold]
    marked = [
        bool(outcome.answer.hits) and marks_answer(question, outcome.answer.hits[0])
        for outcome, question in gold
        if question.places or question.texts
    ]
    lengths = [
        sum(end - start for start, end in outcome.answer.hits[0].highlights)
        for outcome, _ in gold
        if outcome.answer.hits
    ]
    scores = np.array([best_score(outcome) for outcome, _ in gold])
    off_scores = np.array([best_score(outcome) for outcome in off])
    times = [outcome.took_ms for outcome in outcomes]
    return Report(
        questions=len(gold),
        passages=passages,
        recall=tuple(measure_recall(ranks, k) for k in CUTOFFS),
        mrr_at_10=mean_reciprocal_rank(ranks),
        bm25_recall=tuple(measure_recall(bm25_ranks, k) for k in BASELINE_CUTOFFS),
        bm25_mrr_at_10=mean_reciprocal_rank(bm25_ranks),
        highlight_at_1=float(np.mean(marked)) if marked else None,
        highlight_chars=float(np.mean(lengths)) if lengths else None,
        answered_on_topic=float(np.mean([outcome.answer.answered for outcome, _ in gold])),
        refused_off_topic=(
            float(np.mean([not outcome.answer.answered for outcome in off])) if off else None
        ),
        refused_at_95_answered=(
            float((off_scores < np.quantile(scores, 0.05)).mean()) if off else None
        ),
        auroc=_auroc(scores, off_scores) if off else None,
        trust=measure_trust(outcomes, calibration),
        index_seconds=index_seconds,
        query_ms=(float(np.percentile(times, 50)), float(np.percentile(times, 95))),
    )


def measure_recall(ranks: Sequence[float], k: int) -> float:
    """The share of ranks, at least one, that are among the first k."""
    return float((np.array(ranks) <= k).mean())


def mean_reciprocal_rank(ranks: Sequence[float]) -> float:
    """The mean of 1 / rank of at least one rank; 0 for an infinite one."""
    return float((1 / np.array(ranks)).mean())


def measure_trust(outcomes: Sequence[Outcome], calibration: Calibration) -> Trust:
    """How far the confidences can be taken at their word."""
    scores, right = score_outcomes(outcomes)
    shown = np.array([outcome.answer.confidence for outcome in outcomes])
    held_out = confide_held_out([outcome.question for outcome in outcomes], scores, right)
    return Trust(
        calibration,
        expected_calibration_error(shown, right),
        brier_score(shown, right),
        None if held_out is None else expected_calibration_error(held_out, right),
        None if held_out is None else brier_score(held_out, right),
    )


def score_outcomes(outcomes: Sequence[Outcome]) -> tuple[Values, Truths]:
    """Each first passage's score, (n,), and whether it answers its question, (n,)."""
    scores = np.array([best_score(outcome) for outcome in outcomes])
    return scores, np.array(
        [outcome.gold is not None and outcome.rank == 1 for outcome in outcomes]
    )


def fit_outcomes(outcomes: Sequence[Outcome]) -> Calibration:
    """The calibration that fits what came of the questions. Raises GoldError for too few."""
    scores, right = score_outcomes(outcomes)
    found, lost = int(right.sum()), int((~right).sum())
    if found < MIN_RIGHT or lost < MIN_WRONG:
        raise GoldError(
            f"A calibration needs {MIN_RIGHT} questions that are answered rightly and {MIN_WRONG} "
            f"that are not; here {found} are and {lost} are not. Add questions to the gold, and "
            "some that your documents do not answer: --off-topic FILE"
        )
    return fit_calibration(scores, right)


def best_score(outcome: Outcome) -> float:
    """The first passage's score."""
    return outcome.answer.hits[0].score


def _auroc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """The share of pairs in which the positive is above the negative, a tie counting half."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / (2 * len(negative)))
