"""A folder that is watched: its changes are taken in within seconds, and origins when it is time.

In the terminal a thread does so beside the conversation; the bot has its own loop for the same.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePath
from threading import Event, Thread
from typing import Any

from index.errors import FootnoteError
from index.library import Library

SETTLE_MS = 1_000
"""How long a folder's changes are gathered before they are taken in."""
LOOK_EVERY_S = 60
"""How often it is looked which origins are due."""

log = logging.getLogger(__name__)


def notice_changes(folder: Path) -> Callable[[Any, str], bool]:
    """What tells whether a change below the folder may change a document: of hidden files none."""
    own = len(folder.parts)

    def matters(_: Any, path: str) -> bool:
        return not any(part.startswith(".") for part in PurePath(path).parts[own:])

    return matters


@contextmanager
def keep_fresh(open_library: Callable[[], Library], folder: Path) -> Iterator[None]:
    """Let a library of its own take in what changes, in the folder and elsewhere, inside."""
    stop = Event()
    thread = Thread(target=_watch, args=(open_library, folder, stop), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(open_library: Callable[[], Library], folder: Path, stop: Event) -> None:
    from watchfiles import watch

    looked = float("-inf")
    with open_library() as library:
        for changes in watch(
            folder,
            watch_filter=notice_changes(folder),
            debounce=SETTLE_MS,
            stop_event=stop,
            rust_timeout=1_000,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            try:
                if changes:
                    _note(library.index_folder(folder, lambda _: _end_if(stop)))
                if time.monotonic() - looked >= LOOK_EVERY_S:
                    looked = time.monotonic()
                    for origin in library.due(datetime.now(UTC)):
                        if origin.kind != "channel":
                            _note(library.refresh(origin, lambda _: _end_if(stop)))
            except _Stopped:
                return
            except FootnoteError as error:
                log.warning("what changed could not be taken in: %s", error)


class _Stopped(Exception):
    """The conversation has ended."""


def _end_if(stop: Event) -> None:
    if stop.is_set():
        raise _Stopped


def _note(summary: Any) -> None:
    log.info(
        "taken in: added %d, updated %d, removed %d, failed %d, passages %d",
        *(len(summary.added), len(summary.updated), len(summary.removed), len(summary.failed)),
        summary.passages,
    )
