"""Passages from several libraries → one answer, best first, each text once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.libraries.citing import cite
from bot.libraries.memory import Uploads
from bot.types import Found, Ref
from index.types import Citation, Hit


@dataclass(frozen=True, slots=True)
class Part:
    """A passage that was found, what names it, and where it stands."""

    hit: Hit
    ref: Ref
    citation: Citation
    also: tuple[Citation, ...]


def make_parts(hits: Sequence[Hit], shared: bool, uploads: Uploads) -> list[Part]:
    """The hits of one library; `uploads` are those of its server."""
    return [
        Part(
            hit,
            Ref(shared, hit.passage_id),
            cite(hit.document, hit.passage, uploads),
            tuple(cite(record, passage, uploads) for record, passage in hit.also),
        )
        for hit in hits
    ]


def rank_parts(parts: Sequence[Part]) -> list[Part]:
    """The parts, best first, each text once: the server's and the operator's may hold the same.

    By confidence: a library that was calibrated for itself gives its scores another meaning.
    """
    merged: dict[str, Part] = {}
    for part in sorted(parts, key=lambda part: (-part.hit.confidence, -part.hit.score)):
        text = " ".join(part.hit.passage.text.split())
        best = merged.get(text)
        if best is None:
            merged[text] = part
        else:
            also = (*best.also, part.citation, *part.also)
            others = (*best.hit.also, (part.hit.document, part.hit.passage), *part.hit.also)
            merged[text] = replace(best, hit=replace(best.hit, also=others), also=also)
    return list(merged.values())


def show_parts(found: Found, parts: Sequence[Part]) -> Found:
    """What was found, with these parts as its passages."""
    return replace(
        found,
        answer=replace(found.answer, hits=tuple(part.hit for part in parts)),
        passages=tuple(part.ref for part in parts),
        citations=tuple(part.citation for part in parts),
        also=tuple(part.also for part in parts),
    )
