"""Why a passage came first: its question's words in it, and from which score on it answers."""

from dataclasses import dataclass

from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.types import Found, Ref
from index.errors import UnknownDocument
from index.follow import Reading, read_question
from index.library import Library
from index.matches import find_held, spell_words
from index.search import weigh_words

EXPLAINED = 2
"""Passages of an answer that are explained: the first, and what came second."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a passage was judged by, beside the parts of its score."""

    held: tuple[tuple[str, float], ...]
    """The question's words that stand in it or above it, and the weight of each in its library."""
    lacking: tuple[tuple[str, float], ...]
    threshold: float
    """The score from which on its library takes a passage to answer."""


class Reasons:
    """Looks at what was found once more."""

    def __init__(self, places: Places, lanes: Lanes) -> None:
        self._places = places
        self._lanes = lanes

    async def explain(self, guild: int | None, found: Found) -> tuple[Reason, ...]:
        """A reason for each of the first passages that a server's question found.

        Raises UnknownDocument where one of them is gone, and LibraryError.
        """
        return await self._lanes.run("lists", self._explain, guild, found)

    def _explain(self, guild: int | None, found: Found) -> tuple[Reason, ...]:
        answer = found.answer
        with self._places.reach(guild) as libraries:
            only = found.document
            languages = {
                code
                for shared, library in libraries.items()
                if only is None or only.shared == shared
                for code in library.store.languages()
            }
            reading = read_question(answer.question, answer.earlier, tuple(sorted(languages)))
            asked = " ".join(filter(None, (answer.question, answer.earlier)))
            return tuple(
                _give_reason(libraries.get(ref.shared), asked, reading, ref)
                for ref in found.passages[:EXPLAINED]
            )


def _give_reason(library: Library | None, asked: str, reading: Reading, ref: Ref) -> Reason:
    if library is None or not library.store.passages([ref.id]):
        raise UnknownDocument("This passage is gone: its document changed or was removed.")
    store = library.store
    weighed = weigh_words(
        store, reading.words, reading.carried_words, points_back=reading.points_back
    )
    spelled = spell_words(asked, weighed, store.languages())
    words = [(word, one.idf) for word, one in zip(spelled, weighed, strict=True)]
    held = find_held(store, weighed, ref.id)
    return Reason(
        tuple(word for word, there in zip(words, held, strict=True) if there),
        tuple(word for word, there in zip(words, held, strict=True) if not there),
        library.calibration.threshold,
    )
