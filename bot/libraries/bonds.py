"""Who may read a server's documents, changed off the event loop: what the bot awaits."""

from collections.abc import Callable

from bot.audience import KEEPERS
from bot.libraries.lanes import Lanes
from bot.libraries.places import Places, find_document
from bot.libraries.turns import Turns
from bot.types import Ref

Change = Callable[[frozenset[str] | None], frozenset[str] | None]
"""A document's labels, None where everybody may read it → those that it is to have, none for
everybody; None leaves it as it is."""


class BondDesk:
    """Binds a server's own documents; those of the operator are for everybody."""

    def __init__(self, places: Places, turns: Turns, lanes: Lanes) -> None:
        self._places = places
        self._turns = turns
        self._lanes = lanes

    async def find_labels(self, guild: int) -> frozenset[str]:
        """All labels that a server's documents are bound to. Raises LibraryError."""
        return await self._lanes.run("desk", self._find_labels, guild)

    async def bind(self, guild: int, document: Ref, change: Change) -> None:
        """Bind a document, so that the next question finds it so.

        Raises UnknownDocument, JobRunning while an index job of the server runs, ReadersError, and
        LibraryError for what is wrong with a library's files.
        """
        await self._lanes.run("lists", self._bind, guild, document, change)

    def _find_labels(self, guild: int) -> frozenset[str]:
        with self._places.library(guild) as library:
            return library.store.readers.labels()

    def _bind(self, guild: int, document: Ref, change: Change) -> None:
        # As whoever takes a turn: answers that cite the document are looked at after it.
        with (
            self._turns.take(guild, wait=False),
            self._places.reach(guild, own_only=True) as libraries,
        ):
            _, record = find_document(libraries, f"#{document}", KEEPERS)
            library = libraries[False]
            labels = change(library.store.readers.bonds().get(record.name))
            if labels is not None:
                library.bind(record.name, labels)
