"""A server at a glance: what is asked and answered, what helps, and what the documents are for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.audience import NOBODY, Audience
from bot.libraries.digest import Digest
from bot.libraries.hidden import find_hidden
from bot.libraries.lanes import Lanes
from bot.libraries.places import Places
from bot.libraries.usage import Day, digest_name
from index.sources import is_taught
from index.types import Record

MOST_NAMED = 20
"""Documents of each kind that are named; of the others there is only a number."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A document with how many answers cited it."""

    title: str
    times: int


@dataclass(frozen=True, slots=True)
class Insight:
    """A server's last days."""

    days: tuple[Day, ...]
    """One at least, the oldest first; those without questions too."""
    median_s: float | None
    """How long answers took, refusals too; None where none was measured."""
    cited: tuple[Cited, ...]
    """The documents that are there now, those first that were cited most."""
    never_cited: tuple[str, ...]
    """Titles of documents that no answer cited, those first that are there longest."""
    documents: int
    """How many there are, the operator's too where they are searched."""
    documents_cited: int
    """How many of them were cited."""
    gone: int = 0
    """How often documents were cited that are gone, or have another name now."""

    @property
    def asked(self) -> int:
        """How many questions there were."""
        return sum(day.asked for day in self.days)

    @property
    def answered(self) -> int:
        """How many of them found an answer."""
        return sum(day.answered for day in self.days)

    @property
    def refused(self) -> int:
        """How many of them found none."""
        return self.asked - self.answered

    @property
    def helpful(self) -> int:
        """Votes that an answer helped."""
        return sum(day.helpful for day in self.days)

    @property
    def unhelpful(self) -> int:
        """Votes that it did not."""
        return sum(day.unhelpful for day in self.days)

    @property
    def documents_never_cited(self) -> int:
        """How many documents no answer cited."""
        return self.documents - self.documents_cited


def find_insight(
    places: Places,
    guild: int | None,
    days: int,
    last: date | None = None,
    audience: Audience = NOBODY,
) -> Insight:
    """So many days of a server up to the last, today unless told otherwise; None: of direct
    messages. Documents are counted and named that the audience may read. Raises LibraryError."""
    last = last or datetime.now(UTC).date()
    first = last - timedelta(days=days - 1)
    with places.memory(guild) as memory:
        by_day = memory.usage.days(first, last)
        median_s = memory.usage.median_s(first, last)
        times = memory.usage.citations(first, last)
    with places.reach(guild, lacking=True) as libraries:
        hidden = {shared: find_hidden(library, audience) for shared, library in libraries.items()}
        all_records = [
            ((shared, digest_name(record.name)), record)
            for shared, library in libraries.items()
            for record in library.store.records()
            if not is_taught(record)
        ]
    known = {key for key, _ in all_records}
    records = [one for one in all_records if one[1].id not in hidden[one[0][0]]]
    cited = [(times[key], record) for key, record in records if key in times]
    never = [(shared, record) for (shared, name), record in records if (shared, name) not in times]
    return Insight(
        by_day,
        median_s,
        _name_most_cited(cited),
        tuple(_name(record) for _, record in sorted(never, key=_order_never)[:MOST_NAMED]),
        len(records),
        len(cited),
        sum(number for key, number in times.items() if key not in known),
    )


class InsightDesk:
    """The same off the event loop: what the bot awaits."""

    def __init__(self, places: Places, lanes: Lanes) -> None:
        self._places = places
        self._lanes = lanes

    async def find(
        self, guild: int, days: int, last: date | None = None, audience: Audience = NOBODY
    ) -> Insight:
        """So many days of a server, up to the last."""
        asked = self._places, guild, days, last, audience
        return await self._lanes.run("lists", find_insight, *asked)

    async def draw(self, insight: Insight, *, dark: bool) -> bytes:
        """A PNG of it."""
        from bot.insight_picture import draw_insight

        return await self._lanes.run("pictures", draw_insight, insight, dark=dark)

    async def is_digest_due(self, guild: int, week: date) -> bool:
        """Whether a week's digest was not posted yet."""
        return await self._at_digest(guild, lambda digest: digest.is_due(week))

    async def claim_digest(self, guild: int, week: date) -> bool:
        """Note that a week's digest is posted; False where that was noted before."""
        return await self._at_digest(guild, lambda digest: digest.claim(week))

    async def fail_digest(self, guild: int, reason: str) -> bool:
        """Keep why a digest could not be posted; False where that is no news."""
        return await self._at_digest(guild, lambda digest: digest.fail(reason))

    async def _at_digest(self, guild: int, work: Callable[[Digest], bool]) -> bool:
        def run() -> bool:
            with self._places.memory(guild) as memory:
                return work(memory.digest)

        return await self._lanes.run("desk", run)


def _name_most_cited(cited: Sequence[tuple[int, Record]]) -> tuple[Cited, ...]:
    often = sorted(cited, key=lambda one: (-one[0], _name(one[1])))
    return tuple(Cited(_name(record), number) for number, record in often[:MOST_NAMED])


def _order_never(one: tuple[bool, Record]) -> tuple[bool, datetime, str]:
    """The server's own first, and of these the oldest."""
    shared, record = one
    return shared, record.added, record.name


def _name(record: Record) -> str:
    return record.title.strip() or record.name
