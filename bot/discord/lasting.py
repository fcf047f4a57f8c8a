"""One message about long work, which outlives the interaction that asked for the work.

An interaction's token dies after 15 minutes, and with it every way to edit the answer. So before
that the message goes on in the channel, as one of the bot's own.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import aiohttp
import discord
from discord.ui import ActionRow, LayoutView, TextDisplay

from bot.discord.buttons import Cancel
from bot.discord.panels import render_notice
from bot.discord.send import QUIET, edit_answer, write
from bot.language import gettext, mark

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14)
"""How long an interaction's token is trusted; Discord lets it live for one minute more."""

_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError)

_MOVED = mark("This goes on in {link}.")
_MUTE = mark(
    "Footnote may not write in this channel, so nothing more is shown here. The work goes on;"
    " `/docs status` tells how it stands."
)


_DISCREET = mark(
    "Work on this server's documents, of which some are not for everybody. `/docs status` tells how"
    " it stands, `/docs list` what is there."
)


class LastingMessage:
    """The deferred answer to an interaction and, once its token is old, a message in the channel.

    Where neither can be written, that is logged once and nothing more is shown.
    """

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction
        self._message: discord.Message | None = None
        self._answered = True
        """Whether the interaction's answer is what is edited."""
        self._finished = False
        self.discreet = False
        """Whether the work is on documents that not everybody in the channel may read."""
        self._lock = asyncio.Lock()

    @property
    def expiring(self) -> bool:
        """Whether the message has to move, and has not yet."""
        age = discord.utils.utcnow() - self._interaction.created_at
        return self._answered and age >= TOKEN_LIFE

    async def show(self, view: LayoutView) -> None:
        """Show `view`, unless the last word has been said."""
        async with self._lock:
            if not self._finished:
                await self._put(view)

    async def finish(self, view: LayoutView) -> None:
        """Show `view` as the last word."""
        async with self._lock:
            if not self._finished:
                self._finished = True
                await self._put(view)

    async def _put(self, view: LayoutView) -> None:
        if self._answered and (self.expiring or not await self._edit_answer(view)):
            await self._move(view)
        elif self._message:
            await self._edit_message(self._message, view)

    async def _edit_answer(self, view: LayoutView) -> bool:
        """Whether the interaction could still be used."""
        try:
            await edit_answer(self._interaction, view)
        except _FAILURES as error:
            if _status(error) in (401, 404):  # the token or the answer is gone
                return False
            self._log(error)
        return True

    async def _move(self, view: LayoutView) -> None:
        """Go on in the channel, and say so where people looked until now."""
        self._answered = False
        channel = self._interaction.channel
        if isinstance(channel, discord.abc.Messageable):
            try:
                shown = self._name_starter(view)
                self._message = await write(channel, shown)
            except _FAILURES as error:
                self._log(error)
        told = gettext(_MUTE)
        if self._message:
            told = gettext(_MOVED, link=self._message.jump_url)
        await self._edit_answer(render_notice(told))

    async def _edit_message(self, message: discord.Message, view: LayoutView) -> None:
        try:
            await message.edit(view=self._name_starter(view), allowed_mentions=QUIET)
        except _FAILURES as error:
            self._log(error)
            if _status(error) in (403, 404):
                self._message = None

    def _name_starter(self, view: LayoutView) -> LayoutView:
        """What all in the channel see: the view, unless it could name what is not for everybody,
        with who started the work, which an answer says by itself."""
        if self.discreet:
            stops = [item for item in view.walk_children() if isinstance(item, Cancel)]
            view = render_notice(gettext(_DISCREET))
            for stop in stops:
                view.add_item(ActionRow(Cancel(stop.job)))
        starter = f"<@{self._interaction.user.id}>"
        return view.add_item(TextDisplay(gettext("-# Started by {person}", person=starter)))

    def _log(self, error: Exception) -> None:
        log.warning(
            "the progress of interaction %d in channel %s was not shown: %s, HTTP %s",
            self._interaction.id,
            self._interaction.channel_id,
            type(error).__name__,
            _status(error),
        )


class Silence:
    """A message that nobody sees: of work that nobody asked for."""

    expiring = discreet = False

    async def show(self, view: LayoutView) -> None:
        """Nothing."""

    async def finish(self, view: LayoutView) -> None:
        """Nothing."""


def _status(error: Exception) -> int | None:
    return error.status if isinstance(error, discord.HTTPException) else None
