"""What stands in a library, embedded anew in one transaction: all of it, or what is damaged."""

from collections.abc import Callable, Sequence
from pathlib import Path

from index.errors import StoreDamaged
from index.ingest import Ingest
from index.parse.limits import show_name
from index.store import Store
from index.types import Document, Incoming, Record, Span


def embed_afresh(
    store: Store,
    ingest: Ingest,
    files: Sequence[tuple[Path, str]],
    remove_gone: Callable[[], None],
) -> None:
    """Read and embed the files, and what has none or cannot be read from the text that is kept.

    `remove_gone` removes documents whose files are gone: after the files, for one may have moved.
    Raises StoreDamaged where that text, or what is known of it, is not as it was.
    """
    spans = {record.source: store.spans(record.id) for record in store.records()}
    broken = {one.source for one in store.records() if not store.mending.is_sealed(one.id)}
    store.clear_passages()
    ingest.add_files(files, afresh=True)
    remove_gone()
    left = [record for record in store.records() if record.source not in ingest.stored]
    for record in left:
        if record.source in broken:
            raise StoreDamaged(
                f"{show_name(record.name)} is damaged. Mend it first: `footnote doctor --repair`."
            )
        ingest.add(_read_kept(store, record, spans[record.source]), afresh=True)
    ingest.flush()
    failed = {failure.path: failure.reason for failure in ingest.failed}
    for record in left:
        store.note_failure(record.id, failed.get(record.source, record.failure))


def renew_document(store: Store, ingest: Ingest, record: Record) -> None:
    """Read and embed a damaged document from its file, or from its text, inside a transaction.

    Raises StoreDamaged where the file is not there and the text is not as it was.
    """
    kept = store.taught.mend(record)
    taught = kept is not None
    if not taught and store.mending.is_vouched_for(record.id):
        kept = _read_kept(store, record, store.spans(record.id))
    store.mending.clear_document(record.id)
    if record.origin is None and not taught:
        ingest.add_files([(Path(record.source), record.name)], afresh=True)
    if record.source in ingest.stored:
        return
    if kept is None:
        name = show_name(record.name)
        way = f"Put its file back, or take it out: `footnote remove {name}`."
        if record.origin is not None:
            way = "The next look at where it came from reads it again: `footnote reindex`."
        raise StoreDamaged(f"{name} is damaged. {way}")
    ingest.add(kept, afresh=True)
    ingest.flush()


def _read_kept(store: Store, record: Record, spans: tuple[Span, ...]) -> Incoming:
    """The document as the library keeps its text."""
    document = Document(record.title, store.text(record.id), spans, record.pages)
    facts = (record.size_bytes, record.content_hash, record.link, record.origin)
    return Incoming(record.name, record.source, document, *facts)
