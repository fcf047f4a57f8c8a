"""What the benchmarks share: seconds by step, tables on the terminal, and bounds."""

import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any, NoReturn, TypeVar

from rich.console import Console
from rich.table import Column, Table

T = TypeVar("T")


class Clock(defaultdict[str, list[float]]):
    """The seconds of each time that a step was taken."""

    def time(self, step: str, call: Callable[..., T], *args: Any, **options: Any) -> T:
        """What the call returns."""
        began = time.perf_counter()
        result = call(*args, **options)
        self[step].append(time.perf_counter() - began)
        return result


class Report:
    """Tables on the terminal, and the bounds that were broken."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self.broken: list[str] = []

    def hold(self, name: str, reached: float, bound: float, unit: str) -> str:
        """The bound as a cell, with a cross where it is broken."""
        if reached <= bound:
            return f"[green]✓[/] at most {bound:g}{unit}"
        self.broken.append(f"{name}: {reached:.3g}{unit}, and the bound is {bound:g}{unit}")
        return f"[red]✗[/] at most {bound:g}{unit}"

    def show(self, title: str, columns: str, rows: Sequence[Sequence[str]]) -> None:
        """Print a table, all but its first column set to the right."""
        numbers = (Column(column, justify="right") for column in columns.split(" | "))
        table = Table("", *numbers, box=None)
        for row in rows:
            table.add_row(*row)
        self.console.print(f"\n[bold]{title}[/]", table, sep="\n")

    def exit(self) -> NoReturn:
        """End the process: 1 if a bound was broken."""
        for broken in self.broken:
            self.console.print(f"[red]✗ {broken}[/]")
        sys.exit(bool(self.broken))


def peak_memory_mb() -> float:
    """The most memory that this process has held so far."""
    return getrusage(RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def current_memory_mb() -> float:
    """The memory that this process holds now; where the system does not tell, the most so far."""
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_memory_mb()
    [kilobytes] = re.findall(r"VmRSS:\s+(\d+) kB", status.read_text("ascii"))
    return float(kilobytes) * 1024 / 1e6
