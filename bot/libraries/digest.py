"""Which week a server had its digest of: none is ever posted twice.

A week's is due from Monday, 9:00 UTC, on, and tells of the seven days before. That it was posted is
noted before it is sent: if that fails, or the bot is killed meanwhile, the week goes without.
"""

from datetime import UTC, date, datetime, timedelta

from bot.language import gettext, mark
from index.database import Database

DUE_HOUR = 9

_FAILURES = {
    "gone": mark("Its channel is gone, or I may not see it."),
    "lacking": mark("In its channel I lack {what}."),
    "refused": mark("Discord did not take it (answer: {what})."),
}
"""By what each is kept as, which may have ` Send Messages, Attach Files` behind a colon."""


def find_week(now: datetime) -> date:
    """The Monday since which a digest is due, in UTC."""
    day = (now.astimezone(UTC) - timedelta(hours=DUE_HOUR)).date()
    return day - timedelta(days=day.weekday())


def describe_failure(failure: str) -> str:
    """Why a digest could not be posted, in the language spoken, from what is kept of that."""
    kind, _, rest = failure.partition(": ")
    if kind not in _FAILURES:
        return failure  # a sentence, as it was kept once
    return gettext(_FAILURES[kind], what=", ".join(map(gettext, rest.split(", "))))


class Digest:
    """The digest in a server's file; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def choose(self, before: int | None, now: int | None) -> None:
        """Take another channel, within a transaction; the first digest is due in the next week."""
        if now is None:
            self._db.write("DELETE FROM digest")
        elif before is None:
            week = find_week(datetime.now(UTC)).isoformat()
            self._db.write("INSERT OR REPLACE INTO digest VALUES (1, ?, NULL)", week)
        elif before != now:
            self._db.write("UPDATE digest SET failure = NULL")

    def is_due(self, week: date) -> bool:
        """Whether a week's was not posted yet, as far as is known."""
        last = self._last_week()
        return last is None or last < week.isoformat()

    def claim(self, week: date) -> bool:
        """Note that a week's is posted; False where that was noted before, or where nothing is
        known of it, as after a fault."""
        with self._db.transaction():
            last = self._last_week()
            if self.is_due(week):
                sql = "INSERT OR REPLACE INTO digest VALUES (1, ?, NULL)"
                self._db.write(sql, week.isoformat())
        return last is not None and last < week.isoformat()

    def fail(self, reason: str) -> bool:
        """Keep why it could not be posted; False where the reason is the same as before."""
        if self.failure() == reason:
            return False
        with self._db.transaction():
            self._db.write("UPDATE digest SET failure = ?", reason)
        return True

    def failure(self) -> str | None:
        """Why it could not be posted last; None where it could."""
        found = self._db.read("SELECT failure FROM digest")
        return found[0][0] if found else None

    def _last_week(self) -> str | None:
        found = self._db.read("SELECT week FROM digest")
        return found[0][0] if found else None
