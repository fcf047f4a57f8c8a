"""An encoder that hashes words, so that a test can say which passage wins; a stop for the stuck."""

import hashlib
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embed import Embedding, Floats, QuestionEmbedding
from index.library import Library
from index.types import Passage

D = 64


class HashEncoder:
    """Every word has a random direction of its own; a text is the mean of its words."""

    name = "hash"
    fingerprint = "hash@1"
    query_prompt = ""
    backend = "hash"
    dimension = D

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, heads: Sequence[str], passages: Sequence[Passage]) -> list[Embedding]:
        self.embedded += len(passages)
        return [embed(head, passage) for head, passage in zip(heads, passages, strict=True)]

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]:
        return [
            QuestionEmbedding(mean(question), word_vectors(question), tuple(words(question)))
            for question in questions
        ]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(words(text)) for text in texts]


def embed(head: str, passage: Passage) -> Embedding:
    sentences = [passage.text[start:end] for start, end in passage.sentences]
    tokens = [word_vectors(text) for text in (head, *sentences)]
    return Embedding(
        mean(f"{head} {passage.text}"),
        np.stack([mean(sentence) for sentence in sentences]),
        np.packbits(np.concatenate(tokens) > 0, axis=1),
        tuple(len(part) for part in tokens),
    )


def words(text: str) -> list[str]:
    return "".join(c.casefold() if c.isalnum() else " " for c in text).split()


def word_vectors(text: str) -> Floats:
    if not words(text):
        return np.zeros((0, D), np.float32)
    return np.stack([_direction(word) for word in words(text)])


def mean(text: str) -> Floats:
    vectors = word_vectors(text)
    total = vectors.sum(axis=0) if len(vectors) else np.eye(1, D, dtype=np.float32)[0]
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


@cache
def _direction(word: str) -> Floats:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(D)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture
def stopped_if_stuck() -> Iterator[None]:
    """Ends a test whose input made something grow without bound; no measure of speed."""

    def stop(*_: object) -> None:
        raise AssertionError("still at it after a minute")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.fixture
def hash_encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture
def open_library(tmp_path: Path, hash_encoder: HashEncoder) -> Iterator[Callable[..., Library]]:
    with ExitStack() as opened:

        def open_one(**options: Any) -> Library:
            library = Library(tmp_path / "library", lambda: hash_encoder, **options)
            return opened.enter_context(library)

        yield open_one
