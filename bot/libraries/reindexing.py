"""Reindexing off the event loop: what the bot awaits."""

from bot.libraries.drafts import Comparison, Drafts
from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.libraries.turns import Turns
from bot.types import Report
from index.summary import Summary


class Reindexing:
    """Reindexes one server's own documents, and puts drafts to use.

    Every method raises LibraryError for what is wrong with a library's files.
    """

    def __init__(self, places: Places, turns: Turns, lanes: Lanes) -> None:
        self._drafts = Drafts(places, turns)
        self._lanes = lanes

    async def reindex(
        self, guild: int, report: Report, *, document: str = "", full: bool = False
    ) -> Summary:
        """What changed in the server's own documents, or in one; with `full` all is done afresh.

        It is `Reindexed` where questions are confirmed. Raises ModelChanged, UnknownDocument and
        what `report` raises.
        """
        stoppable = self._lanes.stoppable(report)
        return await self._lanes.work(guild, self._drafts.reindex, guild, document, full, stoppable)

    async def refresh(self, guild: int, origin: int, report: Report) -> Summary:
        """The same for an origin that is no channel. Raises UnknownDocument."""
        stoppable = self._lanes.stoppable(report)
        return await self._lanes.work(guild, self._drafts.refresh, guild, origin, stoppable)

    async def waiting(self, guild: int) -> str:
        """The id of the draft that waits for an admin's word; "" where none does."""
        return await self._lanes.run("lists", self._drafts.waiting, guild)

    async def accept(self, guild: int, id: str) -> bool:
        """Whether a draft is in use from now on, once the index jobs of the server are done."""
        return await self._lanes.work(guild, self._drafts.accept, guild, id)

    async def drop(self, guild: int, id: str) -> bool:
        """Whether a draft waited that is gone now."""
        return await self._lanes.work(guild, self._drafts.drop, guild, id)

    async def compare(self, guild: int, id: str) -> Comparison | None:
        """The answers of the library and of a draft that waits; None where it has gone."""
        return await self._lanes.work(guild, self._drafts.compare, guild, id)

    async def tidy(self) -> None:
        """Drop the drafts of which nothing can come any more."""
        await self._lanes.run("lists", self._drafts.tidy)
