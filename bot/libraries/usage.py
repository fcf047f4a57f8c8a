"""How much a server's bot is used: questions a day, how long answers take, what they cite.

Nothing of it tells who asked or what. Days are those of UTC.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.types import Found
from bot.wording import pick_hits
from index.database import Database

KEPT_DAYS = 366
"""How long it is known what was cited, and how long answers took."""
SHOWN = 3
"""Passages that an answer shows at first: what these stand in is cited."""
SHORTEST_S, GROWTH, LAST_STEP = 0.001, 1.12, 130
"""Times are counted in steps, each 12 % longer than the one before it; the last reaches beyond
half an hour. A median is therefore known to 6 %."""


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day."""

    day: date
    asked: int = 0
    answered: int = 0
    helpful: int = 0
    """Votes of that day that an answer helped."""
    unhelpful: int = 0
    median_s: float | None = None
    """How long answers took, refusals too; None where none was measured."""

    @property
    def refused(self) -> int:
        """How many questions found no answer."""
        return self.asked - self.answered


class Usage:
    """The counts in a server's file; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, found: Found, took_s: float) -> None:
        """Count a question of today with its answer, and how long that took."""
        day, cited = name_today(), list_cited(found)
        with self._db.transaction():
            self._db.write(
                """INSERT INTO activity VALUES (?, 1, ?) ON CONFLICT (day) DO UPDATE SET
                asked = asked + 1, answered = answered + excluded.answered""",
                *(day, int(found.answer.answered)),
            )
            self._db.write(
                """INSERT INTO pace VALUES (?, ?, 1)
                ON CONFLICT (day, step) DO UPDATE SET times = times + 1""",
                *(day, find_step(took_s)),
            )
            for shared, name in cited:
                self._db.write(
                    """INSERT INTO citation VALUES (?, ?, ?, 1)
                    ON CONFLICT (day, shared, document) DO UPDATE SET times = times + 1""",
                    *(day, int(shared), digest_name(name)),
                )

    def today(self) -> tuple[int, int]:
        """How many were asked since midnight UTC, and how many of them answered."""
        sql = "SELECT asked, answered FROM activity WHERE day = ?"
        asked, answered = next(iter(self._db.read(sql, name_today())), (0, 0))
        return asked, answered

    def days(self, first: date, last: date) -> tuple[Day, ...]:
        """Every day from the first to the last."""
        votes = """SELECT substr(voted, 1, 10) AS day, sum(helpful), count(*) - sum(helpful)
            FROM vote WHERE day BETWEEN ? AND ? GROUP BY day"""
        asked = self._of_days("SELECT * FROM activity WHERE day BETWEEN ? AND ?", first, last)
        voted = self._of_days(votes, first, last)
        medians = {day: find_median_s(steps) for day, steps in self._steps(first, last).items()}
        return tuple(
            Day(day, *asked.get(day, (0, 0)), *voted.get(day, (0, 0)), medians.get(day))
            for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
        )

    def median_s(self, first: date, last: date) -> float | None:
        """How long the answers of those days took; None where none was measured."""
        return find_median_s(sum(self._steps(first, last).values(), Counter()))

    def citations(self, first: date, last: date) -> dict[tuple[bool, str], int]:
        """How often each document was cited; which, `digest_name` of its name tells."""
        sql = """SELECT shared, document, sum(times) FROM citation WHERE day BETWEEN ? AND ?
            GROUP BY shared, document"""
        found = self._db.read(sql, first.isoformat(), last.isoformat())
        return {(bool(shared), document): times for shared, document, times in found}

    def expire(self) -> None:
        """Remove what was counted too long ago."""
        oldest = (datetime.now(UTC).date() - timedelta(days=KEPT_DAYS)).isoformat()
        for table in ("citation", "pace"):
            if self._db.read(f"SELECT 1 FROM {table} WHERE day < ? LIMIT 1", oldest):
                with self._db.transaction():
                    self._db.write(f"DELETE FROM {table} WHERE day < ?", oldest)

    def _steps(self, first: date, last: date) -> dict[date, Counter[int]]:
        """By day, how many answers took how long."""
        steps: defaultdict[date, Counter[int]] = defaultdict(Counter)
        sql = "SELECT day, step, times FROM pace WHERE day BETWEEN ? AND ?"
        with self._db.decoding():
            for day, step, times in self._db.read(sql, first.isoformat(), last.isoformat()):
                steps[date.fromisoformat(day)][min(step, LAST_STEP)] += times
        return steps

    def _of_days(self, sql: str, first: date, last: date) -> dict[date, tuple[int, int]]:
        with self._db.decoding():
            found = self._db.read(sql, first.isoformat(), last.isoformat())
            return {date.fromisoformat(day): (one, other) for day, one, other in found}


def list_cited(found: Found) -> Collection[tuple[bool, str]]:
    """The documents that an answer cites: whether it is the operator's, and its name."""
    answer = found.answer
    shown = len(pick_hits(answer, SHOWN) or answer.hits[:1]) if answer.answered else 0
    if answer.taught:
        shown = found.vouched
    cited = zip(answer.hits[:shown], found.passages[:shown], strict=True)
    return {(ref.shared, hit.document.name) for hit, ref in cited}


def digest_name(name: str) -> str:
    """What stands for a document's name: of a document that was removed no name is to stay."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def find_step(took_s: float) -> int:
    """The step that a time is counted in."""
    step = math.floor(math.log(max(took_s, SHORTEST_S) / SHORTEST_S, GROWTH))
    return min(step, LAST_STEP)


def find_median_s(steps: Counter[int]) -> float | None:
    """The middle of the step in which the median is."""
    left = (steps.total() + 1) // 2
    for step in sorted(steps):
        left -= steps[step]
        if left <= 0:
            return float(SHORTEST_S * GROWTH ** (step + 0.5))
    return None


def name_today() -> str:
    """The day that it is, as rows name it."""
    return datetime.now(UTC).date().isoformat()
