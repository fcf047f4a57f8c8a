"""A server at a glance → one page for a browser: no script, nothing fetched, light and dark.

The picture is there in both looks, and all that it shows stands in tables beside it. Titles go
through `_show`.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from bot.insight_picture import draw_insight
from bot.insight_words import describe_days, describe_insight, list_numbers, show_seconds
from bot.libraries.insight import Insight
from bot.wording import count, show_text

MAX_TITLE = 200
"""Characters of a title that are shown."""

_STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fff; --ink: #1c1c1a; --soft: #5f5f5a; --line: #d9d9d4;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #232428; --ink: #ececea; --soft: #a9a9a4; --line: #43454b }
}
body {
  margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.4rem; margin: .3rem 0 }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
header p, .more { color: var(--soft); margin: .2rem 0 }
img { display: block; width: 100%; height: auto; margin: 1rem 0 }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .9rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-weight: 600 }
td:first-child { min-width: 6.2rem }
.number { text-align: right; white-space: nowrap; overflow-wrap: normal }
li { font-size: .9rem }
.wide { overflow-x: auto }
"""


def write_insight_page(name: str, insight: Insight) -> str:
    """The page on a server that is called so."""
    return "\n".join(_write_lines(name, insight)) + "\n"


def _write_lines(name: str, insight: Insight) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    # Even if something slipped through, no browser would run it or fetch anything.
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
    )
    yield f"<title>{_show(name)} at a glance</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<header>\n<h1><bdi>{_show(name)}</bdi> at a glance</h1>"
    yield f"<p>{describe_days(insight)}</p>\n</header>\n<main>"
    light, dark = (_encode(draw_insight(insight, dark=dark)) for dark in (False, True))
    yield f'<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
    yield f'<img src="{light}" alt="{_show(describe_insight(insight))}"></picture>'
    yield "<h2>In numbers</h2>"
    yield from _write_table((), [(meaning, number) for number, meaning in list_numbers(insight)])
    yield "<h2>Documents cited most</h2>"
    if insight.cited:
        cited = [(_show_title(one.title), f"{one.times:,}") for one in insight.cited]
        yield from _write_table(("document", "answers"), cited)
    others = insight.documents_cited - len(insight.cited)
    yield from _tell_more(others, "" if insight.cited else "No document was cited.")
    if insight.gone:
        yield f'<p class="more">{count(insight.gone, "citation")} of documents that are gone.</p>'
    yield "<h2>Documents never cited</h2>"
    if insight.never_cited:
        yield "<ul>"
        yield from (f"<li><bdi>{_show_title(title)}</bdi></li>" for title in insight.never_cited)
        yield "</ul>"
    others = insight.documents_never_cited - len(insight.never_cited)
    yield from _tell_more(others, "" if insight.never_cited else "None.")
    yield "<h2>By day</h2>"
    head = ("day", "questions", "answered", "refused", "helpful", "not helpful", "median time")
    rows = [
        (
            *(f"{day.day}", f"{day.asked:,}", f"{day.answered:,}", f"{day.refused:,}"),
            *(f"{day.helpful:,}", f"{day.unhelpful:,}", show_seconds(day.median_s)),
        )
        for day in reversed(insight.days)
    ]
    yield from _write_table(head, rows)
    yield "</main>\n</body>\n</html>"


def _write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The cells are HTML; all but the first of a row are numbers."""
    yield '<div class="wide"><table>'
    if head:
        yield f"<thead>{_write_row('th', head)}</thead>"
    yield "<tbody>"
    yield from (_write_row("td", row) for row in rows)
    yield "</tbody></table></div>"


def _write_row(tag: str, cells: Sequence[str]) -> str:
    first, *others = cells
    numbers = "".join(f'<{tag} class="number">{cell}</{tag}>' for cell in others)
    return f"<tr><{tag}><bdi>{first}</bdi></{tag}>{numbers}</tr>"


def _tell_more(others: int, none: str) -> Iterator[str]:
    told = f"And {count(others, 'other')}." if others else none
    if told:
        yield f'<p class="more">{told}</p>'


def _encode(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _show_title(title: str) -> str:
    return _show(title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…")


def _show(text: str) -> str:
    """Text that is nothing but text in a page, in an attribute, too."""
    return escape(show_text(text), quote=True)
