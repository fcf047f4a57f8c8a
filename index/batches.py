"""Tokenized texts → arrays that a network reads, as few padded tokens in them as can be."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.network import Inputs

BATCH_TOKENS = 1024
"""Tokens in one run of the network, padding included. That fills the cores as well as four times so
many, pads less, and keeps what is in hand small."""


def cut_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes by rising length, in runs of at most `BATCH_TOKENS` tokens, padding included."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def pad_batch(encodings: Sequence[Any], names: Sequence[str], padding_id: int) -> Inputs:
    """The arrays with these names, each (n, t), of n texts as `tokenizers` encodes them."""
    rows = {
        "input_ids": ([encoding.ids for encoding in encodings], padding_id),
        "attention_mask": ([encoding.attention_mask for encoding in encodings], 0),
        "token_type_ids": ([encoding.type_ids for encoding in encodings], 0),
    }
    return {name: _pad(*rows[name]) for name in names}


def _pad(rows: Sequence[Sequence[int]], value: int) -> NDArray[np.int64]:
    padded = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = ids
    return padded
