"""`footnote eval`: a gold file measured in a library of its own, and the report printed."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.start import file_limits, make_loader, make_reranker_loader
from bot.terminal.progress import stage_bar
from bot.terminal.screen import print_report, print_turns
from index.errors import GoldError
from index.evaluate import evaluate
from index.gold import holds_follow_ups
from index.turns import evaluate_turns

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings


def measure_answers(
    settings: "Settings",
    notes: "Console",
    gold: Path,
    documents: Sequence[Path],
    off_topic: Path | None,
) -> dict[str, Any]:
    """What the answers to a gold file's questions are worth. Raises GoldError."""
    follow_ups = holds_follow_ups(gold)
    if follow_ups and off_topic:
        raise GoldError(
            f"{gold} holds follow-ups, which take no --off-topic: mark those to be refused with "
            '"absent": true.'
        )
    encoder = make_loader(settings, notes)()
    with TemporaryDirectory() as folder, stage_bar(notes) as tick:
        options: dict[str, Any] = {
            "encoder": encoder,
            "load_reranker": make_reranker_loader(settings, notes),
            "folder": Path(folder),
            "documents": documents,
            "passage_chars": settings.passage_chars,
            "limits": file_limits(settings),
            "tick": tick,
        }
        if follow_ups:
            return evaluate_turns(gold, **options).to_dict()
        return evaluate(gold, off_topic=off_topic, **options).to_dict()


def print_measured(console: "Console", report: dict[str, Any]) -> None:
    """A report as tables."""
    if "elliptical" in report:
        print_turns(console, report)
    else:
        print_report(console, report)
