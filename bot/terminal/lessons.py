"""Taught answers, as a terminal and `--json` show them."""

from typing import Any

from rich.console import Console
from rich.text import Text

from bot.wording import show_line, show_text
from index.types import Taught


def print_lesson(console: Console, taught: Taught) -> None:
    """One version of an answer: question, number, version, who and when, and the text."""
    console.print(Text(show_line(taught.question), "bold"))
    facts = [f"answer {taught.id}", f"version {taught.version}"]
    facts.append(f"{taught.at.astimezone():%Y-%m-%d %H:%M}")
    if taught.who is not None:
        facts.append(f"by Discord user {taught.who}")
    console.print(Text(" · ".join(facts), "dim"))
    console.print(Text(show_text(taught.answer)))
    console.print()


def describe_lesson(taught: Taught) -> dict[str, Any]:
    """The same for `--json`."""
    return {
        "id": taught.id,
        "version": taught.version,
        "question": taught.question,
        "answer": taught.answer,
        "cited": taught.cited,
        "who": taught.who,
        "at": taught.at.isoformat(),
    }
