"""Files → documents in the store: read, parsed, cut, embedded, each kept whole or not at all.

What is embedded already stays as it is: a passage whose text and headings come again, in a file
that changed, that moved or that holds the bytes of another.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from index.allowance import Allowance
from index.cage import parse_caged
from index.chunk import chunk_document, digest_passage, passage_head
from index.embed import Embedding, Encoder
from index.errors import EmptyDocument, FootnoteError, ModelChanged, ParseError
from index.files import read_file
from index.names import find_free_name
from index.parse import Limits
from index.parse.limits import show_name
from index.reuse import Prepared, find_moved, prepare_document
from index.store import Store
from index.summary import Failure, Progress, Summary
from index.terms import detect_language, extract_terms
from index.types import Incoming, Passage, Record
from index.write import Part

GROUP_PASSAGES = 32
"""Passages embedded together: enough for full batches, few enough to show progress every second or
so."""
GROUP_DOCUMENTS = 64
"""Documents that wait for each other at most, where hardly a passage of them is to be embedded."""

log = logging.getLogger(__name__)


class Ingest:
    """One run of indexing. Documents are embedded in groups and committed one by one.

    With `inside_transaction` the caller holds one, and commits all or nothing. With `remembers`
    a document tells from then on why its source could not be read, until it can.
    """

    def __init__(
        self,
        store: Store,
        load_encoder: Callable[[], Encoder],
        *,
        passage_chars: int,
        limits: Limits,
        allowance: Allowance | None = None,
        progress: Callable[[Progress], None] | None = None,
        inside_transaction: bool = False,
        remembers: bool = True,
    ) -> None:
        self._remembers = remembers
        self.inside_transaction = inside_transaction
        self.removed: list[str] = []
        self.failed: list[Failure] = []
        self.stored: set[str] = set()
        """Sources of the documents that this run has put into the store."""
        self._added: list[str] = []
        self._updated: list[str] = []
        self._unchanged: list[str] = []
        self._store = store
        self._load_encoder = load_encoder
        self._passage_chars = passage_chars
        self._limits = limits
        self._allowance = allowance
        self._report = progress
        self._waiting: list[Prepared] = []
        self._passages = self._passages_total = self._tokens = 0
        self._files_done = self._files_total = self._bytes_total = 0
        self._bytes_done = 0.0
        self._began = time.perf_counter()

    def add_files(self, files: Sequence[tuple[Path, str]], *, afresh: bool = False) -> None:
        """Add each file under its name, unless it stands there with the same bytes already.

        With `afresh` what stands there is embedded again all the same. A file that cannot be read
        is a failure, and the document that it was stays.
        """
        self._files_total += len(files)
        sizes = [path.stat().st_size if path.is_file() else 0 for path, _ in files]
        self._bytes_total += sum(sizes)
        for (path, name), size in zip(files, sizes, strict=True):
            self._show(show_name(name))
            try:
                data = read_file(path, self._limits)
                digest = hashlib.sha256(data).hexdigest()
                known = self._store.by_source(str(path))
                if known and known.content_hash == digest and not afresh:
                    self.keep(known)
                    self._bytes_done += size
                else:
                    document = parse_caged(data, path.name, self._limits)
                    self.add(Incoming(name, str(path), document, len(data), digest), afresh=afresh)
            except ParseError as error:
                self.fail(path, error)
                self._bytes_done += size
            self._files_done += 1
        self.flush()

    def add(self, incoming: Incoming, *, afresh: bool = False) -> None:
        """Add a document; it is in the store at the latest after `flush`.

        Raises EmptyDocument, and NoRoom unless `afresh`: what is there stays.
        """
        self._show(show_name(incoming.name))
        language = detect_language(incoming.document.text)
        known = None if afresh else self._store.by_source(incoming.source)
        before = self._store.endings(known.id) if known else ()
        passages = chunk_document(incoming.document, self._passage_chars, language, before)
        if not passages:
            raise EmptyDocument("{name} holds no text.", name=show_name(incoming.name))
        waiting = self._prepare(incoming, language, passages, afresh)
        if self._allowance and not afresh:
            self._allowance.require_room(self._store, waiting, self._waiting)
        self._waiting.append(waiting)
        self._passages_total += len(waiting.fresh)
        self._show(show_name(incoming.name))
        fresh = sum(len(waiting.fresh) for waiting in self._waiting)
        if fresh >= GROUP_PASSAGES or len(self._waiting) >= GROUP_DOCUMENTS:
            self.flush()

    def keep(self, record: Record) -> None:
        """Note a document whose source is as it was."""
        if record.failure is not None:
            self._note_failure(record, None)
        self._unchanged.append(record.name)

    def fail(self, path: Path | str, error: FootnoteError) -> None:
        """Note what could not be indexed; the document that it was stays, and tells why in
        English."""
        self.failed.append(Failure(str(path), error))
        known = self._store.by_source(str(path))
        if self._remembers and known and known.failure != str(error):
            self._note_failure(known, str(error))

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction of the store, or the one that the caller holds."""
        return nullcontext() if self.inside_transaction else self._store.transaction()

    def tick(self, what: str, done: int, total: int) -> None:
        """Show how far a look at an origin has come."""
        self._files_done, self._files_total = done, total
        self._show(show_name(what))

    def flush(self) -> None:
        """Embed and store what waits."""
        waiting, self._waiting = self._waiting, []
        parts = [
            (
                document.incoming,
                document.incoming.size_bytes / len(fresh),
                document.passages[number],
            )
            for document in waiting
            if (fresh := document.fresh)
            for number in fresh
        ]
        embeddings: list[Embedding] = []
        if waiting:
            require_same_embedding(self._store, self._load_encoder(), self._passage_chars)
        for start in range(0, len(parts), GROUP_PASSAGES):
            group = parts[start : start + GROUP_PASSAGES]
            heads = [
                passage_head(incoming.document.title, passage) for incoming, _, passage in group
            ]
            passages = [passage for *_, passage in group]
            made = self._load_encoder().embed_passages(heads, passages)
            self._bytes_done += sum(share for _, share, _ in group)
            self._passages += len(made)
            self._tokens += sum(len(embedding.token_signs) for embedding in made)
            embeddings += made
            self._show(show_name(group[-1][0].name))
        rest = iter(embeddings)
        for ready in waiting:
            self._put(ready, dict(ready.found) | {number: next(rest) for number in ready.fresh})
            if not ready.fresh:
                self._bytes_done += ready.incoming.size_bytes
        self._show("")

    def summary(self) -> Summary:
        """What this run has changed so far."""
        return Summary(
            tuple(self._added),
            tuple(self._updated),
            tuple(self._unchanged),
            tuple(self.removed),
            tuple(self.failed),
            self._passages,
            self._tokens,
            time.perf_counter() - self._began,
        )

    def _prepare(
        self, incoming: Incoming, language: str, passages: tuple[Passage, ...], afresh: bool
    ) -> Prepared:
        """The document with what the library holds of its passages; nothing of it with `afresh`."""
        known = self._store.by_source(incoming.source)
        twins = self._store.by_content(incoming.content_hash) if incoming.content_hash else ()
        comes_back = self._store.readers.awaits(incoming.source)
        if not known and incoming.origin is None and not comes_back:
            known = find_moved(twins)
        if afresh:
            title = incoming.document.title
            digests = tuple(digest_passage(title, passage, language) for passage in passages)
            return Prepared(incoming, language, passages, digests, known)
        titles = [record.title for record in twins if record.title != incoming.document.title]
        return prepare_document(self._store, incoming, language, passages, known, titles)

    def _put(self, waiting: Prepared, embeddings: dict[int, Embedding]) -> None:
        incoming, language, known = waiting.incoming, waiting.language, waiting.replaces
        moved = known is not None and known.source != incoming.source
        name = known.name if known and not moved else find_free_name(self._store, incoming, known)
        title = incoming.document.title
        with self.transaction():
            encoder = self._load_encoder()
            # Once more: another process may have been first, with another model.
            require_same_embedding(self._store, encoder, self._passage_chars)
            self._store.embedded_with = describe_embedding(encoder, self._passage_chars)
            record = self._store.put(
                incoming.document,
                name=name,
                source=incoming.source,
                size_bytes=incoming.size_bytes,
                content_hash=incoming.content_hash,
                language=language,
                link=incoming.link,
                origin=incoming.origin,
                replaces=known.id if known else None,
                parts=[
                    Part(
                        passage,
                        extract_terms(f"{passage_head(title, passage)}\n{passage.text}", language),
                        embeddings.get(number),
                        digest,
                    )
                    for number, (passage, digest) in enumerate(
                        zip(waiting.passages, waiting.digests, strict=True)
                    )
                ],
            )
        fields = {"document": record.id, "passages": record.passages}
        log.debug("stored: document %(document)d, %(passages)d passages", fields)
        self.stored.add(incoming.source)
        (self._updated if known else self._added).append(name)

    def _note_failure(self, record: Record, failure: str | None) -> None:
        with self.transaction():
            self._store.note_failure(record.id, failure)

    def _show(self, file: str) -> None:
        if self._report:
            self._report(
                Progress(
                    file,
                    self._files_done,
                    self._files_total,
                    round(self._bytes_done),
                    self._bytes_total,
                    self._passages,
                    self._tokens,
                    self._passages_total,
                )
            )


def describe_embedding(encoder: Encoder, passage_chars: int) -> str:
    """What must be the same for all vectors of a library."""
    return f"{encoder.fingerprint}, passages of {passage_chars} characters"


def require_same_embedding(store: Store, encoder: Encoder, passage_chars: int) -> None:
    """Raise ModelChanged if the store's vectors come from another model or passage size."""
    made, now = store.embedded_with, describe_embedding(encoder, passage_chars)
    if made not in (None, now):
        raise ModelChanged(
            f"The library was embedded with {made}, and the settings say {now}. Embed it afresh "
            "(footnote reindex --full), or set FOOTNOTE_MODEL, "
            "FOOTNOTE_PASSAGE_PROMPT and FOOTNOTE_PASSAGE_CHARS back."
        )
