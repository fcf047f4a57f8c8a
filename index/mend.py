"""A damaged library's file → what of it can be made anew from the rest, or be read out of it."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.check import Damage, Part, find_damage, is_sealed, is_vouched_for
from index.database import Database
from index.errors import StoreDamaged
from index.generations import begin_anew
from index.readers import close_damaged, copy_readers
from index.seals import SEALED, holds, is_whole, resealed, seal_row
from index.sources import TAUGHT
from index.taught import mend_taught

CLOSED = (
    "Until they are bound again, or removed and added again, nobody may read them: `footnote"
    " documents` shows which."
)
_ANEW: dict[Part, tuple[Callable[[Database], object], str]] = {
    "full text": (
        lambda db: db.write("INSERT INTO passage_index (passage_index) VALUES ('rebuild')"),
        "The full text was made anew from the passages.",
    ),
    "columns": (lambda db: db.write("REINDEX"), "The indexes over columns were made anew."),
    "counts": (
        lambda db: db.write(
            """UPDATE library SET passages = (SELECT count(*) FROM passage),
            terms = (SELECT coalesce(sum(term_count), 0) FROM passage)"""
        ),
        "The passages and terms were counted anew.",
    ),
    "history": (begin_anew, "What has gone since when was forgotten, and begins anew."),
    "notes": (
        lambda db: db.write("DELETE FROM note"),
        "What the last looks at addresses left was forgotten: the next read everything again.",
    ),
    "readers": (close_damaged, f"Who may read some documents was damaged. {CLOSED}"),
}
_UNKNOWN = "a model that the damaged file does not name"
_LISTS = ("root", "excluded", "origin")
"""Without the notes: what a look at an origin left would hide that its documents are gone."""
_OF_PASSAGE = ("passage_vector", "passage_feature")
_FOUND_BY_NAMES = """id = (SELECT id FROM document AS named WHERE named.source = document.source)
    AND id = (SELECT id FROM document AS named WHERE named.name = document.name)"""
"""What holds of a document whose name and source agree with the indexes over them."""
_ORIGIN = 12
"""The column of `document` that names its origin."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was read out of a damaged file."""

    documents: int
    lost: int
    """Documents that were there and could not be read whole, as far as is known."""
    listed: bool
    """Whether all folders and addresses that were added could be read too."""
    closed: int
    """Documents that nobody may read any more, as who might could not be read."""


class Mending:
    """How a library's file is mended. Raises what the store does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def make_anew(self, damages: Iterable[Damage]) -> tuple[str, ...]:
        """Make anew, in a transaction, what the file derives from its passages and what is damaged
        of it; return what was done, a sentence each."""
        done = []
        for part in dict.fromkeys(damage.part for damage in damages):
            if part in _ANEW:
                make, sentence = _ANEW[part]
                make(self._db)
                done.append(sentence)
        return tuple(done)

    def is_vouched_for(self, document_id: int) -> bool:
        """Return whether a document's facts, text, headings and pages are as they were."""
        return is_vouched_for(self._db.read, document_id)

    def is_sealed(self, document_id: int) -> bool:
        """Return whether no seal of these is broken, be there digests or not."""
        return is_sealed(self._db.read, document_id)

    def forget_look(self, document_id: int) -> None:
        """Let the next look at where a document came from read it again, inside a transaction."""
        with resealed(self._db, "document", document_id):
            self._db.write("UPDATE document SET content_hash = '' WHERE id = ?", document_id)
        sql = "DELETE FROM note WHERE origin_id = (SELECT origin FROM document WHERE id = ?)"
        self._db.write(sql, document_id)

    def clear_document(self, document_id: int) -> None:
        """Remove, in a transaction, a document's passages, so that all of them are put anew."""
        self._db.write("DELETE FROM passage WHERE document_id = ?", document_id)

    def documents_of(self, passages: Iterable[int]) -> tuple[int, ...]:
        """Return the ids of the documents that passages stand in."""
        sql = "SELECT DISTINCT document_id FROM passage JOIN json_each(?) ON passage.id = value"
        return tuple(id for (id,) in self._db.read(sql, json.dumps(list(passages))))

    def save_into(self, path: Path) -> Saved:
        """Copy every document that is whole, with its numbers, into a new file; return how many."""
        facts = self._read_facts()
        new = Database(path, 0)
        try:
            with new.transaction():
                new.write("UPDATE library SET embedded_with = ?, calibration = ?", *facts)
                seal_row(new, "library", 1)
                listed = [self._copy_list(new, table) for table in _LISTS]
                passages = self._passages_by_document()
                for id, numbers in passages.items():
                    self._copy_document(new, id, numbers)
                for damage in find_damage(new.read):
                    new.write("DELETE FROM document WHERE id = ?", damage.document_id)
                closed = copy_readers(self._read, new, self._read_sources(passages))
                for seq, name in self._read("SELECT seq, name FROM sqlite_sequence") or ():
                    if isinstance(seq, int):  # no number is ever used twice
                        sql = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?"
                        new.write(sql, seq, name)
                [(saved,)] = new.read("SELECT count(*) FROM document")
        finally:
            new.close()
        return Saved(saved, len(passages) - saved, all(listed), closed)

    def _read_sources(self, ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """The ids and sources of documents, as far as they can be read."""
        found = (self._read(f"SELECT id, source FROM document WHERE id = {id}") for id in ids)
        return [row for rows in found for row in rows or ()]

    def _read_facts(self) -> tuple[str, str | None]:
        """The model's name, which is compared with the settings anyway, and a whole calibration."""
        try:
            [(model, calibration)] = self._db.read("SELECT embedded_with, calibration FROM library")
            return model, calibration if holds(self._db.read, "library", 1) else None
        except (StoreDamaged, ValueError):
            return _UNKNOWN, None

    def _copy_list(self, new: Database, table: str) -> bool:
        """Copy the rows that are whole; whether all are."""
        found = self._read(f"SELECT rowid, seal, {SEALED[table]} FROM {table}")
        whole = [id for id, *row in found or () if is_whole(*row)]
        for id in whole:
            self._copy_rows(new, table, f"rowid = {id}")
        return found is not None and len(whole) == len(found)

    def _copy_document(self, new: Database, id: int, passages: Collection[int]) -> None:
        self._copy_rows(new, "document", f"id = {id} AND {_FOUND_BY_NAMES}")
        if not new.read("SELECT 1 FROM document WHERE id = ?", id):
            return
        self._copy_rows(new, "document_text", f"document_id = {id}")
        self._copy_rows(new, "taught", f"document_id = {id}")
        if new.read(f"SELECT 1 FROM document WHERE id = ? AND source GLOB '{TAUGHT}*'", id):
            mend_taught(new, id)
        for passage in passages:
            self._copy_rows(new, "passage", f"id = {passage} AND document_id = {id}")
            if new.read("SELECT 1 FROM passage WHERE id = ?", passage):
                for table in _OF_PASSAGE:
                    self._copy_rows(new, table, f"passage_id = {passage}")

    def _copy_rows(self, new: Database, table: str, where: str) -> None:
        for row in self._read(f"SELECT * FROM {table} WHERE {where}") or ():
            _copy(new, table, row)

    def _read(self, sql: str) -> list[tuple[Any, ...]] | None:
        """The rows that a statement finds; None where SQLite finds them damaged."""
        try:
            return self._db.read(sql)
        except StoreDamaged:
            return None

    def _passages_by_document(self) -> dict[int, list[int]]:
        """The ids of all documents and of their passages, as far as they can be read."""
        found: dict[int, list[int]] = {}
        for id in self._read_ids("document"):
            if self._read(f"SELECT id FROM document WHERE id = {id}") != []:
                found[id] = []
        for id in self._read_ids("passage"):
            for (document_id,) in (
                self._read(f"SELECT document_id FROM passage WHERE id = {id}") or ()
            ):
                if document_id in found:
                    found[document_id].append(id)
        return found

    def _read_ids(self, table: str) -> range:
        """The ids that a table may hold, each to be asked for: one damaged page hides no other."""
        ends = [
            end
            for sql in (
                f"SELECT max(id) FROM {table}",
                f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'",
            )
            for (end,) in self._read(sql) or ()
            if isinstance(end, int)
        ]
        return range(1, min(ends, default=0) + 1)


def _copy(new: Database, table: str, row: Sequence[Any]) -> None:
    """Put a row in, unless it breaks a rule of the table, or belongs to what is not there."""
    origin = row[_ORIGIN] if table == "document" else None
    if origin is None or new.read("SELECT 1 FROM origin WHERE id = ?", origin):
        columns = ", ".join("?" * len(row))
        new.write(f"INSERT OR IGNORE INTO {table} VALUES ({columns})", *row)
