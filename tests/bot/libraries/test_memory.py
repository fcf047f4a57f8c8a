"""What a server's bot remembers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.libraries.memory import Memory
from bot.types import Preferences, Ref, Upload, Vote, Votes, Written
from index.errors import LibraryError, StoreDamaged

SNOWFLAKES = st.integers(1, 2**63 - 1)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "discord.db") as memory:
        yield memory


def test_without_a_file_all_is_as_at_first_and_none_is_made_by_looking(
    memory: Memory, tmp_path: Path
) -> None:
    assert memory.preferences() == Preferences()
    assert memory.uploads() == {}
    assert memory.questions_today() == (0, 0)
    assert memory.last_indexed() is None
    assert list(tmp_path.iterdir()) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.builds(
        Preferences,
        role=st.none() | SNOWFLAKES,
        channels=st.frozensets(SNOWFLAKES),
        private=st.booleans(),
        cooldown_s=st.integers(0, 600),
        shared=st.booleans(),
    )
)
def test_preferences_come_back_as_they_were_kept(memory: Memory, chosen: Preferences) -> None:
    memory.prefer(chosen)
    assert memory.preferences() == chosen


def test_each_person_has_one_vote_an_answer_that_can_be_changed_and_taken_back(
    memory: Memory,
) -> None:
    passage = Ref(False, 3)
    assert memory.vote(Vote(1, 10, True, passage)) == Votes(1, 0, True)
    assert memory.vote(Vote(1, 11, False, passage)) == Votes(1, 1, False)
    assert memory.vote(Vote(1, 11, True)) == Votes(2, 0, True)
    assert memory.vote(Vote(2, 11, False)) == Votes(0, 1, False)
    assert memory.vote(Vote(1, 10, True)) == Votes(1, 0, None)


def test_questions_are_counted_by_day_and_without_their_words(
    memory: Memory, tmp_path: Path
) -> None:
    memory.count_questions(1, 1)
    memory.count_questions(1, 0)
    assert memory.questions_today() == (2, 1)


def test_who_added_a_document_is_remembered_until_it_is_removed(memory: Memory) -> None:
    upload = Upload("a.md", b"", 7, "https://discord.com/channels/1/2/3")
    memory.note_uploads([("a.md", upload), ("b.md", Upload("b.md", b"", 8))])
    assert memory.uploads() == {"a.md": (7, upload.link), "b.md": (8, None)}
    memory.forget_upload("a.md")
    assert memory.uploads() == {"b.md": (8, None)}


def test_the_last_indexing_is_remembered(memory: Memory) -> None:
    memory.note_indexed()
    first = memory.last_indexed()
    memory.note_indexed()
    again = memory.last_indexed()
    assert first and again and first <= again


def test_another_programs_file_and_a_damaged_one_are_named(tmp_path: Path) -> None:
    (tmp_path / "discord.db").write_bytes(b"no database at all, but long enough to be one" * 30)
    with pytest.raises(StoreDamaged, match=r"discord\.db is damaged"):
        Memory(tmp_path / "discord.db")
    from index.store import Store

    with Store(tmp_path / "library.db") as store, store.transaction():
        store.roots.add(tmp_path)
    with pytest.raises(LibraryError, match="belongs to another program"):
        Memory(tmp_path / "library.db")


def test_whose_messages_documents_are_made_from_is_forgotten_with_the_messages(
    memory: Memory,
) -> None:
    mine, yours = Written(1, 10, 5, 1), Written(2, 11, 5, 2)
    elsewhere = Written(3, 10, 6, 3)
    memory.note_written([mine, yours, elsewhere])
    assert memory.written(5) == (mine, yours)
    memory.forget_written(5, kept=[2])
    assert memory.written(5) == (yours,)
    memory.forget_written(5)
    assert memory.written(5) == ()
    assert memory.written(6) == (elsewhere,)


def test_who_keeps_their_messages_out_is_remembered_until_they_let_them_in(memory: Memory) -> None:
    for user, out in ((10, True), (11, True), (10, True), (11, False), (12, False)):
        memory.leave_out(user, out)
    assert memory.left_out() == {10}


def test_a_file_of_the_first_version_opens_with_all_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.prefer(Preferences(cooldown_s=77))
    with closing(sqlite3.connect(path)) as first:  # as it was before
        first.executescript("DROP TABLE left_out; DROP TABLE written; PRAGMA user_version = 1;")
    with Memory(path) as memory:
        assert memory.preferences() == Preferences(cooldown_s=77)
        assert memory.left_out() == frozenset()
        memory.leave_out(10, True)
    with Memory(path) as memory:
        assert memory.left_out() == {10}
