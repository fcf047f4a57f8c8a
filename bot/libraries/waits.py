"""Who waits for an answer to which question, until they are told, in a server's file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from index.database import Database

MOST_OF_ONE, MOST_OF_ALL = 10, 500
"""Questions that one person may wait for, and all people in a server."""
KEPT_DAYS = 90

Outcome = Literal["kept", "taken back", "too many of yours", "too many"]

_EXPIRED = "waiting WHERE since <= ?"


@dataclass(frozen=True, slots=True)
class Wait:
    """Someone who waits for an answer."""

    message: int
    """The refusal's."""
    user: int
    channel: int
    private: bool
    """Whether nobody else could see the refusal."""
    question: str
    earlier: str | None = None
    """The question that it was read with."""


class Waits:
    """Those who wait in a server; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def toggle(self, wait: Wait) -> Outcome:
        """Whether someone waits now: who waited at that refusal waits no longer.

        Who waits for the same question elsewhere waits here instead.
        """
        if self.take(wait):
            return "taken back"
        with self._db.transaction():
            same = (wait.user, wait.question, wait.earlier)
            sql = "DELETE FROM waiting WHERE user = ? AND question = ? AND earlier IS ?"
            self._db.write(sql, *same)
            if self.count(wait.user) >= MOST_OF_ONE:
                return "too many of yours"
            if self._db.read("SELECT count(*) FROM waiting")[0][0] >= MOST_OF_ALL:
                return "too many"
            self._db.write(
                "INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, '')",
                *(wait.message, wait.user, wait.channel, wait.private),
                *(wait.question, wait.earlier, datetime.now(UTC).isoformat()),
            )
        return "kept"

    def take(self, wait: Wait) -> bool:
        """Let someone wait no longer; whether they did until now."""
        where = "waiting WHERE message = ? AND user = ?"
        with self._db.transaction():
            [(found,)] = self._db.read(f"SELECT count(*) FROM {where}", wait.message, wait.user)
            self._db.write(f"DELETE FROM {where}", wait.message, wait.user)
        return bool(found)

    def are_there(self) -> bool:
        """Whether anyone waits."""
        return bool(self._db.read("SELECT 1 FROM waiting LIMIT 1"))

    def due(self, state: str, most: int) -> tuple[Wait, ...]:
        """Some whose questions were not asked of the documents in this state, the oldest first."""
        sql = """SELECT message, user, channel, private, question, earlier FROM waiting
            WHERE asked_of != ? ORDER BY message, user LIMIT ?"""
        with self._db.decoding():
            return tuple(
                Wait(message, user, channel, bool(private), *question)
                for message, user, channel, private, *question in self._db.read(sql, state, most)
            )

    def note_asked(self, waits: Iterable[Wait], state: str) -> None:
        """Remember in which state the documents did not answer these."""
        with self._db.transaction():
            for wait in waits:
                sql = "UPDATE waiting SET asked_of = ? WHERE message = ? AND user = ?"
                self._db.write(sql, state, wait.message, wait.user)

    def count(self, user: int) -> int:
        """For how many questions someone waits."""
        [(number,)] = self._db.read("SELECT count(*) FROM waiting WHERE user = ?", user)
        return int(number)

    def delete(self, user: int) -> None:
        """Let someone wait for nothing any more, within a transaction."""
        self._db.write("DELETE FROM waiting WHERE user = ?", user)

    def expire(self) -> None:
        """Let nobody wait who has waited for too long."""
        since = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
        [(expired,)] = self._db.read(f"SELECT count(*) FROM {_EXPIRED}", since)
        if expired:
            with self._db.transaction():
                self._db.write(f"DELETE FROM {_EXPIRED}", since)
