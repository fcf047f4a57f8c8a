"""Answers that somebody vouches for, in all their versions, the last of which is given.

Each belongs to a document whose source is `taught:` and the document's id, and whose text is the
question and, behind a blank line, the answer: a second copy, by which a damaged one is mended. Only
the question is a passage of it, for only questions are compared with what is asked.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from index.database import Database
from index.errors import StoreDamaged, TeachingError
from index.rows import TEXT, encode_path
from index.seals import holds, seal_row
from index.sources import TAUGHT, is_taught
from index.types import Document, Incoming, Record, Span, Taught

MAX_QUESTION_CHARS, MAX_ANSWER_CHARS = 200, 2_000
MOST_TAUGHT = 500
"""In one library: all of them are left out of what is found in documents, at every question."""

_COLUMNS = "document_id, version, question, answer, cited, who, at"
_ANY = "SELECT 1 FROM taught WHERE document_id = ?"
_LAST = "version = (SELECT max(version) FROM taught AS t WHERE t.document_id = taught.document_id)"


class TaughtAnswers:
    """The answers of a library that were taught."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> tuple[Taught, ...]:
        """Return the last version of each, sorted by question."""
        found = self._select(f"{_LAST} ORDER BY question, document_id")
        return tuple(sorted(found, key=lambda taught: taught.question.casefold()))

    def versions(self, id: int) -> tuple[Taught, ...]:
        """Return all versions of one, the last first; none where it is gone."""
        return self._select("document_id = ? ORDER BY version DESC", id)

    def vouched_for(self, id: int) -> Taught | None:
        """Return the last version of one, or None where it is gone or is not as it was written."""
        sql = f"SELECT id FROM taught WHERE document_id = ? AND {_LAST}"
        found = self._db.read(sql, id)
        if not found or not holds(self._db.read, "taught", found[0][0]):
            return None
        return self.versions(id)[0]

    def passages(self) -> dict[int, int]:
        """Return the passages that hold their questions, with the ids of their documents."""
        return dict(
            self._db.read(
                """SELECT id, document_id FROM passage
                WHERE document_id IN (SELECT document_id FROM taught)"""
            )
        )

    def documents(self) -> frozenset[int]:
        """Return the ids of their documents."""
        return frozenset(id for (id,) in self._db.read("SELECT DISTINCT document_id FROM taught"))

    def cited(self) -> dict[int, str | None]:
        """Return what the last version of each cites, by the id of its document."""
        return dict(self._db.read(f"SELECT document_id, cited FROM taught WHERE {_LAST}"))

    def next_id(self) -> int:
        """Return the id of the document that is added next, inside a transaction."""
        sql = "SELECT seq FROM sqlite_sequence WHERE name = 'document'"
        return int(next(iter(self._db.read(sql)), (0,))[0]) + 1

    def write(
        self, id: int, question: str, answer: str, cited: str | None, who: int | None
    ) -> None:
        """Add a version, inside a transaction."""
        _insert(self._db, id, question, answer, cited, who)

    def count_of(self, who: int) -> int:
        """Return how many versions a person has written."""
        return int(self._db.read("SELECT count(*) FROM taught WHERE who = ?", who)[0][0])

    def forget(self, who: int) -> None:
        """Forget that a person has written any, inside a transaction; what they wrote stays."""
        for (row,) in self._db.read("SELECT id FROM taught WHERE who = ?", who):
            whole = holds(self._db.read, "taught", row)
            self._db.write("UPDATE taught SET who = NULL WHERE id = ?", row)
            if whole:
                seal_row(self._db, "taught", row)

    def mend(self, record: Record) -> Incoming | None:
        """Return the document that a damaged taught answer is, its versions whole again.

        None where it is no taught answer. Inside a transaction; raises StoreDamaged where neither
        the last version nor the document's text is as it was.
        """
        drop_misplaced(self._db, record.id)
        if not is_taught(record) and not self._db.read(_ANY, record.id):
            return None
        if not mend_taught(self._db, record.id):
            raise StoreDamaged(
                f"{record.name} is damaged. Look at it and write it again, or take it out:"
                " `footnote taught`."
            )
        last = self.versions(record.id)[0]
        incoming = make_incoming(record.id, last.question, last.answer)
        # By its source it is found again.
        sql = f"UPDATE document SET name = {TEXT}, source = {TEXT} WHERE id = ?"
        names = encode_path(incoming.name), encode_path(incoming.source)
        self._db.write(sql, *names, record.id)
        return incoming

    def _select(self, where: str, *values: object) -> tuple[Taught, ...]:
        with self._db.decoding():
            found = self._db.read(f"SELECT {_COLUMNS} FROM taught WHERE {where}", *values)
            return tuple(
                Taught(id, version, question, answer, cited, who, datetime.fromisoformat(at))
                for id, version, question, answer, cited, who, at in found
            )


def check_taught(question: str, answer: str) -> tuple[str, str]:
    """The question on one line and the answer, as they are kept. Raises TeachingError."""
    question = " ".join(_make_whole(question).split())
    answer = "\n".join(line.rstrip() for line in _make_whole(answer).strip().splitlines())
    if not question:
        raise TeachingError("The question is empty. Write one.")
    if len(question) > MAX_QUESTION_CHARS:
        raise TeachingError(
            "The question holds {size:,} characters; {most:,} are allowed. Shorten it.",
            size=len(question),
            most=MAX_QUESTION_CHARS,
        )
    if not answer:
        raise TeachingError("The answer is empty. Write one.")
    if len(answer) > MAX_ANSWER_CHARS:
        raise TeachingError(
            "The answer holds {size:,} characters; {most:,} are allowed. Shorten it.",
            size=len(answer),
            most=MAX_ANSWER_CHARS,
        )
    return question, answer


def find_same(taught: Iterable[Taught], question: str) -> Taught | None:
    """The answer that was taught to this very question, whatever its capitals and spaces."""
    wanted = " ".join(question.split()).casefold()
    return next((one for one in taught if one.question.casefold() == wanted), None)


def make_incoming(id: int, question: str, answer: str) -> Incoming:
    """The document that a taught answer is."""
    text = f"{question}\n\n{answer}"
    data = f"{TAUGHT}{id}\n{text}".encode()
    document = Document(question, text, (Span(0, len(question)),))
    digest = hashlib.sha256(data).hexdigest()
    return Incoming(f"Taught answer {id}", f"{TAUGHT}{id}", document, len(data), digest)


def mend_taught(database: Database, id: int) -> bool:
    """Let the versions of a taught answer be whole again, in a transaction; whether they can be.

    One that is damaged is kept as it reads now, without who wrote it and what it cites. Where the
    last is, its text is in the document too, and becomes a version more.
    """
    found = database.read(
        "SELECT id, question, answer, at FROM taught WHERE document_id = ? ORDER BY version", id
    )
    copy = _read_copy(database, id)
    if copy is None and (not found or not holds(database.read, "taught", found[-1][0])):
        return False
    left: list[tuple[str, str]] = []
    for row, question, answer, at in found:
        if not holds(database.read, "taught", row):
            if not _makes_sense(question, answer, at):
                database.write("DELETE FROM taught WHERE id = ?", row)
                continue
            database.write("UPDATE taught SET who = NULL, cited = NULL WHERE id = ?", row)
            seal_row(database, "taught", row)
        left.append((question, answer))
    if copy and left[-1:] != [copy]:
        _insert(database, id, *copy, None, None)
    return True


def drop_misplaced(database: Database, id: int) -> None:
    """Remove what was taught, in a transaction, from a document that surely is no such answer."""
    [(source,)] = database.read("SELECT source FROM document WHERE id = ?", id)
    if holds(database.read, "document", id) and not source.startswith(TAUGHT):
        database.write("DELETE FROM taught WHERE document_id = ?", id)


def _insert(
    database: Database, id: int, question: str, answer: str, cited: str | None, who: int | None
) -> None:
    [(version,)] = database.read("SELECT max(version) FROM taught WHERE document_id = ?", id)
    values = (id, (version or 0) + 1, question, answer, cited, who, datetime.now(UTC).isoformat())
    row = database.write(
        """INSERT INTO taught (document_id, version, question, answer, cited, who, at)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        *values,
    )
    seal_row(database, "taught", row)


def _read_copy(database: Database, id: int) -> tuple[str, str] | None:
    """The question and the answer as the document's text has them, if that is as it was."""
    found = database.read("SELECT text FROM document_text WHERE document_id = ?", id)
    if not found or not holds(database.read, "document_text", id):
        return None
    question, _, answer = found[0][0].partition("\n\n")
    return question, answer


def _makes_sense(question: Any, answer: Any, at: Any) -> bool:
    """Whether a damaged row can be kept as it reads."""
    try:
        return bool(question.encode() and answer.encode() and datetime.fromisoformat(at))
    except (ValueError, TypeError, AttributeError):
        return False


def _make_whole(text: str) -> str:
    """The text with a sign for each half of a character, which no file takes."""
    return text.encode("utf-8", "replace").decode()
