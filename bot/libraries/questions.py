"""The questions that people ask of a server: how many, and which, where the admins keep them."""

from datetime import UTC, datetime, timedelta

from bot.libraries.rows import read_preferences
from bot.types import Kept
from index.database import Database

_EXPIRED = "question WHERE ? = 0 OR hour <= ?"
"""The questions that were kept for so many days as the admins allow; for none, all of them."""


class Questions:
    """The questions in a server's file; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def count(self, asked: int, answered: int) -> None:
        """Add to the questions of today."""
        with self._db.transaction():
            self._db.write(
                """INSERT INTO activity VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE SET
                asked = asked + excluded.asked, answered = answered + excluded.answered""",
                *(_name_day(), asked, answered),
            )

    def today(self) -> tuple[int, int]:
        """How many were asked since midnight UTC, and how many of them answered."""
        sql = "SELECT asked, answered FROM activity WHERE day = ?"
        asked, answered = next(iter(self._db.read(sql, _name_day())), (0, 0))
        return asked, answered

    def keep(self, text: str, answered: bool, confidence: float) -> None:
        """Keep a question of this hour, if the admins turned that on."""
        if read_preferences(self._db).questions_days:
            with self._db.transaction():
                self._db.write(
                    "INSERT INTO question (text, hour, answered, confidence) VALUES (?, ?, ?, ?)",
                    *(text, _name_hour(), answered, confidence),
                )

    def kept(self) -> tuple[Kept, ...]:
        """The questions that are kept, the oldest first."""
        sql = "SELECT text, hour, answered, confidence FROM question ORDER BY id"
        with self._db.decoding():
            return tuple(
                Kept(text, datetime.fromisoformat(hour), bool(answered), confidence)
                for text, hour, answered, confidence in self._db.read(sql)
            )

    def expire(self) -> int:
        """How many were removed because they were kept for as long as the admins said."""
        days = read_preferences(self._db).questions_days
        [(expired,)] = self._db.read(f"SELECT count(*) FROM {_EXPIRED}", days, _name_hour(days))
        if expired:
            with self._db.transaction():
                self.remove_expired(days)
        return int(expired)

    def remove_expired(self, days: int) -> None:
        """Remove those that are older than so many days, within a transaction; for 0 all."""
        self._db.write(f"DELETE FROM {_EXPIRED}", days, _name_hour(days))


def _name_day() -> str:
    return datetime.now(UTC).date().isoformat()


def _name_hour(days_ago: int = 0) -> str:
    """The hour that it was so many days ago, in UTC."""
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    return moment.replace(minute=0, second=0, microsecond=0).isoformat()
