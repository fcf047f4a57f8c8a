"""Kept questions with the passages that came first → what admins confirm, and how good answers are.

No vote and no confirmation changes what is answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.libraries.citing import cite
from bot.libraries.confirmed import Confirmed
from bot.libraries.evaluating import Libraries, Scores, Verdict, find_lost, group_questions, measure
from bot.libraries.kept import Kept
from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.types import Ref
from index.relocate import shingle_text
from index.sources import is_taught
from index.types import Citation, Passage, Record

SLICE = 10
"""Questions that are measured before lists that wait have their turn."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the passage that came first for it, of which nothing is confirmed yet."""

    id: int
    """Of the newest of the questions that are kept in these words."""
    question: str
    helpful: int
    unhelpful: int
    """Votes on all of them."""
    shared: bool
    """Whether the passage is in the operator's library."""
    document: Record
    passage: Passage


@dataclass(frozen=True, slots=True)
class Offer:
    """One candidate of those that wait, and where it stands among them."""

    candidate: Candidate | None
    """None behind the last one."""
    citation: Citation | None
    number: int
    """From 0."""
    waiting: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good the answers of a server are, and what there is to confirm."""

    scores: Scores
    confirmed: tuple[Confirmed, ...]
    waiting: int
    """Candidates."""
    kept_days: int
    """How long the admins let questions be kept; 0: none is, and there are no candidates."""


def find_candidates(
    libraries: Libraries, kept: Iterable[Kept], confirmed: Iterable[Confirmed]
) -> list[Candidate]:
    """What can be confirmed: most votes first, then the newest.

    Without questions whose passage is gone from the libraries, or was taught.
    """
    merged: dict[tuple[str, Ref], list[Kept]] = {}
    for one in kept:
        if one.passage:
            merged.setdefault((one.text, one.passage), []).append(one)
    found = {
        (shared, id): place
        for shared, library in libraries.items()
        for id, place in library.store.passages(
            {ref.id for _, ref in merged if ref.shared == shared}
        ).items()
    }
    known = {(one.question, one.shared, one.document, one.passage) for one in confirmed}
    candidates = []
    for (text, ref), same in merged.items():
        record, passage = found.get((ref.shared, ref.id), (None, None))
        if record is None or passage is None or is_taught(record):
            continue
        shingles = shingle_text(passage.text)
        if shingles and (text, ref.shared, record.name, shingles) not in known:
            helpful, unhelpful = (sum(one.helpful for one in same), sum(o.unhelpful for o in same))
            id = max(one.id for one in same)
            candidates.append(Candidate(id, text, helpful, unhelpful, ref.shared, record, passage))
    candidates.sort(key=lambda one: (-(one.helpful + one.unhelpful), -one.id))
    return candidates


class EvaluationDesk:
    """What the bot awaits; all of it for one server at a time."""

    def __init__(self, places: Places, lanes: Lanes) -> None:
        self._places = places
        self._lanes = lanes

    async def evaluate(self, guild: int) -> Evaluation:
        """How good the answers are to what is confirmed. Raises ModelChanged."""
        confirmed, waiting, kept_days = await self._lanes.run("lists", self._look, guild)
        questions = list(group_questions(confirmed).values())
        verdicts: list[Verdict] = []
        for start in range(0, len(questions), SLICE):
            asked = [one for same in questions[start : start + SLICE] for one in same]
            verdicts += (await self._lanes.run("lists", self._measure, guild, asked)).verdicts
        return Evaluation(Scores(tuple(verdicts)), confirmed, waiting, kept_days)

    async def offer(self, guild: int, number: int) -> Offer:
        """The candidate with a number, from 0."""
        return await self._lanes.run("lists", self._offer, guild, number)

    async def confirm(self, guild: int, question: int, right: bool) -> bool:
        """Keep whether the passage of a candidate answers it; False where it is none any more."""
        return await self._lanes.run("lists", self._confirm, guild, question, right)

    async def confirmed(self, guild: int) -> tuple[Confirmed, ...]:
        """What was confirmed, the newest first."""
        return await self._lanes.run("desk", self._read, guild)

    async def lost(self, guild: int) -> tuple[Confirmed, ...]:
        """Those of which the passage is no longer in the documents."""
        return await self._lanes.run("lists", self._find_lost, guild)

    async def forget(self, guild: int, id: int) -> None:
        """Forget a confirmation, if it is kept."""
        await self._lanes.run("desk", self._forget, guild, id)

    def _look(self, guild: int) -> tuple[tuple[Confirmed, ...], int, int]:
        with self._places.memory(guild) as memory:
            kept_days = memory.preferences().questions_days
        return self._read(guild), len(self._find(guild)), kept_days

    def _measure(self, guild: int, confirmed: list[Confirmed]) -> Scores:
        with self._places.reach(guild) as libraries:
            return measure(libraries, confirmed)

    def _find(self, guild: int) -> list[Candidate]:
        with self._places.memory(guild) as memory, self._places.reach(guild) as libraries:
            return find_candidates(libraries, memory.questions.kept(), memory.confirmed.all())

    def _offer(self, guild: int, number: int) -> Offer:
        candidates = self._find(guild)
        if number >= len(candidates):
            return Offer(None, None, number, len(candidates))
        one = candidates[number]
        with self._places.memory(None if one.shared else guild) as memory:
            citation = cite(one.document, one.passage, memory.uploads())
        return Offer(one, citation, number, len(candidates))

    def _confirm(self, guild: int, question: int, right: bool) -> bool:
        found = next((one for one in self._find(guild) if one.id == question), None)
        if found is None:
            return False
        with self._places.memory(guild) as memory:
            document, passage = found.document.name, shingle_text(found.passage.text)
            memory.confirmed.keep(Confirmed(found.question, found.shared, document, passage, right))
        return True

    def _read(self, guild: int) -> tuple[Confirmed, ...]:
        with self._places.memory(guild) as memory:
            return memory.confirmed.all()

    def _find_lost(self, guild: int) -> tuple[Confirmed, ...]:
        with self._places.reach(guild) as libraries:
            return find_lost(libraries, self._read(guild))

    def _forget(self, guild: int, id: int) -> None:
        with self._places.memory(guild) as memory:
            memory.confirmed.forget(id)
