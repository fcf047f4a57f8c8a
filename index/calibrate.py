"""A passage's score → how sure it is that the passage answers the question."""

import math

from index.types import Calibration

SHIPPED = Calibration(threshold=1.5, spread=0.1)
"""Fitted to the packaged model."""


def estimate_confidence(score: float, calibration: Calibration) -> float:
    """How sure it is, in 0..1, that a passage of this score answers the question."""
    exponent = (calibration.threshold - score) / calibration.spread
    return 1 / (1 + math.exp(min(exponent, 700.0)))
