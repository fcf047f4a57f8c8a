"""Vectors → the passages nearest to a question, by FAISS."""

import hashlib
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store import Store

Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

_MAGIC = b"footnote nearest 1\n"


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The FAISS index of all passages of one generation of a store."""

    generation: str
    _index: Any

    def __len__(self) -> int:
        """Return the number of passages."""
        return int(self._index.ntotal)

    def search(
        self, vector: Floats, k: int, among: Sequence[int] | None = None
    ) -> tuple[NDArray[np.int64], Floats]:
        """Return the ids (m,) of the passages nearest to a unit vector (d,), and the cosines (m,).

        Best first; m is k, or the number of passages if that is smaller. Where `among` is given,
        only the passages of these ids are looked at.
        """
        k = min(k, len(self) if among is None else len(among))
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None
        if among is not None:
            faiss = _import_faiss()
            chosen = faiss.IDSelectorBatch(np.asarray(among, np.int64))
            parameters = faiss.SearchParameters(sel=chosen)
        cosines, ids = self._index.search(
            np.ascontiguousarray(vector[None], np.float32), k, params=parameters
        )
        found = ids[0] >= 0  # FAISS fills up with -1
        return ids[0][found], cosines[0][found]


def load_nearest(store: Store, path: Path) -> Nearest:
    """Return the FAISS index of the store as it is now: the file's, if it is of this generation.

    Else it is built from the store's vectors and saved. A file that cannot be read or saved costs
    time only, and is logged.
    """
    with store.snapshot():
        generation = store.generation
        index = _read_index(path, generation)
        if index is None:
            index = _build_index(*store.evidence.vectors())
            log.info("nearest: built for %d passages", index.ntotal)
            if index.ntotal:
                _save_index(index, path, generation)
    return Nearest(generation, index)


def _import_faiss() -> Any:
    """The module faiss, on one thread: to wake a second costs more than a question does."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss


def _build_index(ids: NDArray[np.int64], vectors: Floats) -> Any:
    faiss = _import_faiss()

    # Flat: exact, and 10,000 passages take a few milliseconds.
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    if len(ids):
        index.add_with_ids(vectors, ids)
    return index


def _read_index(path: Path, generation: str) -> Any | None:
    """Return the index in the file, or None unless it is whole and of that generation."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("nearest: the file cannot be read (%s)", error.strerror)
        return None
    head = _MAGIC + generation.encode() + b"\n"
    digest = data[len(head) : len(head) + 32]
    body = memoryview(data)[len(head) + 32 :]
    # FAISS trusts what it reads, so it gets nothing that is not as it was written.
    if not data.startswith(head) or hashlib.sha256(body).digest() != digest:
        return None
    faiss = _import_faiss()

    try:
        return faiss.deserialize_index(np.frombuffer(body, np.uint8))
    except RuntimeError:  # another version of FAISS wrote it
        log.warning("nearest: the file cannot be read by FAISS %s", faiss.__version__)
        return None


def _save_index(index: Any, path: Path, generation: str) -> None:
    faiss = _import_faiss()

    body = faiss.serialize_index(index).data
    # One fixed name leaves one file at most behind. Two that write it at once spoil it, and the
    # checksum tells.
    unfinished = path.with_name(path.name + ".tmp")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + generation.encode() + b"\n")
            file.write(hashlib.sha256(body).digest())
            file.write(body)
        unfinished.replace(path)
    except OSError as error:
        log.warning("nearest: the file cannot be saved (%s)", error.strerror)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)  # it may fill the disk
