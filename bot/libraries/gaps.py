"""Gaps: the questions of a server that found no answer that helped, grouped by meaning."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from bot.libraries.citing import cite
from bot.libraries.crowd import count_people
from bot.libraries.kept import Kept, Topic, Vector
from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.libraries.vectors import embed_texts, name_embedding, pack_vector, unpack_vector
from bot.types import Ref
from index.groups import MOST_GROUPED, find_near, group_vectors, name_groups
from index.library import Library
from index.network import Floats
from index.scripts import WORD, fold_text
from index.types import Citation

Settling = Literal["done", "not ours"]

EXAMPLES = 3
"""Questions of a group that are shown."""
COMPARED = 2_000
"""Questions, the newest, that a group's words are told from."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean the same."""

    ids: tuple[int, ...]
    """Of the questions that are kept; the first is the first example's."""
    words: tuple[str, ...]
    """The most telling ones."""
    people: int
    """About how many asked."""
    refused: int
    unhelpful: int
    """Questions whose answers were voted down."""
    first: datetime
    last: datetime
    """The hours of the oldest and the newest."""
    examples: tuple[str, ...]
    """Of different words, those first that were asked most."""
    confidence: float
    """Of the closest passage, 0..1."""
    closest: Citation | None
    """None where there was none, or where it is gone."""

    @property
    def questions(self) -> int:
        """How many there are."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Gaps:
    """A server's gaps, those first that would help most people."""

    days: int
    """How far back was looked."""
    kept_days: int
    """How long the admins let questions be kept; 0: none is, and there can be no gaps."""
    groups: tuple[Gap, ...]
    left_out: int = 0
    """The oldest questions, where there were more than can be grouped."""
    hidden: int = 0
    """Groups that the admins said are not theirs."""

    def find(self, question: int) -> Gap | None:
        """The group that a question is in, by its id."""
        return next((gap for gap in self.groups if question in gap.ids), None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with all those that use the same words."""

    text: str
    kept: tuple[Kept, ...]
    """The newest first."""


def find_gaps(places: Places, guild: int | None, days: int) -> Gaps:
    """The gaps of a server, of so many days. Raises LibraryError and ModelError."""
    with places.memory(guild) as memory:
        kept_days = memory.preferences().questions_days
        topics = memory.questions.topics()
        open_ = _merge(memory.questions.unsettled(days))
        if not open_:
            return Gaps(days, kept_days, (), hidden=len(topics))
        asked, left_out = open_[:MOST_GROUPED], open_[MOST_GROUPED:]
        vectors, new = _vectors(places, asked)
        if new:
            memory.questions.keep_vectors(new)
        texts = memory.questions.texts(COMPARED)
    made_by = name_embedding(places.encoder())
    means = [unpack_vector(one.vector) for one in topics if one.vector.made_by == made_by]
    mine = [row for row, near in enumerate(find_near(vectors, np.array(means))) if not near]
    groups = [[asked[mine[row]] for row in rows] for rows in group_vectors(vectors[mine])]
    with places.reach(guild, lacking=True) as libraries:
        named = name_groups(
            [[one.text for one in group] for group in groups],
            set(texts) - {one.text for one in asked},
            lambda terms: _count_in_passages(libraries, terms),
            sum(library.store.counts()[0] for library in libraries.values()),
        )
        found = [
            _describe(group, words, lambda passage: _cite(places, guild, libraries, passage))
            for group, words in zip(groups, named, strict=True)
        ]
    found.sort(key=lambda gap: (-gap.people, -gap.questions, gap.words))
    return Gaps(days, kept_days, tuple(found), sum(len(one.kept) for one in left_out), len(topics))


def settle_gap(
    places: Places, guild: int | None, days: int, question: int, how: Settling
) -> Gap | None:
    """Settle the group that a question is in, as it is now; None where it is in none any more.

    "done": it returns once someone asks that again. "not ours": what is asked on it later is hidden
    too, by the mean of its vectors; with another model that is forgotten.
    """
    gap = find_gaps(places, guild, days).find(question)
    if gap is None:
        return None
    with places.memory(guild) as memory:
        topic = None
        if how == "not ours":
            kept = [one for one in memory.questions.unsettled(days) if one.id in gap.ids]
            vectors, _ = _vectors(places, _merge(kept))
            vector = pack_vector(places.encoder(), vectors.mean(0))
            topic = Topic(" ".join(gap.words), vector)
        memory.questions.settle(gap.ids, topic)
    return gap


class GapDesk:
    """The same off the event loop: what the bot awaits."""

    def __init__(self, places: Places, lanes: Lanes) -> None:
        self._places = places
        self._lanes = lanes

    async def find(self, guild: int, days: int) -> Gaps:
        """A server's gaps, of so many days."""
        return await self._lanes.run("lists", find_gaps, self._places, guild, days)

    async def settle(self, guild: int, days: int, question: int, how: Settling) -> Gap | None:
        """The group that was settled; None where it was before."""
        lanes, places = self._lanes, self._places
        return await lanes.run("lists", settle_gap, places, guild, days, question, how)

    async def restore(self, guild: int) -> None:
        """Bring back what the admins said is not theirs."""
        await self._lanes.run("desk", _restore, self._places, guild)

    async def read(self, guild: int, question: int) -> str | None:
        """The words of a question that is kept; None where it is not."""
        return await self._lanes.run("desk", _read, self._places, guild, question)


def _restore(places: Places, guild: int) -> None:
    with places.memory(guild) as memory:
        memory.questions.restore()


def _read(places: Places, guild: int, question: int) -> str | None:
    with places.memory(guild) as memory:
        return memory.questions.text(question)


def _merge(kept: Iterable[Kept]) -> list[_Asked]:
    """The questions of different words, the newest first."""
    merged: dict[str, list[Kept]] = {}
    for one in sorted(kept, key=lambda one: -one.id):
        words = " ".join(WORD.findall(fold_text(one.text)))
        merged.setdefault(words or one.text, []).append(one)
    return [_Asked(same[0].text, tuple(same)) for same in merged.values()]


def _vectors(places: Places, asked: Sequence[_Asked]) -> tuple[Floats, list[tuple[int, Vector]]]:
    """The questions' vectors (n, d), and those of them that had to be made, to be kept.

    Another model's are made anew.
    """
    encoder = places.encoder()
    made_by = name_embedding(encoder)
    newest = [one.kept[0] for one in asked]
    old = [one for one in newest if one.vector is None or one.vector.made_by != made_by]
    made = embed_texts(encoder, [one.text for one in old])
    new = [(one.id, pack_vector(encoder, vector)) for one, vector in zip(old, made, strict=True)]
    kept = dict(new)
    packed = [kept.get(one.id, one.vector) for one in newest]
    return np.array([unpack_vector(one) for one in packed if one]), new


def _count_in_passages(libraries: dict[bool, Library], terms: Iterable[str]) -> dict[str, int]:
    """In how many passages each term stands."""
    wanted = list(terms)
    counted = dict.fromkeys(wanted, 0)
    for library in libraries.values():
        for term, times in library.store.evidence.document_frequencies(wanted).items():
            counted[term] += times
    return counted


def _cite(
    places: Places, guild: int | None, libraries: dict[bool, Library], passage: Ref | None
) -> Citation | None:
    """Where a passage stands; None where there is none, or where it is gone."""
    library = libraries.get(passage.shared) if passage else None
    if passage is None or library is None:
        return None
    found = library.store.passages([passage.id])
    if not found:
        return None
    with places.memory(None if passage.shared else guild) as memory:
        return cite(*found[passage.id], memory.uploads())


def _describe(
    group: Sequence[_Asked],
    words: tuple[str, ...],
    cite_passage: Callable[[Ref | None], Citation | None],
) -> Gap:
    often = sorted(group, key=lambda asked: -len(asked.kept))
    kept = [one for asked in often for one in asked.kept]
    numbers = [one.asker for one in kept if one.asker is not None]
    best = max(kept, key=lambda one: one.confidence)
    examples = tuple(asked.text for asked in often[:EXAMPLES])
    hours = [one.hour for one in kept]
    return Gap(
        tuple(one.id for one in kept),
        words or examples[:1],
        max(count_people(numbers), 1),
        sum(not one.answered for one in kept),
        sum(one.answered for one in kept),
        *(min(hours), max(hours), examples, best.confidence),
        cite_passage(best.passage),
    )
