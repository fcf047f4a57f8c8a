"""A channel → its posts: pinned messages, announcements, or a forum's threads. Nobody is named."""

import re
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import Any

import aiohttp
import discord

from bot.types import Post, Posts, Report, Saying
from index.errors import SourceError
from index.summary import Progress

MOST_PINS, MOST_MESSAGES, MOST_THREADS, MOST_REPLIES = 250, 1000, 200, 100
"""Messages of a channel and threads of a forum that are read, the latest; replies to one post."""

Readable = discord.TextChannel | discord.ForumChannel

_MENTION = re.compile(r"<(@&|@!?|#|id:|/|t:|a?:)([^<>\n]{1,120})>")
_EVERYONE = re.compile(r"@(everyone|here)\b")
_SPOILER = re.compile(r"\|\|[^|]{1,4000}\|\|")
_WRITTEN = (discord.MessageType.default, discord.MessageType.reply)


async def look_at_channel(
    channel: Readable,
    report: Report,
    *,
    posts: bool,
    threads: Collection[int] | None = None,
) -> Posts:
    """What a channel holds now: pinned messages, with `posts` all of an announcement channel's
    messages or a forum's threads; of a forum only some threads, where they are named.

    Raises SourceError where Discord does not let the bot read them, and what `report` raises.
    """

    def tick(done: int, known: int = 0) -> None:
        report(Progress(f"#{channel.name}", done, max(done, known, 1), 0, 0, 0, 0))

    tick(0)
    try:
        if isinstance(channel, discord.ForumChannel):
            if threads is not None:
                return await _look_at_threads(channel, threads)
            read: list[Post] = []
            listed = [thread async for thread in _list_threads(channel)]
            for thread in listed:
                tick(len(read), len(listed))
                read.append(await _read_thread(thread))
            return Posts(tuple(read))
        found: dict[int, discord.Message] = {}
        async for pinned in channel.pins(limit=MOST_PINS):
            found[pinned.id] = pinned
        if posts and channel.is_news():
            async for message in channel.history(limit=MOST_MESSAGES):
                found[message.id] = message
                tick(0)
        made = (_read_message(channel, message) for message in found.values())
        return Posts(tuple(post for post in made if post.sayings))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        status = f"HTTP {error.status}" if isinstance(error, discord.HTTPException) else "no answer"
        raise SourceError(
            "#{channel} cannot be read ({status}). The bot needs View Channel and Read Message"
            " History there.",
            channel=channel.name,
            status=status,
        ) from error


def hide_people(text: str, guild: discord.Guild) -> str:
    """A message's text with neutral words where it mentions people, and spoilers left out."""

    def neutral(found: re.Match[str]) -> str:
        kind, rest = found[1], found[2]
        if kind in ("@", "@!"):
            return "a member"
        if kind == "@&":
            return "a role"
        if kind == "#" and rest.isdecimal():
            channel = guild.get_channel_or_thread(int(rest))
            return f"#{channel.name}" if channel else "a channel"
        if kind == "/":
            return f"/{rest.partition(':')[0]}"
        if kind == "t:":
            return _show_time(rest.partition(":")[0])
        return "" if kind == "id:" else f":{rest.partition(':')[0]}:"

    text = _SPOILER.sub("(hidden)", text)
    return _EVERYONE.sub("everyone", _MENTION.sub(neutral, text))


async def _look_at_threads(channel: discord.ForumChannel, threads: Collection[int]) -> Posts:
    found: list[Post] = []
    gone: set[int] = set()
    for id in threads:
        try:
            thread = channel.get_thread(id) or await channel.guild.fetch_channel(id)
            if isinstance(thread, discord.Thread) and thread.parent_id == channel.id:
                found.append(await _read_thread(thread))
        except discord.NotFound:
            gone.add(id)
    return Posts(tuple(found), whole=False, gone=frozenset(gone))


async def _list_threads(channel: discord.ForumChannel) -> AsyncIterator[discord.Thread]:
    """The open threads and, latest first, those that are archived."""
    seen: set[int] = set()
    for thread in sorted(await channel.guild.active_threads(), key=lambda one: -one.id):
        if thread.parent_id == channel.id and len(seen) < MOST_THREADS:
            seen.add(thread.id)
            yield thread
    if len(seen) < MOST_THREADS:
        async for thread in channel.archived_threads(limit=MOST_THREADS - len(seen)):
            if thread.id not in seen:
                seen.add(thread.id)
                yield thread


async def _read_thread(thread: discord.Thread) -> Post:
    """A forum's post: what begins it, and its first replies."""
    history = thread.history(limit=MOST_REPLIES, oldest_first=True)
    sayings = [_say(message, thread.guild) async for message in history]
    parent = thread.parent.name if thread.parent else ""
    return Post(
        thread.id,
        thread.jump_url,
        f"#{parent} · {discord.utils.snowflake_time(thread.id):%Y-%m-%d}",
        tuple(filter(None, sayings)),
        " ".join(hide_people(thread.name, thread.guild).split()),
        thread.owner_id,
    )


def _read_message(channel: discord.TextChannel, message: discord.Message) -> Post:
    saying = _say(message, channel.guild)
    place = f"#{channel.name} · {message.created_at:%Y-%m-%d}"
    return Post(message.id, message.jump_url, place, (saying,) if saying else ())


def _say(message: discord.Message, guild: discord.Guild) -> Saying | None:
    """What a member has written; None for bots and for what Discord itself says."""
    if message.author.bot or message.webhook_id or message.type not in _WRITTEN:
        return None
    text = hide_people(message.content, guild).strip()
    return Saying(message.id, message.author.id, text) if text else None


def _show_time(seconds: str) -> str:
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def find_objection(channel: Readable, me: discord.Member) -> SourceError | None:
    """Why the bot cannot read a channel."""
    permissions = channel.permissions_for(me)
    if permissions.view_channel and permissions.read_message_history:
        return None
    return SourceError(
        "{name} needs View Channel and Read Message History for the bot.", name=f"#{channel.name}"
    )


def is_open(channel: Readable) -> bool:
    """Whether everyone in the server may read the channel, at any age."""
    everyone = channel.permissions_for(channel.guild.default_role)
    return everyone.view_channel and everyone.read_message_history and not channel.nsfw


def is_thread_of(thread: Any, channel: int) -> bool:
    """Whether something is a thread that stands in a channel."""
    return isinstance(thread, discord.Thread) and thread.parent_id == channel
