"""A document with its passages → the rows of the library's file; unchanged passages keep theirs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from index import rows
from index.database import Database
from index.embed import Embedding
from index.errors import LibraryError, StoreBusy
from index.readers import find_bound_id, follow_source
from index.seals import holds, make_seal, seal_row
from index.types import Document, Passage


@dataclass(frozen=True, slots=True)
class Part:
    """A passage on its way into the store."""

    passage: Passage
    terms: Sequence[str]
    """Stemmed, in small letters and without white space."""
    embedding: Embedding | None
    """None: the document that stands there holds a passage of the same digest."""
    digest: str = ""
    """Names all that the embedding and the terms are made from; "" for nothing to compare by."""


def write_document(
    database: Database,
    document: Document,
    parts: Sequence[Part],
    *,
    replaces: int | None,
    names: tuple[str, str, str | None],
    facts: tuple[Any, ...],
) -> tuple[int, bool]:
    """The document's id, and whether passages came or went.

    `replaces` is the id of the document whose row it takes over, `names` are its name, source and
    link, and `facts` the columns from `size_bytes` to `origin` that come after. A passage of the
    replaced document stays as it is where one of the same digest comes. Raises LibraryError if
    another document has the name, StoreBusy if a passage that was to stay is gone, and ValueError
    if a part does not fit; nothing has changed then.
    """
    _check(database, document, parts)
    name, source, link = names
    columns = {
        "name": rows.encode_path(name),
        "source": rows.encode_path(source),
        "title": rows.encode_path(document.title),
    }
    if database.read(
        f"SELECT 1 FROM document WHERE name = {rows.TEXT} AND id IS NOT ?",
        *(columns["name"], replaces),
    ):
        # Without the name: this is logged.
        raise LibraryError("Another document has that name. Remove it, or rename the file.")
    now = datetime.now(UTC).isoformat()
    values = (*columns.values(), document.pages, len(parts), *facts, link, now)
    if replaces is None:
        document_id = database.write(
            f"""INSERT INTO document (name, source, title, pages, passages, size_bytes,
            content_hash, language, origin, link, updated, added, id)
            VALUES ({rows.TEXT}, {rows.TEXT}, {rows.TEXT}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            *(*values, now, find_bound_id(database, source)),
        )
    else:
        document_id = replaces
        if not holds(database.read, "document", replaces):
            # Nobody knows any more since when it is there.
            database.write("UPDATE document SET added = ? WHERE id = ?", now, replaces)
        database.write(
            f"""UPDATE document SET name = {rows.TEXT}, source = {rows.TEXT},
            title = {rows.TEXT}, pages = ?, passages = ?, size_bytes = ?, content_hash = ?,
            language = ?, origin = ?, link = ?, updated = ?, failure = NULL WHERE id = ?""",
            *(*values, document_id),
        )
        follow_source(database, document_id, source)
    seal_row(database, "document", document_id)
    database.write(
        "INSERT OR REPLACE INTO document_text VALUES (?, ?, ?)",
        *(document_id, document.text, make_seal(document.text)),
    )
    return document_id, _write_parts(database, document_id, parts)


def _check(database: Database, document: Document, parts: Sequence[Part]) -> None:
    """Raise ValueError if a part that is new does not fit the document or the others' vectors."""
    found = database.read("SELECT length(vector) / 4 FROM passage_vector LIMIT 1")
    d = int(found[0][0]) if found else 0
    for part in parts:
        if part.embedding is not None:
            d = d or len(part.embedding.vector)
            rows.check_shapes(d, document, part.passage, part.embedding, part.terms)


def _write_parts(database: Database, document_id: int, parts: Sequence[Part]) -> bool:
    """Let the document's passages be these; whether any came or went."""
    standing: dict[str, list[int]] = defaultdict(list)
    sql = "SELECT id, digest FROM passage WHERE document_id = ? ORDER BY start_char DESC"
    for passage_id, digest in database.read(sql, document_id):
        standing[digest].append(passage_id)
    fresh: list[Part] = []
    for part in parts:
        if not part.digest or not standing[part.digest]:
            fresh.append(part)
            continue
        place = rows.encode_place(part.passage)
        database.write(
            """UPDATE passage SET start_char = ?, end_char = ?, page = ?, last_page = ?,
            heading_path = ?, fragment = ?, header = ?, seal = ? WHERE id = ?""",
            *(*place, make_seal(document_id, *place, part.digest), standing[part.digest].pop()),
        )
    gone = [passage_id for left in standing.values() for passage_id in left]
    for passage_id in gone:
        database.write("DELETE FROM passage WHERE id = ?", passage_id)
    for part in fresh:
        _insert(database, document_id, part)
    return bool(fresh or gone)


def _insert(database: Database, document_id: int, part: Part) -> None:
    if part.embedding is None:
        raise StoreBusy("Another Footnote has changed this document meanwhile. Try again.")
    place, words = rows.encode_place(part.passage), rows.encode_words(part.passage, part.terms)
    passage_id = database.write(
        """INSERT INTO passage (text, document_id, start_char, end_char, page, last_page,
        heading_path, fragment, header, digest, seal, sentences, terms, term_count)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        *(part.passage.text, document_id, *place, part.digest),
        *(make_seal(document_id, *place, part.digest), *words),
    )
    vector, features = rows.encode_vector(part.embedding), rows.encode_features(part.embedding)
    seal = make_seal(*words, vector, *features)
    database.write("INSERT INTO passage_vector VALUES (?, ?)", passage_id, vector)
    sql = "INSERT INTO passage_feature VALUES (?, ?, ?, ?, ?, ?)"
    database.write(sql, passage_id, *features, seal)
