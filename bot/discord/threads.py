"""Threads under answers: how one is named, where there can be none, and what was said in one."""

import logging
from typing import Any

import discord

from bot.discord.reception import can_branch
from bot.discord.render import read_earlier
from bot.language import gettext, mark
from bot.types import Earlier
from bot.wording import show_line

log = logging.getLogger(__name__)

NAME_CHARS = 100
READ_BACK = 30
"""Messages looked through for the last answer."""

_IN_DIRECT_MESSAGES = mark("There are no threads in direct messages. Just write on here.")
_IN_THREAD = mark("This is a thread already. Mention me to ask on.")
_HIDDEN = mark("Only you see this answer, so no thread can hang on it. Press Follow up instead.")
_NOT_HERE = mark("No thread can be opened in this channel. Press Follow up instead.")
_NOT_YOU = mark("You may not open threads in this channel. Press Follow up instead.")
_NOT_ME = mark(
    "I may not open threads in this channel; an admin can allow me to. Press Follow up instead."
)


def object_to_thread(interaction: discord.Interaction[Any], message: discord.Message) -> str | None:
    """Why no thread is opened under an answer; None where one can be."""
    if interaction.guild_id is None:
        return gettext(_IN_DIRECT_MESSAGES)
    if isinstance(interaction.channel, discord.Thread):
        return gettext(_IN_THREAD)
    if message.flags.ephemeral:
        return gettext(_HIDDEN)
    if message.flags.has_thread:
        return gettext("The thread is there already: {thread}.", thread=f"<#{message.id}>")
    if not can_branch(interaction.channel):
        return gettext(_NOT_HERE)
    if not interaction.permissions.create_public_threads:
        return gettext(_NOT_YOU)
    mine = interaction.app_permissions
    if not (mine.create_public_threads and mine.send_messages_in_threads):
        return gettext(_NOT_ME)
    return None


def name_thread(question: str | None) -> str:
    """A thread's name: the question on one line, cut at a word."""
    name = show_line(" ".join((question or "").split())) or gettext("Questions")
    if len(name) <= NAME_CHARS:
        return name
    return name[: NAME_CHARS - 1].rsplit(" ", 1)[0][: NAME_CHARS - 1] + "…"


async def find_earlier(message: discord.Message, me: int) -> Earlier | None:
    """The answer of ours that a message goes on from: the one that it replies to, or the last one
    in its thread or direct messages."""
    reference = message.reference
    if reference and isinstance(reference.resolved, discord.Message):
        answer = reference.resolved
        return read_earlier(answer) if answer.author.id == me else None
    channel = message.channel
    if not isinstance(channel, discord.Thread | discord.DMChannel):
        return None
    try:
        async for before in channel.history(limit=READ_BACK, before=message):
            if before.author.id == me and (earlier := read_earlier(before)):
                return earlier
        if isinstance(channel, discord.Thread) and channel.parent_id:
            return await _read_starter(channel, me)
    except discord.HTTPException as error:  # it is a question by itself then
        log.info("channel %d could not be read back: HTTP %d", channel.id, error.status)
    return None


async def _read_starter(thread: discord.Thread, me: int) -> Earlier | None:
    """What a thread hangs on, if that is an answer of ours; both have the same id."""
    parent = thread.guild.get_channel(thread.parent_id)
    if not isinstance(parent, discord.TextChannel):
        return None
    starter = await parent.fetch_message(thread.id)
    return read_earlier(starter) if starter.author.id == me else None
