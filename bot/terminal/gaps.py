"""`footnote gaps`: what a server's people asked and found no answer to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.start import make_loader, start
from bot.terminal.options import Data

if TYPE_CHECKING:
    from rich.console import Console

    from bot.libraries.gaps import Gaps
    from bot.libraries.places import Places


def gaps(
    server: Annotated[
        str | None, typer.Option(help="The server's id; without it, all are listed.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="How far to look back.")] = 30,
    csv: Annotated[
        Path | None, typer.Option(help="Write the groups there.", metavar="FILE.csv")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the groups there.", metavar="FILE.md")
    ] = None,
    data: Data = None,
) -> None:
    """Show what people of a Discord server asked and found no answer to, grouped by meaning."""
    from bot.gap_files import write_csv, write_markdown
    from bot.libraries.gaps import find_gaps
    from bot.libraries.places import Places
    from bot.settings import SettingsError
    from bot.terminal.targets import check_target, write_target
    from index.web import Fetcher

    settings, console, notes = start(data, None)
    for path, suffix, noun in ((csv, ".csv", "table"), (markdown, ".md", "Markdown file")):
        if path:
            check_target(path, suffix, noun)
    places = Places(settings, make_loader(settings, notes), Fetcher())
    if server is None:
        if csv or markdown:
            raise SettingsError("Name the server whose gaps to write: --server ID.")
        _list_servers(console, places, days)
        return
    found = find_gaps(places, places.servers.find(server), days)
    for path, write in ((csv, write_csv), (markdown, write_markdown)):
        if path:
            write_target(path, write(found))
    _print_gaps(console, found)


def _list_servers(console: "Console", places: "Places", days: int) -> None:
    """Each server, with how many questions of it found no answer that helped."""
    from bot.wording import count

    servers = places.servers.all()
    for guild in servers:
        with places.memory(guild) as memory:
            kept = memory.preferences().questions_days
            unsettled = len(memory.questions.unsettled(days))
        told = f"{count(unsettled, 'question')} without an answer that helped"
        console.print(f"{guild}  {told if kept else 'keeps no questions'}", highlight=False)
    console.print(
        "Name one: footnote gaps --server ID" if servers else "Nothing is kept of any server yet."
    )


def _print_gaps(console: "Console", gaps: "Gaps") -> None:
    from bot.gap_files import describe_counts, name_citation
    from bot.wording import count, show_line

    if not gaps.kept_days:
        console.print(
            "This server keeps no questions, so there is nothing to group. Its admins turn that on:"
            " /docs settings keep_questions"
        )
        return
    for gap in gaps.groups:
        words = show_line(", ".join(gap.words))
        console.print(words, style="bold", markup=False, highlight=False)
        lines = [describe_counts(gap), *(f"“{show_line(one)}”" for one in gap.examples)]
        if gap.closest:
            sure = f"{gap.confidence:.0%} sure"
            lines.append(f"closest: {name_citation(gap.closest)} ({sure})")
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)
    told = f"{count(len(gaps.groups), 'group')} of the last {count(gaps.days, 'day')}"
    if gaps.hidden:
        told += f"; {count(gaps.hidden, 'group')} hidden as not theirs"
    if gaps.left_out:
        told += f"; the {count(gaps.left_out, 'oldest question')} left out"
    console.print(f"{told}.", highlight=False)
