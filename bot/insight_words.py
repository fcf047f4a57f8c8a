"""What is said of a server at a glance, alike in the terminal, in Discord and in pictures."""

from collections.abc import Iterator

from bot.libraries.insight import Insight
from bot.wording import count

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
        return f"{last.day} {last:%b %Y}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


def list_numbers(insight: Insight) -> Iterator[tuple[str, str]]:
    """What a picture is headed by: numbers, and what they mean."""
    asked = insight.asked
    yield f"{asked:,}", "question" if asked == 1 else "questions"
    yield _show_share(insight.answered, asked), "answered"
    yield _show_share(insight.refused, asked), "refused"
    votes = insight.helpful + insight.unhelpful
    yield _show_share(insight.helpful, votes), f"helpful, of {count(votes, 'vote')}"
    yield show_seconds(insight.median_s), "median time to answer"


def show_seconds(seconds: float | None) -> str:
    """`0.31 s`, `12 s`, or a dash where nothing was measured."""
    if seconds is None:
        return NOTHING
    return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:,.0f} s"


def _show_share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else NOTHING
