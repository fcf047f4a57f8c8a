"""Prints what a question, memory, disk and a change cost by the size of a library.

`python -m tests.bench.size 1000 10000 100000 1000000 --folder BIG_DISK --plot size.png` exits 1
past a bound. The library of 1,000 passages is made of real files, really embedded; larger ones are
grown from it, and their vectors are simulated: see `grow.py`. The four take half an hour and 14 GB
on two cores left alone, the first two a few minutes. Whatever is made is removed again.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.embed import load_encoder
from index.ingest import describe_embedding
from index.library import Library
from index.shelf import PASSAGE_CHARS
from index.store import Store
from tests.bench.asking import ASK, EMBED, NEAR, SEARCH
from tests.bench.grow import grow_library, read_roots, write_files
from tests.bench.plot import plot_sizes
from tests.bench.report import Report

ROOT = Path(__file__).parents[2]
SMALL = 1_000
"""Passages of the library that is real, where no smaller one is asked for."""
WHOLE_UP_TO, FEW_TOKENS = 100_000, 32
"""Beyond, passages hold the signs of so many tokens only: all would take 10 GB more."""

SEARCH_BOUNDS = {100_000: 1.0, 1_000_000: 4.0}
CHANGE_BOUND, MEMORY_BOUND_MB, RECALL_BOUND = 2.0, 3 * 1024**3 / 1e6, 0.99
CHANGE_BOUND_AT = 100_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured at one size."""

    passages: int
    grown_s: float
    found: dict[str, Any]

    def times(self, step: str, place: int = 0) -> float:
        """A step's median, or with place 1 its 95th percentile, as a multiple of the embedding."""
        return float(self.found["ms"][step][place] / self.found["ms"][EMBED][0])

    def change(self, kind: str) -> float:
        """What adding or removing a document costs, as a multiple of that in the small library."""
        return float(self.found[f"{kind} here"] / self.found[f"{kind} small"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[SMALL, 10_000])
    parser.add_argument("--folder", type=Path, help="where libraries are made, and removed again")
    parser.add_argument("--plot", type=Path, help="a PNG to draw")
    given = parser.parse_args()
    report = Report()
    measured: list[Measured] = []
    real = min(SMALL, *given.sizes)
    with TemporaryDirectory(dir=given.folder, prefix="footnote-bench-") as name:
        small = Path(name) / "small"
        with report.console.status("Embedding the library of real files …"):
            began = time.perf_counter()
            embedded_with = add_files(small, real)
            real_s = time.perf_counter() - began
        for size in sorted(given.sizes):
            with report.console.status(f"{size:,} passages …"):
                began = time.perf_counter()
                library = small if size == real else Path(name) / str(size)
                if library != small:
                    grow_to(library, small, size, embedded_with)
                grown_s = real_s if library == small else time.perf_counter() - began
                measured.append(Measured(size, grown_s, measure_library(library, small)))
                if library != small:
                    shutil.rmtree(library)
            print_size(report, measured[-1], size == real)
    print_sizes(report, measured)
    if given.plot:
        plot_sizes(given.plot, [describe_point(one) for one in measured])
    report.exit()


def add_files(folder: Path, passages: int) -> str:
    """Make a library of real files; how it was embedded."""
    encoder = load_encoder()
    texts = write_files(folder.with_name("files"), passages)
    with Library(folder, lambda: encoder) as library:
        library.add([texts])
        return describe_embedding(encoder, PASSAGE_CHARS)


def grow_to(folder: Path, small: Path, passages: int, embedded_with: str) -> None:
    """Make a library of so many passages, grown from those of the small one."""
    with Store(small / "library.db") as store:
        roots = read_roots(store)
    tokens = None if passages <= WHOLE_UP_TO else FEW_TOKENS
    with Store(folder / "library.db") as store:
        with store.transaction():
            store.embedded_with = embedded_with
        grow_library(store, roots, passages, tokens=tokens)


def measure_library(library: Path, small: Path) -> dict[str, Any]:
    """All that is measured of one library, each in a fresh process."""
    found: dict[str, Any] = {}
    for measure in ("building", "questions", "recall", "changes", "bonds"):
        folders = [library, small] if measure == "changes" else [library]
        # A library that is compared with itself would take turns with its own lock.
        if folders[-1] == library and measure == "changes":
            folders[-1] = library.with_name("twin")
            shutil.copytree(library, folders[-1], dirs_exist_ok=True)
        command = [sys.executable, "-m", "tests.bench.asking", measure, *map(str, folders)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        found |= json.loads(done.stdout)
    return found


def print_size(report: Report, one: Measured, real: bool) -> None:
    """Print what was measured at one size, with its bounds."""
    rows = []
    for step in one.found["ms"]:
        p50, p95 = one.found["ms"][step]
        share = [f"{one.times(step, place):.2f}" for place in (0, 1)]
        bound = SEARCH_BOUNDS.get(one.passages) if step == SEARCH else None
        name = f"{step} at {one.passages:,} passages"
        held = report.hold(name, one.times(step), bound, " times") if bound else ""
        rows.append((step, f"{p50:.2f}", f"{p95:.2f}", *share, held))
    for kind in ("add", "remove"):
        ms, times = one.found[f"{kind} here"], one.change(kind)
        name = f"to {kind} a document at {one.passages:,} passages"
        bounded = one.passages == CHANGE_BOUND_AT
        held = report.hold(name, times, CHANGE_BOUND, " times") if bounded else ""
        rows.append((f"{kind} a document", f"{ms:.1f}", "", f"{times:.2f} × small", "", held))
    for step in ("search, all open", "search, half hidden", "first where half is hidden"):
        ms = one.found[step]
        rows.append((step, f"{ms:.2f}", "", f"{ms / one.found['ms'][EMBED][0]:.2f}", "", ""))
    kind = "really embedded" if real else "vectors simulated"
    if one.passages > WHOLE_UP_TO:
        kind += f", {FEW_TOKENS} tokens a passage"
    title = f"{one.passages:,} passages ({kind}; made in {one.grown_s:,.0f} s)"
    report.show(title, "ms | p95 | × embed | p95 | bound", rows)


def print_sizes(report: Report, measured: Sequence[Measured]) -> None:
    """Print memory, disk and FAISS by size, with their bounds."""
    rows: list[Sequence[str]] = []
    for one in measured:
        found, name = one.found, f"at {one.passages:,} passages"
        files = ", ".join(f"{file} {mb:,.0f}" for file, mb in found["disk, MB"].items())
        recall = report.hold(f"what FAISS misses {name}", 1 - found["recall"], 0.01, "")
        memory = report.hold(f"memory {name}", found["memory, MB"], MEMORY_BOUND_MB, " MB")
        rows += [
            (f"{one.passages:,}", "", ""),
            ("  memory, MB", f"{found['memory, MB']:,.0f}", memory),
            ("  … of it the model alone, MB", f"{found['model, MB']:,.0f}", ""),
            (
                "  … its peak; while FAISS is built, MB",
                f"{found['peak, MB']:,.0f}; {found['building, MB']:,.0f}",
                "",
            ),
            ("  disk, MB", files, ""),
            ("  FAISS; built in, s", f"{found['FAISS']}; {found['built, s']:.1f}", ""),
            (f"  recall@{NEAR} against flat", f"{found['recall']:.4f}", recall),
            (f"  median cosine of the {NEAR} nearest", f"{found['cosine']:.2f}", ""),
        ]
    report.show("Memory, disk, FAISS", "measured | bound", rows)


def describe_point(one: Measured) -> dict[str, float]:
    """What the plot shows of one size."""
    return {
        "passages": one.passages,
        "search": one.times(SEARCH),
        "search_p95": one.times(SEARCH, 1),
        "ask": one.times(ASK),
        "ask_p95": one.times(ASK, 1),
        "memory_mb": one.found["memory, MB"],
        "model_mb": one.found["model, MB"],
        "disk_mb": sum(one.found["disk, MB"].values()),
    }


if __name__ == "__main__":
    main()
