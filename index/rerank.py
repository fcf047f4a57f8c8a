"""The best passages of a search → judged by a model that reads question and passage together.

Nogueira and Cho (Passage re-ranking with BERT, 2019): a cross-encoder sees both texts at once, and
its logit says how well the one answers the other. It is slow, so it only looks at the best. Any
cross-encoder of sentence-transformers with one output will do; one trained with a sigmoid over it
and one trained without give the same kind of logit.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from index.chunk import passage_head
from index.errors import ModelError
from index.search import Scored
from index.supported import explain_failure
from index.types import Calibration, Passage, Record

RERANKED = 20
"""Passages looked at for a question, of each library."""

MAX_TOKENS = 512
"""Question and passage together are cut here, or where the model's positions end."""

BATCH_PAIRS = 8
"""Read in one run of the network."""

UNFITTED = Calibration(threshold=0.0, spread=1.0)
"""What holds for any cross-encoder before it is fitted: the sigmoid that it was trained with."""

Found = tuple[Scored, Record, Passage]


class Reranker(Protocol):
    """A model that judges how well a text answers a question."""

    name: str
    fingerprint: str
    """Name and hash of the weights: scores of equal fingerprints may be compared."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]: ...


class CrossReranker:
    """A cross-encoder of sentence-transformers. Threads may share it: they take turns."""

    def __init__(self, model: Any, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.name = fingerprint.rpartition("@")[0]
        self._model = model
        self._turn = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """The logit of each text, higher for a better answer; of what is too long the end is cut.

        Raises ModelError where the model gives what is no number.
        """
        import torch

        if not texts:
            return []
        with self._turn:
            logits = self._model.predict(
                [(question, text) for text in texts],
                batch_size=BATCH_PAIRS,
                show_progress_bar=False,
                # Whatever the model has over its logits would only bend the scale.
                activation_fn=torch.nn.Identity(),
            )
        scores = [float(logit) for logit in logits.reshape(-1)]
        if not all(abs(score) < float("inf") for score in scores):
            raise ModelError(
                f"The reranker {self.name} gives scores that are no numbers. Set FOOTNOTE_RERANKER "
                "to another, or leave it empty."
            )
        return scores


def load_reranker(model: str) -> CrossReranker:
    """The cross-encoder of a Hugging Face id or a folder; no folder's is looked for elsewhere.

    Raises ModelError.
    """
    from index.model import hash_tensors, quiet_libraries

    with quiet_libraries():
        try:
            from sentence_transformers import CrossEncoder

            loaded = CrossEncoder(
                model,
                device="cpu",
                local_files_only=Path(model).is_dir(),
            ).eval()
            _require_one_output(model, loaded)
            sha256 = hash_tensors(loaded)
            loaded.max_seq_length = min(MAX_TOKENS, loaded.max_seq_length or MAX_TOKENS)
            reranker = CrossReranker(loaded.float(), f"{Path(model).name}@{sha256[:12]}")
            reranker.score("one", ["two"])  # what cannot be run is refused at once
        except ModelError:
            raise
        # Whatever stands in a folder or comes from a hub may fail in any way.
        except Exception as error:
            raise ModelError(
                f"The reranker {model!r} cannot be loaded: {explain_failure(error)} Set "
                "FOOTNOTE_RERANKER to a folder or a Hugging Face id of a cross-encoder, or leave "
                "it empty."
            ) from error
    return reranker


def rerank_passages(reranker: Reranker, question: str, found: Sequence[Found]) -> list[Found]:
    """The passages ordered by the reranker's score, which takes the place of the search's.

    It reads each under its title and headings. How well a sentence answers stays as it was.
    """
    texts = [
        "\n".join(filter(None, (passage_head(record.title, passage), passage.text)))
        for _, record, passage in found
    ]
    scores = reranker.score(question, texts)
    judged = [
        (replace(scored, score=score, parts=(("reranker", score),)), record, passage)
        for score, (scored, record, passage) in zip(scores, found, strict=True)
    ]
    return sorted(judged, key=lambda one: -one[0].score)


def _require_one_output(model: str, loaded: Any) -> None:
    """Raise ModelError unless the model gives one number a pair."""
    if loaded.num_labels != 1:
        raise ModelError(
            f"The reranker {model!r} has {loaded.num_labels} labels, and not one score: it sorts "
            "pairs of texts into classes. Set FOOTNOTE_RERANKER to a cross-encoder with one "
            "label, such as cross-encoder/ms-marco-MiniLM-L6-v2, or leave it empty."
        )
