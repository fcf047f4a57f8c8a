"""Token ids → token vectors → text vectors: a sentence-transformers model's network and pooling.

OpenVINO runs the same fp32 network about three times as fast as PyTorch does on a CPU, so it is
used wherever it is installed.
"""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

Floats = NDArray[np.float32]
Inputs = Mapping[str, NDArray[np.int64]]
"""The tokenizer's arrays, each (n, t): input_ids, attention_mask, and what else it gives."""

Backend = Literal["openvino", "torch"]

log = logging.getLogger(__name__)


class Network(Protocol):
    """The transformer of a model, without its pooling."""

    backend: Backend

    def run(self, inputs: Inputs) -> Floats:
        """(n, t, h): the last layer's vector of each token, of any norm."""
        ...


class TorchNetwork:
    """The network as PyTorch runs it."""

    backend: Backend = "torch"

    def __init__(self, model: Any) -> None:
        self._network = model[0].model

    def run(self, inputs: Inputs) -> Floats:
        import torch

        with torch.inference_mode():
            output = self._network(**{key: torch.from_numpy(ids) for key, ids in inputs.items()})
        return np.asarray(output[0].numpy(), dtype=np.float32)


class OpenVinoNetwork:
    """The network as OpenVINO runs it; converted once, where there is a file to keep it in."""

    backend: Backend = "openvino"

    def __init__(self, model: Any, file: Path | None) -> None:
        openvino = import_openvino()
        core = openvino.Core()
        network = _read(core, file)
        if network is None:
            network = _convert(openvino, model)
            if file is not None:
                _save(openvino, network, file)
        # fp32: some processors would otherwise compute in bfloat16, with two digits.
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self._compiled = core.compile_model(network, "CPU", options)
        self._names = {name for port in self._compiled.inputs for name in port.names}

    def run(self, inputs: Inputs) -> Floats:
        output = self._compiled({key: inputs[key] for key in inputs if key in self._names})
        return np.asarray(output[0], dtype=np.float32)


def open_network(model: Any, backend: Backend | None, file: Path | None) -> Network:
    """OpenVINO's network where it is installed and knows the model, PyTorch's else.

    Raises ModelError where OpenVINO is asked for and cannot do it.
    """
    if backend == "torch":
        return TorchNetwork(model)
    try:
        return OpenVinoNetwork(model, file)
    except (ImportError, RuntimeError) as error:
        if backend == "openvino":
            raise ModelError(f"OpenVINO cannot run the model: {error}") from error
        if isinstance(error, RuntimeError):
            log.warning("OpenVINO cannot run the model, PyTorch does: %s", error)
        return TorchNetwork(model)


def pool_tokens(model: Any, tokens: Floats, mask: NDArray[np.int64]) -> Floats:
    """(n, t, h) → (n, d), unit norm: the model's own modules behind the network."""
    import torch

    features: dict[str, Any] = {
        "token_embeddings": torch.from_numpy(tokens),
        "attention_mask": torch.from_numpy(mask),
    }
    with torch.inference_mode():
        for module in list(model)[1:]:
            features = module(features)
    return unit_rows(features["sentence_embedding"].numpy())


def unit_rows(vectors: Floats) -> Floats:
    """The vectors along the last axis at norm 1; a zero vector stays one."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def import_openvino() -> Any:
    """The module openvino. Its converter would report each use to its makers: here it does not."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _read(core: Any, file: Path | None) -> Any | None:
    """The network that was kept, or None where there is none or it is damaged."""
    if file is None or not file.is_file():
        return None
    try:
        return core.read_model(file)
    except RuntimeError:
        log.warning("the converted network in %s is damaged, and is made anew", file.parent)
        return None


def _convert(openvino: Any, model: Any) -> Any:
    example = model.tokenizer(["one", "two words"], padding=True, return_tensors="pt")
    return openvino.convert_model(model[0].model, example_input=dict(example))


def _save(openvino: Any, network: Any, file: Path) -> None:
    """Keep the network; one half written by a process that died is never found under its name."""
    partial = file.with_name(f"{file.stem}.{os.getpid()}.xml")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        openvino.save_model(network, partial, compress_to_fp16=False)
        # The weights first: the file that is looked for comes into being last.
        partial.with_suffix(".bin").replace(file.with_suffix(".bin"))
        partial.replace(file)
    except (OSError, RuntimeError) as error:
        log.warning("the converted network could not be kept in %s: %s", file.parent, error)
        # What fills the disk must not stay to fill it.
        for part in (partial, partial.with_suffix(".bin")):
            part.unlink(missing_ok=True)
