"""Prints where the time of a warm `footnote ask` goes, from its start to its first answer.

Each start is a process of its own, and the stages are medians over several; those with PyTorch
take turns with them. `python -m tests.bench.start` takes about a minute.
"""

import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Column, Table

from index.embed import load_encoder
from index.library import Library

ROOT = Path(__file__).parents[2]
STARTS, SLOW_STARTS = 7, 2
QUESTION = "How do I add documents?"
STAGES = """
import sys, time
began, folder, cached, question = float(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
stages = {}
def note(stage):
    global began
    now = time.time()
    stages[stage], began = 1000 * (now - began), now
note("interpreter")
import bot.cli, bot.settings, bot.terminal.screen
note("imports: command line, settings, screen")
from pathlib import Path
from index.library import Library
note("imports: NumPy, the engine")
import faiss
note("imports: FAISS")
if cached:
    from index.network import import_openvino
    import tokenizers
    import_openvino()
    note("imports: OpenVINO, tokenizers")
else:
    import sentence_transformers
    note("imports: PyTorch, sentence-transformers")
from index.embed import load_encoder
encoder = load_encoder(cache=Path(cached)) if cached else load_encoder(backend="torch")
note("model: hash, read, compile")
with Library(Path(folder), lambda: encoder) as library:
    library.prepare()
    note("library: SQLite, FAISS index")
    encoder.embed_questions([question])
    note("first embedding")
    library.ask(question)
    note("embedding and search")
import json
print(json.dumps(stages))
"""


def main() -> None:
    console = Console(highlight=False)
    with TemporaryDirectory() as name, console.status("Measuring …"):
        data = Path(name)
        cache, folder = data / "models", data / "libraries" / "default"
        with Library(folder, lambda: load_encoder(cache=cache)) as library:
            library.add([ROOT / "documents"])
        warm, slow, whole = [], [], []
        for start in range(STARTS):
            warm.append(run_stages(folder, str(cache)))
            if start < SLOW_STARTS:
                slow.append(run_stages(folder, ""))
            whole.append(time_command(data))
    for title, runs in (("A warm start", warm), ("A start with PyTorch", slow)):
        show_stages(console, f"{title} (medians of {len(runs)})", runs)
    console.print(f"\n`footnote ask` as a whole: {median(whole):.0f} ms")


def run_stages(folder: Path, cache: str) -> dict[str, float]:
    """The milliseconds of each stage of one start."""
    words = [sys.executable, "-c", STAGES, str(time.time()), str(folder), cache, QUESTION]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    stages: dict[str, float] = json.loads(run.stdout)
    return stages


def time_command(data: Path) -> float:
    """The milliseconds that the command itself takes."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "bot", "ask", QUESTION, "--data", str(data)]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    if run.returncode not in (0, 1):  # 1: not in the documents
        raise RuntimeError(run.stderr)
    return 1000 * (time.perf_counter() - began)


def show_stages(console: Console, title: str, runs: list[dict[str, float]]) -> None:
    """Print the stages' medians, and what they come to together."""
    stages: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        for stage, ms in run.items():
            stages[stage].append(ms)
    table = Table("", Column("ms", justify="right"), Column("%", justify="right"), box=None)
    total = sum(map(median, stages.values()))
    for stage, all_ms in stages.items():
        table.add_row(stage, f"{median(all_ms):.0f}", f"{100 * median(all_ms) / total:.0f}")
    table.add_row("together", f"{total:.0f}", "100")
    console.print(f"\n[bold]{title}[/]", table, sep="\n")


if __name__ == "__main__":
    main()
