"""The face of the engine: a folder with a library in it, to add to, to remove from and to ask."""

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Self

from index.answer import compose_answer
from index.embed import Encoder, QuestionEmbedding
from index.errors import NoDocuments, ParseError
from index.follow import Reading, check_question, choose_answer, read_question
from index.ingest import Ingest, Progress, Summary, require_same_embedding
from index.keep import name_files, write_files
from index.nearest import Nearest, load_nearest
from index.parse import SUFFIXES, Limits
from index.search import LOOKED_AT, rank_passages, weigh_words
from index.sources import find_gone, gather_files, source_status
from index.store import Store
from index.types import Answer, Document, Incoming, Record

PASSAGE_CHARS = 1200
"""The shipped size of a passage: one long paragraph, or two short ones."""

Report = Callable[[Progress], None]


class Library:
    """The documents of one place, in a folder of their own.

    The model is loaded when it is first needed. Threads must take turns.
    """

    def __init__(
        self,
        folder: Path,
        load_encoder: Callable[[], Encoder],
        *,
        passage_chars: int = PASSAGE_CHARS,
        limits: Limits = Limits(),  # noqa: B008
    ) -> None:
        self.folder = folder
        self.files = (folder / "files").absolute()
        """Where files are kept that came as bytes."""
        self.store = Store(folder / "library.db")
        self._load_encoder = load_encoder
        self._encoder: Encoder | None = None
        self._nearest: Nearest | None = None
        self._passage_chars = passage_chars
        self._limits = limits

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library's files."""
        self.store.close()

    @property
    def encoder(self) -> Encoder:
        """The model, loaded once. Raises ModelError."""
        if self._encoder is None:
            self._encoder = self._load_encoder()
        return self._encoder

    @property
    def nearest(self) -> Nearest:
        """The FAISS index of the store as it is now."""
        if self._nearest is None or self._nearest.generation != self.store.generation:
            self._nearest = load_nearest(self.store, self.folder / "nearest.faiss")
        return self._nearest

    def ask(
        self,
        question: str,
        *,
        top: int = 5,
        looked_at: int = LOOKED_AT,
        earlier: str | None = None,
        cited: Collection[int] = (),
    ) -> Answer:
        """The answer to a question, with at most `top` passages.

        `earlier` is the question before it, and `cited` the ids of the documents that were cited
        for that one. Raises QuestionError, NoDocuments and ModelChanged.
        """
        question = check_question(question)
        with self.store.snapshot():
            self.prepare()
            reading = read_question(question, earlier, self.store.languages())
            [embedding] = self.encoder.embed_questions([reading.text])
            answer = self.answer(
                question, reading, embedding, top=top, looked_at=looked_at, cited=cited
            )
            if answer.answered or not reading.earlier:
                return answer
            return choose_answer(answer, self.ask(question, top=top, looked_at=looked_at))

    def answer(
        self,
        question: str,
        reading: Reading,
        embedding: QuestionEmbedding,
        *,
        top: int = 5,
        looked_at: int = LOOKED_AT,
        cited: Collection[int] = (),
        within: int | None = None,
    ) -> Answer:
        """The same, for a question that was read and embedded already.

        `looked_at` and `within` are handed to `rank_passages`; the threshold holds for the default
        of `looked_at` only. Raises NoDocuments and ModelChanged.
        """
        with self.store.snapshot():
            self.prepare()
            words = weigh_words(
                self.store,
                reading.words,
                reading.carried_words,
                points_back=reading.points_back,
            )
            scored = rank_passages(
                self.store,
                self.nearest,
                embedding,
                words,
                top=top,
                looked_at=looked_at,
                within=within,
                cited=cited if reading.earlier else (),
            )
            found = self.store.passages(hit.passage_id for hit in scored)
        return compose_answer(
            question,
            words,
            [(hit, *found[hit.passage_id]) for hit in scored],
            reading.earlier,
        )

    def prepare(self) -> None:
        """Load what a question needs, so that the first is answered as fast as the next.

        Raises NoDocuments and ModelChanged.
        """
        if not self.store.counts()[0]:
            raise NoDocuments("The library holds no documents. Add some: footnote add FOLDER")
        require_same_embedding(self.store, self.encoder, self._passage_chars)
        _ = self.nearest

    def documents(self) -> tuple[tuple[Record, str], ...]:
        """Every document by name, and how its source stands: "current", "changed" or "gone"."""
        return tuple((record, source_status(record)) for record in self.store.records())

    def remove(self, name: str) -> Record:
        """The document that was removed; it stays away until its own path is added again.

        A file that the library kept itself goes too. Raises UnknownDocument.
        """
        record = self.store.find(name)
        with self.store.transaction():
            self.store.remove(record.id)
            self.store.roots.remove(Path(record.source))
            self.store.roots.exclude(record.source)
        if Path(record.source).parent == self.files:
            Path(record.source).unlink(missing_ok=True)
        return record

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
        """What became of a folder's files, or, where it was added before, what changed in all.

        Raises ModelChanged.
        """
        if folder.resolve() in {root.resolve() for root in self.store.roots.added()}:
            return self.reindex(progress=progress)
        return self.add([folder], progress)

    def keep(self, files: Sequence[tuple[str, bytes]], progress: Report | None = None) -> Summary:
        """What became of files given by name and bytes, which the library keeps from now on.

        A name that was given before stands for the same document. What cannot be read or is
        stopped leaves the document and the file that were there. Raises ModelChanged, DiskFull
        and LibraryError.
        """
        ingest = self._ingest(progress)
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
        """Add what is parsed already. Raises ModelChanged and EmptyDocument."""
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
            self._remove_gone(ingest)
            ingest.add_files(self._gather(self.store.roots.added(), ingest))
            return ingest.summary()
        with self.store.transaction():
            ingest = self._ingest(progress, inside_transaction=True)
            self._remove_gone(ingest)
            files = self._gather(self.store.roots.added(), ingest)
            kept = {record.source: record for record in self.store.records()}
            spans = {source: self.store.spans(record.id) for source, record in kept.items()}
            self.store.clear_passages()
            ingest.add_files(files, afresh=True)
            # What can no longer be read is embedded from the text that the store keeps.
            for source in kept.keys() - ingest.stored:
                record = kept[source]
                text = self.store.text(record.id)
                document = Document(record.title, text, spans[source], record.pages)
                ingest.add(
                    Incoming(record.name, source, document, record.size_bytes, record.content_hash)
                )
            ingest.flush()
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

    def check(self) -> tuple[str, ...]:
        """What is wrong with the store, a sentence each; reads all of it."""
        return self.store.check()

    def _ingest(self, progress: Report | None, *, inside_transaction: bool = False) -> Ingest:
        return Ingest(
            self.store,
            lambda: self.encoder,
            passage_chars=self._passage_chars,
            limits=self._limits,
            progress=progress,
            inside_transaction=inside_transaction,
        )

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
            with nullcontext() if ingest.inside_transaction else self.store.transaction():
                for record in gone:
                    self.store.remove(record.id)
                    self.store.roots.remove(Path(record.source))
        ingest.removed += [record.name for record in gone]
