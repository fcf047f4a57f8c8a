"""Answers stay true: where a document that one cites has changed or gone, the answer says so."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.ext import commands, tasks
from discord.ui import LayoutView, TextDisplay

from bot.discord.buttons import Helpful, InContext
from bot.discord.delivery import insist
from bot.discord.escape import fit_line
from bot.discord.explain import describe_error
from bot.discord.render import ROOM_TO_AMEND, SHOWN
from bot.discord.send import QUIET
from bot.libraries.engine import Engine
from bot.libraries.standing import Change, Outdated
from index.errors import LibraryError

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

EVERY_S = 5.0
"""How often it is looked whose documents have changed; several changes are told of at once."""
ALL_EVERY_S = 3600.0
"""How often all servers' answers are compared: another process may have changed documents."""

AMENDED_ID = 1003
"""Id of the display that holds what has changed."""
_MAX_TITLE = ROOM_TO_AMEND // SHOWN - 45

log = logging.getLogger(__name__)


class Amending(commands.Cog):
    """Compares answers with the documents that they cite, at the start and after each change."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._answers = bot.engine.answers
        self._compared_all = float("-inf")
        self._loop: tasks.Loop[Any] = tasks.loop(seconds=EVERY_S)(self._tick)

    async def cog_load(self) -> None:
        """Begin."""
        self._loop.start()

    async def cog_unload(self) -> None:
        """End."""
        self._loop.cancel()

    async def look(self) -> None:
        """Amend the answers in servers of which documents may have changed since the last look.

        At first, and every hour, those in all servers.
        """
        changed = self._answers.take_changed()
        now = time.monotonic()
        if now - self._compared_all >= ALL_EVERY_S:
            self._compared_all = now
            changed.add(None)
        for guild in tuple(self._bot.guilds):
            if guild.id in changed or None in changed:
                try:
                    await self._amend_all(guild.id)
                except LibraryError as error:  # the other servers' are another matter
                    describe_error(error, f", answers of server {guild.id}")

    async def _amend_all(self, guild: int) -> None:
        """One at a time, so that they never crowd out answers. Raises LibraryError."""
        for outdated in await self._answers.find_outdated(guild):
            try:
                await self._amend(guild, outdated)
            except discord.HTTPException as error:
                log.info("answer %d stays as it is: HTTP %d", outdated.message, error.status)
                if error.status >= 500:
                    continue  # it is tried again when all are compared
                # It is gone, or its channel is closed to the bot.
            except (aiohttp.ClientError, OSError) as error:
                log.info("answer %d stays as it is: %s", outdated.message, type(error).__name__)
                continue
            await self._answers.forget(guild, outdated)

    async def _amend(self, guild: int, outdated: Outdated) -> None:
        """Raises HTTPException and ClientError."""
        channel = self._bot.get_partial_messageable(outdated.channel, guild_id=guild)
        message = await insist(lambda: channel.fetch_message(outdated.message))
        view = render_amended(message, outdated.changes)
        await insist(lambda: message.edit(view=view, allowed_mentions=QUIET))

    async def _tick(self) -> None:
        if not self._bot.is_ready() or self._bot.engine.reading:
            return
        try:
            await self.look()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the next look may go well; it is logged
            describe_error(error, ", answers to amend")


async def note_answer(
    engine: Engine, guild: int | None, message: discord.Message, view: LayoutView
) -> None:
    """Remember what an answer in a server cites, if all can see it; what goes wrong is logged."""
    items = tuple(view.walk_children())
    passages = [item.passage for item in items if isinstance(item, InContext)]
    answers = any(isinstance(item, Helpful) for item in items)  # a refusal names headings only
    if guild is None or message.flags.ephemeral or not answers:
        return
    try:
        await engine.answers.note(guild, message.channel.id, message.id, passages)
    except LibraryError as error:
        log.warning("what an answer cites could not be noted: %s", error)


def render_amended(message: discord.Message, changes: tuple[Change, ...]) -> LayoutView:
    """An answer of ours as it is, below what has changed since: now, and before this."""
    lines = [
        line
        for component in message.components
        if isinstance(component, discord.TextDisplay) and component.id == AMENDED_ID
        for line in component.content.splitlines()
    ]
    lines = list(dict.fromkeys([*lines, *map(_describe, changes)]))[:SHOWN]
    view = LayoutView.from_message(message, timeout=None)
    answer = [item for item in view.children if item.id != AMENDED_ID]
    view.clear_items().add_item(TextDisplay("\n".join(lines), id=AMENDED_ID))
    for item in answer:
        view.add_item(item)
    view.stop()  # else the library would keep it, to wait for presses that are ours already
    return view


def _describe(change: Change) -> str:
    title = fit_line(change.title, _MAX_TITLE).strip()
    shown = f"**{title}**" if title else "A document cited here"
    return f"⚠️ {shown} {'was removed' if change.gone else 'has changed'} since this answer."
