"""Vectors of questions as a server's file keeps them, each with what made it."""

from collections.abc import Sequence

import numpy as np

from bot.libraries.kept import Vector
from index.embed import Encoder
from index.network import Floats

BATCH = 64
"""Questions that are embedded at once."""


def name_embedding(encoder: Encoder) -> str:
    """What must be the same for vectors of questions to be compared."""
    return f"{encoder.fingerprint}, questions after {encoder.query_prompt!r}"


def pack_vector(encoder: Encoder, vector: Floats) -> Vector:
    """A vector (d,) that the encoder made, at half precision."""
    return Vector(name_embedding(encoder), vector.astype("<f2").tobytes())


def unpack_vector(vector: Vector) -> Floats:
    """The vector (d,) as it was packed."""
    return np.frombuffer(vector.data, "<f2").astype(np.float32)


def embed_texts(encoder: Encoder, texts: Sequence[str]) -> list[Floats]:
    """The vectors (d,), unit norm, of questions, some at a time."""
    found: list[Floats] = []
    for start in range(0, len(texts), BATCH):
        found += [one.vector for one in encoder.embed_questions(texts[start : start + BATCH])]
    return found
