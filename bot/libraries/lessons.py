"""What a server was taught: listed, changed, and without who did where they wish so. Any thread."""

from bot.audience import KEEPERS
from bot.libraries.citing import read_cited
from bot.libraries.places import Places, find_document
from bot.libraries.turns import Turns
from bot.types import Lesson, Ref
from index.library import Library
from index.types import Taught


class Lessons:
    """Opens what it needs for each call, and closes it again. Changes take their turns."""

    def __init__(self, places: Places, turns: Turns) -> None:
        self._places = places
        self._turns = turns

    def list(self, guild: int) -> tuple[Lesson, ...]:
        """The server's own taught answers, by question."""
        with self._places.reach(guild, lacking=True) as libraries:
            return tuple(_enter(taught, libraries) for taught in libraries[False].taught())

    def find(self, guild: int, id: int) -> Lesson:
        """One of them. Raises UnknownDocument."""
        with self._places.reach(guild, lacking=True) as libraries:
            return _enter(libraries[False].versions(id)[0], libraries)

    def versions(self, guild: int, id: int) -> tuple[Lesson, ...]:
        """All versions of one, the last first. Raises UnknownDocument."""
        with self._places.reach(guild, lacking=True) as libraries:
            return tuple(_enter(taught, libraries) for taught in libraries[False].versions(id))

    def teach(
        self, guild: int, question: str, answer: str, cited: str, who: int, id: int | None
    ) -> Lesson:
        """The answer as it was taught; `cited` is a document as a choice or as typed, or "".

        Raises TeachingError, NoRoom, UnknownDocument and ModelChanged.
        """
        with self._turns.take(guild), self._places.reach(guild, lacking=True) as libraries:
            ref = str(find_document(libraries, cited, KEEPERS)[0]) if cited else None
            own = libraries[False]
            taught = own.teach(question, answer, cited=ref, who=who, id=id)
            return _enter(taught, libraries)

    def remove(self, guild: int, id: int) -> Taught:
        """The answer that was removed with all versions. Raises UnknownDocument and JobRunning."""
        with self._turns.take(guild, wait=False), self._places.library(guild) as library:
            return library.unteach(id)


def count_taught(places: Places, guild: int | None, user: int) -> int:
    """How many versions of a server's taught answers a person has written."""
    if guild is None:
        return 0
    with places.library(guild) as library:
        return library.store.taught.count_of(user)


def forget_teacher(places: Places, guild: int | None, user: int) -> int:
    """How many that were; from now on nothing tells that it was them."""
    count = count_taught(places, guild, user)
    if guild is not None and count:
        with places.library(guild) as library, library.store.transaction():
            library.store.taught.forget(user)
    return count


def _enter(taught: Taught, libraries: dict[bool, Library]) -> Lesson:
    ref = read_cited(taught.cited)
    library = libraries.get(ref.shared) if ref else None
    cited = library.store.record(ref.id) if ref and library else None
    return Lesson(Ref(False, taught.id), taught, cited)
