"""People told apart without their names."""

import pytest

from bot.libraries.crowd import NUMBERS, Crowd, count_people


def test_a_number_says_neither_who_nor_where_nor_stays() -> None:
    crowd, people = Crowd(), range(10_000)
    numbers = [crowd.number(1, person) for person in people]
    assert numbers == [crowd.number(1, person) for person in people]
    assert len(set(numbers)) == NUMBERS  # each is shared by many
    for other in (
        [crowd.number(2, person) for person in people],
        [Crowd().number(1, person) for person in people],
    ):
        assert sum(a == b for a, b in zip(numbers, other, strict=True)) < 500


@pytest.mark.parametrize(("people", "allowed"), [(1, 0), (2, 1), (10, 2), (100, 20)])
def test_people_are_counted_though_they_share_numbers(people: int, allowed: int) -> None:
    crowds = [Crowd() for _ in range(20)]
    counts = [
        count_people(crowd.number(1, person) for person in range(people) for _ in range(3))
        for crowd in crowds
    ]
    assert abs(sum(counts) / len(counts) - people) <= allowed
    assert min(counts) >= 1


def test_no_crowd_is_too_large_or_too_small_to_be_counted() -> None:
    assert count_people([]) == 0
    assert count_people(range(NUMBERS)) >= 5 * NUMBERS
