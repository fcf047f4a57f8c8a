"""How scores become confidence, and how far that can be trusted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.calibrate import (
    SHIPPED,
    Bin,
    brier_score,
    confide_held_out,
    estimate_confidence,
    estimate_confidences,
    expected_calibration_error,
    falls_in_second_half,
    fit_calibration,
    reliability_bins,
)
from index.errors import GoldError
from index.types import Calibration


def test_confidence_is_a_half_at_the_threshold_and_rises_with_the_score() -> None:
    assert estimate_confidence(SHIPPED.threshold, SHIPPED) == 0.5
    scores = (-1e6, -50.0, 0.0, 1.0, 2.0, 3.0, 50.0)
    rising = [estimate_confidence(score, SHIPPED) for score in scores]
    assert rising == sorted(rising)
    assert all(0 <= confidence <= 1 for confidence in rising)
    assert estimate_confidences(np.array(scores), SHIPPED).tolist() == rising


def drawn(calibration: Calibration, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and what came out right at just the odds that the calibration gives them."""
    random = np.random.default_rng(5)
    scores = random.uniform(0, 3, number)
    return scores, random.uniform(size=number) < estimate_confidences(scores, calibration)


def test_the_curve_that_outcomes_were_drawn_by_is_found_again() -> None:
    scores, right = drawn(Calibration(1.7, 0.2), 20_000)
    fitted = fit_calibration(scores, right)
    assert fitted.threshold == pytest.approx(1.7, abs=0.02)
    assert fitted.spread == pytest.approx(0.2, abs=0.01)


def test_no_curve_beside_the_fitted_one_is_likelier() -> None:
    scores, right = drawn(Calibration(1.2, 0.3), 500)
    positive, negative = right.sum(), (~right).sum()
    targets = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def likelihood(calibration: Calibration) -> float:
        p = estimate_confidences(scores, calibration)
        return float((targets * np.log(p) + (1 - targets) * np.log(1 - p)).sum())

    fitted = fit_calibration(scores, right)
    for threshold, spread in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)):
        beside = Calibration(fitted.threshold * threshold, fitted.spread * spread)
        assert likelihood(beside) < likelihood(fitted)


def test_scores_that_never_overlap_give_a_threshold_between_them_and_a_finite_spread() -> None:
    scores = np.array([0.5, 0.6, 0.7, 1.9, 2.0, 2.1])
    fitted = fit_calibration(scores, scores > 1)
    assert 0.7 < fitted.threshold < 1.9
    assert 0 < fitted.spread < math.inf


@given(
    st.lists(st.tuples(st.floats(-5, 5, width=32), st.booleans()), min_size=2, max_size=40),
)
def test_a_fit_is_usable_or_refused(outcomes: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in outcomes])
    right = np.array([outcome for _, outcome in outcomes])
    try:
        fitted = fit_calibration(scores, right)
    except GoldError:
        return
    assert fitted.spread > 0
    assert math.isfinite(fitted.threshold) and math.isfinite(fitted.spread)
    assert scores[right].mean() > scores[~right].mean()


@pytest.mark.parametrize("right", [[True] * 4, [False] * 4])
def test_outcomes_of_one_kind_alone_are_refused(right: list[bool]) -> None:
    with pytest.raises(GoldError, match="takes both"):
        fit_calibration(np.arange(4.0), np.array(right))


@pytest.mark.parametrize("scores", [[3.0, 3.0, 1.0, 1.0], [1.0] * 4])
def test_scores_that_say_nothing_or_the_opposite_are_refused(scores: list[float]) -> None:
    with pytest.raises(GoldError, match="no higher"):
        fit_calibration(np.array(scores), np.array([False, False, True, True]))


def test_bins_are_of_equal_width_and_the_error_is_weighed_by_their_sizes() -> None:
    confidences = np.array([0.0, 0.04, 0.1, 0.95, 0.97, 1.0])
    right = np.array([False, False, True, True, True, False])
    bins = reliability_bins(confidences, right)
    assert [one.count for one in bins] == [2, 1, 3]
    assert bins[1] == Bin(0.1, 1.0, 1)
    expected = (2 * 0.02 + 1 * 0.9 + 3 * abs(2.92 / 3 - 2 / 3)) / 6
    assert expected_calibration_error(confidences, right) == pytest.approx(expected)
    assert brier_score(np.array([0.5, 1.0]), np.array([True, False])) == pytest.approx(0.625)


def test_each_half_is_shown_the_curve_of_the_other() -> None:
    questions = [f"Question {number}?" for number in range(400)]
    second = np.array([falls_in_second_half(question) for question in questions])
    assert 150 < second.sum() < 250
    scores, right = drawn(Calibration(1.7, 0.2), 400)
    confidences = confide_held_out(questions, scores, right)
    assert confidences is not None
    fitted = fit_calibration(scores[second], right[second])
    assert confidences[~second] == pytest.approx(estimate_confidences(scores[~second], fitted))
    assert expected_calibration_error(confidences, right) < 0.1
    assert confide_held_out(questions, scores, np.ones(400, bool)) is None


def test_a_question_is_in_the_same_half_on_every_machine() -> None:
    halves = [falls_in_second_half(f"Question {number}?") for number in range(8)]
    assert halves == [True, True, True, False, False, True, False, False]
    assert isinstance(falls_in_second_half("\ud800"), bool)
