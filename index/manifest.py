"""What a backup says of itself, and the names that its members may have."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from index.errors import BackupError
from index.keep import safe_name
from index.schema import Schema
from index.weights import Weights

MANIFEST = "manifest.json"
FORMAT = "footnote backup 1"
LIBRARIES, FILES = "libraries", "files"

Databases = Mapping[str, Schema]
"""The SQLite files of a library's folder, by name, in the order in which they are copied."""

_LIBRARY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine cannot know of what it backs up."""

    footnote: str
    """The version."""
    model: Weights
    """As the settings name it; without a hash where its files are not on this machine."""
    settings: Mapping[str, str]
    """Those that are no secret, by name."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive."""

    size_bytes: int
    sha256: str
    modified: datetime
    """When the file that it was copied from was, in UTC."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one library."""

    documents: int
    folders: tuple[str, ...]
    """How its sources name the folder of the files that it keeps itself."""
    missing: tuple[str, ...]
    """Documents whose file should have been there, and was not."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made: datetime
    facts: Facts
    formats: Mapping[str, int]
    """The versions of its databases, by name."""
    libraries: Mapping[str, Held]
    members: Mapping[str, Member]


def list_libraries(folder: Path, databases: Databases) -> list[str]:
    """The names of the libraries that a folder holds, sorted."""
    found = {path.parent.name for name in databases for path in folder.glob(f"*/{name}")}
    return sorted(filter(_LIBRARY.fullmatch, found))


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as it stands in the archive."""
    told = {"format": FORMAT} | asdict(manifest)
    return json.dumps(told, indent=1, default=datetime.isoformat).encode()


def decode_manifest(data: bytes, file: Path) -> Manifest:
    """What `encode_manifest` has made. Raises BackupError, which names the archive."""
    try:
        told = json.loads(data)
        if told["format"] != FORMAT:
            raise BackupError(
                f"{file} has the format {str(told['format'])[:40]!r}, and this Footnote reads"
                f" {FORMAT!r}. Install the newest Footnote."
            )
        return _decode(told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refuse(file, f"its {MANIFEST} makes no sense") from error


def check_member(name: str, databases: Databases, file: Path) -> None:
    """Raise BackupError unless a member's name leads to where a library keeps such a file."""
    match name.split("/"):
        case [first, library, database]:
            known = database in databases
        case [first, library, folder, kept]:
            known = folder == FILES and kept == safe_name(kept)
        case _:
            first = library = ""
            known = False
    if not (known and first == LIBRARIES and _LIBRARY.fullmatch(library)):
        raise refuse(file, f"it holds {name[:100]!r}, which belongs to no library")


def refuse(file: Path, reason: str) -> BackupError:
    """The error that says that an archive cannot be restored."""
    return BackupError(
        f"{file} cannot be restored: {reason}. Nothing was changed. Restore another backup."
    )


def _decode(told: Mapping[str, Any]) -> Manifest:
    """Raises what is not as it should be as ValueError, KeyError, TypeError or AttributeError."""
    facts = told["facts"]
    return Manifest(
        made=datetime.fromisoformat(told["made"]),
        facts=Facts(
            footnote=str(facts["footnote"]),
            model=Weights(str(facts["model"]["name"]), str(facts["model"]["sha256"])),
            settings={str(name): str(value) for name, value in facts["settings"].items()},
        ),
        formats={str(name): int(version) for name, version in told["formats"].items()},
        libraries={
            str(name): Held(
                int(held["documents"]),
                tuple(map(str, held["folders"])),
                tuple(map(str, held["missing"])),
            )
            for name, held in told["libraries"].items()
        },
        members={
            str(name): Member(
                int(member["size_bytes"]),
                str(member["sha256"]),
                datetime.fromisoformat(member["modified"]),
            )
            for name, member in told["members"].items()
        },
    )
