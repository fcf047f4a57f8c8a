"""Documents on the disk: which ones a folder holds, and their bytes."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from index.errors import DocumentTooLarge, UnreadableFile
from index.parse import SUFFIXES, Limits
from index.parse.limits import show_name


@dataclass(frozen=True, slots=True)
class Files:
    """What a folder holds: documents to read, sorted, and what could not be looked at."""

    found: tuple[Path, ...]
    failures: tuple[tuple[Path, UnreadableFile], ...]


def find_files(folder: Path) -> Files:
    """Return every readable document below a folder, each real file once.

    Links are followed, and loops of them survived. Hidden files and folders are skipped, other
    suffixes too. Broken links and forbidden folders are failures. Raises UnreadableFile if the
    folder itself cannot be read.
    """
    found: list[Path] = []
    failures: list[tuple[Path, UnreadableFile]] = []
    seen = _identify(folder)
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            failure = _explain(here, error)
            if here == folder:
                raise failure from error
            failures.append((here, failure))
            continue
        deeper: list[Path] = []
        for entry in entries:
            path = here / entry.name
            if entry.name.startswith("."):
                continue
            try:
                status = path.stat()
            except OSError as error:
                # A broken link's name still tells whether it was to be a document.
                if path.suffix.lower() in SUFFIXES or not path.suffix:
                    failures.append((path, _explain(path, error)))
                continue
            identity = (status.st_dev, status.st_ino)
            wanted = stat.S_ISREG(status.st_mode) and path.suffix.lower() in SUFFIXES
            if identity in seen or not (wanted or stat.S_ISDIR(status.st_mode)):
                continue
            seen.add(identity)
            (found if wanted else deeper).append(path)
        folders += reversed(deeper)
    return Files(tuple(sorted(found)), tuple(sorted(failures, key=lambda failure: failure[0])))


def read_file(path: Path, limits: Limits = Limits()) -> bytes:  # noqa: B008
    """Return a file's bytes.

    Raises UnreadableFile for what is missing, forbidden or no regular file, and DocumentTooLarge
    before reading. Never waits for a pipe or a device.
    """
    try:
        # Without O_NONBLOCK, opening a pipe waits for its other end.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except (OSError, ValueError) as error:
        raise _explain(path, error) from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise UnreadableFile(
            "{name} is no regular file. Give a document's path.", name=show_name(path.name)
        )
    with os.fdopen(handle, "rb") as file:
        if status.st_size > limits.file_bytes:
            raise _too_large(path, status.st_size, limits)
        try:
            data = file.read(limits.file_bytes + 1)
        except OSError as error:
            raise _explain(path, error) from error
    if len(data) > limits.file_bytes:  # it grew while it was read
        raise _too_large(path, len(data), limits)
    return data


def _identify(folder: Path) -> set[tuple[int, int]]:
    """Return what tells the folder from every other, so that no link leads back into it."""
    try:
        status = folder.stat()
    except OSError:
        return set()
    return {(status.st_dev, status.st_ino)}


def _explain(path: Path, error: OSError | ValueError) -> UnreadableFile:
    shown = show_name(path.name or str(path))
    if isinstance(error, PermissionError):
        return UnreadableFile(
            "{name} may not be read. Give the bot's user the right to read it.", name=shown
        )
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return UnreadableFile(
            "{name} is a link to nothing. Remove it, or restore its target.", name=shown
        )
    if isinstance(error, FileNotFoundError):
        return UnreadableFile("{name} does not exist. Check the path.", name=shown)
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return UnreadableFile(
        "{name} cannot be opened ({reason}). Check the path.", name=shown, reason=str(reason)
    )


def _too_large(path: Path, size: int, limits: Limits) -> DocumentTooLarge:
    return DocumentTooLarge(
        "{name} takes {size:,.1f} MB; {most:,} MB are allowed. Split it into smaller files.",
        name=show_name(path.name),
        size=size / 2**20,
        most=limits.file_bytes >> 20,
    )
