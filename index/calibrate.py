"""A passage's score → how sure it is that the passage answers the question, and how true that is.

The curve is fitted as Platt does (Probabilistic outputs for support vector machines, 1999): a
logistic regression by maximum likelihood whose targets stand a little inside 0 and 1, so that it
ends even where no wrong answer scores above a right one. Then the ceiling is fitted together with
the rest: of two passages that fit a question well only one may be what was asked for. How true it
is tells the expected calibration error over bins of equal width (Naeini, Cooper and Hauskrecht,
2015; Guo, Pleiss, Sun and Weinberger, 2017).
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.errors import GoldError
from index.types import Calibration

SHIPPED = Calibration(threshold=1.6, spread=0.11, ceiling=0.93)
"""Fitted to the packaged model."""

LOWEST_CEILING = 0.6
TOPS = (0.7, 0.9, 1.0)
"""Ceilings from which the best is looked for."""

BINS = 10

Values = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidences stand near each other."""

    confidence: float
    """Their mean confidence, 0..1."""
    right: float
    """The share of them that is right, 0..1."""
    count: int


def estimate_confidence(score: float, calibration: Calibration) -> float:
    """How sure it is, in 0..1, that a passage of this score answers the question."""
    exponent = (calibration.threshold - score) / calibration.spread
    # At the threshold it is ½, wherever the ceiling is.
    odds = (2 * calibration.ceiling - 1) * math.exp(min(exponent, 700.0))
    return calibration.ceiling / (1 + odds)


def estimate_confidences(scores: Values, calibration: Calibration) -> Values:
    """The same for each of the scores (n,)."""
    return np.array([estimate_confidence(float(score), calibration) for score in scores])


def fit_calibration(scores: Values, right: Truths) -> Calibration:
    """The curve under which what came out right or wrong, (n,), is likeliest by its scores, (n,).

    Raises GoldError where nothing is right, or wrong, or where right answers score no higher.
    """
    positive, negative = int(right.sum()), int((~right).sum())
    if not positive or not negative:
        raise GoldError(
            f"{positive} questions are answered rightly and {negative} wrongly: it takes both to "
            "tell what a score is worth. Add questions to the gold, or to --off-topic."
        )
    targets = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    middle, scale = float(scores.mean()), float(scores.std()) or 1.0
    slope, level = _regress((scores - middle) / scale, targets)
    if slope < 1e-6:
        raise GoldError(
            "Right answers score no higher than wrong ones: no threshold tells them apart. Look at "
            "them first: footnote eval GOLD --misses FILE.html"
        )
    return _fit_ceiling(scores, targets, middle - scale * level / slope, scale / slope)


def _fit_ceiling(scores: Values, targets: Values, center: float, spread: float) -> Calibration:
    """The likeliest curve with a ceiling, looked for from the one without."""
    from scipy.optimize import minimize

    def loss(found: Values) -> float:
        logits = (scores - found[0]) / np.exp(found[1])
        shares = found[2] / (1 + np.exp(-np.clip(logits, -700, 700)))
        shares = np.clip(shares, 1e-12, 1 - 1e-12)
        return float(-(targets * np.log(shares) + (1 - targets) * np.log(1 - shares)).sum())

    width = float(np.log(spread))
    bounds = [(None, None), (width - 3, width + 3), (LOWEST_CEILING, 1.0)]
    start = np.array([center, width, 1.0])
    best = min(
        (minimize(loss, [center, width, top], method="L-BFGS-B", bounds=bounds).x for top in TOPS),
        key=loss,
    )
    best = best if loss(best) < loss(start) else start
    spread, ceiling = float(np.exp(best[1])), float(best[2])
    return Calibration(float(best[0]) - spread * math.log(2 * ceiling - 1), spread, ceiling)


def _regress(values: Values, targets: Values) -> tuple[float, float]:
    """Slope and level of the likeliest logistic curve, by Newton's method with shorter steps where
    a whole one would overshoot."""
    design = np.stack([values, np.ones_like(values)], axis=1)
    found = np.zeros(2)

    def loss(weights: Values) -> float:
        logits = design @ weights
        return float((np.logaddexp(0, logits) - targets * logits).sum())

    for _ in range(100):
        shares = 1 / (1 + np.exp(-np.clip(design @ found, -700, 700)))
        gradient = design.T @ (shares - targets)
        curvature = design.T @ (design * (shares * (1 - shares))[:, None]) + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(found - step) > loss(found) and np.abs(step).max() > 1e-12:
            step /= 2
        found = found - step
        if np.abs(step).max() < 1e-9:
            break
    return float(found[0]), float(found[1])


def confide_held_out(questions: Sequence[str], scores: Values, right: Truths) -> Values | None:
    """(n,): each answer's confidence by the curve that the other half of the questions gives.

    None where a half is too one-sided for one. A question's half depends on its text alone.
    """
    second = np.array([falls_in_second_half(question) for question in questions], dtype=bool)
    confidences = np.zeros(len(scores))
    for shown in (second, ~second):
        try:
            fitted = fit_calibration(scores[~shown], right[~shown])
        except GoldError:
            return None
        confidences[shown] = estimate_confidences(scores[shown], fitted)
    return confidences


def falls_in_second_half(question: str) -> bool:
    """Which of two halves a question is in; the same on every machine."""
    return bool(hashlib.sha256(question.encode("utf-8", "replace")).digest()[0] & 1)


def expected_calibration_error(confidences: Values, right: Truths, bins: int = BINS) -> float:
    """How far confidence is from the share that is right, 0..1: mean over bins, by their sizes."""
    filled = reliability_bins(confidences, right, bins)
    return sum(b.count * abs(b.right - b.confidence) for b in filled) / max(len(confidences), 1)


def brier_score(confidences: Values, right: Truths) -> float:
    """Mean squared distance of the confidences from what came out, 0..1; lower is better."""
    return float(np.mean((confidences - right) ** 2))


def reliability_bins(confidences: Values, right: Truths, bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of equal width that hold anything, in order."""
    numbers = np.minimum((confidences * bins).astype(int), bins - 1)
    return tuple(
        Bin(float(confidences[within].mean()), float(right[within].mean()), int(within.sum()))
        for within in (numbers == number for number in range(bins))
        if within.any()
    )
