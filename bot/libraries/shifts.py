"""Shifts of index jobs: so many work at once, and each makes room for those that wait."""

import time
from collections import deque
from threading import Event, Lock, local


class Shifts:
    """`with shifts:` is one job's work, which gives its place away with `hand_over`. Any thread.

    A place goes to who has waited longest, so a small job waits for a part of each large one and
    not for their ends; and once it works, it does for `shift_s` before others come again.
    """

    def __init__(self, places: int, shift_s: float) -> None:
        self._places = self._free = places
        self._shift_s = shift_s
        self._begun = local()
        self._waiting: deque[Event] = deque()
        self._lock = Lock()

    def __enter__(self) -> None:
        """Wait for a place."""
        turn = Event()
        with self._lock:
            if self._free:
                self._free -= 1
                turn.set()
            else:
                self._waiting.append(turn)
        turn.wait()
        self._begun.at = time.monotonic()

    def __exit__(self, *_: object) -> None:
        """Leave the place to the next."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

    def hand_over(self) -> None:
        """Let others work who wait, and wait behind them, once the shift is over."""
        if self._waiting and time.monotonic() - self._begun.at >= self._shift_s:
            self.__exit__()
            self.__enter__()

    def count_working(self) -> int:
        """How many have a place."""
        return self._places - self._free
