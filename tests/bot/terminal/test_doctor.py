"""`footnote doctor` finds damage and changes nothing; with `--repair` it mends."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import Result

from bot.libraries import repair
from bot.libraries.memory import Memory
from bot.types import Preferences, Vote
from index.draft import copy_library
from index.kept import WEIGHTS
from index.store import Store
from index.weights import find_weights

Footnote = Callable[..., Result]
OPENING = "When does the museum open in the morning?"


@pytest.fixture
def library(town: Footnote, tmp_path: Path) -> Path:
    """The folder of the library, whose index is saved."""
    assert town("ask", OPENING).exit_code == 0
    return tmp_path / "data" / "libraries" / "default"


@pytest.fixture
def kept(tiny_model: Path, tmp_path: Path) -> Path:
    """The folder of the kept model, a copy that may be changed."""
    weights = find_weights(str(tiny_model))
    assert weights
    models = tmp_path / "data" / "models"
    whole = models.resolve()
    models.unlink()
    shutil.copytree(whole, models)
    return models / weights.key


def read_files(folder: Path) -> dict[str, bytes]:
    """All files but what SQLite makes anew whenever it opens one."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {
        str(file): file.read_bytes() for file in files if not file.name.endswith(("-wal", "-shm"))
    }


def show(done: Result) -> str:
    """What was printed, without the table's columns."""
    return " ".join(done.stdout.split())


def spoil(library: Path, statement: str) -> None:
    with closing(sqlite3.connect(library / "library.db")) as raw, raw:
        raw.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE library SET terms = 1",
        "UPDATE passage SET text = 'x' || text",
        "UPDATE passage SET terms = 'x'",
    ],
)
def test_damage_is_named_with_the_command_that_mends_it_and_that_does(
    town: Footnote, library: Path, tmp_path: Path, statement: str
) -> None:
    spoil(library, statement)
    before = read_files(tmp_path / "data")
    found = town("doctor")
    assert found.exit_code == 1
    assert "fail Store" in show(found)
    assert "→ footnote doctor --repair" in found.stdout
    assert read_files(tmp_path / "data") == before
    mended = town("doctor", "--repair")
    assert mended.exit_code == 0, mended.output
    assert "ok Repair" in show(mended)
    assert "ok Store" in show(mended)
    again = town("doctor", "--repair")
    assert (again.exit_code, "Repair" in again.stdout) == (0, False)
    assert town("ask", OPENING).exit_code == 0


def test_a_document_whose_readers_were_damaged_is_named_until_it_is_bound_anew(
    town: Footnote, library: Path
) -> None:
    with Store(library / "library.db") as store, store.transaction():
        store.readers.bind(store.find("town.md"), ["c1"])
    assert "Readers: c1" in show(town("documents"))
    spoil(library, "UPDATE reader SET labels = '[\"c2\"]'")
    found = town("doctor")
    assert "A row of reader is not what was written." in show(found)
    assert "nobody may read them" in show(town("doctor", "--repair"))
    found = town("doctor")
    assert (found.exit_code, "warn Readers" in show(found)) == (0, True)
    assert "nobody may read town.md: who might was damaged" in show(found)
    with Store(library / "library.db") as store, store.transaction():
        store.readers.bind(store.find("town.md"), ["c1"])
    assert "Readers" not in town("doctor").stdout


def test_an_index_that_is_damaged_is_named_and_made_anew(
    town: Footnote, library: Path, tmp_path: Path
) -> None:
    index = library / "nearest.faiss"
    whole = index.read_bytes()
    index.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    before = read_files(tmp_path / "data")
    found = town("doctor")
    assert found.exit_code == 0
    assert "warn Index" in show(found)
    assert read_files(tmp_path / "data") == before
    assert "nearest.faiss was made anew" in town("doctor", "--repair").stdout
    assert index.read_bytes() == whole
    assert "agrees with the store" in town("doctor").stdout


def test_a_kept_model_that_is_damaged_is_named_and_made_anew(
    town: Footnote, kept: Path, tmp_path: Path
) -> None:
    whole = (kept / WEIGHTS).read_bytes()
    (kept / WEIGHTS).write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
    before = read_files(tmp_path / "data")
    found = town("doctor")
    assert found.exit_code == 0
    assert f"is damaged ({WEIGHTS} has another sha256)" in found.stdout
    assert "→ footnote doctor --repair" in found.stdout
    assert read_files(tmp_path / "data") == before
    mended = town("doctor", "--repair")
    assert mended.exit_code == 0
    assert "is made anew" in mended.stdout
    assert len((kept / WEIGHTS).read_bytes()) == len(whole)
    assert "damaged" not in town("doctor").stdout


def test_a_store_beyond_mending_is_set_aside_and_what_is_lost_can_be_added_again(
    town: Footnote, library: Path
) -> None:
    spoilt = b"no database at all, but long enough to be one " * 200
    (library / "library.db").write_bytes(spoilt)
    found = town("doctor")
    assert found.exit_code == 1
    assert "footnote doctor --repair" in found.stdout
    mended = town("doctor", "--repair")
    assert mended.exit_code == 0
    assert "It was set aside as " in mended.stdout
    assert "footnote restore FILE" in mended.stdout
    [aside] = library.glob("library.db.damaged-*")
    assert aside.read_bytes() == spoilt
    assert town("add", "documents").exit_code == 0
    assert town("ask", OPENING).exit_code == 0


def test_what_cannot_be_mended_is_left_and_fails(
    town: Footnote, library: Path, tmp_path: Path
) -> None:
    spoil(library, "UPDATE document_text SET text = 'x' || text")
    (tmp_path / "documents" / "town.md").unlink()
    mended = town("doctor", "--repair")
    assert mended.exit_code == 1
    assert "town.md could not be mended" in mended.stdout
    assert "fail Store" in show(mended)
    assert "town.md" in town("documents").stdout


@pytest.fixture
def remembered(library: Path) -> Path:
    """The file of what the bot remembers of a server, its preferences among it."""
    path = library.parent / "server-101" / "discord.db"
    with Memory(path) as memory:
        memory.prefer(Preferences(cooldown_s=77))
        memory.vote(Vote(1, 10, True))
        memory.vote(Vote(2, 10, True))
    with Memory(library / "discord.db") as memory:
        memory.vote(Vote(3, 10, True))
    return path


def test_what_the_bot_remembers_is_looked_at_and_saved_from_a_damaged_file(
    town: Footnote, remembered: Path, tmp_path: Path
) -> None:
    assert "2 files of what the bot remembers, whole" in show(town("doctor"))
    with closing(sqlite3.connect(remembered)) as raw, raw:
        raw.execute("UPDATE vote SET voted = 'never' WHERE message = 2")
    before = read_files(tmp_path / "data")
    found = town("doctor")
    assert found.exit_code == 1
    finding = "server-101/discord.db: Row 2 of vote has a voted that makes no sense."
    assert f"fail Server {finding}" in show(found)
    assert "→ footnote doctor --repair" in found.stdout
    assert "1 file of what the bot remembers, whole" in show(found)
    assert read_files(tmp_path / "data") == before
    mended = town("doctor", "--repair")
    assert mended.exit_code == 0, mended.output
    assert "ok Repair discord.db is damaged beyond mending: Row 2 of vote" in show(mended)
    assert "Read out of it, whole: 2 rows. Lost in part or whole: votes." in show(mended)
    assert len(list(remembered.parent.glob("discord.db.damaged-*"))) == 1
    with Memory(remembered) as memory:
        assert memory.preferences() == Preferences(cooldown_s=77)
    again = town("doctor", "--repair")
    assert (again.exit_code, "Repair" in again.stdout) == (0, False)


def test_a_file_that_the_bot_has_open_is_told_of_and_left(
    town: Footnote, remembered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "BUSY_TIMEOUT_S", 0.05)
    with Memory(remembered) as bot:
        bot.vote(Vote(4, 10, True))
        found = town("doctor", "--repair")
        assert found.exit_code == 1
        assert "fail Server Another Footnote is writing to" in show(found)
        assert bot.preferences() == Preferences(cooldown_s=77)
    assert town("doctor", "--repair").exit_code == 0
    assert [file.name for file in remembered.parent.iterdir()] == ["discord.db"]


def test_a_draft_that_waits_is_told(town: Footnote, library: Path) -> None:
    server = library.parent / "server-101"
    shutil.copytree(library, server)
    with copy_library(server) as draft:
        draft.hold()
    found = town("doctor")
    assert "warn Server 101: a reindex that makes answers worse waits" in show(found)
    assert "→ /docs status in that server" in show(found)
    assert draft.folder.exists()
