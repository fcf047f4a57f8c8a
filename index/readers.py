"""Who may read which document: labels, one of which a question has to come with.

What a label stands for is the business of whoever binds. A document without any is for everybody. A
bond is of the document's source: whatever becomes of its name, a document that has gone and comes
back from there finds its bond, and its id, by which taught answers cite it, as they were.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from index.database import Database
from index.errors import ReadersError
from index.generations import renew_generation
from index.refusals import name_damage
from index.rows import TEXT, encode_path
from index.seals import is_whole, resealed, seal_row
from index.types import Record

Row = tuple[Any, ...]

MOST_LABELS = 50
"""That one document is bound to."""

# A row stands in two trees, and is not lost unnoticed from one of them.
_TABLE = "SELECT document_id, source, labels, seal FROM reader NOT INDEXED"
_INDEX = "SELECT document_id, source FROM reader INDEXED BY sqlite_autoindex_reader_1"
_REMOVED = "removed:"
"""In place of the source of a bond whose document was removed; the document's id follows."""
_LABEL = re.compile("[a-z][0-9]{1,20}")


class Readers:
    """The bonds of a library's documents. Raises what the store does.

    A row that is not as it was written is StoreDamaged: whom it kept out nobody knows any more.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._known: Mapping[int, frozenset[str]] = MappingProxyType({})
        self._known_in = ""

    def bonds(self) -> dict[str, frozenset[str]]:
        """Return the labels of every document that has a bond, by its name; none: it is nobody's.

        That is what becomes of a document whose bond was damaged.
        """
        known = self._read()
        sql = "SELECT name, document_id FROM reader JOIN document ON id = document_id ORDER BY name"
        return {name: known[id] for name, id in self._db.read(sql)} if known else {}

    def hidden(self, labels: Collection[str] | None) -> frozenset[int]:
        """Return the ids of the documents that nobody with these labels alone may read.

        Some may be of documents that have gone. None stands for whoever may read all.
        """
        if labels is None:
            return frozenset()
        return frozenset(id for id, readers in self._read().items() if readers.isdisjoint(labels))

    def labels(self) -> frozenset[str]:
        """Return all labels that documents are bound to, also those that have gone."""
        return frozenset().union(*self._read().values())

    def bind(self, record: Record, labels: Collection[str]) -> None:
        """Let only these read a document, or everybody where there are none; in a transaction.

        Raises ReadersError.
        """
        check_labels(labels)
        self._db.write("DELETE FROM reader WHERE document_id = ?", record.id)
        renew_generation(self._db)
        if labels:
            sql = f"INSERT INTO reader (document_id, source, labels) VALUES (?, {TEXT}, ?)"
            kept = json.dumps(sorted(set(labels)))
            self._db.write(sql, record.id, encode_path(record.source), kept)
            seal_row(self._db, "reader", record.id)

    def release(self, document_id: int) -> None:
        """Let a document that is removed come back for everybody, inside a transaction.

        What was taught from it still names its id, and is still not for everybody.
        """
        follow_source(self._db, document_id, f"{_REMOVED}{document_id}")

    def awaits(self, source: str) -> bool:
        """Return whether a document of this source is bound, or was when it went."""
        sql = f"SELECT 1 FROM reader WHERE source = {TEXT}"
        return bool(self._db.read(sql, encode_path(source)))

    def _read(self) -> Mapping[int, frozenset[str]]:
        """The labels by document, read once in each generation."""
        with self._db.decoding():
            [(generation,)] = self._db.read("SELECT generation FROM library")
            if generation != self._known_in:
                found = self._db.read(_TABLE)
                if not (_is_all(found, self._db.read(_INDEX)) and all(map(_is_whole, found))):
                    raise name_damage(self._db.path, "a row of reader is not what was written")
                known = {int(id): frozenset(json.loads(labels)) for id, _, labels, _ in found}
                self._known, self._known_in = MappingProxyType(known), generation
            return self._known


def check_labels(labels: Collection[str]) -> None:
    """Raise ReadersError for labels that no document can be bound to."""
    if len(set(labels)) > MOST_LABELS:
        raise ReadersError(
            f"{len(set(labels)):,} readers are chosen, and {MOST_LABELS} are allowed. Choose fewer."
        )
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise ReadersError(f"{label!r} is no label of a reader: a letter and a number are.")


def follow_source(database: Database, document_id: int, source: str) -> None:
    """Let the bond of a document, if it has one, be of the source that it has now."""
    with resealed(database, "reader", document_id):
        sql = f"UPDATE reader SET source = {TEXT} WHERE document_id = ?"
        database.write(sql, encode_path(source), document_id)


def find_bound_id(database: Database, source: str) -> int | None:
    """The id under which a document that has gone comes back, where it left a bond."""
    sql = f"SELECT document_id FROM reader WHERE source = {TEXT}"
    found = database.read(sql, encode_path(source))
    return int(found[0][0]) if found else None


def close_damaged(database: Database) -> None:
    """Let nobody read the documents whose bonds are not as they were written, in a transaction."""
    for id, *rest in database.read(_TABLE):
        if not _is_whole((id, *rest)):
            database.write("UPDATE reader SET labels = '[]' WHERE document_id = ?", id)
            seal_row(database, "reader", id)
    renew_generation(database)


def copy_readers(
    read: Callable[[str], list[Row] | None],
    new: Database,
    sources: Iterable[tuple[int, str]],
) -> int:
    """Copy all bonds into a new file, in a transaction; return how many are nobody's from now on.

    `read` reads the old file, and None where that is damaged. A bond that is not as it was written
    lets nobody read its document. Where the table and its index over sources differ, or one cannot
    be read, nobody knows any more what was bound: all the documents, of these ids and sources, are.
    """
    found, named = read(_TABLE), read(_INDEX)
    if found is not None and named is not None and _is_all(found, named):
        rows = [(*row[:2], row[2] if _is_whole(row) else "[]") for row in found]
    else:
        # Of documents that have gone, too: they may come back.
        everything = [*sources, *(row[:2] for row in found or ()), *(named or ())]
        rows = [(id, source, "[]") for id, source in everything if isinstance(source, str)]
    for id, source, labels in rows:
        sql = f"INSERT OR IGNORE INTO reader (document_id, source, labels) VALUES (?, {TEXT}, ?)"
        new.write(sql, id, encode_path(source), labels)
        seal_row(new, "reader", id)
    sql = "SELECT count(*) FROM reader JOIN document ON id = document_id WHERE labels = '[]'"
    return int(new.read(sql)[0][0])


def _is_all(table: Iterable[Row], index: Iterable[Row]) -> bool:
    """Whether the table's rows are those that its index over sources holds too."""
    return {row[:2] for row in table} == set(index)


def _is_whole(row: Row) -> bool:
    *values, seal = row
    return is_whole(seal, *values)
