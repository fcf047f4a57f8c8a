"""From a person's question to the view that answers it; or to one that says why not here or now.

Every way to ask comes through here, so channels, cooldown and the log are the same for all.
"""

import asyncio
import logging
import math
import re
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import discord
from discord.ui import LayoutView

from bot.discord.cooldown import Cooldown
from bot.discord.escape import measure, show_plain
from bot.discord.panels import render_notice
from bot.discord.render import MAX_QUESTION, render_answer
from bot.language import gettext, mark, ngettext
from bot.libraries.engine import Engine
from bot.types import Found, Preferences, Question
from bot.wording import show_text
from index.errors import NoDocuments, QuestionError

log = logging.getLogger(__name__)

MAX_QUESTION_CHARS = 1000
"""Longer ones would leave an answer little room; see `render.MAX_QUESTION`."""

PREFERENCES_S = 1.5
"""Waited for preferences, before Discord gives an interaction up (3 s)."""

_SHOWN_CHANNELS = 5

NOBODY = "a member"
"""Said for someone who is mentioned in a question that is kept."""
_PERSON = re.compile(r"<@!?[0-9]+>")

_READING = mark("I am still reading my documents. Ask again in a minute.")
_ADMINS_ADVICE = mark("Add documents that say it with `/docs add`")
_MEMBERS_ADVICE = mark("An admin can add documents that say it: `/docs add`")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where and when; all of it from Discord."""

    guild: int | None
    """None in direct messages."""
    channel: int
    """A thread's parent, in a thread."""
    person: int
    at: datetime


class Reception:
    """Lets questions in and has them answered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cooldown = Cooldown()

    async def preferences(self, guild: int | None) -> Preferences:
        """The server's; while they are out of reach, such that answers are private."""
        try:
            async with asyncio.timeout(PREFERENCES_S):
                return await self._engine.preferences(guild)
        except TimeoutError:
            log.warning("preferences of server %s took too long; answering privately", guild)
            return Preferences(private=True)

    def object_to_place(self, asker: Asker, preferences: Preferences) -> LayoutView | None:
        """Where the bot answers instead, if it does not here."""
        channels = preferences.channels
        if asker.guild is None or not channels or asker.channel in channels:
            return None
        if preferences.find_help(asker.channel):
            return None
        shown = ", ".join(f"<#{channel}>" for channel in sorted(channels)[:_SHOWN_CHANNELS])
        others = len(channels) - _SHOWN_CHANNELS
        if others <= 0:
            said = gettext("In this server I answer in {channels}. Ask me there.", channels=shown)
        else:
            said = ngettext(
                "In this server I answer in {channels} and {n} more channel. Ask me there.",
                "In this server I answer in {channels} and {n} more channels. Ask me there.",
                others,
                channels=shown,
            )
        return render_notice(said)

    def object_to_haste(
        self, asker: Asker, preferences: Preferences, *, asks: bool = True
    ) -> LayoutView | None:
        """How long to wait yet, if someone asked a moment ago; with `asks` this counts as one."""
        key = asker.guild, asker.person
        if asks:
            left = self._cooldown.take(key, preferences.cooldown_s, asker.at)
        else:
            left = self._cooldown.left_s(key, asker.at)
        if not left:
            return None
        said = ngettext(
            "One at a time, please: ask again in {n} second.",
            "One at a time, please: ask again in {n} seconds.",
            math.ceil(left),
        )
        return render_notice(said)

    async def answer(
        self,
        guild: int | None,
        question: Question,
        *,
        asker: int,
        admin: bool,
        threadable: bool,
        post_to: tuple[int, int] | None = None,
        unasked: bool = False,
    ) -> LayoutView:
        """The view of the answer. Raises what `Engine.ask` does.

        With `unasked`, nobody put the question to the bot.
        """
        question = tidy(replace(question, asker=asker))
        try:
            found = await self.find(guild, question)
        except NoDocuments:
            if self._engine.reading:
                return render_notice(gettext(_READING))
            raise
        return await self.render(
            guild,
            question,
            found,
            admin=admin,
            threadable=threadable,
            post_to=post_to,
            unasked=unasked,
        )

    async def find(self, guild: int | None, question: Question, *, counted: bool = True) -> Found:
        """What a tidy question finds. Raises what `Engine.ask` does."""
        began = time.perf_counter()
        found = await self._engine.ask(guild, question, counted=counted)
        log.info(
            "question in server %(server)s: %(outcome)s, %(hits)d hits, %(ms)d ms",
            {
                "server": guild,
                "outcome": "answered" if found.answer.answered else "refused",
                "hits": len(found.answer.hits),
                "ms": round((time.perf_counter() - began) * 1000),
            },
        )
        return found

    async def render(
        self,
        guild: int | None,
        question: Question,
        found: Found,
        *,
        admin: bool,
        threadable: bool,
        post_to: tuple[int, int] | None = None,
        unasked: bool = False,
    ) -> LayoutView:
        """The view of what a tidy question has found."""
        preferences = await self.preferences(guild)
        return render_answer(
            question.text,
            found,
            advice=self._advise(guild, admin=admin),
            threadable=threadable,
            post_to=post_to,
            asker=question.asker if unasked else None,
            refusal=preferences.refusal,
            footer=preferences.footer,
        )

    def _advise(self, guild: int | None, *, admin: bool) -> str:
        """What can be done where the documents do not say it; "" where nothing can."""
        if self._engine.reading:
            return gettext("I am still reading my documents, so ask again in a minute.")
        if guild is None:
            return ""
        advice = _ADMINS_ADVICE if admin else _MEMBERS_ADVICE
        return gettext(advice)


def tidy(question: Question) -> Question:
    """The question as it is asked and kept. Raises QuestionError."""
    text = tidy_question(question.text)
    return replace(question, text=text, unnamed=leave_out_people(question.unnamed or text))


def tidy_question(text: str) -> str:
    """A question as it will be read back from its answer: on one line, nothing hidden in it.

    Raises QuestionError where it is too long for that.
    """
    shown = show_text(" ".join(text.split()))  # in which what took no room leaves two spaces
    tidy = " ".join(shown.split())
    if len(tidy) > MAX_QUESTION_CHARS:
        raise QuestionError(
            "This holds {size:,} characters, and a question may hold {most:,}. Ask for less at"
            " once.",
            size=len(tidy),
            most=MAX_QUESTION_CHARS,
        )
    if measure(show_plain(tidy)) > MAX_QUESTION:
        raise QuestionError(
            "This question holds too many emoji or special characters to be shown above its"
            " answer. Ask with fewer of them."
        )
    return tidy


def leave_out_people(text: str) -> str:
    """A question as it may be kept: with neutral words for people who are mentioned by id."""
    return _PERSON.sub(NOBODY, text)


def name_place(channel: Any) -> int:
    """The id of a channel, or of the one that a thread belongs to."""
    if isinstance(channel, discord.Thread):
        return channel.parent_id
    return int(channel.id)


def may_write(interaction: discord.Interaction[Any]) -> bool:
    """Whether a person may write where they pressed or gave a command.

    Who may not must not publish through the bot either.
    """
    permissions = interaction.permissions
    # Without any permission nobody could have pressed: then they were not told.
    if interaction.guild_id is None or not permissions.value:
        return True
    if isinstance(interaction.channel, discord.Thread):
        return permissions.send_messages_in_threads
    return permissions.send_messages


def can_branch(channel: Any) -> bool:
    """Whether threads can hang on the channel's messages."""
    return isinstance(channel, discord.TextChannel)
