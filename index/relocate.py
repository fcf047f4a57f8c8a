"""An excerpt of a document as it was → where it stands in the document as it is."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from index.scripts import UNSPACED, WORD

HELD = 0.5
"""The share of an excerpt's pairs of neighbouring words that has to stand where it is found: a
stretch of the same size on another matter shares hardly any."""

_TOKEN = re.compile(f"{UNSPACED.pattern}|{WORD.pattern}")
"""A word, or a letter of a script that puts no spaces between words."""

Place = tuple[int, int]


def relocate_excerpts(text: str, excerpts: Sequence[str]) -> list[Place | None]:
    """The offsets of each excerpt in the text: where it stands as it was, or else the stretch of
    its size that shares most with it; None where that is too little."""
    places: list[Place | None] = []
    tokens: list[Place] = []
    words: list[str] = []
    for excerpt in excerpts:
        start = text.find(excerpt) if excerpt else -1
        if start >= 0:
            places.append((start, start + len(excerpt)))
            continue
        if not tokens:
            tokens = [match.span() for match in _TOKEN.finditer(text)]
            words = [text[a:b].casefold() for a, b in tokens]
        found = _find_likest(words, [word.casefold() for word in _TOKEN.findall(excerpt)])
        places.append((tokens[found[0]][0], tokens[found[1]][1]) if found else None)
    return places


def _find_likest(words: Sequence[str], wanted: Sequence[str]) -> Place | None:
    """The first and the last word of the stretch that shares most pairs with what is wanted."""
    pairs = Counter(pairwise(wanted))
    size = pairs.total()
    held: Counter[tuple[str, str]] = Counter()
    passing = list(pairwise(words))
    best = shared = last = 0
    for number, pair in enumerate(passing):
        if pair in pairs:
            held[pair] += 1
            shared += held[pair] <= pairs[pair]
        if number >= size and (gone := passing[number - size]) in pairs:
            shared -= held[gone] <= pairs[gone]
            held[gone] -= 1
        if shared > best:
            best, last = shared, number
    if not best or best < HELD * size:
        return None
    return max(last - size + 1, 0), last + 1
