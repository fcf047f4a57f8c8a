"""Questions that wait for an answer: so many of each server, and servers take turns."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

from index.errors import FootnoteError, mark

T = TypeVar("T")

MOST_WAITING = 200
"""Questions of one server, or of all direct messages together."""
RECENT = 0.3
"""How much the latest answers count for the pace."""

_IN_A_SECOND = mark(
    "Many ask at once; questions waiting here: {waiting}. Ask again in {seconds} second."
)
_IN_SECONDS = mark(
    "Many ask at once; questions waiting here: {waiting}. Ask again in {seconds:,} seconds."
)


class TooManyWaiting(FootnoteError):
    """So many questions of the server wait already that no more are taken."""


class Line(Generic[T]):
    """What waits, by server: each server's in its order, and one of each in turn."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._waiting: OrderedDict[int | None, deque[T]] = OrderedDict()
        self._each_s = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def count(self, guild: int | None) -> int:
        """How many of a server's wait."""
        return len(self._waiting.get(guild, ()))

    def join(self, guild: int | None, one: T) -> None:
        """Wait behind the server's others. Raises TooManyWaiting, which says how long they take."""
        own = self._waiting.setdefault(guild, deque())
        if len(own) >= self._most:
            before = sum(min(len(own), len(others)) for others in self._waiting.values())
            seconds = max(1, round(before * self._each_s))
            template = _IN_A_SECOND if seconds == 1 else _IN_SECONDS
            raise TooManyWaiting(template, waiting=len(own), seconds=seconds)
        own.append(one)

    def take(self, most: int) -> list[T]:
        """The next ones, `most` at most: those whose servers were served longest ago."""
        taken: list[T] = []
        while self._waiting and len(taken) < most:
            guild, own = self._waiting.popitem(last=False)
            taken.append(own.popleft())
            if own:
                self._waiting[guild] = own
        return taken

    def note(self, answered: int, took_s: float) -> None:
        """Take note of how long some took together."""
        self._each_s += RECENT * (took_s / answered - self._each_s)
