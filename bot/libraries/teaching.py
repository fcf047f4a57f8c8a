"""Taught answers off the event loop: what the bot awaits."""

from bot.libraries.lanes import Lanes
from bot.libraries.lessons import Lessons
from bot.libraries.places import Places
from bot.libraries.turns import Turns
from bot.types import Lesson
from index.types import Taught


class Teaching:
    """Lists and changes what one server was taught.

    Every method raises LibraryError for what is wrong with a library's files.
    """

    def __init__(self, places: Places, turns: Turns, lanes: Lanes) -> None:
        self._lessons = Lessons(places, turns)
        self._lanes = lanes

    async def list(self, guild: int) -> tuple[Lesson, ...]:
        """All of the server's own, by question."""
        return await self._lanes.run("lists", self._lessons.list, guild)

    async def find(self, guild: int, id: int) -> Lesson:
        """One of them. Raises UnknownDocument."""
        return await self._lanes.run("desk", self._lessons.find, guild, id)

    async def versions(self, guild: int, id: int) -> tuple[Lesson, ...]:
        """All versions of one, the last first. Raises UnknownDocument."""
        return await self._lanes.run("desk", self._lessons.versions, guild, id)

    async def teach(
        self,
        guild: int,
        question: str,
        answer: str,
        *,
        cited: str,
        who: int,
        id: int | None = None,
    ) -> Lesson:
        """The answer as it was taught, or the next version of the one of that id, once the index
        jobs of the server are done; see `Lessons`."""
        return await self._lanes.work(
            guild, self._lessons.teach, guild, question, answer, cited, who, id
        )

    async def remove(self, guild: int, id: int) -> Taught:
        """The answer that was removed. Raises UnknownDocument and JobRunning."""
        return await self._lanes.run("lists", self._lessons.remove, guild, id)
