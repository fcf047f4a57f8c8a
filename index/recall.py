"""A question → the taught answer to one that means the same, if there surely is one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from index.calibrate import estimate_confidence
from index.embed import QuestionEmbedding
from index.nearest import Nearest
from index.paraphrase import SAME, SURE, compare_questions, read_words
from index.store import Store
from index.types import Answer, Taught

CANDIDATES, NEAR = 8, 0.6
"""Taught questions that are compared with what is asked, at most: the nearest, by a cosine that
leaves room below that of any two that mean the same."""

Embed = Callable[[Sequence[str]], list[QuestionEmbedding]]


@dataclass(frozen=True, slots=True)
class Recalled:
    """A taught answer, and how sure it is, in 0..1, that its question was asked."""

    taught: Taught
    confidence: float


def recall_taught(
    store: Store,
    nearest: Nearest,
    question: str,
    embedding: QuestionEmbedding,
    embed: Embed,
    hidden: Collection[int] = (),
) -> Recalled | None:
    """The taught answer whose question means the same, or None where none surely does.

    `embed` embeds the taught ones. Left out are one that is not as it was written, and those whose
    documents' ids are `hidden`.
    """
    passages = store.taught.passages().items()
    among = {id: document for id, document in passages if document not in hidden}
    if not among:
        return None
    found, cosines = nearest.search(embedding.vector, CANDIDATES, list(among))
    ids = dict.fromkeys(among[id] for id in found[cosines >= NEAR].tolist())
    candidates = [taught for taught in map(store.taught.vouched_for, ids) if taught]
    if not candidates:
        return None
    embedded = embed([taught.question for taught in candidates])
    best: Recalled | None = None
    for taught, theirs in zip(candidates, embedded, strict=True):
        record = store.record(taught.id)
        language = record.language if record else ""
        score = compare_questions(
            read_words(question, embedding, language), read_words(taught.question, theirs, language)
        )
        confidence = estimate_confidence(score, SAME)
        if confidence >= SURE and (best is None or confidence > best.confidence):
            best = Recalled(taught, confidence)
    return best


def put_first(answer: Answer, recalled: Recalled) -> Answer:
    """The answer with what was taught before all that was found."""
    return replace(answer, answered=True, confidence=recalled.confidence, taught=recalled.taught)
