"""Texts → unit vectors, by any sentence-transformers model with its own prompts and pooling."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.batches import cut_batches, pad_batch
from index.errors import ModelError
from index.familiarity import IDEOGRAPHS, find_words, measure_familiarity, reads_ideographs
from index.kept import Kept, Traits, keep_model, read_kept
from index.network import Backend, Floats, Inputs, Network, OpenVinoNetwork, TorchNetwork, unit_rows
from index.supported import Prompts
from index.types import Passage
from index.weights import find_weights

if TYPE_CHECKING:
    from index.model import Loaded


log = logging.getLogger(__name__)


UNKNOWN = ("[UNK]", "<unk>", "<|unk|>", "[unk]")
"""What tokenizers name the piece that stands for what they do not know."""


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
    token_words: tuple[str, ...]
    """The word that each token is of, as it stands in the question; "" for a sign."""
    familiarity: float = 1.0
    """How well the model can know the question's language, 0..1."""


class Encoder(Protocol):
    """A model that embeds passages and questions into one space."""

    name: str
    fingerprint: str
    """Name and hash of the weights, and the prompt of passages where the settings name one: vectors
    of equal fingerprints may be compared."""
    query_prompt: str
    """What it reads before each question."""
    backend: str
    dimension: int

    def embed_passages(
        self, heads: Sequence[str], passages: Sequence[Passage]
    ) -> list[Embedding]: ...

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class _Encoded:
    """One passage under its head, behind the network."""

    vector: Floats
    signs: NDArray[np.uint8]
    """(t, ceil(h / 8)), as `Embedding.token_signs`."""
    starts: NDArray[np.int64]
    """(t,): where each token begins in the text."""


class SentenceEncoder:
    """A sentence-transformers model: how it tokenizes, and what runs its network.

    Threads may share it. Questions and passages run side by side, so that a question does not wait
    for an indexing.
    """

    def __init__(
        self,
        traits: Traits,
        tokenizer: Any,
        network: Network,
        prompts: Prompts = Prompts(),  # noqa: B008
    ) -> None:
        self.query_prompt = prompts.query or traits.query_prompt
        self._passage_prompt = prompts.passage or traits.document_prompt
        self.fingerprint = traits.fingerprint
        if self._passage_prompt != traits.document_prompt:
            self.fingerprint += f" after {self._passage_prompt!r}"
        self.name = traits.fingerprint.rpartition("@")[0]
        self.backend: str = network.backend
        self.dimension = traits.dimension
        self._traits = traits
        self._tokenizer = tokenizer
        self._network = network
        unknown = (tokenizer.token_to_id(token) for token in UNKNOWN)
        self._unknown = {id for id in unknown if id is not None}
        known = tokenizer.encode(IDEOGRAPHS, add_special_tokens=False)
        self._ideographs = reads_ideographs(known.ids, known.offsets, self._unknown)

    def embed_passages(self, heads: Sequence[str], passages: Sequence[Passage]) -> list[Embedding]:
        """One embedding a passage, each passage read under its head (title and heading path).

        A text that comes more than once is read once.
        """
        prompt = self._passage_prompt
        fronts = [f"{prompt}{head}\n" if head else prompt for head in heads]
        wholes = [front + passage.text for front, passage in zip(fronts, passages, strict=True)]
        sentences = [
            [prompt + passage.text[start:end] for start, end in passage.sentences]
            for passage in passages
        ]
        encoded, vectors = self._encode(wholes, (one for several in sentences for one in several))
        embeddings = []
        for whole, front, parts, passage in zip(wholes, fronts, sentences, passages, strict=True):
            one = encoded[whole]
            counts = _count_by_sentence(one.starts - len(front), passage)
            stacked = np.stack([vectors[part] for part in parts])
            embeddings.append(Embedding(one.vector, stacked, one.signs, counts))
        return embeddings

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]:
        """Each question's vector and its tokens' vectors; those asked together run together."""
        prompt, first = self.query_prompt, len(self.query_prompt)
        # One by one: together they would wait for threads that tokenize passages.
        encodings = [self._tokenizer.encode(prompt + question) for question in questions]
        embeddings: dict[int, QuestionEmbedding] = {}
        for batch in cut_batches([len(encoding) for encoding in encodings]):
            tokens, vectors = self._network.run(
                self._pad([encodings[index] for index in batch]), "questions"
            )
            vectors = unit_rows(vectors)
            for row, index in enumerate(batch):
                real, offsets = _find_real(encodings[index])
                own = real[offsets[:, 1] > first]
                spans = np.maximum(offsets[offsets[:, 1] > first] - first, 0).tolist()
                embeddings[index] = QuestionEmbedding(
                    vectors[row],
                    unit_rows(tokens[row, own]),
                    find_words(questions[index], spans),
                    measure_familiarity(
                        questions[index],
                        [encodings[index].ids[place] for place in own],
                        spans,
                        self._unknown,
                        ideographs=self._ideographs,
                    ),
                )
        return [embeddings[index] for index in range(len(questions))]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens the network reads for each text, special ones included."""
        return [len(encoding) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def _encode(
        self, wholes: Iterable[str], sentences: Iterable[str]
    ) -> tuple[dict[str, _Encoded], dict[str, Floats]]:
        """What the network says of each passage and of each sentence, by their texts.

        All run together by length, so that a batch holds texts of like length.
        """
        distinct = dict.fromkeys(wholes)
        rest = [text for text in dict.fromkeys(sentences) if text not in distinct]
        texts = [*distinct, *rest]
        # Where its tokens stand is not asked of a sentence.
        encodings = self._tokenizer.encode_batch(list(distinct))
        encodings += self._tokenizer.encode_batch_fast(rest)
        encoded: dict[str, _Encoded] = {}
        by_text: dict[str, Floats] = {}
        for batch in cut_batches([len(encoding) for encoding in encodings]):
            tokens, vectors = self._network.run(
                self._pad([encodings[index] for index in batch]), "passages"
            )
            vectors = unit_rows(vectors)
            for row, index in enumerate(batch):
                text, vector = texts[index], vectors[row]
                by_text[text] = vector
                if index < len(distinct):
                    real, offsets = _find_real(encodings[index])
                    signs = np.packbits(tokens[row, real] > 0, axis=1)
                    encoded[text] = _Encoded(vector, signs, offsets[:, 0])
        return encoded, by_text

    def _pad(self, encodings: Sequence[Any]) -> Inputs:
        return pad_batch(encodings, self._traits.inputs, self._traits.padding_id)


def load_encoder(
    model: str | None = None,
    *,
    cache: Path | None = None,
    keep: bool = True,
    backend: Backend | None = None,
    prompts: Prompts = Prompts(),  # noqa: B008
) -> SentenceEncoder:
    """The encoder of the packaged model, or of a Hugging Face id or a folder.

    `cache` is a folder that keeps the model as OpenVINO reads it: from there the next start needs
    no PyTorch. Without one or without `keep`, or with a backend of "torch", nothing is written.
    Without a backend OpenVINO runs the network where it is installed and knows the model, PyTorch
    else. `prompts` take the place of the model's own, which are all that is kept. Raises
    ModelError.
    """
    weights = find_weights(model)
    if weights and cache and backend != "torch" and (kept := _read(cache / weights.key)):
        return _by_openvino(kept, prompts)
    from index.model import load_model

    loaded = load_model(model)
    converted = None if backend == "torch" else _convert(loaded, required=backend == "openvino")
    if converted is None:
        network = TorchNetwork(loaded.whole)
        return SentenceEncoder(loaded.traits, loaded.tokenizer, network, prompts)
    kept = Kept(loaded.traits, loaded.tokenizer, converted)
    now = find_weights(model) if cache and keep else None
    if cache and now and weights in (None, now):  # it was downloaded meanwhile, or is as it was
        keep_model(cache / now.key, kept)
        kept = _read(cache / now.key) or kept  # so that PyTorch's copy of the weights can go
    return _by_openvino(kept, prompts)


def _by_openvino(kept: Kept, prompts: Prompts) -> SentenceEncoder:
    network = OpenVinoNetwork(kept.network)
    return SentenceEncoder(kept.traits, kept.tokenizer, network, prompts)


def _read(folder: Path) -> Kept | None:
    """The model that was kept, None also where OpenVINO is not installed."""
    try:
        return read_kept(folder)
    except ImportError:
        return None


def _convert(loaded: "Loaded", *, required: bool) -> Any | None:
    """The network for OpenVINO; None where it is not installed or does not know the model.

    Raises ModelError instead if it is `required`.
    """
    from index.model import convert_network

    try:
        return convert_network(loaded)
    except (ImportError, ModelError) as error:
        if required:
            raise ModelError(f"OpenVINO cannot run the model: {error}") from error
        if isinstance(error, ModelError):
            log.warning("PyTorch runs the model: %s", error)
        return None


def _find_real(encoding: Any) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Which tokens of a text stand for a part of it, and the offsets of those: (t,) and (t, 2)."""
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    real = np.flatnonzero(offsets[:, 1] > offsets[:, 0])
    return real, offsets[real]


def _count_by_sentence(starts: NDArray[np.int64], passage: Passage) -> tuple[int, ...]:
    """How many of the tokens that begin there lie in the head and in each sentence."""
    borders = np.searchsorted(starts, [start for start, _ in passage.sentences])
    counts = np.diff([0, *borders, len(starts)])
    return tuple(int(count) for count in counts)
