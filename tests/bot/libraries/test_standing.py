"""Answers held against the documents as they are now, and how long what they cite is kept."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.libraries.citings import KEPT_DAYS, MOST_ANSWERS, Cited
from bot.libraries.lanes import Lanes
from bot.libraries.memory import Memory
from bot.libraries.places import Places
from bot.libraries.standing import AnswerDesk, Change, _find_outdated, _note
from bot.libraries.turns import Turns
from bot.settings import Settings
from bot.types import Ref
from index.web import Fetcher
from tests.index.conftest import HashEncoder

SERVER, CHANNEL, ANSWER = 101, 7, 10**18
MILL = b"# Mill\n\nThe mill wheel turns all day.\n"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=tmp_path / "data", documents=tmp_path / "documents")
    return Places(settings, HashEncoder, Fetcher())


def keep(places: Places, name: str, data: bytes, guild: int | None = SERVER) -> Ref:
    """A document's first passage."""
    with places.library(guild) as library:
        library.keep([(name, data)])
        record = library.store.by_name(name)
        assert record
        return Ref(guild is None, library.store.passage_ids(record.id)[0])


def remove(places: Places, name: str) -> None:
    with places.library(SERVER) as library:
        library.remove(name)


def test_a_passage_that_had_gone_before_it_was_noted_is_told_without_a_title(
    places: Places,
) -> None:
    gone = keep(places, "mill.md", MILL)
    remove(places, "mill.md")
    _note(places, SERVER, CHANNEL, ANSWER, [gone])
    keep(places, "untitled.md", b"Nothing.\n")
    [outdated] = _find_outdated(places, SERVER)
    assert (outdated.channel, outdated.message) == (CHANNEL, ANSWER)
    assert outdated.changes == (Change("", True),)
    assert outdated.passages == (gone,)


def test_the_same_number_in_another_library_is_another_passage(places: Places) -> None:
    mill = keep(places, "mill.md", MILL)
    _note(places, SERVER, CHANNEL, ANSWER, [mill])
    assert _find_outdated(places, SERVER) == ()
    for path in places.folder(SERVER).glob("library.db*"):
        path.unlink()
    assert keep(places, "other.md", b"# Weir\n\nThe weir holds the water.\n") == mill
    [outdated] = _find_outdated(places, SERVER)
    assert outdated.changes == (Change("Mill", False),)


def test_several_passages_of_one_document_are_one_change(places: Places) -> None:
    keep(places, "mill.md", MILL + b"\n## Owner\n\nThe miller owns the wheel.\n")
    with places.library(SERVER) as library:
        refs = [Ref(False, id) for id in library.store.passage_ids(1)]
    assert len(refs) == 2
    _note(places, SERVER, CHANNEL, ANSWER, refs)
    remove(places, "mill.md")
    [outdated] = _find_outdated(places, SERVER)
    assert outdated.changes == (Change("Mill", True),) and outdated.passages == tuple(refs)


def test_the_latest_answers_are_kept_for_some_days(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    refs = Ref(False, 1), Ref(True, 1)
    with Memory(path) as memory:
        for number in range(MOST_ANSWERS + 3):
            memory.citings.note(Cited(CHANNEL, number + 1, ref, 1, "t", "d") for ref in refs)
        kept = memory.citings.all()
        assert [one.message for one in kept[:2]] == [4, 4]
        assert len(kept) == 2 * MOST_ANSWERS
        memory.citings.expire()
        assert len(memory.citings.all()) == len(kept)
    old = datetime.now(UTC) - timedelta(days=KEPT_DAYS, seconds=1)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE cited SET noted = ? WHERE message < 100", (old.isoformat(),))
    with Memory(path) as memory:
        memory.citings.expire()
        assert {one.message for one in memory.citings.all()} == {*range(100, MOST_ANSWERS + 4)}


def test_it_is_known_whose_turns_have_ended() -> None:
    turns = Turns()
    with turns.take(1), turns.take(None):
        assert turns.take_ended() == set()
    with pytest.raises(ValueError, match="stopped"), turns.take(2):
        raise ValueError("stopped")
    assert turns.take_ended() == {1, 2, None}
    assert turns.take_ended() == set()


async def test_what_could_not_be_noted_is_logged_and_what_is_being_noted_is_waited_for(
    places: Places, caplog: pytest.LogCaptureFixture
) -> None:
    lanes = Lanes()
    desk = AnswerDesk(places, Turns(), lanes)
    mill = keep(places, "mill.md", MILL)
    desk.note(SERVER, CHANNEL, ANSWER, [mill, mill])
    await desk.finish()
    with places.memory(SERVER) as memory:
        assert [one.passage for one in memory.citings.all()] == [mill]
    for path in places.folder(SERVER).glob("discord.db*"):
        path.unlink()
    (places.folder(SERVER) / "discord.db").write_bytes(b"no database" * 1000)
    desk.note(SERVER, CHANNEL, ANSWER, [mill])
    await desk.finish()
    lanes.shut()
    assert "what an answer cites could not be noted" in caplog.text
