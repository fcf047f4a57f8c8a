"""The commands `footnote backup` and `footnote restore`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.start import start
from bot.terminal.options import Data

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.manifest import Databases, Manifest
    from index.weights import Weights

SUFFIX = ".zip"
_ELSEWHERE = (
    "The files of {} were added from where they are, as documents/, and are in no backup: copy them"
    " to their place before `footnote run`, or what is missing there leaves the library."
)


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write.", metavar="FILE.zip")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    data: Data = None,
) -> None:
    """Write all libraries into one archive, also while the bot runs."""
    from bot.settings import tell_settings
    from bot.terminal.targets import check_target
    from bot.wording import show_line
    from index.backup import write_backup
    from index.manifest import Facts

    settings, console, notes = start(data, None)
    check_target(file, SUFFIX, "backup")
    facts = Facts(_find_version(), _find_model(settings), tell_settings(settings))
    with notes.status("Writing the backup …"):
        manifest = write_backup(
            file, settings.data / "libraries", _databases(), facts, replace=force
        )
    for name, held in manifest.libraries.items():
        for document in held.missing:
            line = f"The file of {document} (library {name}) is missing, and is in no backup."
            notes.print(show_line(line), style="yellow")
    size = f"{file.stat().st_size / 2**20:,.1f} MB"
    line = f"Wrote {file}: {_count(manifest)}, {size}. Whoever has it can read them all."
    console.print(show_line(line), soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `footnote backup` has written.")],
    data: Data = None,
) -> None:
    """Put the libraries of a backup into a fresh data folder, all or none."""
    from bot.settings import tell_settings
    from bot.wording import count, show_line
    from index.restore import restore_backup

    settings, console, notes = start(data, None)
    with notes.status("Restoring …"):
        manifest = restore_backup(file, settings.data / "libraries", _databases())
    line = f"Restored {_count(manifest)} into {settings.data}, as of {manifest.made:%Y-%m-%d %H:%M}"
    console.print(show_line(f"{line} UTC."), soft_wrap=True)
    if elsewhere := _count_elsewhere(manifest):
        notes.print(_ELSEWHERE.format(count(elsewhere, "document")), soft_wrap=True)
    differing = _compare(manifest.facts.settings, tell_settings(settings))
    if data:
        differing = (f"FOOTNOTE_DATA={_quote(str(data.absolute()))}", *differing)
    if differing:
        notes.print("To go on as before, write into .env:")
        for line in differing:
            notes.print(f"  {show_line(line)}", soft_wrap=True)
    if warning := _compare_models(manifest.facts.model, _find_model(settings)):
        notes.print(show_line(warning), style="yellow", soft_wrap=True)


def _databases() -> "Databases":
    """The databases of a library's folder. What the bot remembers is small: it comes first, so that
    both are of nearly the same moment."""
    from bot.libraries.schema import MEMORY
    from index.schema import LIBRARY

    return {"discord.db": MEMORY, "library.db": LIBRARY}


def _find_model(settings: "Settings") -> "Weights":
    """The model of the settings; without a hash where it is not whole on this machine."""
    from index.errors import ModelError
    from index.weights import DEFAULT_MODEL, Weights, find_weights

    try:
        found = find_weights(settings.model or None)
    except ModelError:
        found = None
    return found or Weights(Path(settings.model).name or DEFAULT_MODEL, "")


def _find_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("footnote")
    except PackageNotFoundError:
        return "unknown"


def _count(manifest: "Manifest") -> str:
    from bot.wording import count

    documents = sum(held.documents for held in manifest.libraries.values())
    libraries = len(manifest.libraries)
    return f"{libraries:,} {'library' if libraries == 1 else 'libraries'}, " + count(
        documents, "document"
    )


def _count_elsewhere(manifest: "Manifest") -> int:
    """How many documents were read from what no library keeps."""
    kept = sum(name.split("/")[2] == "files" for name in manifest.members)
    missing = sum(len(held.missing) for held in manifest.libraries.values())
    return sum(held.documents for held in manifest.libraries.values()) - kept - missing


def _compare(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The settings that have another value now, as `.env` says them."""
    return tuple(
        f"{name}={_quote(value)}" for name, value in then.items() if now.get(name, value) != value
    )


def _quote(value: str) -> str:
    return value if re.fullmatch(r"[\w./+:@-]*", value) else json.dumps(value, ensure_ascii=False)


def _compare_models(then: "Weights", now: "Weights") -> str:
    """What to do where the model is another than it was; "" where it is the same."""
    if then == now or (then.name == now.name and not then.sha256):
        return ""
    if not now.sha256 and then.name == now.name:
        return (
            f"The model {now.name} is not on this machine: Footnote downloads it when it is first"
            " needed, and `footnote doctor` then tells whether it is the same."
        )
    return (
        f"The libraries were embedded with the model {_name(then)}, and the settings name"
        f" {_name(now)}. Set FOOTNOTE_MODEL as it was, or embed each library afresh:"
        " footnote reindex --full --library NAME"
    )


def _name(model: "Weights") -> str:
    return f"{model.name} (sha256 {model.sha256[:12] or 'unknown'}…)"
