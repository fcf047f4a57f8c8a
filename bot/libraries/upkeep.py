"""Origins off the event loop: what the bot awaits of the web, of repositories and of channels."""

from collections.abc import Sequence

from bot.audience import NOBODY, Audience
from bot.libraries.lanes import Lanes
from bot.libraries.origins import Options, Origins
from bot.libraries.places import Places
from bot.libraries.turns import Turns
from bot.types import Group, Posts, Ref, Report, Sight
from index.summary import Summary
from index.types import Kind, Origin


class Upkeep:
    """Looks and changes, for one server at a time; `guild` None means the operator's library.

    Every method raises LibraryError for what is wrong with a library's files.
    """

    def __init__(self, places: Places, turns: Turns, lanes: Lanes) -> None:
        self._origins = Origins(places, turns)
        self._lanes = lanes

    async def groups(self, guild: int | None) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
        """The origins of the server's own documents and of the operator's."""
        return await self._lanes.run("lists", self._origins.groups, guild)

    async def due(self, guilds: Sequence[int | None]) -> tuple[tuple[int | None, Origin], ...]:
        """What is to be looked at again by now."""
        return await self._lanes.run("lists", self._origins.due, guilds)

    async def add(
        self, guild: int, kind: Kind, address: str, options: Options, every_s: int, report: Report
    ) -> Summary:
        """What came of a page or a site. Raises SourceError and what `report` raises."""
        stoppable = self._lanes.stoppable(report)
        add = self._origins.add
        return await self._lanes.work(guild, add, guild, kind, address, options, every_s, stoppable)

    async def add_channel(
        self, guild: int, address: str, options: Options, every_s: int, posts: Posts, report: Report
    ) -> Summary:
        """What came of a channel that is added."""
        stoppable = self._lanes.stoppable(report)
        add = self._origins.add_channel
        return await self._lanes.work(
            guild, add, guild, address, options, every_s, posts, stoppable
        )

    async def refresh(self, guild: int | None, origin: int, report: Report) -> Summary:
        """What changed in an origin that is no channel. Raises UnknownDocument."""
        stoppable = self._lanes.stoppable(report)
        return await self._lanes.work(guild, self._origins.refresh, guild, origin, stoppable)

    async def take(self, guild: int, origin: int, posts: Posts, report: Report) -> Summary:
        """What a look at a channel changed. Raises UnknownDocument."""
        stoppable = self._lanes.stoppable(report)
        return await self._lanes.work(guild, self._origins.take, guild, origin, posts, stoppable)

    async def note_failure(
        self, guild: int, origin: int, reason: str, *, empty: bool = False
    ) -> Summary:
        """Keep why a look at a channel failed; with `empty` its documents go."""
        note = self._origins.note_failure
        return await self._lanes.work(guild, note, guild, origin, reason, empty=empty)

    async def remove(self, guild: int, origin: int) -> Group:
        """The origin that was removed. Raises UnknownDocument and JobRunning."""
        return await self._lanes.run("lists", self._origins.remove, guild, origin)

    async def drop(self, guild: int, origin: int) -> Summary:
        """What went with an origin that is gone itself, after its turn."""
        return await self._lanes.work(guild, self._origins.drop, guild, origin)

    async def channels(self, guild: int) -> dict[int, tuple[Origin, dict[int, int]]]:
        """The channels that are documents here, by id, and of their messages the posts' ids."""
        return await self._lanes.run("lists", self._origins.channels, guild)

    async def leave_out(self, guild: int, user: int, out: bool) -> None:
        """Keep someone's messages out of documents from now on, or let them in again."""
        await self._lanes.run("desk", self._origins.leave_out, guild, user, out)

    async def drop_posts(self, guild: int, user: int) -> Summary:
        """Remove the documents that someone's messages are part of."""
        return await self._lanes.work(guild, self._origins.drop_posts, guild, user)

    async def pictures(
        self,
        guild: int | None,
        passage: Ref,
        question: str | None,
        audience: Audience = NOBODY,
    ) -> Sight:
        """The pages that a passage stands on, as pictures."""
        asked = guild, passage, question, audience
        return await self._lanes.run("pictures", self._origins.pictures, *asked)
