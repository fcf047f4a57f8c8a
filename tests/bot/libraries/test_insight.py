"""What is gathered of a server at a glance."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.libraries.insight import MOST_NAMED, Cited, find_insight
from bot.libraries.places import Places
from bot.settings import Settings
from bot.types import Preferences, Vote
from index.library import Library
from index.web import Fetcher
from tests.bot.kept import make_found
from tests.index.conftest import HashEncoder

SERVER = 7


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The operator has one document, and the server two of its own."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=tmp_path / "data")
    places = Places(settings, HashEncoder, Fetcher())
    add(places, None, "town.md")
    add(places, SERVER, "a.md", "b.md")
    return places


def add(places: Places, guild: int | None, *names: str) -> None:
    with Library(places.folder(guild), HashEncoder) as library:
        library.keep([(name, f"# The {name}\n\nAll of {name}.".encode()) for name in names], print)


def note(places: Places, *names: str, shared: bool = False, guild: int = SERVER) -> None:
    with places.memory(guild) as memory:
        memory.usage.note(make_found(*names, answered=bool(names), shared=shared), 0.5)


def test_what_was_cited_and_what_never_was_is_named_by_title(places: Places) -> None:
    for names in (["b.md"], ["b.md", "a.md"], []):
        note(places, *names)
    note(places, "town.md", shared=True, guild=8)  # of another server
    found = find_insight(places, SERVER, 7)
    assert (found.asked, found.answered, found.refused) == (3, 2, 1)
    assert found.cited == (Cited("The b.md", 2), Cited("The a.md", 1))
    assert found.never_cited == ("The town.md",)
    assert (found.documents, found.documents_cited, found.documents_never_cited) == (3, 2, 1)
    assert found.median_s == pytest.approx(0.5, rel=0.06)
    assert len(found.days) == 7 and found.days[-1].day == datetime.now(UTC).date()


def test_what_was_taught_is_no_document(places: Places) -> None:
    before = find_insight(places, SERVER, 7)
    with places.library(SERVER) as library:
        library.teach("Which gate?", "The third.")
    assert find_insight(places, SERVER, 7) == before


def test_a_document_that_is_gone_or_renamed_leaves_the_list(places: Places) -> None:
    note(places, "b.md")
    note(places, "a.md")
    with places.library(SERVER) as library:
        library.remove("b.md")
    add(places, SERVER, "c.md")
    found = find_insight(places, SERVER, 7)
    assert found.cited == (Cited("The a.md", 1),) and found.gone == 1
    assert found.never_cited == ("The c.md", "The town.md")


def test_the_operators_documents_are_left_out_where_they_are_not_searched(places: Places) -> None:
    note(places, "town.md", shared=True)
    with places.memory(SERVER) as memory:
        memory.prefer(Preferences(shared=False))
    found = find_insight(places, SERVER, 7)
    assert (found.documents, found.cited, found.gone) == (2, (), 1)


def test_only_the_days_that_are_meant_are_counted(places: Places) -> None:
    note(places, "a.md")
    with places.memory(SERVER) as memory:
        memory.vote(Vote(1, 10, True))
        memory.vote(Vote(2, 10, False))
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    before = find_insight(places, SERVER, 7, yesterday)
    assert (before.asked, before.helpful, before.cited, before.median_s) == (0, 0, (), None)
    assert before.documents_never_cited == 3
    now = find_insight(places, SERVER, 1)
    assert (now.asked, now.helpful, now.unhelpful, len(now.days)) == (1, 1, 1, 1)


def test_of_many_documents_some_are_named_and_all_are_counted(places: Places) -> None:
    add(places, SERVER, *(f"{number}.md" for number in range(MOST_NAMED)))
    found = find_insight(places, SERVER, 7)
    assert len(found.never_cited) == MOST_NAMED and found.documents == MOST_NAMED + 3


def test_of_a_server_of_which_nothing_is_kept_nothing_is_made(places: Places) -> None:
    found = find_insight(places, 404, 30)
    assert (found.asked, found.never_cited) == (0, ("The town.md",))
    assert not places.folder(404).exists()


def test_rows_that_make_no_sense_do_no_harm(places: Places) -> None:
    note(places, "a.md")
    with closing(sqlite3.connect(places.folder(SERVER) / "discord.db")) as db, db:
        db.execute("UPDATE pace SET step = 1000000")
    assert find_insight(places, SERVER, 7).median_s
