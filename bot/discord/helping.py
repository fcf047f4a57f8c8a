"""Help channels: questions that people put to each other there are answered, if the bot is sure.

Else it says nothing, or once that a person will come, as the admins chose; or every question is
answered. In a forum each post's first message is a question. The messages are only delivered with
the message content intent.
"""

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import MessageType
from discord.ext import commands
from discord.ui import LayoutView

from bot.discord.amending import note_answer
from bot.discord.audience import read_public
from bot.discord.conversation import addresses, is_manager, is_said, read_text
from bot.discord.cooldown import Cooldown, Quota
from bot.discord.courtesies import is_courtesy
from bot.discord.panels import render_notice
from bot.discord.questions import find_asking, is_question
from bot.discord.reception import Asker, Reception, can_branch, name_place, tidy
from bot.discord.send import reply
from bot.help_channel import HelpChannel
from bot.language import gettext, mark
from bot.settings import Settings
from bot.types import Found, Preferences, Question
from bot.wording import name_confidence
from index.errors import LibraryError

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

log = logging.getLogger(__name__)

TAKEN_UP, WITHIN_S = 10, 60.0
"""Questions of one channel that are looked into, and in which time; the bot passes over others."""
MOST_CHARS = 400
"""How much of a message is looked for, and of a post: the title, and what stands below it."""
TOLD_EVERY_S = 3600.0
"""How often one person is told at most, in a channel, that somebody will come."""

_NO_INTENT = mark(
    "Help channels are silent: Discord hides messages from bots without the message content intent."
    " Whoever runs this bot turns it on there, and sets FOOTNOTE_MESSAGE_CONTENT=true."
)
_SOMEBODY = mark("I am not sure about this one, so it waits for a person to answer.")


class Helping(commands.Cog):
    """Hears what is asked in help channels."""

    def __init__(self, bot: "FootnoteBot", reception: Reception) -> None:
        self._bot = bot
        self._reception = reception
        self._quota = Quota(TAKEN_UP, WITHIN_S)
        self._told = Cooldown()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Warn of servers whose help channels are out of hearing."""
        if self._bot.settings.message_content:
            return
        for guild in self._bot.guilds:
            for problem in find_problems(self._bot.settings, await self._prefer(guild.id)):
                log.warning("server %d: %s", guild.id, problem)

    @commands.Cog.listener("on_message")
    async def hear(self, message: discord.Message) -> None:
        """Answer a message if it is a question in a help channel, put to nobody."""
        me, guild = self._bot.user, message.guild
        if me is None or guild is None or not self._bot.settings.message_content:
            return
        if not is_said(message) or addresses(message, me.id):
            return
        preferences = await self._prefer(guild.id)
        if not preferences.helps:
            return
        channel: Any = message.channel
        if isinstance(channel, discord.PartialMessageable) and message.id == channel.id:
            channel = await guild.fetch_channel(channel.id)  # a post not heard of yet
        chosen = preferences.find_help(name_place(channel))
        if chosen is None or not _may_write(channel, guild.me):
            return
        question = read_question(message, channel, me.id)
        if question and self._quota.take(chosen.channel, message.created_at):
            question = replace(question, audience=read_public(guild.id, chosen.channel))
            quietly = chosen.mode != "every question"
            help = self._seek if quietly else self._answer
            work = help(message, question, chosen, preferences)
            await self._bot.attempt(message, work, quietly=quietly)

    async def _answer(
        self,
        message: discord.Message,
        question: Question,
        chosen: HelpChannel,
        preferences: Preferences,
    ) -> None:
        """Answer it, be it with a refusal."""
        asker = _who(message, chosen)
        view = self._reception.object_to_haste(asker, preferences)
        view = view or await self._reception.answer(
            asker.guild,
            question,
            asker=asker.person,
            admin=is_manager(message, preferences),
            threadable=can_branch(message.channel),
            unasked=True,
        )
        await self._reply(message, view)

    async def _seek(
        self,
        message: discord.Message,
        question: Question,
        chosen: HelpChannel,
        preferences: Preferences,
    ) -> None:
        """Answer it if the documents surely do; it counts as asked only then."""
        asker = _who(message, chosen)
        if self._reception.object_to_haste(asker, preferences, asks=False):
            return
        question = tidy(replace(question, asker=asker.person))
        began = time.perf_counter()
        found = await self._reception.find(asker.guild, question, counted=False)
        if is_sure(found):
            if self._reception.object_to_haste(asker, preferences):  # asked twice at once
                return
            took_s = time.perf_counter() - began
            self._bot.engine.noting.note(asker.guild, question, found, took_s)
            view = await self._reception.render(
                asker.guild,
                question,
                found,
                admin=False,
                threadable=can_branch(message.channel),
                unasked=True,
            )
            await self._reply(message, view)
        elif chosen.mode == "when sure, else say so":
            key = message.channel.id, asker.person
            if not self._told.take(key, TOLD_EVERY_S, asker.at):
                await reply(message, render_notice(gettext(_SOMEBODY)))

    async def _reply(self, message: discord.Message, view: LayoutView) -> None:
        assert message.guild is not None
        answer = await reply(message, view)
        note_answer(self._bot.engine, message.guild.id, answer, view)

    async def _prefer(self, guild: int) -> Preferences:
        """What a server's admins chose; the defaults where that cannot be read, which whoever asks
        is told."""
        try:
            return await self._bot.engine.preferences(guild)
        except LibraryError:
            return Preferences()


def find_problems(settings: Settings, preferences: Preferences) -> tuple[str, ...]:
    """What keeps the bot from helping where the admins want it to."""
    unheard = preferences.helps and not settings.message_content
    return (gettext(_NO_INTENT),) if unheard else ()


def is_sure(found: Found) -> bool:
    """Whether an answer may be given that nobody asked for."""
    return found.answer.answered and name_confidence(found.answer.confidence) == "Sure"


def read_question(message: discord.Message, channel: Any, me: int) -> Question | None:
    """What a message in a help channel asks; None where that is nothing, or put to someone."""
    title = ""
    if isinstance(channel, discord.Thread):
        if message.id != channel.id or is_courtesy(channel.name):  # only what begins a post
            return None
        title = channel.name
    elif message.type is not MessageType.default or not is_question(message.content):
        return None
    said, unnamed = (
        _cut(_pick_asking(title, read_text(message, me, named=named))) for named in (True, False)
    )
    return Question(said, unnamed=unnamed)


def _pick_asking(title: str, body: str) -> str:
    """What asks something in a post or a message, without all that is told beside it: passages
    hold nothing of that, and none would be sure."""
    asking = find_asking(body)
    if not asking and find_asking(title):
        return title
    if title and not title.endswith(("?", "!", ".")):
        title += "."
    return f"{title} {asking or body}".strip()


def _cut(text: str) -> str:
    """The beginning of a long text, cut at a word."""
    return text if len(text) <= MOST_CHARS else text[:MOST_CHARS].rsplit(" ", 1)[0] + " …"


def _may_write(channel: discord.TextChannel | discord.Thread, me: discord.Member) -> bool:
    permissions = channel.permissions_for(me)
    if isinstance(channel, discord.Thread):
        return permissions.send_messages_in_threads
    return permissions.send_messages


def _who(message: discord.Message, chosen: HelpChannel) -> Asker:
    assert message.guild is not None
    return Asker(message.guild.id, chosen.channel, message.author.id, message.created_at)
