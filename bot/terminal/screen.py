"""Answers, lists and summaries, as a terminal shows them.

Whatever comes from a document or a file's name goes through `show_text`: nothing in it is ever
taken for markup, an escape sequence or a change of direction.
"""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from index.answer import THRESHOLD
from index.ingest import Failure, Summary
from index.types import Answer, Hit, Passage, Record

SURE = 0.75
"""An answer of at least this confidence is called sure; others that count as answers, likely."""
MAX_WIDTH = 100
"""Columns; longer lines are hard to read."""
EXCERPT_CHARS = 320
"""How much of a passage is shown after the first."""

_HIDDEN = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SHOWN: dict[int, str] = {
    code: ascii(chr(code))[1:-1] for code in [*_HIDDEN, *range(0xD800, 0xE000)]
}
_SHOWN |= dict.fromkeys((0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF), "")
_SHOWN |= {ord("\t"): "  ", ord("\n"): "\n", 0x2028: "\n", 0x2029: "\n"}


def make_console(*, stderr: bool = False) -> Console:
    """A console that interprets no markup and, where no terminal is, wraps and cuts no line."""
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 20_000
    return console


def show_text(text: str) -> str:
    """Text with control and direction characters spelled out; line breaks stay."""
    return text.translate(_SHOWN)


def show_line(text: str) -> str:
    """The same on one line."""
    return show_text(text.replace("\n", "\\n"))


def print_answer(console: Console, answer: Answer, *, searched: int, shown: int = 5) -> None:
    """How sure, the best passage whole, and others shortened; or that the documents don't say."""
    hits = pick_hits(answer, shown)
    documents = count(searched, "document")
    if answer.answered:
        sure = answer.confidence >= SURE
        word, style = ("Sure", "bold green") if sure else ("Likely", "bold yellow")
        console.print(Text.assemble(("● " + word, style), "\n"))
        _print_hit(console, 1, hits[0], whole=True)
        print_hits(console, hits[1:], 2)
        return
    console.print(
        Text.assemble(("○ This is not in the documents.", "bold red"), f" I searched {documents}.")
    )
    if hits:
        console.print("  The closest passages, which do not seem to answer it:\n", style="dim")
        print_hits(console, hits, 1)


def pick_hits(answer: Answer, most: int) -> tuple[Hit, ...]:
    """The hits to show at first: of an answer, only those that would answer by themselves."""
    hits = answer.hits[:most]
    return tuple(hit for hit in hits if hit.score >= THRESHOLD) if answer.answered else hits


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
    _print_hanging(console, bar, _quote(console, hit, whole), style, repeat=True)
    _print_hanging(console, f"[{number}] ", _cite(hit), "cyan")
    if hit.document.name != hit.document.title:
        _print_hanging(console, "    ", Text(show_line(hit.document.name), "dim"))
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


def cut_excerpt(
    passage: Passage, highlights: Sequence[tuple[int, int]], max_chars: int = EXCERPT_CHARS
) -> tuple[int, int]:
    """Offsets of whole sentences around the highlights; longer than `max_chars` only for these."""
    sentences = passage.sentences
    marked = [
        number
        for number, (start, end) in enumerate(sentences)
        if any(start < to_char and from_char < end for from_char, to_char in highlights)
    ] or [0]
    first, last = marked[0], marked[-1]
    while True:
        length = sentences[last][1] - sentences[first][0]
        after = sentences[last + 1][1] - sentences[last][1] if last + 1 < len(sentences) else None
        before = sentences[first][0] - sentences[first - 1][0] if first else None
        if after is not None and length + after <= max_chars:
            last += 1
        elif before is not None and length + before <= max_chars:
            first -= 1
        else:
            return sentences[first][0], sentences[last][1]


def _cite(hit: Hit) -> Text:
    """`Title · p. 12 · Heading › Subheading`."""
    title, passage = hit.document.title, hit.passage
    headings = passage.heading_path
    if headings[:1] == (title,):  # a document's first heading is its title, more often than not
        headings = headings[1:]
    parts = [Text(show_line(title), "bold")]
    if passage.page is not None:
        several = passage.last_page not in (None, passage.page)
        pages = f"pp. {passage.page}–{passage.last_page}" if several else f"p. {passage.page}"
        parts.append(Text(pages))
    if headings:
        parts.append(Text(show_line(" › ".join(headings))))
    return Text(" · ").join(parts)


def print_documents(console: Console, documents: Sequence[tuple[Record, str]]) -> None:
    """A table of the library's documents: name, title and source one below the other."""
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
    console.print(table)
    passages = sum(record.passages for record, _ in documents)
    console.print(f"\n{count(len(documents), 'document')}, {count(passages, 'passage')}")
    if any(status != "current" for _, status in documents):
        console.print("Bring the library up to date: footnote reindex", style="yellow")


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
    """What an evaluation measured, a line each, under the names that its JSON has."""
    flat = dict(report)
    flat.update({f"query_ms {name}": ms for name, ms in flat.pop("query_ms").items()})
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in flat.items():
        if value is None:
            shown = "–"
        elif isinstance(value, int):
            shown = f"{value:,}"
        else:
            shown = f"{value:,.1f}" if name.startswith(("index_", "query_")) else f"{value:.3f}"
        table.add_row(name, shown)
    console.print(table)


def count(number: int, noun: str) -> str:
    """`1 document`, `1,200 documents`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
