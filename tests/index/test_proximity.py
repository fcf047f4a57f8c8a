"""Words that stand close together, next to each other, or within other words."""

import pytest

from index.likeness import Word
from index.proximity import STRETCH, judge_proximity

OLD, IRON, BRIDGE = (
    Word(frozenset({stem}), idf) for stem, idf in (("old", 1), ("iron", 2), ("bridg", 3))
)
FAR = " ".join(["and"] * STRETCH)


def judge(words: list[Word], text: str) -> tuple[float, float, float]:
    found = judge_proximity(words, [text])
    return float(found.related[0]), float(found.stretch[0]), float(found.pairs[0])


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("the old iron bridg", 1),
        ("the bridg of iron is old", 1),
        ("bridg iron", 5 / 6),
        (f"bridg {FAR} iron", 3 / 6),
        (f"old iron {FAR} bridg", 3 / 6),
        (f"iron {FAR} old bridg", 4 / 6),
        ("bridg bridg bridg", 3 / 6),
        ("the garden", 0),
        ("", 0),
    ],
)
def test_a_stretch_counts_each_word_once_and_the_best_stretch_alone(
    text: str, stretch: float
) -> None:
    assert judge([OLD, IRON, BRIDGE], text)[1] == pytest.approx(stretch)


def test_a_stretch_has_twelve_terms_and_no_more() -> None:
    within = "iron " + "and " * (STRETCH - 2) + "bridg"
    assert judge([IRON, BRIDGE], within)[1] == 1
    assert judge([IRON, BRIDGE], within.replace("bridg", "and bridg"))[1] == pytest.approx(3 / 5)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("old iron bridg", 1),
        ("iron bridg", 2 / 3),
        ("old iron and a bridg", 1 / 3),
        ("bridg iron old", 0),
        ("iron iron bridg bridg iron bridg", 2 / 3),
        ("old bridg", 0),
    ],
)
def test_pairs_are_neighbours_in_the_questions_order(text: str, pairs: float) -> None:
    # A pair counts as its lesser word does: 1 for old iron, 2 for iron bridge.
    assert judge([OLD, IRON, BRIDGE], text)[2] == pytest.approx(pairs)


def test_a_word_alone_needs_no_neighbour() -> None:
    assert judge([BRIDGE], "the bridg") == (0, 1, 1)
    assert judge([BRIDGE], "the garden") == (0, 0, 0)


@pytest.mark.parametrize(
    ("asked", "text", "related"),
    [
        ("regierung", "die bundesregierung tagt", 1),
        ("bundesregierung", "die regierung tagt", 1),
        ("regierung", "die regierung der bundesregierung", 0),
        ("land", "das bundesland", 0),
        ("bundesland", "das land", 0),
        ("bridg", "a garden", 0),
    ],
)
def test_a_long_word_counts_as_a_part_of_another(asked: str, text: str, related: float) -> None:
    assert judge([Word(frozenset({asked}), 2.0)], text)[0] == related


def test_no_passage_and_no_word_are_no_error() -> None:
    assert judge_proximity([BRIDGE], []).stretch.shape == (0,)
    assert judge([], "the bridg") == (0, 0, 0)
    assert judge([Word(frozenset({"bridg"}), 0.0)], "the bridg") == (0, 0, 0)
