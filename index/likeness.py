"""Passages' evidence → what each says of a question, in 0..1: by its words, and by its tokens.

The look at tokens is the MaxSim of late interaction (Khattab and Zaharia, ColBERT, 2020), against
the signs of the passage's token vectors alone: 48 bytes a token instead of 1 536, and the same
recall.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import QuestionEmbedding
from index.evidence import K1
from index.network import Floats
from index.rows import Features
from index.terms import question_terms

B = 0.75
"""BM25's length normalisation, at the usual value."""

PLAIN_IDF = 1.0
"""What a question's token weighs at least: one of a stop word, a sign, or a word that most passages
hold."""


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


def word_coverage(words: Sequence[Word], terms: Sequence[str]) -> float:
    """The share, 0..1, of the words' idf mass that the terms hold."""
    total = sum(word.idf for word in words)
    held = set(terms)
    found = sum(word.idf for word in words if not word.stems.isdisjoint(held))
    return found / total if total else 0.0


def judge_words(
    words: Sequence[Word], terms: Sequence[str], mean_terms: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """BM25 over its upper bound, coverage, and what is lost for needed words, of n passages.

    `terms` are each passage's, parted by spaces. Each is (n,); the first two are in 0..1, and the
    last one is 0 or above.
    """
    total = sum(word.idf for word in words)
    if not total:
        bm25, coverage, lost = np.zeros((3, len(terms)))
        return bm25, coverage, lost
    owners = {stem: number for number, word in enumerate(words) for stem in word.stems}
    counts = np.zeros((len(words), len(terms)))
    for stem, times in zip(owners, count_terms(owners, terms), strict=True):
        counts[owners[stem]] += times
    lengths = np.array([text.count(" ") + 1 if text else 0 for text in terms])
    damping = K1 * (1 - B + B * lengths / mean_terms)
    idf = np.array([word.idf for word in words])
    # Over its upper bound, Σ idf · (K1 + 1), BM25 loses the factor K1 + 1.
    bm25 = idf @ (counts / (counts + damping)) / total
    coverage = idf @ (counts > 0) / total
    needed = np.array([word.needed for word in words])
    own = np.where(needed > 0, idf, 0)
    lost = (needed * own) @ (counts == 0) / own.sum() if own.any() else np.zeros(len(terms))
    return bm25, coverage, lost


def count_terms(stems: Iterable[str], terms: Sequence[str]) -> list[list[int]]:
    """How often each of the stems stands in each of the texts, whose terms are parted by spaces."""
    # Two spaces part them here, so that each term has both of its own.
    apart = [f" {text} ".replace(" ", "  ") for text in terms]
    return [[text.count(f" {stem} ") for text in apart] for stem in stems]


def weigh_tokens(
    question: QuestionEmbedding, words: Sequence[Word], languages: Sequence[str]
) -> Floats:
    """(t,): the idf of the word that each of the question's tokens is of, `PLAIN_IDF` at least."""
    idf = {stem: word.idf for word in words for stem in word.stems}
    known = {
        word: max(
            (idf.get(s, 0.0) for stems in question_terms(word, languages) for s in stems),
            default=0.0,  # a single kana has no terms
        )
        for word in set(question.token_words)
        if word
    }
    weights = [max(PLAIN_IDF, known.get(word, 0.0)) for word in question.token_words]
    return np.array(weights, dtype=np.float32)


def judge_tokens(
    question: QuestionEmbedding, weights: Floats, passages: Sequence[Features]
) -> tuple[Floats, list[Floats]]:
    """How well each of n passages, and each of their sentences, says what the question's tokens do.

    For each token the best cosine with the signs of one of the passage's tokens, or one of the
    sentence's; then the mean of these, for passages weighted by `weights` (t,). -1..1; 0 where
    there are no tokens.
    """
    width = question.token_vectors.shape[1]
    bits = np.unpackbits(
        np.concatenate([passage.token_signs for passage in passages]), axis=1, count=width
    )
    # A bit b stands for the component (2b - 1) / √h.
    cosines = 2 * question.token_vectors @ bits.astype(np.float32).T
    cosines -= question.token_vectors.sum(axis=1, keepdims=True)
    cosines /= np.sqrt(width)
    # A part is a head or a sentence; each part's tokens stand together.
    counts = np.concatenate([passage.token_counts for passage in passages])
    starts = np.cumsum(counts) - counts
    filled = np.flatnonzero(counts)
    part_scores = np.zeros(len(counts), dtype=np.float32)
    passage_scores = np.zeros(len(passages), dtype=np.float32)
    sizes = [len(passage.token_counts) for passage in passages]
    if len(filled) and len(cosines):
        best = np.maximum.reduceat(cosines, starts[filled], axis=1)
        part_scores[filled] = best.mean(axis=0)
        owners = np.repeat(np.arange(len(passages)), sizes)[filled]
        owning, first = np.unique(owners, return_index=True)
        of_passages = np.maximum.reduceat(best, first, axis=1)
        passage_scores[owning] = weights @ of_passages / weights.sum()
    parts = np.split(part_scores, np.cumsum(sizes)[:-1])
    return passage_scores, [part[1:] for part in parts]


def lend_scores(
    pages: Mapping[int, tuple[int, int]],
    ids: Sequence[int],
    scores: NDArray[np.float64],
    above: float,
) -> NDArray[np.float64]:
    """(n,): how far the best other passage on a passage's page, or beside it, is above `above`.

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
        lent[row] = max(0.0, max(near, default=0.0) - above)
    return lent
