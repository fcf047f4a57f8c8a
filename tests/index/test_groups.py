"""Questions grouped by meaning, and what the groups are called."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import SentenceEncoder
from index.groups import MOST_DISTANT, MOST_WORDS, find_near, group_vectors, name_groups
from tests.bench.groups import Half, measure_grouping


@pytest.mark.parametrize(("half", "floor"), [("picked_on", 0.87), ("reported_on", 0.85)])
def test_the_packaged_model_groups_what_means_the_same(
    packaged_encoder: SentenceEncoder, half: Half, floor: float
) -> None:
    f1, ari = measure_grouping(packaged_encoder, half, MOST_DISTANT)
    assert f1 >= floor and ari >= floor


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_every_vector_is_in_one_group_and_twins_are_together(count: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    twice = np.concatenate([vectors, vectors])
    groups = group_vectors(twice)
    assert sorted(row for rows in groups for row in rows) == list(range(2 * count))
    assert [len(rows) for rows in groups] == sorted(map(len, groups), reverse=True)
    of = {row: number for number, rows in enumerate(groups) for row in rows}
    assert all(of[row] == of[row + count] for row in range(count))


def test_a_vector_is_near_a_group_that_it_would_join() -> None:
    vectors = np.eye(3, dtype=np.float32)
    means = np.array([[1, 0, 0], [0, 0.4, 0]], np.float32)
    assert find_near(vectors, means) == [True, False, False]
    assert find_near(vectors, np.empty((0, 3), np.float32)) == [False] * 3


def name(groups: list[list[str]], passages: dict[str, int] | None = None) -> list[tuple[str, ...]]:
    held = passages or {}

    def count(terms: Iterable[str]) -> dict[str, int]:
        return {term: held.get(term, 0) for term in terms}

    return name_groups(groups, [text for texts in groups for text in texts], count, 100)


def test_a_group_is_called_by_the_words_that_only_its_questions_share() -> None:
    gold = [
        ["How do I reset my Passwords?", "my Passwords do not work", "reset Passwords how"],
        ["How do I invite friends?", "invite a friend?"],
        ["Wie lange ist die Mühle offen?", "Wann macht die Mühle auf?"],
    ]
    first, second, third = name(gold)
    assert first[:2] == ("Passwords", "reset")
    assert "invite" in second
    assert third[0] == "Mühle"
    assert all(2 <= len(words) <= MOST_WORDS for words in (first, second, third))


def test_words_that_many_passages_hold_tell_less() -> None:
    groups = [["server harbour", "harbour server"]]
    assert name(groups, {"server": 90})[0][0] == "harbour"
    assert name(groups, {"harbour": 90})[0][0] == "server"


def test_a_group_of_stop_words_or_signs_alone_has_no_name() -> None:
    assert name([["???", "!"]]) == [()]


def test_where_no_spaces_part_words_pairs_of_letters_stand_for_them() -> None:
    [words] = name([["博物館はいつ開きますか", "博物館は何時に開く"]])
    assert "博物" in words
