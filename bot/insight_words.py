"""What is said of a server at a glance, alike in the terminal, in Discord and in pictures."""

from collections.abc import Iterator

from bot.language import gettext, ngettext, show_day, show_decimal, show_number, show_share
from bot.libraries.insight import Insight

NOTHING = "–"
"""Stands where there is no number."""


def describe_insight(insight: Insight) -> str:
    """The numbers in words, for who cannot see the picture."""
    return f"{describe_days(insight)}: " + ", ".join(
        f"{number} {meaning}" for number, meaning in list_numbers(insight) if number != NOTHING
    )


def describe_days(insight: Insight) -> str:
    """`26 Oct – 24 Nov 2026`; the first day's year where it is another."""
    first, last = insight.days[0].day, insight.days[-1].day
    if first == last:
        return show_day(last)
    return f"{show_day(first, year=first.year != last.year)} – {show_day(last)}"


def list_numbers(insight: Insight) -> Iterator[tuple[str, str]]:
    """What a picture is headed by: numbers, and what they mean."""
    asked = insight.asked
    yield show_number(asked), ngettext("question", "questions", asked)
    yield _show_share(insight.answered, asked), gettext("answered")
    yield _show_share(insight.refused, asked), gettext("refused")
    votes = insight.helpful + insight.unhelpful
    of_votes = ngettext("helpful, of {n} vote", "helpful, of {n} votes", votes)
    yield _show_share(insight.helpful, votes), of_votes
    yield show_seconds(insight.median_s), gettext("median time to answer")


def show_seconds(seconds: float | None) -> str:
    """`0.31 s`, `12 s`, or a dash where nothing was measured."""
    if seconds is None:
        return NOTHING
    return gettext("{n} s", n=show_decimal(seconds, 2 if seconds < 9.995 else 0))


def _show_share(part: int, whole: int) -> str:
    return show_share(part / whole) if whole else NOTHING
