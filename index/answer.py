"""Scored passages → Answer: which sentence to mark, and whether the question is answered at all."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.calibrate import SHIPPED, estimate_confidence
from index.likeness import Word, word_coverage
from index.search import Scored
from index.terms import extract_terms
from index.types import Answer, Calibration, Hit, Passage, Record

NEAR = 0.065
"""How far a sentence's score may stand below the best one's for the answer to be as likely there,
but for odds of one to three."""


def compose_answer(
    question: str,
    words: Sequence[Word],
    found: Sequence[tuple[Scored, Record, Passage]],
    earlier: str | None = None,
    *,
    top: int | None = None,
    calibration: Calibration = SHIPPED,
) -> Answer:
    """The answer that stands on the passages found, best first, `top` of them at most.

    `earlier` is the question that this one was read with. A text that stands in several places is
    one hit, which names the others.
    """
    hits = merge_hits(
        Hit(
            record,
            passage,
            scored.score,
            (),
            scored.passage_id,
            confidence=estimate_confidence(scored.score, calibration),
            parts=scored.parts,
        )
        for scored, record, passage in found
    )[:top]
    judged = {scored.passage_id: scored for scored, _, _ in found}
    hits = tuple(
        replace(
            hit,
            highlights=mark_sentences(words, judged[hit.passage_id], hit.document, hit.passage),
        )
        for hit in hits
    )
    confidence = hits[0].confidence if hits else 0.0
    return Answer(question, confidence >= 0.5, confidence, hits, earlier)


def merge_hits(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits, best first, each text once: with the best of its places, and then the others."""
    merged: dict[str, Hit] = {}
    for hit in hits:
        key = " ".join(hit.passage.text.split())
        best = merged.get(key)
        if best is None:
            merged[key] = hit
        else:
            also = (*best.also, (hit.document, hit.passage), *hit.also)
            merged[key] = replace(best, also=also)
    return tuple(merged.values())


def mark_sentences(
    words: Sequence[Word], scored: Scored, record: Record, passage: Passage
) -> tuple[tuple[int, int], ...]:
    """The offsets in the passage's text of the sentence that answers best, and of the second best
    where that is as good, but for `NEAR`; nothing after the first look alone."""
    if not scored.sentence_scores:
        return ()
    scores = [
        score + 0.2 * word_coverage(words, extract_terms(passage.text[start:end], record.language))
        for score, (start, end) in zip(scored.sentence_scores, passage.sentences, strict=True)
    ]
    first, *rest = sorted(range(len(scores)), key=lambda number: -scores[number])
    marked = [first, *(number for number in rest[:1] if scores[number] >= scores[first] - NEAR)]
    return tuple(passage.sentences[number] for number in sorted(marked))
