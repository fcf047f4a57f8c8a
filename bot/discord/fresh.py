"""Sources brought up to date: what is due is looked at again, one at a time, while the bot runs."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from discord.ext import commands, tasks

from bot.discord.explain import describe_error
from bot.discord.following import Following
from bot.language import mark
from bot.types import Report
from index.summary import Summary
from index.types import Origin

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

EVERY_S = 60.0
"""How often it is looked what is due."""
MOST_AT_ONCE = 50
"""Looks between two such looks; what is left is due then still."""
REST_S = 3600.0
"""After this a source is tried again whose look could not even be kept, as with another model."""

log = logging.getLogger(__name__)


class Fresh(commands.Cog):
    """Looks again at the operator's sources and at those of every server that the bot is in."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._upkeep = bot.engine.upkeep
        self._resting: dict[tuple[int | None, int], float] = {}
        self._loop: tasks.Loop[Any] = tasks.loop(seconds=EVERY_S)(self._tick)

    async def cog_load(self) -> None:
        """Begin."""
        self._loop.start()

    async def cog_unload(self) -> None:
        """End; a look that is under way ends with the jobs."""
        self._loop.cancel()

    async def bring_up_to_date(self) -> int:
        """How many sources were looked at again, of those that are due."""
        due = await self._upkeep.due([None, *(guild.id for guild in self._bot.guilds)])
        now = time.monotonic()
        ready = [one for one in due if self._resting.get((one[0], one[1].id), 0.0) <= now]
        looked = 0
        for guild, origin in ready[:MOST_AT_ONCE]:
            if self._bot.jobs.are_there(guild):
                continue  # the others need not wait for a long job of one
            looked += 1

            async def work(
                report: Report, guild: int | None = guild, origin: Origin = origin
            ) -> Summary:
                return await self.refresh(guild, origin, report)

            title = mark("Looking for what changed")
            if await self._bot.jobs.run(guild, title, work) is None:
                self._resting[guild, origin.id] = now + REST_S
        return looked

    async def refresh(self, guild: int | None, origin: Origin, report: Report) -> Summary:
        """What changed in a source, from inside a job of its server, None for the operator."""
        if guild is not None and origin.kind == "channel":
            following = self._bot.get_cog("Following")
            assert isinstance(following, Following)
            return await following.refresh(guild, origin, report)
        return await self._upkeep.refresh(guild, origin.id, report)

    async def _tick(self) -> None:
        if not self._bot.is_ready() or self._bot.engine.reading:
            return
        try:
            await self.bring_up_to_date()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the next look may go well; it is logged
            describe_error(error, ", sources that are due")
