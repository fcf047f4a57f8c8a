"""Where the question's words stand in a passage → how far it says them together, in 0..1.

Words that stand close together, and in the question's order, mean more than the same words far
apart: Tao and Zhai, An exploration of proximity measures in information retrieval, 2007.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.likeness import Word

STRETCH = 12
"""Terms within which a passage may say at once what is asked."""
LONG = 5
"""Letters from which on a word counts that is part of another one: "Regierung" is asked for, and
"Bundesregierung" stands there, or the other way round."""


@dataclass(frozen=True, slots=True, eq=False)
class Proximity:
    """Shares of the words' idf mass in n passages, each (n,)."""

    related: NDArray[np.float64]
    """What stands only as a part of another word, or only with a part of it as a word."""
    stretch: NDArray[np.float64]
    """What stands within `STRETCH` terms, where that is most."""
    pairs: NDArray[np.float64]
    """Of neighbouring words, a pair having the lesser idf: those that stand next to each other in
    the question's order. A word alone needs no other."""


def judge_proximity(words: Sequence[Word], terms: Sequence[str]) -> Proximity:
    """How close together the words stand in passages, whose terms are parted by spaces."""
    idf = np.array([word.idf for word in words])
    total = idf.sum()
    if not total:
        return Proximity(*np.zeros((3, len(terms))))
    owners = {stem: number for number, word in enumerate(words) for stem in word.stems}
    of_pairs = np.minimum(idf[:-1], idf[1:]) if len(words) > 1 else idf
    related, stretch, pairs = [], [], []
    for text in terms:
        stems = text.split(" ")
        places = [(at, owners[stem]) for at, stem in enumerate(stems) if stem in owners]
        held = {number for _, number in places}
        lacking = [number for number in range(len(words)) if number not in held]
        related.append(idf[_find_related(words, lacking, stems)].sum())
        stretch.append(max((idf[list(one)].sum() for one in _list_stretches(places)), default=0.0))
        beside = {a for (i, a), (j, b) in pairwise(places) if (j, b) == (i + 1, a + 1)}
        pairs.append(of_pairs[list(beside if len(words) > 1 else held)].sum())
    return Proximity(
        np.array(related) / total, np.array(stretch) / total, np.array(pairs) / of_pairs.sum()
    )


def _find_related(words: Sequence[Word], lacking: Sequence[int], stems: Sequence[str]) -> list[int]:
    """Which of the words that a passage lacks have to do with one of its stems by their letters."""
    text, long = " ".join(stems), {stem for stem in stems if len(stem) >= LONG}
    return [
        number
        for number in lacking
        if any(
            len(own) >= LONG and (own in text or any(stem in own for stem in long))
            for own in words[number].stems
        )
    ]


def _list_stretches(places: Sequence[tuple[int, int]]) -> set[frozenset[int]]:
    """The words, by number, that stand within `STRETCH` terms, from each place on."""
    return {
        frozenset(number for at, number in places[first : first + STRETCH] if at < start + STRETCH)
        for first, (start, _) in enumerate(places)
    }
