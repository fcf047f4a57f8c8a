"""Confirmed questions asked of libraries → how good the answers are.

Without Discord, and of any libraries that are open: those of a server, or one that is to take the
place of another. What was taught is left out, for it answers before the documents do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.language import gettext
from bot.libraries.composing import Part, make_parts, rank_parts
from bot.libraries.confirmed import Confirmed
from bot.wording import count
from index.follow import check_question, read_question
from index.library import Library
from index.relocate import locate_shingles
from index.report import CUTOFFS, mean_reciprocal_rank, measure_recall
from index.types import Hit

TOP = max(CUTOFFS)
WORSE_AT = 3
"""Libraries are compared by the right passages among the first so many."""

Libraries = Mapping[bool, Library]
"""A server's own library under False, the operator's under True, as `Places.reach` opens them."""

_Place = tuple[str, int, int]
"""Where a passage stands: a source, and offsets in its text."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one question."""

    rank: float | None
    """Of the first right passage, from 1; infinite where none is among the first ten, and None
    where no right passage is known that is still there."""
    wrong: bool
    """Whether it was answered, surely, with a passage that is not the right one."""
    lost: bool
    """Whether of the passages that were confirmed as right, or of all where none was, none is found
    in the documents any more; nothing else is told of it then."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How good the answers to confirmed questions are; shares are in 0..1."""

    verdicts: tuple[Verdict, ...] = ()

    @property
    def ranks(self) -> list[float]:
        """The rank of each question of which a right passage is known."""
        return [one.rank for one in self.verdicts if one.rank is not None]

    @property
    def recall(self) -> tuple[float, ...] | None:
        """At 1, 3, 5 and 10; None without questions whose right passage is known."""
        return tuple(measure_recall(self.ranks, k) for k in CUTOFFS) if self.ranks else None

    @property
    def mrr(self) -> float | None:
        """The mean reciprocal rank among ten; None as above."""
        return mean_reciprocal_rank(self.ranks) if self.ranks else None

    @property
    def wrong(self) -> int:
        """Questions that were answered wrongly."""
        return sum(one.wrong for one in self.verdicts)

    @property
    def lost(self) -> int:
        """Questions whose documents are gone, or are no longer what they were."""
        return sum(one.lost for one in self.verdicts)

    def is_worse_than(self, other: "Scores") -> bool:
        """Whether fewer of the same questions have a right passage among the first three than with
        the other, or more are answered wrongly: by as little as one. A lost question has none."""
        return bool(self.tell_worse(other))

    def tell_worse(self, before: "Scores") -> tuple[str, ...]:
        """What is worse than before, a sentence each; nothing where nothing is."""
        told = []
        now, then = _count_right(self), _count_right(before)
        if now < then:
            told.append(
                gettext(
                    "The right passage is among the first {most} for {questions}; before, it was"
                    " for {before:,}.",
                    most=WORSE_AT,
                    questions=count(now, "question"),
                    before=then,
                )
            )
            if self.lost > before.lost:
                told.append(
                    gettext(
                        "The passages of {questions} are no longer in the documents; before, those"
                        " of {before:,} were not.",
                        questions=count(self.lost, "question"),
                        before=before.lost,
                    )
                )
        if self.wrong > before.wrong:
            told.append(
                gettext(
                    "{questions} answered wrongly; before, {before:,}.",
                    questions=count(self.wrong, "question"),
                    before=before.wrong,
                )
            )
        return tuple(told)


def measure(libraries: Libraries, confirmed: Sequence[Confirmed]) -> Scores:
    """How good the answers to the confirmed questions are.

    Raises ModelChanged, and LibraryError for what is wrong with a library's files.
    """
    places = _place(libraries, confirmed)
    verdicts = []
    for question, same in group_questions(confirmed).items():
        there = [one for one in same if one in places]
        right = [places[one] for one in there if one.right]
        wrong = [places[one] for one in there if not one.right]
        if not right and (not wrong or any(one.right for one in same)):
            verdicts.append(Verdict(None, wrong=False, lost=True))
        else:
            verdicts.append(_judge(_ask(libraries, question), right, wrong))
    return Scores(tuple(verdicts))


def find_lost(libraries: Libraries, confirmed: Sequence[Confirmed]) -> tuple[Confirmed, ...]:
    """Those of which the passage is no longer in the documents. Raises LibraryError."""
    places = _place(libraries, confirmed)
    return tuple(one for one in confirmed if one not in places)


def group_questions(confirmed: Sequence[Confirmed]) -> dict[str, list[Confirmed]]:
    """What was confirmed of each question, by its words."""
    questions: dict[str, list[Confirmed]] = {}
    for one in confirmed:
        questions.setdefault(one.question, []).append(one)
    return questions


def _judge(hits: Sequence[Hit], right: Sequence[_Place], wrong: Sequence[_Place]) -> Verdict:
    """What the best passages are worth, where these are known to be right and wrong."""
    answered = bool(hits) and hits[0].confidence >= 0.5
    if not right:
        misled = answered and _stands_at(wrong, hits[0])
        return Verdict(None, misled, lost=False)
    ranks = (number for number, hit in enumerate(hits, 1) if _stands_at(right, hit))
    rank = next(ranks, float("inf"))
    return Verdict(rank, answered and rank > 1, lost=False)


def _ask(libraries: Libraries, text: str) -> list[Hit]:
    """The best passages of all libraries together, as people are answered."""
    searched = {shared: one for shared, one in libraries.items() if one.store.counts()[0]}
    languages = {code for one in searched.values() for code in one.store.languages()}
    reading = read_question(check_question(text), None, tuple(sorted(languages)))
    parts: list[Part] = []
    for shared, library in searched.items():
        [embedding] = library.encoder.embed_questions([reading.text])
        hits = library.answer(text, reading, embedding, top=TOP).hits
        parts += make_parts(hits, shared, {})
    return [part.hit for part in rank_parts(parts)[:TOP]]


def _place(libraries: Libraries, confirmed: Sequence[Confirmed]) -> dict[Confirmed, _Place]:
    """Where the passages stand that are still there; each document is read once."""
    documents: dict[tuple[bool, str], list[Confirmed]] = {}
    for one in confirmed:
        documents.setdefault((one.shared, one.document), []).append(one)
    places = {}
    for (shared, name), within in documents.items():
        library = libraries.get(shared)
        record = library.store.by_name(name) if library else None
        if library and record:
            text = library.store.text(record.id)
            found = locate_shingles(text, [one.passage for one in within])
            for one, span in zip(within, found, strict=True):
                if span:
                    places[one] = (record.source, *span)
    return places


def _stands_at(places: Sequence[_Place], hit: Hit) -> bool:
    """Whether a passage, or the same text elsewhere, is at one of the places: at least half of the
    shorter of both stands in the other."""
    return any(
        record.source == source
        and 2 * (min(end, passage.end_char) - max(start, passage.start_char))
        >= min(end - start, passage.end_char - passage.start_char)
        for record, passage in ((hit.document, hit.passage), *hit.also)
        for source, start, end in places
    )


def _count_right(scores: Scores) -> int:
    return sum(rank <= WORSE_AT for rank in scores.ranks)
