"""The command `footnote eval`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.start import start
from bot.terminal.options import Data, Json, Name


def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="SQuAD JSON, or a list of questions and pages, or of follow-ups.")
    ],
    documents: Annotated[
        list[Path] | None, typer.Option(help="Where the answers stand; may be given again.")
    ] = None,
    off_topic: Annotated[Path | None, typer.Option(help="Questions to be refused.")] = None,
    as_json: Json = False,
    data: Data = None,
    library: Name = None,
) -> None:
    """Measure the answers on questions whose answers are known."""
    from bot.terminal.describe import print_json
    from bot.terminal.measuring import measure_answers, print_measured

    settings, console, notes = start(data, library)
    report = measure_answers(settings, notes, gold, documents or (), off_topic)
    if as_json:
        print_json(report)
    else:
        print_measured(console, report)
