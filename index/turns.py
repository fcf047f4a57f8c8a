"""Gold follow-ups → how often the right passage is found, with the earlier question and without."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.embed import Encoder
from index.errors import GoldError
from index.evaluate import Tick, fill_library
from index.gold import FollowUp, read_follow_ups
from index.judge import holds_text
from index.library import Library
from index.parse import Limits
from index.rerank import Reranker
from index.shelf import PASSAGE_CHARS
from index.types import Answer

SHOWN = 3
"""Passages that are looked at for a question, and cited for the earlier one."""


@dataclass(frozen=True, slots=True)
class Both:
    """A share in 0..1 of follow-ups, asked after their earlier question and asked alone."""

    carried: float
    alone: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How follow-ups of one kind were answered."""

    pairs: int
    recall_at_1: Both
    recall_at_3: Both
    answered: Both
    """At the shipped threshold, rightly or not."""


@dataclass(frozen=True, slots=True)
class TurnsReport:
    """None where the gold has no follow-up of the kind."""

    passages: int
    elliptical: Measured | None
    """Those that need the earlier question."""
    standalone: Measured | None
    """Those that do not."""
    absent: int
    """How many follow-ups the documents do not answer."""
    absent_refused: Both | None

    def to_dict(self) -> dict[str, Any]:
        """The report as `footnote eval --json` prints it."""
        kinds = (("elliptical", self.elliptical), ("standalone", self.standalone))
        refused = self.absent_refused
        return {
            "passages": self.passages,
            **{kind: measured and _describe(measured) for kind, measured in kinds},
            "absent": refused and {"pairs": self.absent, "refused": _describe_both(refused)},
        }


def evaluate_turns(
    gold: Path,
    *,
    encoder: Encoder,
    load_reranker: Callable[[], Reranker | None] | None = None,
    folder: Path,
    documents: Sequence[Path] = (),
    passage_chars: int = PASSAGE_CHARS,
    limits: Limits = Limits(),  # noqa: B008
    tick: Tick | None = None,
) -> TurnsReport:
    """How a library of the documents, made in `folder`, answers the gold's follow-ups.

    Raises GoldError, also where a document cannot be read.
    """
    follow_ups = read_follow_ups(gold)
    if not documents:
        raise GoldError(
            f"{gold} holds no documents to search. Name them: "
            f"footnote eval {gold} --documents FOLDER"
        )
    carried, alone = [], []
    with Library(
        folder,
        lambda: encoder,
        load_reranker=load_reranker,
        passage_chars=passage_chars,
        limits=limits,
    ) as library:
        fill_library(library, (), documents, tick)
        for done, follow_up in enumerate(follow_ups):
            if tick:
                tick("Asking", done, len(follow_ups))
            carried.append(_ask_after(library, follow_up))
            alone.append(library.ask(follow_up.question, top=SHOWN))
        passages = library.store.counts()[0]
    asked = list(zip(follow_ups, carried, alone, strict=True))
    answerable = [pair for pair in asked if pair[0].texts]
    absent = [pair for pair in asked if not pair[0].texts]
    return TurnsReport(
        passages,
        _measure([pair for pair in answerable if not pair[0].standalone]),
        _measure([pair for pair in answerable if pair[0].standalone]),
        len(absent),
        _share(absent, lambda _, answer: not answer.answered) if absent else None,
    )


Asked = tuple[FollowUp, Answer, Answer]
"""A follow-up, its answer after the earlier question, and its answer alone."""


def _ask_after(library: Library, follow_up: FollowUp) -> Answer:
    """The answer after the earlier question, which is asked first."""
    hits = library.ask(follow_up.earlier, top=SHOWN).hits
    cited = {hit.document.id for hit in hits if hit.confidence >= 0.5}
    return library.ask(follow_up.question, top=SHOWN, earlier=follow_up.earlier, cited=cited)


def _measure(asked: Sequence[Asked]) -> Measured | None:
    if not asked:
        return None
    return Measured(
        len(asked),
        _share(asked, lambda follow_up, answer: _finds(follow_up, answer, 1)),
        _share(asked, lambda follow_up, answer: _finds(follow_up, answer, SHOWN)),
        _share(asked, lambda _, answer: answer.answered),
    )


def _share(asked: Sequence[Asked], holds: Callable[[FollowUp, Answer], bool]) -> Both:
    return Both(
        float(np.mean([holds(follow_up, carried) for follow_up, carried, _ in asked])),
        float(np.mean([holds(follow_up, alone) for follow_up, _, alone in asked])),
    )


def _finds(follow_up: FollowUp, answer: Answer, first: int) -> bool:
    return any(holds_text(hit.passage.text, follow_up.texts) for hit in answer.hits[:first])


def _describe(measured: Measured) -> dict[str, Any]:
    return {
        "pairs": measured.pairs,
        "recall@1": _describe_both(measured.recall_at_1),
        "recall@3": _describe_both(measured.recall_at_3),
        "answered": _describe_both(measured.answered),
    }


def _describe_both(both: Both) -> dict[str, float]:
    return {"carried": both.carried, "alone": both.alone}
