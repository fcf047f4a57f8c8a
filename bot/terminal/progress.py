"""Progress on the terminal: bars that appear once there is work to show, and go when it is done.

Where no terminal is, nothing is shown.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from bot.wording import show_line
from index.evaluate import Tick
from index.summary import Progress as Indexed


@contextmanager
def indexing_bar(console: Console) -> Iterator[Callable[[Indexed], None]]:
    """What takes the progress of an indexing: file, share of the bytes, rate and time left."""
    bar = _bar(console, TextColumn("{task.fields[rate]}", markup=False))
    began = time.monotonic()
    first: tuple[float, int] | None = None
    task = bar.add_task("", rate="", total=None)

    def show(now: Indexed) -> None:
        nonlocal first
        moment = time.monotonic()
        if now.passages or moment - began > 0.5:  # quiet where nothing has changed
            bar.start()
        if now.passages and first is None:  # until here the model was loading
            first = moment, now.passages
        rate = f"{now.files_done:,}/{now.files_total:,} files"
        if first and now.passages > first[1]:
            rate += f" · {(now.passages - first[1]) / (moment - first[0]):,.0f} passages/s"
        bar.update(
            task,
            description=show_line(now.file),
            completed=now.bytes_done,
            total=now.bytes_total,
            rate=rate,
        )

    try:
        yield show
    finally:
        bar.stop()


@contextmanager
def stage_bar(console: Console) -> Iterator[Tick]:
    """What takes the progress of an evaluation: a stage, how much of it is done, and of what."""
    bar = _bar(console)
    task = bar.add_task("", total=None)

    def show(stage: str, done: int, total: int) -> None:
        bar.start()
        bar.update(task, description=stage, completed=done, total=total or None)

    try:
        yield show
    finally:
        bar.stop()


def _bar(console: Console, *columns: ProgressColumn) -> Progress:
    return Progress(
        SpinnerColumn(),
        # A file's name gives way to all else, and is no markup.
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
        BarColumn(16),
        TaskProgressColumn("{task.percentage:>3.0f}%"),
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        expand=True,
        transient=True,
    )
