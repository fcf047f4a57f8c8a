"""Which week a server had its digest of."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.libraries.digest import find_week
from bot.libraries.memory import Memory
from bot.types import Preferences

CHOSEN = Preferences(digest=5)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "discord.db") as memory:
        yield memory


def this_week() -> date:
    return find_week(datetime.now(UTC))


def test_the_week_in_which_it_is_chosen_has_none_and_each_other_has_one(memory: Memory) -> None:
    memory.prefer(CHOSEN)
    assert not memory.digest.is_due(this_week())
    later = this_week() + timedelta(weeks=1)
    assert memory.digest.is_due(later)
    assert [memory.digest.claim(later) for _ in range(3)] == [True, False, False]
    assert not memory.digest.claim(later - timedelta(weeks=1))
    memory.prefer(replace(CHOSEN, digest=6))  # another channel has no second one
    assert not memory.digest.is_due(later)
    memory.prefer(Preferences())
    memory.prefer(CHOSEN)
    assert not memory.digest.is_due(this_week())


def test_why_none_could_be_posted_is_kept_until_one_is_or_another_channel_is_chosen(
    memory: Memory,
) -> None:
    memory.prefer(CHOSEN)
    assert memory.digest.failure() is None
    assert [memory.digest.fail("It is gone.") for _ in range(2)] == [True, False]
    memory.prefer(replace(CHOSEN, private=True))
    assert memory.digest.failure() == "It is gone."
    memory.prefer(replace(CHOSEN, digest=6))
    assert memory.digest.failure() is None
    memory.digest.fail("It is gone.")
    memory.digest.claim(this_week() + timedelta(weeks=1))
    assert memory.digest.failure() is None


def test_after_a_fault_a_week_goes_without_rather_than_have_two(
    memory: Memory, tmp_path: Path
) -> None:
    memory.prefer(CHOSEN)
    with closing(sqlite3.connect(tmp_path / "discord.db")) as db, db:
        db.execute("DELETE FROM digest")
    week = this_week() + timedelta(weeks=1)
    assert memory.digest.is_due(week) and not memory.digest.claim(week)
    assert not memory.digest.is_due(week)
    assert memory.digest.claim(week + timedelta(weeks=1))
