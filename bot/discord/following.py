"""Channels that are documents: looked at again when something changes there, and now and then.

What happens in a channel within moments is one look. A look is made here, and what came of it is
indexed in the line of the server's jobs.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.ext import commands

from bot.discord.explain import describe_error
from bot.discord.posts import (
    Readable,
    find_objection,
    is_open,
    is_thread_of,
    look_at_channel,
)
from bot.language import mark
from bot.libraries.summaries import join_summaries
from bot.types import Report
from index.errors import LibraryError, SourceError
from index.summary import Failure, Summary
from index.types import Origin

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Known = dict[int, tuple[Origin, dict[int, int]]]

DEBOUNCE_S = 2.0
"""How long more changes are waited for."""

CLOSED = mark(
    "Not everyone in this server may read the channel any more, so its posts are left out. Add it"
    " again with `/docs channel` and `even_if_closed`, or open it."
)
NO_INTENT = mark(
    "The bot has no message content intent, without which Discord hides what messages say."
    " `/docs channel` tells the operator how to turn it on."
)

log = logging.getLogger(__name__)


class Following(commands.Cog):
    """Hears what changes in channels that are documents."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._upkeep = bot.engine.upkeep
        self._known: dict[int, Known] = {}
        """By server: its channels that are documents, and to which post each message belongs."""
        self._stirred: dict[tuple[int, int], set[int] | None] = {}
        """By server and channel: the threads that changed; None: all may have."""
        self._waiting: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def cog_unload(self) -> None:
        """Wait for nothing any more."""
        for task in self._waiting.values():
            task.cancel()

    async def refresh(
        self,
        guild: int,
        origin: Origin,
        report: Report,
        threads: Collection[int] | None = None,
    ) -> Summary:
        """What changed in a channel, from inside a job of the server."""
        place = self._bot.get_guild(guild)
        if place is None or place.unavailable:
            return join_summaries([])
        try:
            channel = await _find_channel(place, origin)
            if channel is None:
                return await self._upkeep.drop(guild, origin.id)
            if not (origin.options.get("closed") or is_open(channel)):
                summary = await self._upkeep.note_failure(guild, origin.id, CLOSED, empty=True)
                return _fail(summary, origin, SourceError(CLOSED))
            if not self._bot.settings.message_content:
                raise SourceError(NO_INTENT)
            if objection := find_objection(channel, place.me):
                raise objection
            chosen = bool(origin.options.get("posts"))
            posts = await look_at_channel(channel, report, posts=chosen, threads=threads)
            return await self._upkeep.take(guild, origin.id, posts, report)
        except SourceError as error:
            summary = await self._upkeep.note_failure(guild, origin.id, str(error))
            return _fail(summary, origin, error)
        finally:
            self.forget(guild)

    async def refresh_all(self, guild: int, report: Report) -> Summary:
        """What changed in all channels of a server, from inside a job of it."""
        known = await self.know(guild)
        return join_summaries(
            [await self.refresh(guild, origin, report) for origin, _ in known.values()]
        )

    async def know(self, guild: int) -> Known:
        """A server's channels that are documents, by id."""
        known = self._known.get(guild)
        if known is None:
            try:
                known = await self._upkeep.channels(guild)
            except LibraryError as error:  # told once: members write on
                log.warning("the channels of server %d are not followed: %s", guild, error)
                known = {}
            self._known[guild] = known
        return known

    def forget(self, guild: int) -> None:
        """Read anew, when it is asked for, which channels a server has."""
        self._known.pop(guild, None)

    def stir(self, guild: int, channel: int, thread: int | None = None) -> None:
        """Look at a channel, or at one thread of it, in a moment."""
        key = guild, channel
        before = self._stirred.get(key, set())
        self._stirred[key] = None if thread is None or before is None else before | {thread}
        if key not in self._waiting:
            self._waiting[key] = asyncio.create_task(self._settle(*key))

    async def stir_all(self, guild: int) -> None:
        """Look at all channels of a server in a moment."""
        for channel in await self.know(guild):
            self.stir(guild, channel)

    async def _settle(self, guild: int, channel: int) -> None:
        """Look at a channel once nothing has changed there for a moment, until that stays so."""
        key = guild, channel
        try:
            while key in self._stirred:
                await asyncio.sleep(DEBOUNCE_S)
                threads = self._stirred.pop(key)
                known = (await self.know(guild)).get(channel)
                if known is None:
                    return
                origin = known[0]

                async def work(
                    report: Report,
                    origin: Origin = origin,
                    threads: Collection[int] | None = threads,
                ) -> Summary:
                    return await self.refresh(guild, origin, report, threads)

                await self._bot.jobs.run(guild, mark("Following a channel"), work)
        except Exception as error:  # noqa: BLE001 - nobody waits for it; it is logged
            describe_error(error, f", server {guild}, channel {channel}")
        finally:
            self._stirred.pop(key, None)
            del self._waiting[key]

    async def _hear(self, guild: int | None, place: int, messages: Collection[int] = ()) -> None:
        """Something changed in a channel or a thread; `messages` did, if they were there before."""
        if guild is None:
            return
        for channel, (origin, posts) in tuple((await self.know(guild)).items()):
            changed = {posts[message] for message in messages if message in posts}
            if place == channel:
                if changed or origin.options.get("posts"):
                    self.stir(guild, channel)
            elif changed or is_thread_of(self._bot.get_channel(place), channel):
                self.stir(guild, channel, place)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A post may have come."""
        if message.guild and not message.author.bot:
            await self._hear(message.guild.id, message.channel.id)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A post may read otherwise."""
        await self._hear(payload.guild_id, payload.channel_id, [payload.message_id])

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A post may be gone."""
        await self._hear(payload.guild_id, payload.channel_id, [payload.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Posts may be gone."""
        await self._hear(payload.guild_id, payload.channel_id, payload.message_ids)

    @commands.Cog.listener()
    async def on_guild_channel_pins_update(
        self, channel: discord.abc.GuildChannel | discord.Thread, _: object
    ) -> None:
        """Something was pinned, or is not any more."""
        if channel.id in await self.know(channel.guild.id):
            self.stir(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """A forum may have a new post."""
        if thread.parent_id in await self.know(thread.guild.id):
            self.stir(thread.guild.id, thread.parent_id, thread.id)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """A forum's post may have another name."""
        if payload.parent_id in await self.know(payload.guild_id):
            self.stir(payload.guild_id, payload.parent_id, payload.thread_id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A forum's post is gone."""
        if payload.parent_id in await self.know(payload.guild_id):
            self.stir(payload.guild_id, payload.parent_id, payload.thread_id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Others may read a channel now, or it has another name."""
        if after.id in await self.know(after.guild.id):
            self.stir(after.guild.id, after.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone, with its posts."""
        if channel.id in await self.know(channel.guild.id):
            self.stir(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        """Everyone, or the bot, may read other channels now."""
        if after.is_default() or after in after.guild.me.roles:
            await self.stir_all(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot is no longer there; what it holds stays some days, for when it comes back."""
        self.forget(guild.id)


async def _find_channel(guild: discord.Guild, origin: Origin) -> Readable | None:
    """The channel of an origin; None where it is gone. Raises SourceError."""
    id, name = int(origin.options["channel"]), str(origin.options.get("name", ""))
    channel: object = guild.get_channel(id)
    if channel is None:  # deleted, or hidden from the bot
        try:
            channel = await guild.fetch_channel(id)
        except discord.NotFound:
            return None
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            raise SourceError(
                "{name} is hidden from the bot. Let it view the channel.", name=name
            ) from error
    if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        raise SourceError("{name} is no channel whose posts can be read any more.", name=name)
    return channel


def _fail(summary: Summary, origin: Origin, error: SourceError) -> Summary:
    failure = Failure(str(origin.options.get("name", origin.address)), error)
    return join_summaries([summary, Summary((), (), (), (), (failure,), 0, 0, 0.0)])
