"""The command `/docs help-channel`: where questions are answered though nobody asks the bot."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ui import TextDisplay

from bot.discord.admins import admit
from bot.discord.channel_option import ChannelOption
from bot.discord.channels import NEEDS_INTENT
from bot.discord.escape import show_plain_line
from bot.discord.panels import render_notice
from bot.discord.posts import find_objection
from bot.discord.preferences import keep_change, render_preferences
from bot.discord.send import edit_answer
from bot.discord.solving import find_tag
from bot.help_channel import HelpChannel
from bot.language import gettext, mark, say_error
from bot.types import Preferences

Interaction = discord.Interaction[Any]
Mode = Literal["when sure", "when sure, else say so", "every question", "off"]
"""Those of a HelpChannel, and none."""

MOST_HELPS = 25
TAG_CHARS = 20
"""Discord's limit on a tag's name."""

_OTHER = mark("Text channels and forums can be help channels.")
_NO_FORUM = mark("Only a forum has tags. Leave `solved_tag` out.")
_TOO_MANY = mark("There are {n} help channels already. Turn one off first: `mode` off.")
_MUTE = mark(
    "I may not write in {channel}. Give me the permission to send messages there, in a forum also"
    " to send them in posts."
)


@app_commands.command(
    name="help-channel", description="Answer questions in a channel though nobody asks me"
)
@app_commands.describe(
    channel="A forum, whose posts are questions, or a text channel",
    mode="Answer only when sure; when not, say once that a person will come; or answer everything",
    solved_tag="The forum's tag for solved posts; else one that is named so",
)
async def help_channel(
    interaction: Interaction,
    channel: app_commands.Transform[app_commands.AppCommandChannel, ChannelOption("text", "forum")],
    mode: Mode,
    solved_tag: app_commands.Range[str, 1, TAG_CHARS] | None = None,
) -> None:
    """Make a channel a help channel, change it, or turn it off."""
    work = _choose(interaction, channel.id, mode, solved_tag)
    await interaction.client.attempt(interaction, work)


async def _choose(
    interaction: Interaction, channel_id: int, mode: Mode, solved_tag: str | None
) -> None:
    engine = interaction.client.engine
    guild = await admit(interaction, engine)
    if guild is None:
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    place = interaction.guild
    channel = place.get_channel(channel_id) if place else None
    tag = _find_named(channel, solved_tag) if solved_tag else None

    def keep_others(old: Preferences) -> list[HelpChannel]:
        there = [one for one in old.helps if place and place.get_channel(one.channel)]
        return [one for one in there if one.channel != channel_id]

    def change(old: Preferences) -> Preferences:
        new = [] if mode == "off" else [HelpChannel(channel_id, mode, tag.id if tag else None)]
        return replace(old, helps=(*keep_others(old), *new))

    objection = None if mode == "off" else _object(interaction, channel, solved_tag, tag)
    if not objection and len(keep_others(await engine.preferences(guild))) >= MOST_HELPS:
        objection = gettext(_TOO_MANY, n=MOST_HELPS) if mode != "off" else None
    if objection is not None:
        await edit_answer(interaction, render_notice(objection, kind="warning"))
        return
    _, new = await keep_change(engine, guild, change)
    view = render_preferences(new)
    for note in _find_notes(interaction, channel, tag) if mode != "off" else ():
        view.add_item(TextDisplay(note))
    await edit_answer(interaction, view)


def _object(
    interaction: Interaction,
    channel: object,
    solved_tag: str | None,
    tag: discord.ForumTag | None,
) -> str | None:
    """Why a channel cannot be one."""
    if not interaction.client.settings.message_content:
        return gettext(NEEDS_INTENT)
    if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        return gettext(_OTHER)
    if objection := find_objection(channel, channel.guild.me):
        return show_plain_line(say_error(objection))
    permissions = channel.permissions_for(channel.guild.me)
    forum = isinstance(channel, discord.ForumChannel)
    if not (permissions.send_messages_in_threads if forum else permissions.send_messages):
        return gettext(_MUTE, channel=channel.mention)
    if solved_tag and tag is None:
        if isinstance(channel, discord.ForumChannel):
            return _name_tags(channel, solved_tag)
        return gettext(_NO_FORUM)
    return None


def _find_named(channel: object, name: str) -> discord.ForumTag | None:
    if not isinstance(channel, discord.ForumChannel):
        return None
    wanted = name.strip().casefold()
    return next((tag for tag in channel.available_tags if tag.name.casefold() == wanted), None)


def _name_tags(channel: discord.ForumChannel, name: str) -> str:
    tags = ", ".join(f"**{show_plain_line(tag.name)}**" for tag in channel.available_tags)
    told = {"channel": channel.mention, "name": show_plain_line(name)}
    if not tags:
        return gettext("{channel} has no tag named {name}. It has none yet.", **told)
    return gettext("{channel} has no tag named {name}. It has {tags}.", tags=tags, **told)


def _find_notes(
    interaction: Interaction, channel: object, tag: discord.ForumTag | None
) -> Iterator[str]:
    """What an admin should know of a help channel."""
    yield gettext(
        "-# I look at each message there, to see whether it asks something. Nothing is kept of"
        " those that I do not answer."
    )
    if not isinstance(channel, discord.ForumChannel):
        return
    tag = tag or find_tag(channel, None)
    if tag is None:
        yield gettext(
            "-# The forum has no tag for solved posts, so none is set. `solved_tag` names one."
        )
    elif not channel.permissions_for(channel.guild.me).manage_threads:
        yield gettext(
            "-# I may not set the tag **{tag}**: that takes the permission to manage posts.",
            tag=show_plain_line(tag.name),
        )
