"""The terminal's commands. Each loads what it needs, so that `--help` answers at once."""

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.intervals import Every
from bot.start import open_beside, open_library, start
from bot.terminal.backups import backup, restore
from bot.terminal.commands import Commands
from bot.terminal.evaluation import evaluate
from bot.terminal.forgetting import forget
from bot.terminal.gaps import gaps
from bot.terminal.insight import insight
from bot.terminal.options import Data, Json, Name
from bot.terminal.teaching import put_cited_first, taught, teach
from index.errors import NoDocuments

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings
    from index.library import Library
    from index.summary import Summary

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command that the command line names."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace" if stream is sys.stdin else "backslashreplace")  # type: ignore[union-attr]
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print("footnote", version("footnote"))
        except PackageNotFoundError:
            print("footnote, run from its folder and not installed")
        raise typer.Exit


@app.callback()
def footnote(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Answers questions from your own documents, and cites passage, page and heading."""


@app.command()
def run(data: Data = None, library: Name = None) -> None:
    """Answer in Discord where DISCORD_TOKEN is set, else in the terminal."""
    from bot.discord.token import NEW_TOKEN
    from bot.settings import SettingsError
    from bot.terminal.screen import print_failures
    from bot.watch import keep_fresh
    from bot.wording import count

    settings, _, notes = start(data, library)
    if settings.discord_token.get_secret_value():
        from bot.discord.connect import run_discord

        run_discord(settings, notes)
        return
    notes.print(f"No Discord: DISCORD_TOKEN is not set. To answer there:\n{NEW_TOKEN}")
    folder = settings.documents.absolute()
    if not folder.is_dir():
        raise SettingsError(
            f"{folder} is no folder. Make it and put your documents there, or name another in "
            "FOOTNOTE_DOCUMENTS."
        )
    with open_library(settings, notes) as opened:
        summary = _index(notes, lambda show: opened.index_folder(folder, show))
        print_failures(notes, summary.failed)
        documents, passages = opened.store.document_count(), opened.store.counts()[0]
        if not passages:
            raise NoDocuments(f"{folder} holds no documents. Put some there and run it again.")
        notes.print(f"Ready: {count(documents, 'document')}, {count(passages, 'passage')}.")
        with keep_fresh(lambda: open_beside(opened, settings), folder):
            _converse(settings, opened)


@app.command()
def add(
    targets: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, web addresses, repositories (….git or a folder with .git).",
            metavar="WHAT...",
        ),
    ],
    site: Annotated[
        bool, typer.Option("--site", help="Read the whole site below a web address.")
    ] = False,
    pages: Annotated[
        int, typer.Option(min=1, max=5000, help="Of a site, so many pages at most.")
    ] = 200,
    depth: Annotated[
        int, typer.Option(min=0, max=20, help="Of a site, pages so many links away at most.")
    ] = 5,
    branch: Annotated[str, typer.Option(help="Of a repository, this branch.")] = "",
    below: Annotated[str, typer.Option(help="Of a repository, this folder alone.")] = "",
    forge: Annotated[
        str, typer.Option(help="What runs at a repository's host: github, gitlab, forgejo.")
    ] = "",
    every: Annotated[Every, typer.Option(help="How often to look at addresses again.")] = "day",
    data: Data = None,
    library: Name = None,
) -> None:
    """Add files, folders, web pages and repositories, or take in what changed in them."""
    from bot.terminal.adding import Choices, add_targets

    settings, console, notes = start(data, library)
    choices = Choices(site, pages, depth, branch, below, forge, every)
    with open_library(settings, notes) as opened:
        summary = _index(notes, lambda show: add_targets(opened, targets, choices, show))
        _report(console, summary)


@app.command()
def reindex(
    full: Annotated[bool, typer.Option("--full", help="Embed everything afresh.")] = False,
    data: Data = None,
    library: Name = None,
) -> None:
    """Take in what is new, changed or gone in all that was added."""
    settings, console, notes = start(data, library)
    with open_library(settings, notes) as opened:
        _report(console, _index(notes, lambda show: opened.reindex(full=full, progress=show)))


@app.command()
def remove(
    document: Annotated[str, typer.Argument(help="As `footnote documents` names it.")],
    data: Data = None,
    library: Name = None,
) -> None:
    """Remove a document, or an address with all its documents; files stay."""
    from bot.wording import count, name_origin, show_line

    settings, console, notes = start(data, library)
    with open_library(settings, notes) as opened:
        named = (o for o in opened.origins() if document in (o.address, name_origin(o)))
        if origin := next(named, None):
            gone = opened.remove_origin(origin)
            console.print(f"Removed {show_line(document)} ({count(len(gone), 'document')}).")
            return
        record = opened.remove(document)
    console.print(f"Removed {show_line(record.name)} ({count(record.passages, 'passage')}).")


@app.command()
def documents(as_json: Json = False, data: Data = None, library: Name = None) -> None:
    """List the documents."""
    from bot.terminal.describe import describe_documents, print_json
    from bot.terminal.screen import print_documents, print_origins

    settings, console, notes = start(data, library)
    with open_library(settings, notes) as opened:
        listed, origins = opened.documents(), opened.origins()
        bonds = opened.store.readers.bonds()
    if not as_json:
        print_documents(console, listed, bonds)
        print_origins(console, origins)
        return
    print_json(describe_documents(listed, bonds))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    top: Annotated[int, typer.Option(min=1, max=50, help="How many passages to show.")] = 5,
    page_image: Annotated[
        Path | None,
        typer.Option(help="Write the PDF page of the best passage there.", metavar="FILE.png"),
    ] = None,
    as_json: Json = False,
    data: Data = None,
    library: Name = None,
) -> None:
    """Answer one question; exit code 1 if it is not in the documents."""
    settings, console, notes = start(data, library)
    if page_image:
        from bot.terminal.page_image import write_pages
        from bot.terminal.targets import check_target

        check_target(page_image, ".png", "picture")
    with open_library(settings, notes) as opened:
        if question.strip():
            opened.prepare()
        began = time.perf_counter()
        answer, vouched = put_cited_first(opened, opened.ask(question, top=top))
        took_ms = 1000 * (time.perf_counter() - began)
        searched = opened.store.document_count()
    if as_json:
        from bot.terminal.describe import describe_answer, print_json

        print_json(describe_answer(answer, took_ms))
    else:
        from bot.terminal.screen import print_answer

        print_answer(console, answer, searched=searched, shown=top, vouched=vouched)
    if page_image:
        write_pages(page_image, answer, opened.draw, notes if as_json else console)
    if not answer.answered:
        raise typer.Exit(1)


@app.command()
def chat(data: Data = None, library: Name = None) -> None:
    """Ask in a conversation; from a file or a pipe, a question a line."""
    settings, _, notes = start(data, library)
    with open_library(settings, notes) as opened:
        _converse(settings, opened)


app.command(name="eval")(evaluate)
app.command()(backup)
app.command()(restore)
app.command()(forget)
app.command()(gaps)
app.command()(teach)
app.command()(taught)
app.command()(insight)


@app.command()
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended, and set aside what cannot.")
    ] = False,
    data: Data = None,
    library: Name = None,
) -> None:
    """Find what is wrong, and the command that mends it."""
    from bot.terminal.checks import print_checks
    from bot.terminal.doctor import examine

    settings, console, notes = start(data, library)
    with notes.status("Looking at everything …"):
        checks = list(examine(settings, repair=repair))
    if not print_checks(console, checks):
        raise typer.Exit(1)


def _converse(settings: "Settings", library: "Library") -> None:
    from bot.terminal.chat import converse
    from bot.terminal.screen import make_console

    library.prepare()
    converse(make_console(), library, settings.data / "history")


def _index(notes: "Console", work: Callable[[Callable[[Any], None]], "Summary"]) -> "Summary":
    from bot.terminal.progress import indexing_bar

    with indexing_bar(notes) as show:
        return work(show)


def _report(console: "Console", summary: "Summary") -> None:
    from bot.terminal.screen import print_summary

    print_summary(console, summary)
    if summary.failed:
        raise typer.Exit(1)
