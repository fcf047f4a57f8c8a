"""A FAISS index ↔ its file, which is read only as far as it is as it was written."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from index.private import open_anew
from index.vector_index import BLOCK_BYTES, FlatIndex, ListIndex, VectorIndex

MAGIC = b"footnote nearest 3\n"
MAX_HEAD_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Mark:
    """Which passages an index holds."""

    generation: str
    """Of the library when it held just these."""
    through: int
    """The greatest id among them."""
    flat: bool
    """Whether it is a `FlatIndex`."""


class Spoiled(Exception):
    """The file is not as it was written, or cannot be read by this version of FAISS."""


def save_index(path: Path, mark: Mark, index: VectorIndex) -> None:
    """Let the file hold the index, whole or not at all. Raises OSError."""
    # One fixed name leaves one file at most behind. Two that write it at once spoil it, and the
    # checksums tell.
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with open_anew(unfinished) as file:
            writer = _Writer(file, mark)
            index.write(writer.write)
            writer.finish()
        unfinished.replace(path)
    except (OSError, RuntimeError) as error:  # FAISS turns what a callback raises into the latter
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)  # it may fill the disk
        raise error if isinstance(error, OSError) else OSError(str(error)) from error


def read_index(path: Path) -> tuple[Mark, VectorIndex]:
    """Return what `save_index` has written. Raises Spoiled and OSError."""
    with path.open("rb") as file:
        reader = _Reader(file)
        try:
            index = (FlatIndex if reader.mark.flat else ListIndex).read(reader.read)
        except (RuntimeError, MemoryError) as error:  # as FAISS says it
            raise Spoiled("FAISS cannot read it") from error
        if not reader.at_end():
            raise Spoiled("it does not end where it should")
    return reader.mark, index


class _Writer:
    """Blocks of bytes, each behind its length and the SHA-256 of all that came so far."""

    def __init__(self, file: BinaryIO, mark: Mark) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        file.write(MAGIC)
        self._put(json.dumps(asdict(mark)).encode())

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) >= BLOCK_BYTES:
            self._put(bytes(self._waiting[:BLOCK_BYTES]))
            del self._waiting[:BLOCK_BYTES]
        return len(data)

    def finish(self) -> None:
        if self._waiting:
            self._put(bytes(self._waiting))
        self._put(b"")

    def _put(self, block: bytes) -> None:
        self._hash.update(len(block).to_bytes(4, "little") + block)
        self._file.write(len(block).to_bytes(4, "little") + self._hash.digest() + block)


class _Reader:
    """The same, read block by block: FAISS trusts what it reads, so it gets nothing unchecked."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._block = memoryview(b"")
        if file.read(len(MAGIC)) != MAGIC:
            raise Spoiled("it begins with something else")
        head = self._next(MAX_HEAD_BYTES)
        if not head:
            raise Spoiled("its head is damaged")
        self.mark = Mark(**json.loads(head))

    def read(self, size: int) -> bytes:
        if not self._block:
            self._block = memoryview(self._next(BLOCK_BYTES) or b"")
        part, self._block = self._block[:size], self._block[size:]
        return bytes(part)

    def at_end(self) -> bool:
        return not self._block and self._next(0) == b""

    def _next(self, max_bytes: int) -> bytes | None:
        """The next block, or None if it is not as it was written."""
        length = self._file.read(4)
        size = int.from_bytes(length, "little")
        if len(length) < 4 or size > max_bytes:
            return None
        digest, block = self._file.read(32), self._file.read(size)
        self._hash.update(length + block)
        return block if self._hash.digest() == digest else None
