"""A folder to work in until all of it can be put in place, and how bytes get there for good."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from index.errors import DiskFull

BLOCK_BYTES = 1 << 20


@contextmanager
def work_beside(path: Path, purpose: str) -> Iterator[Path]:
    """A folder beside the path, for its owner's eyes only, that is gone afterwards.

    Those of processes that died are removed first: they would fill the disk. Raises OSError.
    """
    prefix = f".footnote-{purpose}-"
    for left in path.parent.glob(f"{prefix}*"):
        _remove_left(left)
    folder = Path(mkdtemp(prefix=prefix, dir=path.parent))
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # falls with the process
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def require_room(path: Path, size_bytes: int) -> None:
    """Raise DiskFull unless so many bytes are free on the disk of a path, be it there or not."""
    parents = path.absolute().parents
    free = shutil.disk_usage(next(folder for folder in parents if folder.exists())).free
    if free < size_bytes:
        raise DiskFull(
            f"{path} takes {size_bytes / 2**20:,.0f} MB, and {free / 2**20:,.0f} MB are free on its"
            " disk. Make room, or name a place on another disk."
        )


def copy_bytes(source: IO[bytes], sink: IO[bytes] | None) -> tuple[int, str]:
    """How many bytes were copied, and their SHA-256; without a sink they are read only."""
    size, digest = 0, hashlib.sha256()
    while block := source.read(BLOCK_BYTES):
        size += len(block)
        digest.update(block)
        if sink:
            sink.write(block)
    return size, digest.hexdigest()


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that was not there, for its owner's eyes only, on the disk afterwards.

    Raises OSError.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlive a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_left(folder: Path) -> None:
    """Remove a folder unless the process that works in it is alive."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)
