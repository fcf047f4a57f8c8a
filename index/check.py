"""The library's file → what is wrong with it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from index.errors import StoreDamaged

Query = Callable[..., list[tuple[Any, ...]]]


def find_damage(query: Query) -> tuple[str, ...]:
    """Return what is wrong with a library's file, a sentence each; reads all of it.

    `query` runs SQL and raises StoreDamaged where SQLite finds the file corrupt; StoreBusy and
    other errors pass.
    """
    findings: list[str] = []
    for look, subject in (
        (_look_at_full_text, "The full text"),  # first, as it needs the lock to write
        (_look_at_structure, "The file's structure"),
        (_look_at_passages, "The passages"),
        (_look_at_counts, "The counts"),
    ):
        try:
            findings += look(query)
        except (StoreDamaged, ValueError, TypeError) as error:
            findings.append(f"{subject}: {error.__cause__ or error}.")
    return tuple(findings)


def _look_at_structure(query: Query) -> Iterator[str]:
    for (finding,) in query("PRAGMA quick_check"):
        if finding != "ok":
            yield f"SQLite finds: {finding}."
    for table, row, parent, _ in query("PRAGMA foreign_key_check"):
        yield f"Row {row} of {table} belongs to no {parent}."


def _look_at_full_text(query: Query) -> tuple[str, ...]:
    # Rank 1 compares with the passages too, not only the index with itself.
    query("INSERT INTO passage_index (passage_index, rank) VALUES ('integrity-check', 1)")
    return ()


def _look_at_passages(query: Query) -> Iterator[str]:
    sizes = set()
    for (document_id,) in query("SELECT id FROM document"):
        texts = query("SELECT text FROM document_text WHERE document_id = ?", document_id)
        text = texts[0][0] if texts else ""
        for passage_id, passage, start, end, sentences, vector, *features in query(
            """SELECT id, text, start_char, end_char, sentences, vector, sentence_vectors,
            token_signs, token_width, token_counts FROM passage
            LEFT JOIN passage_vector AS v ON v.passage_id = id
            LEFT JOIN passage_feature AS f ON f.passage_id = id WHERE document_id = ?""",
            document_id,
        ):
            if passage != text[start:end]:
                yield f"Passage {passage_id} is no slice of document {document_id}."
            if vector is None or None in features:
                yield f"Passage {passage_id} has no vectors."
                continue
            sizes.add(len(vector))
            if not _vectors_fit(len(json.loads(sentences)), vector, *features):
                yield f"Passage {passage_id} has damaged vectors."
    if len(sizes) > 1:
        yield f"Vectors have {len(sizes)} different sizes."


def _vectors_fit(
    s: int, vector: bytes, sentence_vectors: bytes, signs: bytes, width: int, counts: str
) -> bool:
    token_counts = json.loads(counts)
    d = len(vector) // 4
    if (len(vector), len(sentence_vectors)) != (4 * d, 2 * s * d):
        return False
    floats = np.frombuffer(vector, "<f4"), np.frombuffer(sentence_vectors, "<f2")
    rows = np.concatenate(floats, dtype=np.float64).reshape(s + 1, d)
    unit = (np.linalg.norm(rows, axis=1) < 1.01).all()  # not where one is NaN
    return bool(unit) and len(token_counts) == s + 1 and len(signs) == sum(token_counts) * width


def _look_at_counts(query: Query) -> Iterator[str]:
    [counted] = query("SELECT count(*), coalesce(sum(term_count), 0) FROM passage")
    [kept] = query("SELECT passages, terms FROM library")
    if counted != kept:
        yield f"There are {counted} passages and terms, and {kept} were counted."
    for document_id, expected, found in query(
        """SELECT document.id, passages, count(passage.id) FROM document
        LEFT JOIN passage ON document_id = document.id
        GROUP BY document.id HAVING passages != count(passage.id)"""
    ):
        yield f"Document {document_id} has {found} passages instead of {expected}."
