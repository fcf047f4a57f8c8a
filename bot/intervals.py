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
    """`every day`, `every 6 hours`."""
    names = (name for name, known in SECONDS.items() if known == seconds)
    return f"every {next(names, f'{seconds:,} seconds')}"
