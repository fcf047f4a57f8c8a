"""What came of gold questions → a reliability diagram: how often sure answers are right."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np

from index.calibrate import (
    BINS,
    confide_held_out,
    expected_calibration_error,
    falls_in_second_half,
    reliability_bins,
)
from index.errors import GoldError
from index.report import Outcome, score_outcomes

HALVES = ("first half, by the curve of the second", "second half, by the curve of the first")
COLOURS = ("#2f6fb5", "#d9822b")


def draw_reliability(outcomes: Sequence[Outcome]) -> bytes:
    """A PNG: of each half of the questions, how often answers are right over how sure they are by
    the curve that was fitted to the other half.

    Raises GoldError where a half is too one-sided for a curve.
    """
    questions = [outcome.question for outcome in outcomes]
    scores, right = score_outcomes(outcomes)
    confidences = confide_held_out(questions, scores, right)
    if confidences is None:
        raise GoldError(
            "A half of the questions is answered all rightly or all wrongly: nothing tells what "
            "its scores are worth. Add questions, and some to be refused: --off-topic FILE"
        )
    second = np.array([falls_in_second_half(question) for question in questions])
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(7.2, 6.4), layout="constrained", facecolor="white")
        curve, counts = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
        curve.plot((0, 1), (0, 1), color="#999999", linestyle="--", linewidth=1, label="perfect")
        edges = np.linspace(0, 1, BINS + 1)
        for number, within in enumerate((~second, second)):
            bins = reliability_bins(confidences[within], right[within])
            error = expected_calibration_error(confidences[within], right[within])
            curve.plot(
                [one.confidence for one in bins],
                [one.right for one in bins],
                color=COLOURS[number],
                marker="o",
                label=f"{HALVES[number]}: ECE {error:.3f}",
            )
            found, _ = np.histogram(confidences[within], edges)
            left = edges[:-1] + (0.008 + 0.042 * number)
            bars = counts.bar(left, found, width=0.042, align="edge", color=COLOURS[number])
            counts.bar_label(bars, fontsize=7, padding=1)
        curve.set(ylim=(-0.02, 1.02), ylabel="share that is right")
        curve.legend(loc="upper left", frameon=False)
        counts.set(xlim=(0, 1), xlabel="confidence", ylabel="questions", xticks=edges)
        counts.set_yscale("symlog", linthresh=10)
        counts.margins(y=0.25)
        counts.set_yticks([])
        whole = expected_calibration_error(confidences, right)
        figure.suptitle(
            f"{len(questions):,} questions: expected calibration error {whole:.3f}", fontsize=13
        )
        written = BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(written, format="png", dpi=120)
    return written.getvalue()
