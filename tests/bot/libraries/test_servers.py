"""What is kept of servers: found, removed whole, and removed in time when the bot has left."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.libraries.memory import Memory
from bot.libraries.servers import Servers, UnknownServer
from bot.libraries.turns import Turns
from bot.settings import Settings
from bot.types import Preferences, Vote
from index.errors import LibraryError
from index.library import Library
from tests.bot.kept import make_kept
from tests.index.conftest import HashEncoder

HERE, LEFT = 101, 202


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data")


@pytest.fixture
def servers(settings: Settings) -> Servers:
    """The operator's library and two servers', each with a document and a vote."""
    servers = Servers(settings)
    folders = (settings.library_folder, servers.folder(HERE), servers.folder(LEFT))
    for folder in folders:
        with Library(folder, HashEncoder) as library:
            library.keep([("mill.md", b"The roof of the mill is green in colour.")])
        with Memory(folder / "discord.db") as memory:
            memory.vote(Vote(1, 10, True))
    return servers


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for what SQLite keeps beside its own."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): path.read_bytes() for path in found if path.suffix not in (".db-shm",)}


def set_departed(servers: Servers, guild: int, moment: datetime) -> None:
    with closing(sqlite3.connect(servers.folder(guild) / "discord.db")) as db, db:
        db.execute("UPDATE departed SET at = ?", (moment.isoformat(),))


def test_servers_are_found_by_their_ids_alone(servers: Servers, settings: Settings) -> None:
    assert servers.all() == (HERE, LEFT)
    assert servers.find("202") == LEFT
    wrong = ["default", "303", "", "0202", "-202", "202 ", "٢٠٢", "1e3"]
    wrong += ["../server-202", "server-202"]
    for name in wrong:
        with pytest.raises(UnknownServer, match="Nothing is kept of a server"):
            servers.find(name)
    assert Servers(Settings(data=settings.data / "elsewhere")).all() == ()


def test_the_operators_library_is_no_servers_whatever_its_name(
    servers: Servers, settings: Settings
) -> None:
    named = Servers(Settings(data=settings.data, library=f"server-{LEFT}"))
    assert named.all() == (HERE,)
    with pytest.raises(UnknownServer):
        named.find(str(LEFT))


def test_a_server_that_is_forgotten_is_gone_whole_and_the_others_stay(
    servers: Servers, settings: Settings
) -> None:
    others = (settings.library_folder, servers.folder(HERE))
    before = [read_tree(folder) for folder in others]
    servers.forget(LEFT)
    assert [read_tree(folder) for folder in others] == before
    left = {path.name for path in (settings.data / "libraries").iterdir()}
    assert left == {"default", f"server-{HERE}"}
    with pytest.raises(LibraryError):
        servers.forget(LEFT)


def test_a_file_that_someone_has_open_is_no_harm_and_is_not_written_again(
    servers: Servers,
) -> None:
    with (
        Library(servers.folder(LEFT), HashEncoder) as library,
        Memory(servers.folder(LEFT) / "discord.db") as memory,
    ):
        assert memory.personal(10).votes == 1
        servers.forget(LEFT)
        assert len(library.documents()) == 1  # what it has open it reads on
        memory.prefer(Preferences(private=True))
    assert not servers.folder(LEFT).exists()


def test_what_a_killed_process_has_left_is_deleted_the_next_time(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", fail)
        with pytest.raises(LibraryError, match="Permission denied"):
            servers.forget(LEFT)
    assert servers.all() == (HERE,)  # gone for everyone all the same
    [aside] = servers.folder(LEFT).parent.glob(".server-*")
    assert servers.tidy({HERE}, Turns()) == (HERE,)
    assert not aside.exists()


def test_a_server_that_was_left_is_removed_after_its_days_and_not_before(
    servers: Servers, settings: Settings
) -> None:
    turns = Turns()
    assert servers.kept_until(LEFT) is None
    assert servers.tidy({HERE}, turns) == (HERE, LEFT)
    until = servers.kept_until(LEFT)
    assert until and timedelta(days=29) < until - datetime.now(UTC) <= timedelta(days=30)
    assert servers.kept_until(HERE) is None
    days = timedelta(days=settings.forget_after_days)
    set_departed(servers, LEFT, datetime.now(UTC) - days + timedelta(hours=1))
    assert servers.tidy({HERE}, turns) == (HERE, LEFT)
    set_departed(servers, LEFT, datetime.now(UTC) - days)
    assert servers.tidy({HERE}, turns) == (HERE,)
    assert settings.library_folder.exists()


def test_coming_back_before_cancels_it(servers: Servers) -> None:
    turns = Turns()
    servers.tidy({HERE}, turns)
    set_departed(servers, LEFT, datetime.now(UTC) - timedelta(days=400))
    assert servers.tidy({HERE, LEFT}, turns) == (HERE, LEFT)
    assert servers.kept_until(LEFT) is None


def test_a_server_whose_documents_are_being_changed_waits(servers: Servers) -> None:
    turns = Turns()
    servers.tidy({HERE}, turns)
    set_departed(servers, LEFT, datetime.now(UTC) - timedelta(days=400))
    with turns.take(LEFT):
        assert servers.tidy({HERE}, turns) == (HERE, LEFT)
    assert servers.tidy({HERE}, turns) == (HERE,)


def test_questions_of_every_server_go_in_time(servers: Servers) -> None:
    for guild in (HERE, LEFT):
        with Memory(servers.folder(guild) / "discord.db") as memory:
            memory.prefer(Preferences(questions_days=7))
            memory.questions.keep(make_kept("When does it open?", True, 0.9))
        with closing(sqlite3.connect(servers.folder(guild) / "discord.db")) as db, db:
            db.execute("UPDATE question SET hour = '2001-01-01T00:00:00+00:00'")
    servers.tidy({HERE}, Turns())
    for guild in (HERE, LEFT):
        with Memory(servers.folder(guild) / "discord.db") as memory:
            assert memory.questions.kept() == ()


def test_one_that_cannot_be_read_is_logged_and_keeps_nobody_waiting(
    servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    (servers.folder(HERE) / "discord.db").write_bytes(b"no database at all" * 100)
    with caplog.at_level(logging.WARNING, "bot"):
        servers.tidy({HERE}, Turns())
    assert f"server {HERE} could not be tidied" in caplog.text
    assert servers.kept_until(LEFT) is not None
