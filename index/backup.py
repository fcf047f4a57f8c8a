"""All libraries of a data folder → one archive, while others write to them.

In it is what nothing else could bring back: of each library its databases, and the files that came
as bytes and are kept in its `files/`. The rest is derived, and made anew after a restore: the FAISS
index, drafts of it, converted and downloaded models, clones of repositories, PDFs fetched once more
to be shown. So are files that were added from where they are: their texts are in the library, and
they themselves are not Footnote's to keep. The terminal's history is nobody's but its writer's.

A library's databases are each of one moment, and the files are those that its documents were read
from. The archive is a ZIP without compression: vectors hardly shrink, and no archive unpacks to
more than itself.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from index.database import Database
from index.errors import BackupError, DiskFull, StoreBusy
from index.keep import name_aside, safe_name
from index.manifest import (
    FILES,
    LIBRARIES,
    MANIFEST,
    Databases,
    Facts,
    Held,
    Manifest,
    Member,
    encode_manifest,
    list_libraries,
)
from index.refusals import explain_refusal, explained
from index.store import Store
from index.types import Record
from index.workspace import copy_bytes, new_file, require_room, sync_folder, work_beside

BUSY_TIMEOUT_S = 10.0
TRIES = 10
"""How often a library is copied again because a kept file was replaced under the copying."""


class _Overtaken(Exception):
    """A document has changed since its library was copied, and its file with it."""


def write_backup(
    file: Path, libraries: Path, databases: Databases, facts: Facts, *, replace: bool = False
) -> Manifest:
    """The manifest of a backup of all libraries in a folder, which is in the file from now on.

    The file is there whole or not at all, for its owner's eyes only. One that is there already is
    replaced where `replace` says so. Raises BackupError, DiskFull, StoreDamaged, StoreBusy and
    LibraryError; no file is left or replaced then.
    """
    names = list_libraries(libraries, databases)
    if not names:
        raise BackupError(
            f"{libraries} holds no library, so there is nothing to back up. Name the data folder:"
            " footnote backup FILE.zip --data FOLDER"
        )
    if file.exists() and not replace:
        raise BackupError(f"{file} is there already. Name another file, or replace it: --force")
    made = datetime.now(UTC)
    formats = {name: schema.version for name, schema in databases.items()}
    held: dict[str, Held] = {}
    members: dict[str, Member] = {}
    sizes = [_measure(libraries / name, databases) for name in names]
    require_room(file, sum(sizes) + max(sizes))  # one library at a time is copied beside it first
    with _explained(file), work_beside(file, "backup") as folder:
        with new_file(folder / "archive") as unfinished, ZipFile(unfinished, "w") as archive:
            for name in names:
                copy = folder / name
                held[name] = _copy_library(libraries / name, copy, databases)
                for path in sorted(copy.rglob("*")):
                    if path.is_file():
                        member = f"{LIBRARIES}/{name}/{path.relative_to(copy).as_posix()}"
                        members[member] = _add_member(archive, member, path)
                shutil.rmtree(copy)
            manifest = Manifest(made, facts, formats, held, members)
            archive.writestr(_head(MANIFEST, made), encode_manifest(manifest))
        (folder / "archive").replace(file)
        sync_folder(file.parent)
    return manifest


def _copy_library(library: Path, copy: Path, databases: Databases) -> Held:
    """Copy a library's databases and the kept files that belong to them. Raises StoreBusy."""
    for _ in range(TRIES):
        (copy / FILES).mkdir(parents=True)
        for name, schema in databases.items():
            if (library / name).exists():
                with closing(Database(library / name, BUSY_TIMEOUT_S, schema)) as database:
                    database.copy(copy / name)
        try:
            return _copy_kept(library, copy)
        except _Overtaken:
            shutil.rmtree(copy)
    raise StoreBusy(
        f"{library} changes faster than it can be copied. Try again when its files have been"
        " taken in."
    )


def _copy_kept(library: Path, copy: Path) -> Held:
    """Copy the kept files of the documents that stand in a library's copy. Raises _Overtaken."""
    kept = os.path.realpath(library / FILES)
    missing = []
    with Store(copy / "library.db") as copied, Store(library / "library.db") as live:
        folders = [root for root in copied.roots.added() if os.path.realpath(root) == kept]
        records = copied.records()
        for record in records:
            name = Path(record.source).name
            if Path(record.source).parent not in folders or name != safe_name(name):
                continue
            path, to = library / FILES / name, copy / FILES / name
            with explained(path):
                if _copy_as_read(record, path, to):
                    continue
                now = live.record(record.id)
                if now is None or now.content_hash != record.content_hash:
                    raise _Overtaken
                if path.exists():  # it was changed, and not taken in: so it is in the library, too
                    shutil.copy2(path, to)
                else:
                    missing.append(record.name)
    return Held(len(records), tuple(map(str, folders)), tuple(missing))


def _copy_as_read(record: Record, path: Path, to: Path) -> bool:
    """Copy the bytes that a document was read from; whether they are there.

    While another file takes its place they stand aside.
    """
    for original in (path, name_aside(path)):
        with suppress(FileNotFoundError), original.open("rb") as source:
            if copy_bytes(source, None)[1] == record.content_hash:
                source.seek(0)
                with to.open("xb") as sink:
                    copy_bytes(source, sink)
                modified = os.fstat(source.fileno()).st_mtime_ns
                os.utime(to, ns=(modified, modified))
                return True
    return False


def _add_member(archive: ZipFile, name: str, path: Path) -> Member:
    """Put a file into the archive."""
    status = path.stat()
    modified = datetime.fromtimestamp(status.st_mtime, UTC)
    head = _head(name, modified)
    head.file_size = status.st_size  # or large ones are refused
    with path.open("rb") as source, archive.open(head, "w") as sink:
        size, sha256 = copy_bytes(source, sink)
    return Member(size, sha256, modified)


def _head(name: str, modified: datetime) -> ZipInfo:
    """What stands before a member; ZIP knows no date before 1980."""
    head = ZipInfo(name, max(modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    head.external_attr = 0o600 << 16
    return head


def _measure(library: Path, databases: Databases) -> int:
    """About how many bytes of a library go into a backup."""
    size = 0
    for pattern in (*(f"{name}*" for name in databases), f"{FILES}/*"):
        for path in library.glob(pattern):
            with suppress(FileNotFoundError):
                size += path.stat().st_size
    return size


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Raise as LibraryError what cannot be written; the disk that is full is the archive's."""
    try:
        yield
    except OSError as error:
        raise explain_refusal(file, error) from error
    except DiskFull as error:
        raise explain_refusal(file, OSError(errno.ENOSPC, "the disk is full")) from error
