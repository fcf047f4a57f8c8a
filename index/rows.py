"""Rows of the library's file ↔ the nouns."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedding
from index.types import Document, Passage, Record

Floats = NDArray[np.float32]
NO_IDS = np.empty(0, np.int64)

RECORD_COLUMNS = """document.id, name, source, title, pages, document.passages, size_bytes,
    content_hash, language, added, updated, link, origin, failure"""
PASSAGE_COLUMNS = """passage.text, start_char, end_char, page, last_page, heading_path, sentences,
    fragment, header"""
PASSAGE_WIDTH = 9
FEATURE_COLUMNS = "sentence_vectors, token_signs, token_width, token_counts"

TEXT = "CAST(? AS TEXT)"
"""Of `encode_path`'s bytes: file names need not be UTF-8."""

# What the full text gives back as it took it: no white space, controls, A-Z or lone surrogates.
_TERM = re.compile("[^\x00-\x20A-Z\x7f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What a passage of `s` sentences and `t` tokens is judged by; its arrays are read-only."""

    sentence_vectors: Floats
    """(s, d), unit norm to three digits: they are kept as float16."""
    token_signs: NDArray[np.uint8]
    """(t, w): a token's signs, packed into w bytes."""
    token_counts: tuple[int, ...]
    """1 + s numbers that add up to t: the head's tokens, then each sentence's."""


def is_term(text: str) -> bool:
    """Return whether the full text can hold these characters as one term."""
    return _TERM.fullmatch(text) is not None


def check_shapes(
    d: int, document: Document, passage: Passage, embedding: Embedding, terms: Sequence[str]
) -> None:
    """Raise ValueError if a passage is no slice of its document, or its other parts do not fit."""
    if passage.text != document.text[passage.start_char : passage.end_char]:
        raise ValueError("a passage is no slice of its document's text")
    s, t = len(passage.sentences), sum(embedding.token_counts)
    shapes = embedding.vector.shape, embedding.sentence_vectors.shape, embedding.token_signs.shape
    if shapes[:2] != ((d,), (s, d)) or shapes[2][0] != t or len(embedding.token_counts) != s + 1:
        raise ValueError(f"{shapes} do not fit {s} sentences, {t} tokens and {d} dimensions")
    if not all(map(is_term, terms)):
        raise ValueError("a term is empty, or holds white space, A-Z or a control character")


def encode_path(text: str) -> bytes:
    """Return a name's UTF-8, to be cast to text by SQLite: bytes that are none stay as they are."""
    return text.encode("utf-8", "surrogateescape")


def encode_place(passage: Passage) -> tuple[Any, ...]:
    """Return the columns of `passage` that say where in its document it stands."""
    return (
        *(passage.start_char, passage.end_char, passage.page, passage.last_page),
        *(json.dumps(passage.heading_path), passage.fragment, passage.header),
    )


def encode_words(passage: Passage, terms: Sequence[str]) -> tuple[Any, ...]:
    """Return the columns of `passage` that are made of its text: sentences, terms, their number."""
    return json.dumps(passage.sentences), " ".join(terms), len(terms)


def encode_vector(embedding: Embedding) -> bytes:
    """Return the vector's column: little-endian float32."""
    return embedding.vector.astype("<f4").tobytes()


def encode_features(embedding: Embedding) -> tuple[Any, ...]:
    """Return the columns of `passage_feature` after its id."""
    return (
        embedding.sentence_vectors.astype("<f2").tobytes(),
        embedding.token_signs.tobytes(),
        embedding.token_signs.shape[1],
        json.dumps(embedding.token_counts),
    )


def decode_record(row: Sequence[Any]) -> Record:
    """Return the document of a row of RECORD_COLUMNS."""
    dates = map(datetime.fromisoformat, row[9:11])
    return Record(*row[:9], *dates, *row[11:])


def decode_passage(row: Sequence[Any]) -> Passage:
    """Return the passage of a row of PASSAGE_COLUMNS."""
    text, start, end, page, last_page, heading_path, sentences, *rest = row
    pairs = tuple((first, last) for first, last in json.loads(sentences))
    path = tuple(json.loads(heading_path))
    return Passage(text, start, end, page, last_page, path, pairs, *rest)


def decode_vectors(rows: Sequence[tuple[int, bytes]]) -> tuple[NDArray[np.int64], Floats]:
    """Return ids (n,) and vectors (n, d) of rows of an id and a vector."""
    flat = np.frombuffer(b"".join(vector for _, vector in rows), "<f4")
    ids = np.array([id for id, _ in rows], np.int64)
    return ids, flat.reshape(len(rows), len(flat) // max(1, len(rows))).astype(np.float32)


def decode_features(rows: Sequence[Sequence[Any]]) -> dict[int, Features]:
    """Return the features of rows of an id and FEATURE_COLUMNS."""
    # One conversion for all of them: it is what costs most here.
    sentences = np.frombuffer(b"".join(row[1] for row in rows), "<f2").astype(np.float32)
    sentences.setflags(write=False)
    found: dict[int, Features] = {}
    start = 0
    for id, packed, signs, width, counted in rows:
        end = start + len(packed) // 2
        counts = tuple(json.loads(counted))
        s = len(counts) - 1
        found[id] = Features(
            sentences[start:end].reshape(s, (end - start) // max(1, s)),
            np.frombuffer(signs, np.uint8).reshape(sum(counts), width),
            counts,
        )
        start = end
    return found


def decode_embedding(row: Sequence[Any]) -> Embedding:
    """Return the embedding of a row of a vector and FEATURE_COLUMNS."""
    vector, *columns = row
    [features] = decode_features([(0, *columns)]).values()
    return Embedding(
        np.frombuffer(vector, "<f4"),
        features.sentence_vectors,
        features.token_signs,
        features.token_counts,
    )
