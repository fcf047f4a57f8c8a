"""Backups of the engine's tests: how they are made, taken apart, and made to do harm."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from index.backup import write_backup
from index.manifest import MANIFEST, Facts, Manifest
from index.restore import restore_backup
from index.schema import LIBRARY
from index.weights import Weights

DATABASES = {"library.db": LIBRARY}
FACTS = Facts("0.1.0", Weights("hash", "1" * 64), {"FOOTNOTE_LIBRARY": "default"})


def back_up(file: Path, libraries: Path, *, replace: bool = False) -> Manifest:
    return write_backup(file, libraries, DATABASES, FACTS, replace=replace)


def back_up_again(file: Path, libraries: Path) -> None:
    back_up(file, libraries, replace=True)


def restore(file: Path, libraries: Path) -> Manifest:
    return restore_backup(file, libraries, DATABASES)


def unpack(file: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The members of an archive, and what its manifest says."""
    with ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return members, json.loads(members.pop(MANIFEST))


def pack(file: Path, members: Mapping[str, bytes], /, **told: Any) -> None:
    """Write an archive whose manifest fits its members, but for what is told otherwise."""
    now = datetime.now(UTC).isoformat()
    manifest = {
        "format": "footnote backup 1",
        "made": now,
        "facts": {
            "footnote": "0.1.0",
            "model": {"name": "hash", "sha256": "1" * 64},
            "settings": {},
        },
        "formats": {"library.db": LIBRARY.version},
        "libraries": {
            name.split("/")[1]: {"documents": 0, "folders": [], "missing": []}
            for name in members
            if "/" in name
        },
        "members": {
            name: {
                "size_bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "modified": now,
            }
            for name, data in members.items()
        },
    }
    with ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(MANIFEST, json.dumps(manifest | told))
