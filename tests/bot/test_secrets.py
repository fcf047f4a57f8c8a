"""The token is in nothing that a command says, whatever goes wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.cli import app
from bot.settings import Settings, SettingsError, read_settings, setting_name
from tests.bot.conftest import Footnote
from tests.bot.discord.gateway import TOKEN

COMMANDS = {
    "add": ["documents", "nowhere", "https://127.0.0.1/"],
    "reindex": ["--full"],
    "remove": ["town.md"],
    "documents": ["--json"],
    "ask": ["When does the museum open?", "--json"],
    "chat": [],
    "teach": ["When does the museum open?", "--cite", "town.md"],
    "taught": ["--history", "1"],
    "eval": ["gold.json"],
    "doctor": ["--repair"],
    "backup": ["backup.zip"],
    "restore": ["backup.zip"],
    "gaps": [],
    "insight": [],
    "forget": ["1456074443980800009", "--yes"],
}
"""All but `run`, which real processes show: `Process.end` in tests/bot/discord looks for it."""


def spoil_nothing(_: Path) -> None:
    """All is well."""


def spoil_library(folder: Path) -> None:
    (folder / "data" / "libraries" / "default" / "library.db").write_bytes(b"no database" * 99)


def spoil_settings(folder: Path) -> None:
    (folder / ".env").write_text(f"FOOTNOTE_PASSAGE_CHARS=many\nDISCORD_TOKEN='{TOKEN}")


def spoil_model(folder: Path) -> None:
    (folder / ".env").write_text(f"FOOTNOTE_RERANKER={folder}\nDISCORD_TOKEN={TOKEN}\n")


def find_secret(said: str) -> list[str]:
    return [part for part in (TOKEN, *TOKEN.split(".")) if part in said]


@pytest.mark.parametrize("spoil", [spoil_nothing, spoil_library, spoil_settings, spoil_model])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_says_the_token_whatever_goes_wrong(
    command: str,
    spoil: Callable[[Path], None],
    town: Footnote,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("FOOTNOTE_LOG_LEVEL", "debug")
    (tmp_path / "gold.json").write_text("{}")
    spoil(tmp_path)
    done = town(command, *COMMANDS[command], input="When does the museum open?\n")
    assert done.output or done.exit_code == 0
    assert not find_secret(f"{done.output} {done.stderr} {done.exception!r} {caplog.text}")


def test_every_command_is_looked_at() -> None:
    group = typer.main.get_command(app)
    assert {*COMMANDS, "run"} == set(group.commands)  # type: ignore[attr-defined]


VALUES = st.sampled_from(["", "0", "-1", "true", "~", "~nobody", "${HOME}", "a+b", "\\"])
NAMES = [setting_name(field) for field in Settings.model_fields if field != "discord_token"]
LINES = st.tuples(
    st.sampled_from([*NAMES, "export DISCORD_TOKEN", "#", "DISCORD_TOKEN", " ", "\0"]),
    st.sampled_from(["=", " = ", "='", '="', ":", "", "=\0", "=$(", "=\ufeff"]),
    VALUES | st.text(max_size=30),
).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=8).map("\n".join).map(lambda text: text.encode()) | st.binary())
@example(b"FOOTNOTE_DATA='a\0b'")
def test_whatever_stands_in_the_file_it_is_settings_or_a_refusal_without_the_token(
    tmp_path: Path, lines: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for name in NAMES:
            patch.delenv(name, raising=False)
        patch.setenv("DISCORD_TOKEN", TOKEN)
        Path(".env").write_bytes(lines)
        try:
            read = read_settings()
        except SettingsError as refused:
            assert not find_secret(str(refused))
        else:
            assert not find_secret(repr(read))
            read.library_folder.exists()  # raises ValueError for what can be no path
            read.documents.exists()
