"""Which passages the bot's public answers cite, for as long as it is told there that they changed.

Nothing of it tells who asked, or what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.types import Ref
from index.database import Database

MOST_ANSWERS = 500
"""Of a server; those from before go."""
KEPT_DAYS = 14

_EXPIRED = "cited WHERE noted <= ?"


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that an answer cites, as it was when the answer was given."""

    channel: int
    message: int
    """The answer's, whose id grows with time."""
    passage: Ref
    document: int
    """The document's id; 0 where the passage had gone before this was noted."""
    title: str
    """The document's; "" where it is not known."""
    digest: str
    """Of the passage's text."""


class Citings:
    """The citations in a server's file; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, cited: Iterable[Cited]) -> None:
        """Remember what an answer cites."""
        now = datetime.now(UTC).isoformat()
        with self._db.transaction():
            for one in cited:
                self._db.write(
                    "INSERT OR REPLACE INTO cited VALUES (?, ?, ?, ?, ?, ?, ?)",
                    *(one.message, one.channel, str(one.passage)),
                    *(one.document, one.title, one.digest, now),
                )
            self._db.write(
                """DELETE FROM cited WHERE message <= (SELECT message FROM cited GROUP BY message
                ORDER BY message DESC LIMIT 1 OFFSET ?)""",
                MOST_ANSWERS,
            )

    def all(self) -> tuple[Cited, ...]:
        """What the answers cite, the oldest first."""
        sql = """SELECT channel, message, passage, document, title, digest FROM cited
            ORDER BY message, passage"""
        with self._db.decoding():
            return tuple(
                Cited(channel, message, Ref.parse(passage), *others)
                for channel, message, passage, *others in self._db.read(sql)
            )

    def forget(self, message: int, passages: Iterable[Ref]) -> None:
        """Forget that an answer cites these."""
        with self._db.transaction():
            for passage in passages:
                sql = "DELETE FROM cited WHERE message = ? AND passage = ?"
                self._db.write(sql, message, str(passage))

    def expire(self) -> None:
        """Forget what answers from too long ago cite."""
        since = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
        [(expired,)] = self._db.read(f"SELECT count(*) FROM {_EXPIRED}", since)
        if expired:
            with self._db.transaction():
                self._db.write(f"DELETE FROM {_EXPIRED}", since)
