"""`footnote gaps`: a server's gaps in the terminal and as files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from bot.libraries.memory import Memory
from bot.types import Preferences
from tests.bot.kept import make_kept

Footnote = Callable[..., Result]
QUESTION = "Who keeps the [red]swans[/red]\x1b[31m?"


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server's folder: three questions, one of them with an answer."""
    folder = tmp_path / "data" / "libraries" / "server-202"
    with Memory(folder / "discord.db") as memory:
        memory.prefer(Preferences(questions_days=30))
        for asker, text in enumerate((QUESTION, QUESTION)):
            memory.questions.keep(make_kept(text, False, 0.2, asker=asker))
        memory.questions.keep(make_kept("When does the museum open?", True, 0.9))
    return folder


def test_a_servers_gaps_are_shown_and_written(town: Footnote, server: Path, tmp_path: Path) -> None:
    done = town("gaps", "--server", "202", "--csv", "gaps.csv", "--markdown", "gaps.md")
    assert done.exit_code == 0, done.output
    assert "2 people, 2 questions: 2 refused" in done.stdout
    assert "“Who keeps the [red]swans[/red]\\x1b[31m?”" in done.stdout
    assert "museum" not in done.stdout and "\x1b" not in done.stdout
    assert "1 group of the last 30 days." in done.stdout
    assert ",2,2,2,0," in (tmp_path / "gaps.csv").read_text("utf-8-sig")
    assert "2 people, 2 questions: 2 refused" in (tmp_path / "gaps.md").read_text()


def test_without_a_server_all_are_listed_with_how_much_was_left_open(
    town: Footnote, server: Path
) -> None:
    with Memory(server.with_name("server-303") / "discord.db") as memory:
        memory.prefer(Preferences(private=True))
    done = town("gaps")
    assert done.exit_code == 0
    assert "202  2 questions without an answer that helped\n" in done.stdout
    assert "303  keeps no questions\n" in done.stdout
    assert "footnote gaps --server ID" in done.stdout
    named = town("gaps", "--server", "303")
    assert named.exit_code == 0 and "/docs settings keep_questions" in named.stdout


def test_what_cannot_be_done_is_said(town: Footnote, server: Path) -> None:
    for arguments, said in (
        (["--server", "404"], "Nothing is kept of a server 404."),
        (["--csv", "gaps.csv"], "Name the server whose gaps to write: --server ID."),
        (["--server", "202", "--csv", "gaps.txt"], "gaps.txt is no name of a table."),
        (["--server", "202", "--markdown", "no/gaps.md"], "is no folder. Make it"),
    ):
        done = town("gaps", *arguments)
        assert done.exit_code == 2 and said in " ".join(done.stderr.split())


def test_where_no_server_is_known_that_is_said(footnote: Footnote) -> None:
    assert footnote("gaps").stdout == "Nothing is kept of any server yet.\n"
