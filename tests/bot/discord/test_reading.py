"""The operator's folder: what changes in it is taken in while the bot runs."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from bot.discord.client import FootnoteBot
from bot.discord.reading import follow_folder, list_documents, read_documents
from bot.libraries.engine import Engine
from bot.settings import Settings
from tests.index.conftest import HashEncoder

TIMEOUT_S = 60.0


async def test_a_file_that_comes_changes_or_goes_is_taken_in_within_seconds(
    make_bot: Callable[[], FootnoteBot], engine: Engine, shared_documents: Path
) -> None:
    async def titles() -> list[str]:
        _, shared = await engine.entries(None)
        return sorted(entry.record.title for entry in shared)

    async def wait_for(*wanted: str) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while await titles() != list(wanted):
                await asyncio.sleep(0.05)

    following = asyncio.create_task(follow_folder(make_bot(), shared_documents))
    try:
        await asyncio.sleep(0.5)  # until the folder is watched
        file = shared_documents / "mill.md"
        file.write_text("# The mill\n\nThe mill grinds barley.\n")
        await wait_for("The mill", "Town guide")
        file.write_text("# The new mill\n\nThe mill grinds wheat.\n")
        await wait_for("The new mill", "Town guide")
        file.unlink()
        await wait_for("Town guide")
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_without_a_folder_nothing_is_watched(
    make_bot: Callable[[], FootnoteBot], tmp_path: Path
) -> None:
    await follow_folder(make_bot(), tmp_path / "nowhere")


def read_notes(notes: Console) -> str:
    assert isinstance(notes.file, io.StringIO)
    return notes.file.getvalue()


@pytest.fixture
def notes() -> Console:
    return Console(file=io.StringIO(), width=200)


async def test_the_folder_is_read_and_what_failed_is_told(
    engine: Engine, shared_documents: Path, notes: Console
) -> None:
    (shared_documents / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    await read_documents(engine, shared_documents, notes)
    assert "broken.pdf" in read_notes(notes) and "Indexed: 1 document, " in read_notes(notes)


async def test_without_a_folder_the_operator_is_told_where_to_name_one(
    engine: Engine, tmp_path: Path, notes: Console
) -> None:
    await read_documents(engine, tmp_path / "nowhere", notes)
    assert "nowhere is no folder" in read_notes(notes)
    assert "FOOTNOTE_DOCUMENTS" in read_notes(notes)


async def test_a_damaged_library_does_not_keep_the_bot_from_starting(
    settings: Settings, shared_documents: Path, notes: Console
) -> None:
    (settings.library_folder / "library.db").write_bytes(b"no database" * 500)
    engine = Engine(settings, HashEncoder)
    await engine.start()
    await read_documents(engine, shared_documents, notes)
    assert await list_documents(engine) == ()
    await engine.close()
    assert "library.db" in read_notes(notes) and "Indexed" not in read_notes(notes)


async def test_a_folder_whose_reading_fails_in_no_known_way_is_logged(
    engine: Engine,
    shared_documents: Path,
    notes: Console,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("The museum opens")

    monkeypatch.setattr(engine, "index_folder", fail)
    await read_documents(engine, shared_documents, notes)
    assert "the documents folder could not be indexed" in caplog.text
    assert "RuntimeError" in caplog.text and read_notes(notes) == ""
