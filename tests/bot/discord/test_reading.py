"""The operator's folder: what changes in it is taken in while the bot runs."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.discord.client import FootnoteBot
from bot.discord.reading import follow_folder
from bot.libraries.engine import Engine

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
