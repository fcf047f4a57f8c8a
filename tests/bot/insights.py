"""Insights for tests of what shows them."""

from datetime import date, timedelta

from bot.libraries.insight import Cited, Insight
from bot.libraries.usage import Day

HOSTILE = (
    "Price list $x^2$ \\frac{1}{2} $",
    "日本語のドキュメント",
    "دليل المدينة",
    "🚀 <script>alert(1)</script> 👩‍👩‍👧",
    "\x1b[2Jred\u202egpj.exe\u2066\n\t|a|*b*_c_",
    "@everyone <@1> [a](https://a.b) `c`",
    "W" * 5000,
    "e\u0301" * 3 + "\u0301" * 40,
    "\ud800 \U000e0001 \uffff \x00",
)
LAST = date(2026, 11, 25)


def make_insight(days: int = 30, titles: tuple[str, ...] = ("Town guide",), **more: int) -> Insight:
    """One in which every third day has questions."""
    made = tuple(
        Day(LAST - timedelta(days=ago), *((8, 6, 3, 1, 0.25) if ago % 3 == 0 else ()))
        for ago in reversed(range(days))
    )
    cited = tuple(Cited(title, 100 - number) for number, title in enumerate(titles))
    known = {"documents": 2 * len(titles), "documents_cited": len(titles)} | more
    return Insight(made, 0.25, cited, titles, **known)


def make_empty(days: int = 30) -> Insight:
    """One of a server in which nothing was ever done."""
    made = tuple(Day(LAST - timedelta(days=ago)) for ago in reversed(range(days)))
    return Insight(made, None, (), (), 0, 0)
