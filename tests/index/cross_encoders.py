"""Cross-encoders for the tests: tiny ones made anew, and one whose verdict is known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Devotee:
    """Cares for one word alone."""

    name = "devotee"

    def __init__(self, word: str, version: int = 1) -> None:
        self.word = word
        self.fingerprint = f"devotee@{version}"
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append((question, tuple(texts)))
        return [2.0 if self.word in text else -3.0 for text in texts]


def save_cross_encoder(
    tiny_model: Path,
    folder: Path,
    *,
    labels: int = 1,
    seed: int = 7,
    weight: float | None = None,
    activation: Any = None,
) -> Path:
    """The folder, with a cross-encoder in it that reads as the tiny model does."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    torch.manual_seed(seed)
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=256,
            num_labels=labels,
        )
    )
    torch.nn.init.normal_(model.bert.embeddings.word_embeddings.weight)
    torch.nn.init.normal_(model.classifier.weight)
    if weight is not None:
        torch.nn.init.constant_(model.classifier.weight, weight)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if activation is not None:
        whole = CrossEncoder(str(folder), device="cpu", activation_fn=activation)
        whole.save_pretrained(str(folder))
    return folder
