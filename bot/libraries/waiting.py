"""Those who wait for an answer, off the event loop."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.libraries.waits import Outcome, Wait


@dataclass(frozen=True, slots=True)
class Due:
    """Those whose questions are to be asked again."""

    waits: tuple[Wait, ...]
    state: str
    """Names the documents of a server's reach as they are; "" where there are none."""


class WaitDesk:
    """What the bot awaits about those who wait in a server, or for None in direct messages.

    Every method raises LibraryError for what is wrong with a file.
    """

    def __init__(self, places: Places, lanes: Lanes) -> None:
        self._places = places
        self._lanes = lanes

    async def toggle(self, guild: int | None, wait: Wait) -> Outcome:
        """Whether someone waits now, who did not; and the other way round."""
        return await self._lanes.run("desk", _toggle, self._places, guild, wait)

    async def find_due(self, guild: int | None, most: int) -> Due:
        """Those whose questions the documents, as they are now, were not asked yet."""
        return await self._lanes.run("lists", _find_due, self._places, guild, most)

    async def note_asked(self, guild: int | None, waits: Collection[Wait], state: str) -> None:
        """Remember in which state the documents did not answer these."""
        await self._lanes.run("desk", _note_asked, self._places, guild, waits, state)

    async def take(self, guild: int | None, wait: Wait) -> bool:
        """Let someone wait no longer; whether they did until now."""
        return await self._lanes.run("desk", _take, self._places, guild, wait)


def _toggle(places: Places, guild: int | None, wait: Wait) -> Outcome:
    with places.memory(guild) as memory:
        return memory.waits.toggle(wait)


def _find_due(places: Places, guild: int | None, most: int) -> Due:
    with places.memory(guild) as memory:
        memory.waits.expire()
        if not memory.waits.are_there():
            return Due((), "")
        with places.reach(guild) as libraries:
            stores = [library.store for library in libraries.values()]
            # A library that was never written has another generation each time.
            state = " ".join(store.generation for store in stores if store.counts()[0])
        return Due(memory.waits.due(state, most) if state else (), state)


def _note_asked(places: Places, guild: int | None, waits: Collection[Wait], state: str) -> None:
    with places.memory(guild) as memory:
        memory.waits.note_asked(waits, state)


def _take(places: Places, guild: int | None, wait: Wait) -> bool:
    with places.memory(guild) as memory:
        return memory.waits.take(wait)
