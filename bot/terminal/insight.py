"""`footnote insight`: a server at a glance."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.start import make_loader, start
from bot.terminal.options import Data, Json

if TYPE_CHECKING:
    from rich.console import Console

    from bot.libraries.insight import Insight
    from bot.libraries.places import Places


def insight(
    server: Annotated[
        str | None, typer.Option(help="The server's id; without it, all are listed.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How far to look back.")] = 30,
    png: Annotated[Path | None, typer.Option(help="Draw it there.", metavar="FILE.png")] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write a page with pictures and tables there.", metavar="FILE.html"),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Show how much a Discord server asks, what helps, and which documents are cited."""
    from bot.audience import KEEPERS
    from bot.libraries.insight import find_insight
    from bot.libraries.places import Places
    from bot.settings import SettingsError
    from bot.terminal.describe import print_json
    from bot.terminal.targets import check_target, write_target
    from index.web import Fetcher

    settings, console, notes = start(data, None)
    for path, suffix, noun in ((png, ".png", "picture"), (html, ".html", "page")):
        if path:
            check_target(path, suffix, noun)
    places = Places(settings, make_loader(settings, notes), Fetcher())
    if server is None:
        if png or html or as_json:
            raise SettingsError("Name the server to show: --server ID.")
        _list_servers(console, places, days)
        return
    guild = places.servers.find(server)
    found = find_insight(places, guild, days, audience=KEEPERS)
    if png:
        from bot.insight_picture import draw_insight

        write_target(png, draw_insight(found, dark=False))
    if html:
        from bot.terminal.insight_page import write_insight_page

        write_target(html, write_insight_page(f"Server {guild}", found).encode())
    if as_json:
        print_json(_describe(found))
    else:
        _print_insight(console, found)


def _list_servers(console: "Console", places: "Places", days: int) -> None:
    """Each server, with how much it asks."""
    from bot.insight_words import describe_insight
    from bot.libraries.insight import find_insight

    servers = places.servers.all()
    for guild in servers:
        told = describe_insight(find_insight(places, guild, days))
        console.print(f"{guild}  {told}", highlight=False)
    console.print(
        "Name one: footnote insight --server ID"
        if servers
        else "Nothing is kept of any server yet."
    )


def _print_insight(console: "Console", insight: "Insight") -> None:
    """The numbers, the days on which something was asked, and the documents."""
    from rich.table import Table

    from bot.insight_words import describe_insight, show_seconds
    from bot.wording import count, show_line

    console.print(describe_insight(insight), markup=False, highlight=False)
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("day")
    for name in ("questions", "answered", "refused", "helpful", "not helpful", "median"):
        table.add_column(name, justify="right")
    busy = [day for day in insight.days if day.asked or day.helpful or day.unhelpful]
    for day in busy:
        numbers = (day.asked, day.answered, day.refused, day.helpful, day.unhelpful)
        table.add_row(f"{day.day}", *map("{:,}".format, numbers), show_seconds(day.median_s))
    if busy:
        console.print(table)
    lines = [f"{one.times:>6,}  {show_line(one.title)}" for one in insight.cited]
    lines += [f" never  {show_line(title)}" for title in insight.never_cited]
    if lines:
        console.print("Documents, by how many answers cited them:", highlight=False)
    for line in lines:
        console.print(line, markup=False, highlight=False, no_wrap=True, overflow="ellipsis")
    others = insight.documents - len(lines)
    if others:
        cited = insight.documents_cited - len(insight.cited)
        told = f"and {count(others, 'other')}, {cited:,} of them cited"
        console.print(told, highlight=False)


def _describe(insight: "Insight") -> dict[str, Any]:
    """An insight, as `insight --json` prints it."""
    return {
        "asked": insight.asked,
        "answered": insight.answered,
        "refused": insight.refused,
        "helpful": insight.helpful,
        "unhelpful": insight.unhelpful,
        "median_s": _round(insight.median_s),
        "documents": insight.documents,
        "documents_cited": insight.documents_cited,
        "citations_of_gone_documents": insight.gone,
        "most_cited": [{"title": one.title, "answers": one.times} for one in insight.cited],
        "never_cited": list(insight.never_cited),
        "days": [
            {
                "day": day.day.isoformat(),
                "asked": day.asked,
                "answered": day.answered,
                "refused": day.refused,
                "helpful": day.helpful,
                "unhelpful": day.unhelpful,
                "median_s": _round(day.median_s),
            }
            for day in insight.days
        ],
    }


def _round(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
