"""`footnote eval`: a gold file asked of a library, and what came of it told, drawn or kept."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.start import file_limits, make_loader, open_library
from bot.terminal.progress import stage_bar
from bot.terminal.screen import print_report, print_turns
from bot.terminal.targets import check_target, write_target
from bot.wording import count
from index.errors import GoldError
from index.evaluate import (
    Gold,
    Tick,
    ask_gold,
    fill_for_gold,
    load_gold,
    place_gold,
    report_outcomes,
)
from index.gold import holds_follow_ups
from index.library import Library
from index.misses import explain_misses, name_kinds
from index.report import Outcome, fit_outcomes, measure_trust
from index.turns import evaluate_turns

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings

MOST_MISSES = 200
"""Misses explained on one page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured, and what else is to come of it."""

    gold: Path
    documents: Sequence[Path] = ()
    off_topic: Path | None = None
    here: bool = False
    """The chosen library itself is asked, though the gold has contexts."""
    misses: Path | None = None
    plot: Path | None = None
    calibrate: bool = False


def measure_answers(settings: "Settings", notes: "Console", wanted: Wanted) -> dict[str, Any]:
    """What the answers to a gold file's questions are worth.

    Raises GoldError, LibraryError and SettingsError.
    """
    _check_wanted(wanted)
    with ExitStack() as opened:
        tick = opened.enter_context(stage_bar(notes))
        if holds_follow_ups(wanted.gold):
            return _measure_turns(settings, notes, wanted, tick)
        gold = load_gold(wanted.gold, wanted.off_topic)
        if wanted.here or wanted.calibrate or not (gold.contexts or wanted.documents):
            library = opened.enter_context(open_library(settings, notes))
            library.prepare()
            gold = _place(library, gold, notes)
            seconds = 0.0
        else:
            folder = Path(opened.enter_context(TemporaryDirectory()))
            library = opened.enter_context(open_library(settings, notes, folder))
            _ = library.encoder
            seconds = fill_for_gold(library, gold, wanted.documents, tick)
        outcomes = ask_gold(library, gold, tick)
        report = report_outcomes(library, outcomes, seconds).to_dict()
        if wanted.plot:
            from bot.terminal.plot import draw_reliability

            write_target(wanted.plot, draw_reliability(outcomes))
        if wanted.misses:
            _write_misses(library, wanted, outcomes, tick)
        if wanted.calibrate:
            report["calibrated"] = calibrate_library(library, outcomes)
    return report


def calibrate_library(library: Library, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What changed by fitting the library's calibration to the outcomes, and keeping that.

    Raises GoldError, also for too few questions; nothing is kept then.
    """
    before, after = library.calibration, fit_outcomes(outcomes)
    trust = measure_trust(outcomes, before)
    library.calibrate(after)
    ways = (("before", before, trust.error), ("after", after, trust.error_held_out))
    scores = [(bool(one.gold), one.answer.hits[0].score) for one in outcomes]
    return {
        name: {
            "threshold": calibration.threshold,
            "spread": calibration.spread,
            "ece": error,
            "answered_on_topic": _share(scores, True, calibration.threshold),
            "refused_off_topic": _share(scores, False, calibration.threshold),
        }
        for name, calibration, error in ways
    }


def forget_calibration(settings: "Settings", notes: "Console") -> bool:
    """Whether the chosen library had a calibration of its own, which is now forgotten."""
    with open_library(settings, notes) as library:
        return library.forget_calibration()


def print_measured(console: "Console", report: dict[str, Any]) -> None:
    """A report as tables."""
    if "elliptical" in report:
        print_turns(console, report)
        return
    changed = report.pop("calibrated", None)
    print_report(console, report)
    if changed:
        console.print("\nThe library answers by its own calibration from now on:")
        for name, before in changed["before"].items():
            after = changed["after"][name]
            shown = " → ".join(
                "–" if value is None else f"{value:.3f}" for value in (before, after)
            )
            console.print(f"  {name} {shown}")
        console.print("To go back to the shipped one: footnote eval --forget-calibration")


def _share(scores: Sequence[tuple[bool, float]], on_topic: bool, threshold: float) -> float | None:
    """Of the questions on topic, or off it, the share answered, or refused."""
    mine = [score >= threshold for topic, score in scores if topic == on_topic]
    if not mine:
        return None
    answered = sum(mine) / len(mine)
    return answered if on_topic else 1 - answered


def _check_wanted(wanted: Wanted) -> None:
    if wanted.documents and (wanted.here or wanted.calibrate):
        option = "--calibrate" if wanted.calibrate else "--here"
        raise GoldError(
            f"{option} asks the chosen library itself, and takes no --documents. Add them to it: "
            "footnote add FOLDER"
        )
    if wanted.misses:
        check_target(wanted.misses, ".html", "page")
    if wanted.plot:
        check_target(wanted.plot, ".png", "picture")


def _place(library: Library, gold: Gold, notes: "Console") -> Gold:
    placed, missing = place_gold(library, gold)
    if missing:
        notes.print(
            f"{count(missing, 'context')} of {len(gold.contexts):,} in no document of the library: "
            "there, any passage that holds an answer's text counts as right."
        )
    return placed


def _write_misses(
    library: Library, wanted: Wanted, outcomes: Sequence[Outcome], tick: Tick
) -> None:
    from bot.terminal.misses_page import KINDS, write_page

    assert wanted.misses is not None
    kinds = [name_kinds(outcome) for outcome in outcomes]
    page = write_page(
        wanted.gold.name,
        explain_misses(library, outcomes, most=MOST_MISSES, tick=tick),
        {kind: sum(kind in those for those in kinds) for kind in KINDS},
        asked=len(outcomes),
        missed=sum(map(bool, kinds)),
    )
    write_target(wanted.misses, page.encode("utf-8", "replace"))


def _measure_turns(
    settings: "Settings", notes: "Console", wanted: Wanted, tick: Tick
) -> dict[str, Any]:
    options = {
        "--off-topic": wanted.off_topic,
        "--here": wanted.here,
        "--misses": wanted.misses,
        "--plot": wanted.plot,
        "--calibrate": wanted.calibrate,
    }
    for option in (name for name, given in options.items() if given):
        hint = ': mark those to be refused with "absent": true.' if option == "--off-topic" else "."
        raise GoldError(f"{wanted.gold} holds follow-ups, which take no {option}{hint}")
    encoder = make_loader(settings, notes)()
    with TemporaryDirectory() as folder:
        return evaluate_turns(
            wanted.gold,
            encoder=encoder,
            load_reranker=make_reranker_loader(settings, notes),
            folder=Path(folder),
            documents=wanted.documents,
            passage_chars=settings.passage_chars,
            limits=file_limits(settings),
            tick=tick,
        ).to_dict()
