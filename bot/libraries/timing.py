"""How long each server's last answers took."""

from collections import defaultdict, deque
from collections.abc import Sequence
from math import ceil

TIMES = 200
"""Of how many of a server's last questions it is known how long they took."""


class Timing:
    """Notes how long answers took, by server; None stands for direct messages."""

    def __init__(self) -> None:
        self._took: defaultdict[int | None, deque[float]] = defaultdict(lambda: deque(maxlen=TIMES))

    def note(self, guild: int | None, took_s: float) -> None:
        """Take note of one."""
        self._took[guild].append(took_s)

    def spread(self, guild: int | None) -> tuple[float | None, float | None]:
        """What half of the last answers did not exceed, and what 95 % did not; None of none."""
        ascending = sorted(self._took.get(guild, ()))
        return _pick(ascending, 0.5), _pick(ascending, 0.95)


def _pick(ascending: Sequence[float], share: float) -> float | None:
    """The smallest value that so large a share of them does not exceed; None of none."""
    return ascending[ceil(share * len(ascending)) - 1] if ascending else None
