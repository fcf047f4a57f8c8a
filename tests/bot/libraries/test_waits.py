"""Who waits for an answer, in a server's file: how many, until when, and what of."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.libraries.memory import Memory
from bot.libraries.waits import KEPT_DAYS, MOST_OF_ALL, MOST_OF_ONE, Wait
from bot.types import Personal

ANA, BEN = 11, 12
WAIT = Wait(100, ANA, 7, False, "Which roof?", "The house")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "discord.db") as memory:
        yield memory


def test_a_second_press_takes_it_back(memory: Memory) -> None:
    assert not memory.waits.are_there()
    assert memory.waits.toggle(WAIT) == "kept"
    assert memory.waits.toggle(replace(WAIT, user=BEN)) == "kept"
    assert memory.waits.toggle(WAIT) == "taken back"
    assert [wait.user for wait in memory.waits.due("x", 9)] == [BEN]
    assert memory.waits.toggle(WAIT) == "kept"


def test_one_question_is_waited_for_at_one_place(memory: Memory) -> None:
    memory.waits.toggle(WAIT)
    memory.waits.toggle(replace(WAIT, message=200))
    memory.waits.toggle(replace(WAIT, message=300, earlier=None))
    assert [wait.message for wait in memory.waits.due("x", 9)] == [200, 300]
    memory.waits.toggle(replace(WAIT, message=400, earlier=None))
    assert [wait.message for wait in memory.waits.due("x", 9)] == [200, 400]


def test_one_person_waits_for_some_questions_and_all_for_more(memory: Memory) -> None:
    def wait(number: int, user: int) -> str:
        return memory.waits.toggle(Wait(1000 + number, user, 7, True, f"Which roof {number}?"))

    for number in range(MOST_OF_ONE):
        assert wait(number, ANA) == "kept"
    assert wait(99, ANA) == "too many of yours"
    same = Wait(5, ANA, 7, True, "Which roof 0?")
    assert memory.waits.toggle(same) == "kept"
    assert memory.waits.count(ANA) == MOST_OF_ONE
    for number in range(MOST_OF_ALL - MOST_OF_ONE):
        assert wait(number, 10**6 + number) == "kept"
    assert wait(99, BEN) == "too many"
    assert wait(0, 10**6) == "taken back"
    assert wait(99, BEN) == "kept"


def test_what_was_asked_of_the_documents_as_they_are_is_not_due(memory: Memory) -> None:
    other = replace(WAIT, message=50, user=BEN)
    for wait in (WAIT, other):
        memory.waits.toggle(wait)
    assert memory.waits.due("a", 9) == (other, WAIT)
    assert memory.waits.due("a", 1) == (other,)
    memory.waits.note_asked([other], "a")
    assert memory.waits.due("a", 9) == (WAIT,)
    assert memory.waits.due("b", 9) == (other, WAIT)


def test_nobody_waits_twice(memory: Memory) -> None:
    memory.waits.toggle(WAIT)
    assert memory.waits.take(WAIT)
    assert not memory.waits.take(WAIT)


def test_a_person_can_have_it_deleted_and_it_is_counted(memory: Memory) -> None:
    for wait in (WAIT, replace(WAIT, message=50, question="?"), replace(WAIT, user=BEN)):
        memory.waits.toggle(wait)
    assert memory.personal(ANA) == Personal(0, 0, 0, False, 2)
    assert memory.delete_personal(ANA) == Personal(0, 0, 0, False, 2)
    assert memory.personal(ANA) == Personal(0, 0, 0, False)
    assert memory.personal(BEN).waits == 1


def test_nobody_waits_for_ever(memory: Memory, tmp_path: Path) -> None:
    memory.waits.toggle(WAIT)
    memory.waits.toggle(replace(WAIT, user=BEN))
    memory.waits.expire()
    assert len(memory.waits.due("x", 9)) == 2
    old = datetime.now(UTC) - timedelta(days=KEPT_DAYS, seconds=1)
    with closing(sqlite3.connect(tmp_path / "discord.db")) as raw, raw:
        raw.execute("UPDATE waiting SET since = ? WHERE user = ?", (old.isoformat(), ANA))
    memory.waits.expire()
    assert [wait.user for wait in memory.waits.due("x", 9)] == [BEN]
