"""Vectors → a FAISS index of the kind that suits their number.

Few vectors are kept flat, as they are: that is exact. Many are parted into lists around centres
(an inverted file; Jégou, Douze and Schmid, 2011), of which a search looks through the nearest ones
only, and each number of a vector is kept as one byte.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.rows import Floats

Ids = NDArray[np.int64]

FLAT_UP_TO = 20_000
"""Vectors: looking at all of them takes some milliseconds."""
LISTS_PER_ROOT = 2
"""Lists for each unit of the square root of the number of vectors."""
LEARNED_PER_LIST, LEARNING_ROUNDS = 64, 10
"""Vectors that each centre is learned from, and how often all centres are moved."""
LOOKED_THROUGH, SHARE_LOOKED_THROUGH = 32, 0.06
"""Lists that a search looks through: at least so many, and this share of them."""
GROWN, SHRUNK = 3, 0.3
"""By what the number of vectors may change until the centres are learned anew."""


@dataclass(slots=True, eq=False)
class VectorIndex:
    """A FAISS index of unit vectors by id, flat or in lists."""

    faiss_index: Any
    laid_out_for: int
    """The number of vectors that its lists were made for; 0 where it is flat."""

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self.faiss_index.ntotal)

    def suits(self, count: int, flat_up_to: int) -> bool:
        """Whether a new index would be much like this one if it were to hold `count` vectors."""
        if not self.laid_out_for:
            return count <= flat_up_to
        least, most = SHRUNK * self.laid_out_for, GROWN * self.laid_out_for
        return count > flat_up_to / 2 and least <= count <= most

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Take in vectors (n, d) under ids (n,) that are not there."""
        import_faiss(os.cpu_count() or 1)
        self.faiss_index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)
        import_faiss()

    def remove(self, ids: Ids) -> None:
        """Drop the vectors of these ids, as far as they are there."""
        if len(ids):
            faiss = import_faiss()
            self.faiss_index.remove_ids(faiss.IDSelectorBatch(ids))

    def search(self, vector: Floats, k: int, among: Sequence[int] | None) -> tuple[Ids, Floats]:
        """Return the ids (m,) nearest to a unit vector (d,), best first, and the cosines (m,).

        m is k, or the number of vectors if that is smaller. Where `among` is given, only vectors of
        these ids are looked at. In lists a near one may be missed, unless `among` is given.
        """
        k = min(k, len(self) if among is None else len(among))
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        faiss = import_faiss()
        chosen = None if among is None else faiss.IDSelectorBatch(np.asarray(among, np.int64))
        if not self.laid_out_for:
            return self._search(vector, k, faiss.SearchParameters(sel=chosen))
        lists = self.faiss_index.nlist
        share = min(lists, max(LOOKED_THROUGH, round(SHARE_LOOKED_THROUGH * lists)))
        for looked_through in (share, lists) if among is None else (lists,):
            ids, cosines = self._search(
                vector, k, faiss.SearchParametersIVF(nprobe=looked_through, sel=chosen)
            )
            if len(ids) == k:
                break
        return ids, cosines

    def _search(self, vector: Floats, k: int, parameters: Any) -> tuple[Ids, Floats]:
        question = np.ascontiguousarray(vector[None], np.float32)
        cosines, ids = self.faiss_index.search(question, k, params=parameters)
        found = ids[0] >= 0  # FAISS fills up with -1
        return ids[0][found], cosines[0][found]


def import_faiss(threads: int = 1) -> Any:
    """The module faiss, on one thread: to wake a second costs more than a question does."""
    import faiss

    faiss.omp_set_num_threads(threads)
    return faiss


def make_flat(d: int) -> VectorIndex:
    """An empty index that keeps vectors of `d` dimensions as they are."""
    faiss = import_faiss()
    return VectorIndex(faiss.IndexIDMap2(faiss.IndexFlatIP(d)), 0)


def count_lists(count: int) -> int:
    """The number of lists for `count` vectors."""
    return max(1, round(LISTS_PER_ROOT * math.sqrt(count)))


def make_lists(count: int, sample: Floats) -> VectorIndex:
    """An empty index of lists for `count` vectors, learned from a sample of them (m, d)."""
    faiss = import_faiss(os.cpu_count() or 1)
    d = sample.shape[1]
    lists = min(count_lists(count), len(sample))
    index = faiss.IndexIVFScalarQuantizer(
        *(faiss.IndexFlatIP(d), d, lists),
        *(faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT),
    )
    index.cp.niter = LEARNING_ROUNDS
    index.cp.max_points_per_centroid = LEARNED_PER_LIST
    index.cp.min_points_per_centroid = 1  # else FAISS warns on the terminal
    index.train(np.ascontiguousarray(sample, np.float32))
    import_faiss()
    return VectorIndex(index, count)
