"""Question → passages, by one score that is the same for every question and library.

    score = ½   · cos(question, the passage's best sentence)
          + 1   · mean over the question's tokens of max over that sentence's of cos(·, sign(·))
          + 1.5 · the same over the whole passage's tokens, weighted by the words' idf
          + 0.1 · BM25(question, passage) / BM25's upper bound for this question
          + 0.2 · share of the question's idf mass whose words the passage holds, as a part of
                  other words or with a part of theirs if need be
          + 0.3 · the same share within twelve terms of the passage, where it is most
          + 0.1 · share of pairs of neighbouring words that stand next to each other there, too

The best sentence is that of the highest sum of its two terms. The less the model knows of the
question's language, the less its vectors weigh, and the more do the words: see `STATIONS`.

Candidates are the nearest passages and those that full text search ranks first. The best of them
by a first look, in which the passage's own vector stands for sentences and tokens and words weigh
more, are judged by the score. Nothing in it is relative to the other candidates, so the number that
ranks also says how sure it is.

In a document with pages a passage then gains a tenth of what the best other one on its page, or on
the pages beside it, has above 1: what a filing says of one thing stands together, in prose and in a
table.

A question that is read with an earlier one takes over that one's words, at half their weight. A
passage loses the share of the question's own words that it lacks, or 0.4 times where the
question points back ("can I change it?") and need not name its subject. It gains 0.1 if its
document was cited for the earlier one. So "and Peru?" finds no answer in a passage on Estonia.

`footnote eval` measures what these constants reach.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import QuestionEmbedding
from index.evidence import Ids, measure_idf
from index.likeness import Word, judge_tokens, judge_words, lend_scores, weigh_tokens
from index.nearest import Nearest
from index.proximity import judge_proximity
from index.rows import NO_IDS
from index.store import Store

SCORE = "score 3"
"""Another number for each change of the score: what was fitted to one holds for no other."""

SENTENCE_WEIGHT = 0.5
SENTENCE_TOKENS_WEIGHT = 1.0
TOKENS_WEIGHT = 1.5

STATIONS = (0.1, 0.45, 0.8)
"""How familiar the question's language is to the model: not at all, as German is to a model of
English, and as English is. Between them weights lie in between."""
VECTORS_WEIGHTS = (0.0, 0.9, 1.0)
"""At each of them, what the three terms of vectors are multiplied by."""
BM25_WEIGHTS = (5.0, 1.0, 0.1)
COVERAGE_WEIGHTS = (1.4, 0.4, 0.2)
STRETCH_WEIGHTS = (0.9, 0.6, 0.3)
PAIRS_WEIGHT = 0.1

FIRST_PASSAGE_WEIGHT = 1.0
FIRST_BM25_WEIGHT, FIRST_COVERAGE_WEIGHT = 1.0, 0.35
"""What words weigh at least in the first look, and where a question is read with an earlier one."""

PAGE_WEIGHT, PAGE_FROM = 0.1, 1.0
"""What a passage gains of another's score near it, and from which score on."""

CARRIED_SHARE = 0.5
"""Of its weight, what a word of an earlier question keeps beside words of the question's own."""
LACKING_WEIGHT, SUBJECT_WEIGHT = 0.4, 1.0
CITED_WEIGHT = 0.1

CANDIDATES = 64
"""Taken from the nearest passages, and as many from full text search."""

LOOKED_AT = 50
"""Candidates that are judged by the score."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's score for one question, and how well each of its sentences answers it."""

    passage_id: int
    score: float
    """Higher is better; about 0 to 4."""
    sentence_scores: tuple[float, ...]
    """Higher is better; comparable within the passage only. None after the first look alone."""
    parts: tuple[tuple[str, float], ...] = ()
    """The terms of the score by name, weighted: together they are the score."""


def weigh_words(
    store: Store,
    words: Sequence[frozenset[str]],
    carried: Sequence[frozenset[str]] = (),
    *,
    points_back: bool = False,
) -> list[Word]:
    """The question's words with their inverse document frequencies in the library.

    They are counted in all its passages, also those that whoever asks may not read.
    `carried` are the words that it takes over from an earlier question, and `points_back` tells
    whether it refers to that one's subject, or else names its own.
    """
    passages, _ = store.counts()
    every = [*words, *carried]
    frequencies = store.evidence.document_frequencies([stem for stems in every for stem in stems])
    weighed = []
    for number, stems in enumerate(every):
        # A passage that holds two stems of one word is counted twice, at most as all there are.
        df = min(passages, sum(frequencies.get(stem, 0) for stem in stems))
        idf = measure_idf(df, passages)
        if number >= len(words):
            weighed.append(Word(stems, idf * CARRIED_SHARE if words else idf))
        else:
            lacking = LACKING_WEIGHT if points_back else SUBJECT_WEIGHT
            weighed.append(Word(stems, idf, lacking if carried else 0.0))
    return weighed


def rank_passages(
    store: Store,
    nearest: Nearest,
    question: QuestionEmbedding,
    words: Sequence[Word],
    *,
    top: int,
    looked_at: int = LOOKED_AT,
    within: int | None = None,
    cited: Collection[int] = (),
    only: int | None = None,
    without: Ids = NO_IDS,
) -> list[Scored]:
    """The `top` passages that answer the question best, best first.

    With `looked_at=0` there is the first look alone, whose scores are on another scale. With
    `within`, a document's id, no other document is searched. `cited` are the ids of documents to
    prefer. With `only`, a passage's id, that one alone is judged, near or not. The passages of the
    ascending ids `without` are left out, but count in how long passages are in the mean.
    """
    if only is None:
        among = None
        if within is not None:
            among = np.setdiff1d(store.passage_ids(within), without).tolist()
        near, _ = nearest.search(question.vector, CANDIDATES, among, without)
        stems = [stem for word in words for stem in word.stems]
        wanted = {*near.tolist(), *store.evidence.match(stems, CANDIDATES, among, without)}
    else:
        wanted = {only}
    found, cosines = nearest.search(question.vector, len(wanted), list(wanted))
    if not len(found):
        return []
    ids: list[int] = found.tolist()
    vectors, bm25_weight, coverage_weight, stretch_weight = (
        float(np.interp(question.familiarity, STATIONS, weights))
        for weights in (VECTORS_WEIGHTS, BM25_WEIGHTS, COVERAGE_WEIGHTS, STRETCH_WEIGHTS)
    )
    if any(word.needed for word in words):
        bm25_weight = max(FIRST_BM25_WEIGHT, bm25_weight)
        coverage_weight = max(FIRST_COVERAGE_WEIGHT, coverage_weight)
    terms = store.evidence.demand(store.evidence.terms(ids), ids)
    bm25, coverage, lost = judge_words(words, terms, mean_terms(store))
    extra = {"lacking": -lost} if lost.any() else {}
    if cited:
        preferred = {id for document in cited for id in store.passage_ids(document)}
        extra["cited"] = CITED_WEIGHT * np.array([id in preferred for id in ids])
    parts = {
        "passage": vectors * FIRST_PASSAGE_WEIGHT * cosines,
        "words": max(FIRST_BM25_WEIGHT, bm25_weight) * bm25,
        "coverage": max(FIRST_COVERAGE_WEIGHT, coverage_weight) * coverage,
        **extra,
    }
    marks: list[tuple[float, ...]] = [()] * len(ids)
    if looked_at:
        seen = np.argsort(-_add(parts), kind="stable")[: max(looked_at, top)]
        ids = [ids[i] for i in seen]
        features = store.evidence.demand(store.evidence.features(ids), ids)
        close = judge_proximity(words, [terms[i] for i in seen])
        weights = weigh_tokens(question, words, store.languages())
        in_passages, in_sentences = judge_tokens(question, weights, features)
        said = [
            (vectors * (feature.sentence_vectors @ question.vector), vectors * one)
            for feature, one in zip(features, in_sentences, strict=True)
        ]
        best = [_best_sentence(*pair) for pair in said]
        parts = {
            "sentence": np.array([SENTENCE_WEIGHT * cosine for cosine, _ in best]),
            "sentence tokens": np.array([SENTENCE_TOKENS_WEIGHT * tokens for _, tokens in best]),
            "passage tokens": vectors * TOKENS_WEIGHT * in_passages,
            "words": bm25_weight * bm25[seen],
            "coverage": coverage_weight * (coverage[seen] + close.related),
            "stretch": stretch_weight * close.stretch,
            "pairs": PAIRS_WEIGHT * close.pairs,
            **{name: part[seen] for name, part in extra.items()},
        }
        lent = lend_scores(store.evidence.pages(ids), ids, _add(parts), PAGE_FROM)
        if lent.any():
            parts["pages"] = PAGE_WEIGHT * lent
        marks = [tuple((tokens + 0.2 * cosines).tolist()) for cosines, tokens in said]
    scores = _add(parts)
    return [
        Scored(
            ids[i],
            float(scores[i]),
            marks[i],
            tuple((name, float(part[i])) for name, part in parts.items()),
        )
        for i in np.argsort(-scores, kind="stable")[:top]
    ]


def _best_sentence(cosines: NDArray[Any], said: NDArray[Any]) -> tuple[float, float]:
    """The two terms of the sentence whose sum is highest."""
    if not len(said):
        return 0.0, 0.0
    best = int(np.argmax(SENTENCE_WEIGHT * cosines + SENTENCE_TOKENS_WEIGHT * said))
    return float(cosines[best]), float(said[best])


def _add(parts: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """(n,): the scores of n passages, of whose parts each is (n,)."""
    return np.asarray(sum(parts.values()), dtype=np.float64)


def mean_terms(store: Store) -> float:
    """How many terms a passage of the library has."""
    passages, terms = store.counts()
    return terms / passages if terms else 1.0
