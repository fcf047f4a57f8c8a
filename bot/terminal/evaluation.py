"""The command `footnote eval`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.start import start
from bot.terminal.options import Data, Json, Name


def evaluate(
    gold: Annotated[
        Path | None,
        typer.Argument(help="SQuAD JSON, or a list of questions and pages, or of follow-ups."),
    ] = None,
    documents: Annotated[
        list[Path] | None, typer.Option(help="Where the answers stand; may be given again.")
    ] = None,
    off_topic: Annotated[Path | None, typer.Option(help="Questions to be refused.")] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Ask the library itself, though GOLD has contexts.")
    ] = False,
    misses: Annotated[
        Path | None, typer.Option(help="Explain each miss on a page.", metavar="FILE.html")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw how far confidence holds.", metavar="FILE.png")
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Fit the library's confidence to GOLD.")
    ] = False,
    forget_calibration: Annotated[
        bool, typer.Option("--forget-calibration", help="Go back to the shipped confidence.")
    ] = False,
    suggest: Annotated[
        str | None,
        typer.Option(help="Draft a GOLD from a file or a document.", metavar="DOCUMENT"),
    ] = None,
    from_votes: Annotated[
        str | None,
        typer.Option(help="Draft a GOLD from a server's votes, to be reviewed.", metavar="SERVER"),
    ] = None,
    as_json: Json = False,
    data: Data = None,
    library: Name = None,
) -> None:
    """Measure the answers on questions whose answers are known."""
    from bot.terminal import measuring
    from bot.terminal.describe import print_json
    from bot.terminal.reviewing import draft_from_votes, write_review
    from bot.terminal.suggesting import draft_gold
    from bot.wording import count
    from index.errors import GoldError
    from index.gold import is_unreviewed

    settings, console, notes = start(data, library)
    others = [documents, off_topic, here, misses, plot, calibrate]
    if gold is None:
        wanted = [option for option in (suggest, from_votes, forget_calibration) if option]
        if len(wanted) != 1 or any(others):
            raise GoldError(
                "Name what to measure (footnote eval GOLD), or one of --suggest DOCUMENT, "
                "--from-votes SERVER and --forget-calibration, which take no other option."
            )
        if suggest:
            print_json(draft_gold(settings, notes, suggest))
        elif from_votes:
            print_json(draft_from_votes(settings, notes, from_votes))
            notes.print(
                "Save this as a file and review it before it is used: "
                "footnote eval FILE --misses review.html"
            )
        elif measuring.forget_calibration(settings, notes):
            console.print("The shipped calibration holds again.")
        else:
            console.print("No calibration of its own was kept: the shipped one holds.")
        return
    if suggest or from_votes or forget_calibration:
        given = {"--suggest": suggest, "--from-votes": from_votes, "--forget-calibration": True}
        option = next(option for option, value in given.items() if value)
        raise GoldError(f"{option} takes no GOLD: leave out {gold}, or the option.")
    if misses and not any([documents, off_topic, here, plot, calibrate]) and is_unreviewed(gold):
        asked = count(write_review(gold, misses), "question")
        console.print(
            f"Open {misses} in a browser, say of {asked} whether the passage is right, and save "
            "gold.json. Only what you reviewed is in it; use it with footnote eval gold.json --here"
        )
        return
    wanted_ = measuring.Wanted(
        gold, documents or (), off_topic, here, misses, plot, calibrate=calibrate
    )
    report = measuring.measure_answers(settings, notes, wanted_)
    if as_json:
        print_json(report)
    else:
        measuring.print_measured(console, report)
