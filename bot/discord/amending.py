"""Answers stay true: where a document that one cites has changed or gone, the answer says so."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.ui import LayoutView, TextDisplay

from bot.audience import NOBODY, Audience
from bot.discord.audience import read_public
from bot.discord.buttons import Helpful, InContext, Solved
from bot.discord.delivery import insist
from bot.discord.escape import fit_line
from bot.discord.reception import name_place
from bot.discord.render import (
    EARLIER_ID,
    QUESTION_ID,
    REFUSAL_COLOUR,
    SHOWN,
    lay_out,
    put_above,
)
from bot.discord.send import QUIET
from bot.language import ENGLISH, LANGUAGES, choose_language, gettext, mark, speak
from bot.libraries.engine import Engine
from bot.libraries.standing import Change, Closed, Outdated

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

AMENDED_ID = 1003
"""Id of the display that holds what has changed."""
_MAX_TITLE = 29
"""UTF-16 units as it is shown; `ROOM_ABOVE` holds three such lines and who waited."""

_CLOSED = mark("This answer stood on a document that is not for everybody here.")

log = logging.getLogger(__name__)


class Amending:
    """Compares answers with the documents that they cite."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._answers = bot.engine.answers

    async def amend_all(self, guild: int) -> None:
        """One at a time, so that they never crowd out answers. Raises LibraryError."""
        audiences = await self._find_audiences(guild)
        if audiences:
            await self._amend_each(guild, await self._answers.find_closed(guild, audiences))
        await self._amend_each(guild, await self._answers.find_outdated(guild))

    async def _find_audiences(self, guild: int) -> dict[int, Audience]:
        """Who reads what is said in the channels with answers from documents that are bound."""
        audiences = {}
        for id in await self._answers.find_bound(guild):
            place = self._bot.get_guild(guild)
            channel: Any = place.get_channel_or_thread(id) if place else None
            try:
                channel = channel or await insist(partial(self._bot.fetch_channel, id))
                audiences[id] = read_public(guild, name_place(channel))
            except (discord.NotFound, discord.Forbidden):
                audiences[id] = NOBODY
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                log.info("channel %d is not known now: %s", id, type(error).__name__)
        return audiences

    async def _amend_each(self, guild: int, answers: Sequence[Outdated | Closed]) -> None:
        for outdated in answers:
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

    async def _amend(self, guild: int, outdated: Outdated | Closed) -> None:
        """Raises HTTPException and ClientError."""
        channel = self._bot.get_partial_messageable(outdated.channel, guild_id=guild)
        message = await insist(lambda: channel.fetch_message(outdated.message))
        place = self._bot.get_guild(guild)
        with speak(choose_language(place.preferred_locale.value if place else None)):
            if isinstance(outdated, Closed):
                view = render_closed(message)
            else:
                view = render_amended(message, outdated.changes)
        await insist(lambda: message.edit(view=view, allowed_mentions=QUIET))


def note_answer(
    engine: Engine, guild: int | None, message: discord.Message, view: LayoutView
) -> None:
    """Remember what an answer in a server cites, if all can see it."""
    items = tuple(view.walk_children())
    passages = [item.passage for item in items if isinstance(item, InContext)]
    # A refusal names headings only.
    answers = any(isinstance(item, Helpful | Solved) for item in items)
    if guild is not None and answers and not message.flags.ephemeral:
        engine.answers.note(guild, message.channel.id, message.id, passages)


def render_amended(message: discord.Message, changes: tuple[Change, ...]) -> LayoutView:
    """An answer of ours as it is, below what has changed since: now, and before this."""
    lines = [
        line
        for component in message.components
        if isinstance(component, discord.TextDisplay) and component.id == AMENDED_ID
        for line in component.content.splitlines()
    ]
    # What a line says already, in whatever language, is not said again.
    fresh = [_describe(change) for change in changes if not _say_all(change) & {*lines}]
    lines = list(dict.fromkeys([*lines, *fresh]))[:SHOWN]
    view = put_above(LayoutView.from_message(message, timeout=None), "\n".join(lines), AMENDED_ID)
    view.stop()  # else the library would keep it, to wait for presses that are ours already
    return view


def render_closed(message: discord.Message) -> LayoutView:
    """An answer of ours without what it says: only the question is left of it."""
    view = LayoutView.from_message(message, timeout=None)
    view.stop()  # else the library would keep it, to wait for presses that are ours already
    asked = [
        TextDisplay[Any](item.content, id=item.id)
        for item in view.walk_children()
        if isinstance(item, TextDisplay) and item.id in (QUESTION_ID, EARLIER_ID)
    ]
    return lay_out([*asked, TextDisplay(gettext(_CLOSED))], REFUSAL_COLOUR)


def _describe(change: Change) -> str:
    title = fit_line(change.title, _MAX_TITLE).strip()
    if title and change.gone:
        return gettext("⚠️ **{title}** was removed since this answer.", title=title)
    if title:
        return gettext("⚠️ **{title}** has changed since this answer.", title=title)
    if change.gone:
        return gettext("⚠️ A document cited here was removed since this answer.")
    return gettext("⚠️ A document cited here has changed since this answer.")


def _say_all(change: Change) -> set[str]:
    """A change in every language."""
    said = set()
    for language in (ENGLISH, *LANGUAGES):
        with speak(language):
            said.add(_describe(change))
    return said
