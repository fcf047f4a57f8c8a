"""How often sources are looked at again: the names that people choose, and seconds."""

from typing import Literal

Every = Literal["hour", "6 hours", "day", "week", "month"]

SECONDS: dict[Every, int] = {
    "hour": 3600,
    "6 hours": 6 * 3600,
    "day": 24 * 3600,
    "week": 7 * 24 * 3600,
    "month": 30 * 24 * 3600,
}


def name_interval(seconds: int) -> str:
    """`every day`, `every 3 hours`."""
    for name, known in SECONDS.items():
        if known == seconds:
            return f"every {name}"
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and not seconds % size:
            number = seconds // size
            return f"every {unit}" if number == 1 else f"every {number:,} {unit}s"
    return f"every {seconds:,} seconds"
