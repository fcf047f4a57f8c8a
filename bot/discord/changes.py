"""What follows when documents have changed: answers say so, and who waits for one is told."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from discord.ext import commands, tasks

from bot.discord.amending import Amending
from bot.discord.explain import describe_error
from bot.discord.telling import Telling
from index.errors import LibraryError

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

EVERY_S = 5.0
"""How often it is looked whose documents have changed; several changes are one then."""
ALL_EVERY_S = 3600.0
"""How often everyone's are taken as changed: another process may have changed them."""


class Changes(commands.Cog):
    """Looks whose documents may have changed since the last look; at the start, everyone's."""

    def __init__(self, bot: "FootnoteBot", telling: Telling) -> None:
        self._bot = bot
        self._amending = Amending(bot)
        self._telling = telling
        self._left: set[int | None] = set()
        """Where more people wait than one look tells."""
        self._looked_at_all = float("-inf")
        self._loop: tasks.Loop[Any] = tasks.loop(seconds=EVERY_S)(self._tick)

    async def cog_load(self) -> None:
        """Begin."""
        self._loop.start()

    async def cog_unload(self) -> None:
        """End."""
        self._loop.cancel()

    async def look(self) -> None:
        """Do what follows from the changes since the last look, one server after the other."""
        changed = self._bot.engine.answers.take_changed()
        now = time.monotonic()
        if now - self._looked_at_all >= ALL_EVERY_S:
            self._looked_at_all = now
            changed.add(None)
        places = [guild.id for guild in self._bot.guilds]
        if None not in changed:
            places = [guild for guild in places if guild in changed]
        left, self._left = self._left, set()
        for guild in places:
            await self._attempt(guild, self._amending.amend_all(guild))
        for place in dict.fromkeys([*left, *places, *(changed & {None})]):
            await self._attempt(place, self._tell(place))

    async def _tell(self, guild: int | None) -> None:
        if not await self._telling.tell_some(guild):
            self._left.add(guild)

    async def _attempt(self, guild: int | None, work: Any) -> None:
        """Do it; other servers' files are another matter."""
        try:
            await work
        except LibraryError as error:
            describe_error(error, f", what follows from changes in server {guild}")

    async def _tick(self) -> None:
        if not self._bot.is_ready() or self._bot.engine.reading:
            return
        try:
            await self.look()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the next look may go well; it is logged
            describe_error(error, ", what follows from changes")
