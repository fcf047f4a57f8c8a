"""Question → passages, by one score that is the same for every question and library.

    score = ½ · cos(question, passage under its title and heading path)
          + ½ · max over the passage's sentences of cos(question, sentence)
          + 1 · BM25(question, passage) / BM25's upper bound for this question
          + 0.35 · share of the question's idf mass whose words the passage holds
          + 1.5 · mean over the question's tokens of max over the passage's of cos(·, sign(·))

Candidates are the nearest passages and those that full text search ranks first. The first four
terms choose among them; the last is added for the best, and so ranks them. Nothing is relative to
the other candidates, so the number that ranks also says how sure it is.

The last term is the MaxSim of late interaction (Khattab and Zaharia, ColBERT, 2020), against the
signs of the passage's token vectors alone: 48 bytes a token instead of 1 536, and the same recall.

In a document with pages a passage then gains a tenth of what the best other one on its page, or on
the pages beside it, has above 1: what a filing says of one thing stands together, in prose and in a
table.

A question that is read with an earlier one takes over that one's words, at half their weight. A
passage loses 0.8 times the share of the question's own words that it lacks, or 0.4 times where the
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
from index.nearest import Nearest
from index.network import Floats
from index.rows import Features, Tokens
from index.store import Store

PASSAGE_WEIGHT = 0.5
SENTENCE_WEIGHT = 0.5
BM25_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.35
TOKEN_WEIGHT = 1.5

PAGE_WEIGHT, PAGE_FROM = 0.1, 1.0
"""What a passage gains of another's score near it, and from which score on."""

CARRIED_SHARE = 0.5
"""Of its weight, what a word of an earlier question keeps beside words of the question's own."""
LACKING_WEIGHT, SUBJECT_WEIGHT = 0.4, 0.8
CITED_WEIGHT = 0.1

K1 = 1.2
B = 0.75
"""BM25's saturation and length normalisation, at the values that FTS5 ranks by."""

CANDIDATES = 100
"""Taken from the nearest passages, and as many from full text search."""

LOOKED_AT = 40
"""Candidates whose tokens are looked at."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question: its stems in the library's languages, and its weight."""

    stems: frozenset[str]
    idf: float
    """ln(1 + (N - df + ½) / (df + ½)), above 0: high for a word that few passages hold. Of a word
    that was carried over, a share of that."""
    needed: float = 0.0
    """What a passage without any of the question's own words loses, if they are needed: those of a
    question that is read with an earlier one."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's score for one question, and how well each of its sentences answers it."""

    passage_id: int
    score: float
    """Higher is better; about 0 to 4."""
    sentence_scores: tuple[float, ...]
    """Higher is better; comparable within the passage only."""
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
        idf = float(np.log1p((passages - df + 0.5) / (df + 0.5)))
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
) -> list[Scored]:
    """The `top` passages that answer the question best, best first.

    With `looked_at=0` the tokens are not looked at, and scores lack the last term. With `within`,
    a document's id, no other document is searched. `cited` are the ids of documents to prefer.
    With `only`, a passage's id, that one alone is judged, near or not.
    """
    among = None if within is None else store.passage_ids(within)
    near, _ = nearest.search(question.vector, CANDIDATES, among)
    stems = [stem for word in words for stem in word.stems]
    ids = list(dict.fromkeys([*near.tolist(), *store.evidence.match(stems, CANDIDATES, within)]))
    found = store.evidence.features(ids if only is None else [only])
    if not found:
        return []
    ids, features = list(found), list(found.values())
    sentences = [feature.sentence_vectors @ question.vector for feature in features]
    parts = {
        "passage": PASSAGE_WEIGHT * (np.stack([f.vector for f in features]) @ question.vector),
        "sentence": SENTENCE_WEIGHT * np.array([near.max(initial=-1.0) for near in sentences]),
        **_word_scores(words, features, _mean_terms(store)),
    }
    if cited:
        preferred = {id for document in cited for id in store.passage_ids(document)}
        parts["cited"] = CITED_WEIGHT * np.array([id in preferred for id in ids])
    if looked_at:
        seen = np.argsort(-_add(parts), kind="stable")[: max(looked_at, top)]
        ids, sentences = [ids[i] for i in seen], [sentences[i] for i in seen]
        parts = {name: part[seen] for name, part in parts.items()}
        tokens = store.evidence.tokens(ids)
        in_passages, in_sentences = _look_at_tokens(question, list(tokens.values()))
        parts["tokens"] = TOKEN_WEIGHT * in_passages
        parts["pages"] = PAGE_WEIGHT * _lend(store.evidence.pages(ids), ids, _add(parts))
        sentences = [a + 0.2 * b for a, b in zip(in_sentences, sentences, strict=True)]
    scores = _add(parts)
    return [
        Scored(
            ids[i],
            float(scores[i]),
            tuple(sentences[i].tolist()),
            tuple((name, float(part[i])) for name, part in parts.items()),
        )
        for i in np.argsort(-scores, kind="stable")[:top]
    ]


def _add(parts: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """(n,): the scores of n passages, of whose parts each is (n,)."""
    return np.asarray(sum(parts.values()), dtype=np.float64)


def _lend(
    pages: Mapping[int, tuple[int, int]], ids: Sequence[int], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,): how far the best other passage on a passage's page, or beside it, is above PAGE_FROM.

    `pages` are document and page by passage; those without pages get nothing.
    """
    lent = np.zeros(len(ids))
    places = [pages.get(id) for id in ids]
    for row, place in enumerate(places):
        near = [
            scores[other]
            for other, there in enumerate(places)
            if place
            and there
            and other != row
            and place[0] == there[0]
            and abs(place[1] - there[1]) <= 1
        ]
        lent[row] = max(0.0, max(near, default=0.0) - PAGE_FROM)
    return lent


def word_coverage(words: Sequence[Word], terms: Sequence[str]) -> float:
    """The share, 0..1, of the words' idf mass that the terms hold."""
    total = sum(word.idf for word in words)
    held = set(terms)
    found = sum(word.idf for word in words if not word.stems.isdisjoint(held))
    return found / total if total else 0.0


def _word_scores(
    words: Sequence[Word], features: Sequence[Features], mean_terms: float
) -> dict[str, NDArray[np.float64]]:
    """BM25 and coverage of n passages, each (n,) in 0..1 and weighted, and what they lose for the
    words that they lack."""
    total = sum(word.idf for word in words)
    if not total:
        return {}
    positions = {stem: i for i, word in enumerate(words) for stem in word.stems}
    idf = np.array([word.idf for word in words])
    counts = np.zeros((len(features), len(words)))
    for row, feature in zip(counts, features, strict=True):
        for term in filter(positions.__contains__, feature.terms):
            row[positions[term]] += 1
    lengths = np.array([len(feature.terms) for feature in features])
    damping = K1 * (1 - B + B * lengths / mean_terms)
    # Over its upper bound, Σ idf · (K1 + 1), BM25 loses the factor K1 + 1.
    bm25 = (counts / (counts + damping[:, None])) @ idf / total
    coverage = (counts > 0) @ idf / total
    parts = {"words": BM25_WEIGHT * bm25, "coverage": COVERAGE_WEIGHT * coverage}
    needed = np.array([word.needed for word in words])
    own = np.where(needed > 0, idf, 0)
    if own.any():
        parts["lacking"] = -((counts == 0) @ (needed * own)) / own.sum()
    return parts


def _mean_terms(store: Store) -> float:
    passages, terms = store.counts()
    return terms / passages if terms else 1.0


def _look_at_tokens(
    question: QuestionEmbedding, passages: Sequence[Tokens]
) -> tuple[Floats, list[Floats]]:
    """For each passage, and for each of its sentences, the mean over the question's tokens of the
    best cosine with the signs of one of its tokens, -1..1; 0 where it has no tokens."""
    width = question.token_vectors.shape[1]
    bits = np.unpackbits(np.concatenate([tokens.signs for tokens in passages]), axis=1, count=width)
    # A bit b stands for the component (2b - 1) / √h.
    cosines = 2 * question.token_vectors @ bits.astype(np.float32).T
    cosines -= question.token_vectors.sum(axis=1, keepdims=True)
    cosines /= np.sqrt(width)
    # A part is a head or a sentence; each part's tokens stand together.
    counts = np.concatenate([tokens.counts for tokens in passages])
    starts = np.cumsum(counts) - counts
    filled = np.flatnonzero(counts)
    part_scores = np.zeros(len(counts), dtype=np.float32)
    passage_scores = np.zeros(len(passages), dtype=np.float32)
    sizes = [len(tokens.counts) for tokens in passages]
    if len(filled) and len(cosines):
        best = np.maximum.reduceat(cosines, starts[filled], axis=1)
        part_scores[filled] = best.mean(axis=0)
        owners = np.repeat(np.arange(len(passages)), sizes)[filled]
        owning, first = np.unique(owners, return_index=True)
        passage_scores[owning] = np.maximum.reduceat(best, first, axis=1).mean(axis=0)
    parts = np.split(part_scores, np.cumsum(sizes)[:-1])
    return passage_scores, [part[1:] for part in parts]
