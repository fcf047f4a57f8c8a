"""Prints how fast Footnote and other engines index the same texts; exits 1 past the bound.

`python -m tests.bench.rivals --setup FOLDER` makes an environment for each rival in FOLDER, some
1.5 GB each; none of them is a dependency of Footnote. `python -m tests.bench.rivals TEXTS --with
FOLDER` then indexes the `.md` and `.txt` files of the folder TEXTS with each engine that stands
there, and with Footnote. The engines read with the same model, each in a process of its own with
the model loaded and warm, and take turns.

haiku.rag is not among them: it needs Python 3.12, and reads with Docling. Where CPU seconds differ
much less than wall time does, something else has kept the processors busy.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from index.weights import packaged_weights
from tests.bench.report import Report

ROOT = Path(__file__).parents[2]
OWN = "footnote"
TORCH = "torch==2.13.0"
"""Asked for first and with the rest: pip may take a build with CUDA else."""
RIVALS = {
    "langchain": (
        *("langchain-huggingface", "langchain-community", "langchain-text-splitters"),
        *("faiss-cpu", "sentence-transformers"),
    ),
    "txtai": ("txtai", "sentence-transformers"),
}
BOUND_AGAINST, BOUND = "langchain", 1.5
ROUNDS = 3
WARM_CHARS = 4_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("texts", nargs="?", type=Path, default=ROOT / "documents")
    parser.add_argument("--setup", type=Path, metavar="FOLDER", help="make the rivals there")
    parser.add_argument("--with", type=Path, metavar="FOLDER", dest="rivals", help="they are there")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    if given.setup:
        set_up(given.setup)
        return
    report = Report()
    pythons = {OWN: Path(sys.executable)} | find_rivals(given.rivals)
    with TemporaryDirectory() as name, report.console.status("Indexing …"):
        engines = {engine: start_engine(engine, python) for engine, python in pythons.items()}
        try:
            measured = take_turns(engines, given.texts.resolve(), Path(name), given.rounds)
        finally:
            for process in engines.values():
                process.communicate()
    print_engines(report, measured)
    report.exit()


def set_up(folder: Path) -> None:
    """Make an environment for each rival that has none there."""
    for rival, packages in RIVALS.items():
        environment = folder / rival
        if find_python(environment).exists():
            continue
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip: list[str | Path] = [find_python(environment), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, TORCH], check=True)
        subprocess.run([*pip, TORCH, *packages], check=True)


def find_rivals(folder: Path | None) -> dict[str, Path]:
    """The rivals that stand in the folder, each with its Python."""
    pythons = {rival: find_python(folder / rival) for rival in RIVALS} if folder else {}
    return {rival: python for rival, python in pythons.items() if python.exists()}


def find_python(environment: Path) -> Path:
    return environment.absolute() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def start_engine(engine: str, python: Path) -> subprocess.Popen[str]:
    """A process that indexes with an engine, its model loaded."""
    quiet = {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", "PYTHONWARNINGS": "ignore"}
    environment = os.environ | quiet
    if engine == OWN:
        environment["PYTHONPATH"] = str(ROOT)
    process = subprocess.Popen(
        [python, Path(__file__).with_name("engines.py"), engine, packaged_weights().parent],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    if read_line(process) != "ready":
        raise RuntimeError(f"{engine} cannot be started")
    return process


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def index_with(process: subprocess.Popen[str], texts: Path, into: Path) -> dict[str, Any]:
    """What an engine says it has done."""
    assert process.stdin is not None
    process.stdin.write(json.dumps([str(texts), str(into)]) + "\n")
    if not (line := read_line(process)):
        raise RuntimeError("an engine ended before it had indexed; what it said stands above")
    return dict(json.loads(line))


def take_turns(
    engines: dict[str, subprocess.Popen[str]], texts: Path, root: Path, rounds: int
) -> dict[str, list[dict[str, Any]]]:
    """What each engine did in each round; the first text of a few thousand characters warms it."""
    warm = root / "warm"
    warm.mkdir()
    files = (path for path in sorted(texts.rglob("*")) if path.suffix in {".md", ".txt"})
    text = next(files).read_text("utf-8")[:WARM_CHARS]
    (warm / "warm.txt").write_text(text, "utf-8")
    measured: dict[str, list[dict[str, Any]]] = {engine: [] for engine in engines}
    for number in range(rounds + 1):
        for engine, process in engines.items():
            into = root / f"{engine}-{number}"
            done = index_with(process, texts if number else warm, into)
            if number:
                measured[engine].append(done)
    return measured


def print_engines(report: Report, measured: dict[str, list[dict[str, Any]]]) -> None:
    """Print each engine's medians, and how much faster Footnote is."""
    wall = {name: median(done["seconds"] for done in rounds) for name, rounds in measured.items()}
    processor = {name: median(done["cpu_s"] for done in each) for name, each in measured.items()}
    rows = []
    for name, rounds in measured.items():
        counts = [f"{rounds[0][key]:,}" for key in ("chunks", "vectors", "tokens")]
        times = f"{wall[name] / wall[OWN]:.2f}", f"{processor[name] / processor[OWN]:.2f}"
        rows.append((name, f"{wall[name]:.1f}", f"{processor[name]:.1f}", *times, *counts))
    columns = "s | CPU s | × s | × CPU s | chunks | vectors | tokens"
    report.show(f"Indexing the same texts (medians of {len(measured[OWN])})", columns, rows)
    if BOUND_AGAINST in measured:
        faster = wall[BOUND_AGAINST] / wall[OWN]
        said = f"{faster:.2f} × as fast as {BOUND_AGAINST}, and the bound is at least {BOUND:g}"
        report.console.print(f"\n{OWN}: {said}")
        if faster < BOUND:
            report.broken.append(f"{OWN}: {said}")


if __name__ == "__main__":
    main()
