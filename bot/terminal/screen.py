"""Answers, lists and summaries, as a terminal shows them.

Whatever comes from a document or a file's name goes through `show_text`: nothing in it is ever
taken for markup, an escape sequence or a change of direction.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import IO, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.intervals import name_interval
from bot.wording import (
    cite_hit,
    cite_link,
    count,
    cut_excerpt,
    name_confidence,
    name_origin,
    pick_hits,
    show_line,
    show_text,
)
from index.summary import Failure, Summary
from index.types import Answer, Hit, Origin, Record

CONFIDENCE_STYLES = {"Sure": "bold green", "Likely": "bold yellow", "Not sure": "bold"}
MOST_ALSO = 3
"""Other documents with the same text that are named."""
MAX_WIDTH = 100
"""Columns; longer lines are hard to read."""


def make_console(*, stderr: bool = False, file: IO[str] | None = None) -> Console:
    """A console that interprets no markup and, where no terminal is, wraps and cuts no line."""
    console = Console(stderr=stderr, file=file, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 20_000
    return console


def print_answer(
    console: Console, answer: Answer, *, searched: int, shown: int = 5, vouched: int = 0
) -> None:
    """How sure, the best passage whole, and others shortened; or that the documents don't say.

    What was taught instead, with as many passages as it cites.
    """
    if answer.taught:
        console.print(Text.assemble(("● Answered by the team", "bold green"), "\n"))
        text = Text(show_text(answer.taught.answer))
        _print_hanging(console, "┃ ", text, "cyan", repeat=True)
        console.print()
        print_hits(console, answer.hits[:vouched], 1)
        return
    hits = pick_hits(answer, shown)
    documents = count(searched, "document")
    if answer.answered:
        word = name_confidence(answer.confidence)
        console.print(Text.assemble((f"● {word}", CONFIDENCE_STYLES[word]), "\n"))
        _print_hit(console, 1, hits[0], whole=True)
        print_hits(console, hits[1:], 2)
        return
    console.print(
        Text.assemble(("○ This is not in the documents.", "bold red"), f" I searched {documents}.")
    )
    if hits:
        console.print("  The closest passages, which do not seem to answer it:\n", style="dim")
        print_hits(console, hits, 1)


def print_hits(console: Console, hits: Sequence[Hit], first: int) -> None:
    """Passages, shortened and numbered from `first`."""
    for number, hit in enumerate(hits, first):
        _print_hit(console, number, hit, whole=False)


def print_sources(console: Console, answer: Answer, shown: int) -> None:
    """Where each passage of an answer stands, with the path of its file."""
    for number, hit in enumerate(answer.hits[:shown], 1):
        _print_hanging(console, f"[{number}] ", _cite(hit), "cyan")
        _print_hanging(console, "    ", Text(show_line(hit.document.source), "dim"))


def _print_hit(console: Console, number: int, hit: Hit, *, whole: bool) -> None:
    bar, style = ("┃ ", "cyan") if whole else ("│ ", "dim")
    if hit.passage.header:
        header = Text(show_text(hit.passage.header), "dim")
        _print_hanging(console, bar, header, style, repeat=True)
    _print_hanging(console, bar, _quote(console, hit, whole), style, repeat=True)
    _print_hanging(console, f"[{number}] ", _cite(hit), "cyan")
    place = cite_link(hit.document, hit.passage) or hit.document.name
    if place != hit.document.title:
        _print_hanging(console, "    ", Text(show_line(place), "dim"))
    if hit.also:
        names = ", ".join(show_line(record.name) for record, _ in hit.also[:MOST_ALSO])
        more = f" and {len(hit.also) - MOST_ALSO:,} more" if len(hit.also) > MOST_ALSO else ""
        _print_hanging(console, "    ", Text(f"also in {names}{more}", "dim"))
    console.print()


def _print_hanging(
    console: Console, lead: str, text: Text, style: str = "", *, repeat: bool = False
) -> None:
    """Wrapped text after a lead, which each further line repeats or makes room for."""
    width = min(console.width, MAX_WIDTH) if console.is_terminal else console.width
    lines = text.wrap(console, max(width - len(lead), 20))
    for number, line in enumerate(lines):
        line.rstrip()
        before = lead if repeat or not number else " " * len(lead)
        console.print(Text.assemble((before, style), line))


def _quote(console: Console, hit: Hit, whole: bool) -> Text:
    """A passage, or the part around its highlights, with these in bold or between » and «."""
    text, position = hit.passage.text, 0
    end = len(text)
    if not whole:
        position, end = cut_excerpt(hit.passage, hit.highlights)
    coloured = console.color_system is not None
    quote = Text("… " if position else "")
    for from_char, to_char in hit.highlights:
        quote.append(show_text(text[position:from_char]))
        marked = show_text(text[from_char:to_char])
        quote.append(marked if coloured else f"»{marked}«", "bold")
        position = to_char
    quote.append(show_text(text[position:end]))
    return quote.append(" …" if end < len(text) else "")


def _cite(hit: Hit) -> Text:
    """`Title · p. 12 · Heading › Subheading`."""
    title, *places = cite_hit(hit)
    return Text(" · ").join([Text(show_line(title), "bold"), *map(Text, map(show_line, places))])


def print_documents(
    console: Console,
    documents: Sequence[tuple[Record, str]],
    bonds: Mapping[str, Collection[str]],
) -> None:
    """A table of the library's documents: name, title, source and readers one below the other."""
    if not documents:
        console.print("No documents yet. Add some: footnote add FOLDER")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Document", overflow="fold")
    table.add_column("Pages", justify="right")
    table.add_column("Passages", justify="right")
    table.add_column("Added", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    for record, status in documents:
        table.add_row(
            Text.assemble(
                (show_line(record.name), "bold"),
                f"\n  {show_line(record.title)}",
                (f"\n  {show_line(record.source)}", "dim"),
            ),
            str(record.pages or "–"),
            f"{record.passages:,}",
            f"{record.added.astimezone():%Y-%m-%d}",
            Text(status, "green" if status == "current" else "yellow"),
        )
        if record.failure:
            table.add_row(Text(f"  {show_line(record.failure)}", "yellow"))
        if record.name in bonds:
            readers = ", ".join(sorted(bonds[record.name])) or "nobody: this was damaged"
            table.add_row(Text(f"  Readers: {readers}", "dim" if bonds[record.name] else "yellow"))
    console.print(table)
    passages = sum(record.passages for record, _ in documents)
    console.print(f"\n{count(len(documents), 'document')}, {count(passages, 'passage')}")
    if any(status != "current" for _, status in documents):
        console.print("Bring the library up to date: footnote reindex", style="yellow")


def print_origins(console: Console, origins: Sequence[Origin]) -> None:
    """One line an origin: its address, when it was looked at, how often, and what went wrong."""
    for origin in origins:
        looked = f"{origin.looked.astimezone():%Y-%m-%d %H:%M}" if origin.looked else "never"
        line = f"{origin.kind}, looked at {looked}, {name_interval(origin.every_s)}"
        console.print(Text.assemble((show_line(name_origin(origin)), "bold"), f"\n  {line}"))
        if origin.failure:
            console.print(Text(f"  stale: {show_line(origin.failure)}", "yellow"))


def print_summary(console: Console, summary: Summary) -> None:
    """What an indexing did, one line, and each failure with its reason."""
    counts = [
        (len(summary.added), "added", "green"),
        (len(summary.updated), "updated", "green"),
        (len(summary.unchanged), "unchanged", ""),
        (len(summary.removed), "removed", "yellow"),
        (len(summary.failed), "failed", "red"),
    ]
    if not any(number for number, _, _ in counts):
        console.print("Nothing to index: no documents found. Add some: footnote add FOLDER")
        return
    console.print(
        Text(" · ").join(
            Text(f"{number:,} {word}", style if number else "dim") for number, word, style in counts
        )
    )
    if summary.passages:
        console.print(
            f"{count(summary.passages, 'passage')}, {count(summary.tokens, 'token')}"
            f" in {summary.seconds:,.1f} s",
            style="dim",
        )
    print_failures(console, summary.failed)


def print_failures(console: Console, failures: Sequence[Failure]) -> None:
    """One line a file that could not be indexed: its path and the reason."""
    for failure in failures:
        console.print(
            Text.assemble(("✗ ", "red"), show_line(failure.path), ": ", show_line(failure.reason))
        )


def print_report(console: Console, report: dict[str, Any]) -> None:
    """What an evaluation measured, a line each, under the names that its JSON has.

    What full text search alone reaches stands beside what the whole does.
    """
    alone = report.get("bm25", {})
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for name, value in report.items():
        if name == "bm25":
            continue
        for part, figure in value.items() if isinstance(value, dict) else (("", value),):
            beside = f"BM25 alone {alone[name]:.3f}" if name in alone else ""
            table.add_row(f"{name} {part}".rstrip(), _show_figure(name, figure), beside)
    console.print(table)


def _show_figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    wide = name.startswith(("index_", "query_", "highlight_chars"))
    return f"{value:,.1f}" if wide else f"{value:.3f}"


def print_turns(console: Console, report: dict[str, Any]) -> None:
    """What an evaluation of follow-ups measured: after the earlier question, and without it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "pairs", "measured", "with the earlier question", "without"):
        table.add_column(name, justify="left" if name in ("", "measured") else "right")
    for kind in ("elliptical", "standalone", "absent"):
        measured = dict(report[kind] or {})
        pairs = measured.pop("pairs", 0)
        for name, both in measured.items():
            shares = (f"{both['carried']:.3f}", f"{both['alone']:.3f}")
            table.add_row(kind, f"{pairs:,}", name, *shares)
    console.print(table)
