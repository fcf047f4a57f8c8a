"""A model as it is kept for the next start: all that embedding needs, and a hash of each part.

A start from there loads `openvino` and `tokenizers`, and none of the libraries that train models.
"""

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.network import import_openvino
from index.private import make_folder
from index.weights import hash_file

TRAITS, TOKENIZER, NETWORK, WEIGHTS = "traits.json", "tokenizer.json", "network.xml", "network.bin"
LAYOUT = 1
"""Raised when what is kept changes its meaning; what an older Footnote kept is made anew then."""

_LEFT_AFTER_S = 3600.0
"""A folder half written for so long belongs to a process that died."""

_DAMAGE = (OSError, ValueError, KeyError, TypeError, RuntimeError)
"""What reading a damaged model may raise."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Traits:
    """What an encoder must know of its model beside tokenizer and network."""

    fingerprint: str
    dimension: int
    padding_id: int
    inputs: tuple[str, ...]
    """Those of the tokenizer's arrays that the network reads."""
    query_prompt: str
    document_prompt: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A model's parts, ready to run; the network is OpenVINO's."""

    traits: Traits
    tokenizer: Any
    network: Any


def read_kept(folder: Path) -> Kept | None:
    """The model that was kept in a folder; None without one, or where it is to be made anew.

    That is so where a part is damaged, which is logged, or where other versions of OpenVINO and
    tokenizers made it. Raises ImportError where these are not installed.
    """
    try:
        return _read(folder)
    except _DAMAGE as error:
        log.warning("the model kept in %s is damaged, and is made anew (%s)", folder, error)
        return None


def find_damage(folder: Path) -> str:
    """What is wrong with the model that was kept in a folder; "" where nothing is kept or wrong.

    Raises ImportError where OpenVINO or tokenizers are not installed.
    """
    try:
        _read(folder)
    except _DAMAGE as error:
        return str(error)
    return ""


def keep_model(folder: Path, kept: Kept) -> None:
    """Keep a model in a folder; one half written by a process that died is never found there.

    Two processes may do so at once. Where it cannot be kept that is logged, and nothing stays.
    """
    import tempfile

    partial = None
    try:
        make_folder(folder.parent)
        _clear_left(folder)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        _write(partial, kept)
        _put_in_place(partial, folder)
    except (OSError, RuntimeError) as error:
        log.warning("the converted model could not be kept in %s: %s", folder.parent, error)
    finally:
        if partial:
            shutil.rmtree(partial, ignore_errors=True)


def _read(folder: Path) -> Kept | None:
    """Raises one of _DAMAGE."""
    if not folder.is_dir():
        return None
    head = json.loads((folder / TRAITS).read_bytes())
    told = head["kept"]
    if head["sha256"] != _digest(told):
        raise ValueError(f"{TRAITS} has another sha256")
    if told["made_by"] != _name_makers():
        return None
    for part in (TOKENIZER, NETWORK, WEIGHTS):
        if hash_file(folder / part) != told["parts"][part]:
            raise ValueError(f"{part} has another sha256")
    from tokenizers import Tokenizer

    traits = Traits(**told["traits"] | {"inputs": tuple(told["traits"]["inputs"])})
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    return Kept(traits, tokenizer, import_openvino().Core().read_model(folder / NETWORK))


def _write(folder: Path, kept: Kept) -> None:
    (folder / TOKENIZER).write_text(kept.tokenizer.to_str(), "utf-8")
    import_openvino().save_model(kept.network, folder / NETWORK, compress_to_fp16=False)
    told = {
        "made_by": _name_makers(),
        "traits": asdict(kept.traits),
        "parts": {part: hash_file(folder / part) for part in (TOKENIZER, NETWORK, WEIGHTS)},
    }
    head = {"sha256": _digest(told), "kept": told}
    (folder / TRAITS).write_text(json.dumps(head, indent=1), "utf-8")
    for part in (TRAITS, TOKENIZER, NETWORK, WEIGHTS):
        (folder / part).chmod(0o600)  # in a folder that is its owner's alone


def _put_in_place(partial: Path, folder: Path) -> None:
    """Let a finished folder take the place of a damaged one, or of none. Raises OSError."""
    with suppress(*_DAMAGE):
        if _read(folder):
            return  # another process was first
    try:
        partial.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        damaged = partial.with_name(f"{partial.name}.damaged")
        folder.rename(damaged)
        partial.rename(folder)
        shutil.rmtree(damaged, ignore_errors=True)


def _clear_left(folder: Path) -> None:
    """Remove what processes that died have left half written: it would fill the disk."""
    for left in folder.parent.glob(f".{folder.name}.*"):
        # One of a time to come was left there before the clock was set back.
        if abs(time.time() - left.stat().st_mtime) > _LEFT_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)


def _name_makers() -> str:
    """What must be the same for a kept model to be read again."""
    import tokenizers

    openvino = import_openvino().get_version()
    return f"layout {LAYOUT}, OpenVINO {openvino}, tokenizers {tokenizers.__version__}"


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
