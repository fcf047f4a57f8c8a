"""What a library holds: documents from files and from bytes beside those of its origins."""

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from index.afresh import embed_afresh, renew_document
from index.check import Damage
from index.errors import ParseError, UnknownDocument
from index.ingest import Ingest
from index.keep import name_files, write_files
from index.parse import SUFFIXES
from index.parse.limits import show_name
from index.refresh import remove_records
from index.shelf import Report, Shelf
from index.sources import find_gone, gather_files, is_taught, source_status
from index.summary import Summary
from index.types import Incoming, Record


class Holdings(Shelf):
    """The same with documents from files and from bytes: how they come, change and go.

    The model is loaded when it is first needed. Threads must take turns.
    """

    def documents(self) -> tuple[tuple[Record, str], ...]:
        """Every document by name, and how its source stands: see `source_status`.

        Where the whole origin could not be looked at, its documents tell why.
        """
        failures = {origin.id: origin.failure for origin in self.origins()}
        records = (
            replace(record, failure=record.failure or failures.get(record.origin or 0))
            for record in self.store.records()
        )
        return tuple((record, source_status(record)) for record in records)

    def remove(self, name: str) -> Record:
        """The document that was removed; it stays away until its own path is added again.

        A file that the library kept itself goes too, and all versions of what was taught. Raises
        UnknownDocument.
        """
        record = self.store.find(name)
        with self.store.transaction():
            self.store.remove(record.id)
            self.store.readers.release(record.id)
            if is_taught(record):
                return record
            self.store.roots.remove(Path(record.source))
            self.store.roots.exclude(record.source)
        if Path(record.source).parent == self.files:
            Path(record.source).unlink(missing_ok=True)
        return record

    def bind(self, name: str, labels: Collection[str]) -> None:
        """Let a document be read only with one of the labels, or by everybody if there are none.

        It stays so until it is bound anew or removed by `remove`, whatever becomes of its source.
        Raises UnknownDocument and ReadersError.
        """
        with self.store.transaction():
            record = self.store.by_name(name)  # near is not near enough here
            if record is None:
                raise UnknownDocument(
                    "No document is named {name}. `footnote documents` lists them all.",
                    name=show_name(name),
                )
            self.store.readers.bind(record, labels)

    def add(self, paths: Sequence[Path], progress: Report | None = None) -> Summary:
        """What became of the files given, and of those in the folders given.

        Only what changed by its bytes is embedded again, and a document that can no longer be read
        stays as it was. Each is stored whole or not at all. Raises ModelChanged.
        """
        # Not resolved: a link keeps the name that the admin gave it.
        roots = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100
        ingest = self._ingest(progress)
        files = self._gather(roots, ingest)
        with self.store.transaction():
            for root in roots:
                if root.is_dir() or (root.exists() and root.suffix.lower() in SUFFIXES):
                    self.store.roots.add(root)
                    self.store.roots.include(str(root))
        ingest.add_files(files)
        return ingest.summary()

    def index_folder(self, folder: Path, progress: Report | None = None) -> Summary:
        """What became of a folder's files, or, where it was added before, of all files.

        Origins are not looked at: see `due`. Raises ModelChanged.
        """
        if folder.resolve() not in {root.resolve() for root in self.store.roots.added()}:
            return self.add([folder], progress)
        ingest = self._ingest(progress)
        self._take_files(ingest)
        return ingest.summary()

    def make_anew(self, record: Record) -> None:
        """Cut and embed a damaged document again, from its file or else from the text that is kept.

        Nothing has changed where an error is raised. Raises StoreDamaged where neither is as it
        was, and ModelChanged.
        """
        with self.store.transaction():
            renew_document(self.store, self._ingest(None, inside_transaction=True), record)

    def keep(self, files: Sequence[tuple[str, bytes]], progress: Report | None = None) -> Summary:
        """What became of files given by name and bytes, which the library keeps from now on.

        A name that was given before stands for the same document. What cannot be read or is
        stopped leaves the document and the file that were there. Raises ModelChanged, DiskFull
        and LibraryError.
        """
        ingest = self._ingest(progress, remembers=False)  # what failed is put back as it was
        kept, doubled = name_files(self.files, files)
        for path in doubled:
            ingest.fail(path, ParseError("Another file came with the same name. Rename one."))
        with write_files(kept, stays=lambda path: str(path) in ingest.stored):
            with self.store.transaction():
                self.store.roots.add(self.files)
                for path in kept:
                    self.store.roots.include(str(path))
            ingest.add_files([(path, path.name) for path in kept])
        return ingest.summary()

    def add_documents(self, documents: Sequence[Incoming], progress: Report | None = None) -> None:
        """Add what is parsed already. Raises ModelChanged, EmptyDocument and NoRoom."""
        ingest = self._ingest(progress)
        for incoming in documents:
            ingest.add(incoming)
        ingest.flush()

    def reindex(self, *, full: bool = False, progress: Report | None = None) -> Summary:
        """What changed in all that was ever added.

        A document whose file is gone is removed, but where a whole folder is missing its documents
        stay: a drive may merely be unplugged. With `full` all is embedded afresh, in one
        transaction: if that is stopped, the library stays as it was. Raises ModelChanged unless
        `full`.
        """
        if not full:
            ingest = self._ingest(progress)
            self._take_files(ingest)
            for origin in self.origins():
                if origin.kind != "channel":
                    self._refresh(origin, ingest)
            return ingest.summary()
        with self.store.transaction():
            ingest = self._ingest(progress, inside_transaction=True)
            files = self._gather(self.store.roots.added(), ingest)
            embed_afresh(self.store, ingest, files, lambda: self._remove_gone(ingest))
            return ingest.summary()

    def reindex_document(
        self, record: Record, *, full: bool = False, progress: Report | None = None
    ) -> Summary:
        """What changed in one document; without its file it is a failure, and stays.

        With `full` it is embedded afresh, changed or not. Raises ModelChanged.
        """
        ingest = self._ingest(progress)
        ingest.add_files([(Path(record.source), record.name)], afresh=full)
        return ingest.summary()

    def check(self) -> tuple[Damage, ...]:
        """What is wrong with the store; reads all of it."""
        return self.store.check()

    def _take_files(self, ingest: Ingest) -> None:
        # Before what is gone is removed: a file may only have moved.
        ingest.add_files(self._gather(self.store.roots.added(), ingest))
        self._remove_gone(ingest)

    def _gather(self, roots: Sequence[Path], ingest: Ingest) -> list[tuple[Path, str]]:
        """The files of the roots with their names; what cannot be looked at is noted."""
        gathered = gather_files(roots, self.store.roots.excluded())
        for path, error in gathered.failures:
            ingest.fail(path, error)
        return list(gathered.named)

    def _remove_gone(self, ingest: Ingest) -> None:
        """Remove documents whose file is gone, unless the folder that held it is missing too."""
        gone = find_gone(self.store.records(), self.store.roots.added())
        if gone:
            with ingest.transaction():
                remove_records(self.store, ingest, gone)
                for record in gone:
                    self.store.roots.remove(Path(record.source))
