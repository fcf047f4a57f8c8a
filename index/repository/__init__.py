"""A repository's documents, each with a link to its lines at the commit."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from index.cage import parse_caged
from index.errors import (
    AddressRefused,
    DocumentTooLarge,
    FootnoteError,
    ParseError,
    SourceError,
    UnsupportedFormat,
    mark,
)
from index.parse import Limits
from index.parse.limits import show_name
from index.repository.address import is_repository, read_address, show_address
from index.repository.forge import FORGES, link_file
from index.repository.git import find_git, read_blobs
from index.repository.mirror import (
    Bounds,
    Checkout,
    check_branch,
    open_folder,
    remove_mirror,
    update_mirror,
)
from index.repository.tree import File, check_below, list_files, measure_files
from index.types import Incoming, Look, Origin

__all__ = ["Bounds", "forget_repository", "is_repository", "look_at_repository", "show_address"]

_READ_S = 300.0
_GROUP_BYTES = 16 << 20
_GROUP_FILES = 200
_TOO_LARGE = mark(
    "{name} takes {size:,.1f} MB; {most:,} MB are allowed. Split it into smaller files."
)
_FAR_TOO_LARGE = mark(
    "{name} takes too many bytes; {most:,} MB are allowed. Split it into smaller files."
)
_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_READER = 1
"""Counted up when files that did not change are to be read again all the same."""


def look_at_repository(
    origin: Origin,
    notes: Mapping[str, str],
    *,
    folder: Path,
    limits: Limits,
    tick: Callable[[str, int, int], None],
    bounds: Bounds = Bounds(),  # noqa: B008
) -> Look:
    """What has come, changed and gone in a repository since the notes were made.

    `origin.address` is a clone address, or the path of a folder that holds `.git`; such a folder
    is read at its commit and left alone. `origin.options` may name a `branch`, a folder `below`
    which to read, and the `forge` that runs at the host. Mirrors of repositories elsewhere are
    kept below `folder`. Raises AddressRefused, and SourceError where nothing can be read.
    """
    address = read_address(origin.address)
    branch = check_branch(str(origin.options.get("branch", "")))
    below = check_below(str(origin.options.get("below", "")))
    forge = str(origin.options.get("forge", ""))
    if forge not in ("", "none", *FORGES):
        raise SourceError(
            "{forge} is no forge known. Give one of {known}.",
            forge=show_name(forge),
            known=", ".join(FORGES),
        )

    def watch() -> None:
        tick(address.name, 0, 1)

    find_git()
    watch()
    if address.folder:
        checkout = open_folder(address, branch)
    else:
        checkout = update_mirror(
            address,
            branch,
            folder,
            bounds=bounds,
            file_bytes=limits.file_bytes,
            watch=watch,
        )
    return _Repository(origin, notes, checkout, below, forge, limits, bounds, tick).look()


def forget_repository(origin: Origin, folder: Path) -> None:
    """Remove the mirror of an origin that is no more; a folder that is read in place stays."""
    try:
        address = read_address(origin.address)
    except AddressRefused:  # and so nothing was ever fetched of it
        return
    remove_mirror(address, str(origin.options.get("branch", "")), folder)


class _Repository:
    """One look at a commit."""

    def __init__(
        self,
        origin: Origin,
        notes: Mapping[str, str],
        checkout: Checkout,
        below: str,
        forge: str,
        limits: Limits,
        bounds: Bounds,
        tick: Callable[[str, int, int], None],
    ) -> None:
        self.origin = origin
        self.address = read_address(origin.address)
        self.checkout = checkout
        self.below = below
        self.forge = forge
        self.limits = limits
        self.bounds = bounds
        self.tick = tick
        self.at = json.dumps([checkout.commit, below])
        self.how = json.dumps([_READER, forge, limits.file_bytes])
        self.blobs: dict[str, str] = {}
        self.failures: dict[str, FootnoteError] = {}
        self.same = False
        if notes.get("how") == self.how:
            self.blobs = _load(notes.get("blobs"))
            failures = _load(notes.get("failures"))
            self.failures = {source: SourceError(said) for source, said in failures.items()}
            self.same = notes.get("at") == self.at
        self.linked = bool(checkout.address.host)
        if self.linked and notes.get("linked") == "no":
            # What was read at a commit that nobody could open has a link now.
            self.blobs, self.failures, self.same = {}, {}, False

    def look(self) -> Look:
        if self.same:
            return self._conclude([], self.blobs, self.failures)
        files = list_files(self.checkout, self.below, self.bounds)
        blobs = {self._source(file): file.blob for file in files}
        kept = {source for source, blob in blobs.items() if self.blobs.get(source) == blob}
        failures = {source: error for source, error in self.failures.items() if source in kept}
        fresh = [file for file in files if self._source(file) not in kept]
        documents: list[Incoming] = []
        if fresh:
            fresh = measure_files(self.checkout, fresh, self.bounds)
        for file, made in self._read(fresh):
            if isinstance(made, Incoming):
                documents.append(made)
            else:
                failures[self._source(file)] = made
        return self._conclude(documents, blobs, failures)

    def _conclude(
        self,
        documents: list[Incoming],
        blobs: Mapping[str, str],
        failures: Mapping[str, FootnoteError],
    ) -> Look:
        notes = {
            "at": self.at,
            "how": self.how,
            "blobs": json.dumps(blobs),
            "failures": json.dumps({source: str(error) for source, error in failures.items()}),
            "linked": "yes" if self.linked else "no",
        }
        return Look(tuple(documents), frozenset(blobs), dict(failures), notes)

    def _read(self, files: Sequence[File]) -> Iterator[tuple[File, Incoming | ParseError]]:
        """Yield each file with the document that it holds, or why it holds none."""
        total = sum(min(file.size_bytes or 0, self.limits.file_bytes) for file in files)
        if total > self.bounds.total_bytes:
            raise SourceError(
                "The repository's documents take {size:,.0f} MB; {most:,} MB are allowed. Read one"
                " of its folders only (below).",
                size=total / 2**20,
                most=self.bounds.total_bytes >> 20,
            )
        done = 0
        for group in self._group(files):
            readable = [file for file in group if self._fits(file)]
            contents = read_blobs(
                self.checkout.git_dir,
                [file.blob for file in readable],
                timeout_s=_READ_S,
                max_bytes=sum(file.size_bytes or 0 for file in readable),
            )
            data = dict(zip((file.path for file in readable), contents, strict=True))
            for file in group:
                self.tick(f"{self.address.name}/{file.path}", done, len(files))
                done += 1
                yield file, self._make(file, data.get(file.path))

    def _group(self, files: Sequence[File]) -> Iterator[list[File]]:
        group: list[File] = []
        size = 0
        for file in files:
            grown = size + ((file.size_bytes or 0) if self._fits(file) else 0)
            if group and (grown > _GROUP_BYTES or len(group) == _GROUP_FILES):
                yield group
                group, grown = [], grown - size
            group.append(file)
            size = grown
        if group:
            yield group

    def _fits(self, file: File) -> bool:
        return file.size_bytes is not None and file.size_bytes <= self.limits.file_bytes

    def _make(self, file: File, data: bytes | None) -> Incoming | ParseError:
        name = f"{self.address.name}/{file.path}"
        if data is None:
            template = _TOO_LARGE if file.size_bytes else _FAR_TOO_LARGE
            return DocumentTooLarge(
                template,
                name=show_name(name),
                size=(file.size_bytes or 0) / 2**20,
                most=self.limits.file_bytes >> 20,
            )
        if data.startswith(_LFS_POINTER):
            return UnsupportedFormat(
                "{name} is kept in Git LFS, and Footnote does not fetch from there. Add a copy of"
                " the file.",
                name=show_name(name),
            )
        try:
            document = parse_caged(data, PurePosixPath(file.path).name, self.limits, lines=True)
        except ParseError as error:
            return error
        return Incoming(
            name,
            self._source(file),
            document,
            len(data),
            hashlib.sha256(data).hexdigest(),
            link_file(self.checkout.address, self.checkout.commit, file.raw_path, self.forge),
            self.origin.id,
        )

    def _source(self, file: File) -> str:
        return f"{self.address.shown}#{file.path}"


def _load(noted: str | None) -> dict[str, str]:
    """Return what was noted; nothing where that can't be read, and then all is read again."""
    try:
        value: Any = json.loads(noted or "{}")
    except ValueError:
        return {}
    return {str(key): str(item) for key, item in value.items()} if isinstance(value, dict) else {}
