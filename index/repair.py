"""A library's folder after a fault → mended where the truth is intact, set aside where it is not.

The truth are the documents, in the library's file and where they came from. All else is made from
them, and is made anew. Of the library's file nothing is deleted.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from index.aside import remove_file, set_aside
from index.errors import FootnoteError, StoreDamaged
from index.keep import settle_left
from index.library import Library
from index.mend import CLOSED, Saved
from index.nearest import compare_file
from index.refusals import explained
from index.vector_file import Spoiled


def repair_library(folder: Path, open_alone: Callable[[], Library]) -> Iterator[str]:
    """Mend a library; yield each thing done, a sentence each. What is left is for `check` to tell.

    `open_alone` opens the library while no other process can. Raises StoreBusy where one has it
    open, DiskFull and LibraryError; the library's file is as before then.
    """
    path = folder / "library.db"
    fresh = path.with_name("library.db.mended")
    if not path.exists():
        return
    reason, saved = "", None
    try:
        with open_alone() as library:
            yield from _clear_left(folder)
            yield from _mend_store(library)
            left = [damage for damage in library.check() if damage.part != "document"]
            if left:
                reason, saved = str(left[0]), library.store.mending.save_into(fresh)
    except StoreDamaged as error:
        reason = f"{error.__cause__ or error}."
    finally:
        if not saved:
            remove_file(fresh)
    if reason:
        aside = set_aside(path, fresh if saved else None)
        yield f"{path.name} is damaged beyond mending: {reason} It was set aside as {aside}."
        yield _tell_saved(saved)
    if path.exists():
        with open_alone() as library:
            records = library.store.records()
            hashes = {record.source: record.content_hash for record in records}
            yield from settle_left(library.files, hashes)
            yield from _mend_index(library)


def _mend_store(library: Library) -> Iterator[str]:
    """Make anew what the file derives from its documents, and documents that are damaged."""
    damages = library.check()
    if any(damage.part == "structure" for damage in damages):
        return
    with suppress(StoreDamaged):  # then it is found once more, and what can be read is saved
        with library.store.transaction():
            done = library.store.mending.make_anew(damages)
        yield from done
        ids = dict.fromkeys(damage.document_id for damage in damages)
        yield from _make_anew(library, (id for id in ids if id is not None))


def _mend_index(library: Library) -> Iterator[str]:
    """Let the FAISS index be what the store says, and the store what it was by the index."""
    path = library.folder / "nearest.faiss"
    try:
        differing = compare_file(library.store, path)
    except FileNotFoundError:
        return
    except (OSError, Spoiled) as error:
        with explained(path):
            path.unlink()
        _ = library.nearest
        yield f"{path.name} was made anew from the store ({error})."
    else:
        yield from _make_anew(library, library.store.mending.documents_of(differing.tolist()))


def _make_anew(library: Library, ids: Iterable[int]) -> Iterator[str]:
    for id in ids:
        record = library.store.record(id)
        if record is None:
            continue
        try:
            library.make_anew(record)
        except FootnoteError as error:  # the others may be mended all the same
            yield f"{record.name} could not be mended. {error}"
            if isinstance(error, StoreDamaged) and record.origin is not None:
                with library.store.transaction():
                    library.store.mending.forget_look(id)
        else:
            yield f"{record.name} was damaged, and was read and embedded again."


def _clear_left(folder: Path) -> Iterator[str]:
    """Remove what only a process that died can have left, and what is made from the rest."""
    for name in ("nearest.faiss.tmp", "library.db.mended"):
        if (folder / name).exists():
            remove_file(folder / name)
            yield f"{name}, which was half written, was removed."


def _tell_saved(saved: Saved | None) -> str:
    """What became of the documents, and how to get others back."""
    back = "`footnote restore FILE` if you have a backup, or `footnote add` again."
    if saved is None:
        return f"No document could be read out of it. To get them back: {back}"
    lost = "all that were found" if not saved.lost else f"{saved.lost:,} could not"
    listed = "" if saved.listed else " Not all folders and addresses could be read: add them again."
    closed = f" Who may read {saved.closed:,} could not be read. {CLOSED}" if saved.closed else ""
    return (
        f"Read out of it, whole: {saved.documents:,} documents; {lost}.{listed}{closed}"
        " To get others back:"
        f" `footnote reindex` where their files are still there, {back}"
    )
