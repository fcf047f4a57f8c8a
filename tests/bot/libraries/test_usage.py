"""How much a server's bot is used."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord import render
from bot.libraries.memory import Memory
from bot.libraries.usage import (
    GROWTH,
    KEPT_DAYS,
    LAST_STEP,
    SHORTEST_S,
    SHOWN,
    Day,
    digest_name,
    find_median_s,
    find_step,
)
from bot.types import Vote
from tests.bot.kept import make_found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "discord.db"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    with Memory(path) as memory:
        yield memory


def today() -> date:
    return datetime.now(UTC).date()


def age(path: Path, days: int) -> None:
    """Let all that was counted be so many days older."""
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("activity", "citation", "pace"):
            db.execute(f"UPDATE {table} SET day = date(day, ?)", (f"-{days} days",))
        db.execute(
            "UPDATE vote SET voted = replace(voted, substr(voted, 1, 10),"
            " date(substr(voted, 1, 10), ?))",
            (f"-{days} days",),
        )


def test_questions_and_votes_are_counted_by_day(memory: Memory, path: Path) -> None:
    memory.usage.note(make_found("a.md"), 0.25)
    memory.vote(Vote(1, 10, True))
    age(path, 2)
    for took_s in (0.1, 0.1, 8.0):
        memory.usage.note(make_found(answered=False), took_s)
    memory.usage.note(make_found("a.md"), 8.0)
    memory.vote(Vote(2, 10, True))
    memory.vote(Vote(2, 11, False))
    memory.vote(Vote(2, 12, False))
    assert memory.usage.today() == (4, 1)
    first, middle, last = memory.usage.days(today() - timedelta(days=2), today())
    assert first.median_s == pytest.approx(0.25, rel=0.06)
    assert last.median_s == pytest.approx(0.1, rel=0.06)
    assert first == Day(today() - timedelta(days=2), 1, 1, 1, 0, first.median_s)
    assert middle == Day(today() - timedelta(days=1))
    assert last == Day(today(), 4, 1, 1, 2, last.median_s)
    assert last.refused == 3
    whole = memory.usage.median_s(first.day, last.day)
    assert whole == pytest.approx(0.25, rel=0.06)
    assert memory.usage.median_s(middle.day, middle.day) is None
    assert memory.check() == ()


def test_a_document_is_cited_once_an_answer_and_only_where_it_is_shown(memory: Memory) -> None:
    assert SHOWN == render.SHOWN
    memory.usage.note(make_found("a.md", "a.md", "b.md", "c.md"), 0.1)
    memory.usage.note(make_found("a.md", shared=True), 0.1)
    memory.usage.note(make_found("a.md"), 0.1)
    memory.usage.note(make_found("d.md", answered=False), 0.1)
    assert memory.usage.citations(today(), today()) == {
        (False, digest_name("a.md")): 2,
        (False, digest_name("b.md")): 1,
        (True, digest_name("a.md")): 1,
    }
    yesterday = today() - timedelta(days=1)
    assert memory.usage.citations(yesterday, yesterday) == {}


def test_no_name_of_a_document_is_in_the_file(memory: Memory, path: Path) -> None:
    memory.usage.note(make_found("swan-keepers.md"), 0.1)
    assert b"swan" not in path.read_bytes()


def test_what_was_counted_more_than_a_year_ago_is_removed(memory: Memory, path: Path) -> None:
    for days in (1, KEPT_DAYS):
        memory.usage.note(make_found("a.md"), 0.1)
        age(path, days)
    memory.usage.expire()
    with closing(sqlite3.connect(path)) as db:
        for table in ("citation", "pace"):
            kept = (today() - timedelta(days=KEPT_DAYS)).isoformat()
            assert db.execute(f"SELECT day FROM {table}").fetchall() == [(kept,)]


@given(st.lists(st.floats(SHORTEST_S, 2000), min_size=1, max_size=30))
def test_a_median_is_known_to_half_a_step(times: list[float]) -> None:
    found = find_median_s(Counter(map(find_step, times)))
    exact = np.quantile(times, 0.5, method="inverted_cdf")
    assert found == pytest.approx(exact, rel=GROWTH**0.5 - 1 + 1e-9)


@pytest.mark.parametrize(("took_s", "step"), [(0.0, 0), (1e9, LAST_STEP)])
def test_times_beyond_the_scale_are_counted_at_its_ends(took_s: float, step: int) -> None:
    assert find_step(took_s) == step
