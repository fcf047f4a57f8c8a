"""How many people there are in a crowd, of whom nobody can be told."""

import math
import secrets
from collections.abc import Iterable
from hashlib import blake2b

NUMBERS = 256
"""So many there are for all people: no more than it takes to tell a crowd's size."""


class Crowd:
    """Gives people numbers under a key that lives in this process alone and is written nowhere.

    So a number tells that two questions may be of one person, and not of whom: in a large server
    not even with the key, for others share it. After a restart someone may count twice.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def number(self, guild: int | None, person: int) -> int:
        """A person's number in a server, below NUMBERS; in another server they have another."""
        return blake2b(f"{guild} {person}".encode(), key=self._key, digest_size=1).digest()[0]


def count_people(numbers: Iterable[int]) -> int:
    """About how many people have left these numbers: those who share one are made up for.

    Linear counting, Whang and others 1990: to 5 % for 100 people, and never fewer than there are
    numbers.
    """
    taken = len(set(numbers))
    free = max(NUMBERS - taken, 1)
    return max(taken, round(-NUMBERS * math.log(free / NUMBERS)))
