"""The operator's folder: read at the start, and then whenever something changes in it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bot.discord.explain import trace_error
from bot.language import mark
from bot.libraries.engine import Closing, Engine
from bot.types import Entry, Report
from bot.watch import SETTLE_MS, notice_changes
from bot.wording import count, show_line, show_text
from index.errors import LibraryError
from index.summary import Summary

if TYPE_CHECKING:
    from rich.console import Console

    from bot.discord.client import FootnoteBot

log = logging.getLogger(__name__)


async def read_documents(engine: Engine, folder: Path, notes: "Console") -> None:
    """Take in what changed in the operator's folder; whatever fails, the bot goes on."""
    from bot.terminal.progress import indexing_bar
    from bot.terminal.screen import print_failures

    if not folder.is_dir():
        notes.print(
            f"{show_line(str(folder))} is no folder: members are answered from what their own "
            "servers' admins add. Make it, or name another in FOOTNOTE_DOCUMENTS.",
            style="yellow",
        )
        return
    try:
        with indexing_bar(notes) as show:
            summary = await engine.index_folder(folder, show)
    except Closing:
        return
    except LibraryError as error:
        notes.print(show_text(str(error)), style="red")
        return
    except Exception as error:  # noqa: BLE001 - servers' own libraries answer all the same
        log.error("the documents folder could not be indexed\n%s", trace_error(error))
        return
    print_failures(notes, summary.failed)
    documents = await list_documents(engine)
    passages = sum(entry.record.passages for entry in documents)
    notes.print(f"Indexed: {count(len(documents), 'document')}, {count(passages, 'passage')}.")


async def follow_folder(bot: "FootnoteBot", folder: Path) -> None:
    """Take in what changes in the operator's folder, until this is cancelled."""
    from watchfiles import awatch

    async def work(report: Report) -> Summary:
        return await bot.engine.index_folder(folder, report)

    if not folder.is_dir():
        return
    try:
        watched = awatch(folder, watch_filter=notice_changes(folder), debounce=SETTLE_MS)
        async for _ in watched:
            await bot.jobs.run(None, mark("Taking in what changed"), work)
    except OSError as error:  # too many watches, or a file system without any
        log.warning("the documents folder is not watched (%s); restart to take in changes", error)


async def list_documents(engine: Engine) -> tuple[Entry, ...]:
    """The operator's documents; none where they cannot be read, which `read_documents` tells."""
    try:
        return (await engine.entries(None))[1]
    except LibraryError:
        return ()
