"""Figures of outcomes that are known."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import report as module
from index.errors import GoldError
from index.gold import GoldQuestion
from index.report import MIN_RIGHT, MIN_WRONG, Outcome, fit_outcomes
from index.types import Answer, Calibration, Hit, Passage, Record


def make_outcomes(right: int, wrong: int) -> list[Outcome]:
    """Right answers of scores about 2, and wrong ones of scores about 1."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    record = Record(1, "a", "/a", "A", None, 1, 1, "", "en", now, now)
    passage = Passage("It is x.", 0, 8, None, None, (), ((0, 8),))
    made = []
    for number in range(right + wrong):
        is_right = number < right
        score = (2.0 if is_right else 1.0) + number % 7 / 10
        hit = Hit(record, passage, score, ((0, 8),), confidence=0.9)
        rank = 1.0 if is_right else float("inf")
        answer = Answer("q", True, 0.9, (hit,))
        gold = GoldQuestion("q", texts=("x",))
        made.append(Outcome(f"Question {number}?", gold, answer, rank, rank, 1.0))
    return made


def test_a_calibration_is_fitted_to_outcomes_and_not_to_too_few() -> None:
    fitted = fit_outcomes(make_outcomes(MIN_RIGHT, MIN_WRONG))
    assert 1.6 < fitted.threshold < 2.0
    for right, wrong in ((MIN_RIGHT - 1, 100), (100, MIN_WRONG - 1)):
        with pytest.raises(GoldError, match=f"here {right} are and {wrong} are not"):
            fit_outcomes(make_outcomes(right, wrong))


def test_trust_compares_what_was_said_with_what_a_held_out_half_says() -> None:
    trust = module.measure_trust(make_outcomes(60, 40), Calibration(1.5, 0.1))
    assert trust.error == pytest.approx(0.3)
    assert trust.brier == pytest.approx(0.6 * 0.01 + 0.4 * 0.81)
    assert trust.error_held_out is not None and trust.error_held_out < 0.2
    assert trust.brier_held_out is not None and trust.brier_held_out < trust.brier
    one_sided = module.measure_trust(make_outcomes(60, 0), Calibration(1.5, 0.1))
    assert one_sided.error_held_out is None


SCORES = st.lists(st.integers(-3, 3), min_size=1, max_size=20)


@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_in_order(positive: list[int], negative: list[int]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    found = module._auroc(np.array(positive, float), np.array(negative, float))
    assert found == pytest.approx(sum(pairs) / len(pairs))
