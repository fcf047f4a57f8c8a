"""A whole library embedded anew in one transaction: after a change of model or passage size."""

from collections.abc import Sequence
from pathlib import Path

from index.ingest import Ingest
from index.store import Store
from index.types import Document, Incoming


def embed_afresh(store: Store, ingest: Ingest, files: Sequence[tuple[Path, str]]) -> None:
    """Read and embed the files, and what has none or cannot be read from the text that is kept."""
    kept = {record.source: record for record in store.records()}
    spans = {source: store.spans(record.id) for source, record in kept.items()}
    store.clear_passages()
    ingest.add_files(files, afresh=True)
    left = [record for source, record in kept.items() if source not in ingest.stored]
    for record in left:
        document = Document(record.title, store.text(record.id), spans[record.source], record.pages)
        facts = (record.size_bytes, record.content_hash, record.link, record.origin)
        ingest.add(Incoming(record.name, record.source, document, *facts), afresh=True)
    ingest.flush()
    failed = {failure.path: failure.reason for failure in ingest.failed}
    for record in left:
        store.note_failure(record.id, failed.get(record.source, record.failure))
