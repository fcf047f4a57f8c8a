"""`footnote add`: files and folders, web pages and sites, repositories."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.intervals import SECONDS, Every
from bot.libraries.summaries import join_summaries
from index.errors import SourceError
from index.summary import Failure, Summary

if TYPE_CHECKING:
    from index.library import Library
    from index.shelf import Report


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for the addresses that are added."""

    site: bool = False
    """Read the whole site below an address, not the page alone."""
    pages: int = 200
    depth: int = 5
    branch: str = ""
    below: str = ""
    forge: str = ""
    every: Every = "day"


def add_targets(
    library: "Library", targets: Sequence[str], choices: Choices, show: "Report"
) -> Summary:
    """What became of all that was named; an address that cannot be read is a failure."""
    from index.repository import is_repository

    paths: list[Path] = []
    summaries: list[Summary] = []
    for target in targets:
        if is_repository(target):
            options: dict[str, Any] = {
                "branch": choices.branch,
                "below": choices.below,
                "forge": choices.forge,
            }
            address = os.path.abspath(target) if os.path.isdir(target) else target  # noqa: PTH100, PTH112
            summaries.append(_add(library, "repository", address, options, choices, show))
        elif target.lower().startswith(("https://", "http://")):
            summaries.append(_add_web(library, target, choices, show))
        else:
            paths.append(Path(target))
    if paths:
        summaries.insert(0, library.add(paths, show))
    return join_summaries(summaries)


def _add_web(library: "Library", target: str, choices: Choices, show: "Report") -> Summary:
    from index.repository import show_address
    from index.web import read_address

    try:
        address = read_address(target)
    except SourceError as error:
        return _fail(show_address(target), error)  # it may hold a password
    options = {"pages": choices.pages, "depth": choices.depth} if choices.site else {}
    return _add(library, "site" if choices.site else "page", address, options, choices, show)


def _add(
    library: "Library",
    kind: Any,
    address: str,
    options: dict[str, Any],
    choices: Choices,
    show: "Report",
) -> Summary:
    from index.repository import show_address

    chosen = {name: value for name, value in options.items() if value}
    try:
        return library.add_origin(
            kind, address, chosen, every_s=SECONDS[choices.every], progress=show
        )
    except SourceError as error:
        return _fail(show_address(address), error)


def _fail(target: str, error: SourceError) -> Summary:
    return Summary((), (), (), (), (Failure(target, error),), 0, 0, 0.0)
