"""Token ids → the vectors of tokens and of texts: a model's network, as something runs it.

OpenVINO runs the same fp32 network faster than PyTorch does on a CPU, and starts in a moment, so it
is used wherever it is installed.
"""

import sys
import threading
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Inputs = Mapping[str, NDArray[np.int64]]
"""The tokenizer's arrays, each (n, t): input_ids, attention_mask, and what else the network asks
for."""
Outputs = tuple[Floats, Floats]
"""(n, t, h): the last layer's vector of each token, of any norm; (n, d): each text's vector."""

Backend = Literal["openvino", "torch"]
Lane = Literal["questions", "passages"]
"""Each runs the network one batch at a time, and neither waits for the other."""


_CONVERTER = "openvino.tools.ovc"


class Network(Protocol):
    """A model's transformer and what pools its tokens. Threads may share it."""

    backend: Backend

    def run(self, inputs: Inputs, lane: Lane) -> Outputs:
        """The vectors of a batch, once those before it on the lane are done."""
        ...


class TorchNetwork:
    """The network as PyTorch runs it."""

    backend: Backend = "torch"

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self._turns: dict[Lane, Any] = {"questions": threading.Lock(), "passages": threading.Lock()}

    def run(self, inputs: Inputs, lane: Lane) -> Outputs:
        import torch

        given = {name: torch.from_numpy(ids) for name, ids in inputs.items()}
        with self._turns[lane], torch.inference_mode():
            tokens, vectors = self._whole(**given)
        return tokens.float().numpy(), vectors.float().numpy()


class OpenVinoNetwork:
    """The network as OpenVINO runs it. Raises RuntimeError where it cannot be compiled.

    Questions have a copy of their own as soon as there was one. Each copy uses all cores, and the
    operating system shares these out: a question costs twice its time while passages are embedded,
    where it would wait for a whole batch if it had to take turns.
    """

    backend: Backend = "openvino"

    def __init__(self, network: Any) -> None:
        self._asked = False
        self._first, self._second = _Compiled(network), _Compiled(network)
        self._first.start()

    def run(self, inputs: Inputs, lane: Lane) -> Outputs:
        self._asked |= lane == "questions"
        beside = self._asked and lane == "passages"
        return (self._second if beside else self._first).run(inputs)


class _Compiled:
    """One compiled copy of a network, and whose turn it is."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._turn = threading.Lock()
        self._request: Any = None
        self._names: frozenset[str] = frozenset()

    def start(self) -> None:
        """Compile the network unless that is done. Raises RuntimeError."""
        if self._request is not None:
            return
        openvino = import_openvino()
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            # Some processors would otherwise compute in bfloat16, with two digits.
            "INFERENCE_PRECISION_HINT": "f32",
            # The lanes' threads would else be bound to the same cores, one behind the other.
            "ENABLE_CPU_PINNING": False,
        }
        compiled = openvino.Core().compile_model(self._network, "CPU", options)
        self._names = frozenset(name for port in compiled.inputs for name in port.names)
        self._request = compiled.create_infer_request()

    def run(self, inputs: Inputs) -> Outputs:
        with self._turn:
            self.start()
            given = {name: ids for name, ids in inputs.items() if name in self._names}
            made = self._request.infer(given, share_inputs=True, share_outputs=True)
            # Copies: what is shared is overwritten by the next run.
            return np.array(made[0], np.float32), np.array(made[1], np.float32)


def import_openvino() -> Any:
    """The module openvino, without its converter, which would double what it weighs.

    That one would also report each use to its makers: here it does not.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    if "openvino" not in sys.modules:
        sys.modules.setdefault(_CONVERTER, None)  # type: ignore[arg-type]
    import openvino

    if sys.modules.get(_CONVERTER, openvino) is None:
        del sys.modules[_CONVERTER]
    return openvino


def unit_rows(vectors: Floats) -> Floats:
    """The vectors along the last axis at norm 1; a zero vector stays one."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
