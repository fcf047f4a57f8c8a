"""What is kept no longer is removed: questions after their days, and servers that the bot has left.

A server that is out for a while is not one that was left: Discord still counts the bot in.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands, tasks

from bot.discord.explain import describe_error

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

EVERY_S = 3600.0


class Tidying(commands.Cog):
    """Tidies every hour, and at once when the bot comes to a server or leaves one."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._loop: tasks.Loop[Any] = tasks.loop(seconds=EVERY_S)(self.tidy)

    async def cog_load(self) -> None:
        """Begin."""
        self._loop.start()

    async def cog_unload(self) -> None:
        """End."""
        self._loop.cancel()

    async def tidy(self) -> None:
        """Compare the servers that the bot is in with those that it keeps, once all are known."""
        if not self._bot.is_ready():
            return
        try:
            await self._bot.engine.tidy({guild.id for guild in self._bot.guilds})
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the next time may go well; it is logged
            describe_error(error, ", tidying")

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """The bot may have left servers while it was off."""
        await self.tidy()

    @commands.Cog.listener()
    async def on_guild_remove(self, _: discord.Guild) -> None:
        """The bot has left a server."""
        await self.tidy()

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """The bot may be back in a server."""
        await self.tidy()
