"""How well a model can know the language of a question."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.familiarity import (
    IDEOGRAPHS,
    find_words,
    measure_familiarity,
    reads_ideographs,
)

UNKNOWN = 0


def fall_apart(text: str, sizes: list[int]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for size in sizes:
        spans.append((start, start + size))
        start += size
    assert start == len(text)
    return spans


def measure(text: str, sizes: list[int], ids: list[int] | None = None, **options: bool) -> float:
    spans = fall_apart(text, sizes)
    return measure_familiarity(text, ids or [7] * len(sizes), spans, {UNKNOWN}, **options)


def test_letters_in_pieces_of_several_are_known() -> None:
    assert measure("где", [1, 1, 1]) == 0
    assert measure("где", [3]) == 1


def test_a_word_in_splinters_is_known_less() -> None:
    assert measure("towpath", [3, 4]) == pytest.approx(1 / 2)
    assert measure("tickets?", [6, 1, 1]) == pytest.approx(6 / 7 / 2)
    assert measure("the towpath", [3, 1, 3, 4]) == pytest.approx((3 + 7 / 2) / 10)


def test_what_the_vocabulary_lacks_is_not_known() -> None:
    assert measure("ticket ห้อง", [6, 1, 4], [7, 7, UNKNOWN]) == pytest.approx(6 / 9)


def test_a_letter_with_its_marks_is_one_letter() -> None:
    assert measure("की", [2]) == 0


def test_an_ideograph_says_something_to_a_model_that_reads_them() -> None:
    assert measure("木工", [1, 1]) == 0
    assert measure("木工", [1, 1], ideographs=True) == 1
    assert measure("のは", [1, 1], ideographs=True) == 0


def test_without_letters_nothing_is_strange() -> None:
    assert measure("404?", [3, 1]) == 1
    assert measure("", []) == 1


def test_a_model_reads_ideographs_if_it_has_a_piece_for_nearly_each() -> None:
    n = len(IDEOGRAPHS)
    spans = [(i, i + 1) for i in range(n)]
    assert reads_ideographs([7] * n, spans, {UNKNOWN})
    assert not reads_ideographs([UNKNOWN, 7] * (n // 2), spans, {UNKNOWN})
    in_bytes = [span for span in spans for _ in range(3)]
    assert not reads_ideographs([7] * len(in_bytes), in_bytes, {UNKNOWN})


def test_pieces_are_of_the_words_that_they_stand_in() -> None:
    text = "Who built the towpath?"
    spans = [(0, 3), (4, 9), (10, 13), (14, 16), (16, 21), (21, 22)]
    words = ("Who", "built", "the", "towpath", "towpath", "")
    assert find_words(text, spans) == words
    # Some tokenizers count the space before a word to it.
    assert find_words(text, [(0, 3), (3, 9), (9, 13), (13, 16), (16, 21), (21, 22)]) == words


@given(st.text("ab ?1の木", max_size=20), st.data())
def test_familiarity_is_a_share_however_a_text_falls_apart(text: str, data: st.DataObject) -> None:
    borders = sorted({0, len(text), *data.draw(st.lists(st.integers(0, len(text)), max_size=8))})
    spans = list(pairwise(borders))
    assert 0 <= measure_familiarity(text, [7] * len(spans), spans, {UNKNOWN}) <= 1
    assert len(find_words(text, spans)) == len(spans)
