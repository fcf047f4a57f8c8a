"""The command line with the tiny model, in a folder of its own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

Footnote = Callable[..., Result]

NOTES = """\
# Town guide

## Museum

The museum opens at nine in the morning. It shows old maps of the island. Children walk in free.

## Library

The library has forty thousand books. Coffee costs two euro there.
"""


@pytest.fixture
def footnote(
    tiny_model: Path, kept_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Footnote:
    """Runs a command: `footnote("ask", "When ...?", input="")`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(kept_models)
    from bot.cli import app
    from bot.settings import Settings, setting_name

    for field in Settings.model_fields:
        monkeypatch.delenv(setting_name(field), raising=False)
    monkeypatch.setenv("FOOTNOTE_MODEL", str(tiny_model))

    def run(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(app, arguments, input=input, prog_name="footnote")

    return run


@pytest.fixture
def town(footnote: Footnote, tmp_path: Path) -> Footnote:
    """The same with a document added: documents/town.md."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "town.md").write_text(NOTES)
    assert footnote("add", "documents").exit_code == 0
    return footnote


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Lets a test set up logging as it likes."""
    root, names = logging.getLogger(), ("", "bot", "bot.notes", "index", "discord")
    handlers, levels = root.handlers[:], [logging.getLogger(name).level for name in names]
    root.handlers[:] = []  # those of the tests' own would be closed
    yield
    root.handlers[:] = handlers
    for name, level in zip(names, levels, strict=True):
        logging.getLogger(name).setLevel(level)
