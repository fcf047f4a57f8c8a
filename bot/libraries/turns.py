"""Turns at changing a place's documents: one at a time for each place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from index.errors import JobRunning


class Turns:
    """Who changes the documents of which server, or for None the operator's. Any thread.

    `settle` is done at the end of each turn, before the next begins.
    """

    def __init__(self, settle: Callable[[int | None], None] = lambda _: None) -> None:
        self._settle = settle
        self._locks: dict[int | None, Lock] = {}
        self._ended: set[int | None] = set()

    @contextmanager
    def take(self, guild: int | None, *, wait: bool = True) -> Iterator[None]:
        """Let nobody else change the place's documents inside. Without `wait` raises JobRunning."""
        lock = self._locks.setdefault(guild, Lock())
        if not lock.acquire(blocking=wait):
            raise JobRunning(
                "An index job of this server is running. Remove the document when it is done, or "
                "cancel it."
            )
        try:
            yield
        finally:
            self._ended.add(guild)
            try:
                self._settle(guild)
            finally:
                lock.release()

    def settle(self, guild: int | None) -> None:
        """Do what is done after a turn, unless somebody has theirs, after which it is done."""
        lock = self._locks.setdefault(guild, Lock())
        if lock.acquire(blocking=False):
            try:
                self._settle(guild)
            finally:
                lock.release()

    def take_ended(self) -> set[int | None]:
        """Whose turns have ended since the last call, which comes from one thread alone."""
        ended: set[int | None] = set()
        while self._ended:
            ended.add(self._ended.pop())
        return ended
