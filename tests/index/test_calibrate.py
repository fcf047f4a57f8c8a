"""How scores become confidence."""

from index.calibrate import SHIPPED, estimate_confidence


def test_confidence_is_a_half_at_the_threshold_and_rises_with_the_score() -> None:
    assert estimate_confidence(SHIPPED.threshold, SHIPPED) == 0.5
    scores = (-1e6, -50.0, 0.0, 1.0, 2.0, 3.0, 50.0)
    rising = [estimate_confidence(score, SHIPPED) for score in scores]
    assert rising == sorted(rising)
    assert all(0 <= confidence <= 1 for confidence in rising)
