"""`footnote backup` and `footnote restore`, as an admin types them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import Result

from bot.libraries.memory import Memory
from bot.types import Preferences, Upload, Vote
from tests.bot.discord.gateway import TOKEN

Footnote = Callable[..., Result]

ROOT = Path(__file__).parent.parent.parent
QUESTIONS = (
    "When does the museum open in the morning?",
    "How many books does the library have?",
    "Who painted yellow flowers near Xanthos?",
)


CLOSED = """\
import os, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "localhost"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", "::1", "localhost"):
        with open(os.environ["ATTEMPTS"], "a") as file:
            file.write(f"{event} {host}\\n")
        raise OSError(101, "Network is unreachable")
sys.addaudithook(refuse)
"""
"""A machine without network: each attempt to leave it is refused, and written down."""


def ask_all(footnote: Footnote, *options: str) -> list[dict[str, Any]]:
    asked = [json.loads(footnote("ask", q, "--json", *options).stdout) for q in QUESTIONS]
    return [{**answer, "took_ms": 0} for answer in asked]


def test_a_backup_restored_elsewhere_answers_alike(town: Footnote, tmp_path: Path) -> None:
    before = ask_all(town)
    assert [answer["answered"] for answer in before] == [True, True, False]
    done = town("backup", "town.zip")
    assert (done.exit_code, done.stderr) == (0, "")
    size = f"{(tmp_path / 'town.zip').stat().st_size / 2**20:,.1f} MB"
    assert done.stdout == (
        f"Wrote town.zip: 1 library, 1 document, {size}. Whoever has it can read them all.\n"
    )
    done = town("restore", "town.zip", "--data", "new")
    assert done.exit_code == 0
    assert done.stdout.startswith("Restored 1 library, 1 document into new, as of 20")
    elsewhere, *settings = done.stderr.splitlines()
    assert elsewhere.startswith("The files of 1 document were added from where they are")
    assert settings == ["To go on as before, write into .env:", f"  FOOTNOTE_DATA={tmp_path}/new"]
    assert ask_all(town, "--data", "new") == before
    assert json.loads(town("documents", "--json", "--data", "new").stdout) == json.loads(
        town("documents", "--json").stdout
    )


def test_what_the_bot_remembers_of_a_server_comes_back(footnote: Footnote, tmp_path: Path) -> None:
    preferences = Preferences(channels=frozenset({7}), shared=False)
    with Memory(tmp_path / "data" / "libraries" / "server-5" / "discord.db") as memory:
        memory.prefer(preferences)
        memory.vote(Vote(1, 2, True, None))
        memory.leave_out(9, True)
        memory.note_uploads([("rules.md", Upload("rules.md", b"", 2, None))])
    assert footnote("backup", "bot.zip").exit_code == 0
    assert footnote("restore", "bot.zip", "--data", "new").exit_code == 0
    with Memory(tmp_path / "new" / "libraries" / "server-5" / "discord.db") as memory:
        assert memory.preferences() == preferences
        assert memory.left_out() == {9}
        assert memory.uploads() == {"rules.md": (2, None)}
        assert memory.vote(Vote(1, 3, True, None)).helpful == 2


def test_settings_are_in_it_and_the_token_is_not(
    town: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("FOOTNOTE_QUERY_PROMPT", "Question: ")
    assert town("backup", "town.zip").exit_code == 0
    data = (tmp_path / "town.zip").read_bytes()
    assert not [part for part in (TOKEN, *TOKEN.split(".")) if part.encode() in data]
    with ZipFile(tmp_path / "town.zip") as archive:
        facts = json.loads(archive.read("manifest.json"))["facts"]
    assert facts["settings"]["FOOTNOTE_QUERY_PROMPT"] == "Question: "
    assert facts["settings"]["FOOTNOTE_PASSAGE_CHARS"] == "1200"
    assert facts["settings"]["FOOTNOTE_MESSAGE_CONTENT"] == "false"
    assert not {"DISCORD_TOKEN", "FOOTNOTE_DATA"} & set(facts["settings"])
    assert facts["model"]["name"] == "model"
    assert len(facts["model"]["sha256"]) == 64


def test_what_is_set_otherwise_is_told_with_what_to_write(
    town: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_QUERY_PROMPT", "Question: ")
    assert town("backup", "town.zip").exit_code == 0
    monkeypatch.delenv("FOOTNOTE_QUERY_PROMPT")
    monkeypatch.setenv("FOOTNOTE_PASSAGE_CHARS", "900")
    monkeypatch.setenv("FOOTNOTE_DATA", "new")
    done = town("restore", "town.zip")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[1:] == [
        "To go on as before, write into .env:",
        '  FOOTNOTE_QUERY_PROMPT="Question: "',
        "  FOOTNOTE_PASSAGE_CHARS=1200",
    ]


def test_another_model_is_told_with_what_to_do(
    town: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town("backup", "town.zip").exit_code == 0
    monkeypatch.setenv("FOOTNOTE_MODEL", "")
    done = town("restore", "town.zip", "--data", "new")
    assert done.exit_code == 0
    assert "were embedded with the model model (sha256 " in done.stderr
    assert "the settings name all-MiniLM-L6-v2 (sha256 53aa51172d14…)" in done.stderr
    assert "footnote reindex --full --library NAME" in done.stderr
    monkeypatch.setenv("FOOTNOTE_MODEL", "/nowhere/model")
    done = town("restore", "town.zip", "--data", "newer")
    assert "The model model is not on this machine" in done.stderr


def test_mistakes_are_told_with_the_way_out(town: Footnote, tmp_path: Path) -> None:
    assert town("backup", "town.zip").exit_code == 0
    for command, said in (
        (["backup", "town.zip"], "town.zip is there already. Name another file, or replace it"),
        (["backup", "town.db"], "Let it end in .zip."),
        (["backup", "no/town.zip"], "is no folder. Make it, or name another."),
        (["backup", "new.zip", "--data", "wrong"], "wrong/libraries holds no library"),
        (["restore", "town.zip"], "data/libraries holds libraries already (default)"),
        (["restore", "missing.zip", "--data", "x"], "missing.zip cannot be read (No such file"),
        (["restore", "documents/town.md", "--data", "x"], "documents/town.md cannot be restored"),
    ):
        done = town(*command)
        assert (done.exit_code, done.stdout) == (2, ""), command
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert town("backup", "town.zip", "--force").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "documents", "town.zip"]


def test_without_any_network_what_is_restored_answers_alike(
    town: Footnote, tiny_model: Path, kept_models: Path, tmp_path: Path
) -> None:
    before = ask_all(town)
    assert town("backup", "town.zip").exit_code == 0
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "python").mkdir(parents=True)
    (elsewhere / "data").mkdir()
    (elsewhere / "data" / "models").symlink_to(kept_models)
    (elsewhere / "python" / "sitecustomize.py").write_text(CLOSED)
    (elsewhere / "town.zip").write_bytes((tmp_path / "town.zip").read_bytes())
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(elsewhere),
        "PYTHONPATH": os.pathsep.join((str(elsewhere / "python"), str(ROOT))),
        "FOOTNOTE_MODEL": str(tiny_model),
        "ATTEMPTS": str(elsewhere / "attempts"),
    }

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *command],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
        )

    reached = run("-c", "import socket; socket.create_connection(('192.0.2.1', 80), 5)")
    assert "Network is unreachable" in reached.stderr
    assert "192.0.2.1" in (elsewhere / "attempts").read_text()
    (elsewhere / "attempts").unlink()
    assert run("-m", "bot", "restore", "town.zip").returncode == 0
    for question, answer in zip(QUESTIONS, before, strict=True):
        done = run("-m", "bot", "ask", question, "--json")
        assert (done.returncode, done.stderr) == (0 if answer["answered"] else 1, "")
        assert {**json.loads(done.stdout), "took_ms": 0} == answer
    assert not (elsewhere / "attempts").exists()
