"""A sentence-transformers model as its own library loads it, and its network for OpenVINO.

This is the slow start: the libraries that it takes weigh several seconds. `index/kept.py` keeps
what comes of it for the next.
"""

import hashlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.batches import pad_batch
from index.errors import ModelError
from index.kept import Traits
from index.network import OpenVinoNetwork, TorchNetwork, import_openvino, unit_rows
from index.supported import OTHERWISE, explain_failure, own_prompts, require_supported
from index.weights import DEFAULT_MODEL, DEFAULT_SHA256, packaged_weights

MAX_TOKENS = 512
"""Longer texts are cut here, or where the network's positions end. (Many models come with a lower
`max_seq_length`, which would hide the end of a long passage from the look at tokens.)"""

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a network may ask for."""

EXAMPLE = ("one", "two words")
PROBES = ("a", "A longer text, to try another number and other lengths.", "snow " * 40)
"""Conversion sees the example, and then has to hold for these."""
SAME = 1e-3
"""So far apart at most are the components of unit vectors that pass for the same."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in the hands of PyTorch."""

    traits: Traits
    tokenizer: Any
    """Of the library `tokenizers`; it cuts texts, and does not pad."""
    whole: Any
    """The PyTorch module from token ids to the vectors of tokens and of texts."""


def load_model(model: str | None) -> Loaded:
    """The packaged model, or that of a folder or a Hugging Face id. Raises ModelError."""
    with quiet_libraries():
        loaded = _load(model or str(packaged_weights().parent))
        name = Path(model).name if model else DEFAULT_MODEL
        require_supported(name, loaded)
        sha256 = hash_tensors(loaded) if model else DEFAULT_SHA256
        loaded.float()  # large ones come in half precision, which processors are slow at
        prompts = own_prompts(loaded.prompts)
        tokenizer = _prepare_tokenizer(loaded, name)
        traits = Traits(
            fingerprint=f"{name}@{sha256[:12]}",
            dimension=int(loaded.get_embedding_dimension()),
            padding_id=loaded.tokenizer.pad_token_id or 0,
            inputs=tuple(name for name in INPUTS if name in loaded.tokenizer.model_input_names),
            query_prompt=prompts.query,
            document_prompt=prompts.passage,
        )
        return Loaded(traits, tokenizer, _join_modules(loaded))


def convert_network(loaded: Loaded) -> Any:
    """The whole model as one network of OpenVINO's.

    Raises ImportError without OpenVINO, and ModelError where it cannot run the model or would give
    other vectors.
    """
    import torch

    import_openvino()
    from openvino.tools.ovc import convert_model

    traits, tokenizer = loaded.traits, loaded.tokenizer
    example, probes = (
        pad_batch(tokenizer.encode_batch(list(texts)), traits.inputs, traits.padding_id)
        for texts in (EXAMPLE, PROBES)
    )
    try:
        with quiet_libraries():
            network = convert_model(
                loaded.whole,
                example_input={name: torch.from_numpy(ids) for name, ids in example.items()},
            )
        converted = OpenVinoNetwork(network).run(probes, "questions")
    # Conversion traces whatever code a model has, which may fail in any way.
    except Exception as error:
        raise ModelError(f"OpenVINO cannot convert the model: {error}") from error
    real = probes["attention_mask"] > 0
    given = TorchNetwork(loaded.whole).run(probes, "questions")
    for one, other in ((converted[0][real], given[0][real]), (converted[1], given[1])):
        apart = float(np.abs(unit_rows(one) - unit_rows(other)).max())
        if not apart <= SAME:  # nor is what is no number the same
            raise ModelError(f"OpenVINO's vectors of the model are off by {apart:.2g}")
    return network


def _load(model: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer

        local = Path(model).is_dir()
        return SentenceTransformer(model, device="cpu", local_files_only=local).eval()
    # Whatever stands in a folder or comes from a hub may fail in any way.
    except Exception as error:
        raise ModelError(
            f"The model {model!r} cannot be loaded: {explain_failure(error)} Set FOOTNOTE_MODEL to "
            "a folder or a Hugging Face id of a sentence-transformers model, or leave it empty."
        ) from error


def _prepare_tokenizer(model: Any, name: str) -> Any:
    """The model's tokenizer without the library around it."""
    from tokenizers import Tokenizer

    fast = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(fast, Tokenizer):
        raise ModelError(
            f"The model {name!r} has no fast tokenizer (tokenizer.json), which tells where each "
            f"token stands in its text. {OTHERWISE}"
        )
    positions = getattr(model[0].model.config, "max_position_embeddings", MAX_TOKENS)
    tokenizer = Tokenizer.from_str(fast.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(
        min(MAX_TOKENS, int(positions), model.tokenizer.model_max_length),
        direction=model.tokenizer.truncation_side,
    )
    return tokenizer


def _join_modules(model: Any) -> Any:
    """One PyTorch module: the transformer, and the model's own modules behind it."""
    import torch

    dimension = model.get_embedding_dimension()  # fewer than the network's where it is cut

    class Whole(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = model[0].model
            self.others = torch.nn.ModuleList(list(model)[1:])

        def forward(
            self,
            input_ids: torch.Tensor,
            attention_mask: torch.Tensor,
            token_type_ids: torch.Tensor | None = None,
        ) -> tuple[torch.Tensor, torch.Tensor]:
            types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask, **types)[
                0
            ]
            features = {"token_embeddings": tokens, "attention_mask": attention_mask}
            for module in self.others:
                features = module(features)
            return tokens, features["sentence_embedding"][:, :dimension]

    return Whole().eval()


def hash_tensors(model: Any) -> str:
    """The sha256 of a PyTorch module's weights: their names, and their bytes as they were saved."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def quiet_libraries() -> Iterator[None]:
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
