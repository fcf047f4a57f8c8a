"""Answers that were given, held against the documents as they are now."""

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.audience import NOBODY, Audience
from bot.libraries.citings import Cited
from bot.libraries.hidden import find_hidden
from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.libraries.turns import Turns
from bot.types import Ref
from index.errors import LibraryError
from index.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a document that an answer cites."""

    title: str
    """"" where it is not known."""
    gone: bool
    """Whether the document was removed; else it says something else there now."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """An answer that cites what is no longer as it was."""

    channel: int
    message: int
    changes: tuple[Change, ...]
    passages: tuple[Ref, ...]
    """Those that it cites and that no longer stand."""


@dataclass(frozen=True, slots=True)
class Closed:
    """An answer that cites a document which not all who see the answer may read any more."""

    channel: int
    message: int
    passages: tuple[Ref, ...]
    """All that it cites."""


class AnswerDesk:
    """What the bot awaits about answers that it gave in a server."""

    def __init__(self, places: Places, turns: Turns, lanes: Lanes) -> None:
        self._places = places
        self._turns = turns
        self._lanes = lanes
        self._noting: set[asyncio.Task[None]] = set()

    def note(self, guild: int, channel: int, message: int, passages: Sequence[Ref]) -> None:
        """Remember what an answer cites that is there already; what goes wrong is logged."""
        cited = tuple(dict.fromkeys(passages))
        noting = asyncio.create_task(
            self._lanes.run("desk", _note, self._places, guild, channel, message, cited)
        )
        self._noting.add(noting)
        noting.add_done_callback(self._note_end)

    async def finish(self) -> None:
        """Wait for what is being noted."""
        if self._noting:
            await asyncio.wait(self._noting)

    async def find_outdated(self, guild: int) -> tuple[Outdated, ...]:
        """The answers that cite what is no longer as it was, the oldest first."""
        return await self._lanes.run("lists", _find_outdated, self._places, guild)

    async def find_bound(self, guild: int) -> frozenset[int]:
        """The channels with answers that cite a document which is not for everybody."""
        return await self._lanes.run("lists", _find_bound, self._places, guild)

    async def find_closed(
        self, guild: int, audiences: Mapping[int, Audience]
    ) -> tuple[Closed, ...]:
        """The answers in channels, with who reads what is said in each, that cite what they may not
        read, the oldest first."""
        return await self._lanes.run("lists", _find_closed, self._places, guild, audiences)

    async def forget(self, guild: int, answer: Outdated | Closed) -> None:
        """Forget that an answer cites what it was told of, or what it cannot be told of."""
        await self._lanes.run("desk", _forget, self._places, guild, answer)

    def take_changed(self) -> set[int | None]:
        """The servers, or None for the operator, whose documents may have changed since the last
        call."""
        return self._turns.take_ended()

    def _note_end(self, noting: asyncio.Task[None]) -> None:
        self._noting.discard(noting)
        if not noting.cancelled() and noting.exception():
            log.warning("what an answer cites could not be noted: %s", noting.exception())


def _note(places: Places, guild: int, channel: int, message: int, passages: Sequence[Ref]) -> None:
    cited: list[Cited] = []
    for shared, of_place in _part(passages).items():
        with places.library(None if shared else guild) as library:
            found = library.store.passages(ref.id for ref in of_place)
        for ref in of_place:
            facts: tuple[int, str, str] = 0, "", ""
            if ref.id in found:
                record, passage = found[ref.id]
                facts = record.id, record.title, _digest(passage.text)
            cited.append(Cited(channel, message, ref, *facts))
    with places.memory(guild) as memory:
        memory.citings.note(cited)


def _find_outdated(places: Places, guild: int) -> tuple[Outdated, ...]:
    with places.memory(guild) as memory:
        cited = memory.citings.all()
    parted = _part([one.passage for one in cited])
    fallen: dict[tuple[int, int], dict[Ref, Change]] = defaultdict(dict)
    for shared in parted:
        of_place = [one for one in cited if one.passage.shared == shared]
        try:
            with places.library(None if shared else guild) as library:
                for one, gone in _find_fallen(library.store, of_place):
                    change = Change(one.title, gone)
                    fallen[one.message, one.channel][one.passage] = change
        except LibraryError as error:  # what cannot be read has not changed
            log.warning("answers of server %d were not compared: %s", guild, error)
    return tuple(
        Outdated(channel, message, tuple(dict.fromkeys(changes.values())), tuple(changes))
        for (message, channel), changes in sorted(fallen.items(), key=lambda one: one[0])
    )


def _find_fallen(store: Store, cited: Sequence[Cited]) -> Iterator[tuple[Cited, bool]]:
    """What is cited and no longer stands, and whether its document is gone.

    A passage stands where its document, or one that has taken its title, still says the same.
    """
    there = store.passages({one.passage.id for one in cited})
    moved = [
        one
        for one in cited
        if one.passage.id not in there or _digest(there[one.passage.id][1].text) != one.digest
    ]
    records = store.records() if moved else ()
    said: dict[int, frozenset[str]] = {}
    for one in moved:
        now = [record.id for record in records if record.id == one.document]
        now = now or [record.id for record in records if one.title and record.title == one.title]
        for id in now:
            if id not in said:
                found = store.passages(store.passage_ids(id)).values()
                said[id] = frozenset(_digest(passage.text) for _, passage in found)
        if not any(one.digest in said[id] for id in now):
            yield one, not now


def _find_bound(places: Places, guild: int) -> frozenset[int]:
    with places.memory(guild) as memory, places.library(guild) as library:
        hidden = find_hidden(library, NOBODY)
        cited = memory.citings.all() if hidden else ()
    return frozenset(one.channel for one in cited if _is_of(one, hidden))


def _find_closed(
    places: Places, guild: int, audiences: Mapping[int, Audience]
) -> tuple[Closed, ...]:
    cited: dict[tuple[int, int], list[Cited]] = defaultdict(list)
    with places.memory(guild) as memory, places.library(guild) as library:
        for one in memory.citings.all():
            cited[one.message, one.channel].append(one)
        hidden = {channel: find_hidden(library, read) for channel, read in audiences.items()}
    return tuple(
        Closed(channel, message, tuple(one.passage for one in answer))
        for (message, channel), answer in sorted(cited.items(), key=lambda one: one[0])
        if any(_is_of(one, hidden.get(channel, frozenset())) for one in answer)
    )


def _is_of(cited: Cited, documents: frozenset[int]) -> bool:
    """Whether it is a passage of one of a server's own documents."""
    return not cited.passage.shared and cited.document in documents


def _forget(places: Places, guild: int, answer: Outdated | Closed) -> None:
    with places.memory(guild) as memory:
        memory.citings.forget(answer.message, answer.passages)


def _part(passages: Sequence[Ref]) -> dict[bool, list[Ref]]:
    """Passages by whether they are the operator's."""
    parted: dict[bool, list[Ref]] = defaultdict(list)
    for ref in passages:
        parted[ref.shared].append(ref)
    return parted


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
