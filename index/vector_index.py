"""Vectors → what is nearest among them: flat while they are few, in lists where they are many.

Few vectors are kept as they are, and all are looked at: that is exact. Many are parted into lists
around centres (Jégou, Douze and Schmid, Product quantization, 2011), each pair of numbers as four
bits, which FAISS looks through at once for many vectors (André, Kermarrec and Le Scouarnec, Quick
ADC, 2017). The best of them are then ranked by their numbers as float16: as bytes they would miss
two of the hundred nearest among a million, for these lie close together.
"""

import math
import os
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.rows import NO_IDS, Floats

Ids = NDArray[np.int64]
Write = Callable[[bytes], int]
Read = Callable[[int], bytes]
"""What reads at most so many bytes; none at the end."""

FLAT_UP_TO = 20_000
"""Vectors: looking at all of them takes some milliseconds."""
LISTS_PER_ROOT = 1
"""Lists for each unit of the square root of the number of vectors."""
LEARNED_FROM, LEARNED_PER_LIST, LEARNING_ROUNDS = 40_000, 64, 10
"""Vectors that centres are learned from, at least and for each list, and how often these move."""
LOOKED_THROUGH = 0.35
"""The share of the lists that a search looks through."""
RANKED_AGAIN, LEAST_RANKED_AGAIN = 6, 320
"""How many times as many as are asked for are ranked again by their numbers, and at least how
many."""
GROWN, SHRUNK = 3, 0.3
"""By what the number of vectors may change until the centres are learned anew."""
ADDED_BY_ALL = 4_000
"""Vectors that are added at once, from which on all processors take part."""
BLOCK_BYTES = 1 << 20
PRODUCT_SIZE = 400_000
"""Numbers multiplied at once: with more, BLAS wakes a second thread, which costs more."""


class FlatIndex:
    """Unit vectors by id, as they are, in FAISS."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def make(cls, d: int) -> Self:
        """An empty one for vectors of `d` dimensions."""
        faiss = import_faiss()
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(d)))

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    def suits(self, count: int, flat_up_to: int) -> bool:
        """Whether it would be made like this again if it were to hold `count` vectors."""
        return count <= flat_up_to

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Take in vectors (n, d) under ids (n,) that are not there."""
        self._index.add_with_ids(vectors, ids)

    def remove(self, ids: Ids) -> None:
        """Drop the vectors of these ids, as far as they are there."""
        if len(ids):
            self._index.remove_ids(import_faiss().IDSelectorBatch(ids))

    def search(
        self, vector: Floats, k: int, among: Sequence[int] | None, without: Ids = NO_IDS
    ) -> tuple[Ids, Floats]:
        """Return the ids (m,) nearest to a unit vector (d,), best first, and the cosines (m,).

        m is k, or the number of vectors if that is smaller. Where `among` is given, only vectors of
        these ids are looked at, and else all but those of the ascending ids `without`.
        """
        k = min(k, len(self) if among is None else len(among))
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        faiss = import_faiss()
        chosen = _select_others(without)
        if among is not None:
            chosen = faiss.IDSelectorBatch(np.asarray(among, np.int64))
        question = np.ascontiguousarray(vector[None], np.float32)
        cosines, ids = self._index.search(question, k, params=faiss.SearchParameters(sel=chosen))
        found = ids[0] >= 0  # FAISS fills up with -1
        return ids[0][found], cosines[0][found]

    def differing(self, ids: Ids, vectors: Floats) -> Ids:
        """Return those of the ids (n,) whose vectors are not just these (n, d), or not there."""
        try:
            held = self._index.reconstruct_batch(ids)
        except RuntimeError:  # as FAISS says that one is not there
            return ids
        if held.shape != vectors.shape:
            return ids
        return ids[np.flatnonzero((held != vectors).any(axis=1))]

    def write(self, write: Write) -> None:
        """Hand on all that `read` needs."""
        faiss = import_faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(write, BLOCK_BYTES))

    @classmethod
    def read(cls, read: Read) -> Self:
        """Return what `write` has handed on. Raises RuntimeError if FAISS cannot read it."""
        faiss = import_faiss()
        return cls(faiss.read_index(faiss.PyCallbackIOReader(read, BLOCK_BYTES)))


class ListIndex:
    """The same in lists: one in a hundred may be missed, and cosines are right to three digits.

    Ids must rise from one that is added to the next.
    """

    def __init__(self, index: Any, laid_out_for: int) -> None:
        self._index = index
        self.laid_out_for = laid_out_for
        self._ids, self._numbers, self._kept = array("q"), bytearray(), bytearray()
        """Of each vector that ever came: its id, its numbers, and 1, or 0 once it is removed."""

    @classmethod
    def make(cls, count: int, sample: Floats) -> Self:
        """An empty one for some `count` vectors, of which (m, d) are a sample."""
        # On a busy machine threads wait for each other far longer than a small sample takes.
        faiss = import_faiss((os.cpu_count() or 1) if len(sample) >= LEARNED_FROM else 1)
        sample = _even(sample)
        d, lists = sample.shape[1], min(count_lists(count), len(sample))
        index = faiss.IndexIVFPQFastScan(
            *(faiss.IndexFlatIP(d), d, lists, d // 2, 4, faiss.METRIC_INNER_PRODUCT)
        )
        index.by_residual = True
        for learned, points in ((index.cp, LEARNED_PER_LIST), (index.pq.cp, 1_000)):
            learned.niter, learned.max_points_per_centroid = LEARNING_ROUNDS, points
            learned.min_points_per_centroid = 1  # else FAISS warns on the terminal
        index.train(sample)
        import_faiss()
        return cls(index, count)

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    def suits(self, count: int, flat_up_to: int) -> bool:
        """Whether it would be made much like this if it were to hold `count` vectors."""
        least, most = SHRUNK * self.laid_out_for, GROWN * self.laid_out_for
        gone = len(self._ids) - len(self)
        return count > flat_up_to / 2 and least <= count <= most and gone <= count

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Take in vectors (n, d) under ids (n,) greater than those that came before."""
        vectors = _even(vectors)
        if len(ids) >= ADDED_BY_ALL:
            import_faiss(os.cpu_count() or 1)
        self._index.add_with_ids(vectors, ids)
        import_faiss()
        self._ids.frombytes(ids.astype(np.int64).tobytes())
        self._numbers += vectors.astype(np.float16).tobytes()
        self._kept += b"\1" * len(ids)

    def remove(self, ids: Ids) -> None:
        """Drop the vectors of these ids, as far as they are there."""
        if len(ids):
            self._index.remove_ids(import_faiss().IDSelectorBatch(ids))
            for slot in self._slots(ids).tolist():
                self._kept[slot] = 0

    def search(
        self, vector: Floats, k: int, among: Sequence[int] | None, without: Ids = NO_IDS
    ) -> tuple[Ids, Floats]:
        """The same as of a `FlatIndex`; with `among`, none is missed."""
        question = _even(vector[None])
        ids = np.frombuffer(self._ids, np.int64)
        if among is not None:
            slots = self._slots(np.unique(np.asarray(among, np.int64)))
        else:
            slots = self._slots(self._find(question, k, without))
            if len(slots) < min(k, len(self)):
                slots = np.flatnonzero(np.frombuffer(self._kept, np.uint8))
                slots = slots[np.isin(ids[slots], without, invert=True)]
        cosines = self._compare(question[0], slots)
        best = np.argsort(-cosines, kind="stable")[: max(k, 0)]
        return ids[slots[best]], cosines[best]

    def differing(self, ids: Ids, vectors: Floats) -> Ids:
        """The same of a `FlatIndex`, of the vectors as float16."""
        slots = self._slots(ids)
        if len(slots) != len(ids):
            return ids
        vectors = _even(vectors).astype(np.float16)
        held = np.frombuffer(self._numbers, np.float16).reshape(-1, vectors.shape[1])
        return ids[np.flatnonzero((held[slots] != vectors).any(axis=1))]

    def write(self, write: Write) -> None:
        """Hand on all that `read` needs."""
        faiss = import_faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(write, BLOCK_BYTES))
        write(np.array([self.laid_out_for, len(self._ids)], np.int64).tobytes())
        for part in (self._ids, self._numbers, self._kept):
            view = memoryview(part).cast("B")
            for start in range(0, len(view), BLOCK_BYTES):
                write(bytes(view[start : start + BLOCK_BYTES]))

    @classmethod
    def read(cls, read: Read) -> Self:
        """Return what `write` has handed on. Raises RuntimeError if it cannot be read."""
        faiss = import_faiss()
        index = faiss.read_index(faiss.PyCallbackIOReader(read, BLOCK_BYTES))
        laid_out_for, count = np.frombuffer(_read_all(read, 16), np.int64).tolist()
        found = cls(index, laid_out_for)
        found._ids.frombytes(_read_all(read, 8 * count))
        found._numbers = _read_all(read, 2 * count * index.d)
        found._kept = _read_all(read, count)
        return found

    def _find(self, question: Floats, k: int, without: Ids) -> Ids:
        """The ids that FAISS finds nearest, more than are asked for; none if that is most."""
        left = len(self) - len(without)
        # The fewer are left, the more of them lie where else only the others would be looked for.
        share = len(self) / max(1, left)
        wanted = math.ceil(max(RANKED_AGAIN * k, LEAST_RANKED_AGAIN) * min(2, share))
        if wanted >= left:
            return NO_IDS
        faiss = import_faiss()
        looked_through = math.ceil(min(1, LOOKED_THROUGH * share) * self._index.nlist)
        parameters = faiss.SearchParametersIVF(nprobe=looked_through, sel=_select_others(without))
        ids: Ids = self._index.search(question, wanted, params=parameters)[1][0]
        return ids[np.flatnonzero(ids >= 0)]

    def _slots(self, ids: Ids) -> Ids:
        """Where those of the ids stand that are there."""
        held = np.frombuffer(self._ids, np.int64)
        slots = np.searchsorted(held, ids)
        inside = slots < len(held)
        slots, ids = slots[inside], ids[inside]
        slots = slots[held[slots] == ids]
        kept: Ids = slots[np.frombuffer(self._kept, np.uint8)[slots] > 0]
        return kept

    def _compare(self, vector: Floats, slots: Ids) -> Floats:
        """The cosines (n,) of a unit vector (d,) with those at the slots (n,)."""
        numbers = np.frombuffer(self._numbers, np.float16).reshape(-1, len(vector))
        rows = max(1, PRODUCT_SIZE // len(vector))
        parts = [
            numbers[slots[start : start + rows]].astype(np.float32) @ vector
            for start in range(0, len(slots), rows)
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)


VectorIndex = FlatIndex | ListIndex


def import_faiss(threads: int = 1) -> Any:
    """The module faiss, on one thread: to wake a second costs more than a question does."""
    import faiss

    faiss.omp_set_num_threads(threads)
    return faiss


def _select_others(ids: Ids) -> Any:
    """What tells FAISS to leave out these ascending ids; None where there are none."""
    if not len(ids):
        return None
    held = np.zeros(ids[-1] + 1, bool)
    held[ids] = True
    faiss = import_faiss()
    return faiss.IDSelectorNot(faiss.IDSelectorBitmap(np.packbits(held, bitorder="little")))


def count_lists(count: int) -> int:
    """The number of lists for `count` vectors."""
    return max(1, round(LISTS_PER_ROOT * math.sqrt(count)))


def _even(vectors: Floats) -> Floats:
    """The vectors (n, d), with a 0 behind each if d is odd."""
    padded = np.pad(vectors, ((0, 0), (0, vectors.shape[1] % 2)))
    return np.ascontiguousarray(padded, np.float32)


def _read_all(read: Read, size: int) -> bytearray:
    """Just so many bytes. Raises RuntimeError if there are fewer."""
    found = bytearray()
    while len(found) < size:
        part = read(min(BLOCK_BYTES, size - len(found)))
        if not part:
            raise RuntimeError("fewer bytes than there should be")
        found += part
    return found
