"""`footnote forget`, and what the doctor says of servers that the bot has left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from bot.libraries.memory import Memory
from bot.types import Vote

Footnote = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A server's, with a vote and a file."""
    folder = tmp_path / "data" / "libraries" / "server-202"
    with Memory(folder / "discord.db") as memory:
        memory.vote(Vote(1, 10, True))
    (folder / "files").mkdir()
    (folder / "files" / "mill.md").write_text("The roof of the mill is green.")
    return folder


def test_a_server_is_forgotten_whole(footnote: Footnote, folder: Path) -> None:
    done = footnote("forget", "202", "--yes")
    assert (done.exit_code, done.stdout) == (0, "Removed all that was kept of server 202.\n")
    assert list(folder.parent.iterdir()) == []
    again = footnote("forget", "202", "--yes")
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr.startswith("Nothing is kept of a server 202.")


@pytest.mark.parametrize("name", ["default", "server-202", "../libraries/server-202", "0", ""])
def test_what_is_no_servers_id_is_refused(footnote: Footnote, folder: Path, name: str) -> None:
    done = footnote("forget", name, "--yes")
    assert (done.exit_code, done.stdout) == (2, "")
    assert folder.exists()


def test_the_operators_library_is_never_forgotten(
    footnote: Footnote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", "server-202")
    assert footnote("forget", "202", "--yes").exit_code == 2
    assert folder.exists()


def test_where_nobody_can_be_asked_nothing_is_removed(footnote: Footnote, folder: Path) -> None:
    done = footnote("forget", "202", input="y\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "footnote forget 202 --yes" in done.stderr
    assert folder.exists()


@pytest.mark.parametrize(("said", "stays"), [("n\n", True), ("y\n", False)])
def test_at_a_terminal_it_is_asked_first(
    footnote: Footnote, folder: Path, monkeypatch: pytest.MonkeyPatch, said: str, stays: bool
) -> None:
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    done = footnote("forget", "202", input=said)
    assert "Remove all that is kept of server 202" in done.output
    assert (folder.exists(), done.exit_code) == (stays, int(stays))


def test_the_doctor_tells_until_when_a_server_is_kept_and_how_to_remove_it(
    footnote: Footnote, folder: Path
) -> None:
    assert "warn  Server" not in footnote("doctor").stdout
    with Memory(folder / "discord.db") as memory:
        memory.note_departure(True)
        departed = memory.departed()
    assert departed
    examined = footnote("doctor")
    assert examined.exit_code == 0
    told = " ".join(examined.stdout.split())
    assert "warn Server 202: the bot has left it; it is removed after" in told
    assert "→ footnote forget 202 removes it now." in told
    (folder / "discord.db").write_bytes(b"no database at all" * 100)
    examined = footnote("doctor")
    assert examined.exit_code == 1 and "fail  Server" in examined.stdout
