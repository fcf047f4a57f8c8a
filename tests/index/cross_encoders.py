"""Tiny cross-encoders, made anew for the tests."""

from pathlib import Path
from typing import Any


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
