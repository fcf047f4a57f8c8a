"""Two questions → how sure it is that they mean the same, whoever wrote which.

A question that is nearly another is the likeliest mistake: to a model "When do you open?" and "When
do you close?" are as like as two wordings of one. So every word of either that says something has
to be said by the other: by the same word, or by one that has no counterpart either and that the
model takes for the same there. Names and numbers have to be the same, and so have what is asked
for, such as when or where, whether it is denied, and whether it is about a duty. Words that exclude
each other are listed in `index/opposites.py`. In a language without lists the words have to be the
same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index.embed import QuestionEmbedding
from index.network import Floats
from index.opposites import (
    DENIALS,
    DUTIES,
    EMPTY,
    KINDS,
    NUMBERS,
    OPEN,
    OTHERS,
    PARTICLES,
    PREFIXES,
    THING,
)
from index.scripts import WORD, fold_text
from index.terms import question_terms, stop_words
from index.types import Calibration

SAME = Calibration(threshold=0.5, spread=0.155)
"""Fitted by `fit_calibration` to the part "fit" of the pairs in `tests/taught-pairs.json`, with the
packaged model; `python -m tests.bench.taught` measures all parts."""
SURE = 0.87
"""The confidence from which on a taught answer is given: a wrong one looks as vouched for as a
right one. With one word in another's place, the model has to take both for all but the same."""

WORST_WEIGHT, MEAN_WEIGHT, QUESTIONS_WEIGHT = 0.5, 0.3, 0.2

SHORTEST = 3
"""Letters that have to stand behind a particle for it to be one."""
UNSAID = 0.4
"""How well a word is said where the other question has no word left to say it by."""

_KINDS = {kind: re.compile(rf"\b(?:{words})\b") for kind, words in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Compared:
    """A question as it is compared."""

    order: tuple[str, ...]
    """All its words, folded."""
    words: Mapping[str, tuple[frozenset[str], Floats]]
    """Those that say something, with their stems and vectors."""
    names: frozenset[str]
    """Those of them that have to be the same."""
    kinds: frozenset[str]
    """What is asked for."""
    numbers: frozenset[str]
    denied: bool
    duty: bool
    vector: Floats


def read_words(question: str, embedding: QuestionEmbedding, language: str) -> Compared:
    """The question as `compare_questions` wants it, in the language of the one that was taught."""
    folded = fold_text(question)
    order = tuple(WORD.findall(folded))
    vectors: dict[str, list[Floats]] = {}
    for word, vector in zip(embedding.token_words, embedding.token_vectors, strict=True):
        vectors.setdefault(fold_text(word), []).append(vector)
    known = language in EMPTY
    left_out = {"", *NUMBERS}
    if known:
        left_out |= stop_words(language) | _empty_words(language)
    words = {
        word: (_stems(word, language) if known else frozenset({word}), _mean(found))
        for word, found in vectors.items()
        if word not in left_out and not any(map(str.isdigit, word))
    }
    digits = {word for word in order if any(map(str.isdigit, word))}
    return Compared(
        order,
        words,
        _find_names(question, language) & words.keys() if known else frozenset(words),
        _find_kinds(folded),
        frozenset(digits).union(NUMBERS[word] for word in order if word in NUMBERS),
        DENIALS.search(question.lower()) is not None,
        not OPEN.search(folded) and DUTIES.search(folded) is not None,
        embedding.vector,
    )


def compare_questions(asked: Compared, taught: Compared) -> float:
    """How much two questions mean the same, about 0..1; higher is more."""
    if _exclude(asked, taught):
        return 0.0
    said = [*_judge_words(asked, taught), *_judge_words(taught, asked)] or [1.0]
    return (
        WORST_WEIGHT * min(said)
        + MEAN_WEIGHT * float(np.mean(said))
        + QUESTIONS_WEIGHT * float(asked.vector @ taught.vector)
    )


def _exclude(one: Compared, other: Compared) -> bool:
    """Whether something in the questions tells that they are not the same."""
    return (
        one.numbers != other.numbers
        or (one.denied, one.duty) != (other.denied, other.duty)
        or bool(one.kinds and other.kinds and one.kinds.isdisjoint(other.kinds))
        or _swap(one, other)
        or any(_differ(one.order, other.order, group) for group in _alternatives())
    )


def _swap(one: Compared, other: Compared) -> bool:
    """Whether they hold the same words, and those that say something in another order: "from A to
    B" is not "from B to A"."""
    first, second = ([word for word in each.order if word in each.words] for each in (one, other))
    return sorted(one.order) == sorted(other.order) and first != second


def _differ(one: Iterable[str], other: Iterable[str], group: Mapping[str, int]) -> bool:
    """Whether one names an alternative of a group, and the other names others of it alone."""
    first, second = ({group[word] for word in words if word in group} for words in (one, other))
    return bool(first and second and first.isdisjoint(second))


def _judge_words(one: Compared, other: Compared) -> Iterator[float]:
    """How well each word of one is said by the other, 0..1."""
    asked_for = one.kinds & other.kinds
    left = [word for word in other.words if not _finds(word, other, one)]
    for word, (_, vector) in one.words.items():
        if _finds(word, one, other) or (_kinds_of(word) and _kinds_of(word) <= asked_for):
            yield 1.0
        elif word in one.names:
            yield 0.0
        elif not left:
            yield UNSAID
        else:
            yield max(
                0.0
                if each in other.names or _oppose(word, each)
                else max(0.0, float(vector @ other.words[each][1]))
                for each in left
            )


def _finds(word: str, one: Compared, other: Compared) -> bool:
    """Whether the other question has the same word in some form."""
    stems = one.words[word][0]
    return any(not stems.isdisjoint(theirs) for theirs, _ in other.words.values())


def _oppose(word: str, other: str) -> bool:
    """Whether one of the words is the other behind what turns its meaning, or both are the same
    behind different particles."""
    short, long = sorted((word, other), key=len)
    if any(long == prefix + short for prefix in PREFIXES):
        return True
    pairs = ((a, b) for a in PARTICLES for b in PARTICLES if a != b)
    return any(
        word.startswith(a)
        and other.startswith(b)
        and word[len(a) :] == other[len(b) :]
        and len(word) >= len(a) + SHORTEST
        for a, b in pairs
    )


def _find_kinds(folded: str) -> frozenset[str]:
    """What a question asks for."""
    found = frozenset(kind for kind, asked in _KINDS.items() if asked.search(folded))
    return found or frozenset({"thing"} if THING.search(folded) else ())


def _find_names(question: str, language: str) -> frozenset[str]:
    """The words written with capitals, folded, but for the first; in German those tell nothing."""
    written = WORD.findall(question)[1:]
    if language == "de":
        return frozenset()
    return frozenset(fold_text(word) for word in written if not word.islower())


def _mean(vectors: Sequence[Floats]) -> Floats:
    total = np.sum(vectors, axis=0)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)


@lru_cache(4096)
def _stems(word: str, language: str) -> frozenset[str]:
    return frozenset(stem for stems in question_terms(word, [language]) for stem in stems)


@lru_cache(4096)
def _kinds_of(word: str) -> frozenset[str]:
    """What the word by itself asks for."""
    return frozenset(kind for kind, asked in _KINDS.items() if asked.fullmatch(word))


@lru_cache
def _empty_words(language: str) -> frozenset[str]:
    return frozenset(EMPTY[language].split())


@lru_cache
def _alternatives() -> tuple[dict[str, int], ...]:
    """For each group, its words with the number of the alternative that they are of."""
    return tuple(
        {word: number for number, words in enumerate(line.split("|")) for word in words.split()}
        for line in OTHERS.replace("\\\n", "").strip().splitlines()
    )
