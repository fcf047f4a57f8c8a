"""Vectors → the passages nearest to a question, by FAISS."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.evidence import Ids
from index.rows import NO_IDS, Floats
from index.store import Store
from index.vector_file import Mark, Spoiled, read_index, save_index
from index.vector_index import (
    FLAT_UP_TO,
    LEARNED_FROM,
    LEARNED_PER_LIST,
    FlatIndex,
    ListIndex,
    VectorIndex,
    count_lists,
)

log = logging.getLogger(__name__)

UNSAVED, MOST_UNSAVED, SHARE_UNSAVED = 1_000, 10_000, 0.05
"""Changes until the file is written anew: so many at least and at most, and this share of the
passages between. Whoever opens the library reads them from the store."""


class Nearest:
    """The FAISS index of all passages of one generation of a store."""

    def __init__(self, generation: str, through: int, index: VectorIndex, unsaved: int) -> None:
        self.generation = generation
        self._through = through
        self._index = index
        self._unsaved = unsaved

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._index)

    def search(
        self, vector: Floats, k: int, among: Sequence[int] | None = None, without: Ids = NO_IDS
    ) -> tuple[NDArray[np.int64], Floats]:
        """Return the ids (m,) of the passages nearest to a unit vector (d,), and the cosines (m,).

        Best first; m is k, or the number of passages if that is smaller. Where `among` is given,
        only the passages of these ids are looked at, and else all but those of the ascending ids
        `without`. In a library of more than FLAT_UP_TO passages
        one in a hundred may be missed, and cosines are right to three digits.
        """
        return self._index.search(vector, k, among, without)

    def follow(self, store: Store, flat_up_to: int) -> bool:
        """Take in and drop what has come and gone in the store; whether that could be done.

        It cannot where the store was never of this generation, and is not where so much has changed
        that another kind of index suits it better.
        """
        if self.generation == store.generation:
            return len(self) == store.counts()[0]
        if not len(self):
            return False  # of how many dimensions will its vectors be?
        removed = store.evidence.removed_since(self.generation)
        if removed is None or not self._index.suits(store.counts()[0], flat_up_to):
            return False
        # Ids rise and are never used twice: what is not held and stands below was removed before.
        self._index.remove(removed[removed <= self._through])
        self._unsaved += len(removed)
        for ids, vectors in store.evidence.stream_vectors(self._through):
            self._index.add(ids, vectors)
            self._through = int(ids[-1])
            self._unsaved += len(ids)
        if len(self) != store.counts()[0]:
            return False
        self.generation = store.generation
        return True

    def save(self, path: Path) -> None:
        """Write the file if much has changed since; what cannot be written is logged."""
        bound = max(UNSAVED, min(round(SHARE_UNSAVED * len(self)), MOST_UNSAVED))
        if not len(self) or self._unsaved <= bound:
            return
        mark = Mark(self.generation, self._through, isinstance(self._index, FlatIndex))
        try:
            save_index(path, mark, self._index)
        except OSError as error:
            log.warning("nearest: the file cannot be saved (%s)", error.strerror or error)
        self._unsaved = 0  # where it cannot be saved now, it is tried after as many changes


def load_nearest(
    store: Store, path: Path, known: Nearest | None = None, *, flat_up_to: int = FLAT_UP_TO
) -> Nearest:
    """Return the FAISS index of the store as it is now.

    What is `known`, or else stands in the file, follows the store, which costs what has changed.
    Where it cannot, the index is built from all vectors, and saved. A file that cannot be read or
    saved costs time only, and is logged.
    """
    with store.snapshot():
        nearest = known
        if nearest is None or not nearest.follow(store, flat_up_to):
            nearest = _read(path)
        if nearest is None or not nearest.follow(store, flat_up_to):
            nearest = _build(store, flat_up_to)
            log.info("nearest: built for %d passages", len(nearest))
        nearest.save(path)
    return nearest


def compare_file(store: Store, path: Path, *, flat_up_to: int = FLAT_UP_TO) -> NDArray[np.int64]:
    """Return the ids of passages whose vectors stand otherwise in the file than in the store.

    Reads all of both and changes nothing. Its checksums vouch for the file, so that it is the
    store's vectors that have changed since. Raises Spoiled where the file cannot be used, which
    load_nearest would build anew, and OSError.
    """
    with store.snapshot():
        mark, index = read_index(path)
        nearest = Nearest(mark.generation, mark.through, index, 0)
        if not nearest.follow(store, flat_up_to):
            raise Spoiled("it does not hold what the store holds")
        differing = [index.differing(*part) for part in store.evidence.stream_vectors()]
    return np.concatenate([np.empty(0, np.int64), *differing])


def _read(path: Path) -> Nearest | None:
    try:
        mark, index = read_index(path)
    except FileNotFoundError:
        return None
    except (OSError, Spoiled) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        log.warning("nearest: the file cannot be read (%s)", reason)
        return None
    return Nearest(mark.generation, mark.through, index, 0)


def _build(store: Store, flat_up_to: int) -> Nearest:
    count = store.counts()[0]
    index: VectorIndex | None = None
    if count > flat_up_to:
        sample = store.evidence.sample_vectors(
            max(LEARNED_FROM, LEARNED_PER_LIST * count_lists(count))
        )
        index = ListIndex.make(count, sample)
    through = 0
    for ids, vectors in store.evidence.stream_vectors():
        if index is None:
            index = FlatIndex.make(vectors.shape[1])
        index.add(ids, vectors)
        through = int(ids[-1])
    index = FlatIndex.make(1) if index is None else index  # never added to: see `follow`
    return Nearest(store.generation, through, index, unsaved=count + MOST_UNSAVED)
