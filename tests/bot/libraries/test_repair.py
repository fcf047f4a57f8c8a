"""A server's file among real faults: flipped bytes, lost pages, killed repairs, two at once.

Run as a program, this file is the process that repairs and is killed.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from types import FrameType

import pytest

from bot.libraries import repair
from bot.libraries.check import read_rows
from bot.libraries.citings import Cited
from bot.libraries.confirmed import Confirmed
from bot.libraries.kept import Topic, Vector
from bot.libraries.memory import Memory
from bot.libraries.repair import repair_memory
from bot.libraries.rows import COLUMNS
from bot.libraries.schema import MEMORY
from bot.libraries.waits import Wait
from bot.types import Preferences, Ref, Upload, Vote, Written
from index.database import Database
from index.errors import LibraryError, StoreBusy, StoreDamaged
from tests.bot.kept import make_found, make_kept

PAGE = 16_384
VECTOR = Vector("a model", bytes(8))
SERVER = 10**18
CHOSEN = Preferences(
    role=SERVER + 1,
    channels=frozenset([SERVER + 2, SERVER + 3]),
    shared=False,
    questions_days=30,
    digest=SERVER + 2,
)
WRITTEN = tuple(
    Written(SERVER + 1_000_003 * number, SERVER + number, SERVER + 9, SERVER + number)
    for number in range(2_000)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with rows in all tables, of one of them five pages."""
    path = tmp_path / "discord.db"
    with Memory(path) as memory:
        memory.prefer(CHOSEN)
        for number in range(40):
            memory.vote(Vote(SERVER + number, SERVER + 70 + number, True, Ref(False, number)))
        uploads = [Upload(f"{number}.md", b"", SERVER + number) for number in range(30)]
        memory.note_uploads((upload.name, upload) for upload in uploads)
        for number in range(20):
            question = f"Which roof has house {number}?"
            told = {"passage": Ref(True, number + 1), "vector": VECTOR, "asker": number}
            memory.questions.keep(make_kept(question, True, 0.8, **told))
        memory.citings.note([Cited(SERVER + 9, SERVER, Ref(True, 1), 1, "Town guide", "0a")])
        memory.waits.toggle(Wait(SERVER, SERVER + 1, SERVER + 9, True, "Which roof?", "A house"))
        memory.note_written(WRITTEN)
        memory.leave_out(SERVER + 5, True)
        memory.usage.note(make_found("a.md"), 0.5)
        memory.note_indexed()
        memory.note_departure(True)
        memory.questions.settle([1], Topic("house roof", VECTOR))
        memory.confirmed.keep(Confirmed("Which roof?", True, "a.md", b"four", True))
    return path


def read_all(path: Path) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return {(table, *row) for table in COLUMNS for row in raw.execute(f"SELECT * FROM {table}")}


def find_pages(path: Path, table: str) -> list[int]:
    """The pages that hold rows of a table with some whole ones before and behind."""
    pages = range(path.stat().st_size // PAGE)
    data = path.read_bytes()
    found = []
    for page in pages:
        spoiled = path.with_name("one")
        spoiled.write_bytes(data[: page * PAGE] + bytes(PAGE) + data[(page + 1) * PAGE :])
        try:
            with closing(Database(spoiled, 0, MEMORY)) as database:
                rows = list(read_rows(database, table))
        except StoreDamaged:
            continue
        if None in rows and rows[0] and rows[-1]:
            found.append(page)
    spoiled.unlink()
    return found


def zero(path: Path, *pages: int) -> bytes:
    data = bytearray(path.read_bytes())
    for page in pages:
        data[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    path.write_bytes(data)
    return bytes(data)


def list_aside(path: Path) -> list[bytes]:
    return [one.read_bytes() for one in path.parent.glob("discord.db.damaged-*")]


def test_every_column_of_every_table_has_its_rule(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE sql > ''")]
        there = {
            table: [column for _, column, *_ in raw.execute(f"PRAGMA table_info({table})")]
            for table in tables
        }
    assert there == {table: list(columns) for table, columns in COLUMNS.items()}
    assert repair._HELD.keys() == COLUMNS.keys()


def test_where_nothing_is_wrong_nothing_is_done(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    with Memory(path) as memory:
        assert memory.check() == ()
    assert list(repair_memory(path)) == []
    assert list(repair_memory(tmp_path / "none.db")) == []
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["discord.db"]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("preferences", "chosen = '{\"role\": '"),
        ("preferences", "chosen = '[]'"),
        ("preferences", "chosen = '{\"rule\": 5}'"),
        ("preferences", 'chosen = \'{"cooldown_s": "3"}\''),
        ("preferences", "chosen = '{\"channels\": [-5]}'"),
        ("preferences", "chosen = '{\"footer\": 5}'"),
        ("preferences", "chosen = '{\"helps\": [5]}'"),
        ("preferences", 'chosen = \'{"helps": [{"channel": 5, "mode": "always"}]}\''),
        ("preferences", 'chosen = \'{"helps": [{"channel": 0, "mode": "when sure"}]}\''),
        ("preferences", 'chosen = \'{"helps": [{"channel": 1, "mode": "when sure", "tag": -1}]}\''),
        ("preferences", f'chosen = \'{{"refusal": "{"a" * 301}"}}\''),
        ("vote", "message = -1"),
        ("vote", "user = 'nobody'"),
        ("vote", "helpful = 7"),
        ("vote", "passage = 'x9'"),
        ("vote", "voted = '2026-13-01T00:00:00+00:00'"),
        ("vote", "voted = '2026-11-01T00:00:00'"),
        ("activity", "day = 'today'"),
        ("activity", "asked = -4"),
        ("citation", "document = 'a.md'"),
        ("pace", "step = 131"),
        ("indexed", "at = 5"),
        ("upload", "user = 0"),
        ("upload", "document = CAST(x'61ff' AS TEXT)"),
        ("written", "post = 'x'"),
        ("question", "passage = 'o-1'"),
        ("question", "vector = x'00'"),
        ("question", "asker = -1"),
        ("question", "settled = 3"),
        ("topic", "vector = x'007e'"),  # no number
        ("confirmed", "answers = 2"),
        ("confirmed", "passage = x'00'"),
        ("confirmed", "passage = 'four'"),
        ("question", "hour = 'now'"),
        ("question", "confidence = 8.5"),
        ("departed", "at = 'never'"),
        ("digest", "week = '2026-W48'"),
        ("preferences", "chosen = '{\"digest\": 0}'"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_and_left_behind(
    path: Path, table: str, change: str
) -> None:
    whole = read_all(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        number = raw.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0]
        raw.execute(f"UPDATE {table} SET {change} WHERE rowid = {number}")
    spoilt = path.read_bytes()
    with Memory(path) as memory:
        found = memory.check()
    column = change.partition(" ")[0]
    assert found[-1].endswith(f"of {table} has a {column} that makes no sense.")
    said = " ".join(repair_memory(path))
    assert f"discord.db is damaged beyond mending: {found[0]} It was set aside as" in said
    assert repair._HELD[table] in said
    assert list_aside(path) == [spoilt]
    assert len(whole - read_all(path)) == 1
    assert read_all(path) < whole
    assert list(repair_memory(path)) == []


def test_a_damaged_page_hides_no_other(path: Path) -> None:
    whole = read_all(path)
    pages = find_pages(path, "written")
    assert len(pages) >= 3
    spoilt = zero(path, pages[0], pages[2])
    said = " ".join(repair_memory(path))
    assert "Lost in part or whole: whose messages documents are made from. To get it back" in said
    assert "`footnote restore FILE` if you have a backup" in said
    lost = sorted(whole - read_all(path))
    assert {row[0] for row in lost} == {"written"}
    numbers = {(row[1] - SERVER) // 1_000_003 for row in lost if isinstance(row[1], int)}
    jumps = [one for one in sorted(numbers) if one + 1 not in numbers]
    assert len(jumps) == 2 and len(numbers) < 900  # two pages' rows, and none between them
    assert list_aside(path) == [spoilt]
    with Memory(path) as memory:
        assert memory.preferences() == CHOSEN
        assert memory.left_out() == {SERVER + 5}
        assert memory.check() == ()


def test_rows_that_an_index_alone_knows_of_are_told_of(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        [(root,)] = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'vote'")
    data = bytearray(path.read_bytes())
    data[(root - 1) * PAGE + 4] -= 15  # of how many rows the page says that it holds
    path.write_bytes(data)
    said = " ".join(repair_memory(path))
    assert "Lost in part or whole: votes." in said
    assert len([row for row in read_all(path) if row[0] == "vote"]) == 25


def test_a_table_that_is_gone_is_noticed_and_the_others_are_saved(path: Path) -> None:
    whole = read_all(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("ALTER TABLE vote RENAME TO vnte")
    with Memory(path) as memory:
        assert memory.check() == ("Rows of vote cannot be read.",)
    assert "Lost in part or whole: votes." in " ".join(repair_memory(path))
    assert whole - read_all(path) == {row for row in whole if row[0] == "vote"}


def test_what_is_no_database_is_set_aside_and_kept(path: Path) -> None:
    spoilt = b"no database " * 3_000
    path.write_bytes(spoilt)
    with pytest.raises(StoreDamaged, match="footnote doctor --repair"):
        Memory(path)
    said = " ".join(repair_memory(path))
    assert "Read out of it, whole: 0 rows. Lost in part or whole: what admins chose" in said
    assert list_aside(path) == [spoilt]
    with Memory(path) as memory:
        assert memory.preferences() == Preferences()


def test_each_flipped_byte_is_mended_noticed_or_a_value_like_any_other(path: Path) -> None:
    whole, data = read_all(path), path.read_bytes()
    random, came = Random(8), dict.fromkeys(("harmless", "another value", "saved", "refused"), 0)
    for number in range(3 * len(data) // PAGE):
        offset = number * PAGE % len(data) + random.randrange(random.choice((110, PAGE)))
        spoilt = bytearray(data)
        spoilt[offset] ^= 1 << random.randrange(8)
        for file in path.parent.iterdir():
            file.unlink()
        path.write_bytes(spoilt)
        try:
            done = list(repair_memory(path))
        except LibraryError as error:  # another program's mark, or a newer format's
            assert offset < 110 and path.read_bytes() == spoilt, error
            came["refused"] += 1
            continue
        if done:
            assert list_aside(path) == [spoilt], offset
            came["saved"] += 1
        if path.exists():
            with Memory(path) as memory:
                assert memory.check() == (), offset
            changed = read_all(path) - whole
            assert len(changed) <= 1, offset
            came["another value" if changed else "harmless"] += not done
    assert came["saved"] >= 5 and came["harmless"] >= 5, came


def test_a_file_that_is_open_elsewhere_is_not_touched(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "BUSY_TIMEOUT_S", 0.05)
    pages = find_pages(path, "written")
    spoilt = zero(path, pages[0])
    with Memory(path) as bot:
        assert bot.preferences() == CHOSEN
        with pytest.raises(StoreBusy, match="Another Footnote"):
            list(repair_memory(path))
        assert path.read_bytes() == spoilt
        assert list_aside(path) == []
    assert "set aside" in " ".join(repair_memory(path))


def repair_and_die(path: Path, calls: int) -> None:
    """Repair, and be killed when so many functions of Footnote's were called."""
    left = calls

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if event == "call" and Path(frame.f_code.co_filename).parent.name in ("index", "libraries"):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    said = list(repair_memory(path))
    sys.setprofile(None)
    print(calls - left, *said)


def run_repair(path: Path, calls: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, __file__, str(path), str(calls)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_whenever_a_repair_is_killed_the_next_one_saves_as_much(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DELETE FROM written WHERE message >= ?", (WRITTEN[9].message,))
        raw.execute("UPDATE vote SET helpful = 7 WHERE rowid = 7")
    spoilt = path.read_bytes()
    done = run_repair(path, 1_000_000)
    assert done.returncode == 0, done.stderr
    calls, saved = int(done.stdout.split()[0]), read_all(path)
    moments = sorted(Random(2).sample(range(1, calls), 4)) + list(range(calls - 24, calls, 8))
    killed = 0
    for moment in moments:
        for file in tmp_path.iterdir():
            file.unlink()
        path.write_bytes(spoilt)
        killed += run_repair(path, moment).returncode == -signal.SIGKILL
        assert spoilt in [path.read_bytes(), *list_aside(path)], moment
        list(repair_memory(path))
        assert read_all(path) == saved, moment
        assert set(list_aside(path)) == {spoilt}, moment
        assert not list(tmp_path.glob("*.mended*"))
    assert killed == len(moments)


if __name__ == "__main__":
    repair_and_die(Path(sys.argv[1]), int(sys.argv[2]))
