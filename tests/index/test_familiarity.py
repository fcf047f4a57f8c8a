"""How well a model can know the language of a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.familiarity import (
    IDEOGRAPHS,
    measure_familiarity,
    reads_ideographs,
    weigh_vectors,
    weigh_words,
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
    assert measure("tickets?", [6, 1, 1]) == pytest.approx(6 / 7)
    assert measure("где", [1, 1, 1]) == 0
    assert measure("где", [3]) == 1


def test_what_the_vocabulary_lacks_is_not_known() -> None:
    assert measure("ticketห้อง", [6, 4], [7, UNKNOWN]) == pytest.approx(6 / 9)


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


@given(st.floats(0, 1))
def test_what_vectors_lose_words_gain(familiarity: float) -> None:
    assert 0 <= weigh_vectors(familiarity) <= 1 <= weigh_words(familiarity)
    if weigh_vectors(familiarity) == 1:
        assert weigh_words(familiarity) == 1


def test_a_familiar_language_changes_nothing_and_a_strange_one_has_no_vectors() -> None:
    assert (weigh_vectors(0.8), weigh_words(0.8)) == (1, 1)
    assert (weigh_vectors(0.3), weigh_words(0.3)) == (0, 5)
