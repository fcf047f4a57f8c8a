"""How often sources are looked at again: the names that people choose, and seconds."""

from typing import Literal

from bot.language import gettext, mark, show_number

Every = Literal["hour", "6 hours", "day", "week", "month"]

SECONDS: dict[Every, int] = {
    "hour": 3600,
    "6 hours": 6 * 3600,
    "day": 24 * 3600,
    "week": 7 * 24 * 3600,
    "month": 30 * 24 * 3600,
}

_NAMES: dict[Every, str] = {
    "hour": mark("every hour"),
    "6 hours": mark("every 6 hours"),
    "day": mark("every day"),
    "week": mark("every week"),
    "month": mark("every month"),
}


def name_interval(seconds: int) -> str:
    """`every day`, `every 6 hours`."""
    for name, known in SECONDS.items():
        if known == seconds:
            return gettext(_NAMES[name])
    return gettext("every {n} seconds", n=show_number(seconds))
