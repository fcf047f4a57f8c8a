"""Rows of the library's file → their seals: short hashes by which a flipped byte is noticed.

A seal is of the columns that nothing else vouches for. Whoever writes them seals the row; it is
checked by `find_damage`. A row that was written by format 4 or before has "" until it is written
again: nothing to compare by. Against who means harm a seal does nothing: they can make it too.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from index.database import Database

Query = Callable[..., list[tuple[Any, ...]]]

# The length in hex is one that no flipped bit makes 0 in the header of a row.
_BYTES = 10

# Tables, triggers and indexes too: one that is another would do something else.
_TABLES = """(SELECT group_concat(type || name || tbl_name || sql, ';')
    FROM (SELECT * FROM sqlite_master ORDER BY type, name))"""

SEALED = {
    "library": f"embedded_with, calibration, {_TABLES}",
    "root": "path",
    "excluded": "source",
    "origin": "kind, address, options, every_s, added, looked, failure",
    "note": "origin_id, key, value",
    "document": """name, source, title, pages, passages, size_bytes, content_hash, language, added,
        updated, link, origin, failure""",
    "document_text": "text",
    "taught": "id, document_id, version, question, answer, cited, who, at",
    "reader": "document_id, source, labels",
    # Where it stands: its text is a slice of the document's.
    "passage": """document_id, start_char, end_char, page, last_page, heading_path, fragment,
        header, digest""",
    # All that was made of the passage's text.
    "passage_feature": """(SELECT sentences FROM passage WHERE id = passage_id),
        (SELECT terms FROM passage WHERE id = passage_id),
        (SELECT term_count FROM passage WHERE id = passage_id),
        (SELECT vector FROM passage_vector AS v WHERE v.passage_id = passage_feature.passage_id),
        sentence_vectors, token_signs, token_width, token_counts""",
}
"""The columns that each table's seal is of. Counts and full text are checked by what they were made
from, `past` and numbers of rows by the indexes that hold them too, and `removed` by its sum. Not
guarded is `sqlite_sequence`: where it says less than there is, SQLite goes by what there is."""


def make_seal(*values: str | bytes | int | None) -> str:
    """Return the seal of these values, as they come out of the file."""
    sealed = hashlib.blake2b(digest_size=_BYTES)
    for value in values:
        # `ascii` parts a number from its digits, and is the same in every version of Python.
        data = value if isinstance(value, bytes) else ascii(value).encode()
        sealed.update(f"{type(value).__name__} {len(data)} ".encode() + data)
    return sealed.hexdigest()


def is_whole(seal: str, *values: Any) -> bool:
    """Return whether the values are those that were sealed, or were not sealed at all."""
    return seal in ("", make_seal(*values))


def holds(query: Query, table: str, id: int) -> bool:
    """Return whether the seal of a row, if it has one, is of what stands there."""
    return all(is_whole(*row) for row in _read(query, table, id))


def seal_row(database: Database, table: str, id: int) -> None:
    """Let the seal of a row be of what stands there now, inside a transaction."""
    for _, *values in _read(database.read, table, id):
        seal = make_seal(*values)
        database.write(f"UPDATE {table} SET seal = ? WHERE rowid = ?", seal, id)


@contextmanager
def resealed(database: Database, table: str, id: int) -> Iterator[None]:
    """Seal a row after some of it has changed inside, unless the rest is damaged."""
    whole = holds(database.read, table, id)
    yield
    if whole:
        seal_row(database, table, id)


def _read(query: Query, table: str, id: int) -> list[tuple[Any, ...]]:
    return query(f"SELECT seal, {SEALED[table]} FROM {table} WHERE rowid = ?", id)
