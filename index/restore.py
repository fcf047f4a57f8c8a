"""An archive that `write_backup` has made → the libraries of a fresh data folder.

An archive may be damaged, or made to do harm. Nothing is written before all of it was compared with
its manifest; then every library is made ready beside the place, and all are put there at once.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from index.backup import BUSY_TIMEOUT_S
from index.database import Database
from index.errors import BackupError, DiskFull, LibraryError
from index.manifest import (
    FILES,
    LIBRARIES,
    MANIFEST,
    Databases,
    Held,
    Manifest,
    Member,
    check_member,
    decode_manifest,
    refuse,
)
from index.private import make_folder
from index.refusals import explain_refusal
from index.store import Store
from index.workspace import (
    copy_bytes,
    new_file,
    require_room,
    sync_folder,
    work_beside,
)

MAX_MANIFEST_BYTES = 64 << 20

_DAMAGE = (BadZipFile, EOFError, ValueError, KeyError, RuntimeError, OverflowError)
"""What reading a damaged archive may raise."""


def restore_backup(file: Path, libraries: Path, databases: Databases) -> Manifest:
    """The manifest of a backup whose libraries are in the folder from now on, all or none.

    The folder may be missing or empty. Raises BackupError for one that is not and for an archive
    that is not whole, made by a newer Footnote or by another program; DiskFull and LibraryError.
    """
    _require_fresh(libraries)
    with _reading(file) as archive:
        manifest = _check(file, archive, databases)
    require_room(libraries, sum(member.size_bytes for member in manifest.members.values()))
    with _explained(libraries):
        make_folder(libraries.parent)
        with work_beside(libraries, "restore") as folder:
            with _reading(file) as archive, _explained(libraries):
                for name, member in manifest.members.items():
                    _extract(file, archive, name, member, folder / name)
            for name, held in manifest.libraries.items():
                _make_ready(file, folder / LIBRARIES / name, libraries / name, held, databases)
            for made, _, _ in os.walk(folder):
                sync_folder(Path(made))
            _put_in_place(folder / LIBRARIES, libraries)
    return manifest


def _check(file: Path, archive: ZipFile, databases: Databases) -> Manifest:
    """The manifest, once all of the archive is found to be as it says. Raises BackupError."""
    infos = archive.infolist()
    sizes = {info.filename: info.file_size for info in infos}
    if MANIFEST not in sizes:
        raise refuse(file, f"it holds no {MANIFEST}, so it is no backup of Footnote's")
    if any(info.compress_type != ZIP_STORED or info.flag_bits & 1 for info in infos):
        raise refuse(file, "it is compressed or encrypted, which no backup of Footnote's is")
    if sum(info.file_size for info in infos) > file.stat().st_size:
        raise refuse(file, "it says that it holds more than its own size")
    if sizes[MANIFEST] > MAX_MANIFEST_BYTES:
        raise refuse(file, f"its {MANIFEST} takes {sizes[MANIFEST] >> 20:,} MB")
    manifest = decode_manifest(archive.read(MANIFEST), file)
    for name, version in manifest.formats.items():
        if name in databases and version > databases[name].version:
            raise BackupError(
                f"{file} was made by Footnote {manifest.facts.footnote}, whose {name} has format"
                f" {version}, and this one reads formats 1 to {databases[name].version}. Install"
                " the newest Footnote."
            )
    if sorted(info.filename for info in infos) != sorted([MANIFEST, *manifest.members]):
        raise refuse(file, f"it does not hold just what its {MANIFEST} lists")
    for name, member in manifest.members.items():
        check_member(name, databases, file)
        with archive.open(name) as source:
            if copy_bytes(source, None) != (member.size_bytes, member.sha256):
                raise refuse(file, f"{name} in it is damaged")
    if {name.split("/")[1] for name in manifest.members} != set(manifest.libraries):
        raise refuse(file, f"it does not hold just the libraries that its {MANIFEST} lists")
    if not manifest.libraries:
        raise refuse(file, "it holds no library")
    return manifest


def _extract(file: Path, archive: ZipFile, name: str, member: Member, path: Path) -> None:
    """Write a member to its place."""
    make_folder(path.parent)
    with archive.open(name) as source, new_file(path) as sink:
        if copy_bytes(source, sink) != (member.size_bytes, member.sha256):
            raise refuse(file, f"it was changed while it was read ({name})")
    modified = member.modified.timestamp()
    os.utime(path, (modified, modified))


def _make_ready(file: Path, library: Path, to: Path, held: Held, databases: Databases) -> None:
    """Bring a library's databases up to date, and let kept files be where they are going to be.

    Raises BackupError for what cannot be opened, and DiskFull.
    """
    try:
        for name, schema in databases.items():
            with closing(Database(library / name, BUSY_TIMEOUT_S, schema)):
                pass
        if held.folders:
            with Store(library / "library.db") as store, store.transaction():
                for folder in held.folders:
                    store.roots.move(Path(folder), (to / FILES).absolute())
    except DiskFull:
        raise
    except LibraryError as error:
        raise refuse(file, f"the library {library.name} in it cannot be opened") from error


def _put_in_place(ready: Path, libraries: Path) -> None:
    """Let the folder with all libraries take the place of an empty one, or of none."""
    try:
        ready.rename(libraries)
    except OSError:
        _require_fresh(libraries)
        raise
    sync_folder(libraries.parent)


def _require_fresh(libraries: Path) -> None:
    """Raise BackupError where the folder holds anything."""
    if libraries.is_dir() and (held := sorted(path.name for path in libraries.iterdir())):
        raise BackupError(
            f"{libraries} holds libraries already ({', '.join(held[:3])}"
            f"{', …' if len(held) > 3 else ''}), and none is ever replaced. Restore into a fresh"
            " folder: footnote restore FILE.zip --data FOLDER"
        )


@contextmanager
def _reading(file: Path) -> Iterator[ZipFile]:
    """The archive, opened; what is wrong with it is raised as BackupError."""
    try:
        with file.open("rb") as opened, ZipFile(opened) as archive:
            yield archive
    except OSError as error:
        raise BackupError(
            f"{file} cannot be read ({error.strerror or error}). Check the path."
        ) from error
    except _DAMAGE as error:
        raise refuse(file, f"it is damaged, or no ZIP archive ({error})") from error


@contextmanager
def _explained(libraries: Path) -> Iterator[None]:
    """Raise as LibraryError what cannot be written."""
    try:
        yield
    except OSError as error:
        raise explain_refusal(libraries, error) from error
