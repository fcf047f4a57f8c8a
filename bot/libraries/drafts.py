"""A server's documents indexed again: where questions are confirmed, in a draft first. Any thread.

The library and the draft are asked the confirmed questions. A draft that answers them no worse is
put to use at once. One that does waits for an admin's word, and whatever else changes the documents
drops it. Channels and sources that are due are followed as ever, in the library itself.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from bot.audience import KEEPERS
from bot.libraries.confirmed import Confirmed
from bot.libraries.evaluating import Libraries, Scores, group_questions, measure
from bot.libraries.keeping import noting
from bot.libraries.origins import find_origin
from bot.libraries.places import Places, find_document
from bot.libraries.summaries import without_folders
from bot.libraries.turns import Turns
from bot.types import Report
from index.draft import Draft, copy_library, drop_draft, find_draft, settle_draft
from index.errors import LibraryError, ModelChanged, StoreBusy
from index.library import Library
from index.summary import Summary

log = logging.getLogger(__name__)

Work = Callable[[Library], Summary]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answers to a server's confirmed questions before and after a reindex."""

    questions: tuple[str, ...]
    before: Scores | None
    after: Scores | None
    """None where it cannot be told: the library was embedded with another model."""

    @property
    def worse(self) -> tuple[str, ...]:
        """What is worse than before, a sentence each."""
        return self.after.tell_worse(self.before) if self.before and self.after else ()


@dataclass(frozen=True, slots=True)
class Reindexed(Summary):
    """What a reindex changes whose answers were measured."""

    comparison: Comparison
    draft: str = ""
    """The id of the draft that waits for an admin's word; "" where it is in use."""


class Drafts:
    """Opens what it needs for each call, and closes it again. Changes take their turns."""

    def __init__(self, places: Places, turns: Turns) -> None:
        self._places = places
        self._turns = turns

    def reindex(self, guild: int, document: str, full: bool, report: Report) -> Summary:
        """What changed in the server's own documents, or in one; `Reindexed` where it was measured.

        Raises ModelChanged, UnknownDocument, and DiskFull where a draft does not fit.
        """

        def work(library: Library) -> Summary:
            if document:
                _, record = find_document({False: library}, document, KEEPERS)
                return library.reindex_document(record, full=full, progress=report)
            return library.reindex(full=full, progress=report)

        return self._change(guild, work)

    def refresh(self, guild: int, origin: int, report: Report) -> Summary:
        """The same for an origin that is no channel. Raises UnknownDocument."""

        def work(library: Library) -> Summary:
            return library.refresh(find_origin(library, origin), report)

        return self._change(guild, work)

    def waiting(self, guild: int) -> str:
        """The id of the draft that waits; "" where none does."""
        draft = find_draft(self._places.folder(guild))
        return draft.id if draft else ""

    def accept(self, guild: int, id: str) -> bool:
        """Whether a draft is in use from now on; it is not where it has gone or is stale."""
        with self._turns.take(guild):
            draft = self._find(guild, id)
            if draft is None or not draft.promote():
                return False
            self._note_indexed(guild)
        return True

    def drop(self, guild: int, id: str) -> bool:
        """Whether a draft waited that is gone now."""
        with self._turns.take(guild):
            draft = self._find(guild, id)
            if draft:
                drop_draft(self._places.folder(guild))
        return draft is not None

    def compare(self, guild: int, id: str) -> Comparison | None:
        """The answers of the library and of a draft that waits; None where it has gone."""
        with self._turns.take(guild), self._places.reach(guild, lacking=True) as libraries:
            draft = self._find(guild, id)
            if draft is None:
                return None
            confirmed = self._confirmed(guild)
            before = _measure(libraries, confirmed)
            with self._places.library(guild, draft.folder) as own:
                return _compare(before, {**libraries, False: own}, confirmed)

    def tidy(self) -> None:
        """Drop what processes have left that died, and what is stale."""
        for guild in self._places.servers.all():
            self._turns.settle(guild)

    def _change(self, guild: int, work: Work) -> Summary:
        with self._turns.take(guild), self._places.reach(guild, lacking=True) as libraries:
            confirmed = self._confirmed(guild)
            if confirmed and libraries[False].store.counts()[0]:
                summary = self._change_measured(guild, work, libraries, confirmed)
            else:
                summary = work(libraries[False])
            if not (isinstance(summary, Reindexed) and summary.draft):
                self._note_indexed(guild)
        return without_folders(summary)

    def _change_measured(
        self, guild: int, work: Work, libraries: Libraries, confirmed: Sequence[Confirmed]
    ) -> Summary:
        before = _measure(libraries, confirmed)
        if before is None:  # nothing is there to compare with, nor to answer from
            summary = work(libraries[False])
            changed = summary.added or summary.updated
            return _enter(summary, Comparison((), None, None)) if changed else summary
        with copy_library(self._places.folder(guild)) as draft:
            with self._places.library(guild, draft.folder) as own:
                summary = work(own)
                comparison = _compare(before, {**libraries, False: own}, confirmed)
            if comparison.worse:
                draft.hold()
                return _enter(summary, comparison, draft.id)
            if not draft.promote():
                raise StoreBusy(
                    f"{self._places.folder(guild)} was changed by another Footnote meanwhile, so"
                    " nothing was reindexed. Try again when that has finished."
                )
        return _enter(summary, comparison)

    def _find(self, guild: int, id: str) -> Draft | None:
        """The draft that waits, if it has the id."""
        draft = find_draft(self._places.folder(guild))
        return draft if draft and draft.id == id else None

    def _confirmed(self, guild: int) -> tuple[Confirmed, ...]:
        with self._places.memory(guild) as memory:
            return memory.confirmed.all()

    def _note_indexed(self, guild: int) -> None:
        with noting(), self._places.memory(guild) as memory:
            memory.note_indexed()


def settle(places: Places, guild: int | None) -> None:
    """Drop a draft of which nothing can come any more; what goes wrong is logged.

    Nobody may be changing the place's documents.
    """
    try:
        if settle_draft(places.folder(guild)):
            log.info("server %s: a draft was dropped, as it is stale or was never finished", guild)
    except LibraryError as error:
        log.warning("a draft of server %s could not be dropped: %s", guild, error)


def _measure(libraries: Libraries, confirmed: Sequence[Confirmed]) -> Scores | None:
    try:
        return measure(libraries, confirmed)
    except ModelChanged:
        return None


def _compare(
    before: Scores | None, libraries: Libraries, confirmed: Sequence[Confirmed]
) -> Comparison:
    """What was measured before, beside what is measured now."""
    return Comparison(tuple(group_questions(confirmed)), before, _measure(libraries, confirmed))


def _enter(summary: Summary, comparison: Comparison, draft: str = "") -> Reindexed:
    changed = {field.name: getattr(summary, field.name) for field in fields(Summary)}
    return Reindexed(**changed, comparison=comparison, draft=draft)
