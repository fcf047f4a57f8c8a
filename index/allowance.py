"""How much a library may hold, and what is refused because it would be more."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import NoRoom, mark
from index.parse.limits import show_name
from index.reuse import Prepared
from index.store import Store

_UNITS = (
    (
        mark(
            "{name} does not fit: {used:,.0f} of {most:,.0f} documents are used here, and it needs"
            " {more:,.0f} more. {advice}"
        ),
        1,
    ),
    (
        mark(
            "{name} does not fit: {used:,.0f} of {most:,.0f} passages are used here, and it needs"
            " {more:,.0f} more. {advice}"
        ),
        1,
    ),
    (
        mark(
            "{name} does not fit: {used:,.1f} of {most:,.1f} MB are used here, and it needs"
            " {more:,.1f} more. {advice}"
        ),
        1 << 20,
    ),
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The most of each that a library may hold; `advice` says what to do where more is wanted, and
    is marked where it is to be said in other languages."""

    documents: int
    passages: int
    size_bytes: int
    """Of the files and pages that the documents come from."""
    advice: str

    def require_some(self, store: Store, name: str) -> None:
        """Raise NoRoom where nothing new fits any more, whatever its size."""
        self._require(name, store.usage(), (1, 1, 1))

    def require_room(self, store: Store, coming: Prepared, waiting: Sequence[Prepared]) -> None:
        """Raise NoRoom where a document does not fit beside those that are on their way.

        One that takes no more than the document that it replaces always fits.
        """
        used = [store.usage(), *map(_grow, waiting)]
        self._require(coming.incoming.name, tuple(map(sum, zip(*used, strict=True))), _grow(coming))

    def _require(self, name: str, used: Sequence[int], more: Sequence[int]) -> None:
        allowed = (self.documents, self.passages, self.size_bytes)
        for has, needs, most, (template, size) in zip(used, more, allowed, _UNITS, strict=True):
            if needs > 0 and has + needs > most:
                raise NoRoom(
                    template,
                    name=show_name(name),
                    used=has / size,
                    most=most / size,
                    more=needs / size,
                    advice=self.advice,
                )


def _grow(ready: Prepared) -> tuple[int, int, int]:
    """By how much a library's documents, passages and bytes grow."""
    passages, size, before = len(ready.passages), ready.incoming.size_bytes, ready.replaces
    if before is None:
        return 1, passages, size
    return 0, passages - before.passages, size - before.size_bytes
