"""Messages that address the bot: mentions, replies to it, and direct messages.

Without the message content intent these are the only ones whose text Discord delivers.
"""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import MessageType
from discord.ext import commands
from discord.ui import LayoutView

from bot.discord.amending import note_answer
from bot.discord.audience import read_public
from bot.discord.cooldown import Cooldown
from bot.discord.courtesies import is_courtesy, is_thanks
from bot.discord.panels import render_notice
from bot.discord.reception import NOBODY, Asker, Reception, can_branch, name_place
from bot.discord.send import reply
from bot.discord.threads import find_earlier
from bot.language import gettext
from bot.types import Preferences, Question

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

log = logging.getLogger(__name__)

NOTICE_EVERY_S = 10.0
"""How often one person is told at most, in a server, that it is too soon or the wrong place."""
LOG_EVERY_S = 24 * 3600.0
"""How often it is logged at most that the bot may not write in a channel."""


class Conversation(commands.Cog):
    """Answers what people write to the bot."""

    def __init__(self, bot: "FootnoteBot", reception: Reception) -> None:
        self._bot = bot
        self._reception = reception
        self._notices = Cooldown()
        self._logged = Cooldown()
        self._typing: set[int] = set()

    @commands.Cog.listener("on_message")
    async def hear(self, message: discord.Message) -> None:
        """Answer a message if it addresses the bot."""
        me = self._bot.user
        if me is not None and addresses(message, me.id):
            await self._bot.attempt(message, self.answer(message, me))

    async def answer(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Reply to a message that addresses the bot."""
        try:
            await self._answer(message, me)
        except discord.Forbidden as error:
            if not self._logged.take(message.channel.id, LOG_EVERY_S, message.created_at):
                log.warning(
                    "may not write in channel %d of server %s: HTTP %d, code %d",
                    message.channel.id,
                    _guild_id(message),
                    error.status,
                    error.code,
                )

    async def _answer(self, message: discord.Message, me: discord.ClientUser) -> None:
        guild = _guild_id(message)
        preferences = await self._bot.engine.preferences(guild)
        asker = Asker(guild, await _find_place(message), message.author.id, message.created_at)
        text = read_text(message, me.id)
        objection = self._reception.object_to_place(asker, preferences)
        if objection is None and is_courtesy(text):
            objection = _say_how(message, me, text)
        if objection is None:
            objection = self._reception.object_to_haste(asker, preferences)
        if objection is not None:
            await self._object(message, asker, objection)
            return
        async with self._type(message):
            unnamed = read_text(message, me.id, named=False)
            earlier = await find_earlier(message, me.id)
            audience = read_public(guild, asker.channel)
            question = Question(text, earlier, unnamed=unnamed, audience=audience)
            view = await self._reception.answer(
                guild,
                question,
                asker=message.author.id,
                admin=is_manager(message, preferences),
                threadable=can_branch(message.channel),
            )
            with self._bot.engine.metrics.seconds.labels("send").time():
                answer = await reply(message, view)
            note_answer(self._bot.engine, guild, answer, view)

    async def _object(self, message: discord.Message, asker: Asker, objection: LayoutView) -> None:
        """Say so, but in a channel not time and again."""
        key = asker.guild, asker.person
        if asker.guild is None or not self._notices.take(key, NOTICE_EVERY_S, asker.at):
            await reply(message, objection)

    @asynccontextmanager
    async def _type(self, message: discord.Message) -> AsyncIterator[None]:
        """Show that the bot is at it; once a channel, as Discord limits that. Raises Forbidden."""
        channel = message.channel
        if channel.id in self._typing:
            yield
            return
        self._typing.add(channel.id)
        try:
            async with AsyncExitStack() as stack:
                try:
                    await stack.enter_async_context(channel.typing())
                except discord.Forbidden:
                    raise
                except (discord.HTTPException, aiohttp.ClientError) as error:
                    # The answer comes without it.
                    name = type(error).__name__
                    log.info("typing is not shown in channel %d: %s", channel.id, name)
                yield
        finally:
            self._typing.discard(channel.id)


def addresses(message: discord.Message, me: int) -> bool:
    """Whether a person wrote the message to the bot."""
    if not is_said(message):
        return False
    if isinstance(message.channel, discord.DMChannel):
        return True
    # @everyone and roles are told apart by Discord: they are no mentions of the bot's user.
    return message.guild is not None and any(user.id == me for user in message.mentions)


def is_said(message: discord.Message) -> bool:
    """Whether a person wrote the message: no bot, no webhook, and not Discord itself."""
    author = message.author
    if author.bot or author.system or message.webhook_id is not None:
        return False
    return message.type in (MessageType.default, MessageType.reply)


def read_text(message: discord.Message, me: int, *, named: bool = True) -> str:
    """What a message says, without the mention of the bot, and with other people's names, or with
    neutral words for them."""
    shown = {user.id: f"@{user.display_name}" for user in message.mentions}
    names = (shown if named else dict.fromkeys(shown, NOBODY)) | {me: " "}

    def name(mention: re.Match[str]) -> str:
        return names.get(int(mention[1]), mention[0])

    return " ".join(re.sub(r"<@!?([0-9]+)>", name, message.content).split())


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


async def _find_place(message: discord.Message) -> int:
    """The id of the channel, or of the one that its thread belongs to."""
    channel: Any = message.channel
    if isinstance(channel, discord.PartialMessageable) and message.guild:
        channel = await message.guild.fetch_channel(channel.id)  # a thread not heard of yet
    return name_place(channel)


def is_manager(message: discord.Message, preferences: Preferences) -> bool:
    """Whether who wrote the message keeps the server's documents."""
    author = message.author
    if not isinstance(author, discord.Member):
        return False
    manages = author.guild_permissions.manage_guild
    return manages or any(role.id == preferences.role for role in author.roles)


def _say_how(message: discord.Message, me: discord.ClientUser, text: str) -> LayoutView:
    """What to do, for who addressed the bot without a question that it can read."""
    # Discord shows the bot no replies to its answers to commands.
    unreadable = message.reference is not None and not text
    said = [gettext("You are welcome.")] if is_thanks(text) else []
    if message.guild is None:
        said.append(gettext("Write your question, or use `/ask`."))
    elif unreadable:
        how = gettext(
            "I cannot read this reply. Write your question behind {me}, press Follow up,"
            " or use `/ask`.",
            me=me.mention,
        )
        said.append(how)
    else:
        said.append(gettext("Write your question behind {me}, or use `/ask`.", me=me.mention))
    said.append(gettext("`/sources` shows what I can answer from."))
    return render_notice(" ".join(said))
