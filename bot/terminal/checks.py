"""What `footnote doctor` finds, as a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.wording import show_line

REPAIR = "footnote doctor --repair"
MOST_SHOWN = 20
"""Findings in one file; a damaged page may bring a thousand."""

State = Literal["ok", "warn", "fail"]
STYLES: dict[State, str] = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` is what to do about it, "" where all is well."""

    subject: str
    state: State
    finding: str
    mend: str = ""


def tell_damages(subject: str, damages: Sequence[object]) -> Iterator[Check]:
    """What is wrong with a file that can be repaired, the first of it."""
    for damage in damages[:MOST_SHOWN]:
        yield Check(subject, "fail", str(damage), REPAIR)
    if len(damages) > MOST_SHOWN:
        finding = f"and {len(damages) - MOST_SHOWN:,} findings more"
        yield Check(subject, "fail", finding, REPAIR)


def print_checks(console: Console, checks: Iterable[Check]) -> bool:
    """Print a table; whether nothing failed."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    states = []
    for check in checks:
        states.append(check.state)
        finding = Text(show_line(check.finding))
        if check.mend:
            finding.append(f"\n→ {show_line(check.mend)}", STYLES[check.state])
        table.add_row(Text(check.state, STYLES[check.state]), check.subject, finding)
    console.print(table)
    return "fail" not in states
