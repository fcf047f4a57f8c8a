"""What a server's bot remembers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.help_channel import HelpChannel, HelpMode
from bot.libraries import confirmed
from bot.libraries.citings import Cited
from bot.libraries.confirmed import Confirmed
from bot.libraries.kept import Topic, Vector
from bot.libraries.memory import Memory
from bot.libraries.waits import Wait
from bot.types import Personal, Preferences, Ref, Upload, Vote, Votes, Written
from index.errors import LibraryError, StoreDamaged
from tests.bot.kept import make_found, make_kept

PASSAGE = Ref(False, 3)
VECTOR = Vector("a model", bytes(4))
CONFIRMED = Confirmed("When does it open?", False, "a.md", b"four" * 3, True)
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
    assert memory.usage.today() == (0, 0)
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
        questions_days=st.integers(0, 365),
        refusal=st.text(st.characters(codec="utf-8"), max_size=300),
        footer=st.text(st.characters(codec="utf-8"), max_size=150),
        helps=st.lists(
            st.builds(
                HelpChannel, SNOWFLAKES, st.sampled_from(get_args(HelpMode)), st.none() | SNOWFLAKES
            ),
            max_size=3,
        ).map(tuple),
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
        first.executescript(
            """DROP TABLE left_out; DROP TABLE written; DROP TABLE question; DROP TABLE topic;
            DROP TABLE citation; DROP TABLE pace; DROP TABLE digest; DROP TABLE confirmed;
            PRAGMA user_version = 1;"""
        )
    with Memory(path) as memory:
        assert memory.preferences() == Preferences(cooldown_s=77)
        assert memory.left_out() == frozenset()
        memory.leave_out(10, True)
    with Memory(path) as memory:
        assert memory.left_out() == {10}


def test_a_file_of_the_second_version_keeps_who_added_what(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    upload = Upload("a.md", b"", 7, "https://discord.com/channels/1/2/3")
    with Memory(path) as memory:
        memory.note_uploads([("a.md", upload)])
    with closing(sqlite3.connect(path)) as second:  # as it was before
        second.executescript(
            """DROP TABLE question; DROP TABLE topic; DROP TABLE departed;
            DROP TABLE citation; DROP TABLE pace; DROP TABLE digest;
            ALTER TABLE upload RENAME TO newer;
            CREATE TABLE upload (document TEXT PRIMARY KEY, user INTEGER NOT NULL, link TEXT);
            INSERT INTO upload SELECT * FROM newer; DROP TABLE newer; PRAGMA user_version = 2;"""
        )
    with Memory(path) as memory:
        assert memory.uploads() == {"a.md": (7, upload.link)}
        memory.delete_personal(7)
        assert memory.uploads() == {"a.md": (None, upload.link)}
        assert memory.questions.kept() == () and memory.departed() is None


def test_a_file_of_the_third_version_keeps_its_questions(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.prefer(Preferences(questions_days=7))
        memory.questions.keep(make_kept("When does it open?", False, 0.25))
        [kept] = memory.questions.kept()
    with closing(sqlite3.connect(path)) as third:  # as it was before
        third.executescript(
            """DROP TABLE topic; DROP TABLE citation; DROP TABLE pace; DROP TABLE digest;
            ALTER TABLE question RENAME TO newer;
            CREATE TABLE question (id INTEGER PRIMARY KEY, text TEXT NOT NULL, hour TEXT NOT NULL,
            answered INTEGER NOT NULL, confidence REAL NOT NULL);
            INSERT INTO question SELECT id, text, hour, answered, confidence FROM newer;
            DROP TABLE newer; PRAGMA user_version = 3;"""
        )
    with Memory(path) as memory:
        assert memory.questions.kept() == memory.questions.unsettled(7) == (kept,)
        memory.questions.settle([kept.id], Topic("open", VECTOR))
        assert memory.check() == ()
    with Memory(path) as memory:
        assert memory.questions.unsettled(7) == ()
        assert memory.questions.topics() == (Topic("open", VECTOR),)


def test_a_file_of_the_fourth_version_has_room_for_answers_and_who_waits(
    tmp_path: Path,
) -> None:
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.prefer(Preferences(cooldown_s=77))
    with closing(sqlite3.connect(path)) as fourth:  # as it was before
        fourth.executescript("DROP TABLE cited; DROP TABLE waiting; PRAGMA user_version = 4;")
    cited = Cited(1, 2, Ref(False, 3), 4, "Town guide", "0a")
    wait = Wait(1, 2, 3, False, "Which roof?", "A house")
    with Memory(path) as memory:
        memory.citings.note([cited])
        assert memory.waits.toggle(wait) == "kept"
        assert memory.preferences() == Preferences(cooldown_s=77)
    with Memory(path) as memory:
        assert memory.citings.all() == (cited,)
        assert memory.waits.due("x", 9) == (wait,)
        assert memory.check() == ()


def test_a_file_of_the_fifth_version_counts_on(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.usage.note(make_found("a.md"), 0.2)
    with closing(sqlite3.connect(path)) as fifth:  # as it was before
        fifth.executescript(
            "DROP TABLE citation; DROP TABLE pace; DROP TABLE digest; PRAGMA user_version = 5;"
        )
    today = datetime.now(UTC).date()
    with Memory(path) as memory:
        [before] = memory.usage.days(today, today)
        assert (before.asked, before.answered, before.median_s) == (1, 1, None)
        memory.usage.note(make_found(answered=False), 0.2)
        [after] = memory.usage.days(today, today)
        assert (after.asked, after.answered) == (2, 1) and after.median_s
        assert memory.check() == ()


def test_a_file_of_the_sixth_version_has_room_for_what_is_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.prefer(Preferences(cooldown_s=77))
    with closing(sqlite3.connect(path)) as sixth:  # as it was before
        sixth.executescript("DROP TABLE confirmed; PRAGMA user_version = 6;")
    with Memory(path) as memory:
        memory.confirmed.keep(CONFIRMED)
    with Memory(path) as memory:
        assert memory.confirmed.all() == (replace(CONFIRMED, id=1),)
        assert memory.preferences() == Preferences(cooldown_s=77)
        assert memory.check() == ()


def test_what_is_confirmed_outlives_the_questions_until_it_is_forgotten(memory: Memory) -> None:
    memory.prefer(Preferences(questions_days=7))
    memory.questions.keep(make_kept(CONFIRMED.question, True, 0.9))
    memory.confirmed.keep(CONFIRMED)
    memory.prefer(Preferences())
    assert memory.questions.kept() == ()
    [kept] = memory.confirmed.all()
    assert kept == replace(CONFIRMED, id=kept.id)
    memory.confirmed.forget(kept.id)
    memory.confirmed.forget(kept.id)
    assert memory.confirmed.all() == ()


def test_a_later_confirmation_of_the_same_takes_the_place_of_the_earlier(memory: Memory) -> None:
    memory.confirmed.keep(CONFIRMED)
    memory.confirmed.keep(replace(CONFIRMED, passage=b"other or"))
    memory.confirmed.keep(replace(CONFIRMED, right=False))
    last, other = memory.confirmed.all()
    assert (last.right, last.passage, other.passage) == (False, CONFIRMED.passage, b"other or")


def test_of_what_is_confirmed_the_oldest_make_room(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmed, "MOST_CONFIRMED", 3)
    for number in range(5):
        memory.confirmed.keep(replace(CONFIRMED, question=str(number)))
    assert [one.question for one in memory.confirmed.all()] == ["4", "3", "2"]


def test_a_question_is_kept_with_vector_passage_and_asker(memory: Memory) -> None:
    memory.prefer(Preferences(questions_days=7))
    bare = make_kept("When does it open?", True, 0.9)
    whole = make_kept("And on Sundays?", False, 0.1, passage=PASSAGE, vector=VECTOR, asker=255)
    for question in (bare, whole):
        memory.questions.keep(question)
    first, second = memory.questions.kept()
    assert replace(first, id=0, hour=bare.hour) == bare
    assert replace(second, id=0, hour=whole.hour) == whole
    newer = Vector("another", b"\0\0")
    memory.questions.keep_vectors([(first.id, newer)])
    assert [one.vector for one in memory.questions.kept()] == [newer, VECTOR]
    assert memory.check() == ()


def test_a_question_learns_of_votes_and_not_whose_they_are(memory: Memory) -> None:
    memory.prefer(Preferences(questions_days=7))

    def count() -> list[tuple[int, int]]:
        return [(one.helpful, one.unhelpful) for one in memory.questions.kept()]

    for text in ("Who?", "When?"):
        memory.questions.keep(make_kept(text, True, 0.9))
    memory.vote(Vote(1, 10, False, PASSAGE, "When?"))
    memory.vote(Vote(1, 11, False, PASSAGE, "When?"))
    memory.vote(Vote(2, 10, True, PASSAGE, "Something else?"))
    assert count() == [(0, 0), (0, 2)]
    assert [one.text for one in memory.questions.unsettled(7)] == ["When?"]
    memory.vote(Vote(1, 10, True, PASSAGE, "When?"))
    assert count() == [(0, 0), (1, 1)]
    assert memory.questions.unsettled(7) == ()
    memory.questions.keep(make_kept("When?", True, 0.9))  # who takes back means the former
    memory.vote(Vote(1, 11, False, PASSAGE, "When?"))
    memory.vote(Vote(1, 10, True, PASSAGE, "When?"))
    memory.vote(Vote(2, 10, True, PASSAGE, "Something else?"))
    assert count() == [(0, 0)] * 3


def test_what_is_not_theirs_is_forgotten_once_admins_keep_no_questions(memory: Memory) -> None:
    memory.prefer(Preferences(questions_days=7))
    memory.questions.settle([], Topic("swans", VECTOR))
    memory.prefer(Preferences(questions_days=3))
    assert memory.questions.topics() == (Topic("swans", VECTOR),)
    memory.prefer(Preferences())
    assert memory.questions.topics() == ()


def age(path: Path, days: int) -> None:
    """Let all questions that are kept be so many days older."""
    with closing(sqlite3.connect(path)) as db, db:
        for id, hour in db.execute("SELECT id, hour FROM question").fetchall():
            older = (datetime.fromisoformat(hour) - timedelta(days=days)).isoformat()
            db.execute("UPDATE question SET hour = ? WHERE id = ?", (older, id))


def test_questions_are_kept_only_where_that_is_turned_on_and_by_the_hour(memory: Memory) -> None:
    memory.questions.keep(make_kept("When does it open?", True, 0.9))
    assert memory.questions.kept() == ()
    memory.prefer(Preferences(questions_days=7))
    memory.questions.keep(make_kept("When does it open?", True, 0.9))
    [kept] = memory.questions.kept()
    assert (kept.text, kept.answered, kept.confidence) == ("When does it open?", True, 0.9)
    assert (kept.hour.minute, kept.hour.second, kept.hour.microsecond) == (0, 0, 0)
    assert timedelta() <= datetime.now(UTC) - kept.hour < timedelta(hours=2)


def test_questions_go_after_their_days_and_at_once_when_these_become_fewer(
    memory: Memory, tmp_path: Path
) -> None:
    memory.prefer(Preferences(questions_days=7))
    for number, days in enumerate((4, 4, 0)):  # so that they are 8, 4 and 0 days old
        memory.questions.keep(make_kept(f"question {number}", False, 0.1))
        age(tmp_path / "discord.db", days)
    assert memory.questions.expire() == 1
    assert [kept.text for kept in memory.questions.kept()] == ["question 1", "question 2"]
    assert memory.questions.expire() == 0
    memory.prefer(Preferences(questions_days=3))
    assert [kept.text for kept in memory.questions.kept()] == ["question 2"]
    age(tmp_path / "discord.db", -2)  # as if the clock had been set back
    memory.prefer(Preferences())
    assert memory.questions.kept() == ()


def test_a_question_that_is_removed_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.prefer(Preferences(questions_days=7))
        memory.questions.keep(make_kept("Where does the swan keeper sleep?", False, 0.1))
        memory.prefer(Preferences())
    assert b"swan" not in path.read_bytes()


def test_what_is_kept_about_a_person_is_counted_and_deleted_and_nobody_elses(
    memory: Memory,
) -> None:
    link = "https://discord.com/channels/1/2/3"
    for message, user in ((1, 10), (2, 10), (1, 11)):
        memory.vote(Vote(message, user, True))
    memory.note_uploads([("a.md", Upload("a.md", b"", 10, link))])
    memory.note_uploads([("b.md", Upload("b.md", b"", 11))])
    memory.note_written([Written(5, 10, 1, 5)])
    memory.leave_out(10, True)
    assert memory.delete_personal(10) == Personal(2, 1, 1, True)
    assert memory.personal(10) == Personal(0, 0, 1, True)
    assert memory.personal(11) == Personal(1, 1, 0, False)
    assert memory.uploads() == {"a.md": (None, link), "b.md": (11, None)}


def test_nothing_is_made_by_deleting_what_is_not_there(memory: Memory, tmp_path: Path) -> None:
    assert memory.delete_personal(10) == Personal(0, 0, 0, False)
    assert list(tmp_path.iterdir()) == []


def test_that_the_bot_has_left_is_remembered_from_the_first_time_on(memory: Memory) -> None:
    assert not memory.note_departure(False)
    assert memory.note_departure(True)
    departed = memory.departed()
    assert departed and not memory.note_departure(True)
    assert memory.departed() == departed
    assert memory.note_departure(False)
    assert memory.departed() is None
