"""A passage → numbers by which it is found again in its document when that has changed.

They are hashes of its pairs of neighbouring words (w-shingling), so that nothing of the text itself
need be kept: it may be taken out of its document, and then it is gone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

from index.scripts import UNSPACED, WORD

HELD = 0.5
"""The share of a passage's shingles that has to stand where it is found: a stretch of the same size
on another matter shares hardly any."""

_TOKEN = re.compile(f"{UNSPACED.pattern}|{WORD.pattern}")
"""A word, or a letter of a script that puts no spaces between words."""

Place = tuple[int, int]


def shingle_text(text: str) -> bytes:
    """The shingles of a text, in order, uint32, little-endian; empty for a single word."""
    return np.array(list(_shingle(_TOKEN.findall(text))), "<u4").tobytes()


def locate_shingles(text: str, passages: Sequence[bytes]) -> list[Place | None]:
    """The offsets in the text of each passage of which these are the shingles: the stretch of its
    size that shares most of them, or None where that is too little."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    positions: dict[int, list[int]] = {}
    for position, shingle in enumerate(_shingle(text[start:end] for start, end in tokens)):
        positions.setdefault(shingle, []).append(position)
    places: list[Place | None] = []
    for passage in passages:
        found = _find_likest(positions, np.frombuffer(passage, "<u4").tolist())
        places.append((tokens[found[0]][0], tokens[found[1] + 1][1]) if found else None)
    return places


def _shingle(words: Iterable[str]) -> Iterable[int]:
    return (crc32(" ".join(pair).encode()) for pair in pairwise(word.casefold() for word in words))


def _find_likest(positions: dict[int, list[int]], wanted: Sequence[int]) -> Place | None:
    """The first and the last shingle of the stretch that shares most with what is wanted."""
    left = Counter(wanted)
    passing = sorted((position, one) for one in left for position in positions.get(one, ()))
    best: Place | None = None
    first = shared = most = 0
    for position, one in passing:
        shared += left[one] > 0
        left[one] -= 1
        while passing[first][0] <= position - len(wanted):
            left[passing[first][1]] += 1
            shared -= left[passing[first][1]] > 0
            first += 1
        if shared > most:
            most, best = shared, (passing[first][0], position)
    return best if most >= HELD * len(wanted) else None
