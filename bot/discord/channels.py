"""The command `/docs channel`: what is pinned or posted in a channel becomes documents."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.admins import admit
from bot.discord.channel_option import ChannelOption
from bot.discord.escape import show_plain_line
from bot.discord.following import Following
from bot.discord.lists import render_confirm_drop
from bot.discord.panels import render_notice
from bot.discord.posts import Readable, find_objection, is_open, look_at_channel
from bot.discord.send import edit_answer
from bot.intervals import SECONDS, Every
from bot.language import gettext, mark, say_error
from bot.types import Report
from index.summary import Summary

Interaction = discord.Interaction[Any]

NEEDS_INTENT = mark("""\
Discord hides what messages say from bots without the **message content intent**, so I cannot read \
this channel yet. Whoever runs this bot turns it on:
1. Open https://discord.com/developers/applications, choose the application, then **Bot**
2. Under Privileged Gateway Intents, turn on **Message Content Intent**, and save
3. Put `FOOTNOTE_MESSAGE_CONTENT=true` into the bot's `.env`
4. Restart the bot, and give this command again""")
_HIDDEN_FROM_YOU = mark("You cannot read this channel yourself, so you cannot add it.")
_CLOSED = mark(
    "Not everyone in this server may read {channel}, and answers are shown to everyone. If all"
    " members may see what stands there, give `even_if_closed` too."
)
_NO_POSTS = mark(
    "In {channel} only pinned messages can be added: it is neither an announcement channel nor a"
    " forum. Leave `posts` out."
)
_FORUM = mark("A forum has no pinned messages. Give `posts` to add its posts.")
_OTHER = mark("Text channels, announcement channels and forums can be added.")


@app_commands.command(name="channel", description="Add a channel's pinned messages, or its posts")
@app_commands.describe(
    channel="Which channel; one that is added already can be taken out",
    posts="An announcement channel's messages, or a forum's posts, too",
    every="How often to look through all of it; changes are followed at once anyhow",
    even_if_closed="Add it although not everyone may read it: answers show it to everyone",
)
async def add_channel(
    interaction: Interaction,
    channel: app_commands.Transform[
        app_commands.AppCommandChannel, ChannelOption("text", "news", "forum")
    ],
    posts: bool | None = None,
    every: Every | None = None,
    even_if_closed: bool | None = None,
) -> None:
    """Add a channel, or ask whether to take it out."""
    work = _add(interaction, channel.id, posts, every, even_if_closed)
    await interaction.client.attempt(interaction, work)


async def _add(
    interaction: Interaction,
    channel_id: int,
    posts: bool | None,
    every: Every | None,
    even_if_closed: bool | None,
) -> None:
    bot = interaction.client
    guild = await admit(interaction, bot.engine)
    if guild is None:
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    if (posts, every, even_if_closed) == (None, None, None):
        own, _ = await bot.engine.upkeep.groups(guild)
        for group in own:
            if group.origin.options.get("channel") == channel_id:
                await edit_answer(interaction, render_confirm_drop(group, again=True))
                return
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    objection = _object(interaction, channel, bool(posts), bool(even_if_closed))
    if objection or not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        await edit_answer(interaction, render_notice(objection or gettext(_OTHER), kind="warning"))
        return
    options = {
        "channel": channel.id,
        "name": f"#{channel.name}",
        "posts": bool(posts),
        "closed": bool(even_if_closed),
    }
    following: Following = bot.get_cog("Following")

    async def work(report: Report) -> Summary:
        try:
            found = await look_at_channel(channel, report, posts=bool(posts))
            summary: Summary = await bot.engine.upkeep.add_channel(
                guild, channel.jump_url, options, SECONDS[every or "day"], found, report
            )
        finally:
            following.forget(guild)
        return summary

    name = show_plain_line(f"#{channel.name}")
    await bot.jobs.start(interaction, mark("Adding {name}"), work, name=name)


def _object(
    interaction: Interaction, channel: object, posts: bool, even_if_closed: bool
) -> str | None:
    """Why a channel cannot be added."""
    if not interaction.client.settings.message_content:
        return gettext(NEEDS_INTENT)
    if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        return gettext(_OTHER)
    if objection := find_objection(channel, channel.guild.me):
        return show_plain_line(say_error(objection))
    if not _may_read(interaction.user, channel):
        return gettext(_HIDDEN_FROM_YOU)
    if not even_if_closed and not is_open(channel):
        return gettext(_CLOSED, channel=channel.mention)
    if isinstance(channel, discord.ForumChannel) and not posts:
        return gettext(_FORUM)
    if posts and isinstance(channel, discord.TextChannel) and not channel.is_news():
        return gettext(_NO_POSTS, channel=channel.mention)
    return None


def _may_read(person: discord.User | discord.Member, channel: Readable) -> bool:
    if not isinstance(person, discord.Member):
        return False
    permissions = channel.permissions_for(person)
    return permissions.view_channel and permissions.read_message_history
