"""The documents of a commit: which files they are, and how large."""

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from index.errors import AddressRefused, SourceError, mark
from index.parse.limits import show_name
from index.repository.git import run_git
from index.repository.mirror import Bounds, Checkout

SUFFIXES = frozenset(
    {".md", ".rst", ".rest", ".adoc", ".asciidoc", ".txt", ".html", ".htm", ".ipynb"}
)
"""What is read of a repository, in lower case."""

_OTHERS = frozenset({"node_modules", "vendor", "third_party", "third-party", "bower_components"})
"""Folders of what others wrote."""
_NO_PROSE = re.compile(r"(?:cmakelists|robots|.*requirements.*|.*constraints.*)\.txt", re.I)
_FILE_MODES = frozenset({b"100644", b"100755", b"100664"})
_READ_S = 120.0
_EMPTY = mark(
    "The repository holds no documents that Footnote reads at {commit}. It reads {known}."
)
_EMPTY_FOLDER = mark(
    "Its folder {folder} holds no documents that Footnote reads at {commit}. It reads {known}."
)
_MAX_PATH_BYTES = 500


@dataclass(frozen=True, slots=True)
class File:
    """A file of a commit."""

    path: str
    """Below the repository; what cannot be read or printed in it is escaped."""
    raw_path: bytes
    """As git has it."""
    blob: str
    size_bytes: int | None = None
    """None where the content was not fetched, for it is too large."""


def check_below(below: str) -> str:
    """Return the folder below which to read, without slashes around it.

    Raises AddressRefused for a path that leads out of the repository.
    """
    parts = PurePosixPath(below.strip("/")).parts
    if ".." in parts or (not below.isprintable() and below) or len(below) > _MAX_PATH_BYTES:
        raise AddressRefused(
            "{folder} is no folder of a repository. Give it as docs/guide.", folder=show_name(below)
        )
    return "/".join(parts)


def list_files(checkout: Checkout, below: str, bounds: Bounds) -> list[File]:
    """Return the documents of the commit, sorted by path; no link and no submodule is among them.

    Raises SourceError where there are more than `bounds.files`.
    """
    listing = run_git(
        ["ls-tree", "-r", "-z", "--full-tree", checkout.commit, *([f"{below}/"] if below else [])],
        git_dir=checkout.git_dir,
        timeout_s=_READ_S,
        max_bytes=bounds.listing_bytes,
    )
    found: dict[str, File] = {}
    for entry in listing.split(b"\0"):
        head, _, raw_path = entry.partition(b"\t")
        mode, _, kind_and_blob = head.partition(b" ")
        kind, _, blob = kind_and_blob.partition(b" ")
        if kind != b"blob" or mode not in _FILE_MODES or not _is_wanted(raw_path):
            continue
        path = _read_path(raw_path)
        found.setdefault(path, File(path, raw_path, blob.decode("ascii")))
    if not found:
        template = _EMPTY_FOLDER if below else _EMPTY
        raise SourceError(
            template,
            folder=show_name(below),
            commit=checkout.commit[:12],
            known=", ".join(sorted(suffix[1:] for suffix in SUFFIXES)),
        )
    if len(found) > bounds.files:
        raise SourceError(
            "The repository holds {documents:,} documents; {most:,} are allowed. Read one of its"
            " folders only (below).",
            documents=len(found),
            most=bounds.files,
        )
    return [found[path] for path in sorted(found)]


def measure_files(checkout: Checkout, files: list[File], bounds: Bounds) -> list[File]:
    """Return the files with their sizes; nothing is fetched for it."""
    asked = ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"]
    if checkout.partial:  # to ask for one by its id would fetch it
        asked.append("--batch-all-objects")
    said = run_git(
        asked,
        git_dir=checkout.git_dir,
        timeout_s=_READ_S,
        max_bytes=bounds.listing_bytes * 4,
        given=b"" if checkout.partial else "".join(f"{file.blob}\n" for file in files).encode(),
    )
    wanted = {file.blob for file in files}
    sizes: dict[str, int] = {}
    for line in said.splitlines():
        blob, _, rest = line.decode("ascii", "replace").partition(" ")
        kind, _, size = rest.partition(" ")
        if blob in wanted and kind == "blob":
            sizes[blob] = int(size)
    return [replace(file, size_bytes=sizes.get(file.blob)) for file in files]


def _is_wanted(raw_path: bytes) -> bool:
    """Say whether a path is a document's, and one of this repository's own."""
    path = raw_path.decode("utf-8", "replace")
    *folders, name = path.split("/")
    return (
        len(raw_path) <= _MAX_PATH_BYTES
        and PurePosixPath(name).suffix.lower() in SUFFIXES
        and not any(part in ("", ".", "..") or part.startswith(".") for part in (*folders, name))
        and not any(folder.lower() in _OTHERS for folder in folders)
        and not _NO_PROSE.fullmatch(name)
    )


def _read_path(raw_path: bytes) -> str:
    path = raw_path.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in path)
