"""The questions of which a server's admins confirmed whether a passage answers them.

They outlive the questions that are kept, of which they hold the words alone: not who asked, nor
when. Nothing of a passage's text is held, which may be what people have posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from index.database import Database

MOST_CONFIRMED = 500
"""Of a server; the oldest make room for new ones."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A question, and a passage that answers it or does not.

    The passage is known by its shingles, for its number is another whenever its document changes.
    """

    question: str
    shared: bool
    """Whether the document is the operator's."""
    document: str
    """Its name."""
    passage: bytes = field(repr=False)
    """Its shingles when it was confirmed: `index/relocate.py`."""
    right: bool
    id: int = 0
    """0 before it is kept."""


class Confirmations:
    """The confirmed questions in a server's file; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, confirmed: Confirmed) -> None:
        """Keep a confirmation, in place of an earlier one of the same question and passage."""
        one, now = confirmed, datetime.now(UTC).isoformat()
        with self._db.transaction():
            self._db.write(
                """INSERT OR REPLACE INTO confirmed
                (question, shared, document, passage, answers, at) VALUES (?, ?, ?, ?, ?, ?)""",
                *(one.question, one.shared, one.document, one.passage, one.right, now),
            )
            self._db.write(
                """DELETE FROM confirmed WHERE id <=
                (SELECT id FROM confirmed ORDER BY id DESC LIMIT 1 OFFSET ?)""",
                MOST_CONFIRMED,
            )

    def all(self) -> tuple[Confirmed, ...]:
        """What was confirmed, the newest first."""
        sql = """SELECT question, shared, document, passage, answers, id FROM confirmed
            ORDER BY id DESC"""
        found: Sequence[tuple[str, int, str, bytes, int, int]] = self._db.read(sql)
        return tuple(
            Confirmed(question, bool(shared), document, passage, bool(answers), id)
            for question, shared, document, passage, answers, id in found
        )

    def forget(self, id: int) -> None:
        """Forget a confirmation, if it is kept."""
        with self._db.transaction():
            self._db.write("DELETE FROM confirmed WHERE id = ?", id)
