"""Who was refused and asked to be told once there is an answer is told so, once."""

import logging
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.ext import commands

from bot.audience import NOBODY, Audience
from bot.discord.amending import note_answer
from bot.discord.audience import read_member, read_public
from bot.discord.delivery import insist
from bot.discord.escape import fit_line, show_plain_line
from bot.discord.locales import find_language
from bot.discord.panels import render_notice
from bot.discord.posting import UNREADABLE, read_back
from bot.discord.reception import can_branch, leave_out_people, name_place
from bot.discord.render import put_above, render_answer
from bot.discord.send import Person, edit_answer, reply, write
from bot.language import gettext, mark, speak
from bot.libraries.line import TooManyWaiting
from bot.libraries.waits import KEPT_DAYS, MOST_OF_ONE, Outcome, Wait
from bot.types import Earlier, Found, Question
from bot.wording import count, name_confidence
from index.errors import FootnoteError

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

MOST_AT_ONCE = 20
"""Questions that are asked again at a look, one at a time: members' own go before."""
MOST_MENTIONED = 3
"""People in one message; each takes room that an answer leaves."""
MAX_QUESTION = 500

_SAID: dict[Outcome, str] = {
    "kept": mark(
        "I will tell you here, once, when the documents answer this. Until then, but for {days} at"
        " most, I keep that you asked. Press again to take it back."
    ),
    "taken back": mark("Taken back: I will not tell you, and keep your question no longer."),
    "too many of yours": mark(
        "You wait for {most} already, as many as I keep of one person. Take one back, or delete"
        " all: `/privacy delete`."
    ),
    "too many": mark("So many wait here already that I keep no more. Ask again another day."),
}
_KEPT_ALONE = mark(
    "I will tell you by direct message, once, when the documents answer this. Until then, but for"
    " {days} at most, I keep that you asked. Press again to take it back."
)
_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError)

log = logging.getLogger(__name__)


class Telling(commands.Cog):
    """Keeps who waits for an answer, and tells them."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine
        self._waits = bot.engine.waits

    async def toggle(self, interaction: Interaction) -> None:
        """Let who pressed wait for an answer to the question that was refused, or no longer."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        message, question = interaction.message, read_back(interaction)
        if message is None or question is None:
            await edit_answer(interaction, render_notice(gettext(UNREADABLE), kind="warning"))
            return
        private = message.flags.ephemeral
        wait = Wait(
            *(message.id, interaction.user.id, message.channel.id, private),
            leave_out_people(question.text),
            leave_out_people(question.earlier.question) if question.earlier else None,
        )
        outcome = await self._waits.toggle(interaction.guild_id, wait)
        text = _KEPT_ALONE if private and outcome == "kept" else _SAID[outcome]
        days, most = count(KEPT_DAYS, "day"), count(MOST_OF_ONE, "answer")
        await edit_answer(interaction, render_notice(gettext(text, days=days, most=most)))

    async def tell_some(self, guild: int | None) -> bool:
        """Ask again what people of a server, or for None in direct messages, wait for, and tell
        them; False where more is to be asked soon. Raises LibraryError.
        """
        if self._bot.jobs.are_there(guild) or self._bot.jobs.are_there(None):
            return False
        due = await self._waits.find_due(guild, MOST_AT_ONCE)
        unanswered: list[Wait] = []
        failed = False
        try:
            for _, same in groupby(due.waits, key=lambda wait: wait.message):
                waits = tuple(same)
                try:
                    audience = await self._read(guild, waits[0])
                except _FAILURES as error:
                    _log_failure(waits[0], error)
                    failed = True
                    continue
                found = await self._ask(guild, waits[0], audience)
                if found:
                    place = self._bot.get_guild(guild) if guild is not None else None
                    with speak(find_language(place, waits[0].question)):
                        failed |= not await self._tell(guild, waits, found)
                else:
                    unanswered += waits
        except TooManyWaiting:
            return False
        finally:
            if unanswered:
                await self._waits.note_asked(guild, unanswered, due.state)
        return failed or len(due.waits) < MOST_AT_ONCE

    async def _read(self, guild: int | None, wait: Wait) -> Audience:
        """Who would read the answer: who waits, where nobody else could see the refusal. Raises
        HTTPException, ClientError and LibraryError."""
        if not wait.private:
            return read_public(guild, name_place(self._find_channel(guild, wait.channel)))
        place = self._bot.get_guild(guild) if guild is not None else None
        if place is None:
            return NOBODY
        try:
            member = await insist(lambda: place.fetch_member(wait.user))
        except discord.NotFound:
            return NOBODY
        return await read_member(self._engine, member)

    async def _ask(self, guild: int | None, wait: Wait, audience: Audience) -> Found | None:
        """An answer that is sure enough to call someone for. Raises TooManyWaiting."""
        earlier = Earlier(wait.earlier, ()) if wait.earlier else None
        question = Question(wait.question, earlier, audience=audience)
        try:
            found = await self._engine.ask(guild, question, counted=False)
        except TooManyWaiting:
            raise
        except FootnoteError as error:
            log.info("what someone waits for was not asked: %s", type(error).__name__)
            return None
        sure = name_confidence(found.answer.confidence) != "Not sure"
        return found if found.answer.answered and sure else None

    async def _tell(self, guild: int | None, waits: Sequence[Wait], found: Found) -> bool:
        """Tell those who wait at one refusal and are still there; False where Discord does not say
        of all of them whether they are.

        They wait no longer before they are told: so nobody is told twice, whatever fails. Raises
        LibraryError.
        """
        told: list[Wait] = []
        known = True
        for wait in waits:
            try:
                there = await self._is_there(guild, wait.user)
            except _FAILURES as error:
                _log_failure(wait, error)
                known = False
                continue
            if await self._waits.take(guild, wait) and there:
                told.append(wait)
        channel = self._find_channel(guild, waits[0].channel)
        if waits[0].private or not await self._answers_in(guild, channel):
            for wait in told:
                await self._tell_alone(guild, wait)
            return known
        for start in range(0, len(told), MOST_MENTIONED):
            await self._tell_all(guild, channel, told[start : start + MOST_MENTIONED], found)
        return known

    async def _tell_all(
        self, guild: int | None, channel: Any, told: Sequence[Wait], found: Found
    ) -> None:
        """Answer beneath a refusal that all can see, and mention those who waited."""
        footer = (await self._engine.preferences(guild)).footer
        branch = can_branch(channel)
        view = render_answer(told[0].question, found, threadable=branch, footer=footer)
        mentioned = " ".join(f"<@{wait.user}>" for wait in told)
        put_above(view, gettext("{people} This is answered now.", people=mentioned))
        users = [Person(wait.user) for wait in told]
        mentions = discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=users
        )
        try:
            answer = await reply(channel.get_partial_message(told[0].message), view, mentions)
        except _FAILURES as error:
            _log_failure(told[0], error)
        else:
            note_answer(self._engine, guild, answer, view)

    async def _tell_alone(self, guild: int | None, wait: Wait) -> None:
        """Tell someone where to ask again: what was asked in a channel is answered there alone."""
        asked = fit_line(wait.question, MAX_QUESTION)
        place = self._bot.get_guild(guild) if guild is not None else None
        again = gettext("This is answered now: ask it there again, with `/ask`.")
        told = gettext("You asked: {question}", question=asked)
        if place:
            told = gettext(
                "In **{server}**, {channel}, you asked: {question}",
                server=show_plain_line(place.name),
                channel=f"<#{wait.channel}>",
                question=asked,
            )
        try:
            channel = await insist(lambda: self._bot.create_dm(Person(wait.user)))
            await write(channel, render_notice(f"{told}\n{again}"))
        except _FAILURES as error:  # who takes no direct messages is not told
            _log_failure(wait, error)

    async def _is_there(self, guild: int | None, user: int) -> bool:
        """Whether someone is a member of the server. Raises HTTPException and ClientError."""
        place = self._bot.get_guild(guild) if guild is not None else None
        if place is None:
            return guild is None
        try:
            await insist(lambda: place.fetch_member(user))
        except discord.NotFound:
            return False
        return True

    def _find_channel(self, guild: int | None, channel: int) -> Any:
        place = self._bot.get_guild(guild) if guild is not None else None
        known = place.get_channel_or_thread(channel) if place else None
        return known or self._bot.get_partial_messageable(channel, guild_id=guild)

    async def _answers_in(self, guild: int | None, channel: Any) -> bool:
        """Whether the server's admins still let the bot answer there."""
        channels = (await self._engine.preferences(guild)).channels
        return not channels or name_place(channel) in channels


def _log_failure(wait: Wait, error: Exception) -> None:
    status = error.status if isinstance(error, discord.HTTPException) else type(error).__name__
    log.info("who waits at message %d was not told: %s", wait.message, status)
