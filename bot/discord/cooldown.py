"""Who asked a moment ago and has to wait. Memory is bounded, and nothing outlives the process."""

from collections import deque
from collections.abc import Hashable
from datetime import datetime, timedelta

MOST = 10_000
"""People remembered; of more, those who asked longest ago are let off."""


class Cooldown:
    """Lets each key pass once in a while, by the clock of what it is told."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._free: dict[Hashable, datetime] = {}
        """When each may pass again, in the order of their last passing."""

    def left_s(self, key: Hashable, now: datetime) -> float:
        """Seconds until a key may pass again; 0 where it may."""
        free = self._free.get(key)
        return max((free - now).total_seconds(), 0.0) if free else 0.0

    def take(self, key: Hashable, every_s: float, now: datetime) -> float:
        """0 where the key may pass, which starts its wait anew; else the seconds that are left."""
        if left := self.left_s(key, now):
            return left
        self._free.pop(key, None)
        if every_s > 0:
            self._free[key] = now + timedelta(seconds=every_s)
            while len(self._free) > self._most:
                del self._free[next(iter(self._free))]
        return 0.0


class Quota:
    """Lets each key pass so many times within a while, by the clock of what it is told."""

    def __init__(self, times: int, within_s: float, most: int = MOST) -> None:
        self._times, self._within, self._most = times, timedelta(seconds=within_s), most
        self._passed: dict[Hashable, deque[datetime]] = {}
        """When each has passed of late, in the order of their last passing."""

    def take(self, key: Hashable, now: datetime) -> bool:
        """Whether the key may pass, which counts."""
        passed = self._passed.pop(key, None) or deque()
        self._passed[key] = passed
        while passed and passed[0] <= now - self._within:
            passed.popleft()
        while len(self._passed) > self._most:
            del self._passed[next(iter(self._passed))]
        if len(passed) >= self._times:
            return False
        passed.append(now)
        return True
