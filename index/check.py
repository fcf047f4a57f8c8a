"""The library's file → what is wrong with it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from index import rows
from index.chunk import digest_passage
from index.errors import StoreDamaged
from index.seals import SEALED, Query, holds, is_whole
from index.sources import TAUGHT

Part = Literal[
    "full text", "structure", "columns", "counts", "history", "notes", "readers", "document"
]

_OF_COLUMNS = (" missing from index ", "wrong # of entries in index ", "non-unique entry in index ")
"""What SQLite says of an index over columns that does not agree with its table."""
_OF_NAMES = (" index sqlite_autoindex_document_", " index sqlite_autoindex_reader_")
"""Of those over names or sources: either may be what was damaged, and nothing tells which."""
_OF_FULL_TEXT = " for FTS5 table "
_LISTS: tuple[tuple[str, Part], ...] = (
    *(("library", "structure"), ("root", "structure"), ("excluded", "structure")),
    *(("origin", "structure"), ("note", "notes"), ("reader", "readers")),
)
"""Tables whose rows belong to no document, and what is damaged where a seal of theirs is broken."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is wrong with a library's file; its text is a sentence."""

    part: Part
    """`columns` are the indexes over columns, `counts` those of the whole library, `history` what
    has gone since when, `notes` what looks at origins left for the next, and `readers` who may read
    a document."""
    finding: str
    document_id: int | None = None
    """The document that it is in, if it is in one."""

    def __str__(self) -> str:
        return self.finding


def find_damage(query: Query) -> tuple[Damage, ...]:
    """Return what is wrong with a library's file; reads all of it.

    Every row is compared with its seal, if it has one, a text with the digests that were made of
    it, and what is derived with what it was made from. `query` runs SQL and raises StoreDamaged
    where SQLite finds the file corrupt; StoreBusy and other errors pass.
    """
    found: list[Damage] = []
    looks: tuple[tuple[Callable[[Query], Iterator[Damage]], Part, str], ...] = (
        # First, as it needs the lock to write.
        (_look_at_full_text, "full text", "The full text"),
        (_look_at_structure, "structure", "The file's structure"),
        (_look_at_documents, "structure", "The documents"),
        (_look_at_taught, "structure", "The taught answers"),
        (_look_at_lists, "structure", "The lists"),
        (_look_at_counts, "counts", "The counts"),
        (_look_at_history, "history", "The history"),
    )
    for look, part, subject in looks:
        try:
            found += look(query)
        except (StoreDamaged, ValueError, TypeError) as error:
            found.append(Damage(part, f"{subject}: {error.__cause__ or error}."))
    return tuple(found)


def is_vouched_for(query: Query, document_id: int) -> bool:
    """Return whether a document's facts, text, headings and pages are as they were.

    Its seals and digests tell; what was made of the text need not be whole.
    """
    try:
        [(title, language, expected)] = query(
            "SELECT title, language, passages FROM document WHERE id = ?", document_id
        )
        text = _read_text(query, document_id)
        passages = _read_passages(query, document_id)
        return (
            len(passages) == expected > 0
            and all(
                digest == _digest_slice(text, title, language, columns)
                for _, digest, _, _, columns, _ in passages
            )
            and is_sealed(query, document_id)
        )
    except (StoreDamaged, ValueError, TypeError):
        return False


def is_sealed(query: Query, document_id: int) -> bool:
    """Return whether no seal of a document's facts, text, headings and pages is broken."""
    sql = "SELECT id FROM passage WHERE document_id = ?"
    return (
        holds(query, "document", document_id)
        and holds(query, "document_text", document_id)
        and all(holds(query, "passage", id) for (id,) in query(sql, document_id))
    )


def _look_at_full_text(query: Query) -> Iterator[Damage]:
    # Rank 1 compares with the passages too, not only the index with itself.
    query("INSERT INTO passage_index (passage_index, rank) VALUES ('integrity-check', 1)")
    yield from ()


def _look_at_structure(query: Query) -> Iterator[Damage]:
    for (finding,) in query("PRAGMA integrity_check"):
        if finding == "ok":
            continue
        part: Part = "structure"
        if _OF_FULL_TEXT in finding:
            part = "full text"
        elif any(words in finding for words in _OF_COLUMNS):
            named = any(words in finding for words in _OF_NAMES)
            part = "structure" if named else "columns"
        yield Damage(part, f"SQLite finds: {finding}.")
    for table, row, parent, _ in query("PRAGMA foreign_key_check"):
        yield Damage("structure", f"Row {row} of {table} belongs to no {parent}.")


def _look_at_documents(query: Query) -> Iterator[Damage]:
    sizes = set()
    for row in query(f"SELECT {rows.RECORD_COLUMNS} FROM document"):
        id, title, expected, language = row[0], row[3], row[5], row[8]
        try:
            rows.decode_record(row)
        except (ValueError, TypeError) as error:
            # As long as it is there, no list of documents can be read.
            yield Damage("structure", f"Document {id} makes no sense ({error}).", id)
        if not holds(query, "document", id):
            yield Damage("document", f"Document {id} has other facts than were written.", id)
        text = _read_text(query, id)
        if text is None:
            yield Damage("document", f"Document {id} has no text.", id)
        elif not holds(query, "document_text", id):
            yield Damage("document", f"The text of document {id} is not what was written.", id)
        passages = _read_passages(query, id)
        if len(passages) != expected:
            finding = f"Document {id} has {len(passages)} passages instead of {expected}."
            yield Damage("document", finding, id)
        for passage_id, digest, terms, term_count, columns, vectors in passages:
            try:
                finding = (
                    _judge_text(text or "", title, language, digest, columns, document_id=id)
                    or ("" if term_count == len(terms.split()) else "has lost some of its terms")
                    or _judge_vectors(len(json.loads(columns[6])), *vectors)
                    or _judge_seals(query, passage_id)
                )
            except (ValueError, TypeError, AttributeError) as error:
                finding = f"makes no sense ({error})"
            if finding:
                yield Damage("document", f"Passage {passage_id} {finding}.", id)
            else:
                sizes.add(len(vectors[0]))
    if len(sizes) > 1:
        yield Damage("structure", f"Vectors have {len(sizes)} different sizes.")


def _read_text(query: Query, document_id: int) -> str | None:
    found = query("SELECT text FROM document_text WHERE document_id = ?", document_id)
    return found[0][0] if found else None


def _read_passages(query: Query, document_id: int) -> list[tuple[Any, ...]]:
    """The id, digest, terms and their number, PASSAGE_COLUMNS and vectors of each passage."""
    width = 4 + rows.PASSAGE_WIDTH
    return [
        (*row[:4], row[4:width], row[width:])
        for row in query(
            f"""SELECT passage.id, digest, terms, term_count, {rows.PASSAGE_COLUMNS}, vector,
            {rows.FEATURE_COLUMNS}
            FROM passage LEFT JOIN passage_vector AS v ON v.passage_id = passage.id
            LEFT JOIN passage_feature AS f ON f.passage_id = passage.id WHERE document_id = ?""",
            document_id,
        )
    ]


def _digest_slice(text: str | None, title: str, language: str, columns: Sequence[Any]) -> str:
    """The digest that a passage has if the text is as it was where it stands."""
    passage = rows.decode_passage(columns)
    part = (text or "")[passage.start_char : passage.end_char]
    return digest_passage(title, replace(passage, text=part), language)


def _judge_text(
    text: str,
    title: str,
    language: str,
    digest: str,
    columns: Sequence[Any],
    *,
    document_id: int,
) -> str:
    if columns[0] != text[columns[1] : columns[2]]:
        return f"is no slice of document {document_id}"
    if digest and digest != _digest_slice(text, title, language, columns):
        return "has another digest than its text and headings"
    return ""


def _judge_vectors(
    s: int,
    vector: bytes | None,
    sentence_vectors: bytes | None,
    signs: bytes | None,
    width: int,
    counts: str | None,
) -> str:
    if vector is None or sentence_vectors is None or signs is None or counts is None:
        return "has no vectors"
    token_counts = json.loads(counts)
    d = len(vector) // 4
    if (len(vector), len(sentence_vectors)) != (4 * d, 2 * s * d):
        return "has damaged vectors"
    floats = np.frombuffer(vector, "<f4"), np.frombuffer(sentence_vectors, "<f2")
    norms = np.linalg.norm(np.concatenate(floats, dtype=np.float64).reshape(s + 1, d), axis=1)
    # A model may see nothing in a sentence, and rounding to float16 moves a length a little.
    unit = ((np.abs(norms - 1) < 2e-3) | (norms == 0)).all()
    whole = len(token_counts) == s + 1 and len(signs) == sum(token_counts) * width
    return "" if unit and whole else "has damaged vectors"


def _judge_seals(query: Query, passage_id: int) -> str:
    if not holds(query, "passage", passage_id):
        return "stands in another place than was written"
    return "" if holds(query, "passage_feature", passage_id) else "has damaged vectors or terms"


def _look_at_taught(query: Query) -> Iterator[Damage]:
    for id, *row in query(f"SELECT document_id, seal, {SEALED['taught']} FROM taught"):
        if not is_whole(*row):
            yield Damage("document", f"An answer of document {id} is not what was written.", id)
    for (id,) in query(
        f"""SELECT document.id FROM document LEFT JOIN taught ON document_id = document.id
        WHERE taught.id IS NULL AND source GLOB '{TAUGHT}*'"""
    ):
        yield Damage("document", f"Document {id} has lost its answer.", id)


def _look_at_lists(query: Query) -> Iterator[Damage]:
    for table, part in _LISTS:
        for row in query(f"SELECT seal, {SEALED[table]} FROM {table}"):
            if not is_whole(*row):
                yield Damage(part, f"A row of {table} is not what was written.")


def _look_at_counts(query: Query) -> Iterator[Damage]:
    [counted] = query("SELECT count(*), coalesce(sum(term_count), 0) FROM passage")
    [kept] = query("SELECT passages, terms FROM library")
    if counted != kept:
        finding = f"There are {counted} passages and terms, and {kept} were counted."
        yield Damage("counts", finding)


def _look_at_history(query: Query) -> Iterator[Damage]:
    if query("SELECT 1 FROM removed WHERE total IS NOT since + passage_id"):
        yield Damage("history", "A row of removed is not what was written.")
    last = "SELECT generation FROM past ORDER BY number DESC LIMIT 1"
    if query(f"SELECT 1 FROM library WHERE generation IS NOT ({last})"):
        yield Damage("history", "The library is of a generation that was never begun.")
