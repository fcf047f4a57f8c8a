"""The one truth: a library's documents, passages, vectors and full text, in one SQLite file."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Self

from index import rows
from index.check import Damage, find_damage
from index.database import Database
from index.embed import Embedding
from index.errors import UnknownDocument
from index.evidence import Evidence
from index.find import find_record
from index.fitted import Fitted
from index.generations import begin_anew, renew_generation
from index.mend import Mending
from index.origins import Origins
from index.readers import Readers
from index.roots import Roots
from index.seals import holds, resealed
from index.taught import TaughtAnswers
from index.types import Document, Passage, Record, Span
from index.write import Part, write_document


class Store:
    """A library's documents; where no file was made yet there are none, and a transaction makes it.

    Every method raises StoreDamaged, StoreBusy, DiskFull or LibraryError for what is wrong with
    the file, and leaves it as it was. Threads must take turns. While it is open `alone` no other
    process can open the file, and it is StoreBusy where one has.
    """

    def __init__(self, path: Path, *, busy_timeout_s: float = 10.0, alone: bool = False) -> None:
        self._db = Database(path, busy_timeout_s, alone=alone)
        self.roots = Roots(self._db)
        self.origins = Origins(self._db)
        self.taught = TaughtAnswers(self._db)
        self.readers = Readers(self._db)
        self.evidence = Evidence(self._db)
        self.fitted = Fitted(self._db)
        self.mending = Mending(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Make the changes inside one: all are kept, or none if anything is raised.

        Begins at once, and waits for another process that writes. An error of the file ends it
        there and then. Inside another, or inside a snapshot, it is a RuntimeError.
        """
        return self._db.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Let everything read inside be of one moment; inside a transaction it is anyway."""
        return self._db.snapshot()

    @property
    def generation(self) -> str:
        """A random name for the passages as they are; every change of them draws another."""
        return str(self._library("generation")[0])

    @property
    def embedded_with(self) -> str | None:
        """What the vectors were made with, in the words of whoever set it."""
        fingerprint: str | None = self._library("embedded_with")[0]
        return fingerprint

    @embedded_with.setter
    def embedded_with(self, fingerprint: str | None) -> None:
        with resealed(self._db, "library", 1):
            self._db.write("UPDATE library SET embedded_with = ?", fingerprint)

    def counts(self) -> tuple[int, int]:
        """Return the number of passages and of terms in all of them; costs one row."""
        passages, terms = self._library("passages, terms")
        return passages, terms

    def put(
        self,
        document: Document,
        *,
        name: str,
        source: str,
        size_bytes: int,
        content_hash: str,
        language: str,
        parts: Sequence[Part],
        link: str | None = None,
        origin: int | None = None,
        replaces: int | None = None,
    ) -> Record:
        """Add a document, or replace the one of the same source, or that of the id `replaces`.

        Its id and `added` stay, and so do passages whose digests come again. Raises LibraryError
        if another document has the name, and ValueError if a part does not fit the document, or
        the vectors that are there; nothing has changed then.
        """
        if replaces is None:
            sql = f"SELECT id FROM document WHERE source = {rows.TEXT}"
            found = self._db.read(sql, rows.encode_path(source))
            replaces = found[0][0] if found else None
        document_id, changed = write_document(
            self._db,
            document,
            parts,
            replaces=replaces,
            names=(name, source, link),
            facts=(size_bytes, content_hash, language, origin),
        )
        if changed:
            renew_generation(self._db)
        record = self.record(document_id)
        assert record is not None
        return record

    def note_failure(self, document_id: int, failure: str | None) -> None:
        """Remember why the last look at a document's source failed; None: it did not."""
        with resealed(self._db, "document", document_id):
            self._db.write("UPDATE document SET failure = ? WHERE id = ?", failure, document_id)

    def digests(self, document_id: int) -> Counter[str]:
        """Return the digests of a document's passages, and how often each stands there."""
        sql = "SELECT digest FROM passage WHERE document_id = ? AND digest != ''"
        return Counter(digest for (digest,) in self._db.read(sql, document_id))

    def endings(self, document_id: int) -> frozenset[str]:
        """Return the sentences that end a document's passages."""
        sql = "SELECT substr(text, json_extract(sentences, '$[#-1][0]') + 1) FROM passage"
        found = self._db.read(f"{sql} WHERE document_id = ?", document_id)
        return frozenset(sentence for (sentence,) in found if sentence)

    def embeddings(self, digests: Iterable[str]) -> dict[str, Embedding]:
        """Return the embeddings that stand in the library for these digests, undamaged."""
        sql = f"""SELECT digest, passage.id, vector, {rows.FEATURE_COLUMNS}
            FROM json_each(?) JOIN passage ON digest = value
            JOIN passage_vector AS v ON v.passage_id = passage.id
            JOIN passage_feature AS f ON f.passage_id = passage.id GROUP BY digest"""
        asked = json.dumps([digest for digest in digests if digest])
        with self._db.decoding():
            found = self._db.read(sql, asked)
            return {
                digest: rows.decode_embedding(row)
                for digest, id, *row in found
                if holds(self._db.read, "passage_feature", id)
            }

    def remove(self, document_id: int) -> None:
        """Remove a document and its passages; nothing happens if it is gone."""
        self._db.write("DELETE FROM document WHERE id = ?", document_id)
        renew_generation(self._db)

    def clear_passages(self) -> None:
        """Remove every passage, and with what they were embedded; documents and texts stay."""
        self._db.write("DELETE FROM passage")
        self.embedded_with = None
        # Nothing is won by telling one by one what has gone.
        begin_anew(self._db)

    def records(self) -> tuple[Record, ...]:
        """Return every document, sorted by name."""
        return tuple(sorted(self._records("TRUE"), key=lambda record: record.name))

    def by_name(self, name: str) -> Record | None:
        """Return the document of that name, or None."""
        return next(iter(self._records(f"name = {rows.TEXT}", rows.encode_path(name))), None)

    def by_source(self, source: str) -> Record | None:
        """Return the document of that source, or None."""
        return next(iter(self._records(f"source = {rows.TEXT}", rows.encode_path(source))), None)

    def by_content(self, content_hash: str) -> tuple[Record, ...]:
        """Return the documents whose sources hold the same bytes, in the order they came."""
        return self._records("content_hash = ? ORDER BY id", content_hash)

    def find(self, wanted: str, hidden: Collection[int] = ()) -> Record:
        """Return the document that a person means, none of the ids `hidden`; see `find_record`.

        Raises UnknownDocument.
        """
        found = self.by_name(wanted) or self.by_source(wanted)
        if found and found.id not in hidden:
            return found
        return find_record([one for one in self.records() if one.id not in hidden], wanted)

    def languages(self, hidden: Collection[int] = ()) -> tuple[str, ...]:
        """Return the languages of the documents, sorted, but for those of the ids `hidden`."""
        if hidden:
            sql = """SELECT DISTINCT language FROM document
                WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY language"""
            return tuple(language for (language,) in self._db.read(sql, json.dumps([*hidden])))
        # From each to the next: to look at all documents would cost what the library holds.
        found = self._db.read(
            """WITH RECURSIVE spoken (language) AS (
                SELECT min(language) FROM document UNION ALL
                SELECT (SELECT min(language) FROM document WHERE language > spoken.language)
                FROM spoken WHERE language IS NOT NULL
            ) SELECT language FROM spoken WHERE language IS NOT NULL"""
        )
        return tuple(language for (language,) in found)

    def text(self, document_id: int) -> str:
        """Return a document's whole text; raises UnknownDocument if it is gone."""
        found = self._db.read("SELECT text FROM document_text WHERE document_id = ?", document_id)
        if not found:
            raise UnknownDocument(
                "Document {id} is gone. `footnote documents` lists those that are there.",
                id=document_id,
            )
        return str(found[0][0])

    def spans(self, document_id: int) -> tuple[Span, ...]:
        """Return where a document's passages stand: its spans, as far as they were kept."""
        found = self._db.read(
            """SELECT start_char, end_char, page, heading_path, fragment, header FROM passage
            WHERE document_id = ? ORDER BY start_char""",
            document_id,
        )
        with self._db.decoding():
            return tuple(
                Span(start, end, page, tuple(json.loads(path)), fragment, header)
                for start, end, page, path, fragment, header in found
            )

    def passages(self, ids: Iterable[int]) -> dict[int, tuple[Record, Passage]]:
        """Return passages and their documents by id, in the order asked, without those gone."""
        sql = f"""SELECT passage.id, {rows.PASSAGE_COLUMNS}, {rows.RECORD_COLUMNS}
            FROM json_each(?) JOIN passage ON passage.id = value
            JOIN document ON document.id = document_id"""
        return self._db.read_by_id(sql, ids, _decode_both)

    def passage_ids(self, document_id: int) -> list[int]:
        """Return the ids of a document's passages, in the order of its text."""
        sql = "SELECT id FROM passage WHERE document_id = ? ORDER BY start_char"
        return [id for (id,) in self._db.read(sql, document_id)]

    def document_count(self, hidden: Collection[int] = ()) -> int:
        """Return the number of documents, without what was taught and those of the ids `hidden`."""
        [(documents,)] = self._db.read("SELECT count(*) FROM document")
        without = json.dumps([*self.taught.documents().union(hidden)])
        sql = "SELECT count(*) FROM document JOIN json_each(?) ON document.id = value"
        return int(documents - self._db.read(sql, without)[0][0])

    def usage(self) -> tuple[int, int, int]:
        """Return the number of documents, of their passages and of their sources' bytes."""
        sql = "SELECT count(*), coalesce(sum(passages), 0), coalesce(sum(size_bytes), 0)"
        [(documents, passages, size)] = self._db.read(f"{sql} FROM document")
        return documents, passages, size

    def record(self, document_id: int) -> Record | None:
        """Return a document, or None if it is gone."""
        return next(iter(self._records("id = ?", document_id)), None)

    def check(self) -> tuple[Damage, ...]:
        """Return what is wrong with the file; reads all of it.

        Other processes that write wait meanwhile.
        """
        with self.snapshot():
            return find_damage(self._db.read)

    def _records(self, where: str, *values: object) -> tuple[Record, ...]:
        with self._db.decoding():
            sql = f"SELECT {rows.RECORD_COLUMNS} FROM document WHERE {where}"
            return tuple(map(rows.decode_record, self._db.read(sql, *values)))

    def _library(self, columns: str) -> tuple[Any, ...]:
        with self._db.decoding():
            [row] = self._db.read(f"SELECT {columns} FROM library")
            return row


def _decode_both(row: Sequence[Any]) -> tuple[Record, Passage]:
    width = rows.PASSAGE_WIDTH
    return rows.decode_record(row[width:]), rows.decode_passage(row[:width])
