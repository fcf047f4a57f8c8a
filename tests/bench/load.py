"""Prints what a question costs while documents are indexed, beside its cost alone; exits 1 past 3.

Both take turns in rounds within one process, and the bot's own engine answers. `python -m
tests.bench.load` takes a minute or two.
"""

import asyncio
import random
import re
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Question, Upload
from index.embed import load_encoder
from index.summary import Progress

DOCUMENTS = Path(__file__).parents[2] / "documents"
SERVER, OTHER = 1, 2
ROUNDS, IDLE_QUESTIONS = 4, 25
JOB_FILES, FILE_PASSAGES = 4, 16
PAUSE_S = 0.1
"""Between questions: a busy server asks ten in a second."""
BOUND = 3.0


def main() -> None:
    console = Console(highlight=False)
    with TemporaryDirectory() as name, console.status("Measuring …"):
        alone, beside, passages_s = asyncio.run(measure_load(Path(name)))
    numbers = (Column(title, justify="right") for title in ("p50", "p95", "asked"))
    table = Table("a question, ms", *numbers, box=None)
    for title, ms in (("alone", alone), ("while documents are indexed", beside)):
        p50, p95 = np.percentile(ms, (50, 95))
        table.add_row(title, f"{p50:.1f}", f"{p95:.1f}", f"{len(ms)}")
    ratio = float(np.percentile(beside, 95) / np.percentile(alone, 95))
    kept = ratio <= BOUND
    mark = "[green]✓[/]" if kept else "[red]✗[/]"
    console.print(table)
    console.print(f"{mark} p95 is {ratio:.2f} times that alone, at most {BOUND:g}")
    console.print(f"indexing meanwhile: {passages_s:.1f} passages/s")
    sys.exit(not kept)


async def measure_load(folder: Path) -> tuple[list[float], list[float], float]:
    """A question's milliseconds alone and beside an index job, and that job's passages a second."""
    documents = folder / "documents"
    documents.mkdir()
    for path in DOCUMENTS.glob("*.md"):
        (documents / path.name).write_bytes(path.read_bytes())
    encoder = load_encoder()
    engine = Engine(Settings(data=folder / "data", documents=documents), lambda: encoder)
    words = (DOCUMENTS / "handbook.md").read_text("utf-8")
    questions = re.findall(r"(?m)^### (.+\?)$", words)
    texts, shuffled = grow_files(words), random.Random(7)
    alone: list[float] = []
    beside: list[float] = []
    made, seconds = 0, 0.0
    try:
        await engine.start()
        await engine.index_folder(documents, ignore)
        await engine.add(SERVER, list(islice(texts, JOB_FILES)), ignore)
        for _ in range(20):
            await ask(engine, questions[0])

        for _ in range(ROUNDS):
            for _ in range(IDLE_QUESTIONS):
                alone.append(await ask(engine, shuffled.choice(questions)))
            uploads = list(islice(texts, JOB_FILES))
            began = time.perf_counter()
            # In the very library that is asked: each document changes it under the questions.
            job = asyncio.create_task(engine.add(SERVER, uploads, ignore))
            while not job.done():
                beside.append(await ask(engine, shuffled.choice(questions)))
            made += (await job).passages
            seconds += time.perf_counter() - began
    finally:
        await engine.close()
    return alone, beside, made / seconds


async def ask(engine: Engine, question: str) -> float:
    """How many milliseconds the answer took."""
    await asyncio.sleep(PAUSE_S)
    began = time.perf_counter()
    await engine.ask(SERVER, Question(question))
    return 1000 * (time.perf_counter() - began)


def grow_files(words: str, passages: int = FILE_PASSAGES) -> Iterator[Upload]:
    """Files of other passages each, from sentences of the handbook put together anew."""
    prose = re.sub(r"(?m)^#.*|^- |[`\"“”()\[\]]", "", words)
    sentences = [one.strip() for one in re.split(r"(?<=[.:?!])\s+", prose) if 25 < len(one) < 160]
    draw = random.Random(11)
    for number in count():
        text = f"# File {number}\n"
        for section in range(passages):
            text += f"\n## Section {section}\n\n{' '.join(draw.choices(sentences, k=9))}\n"
        yield Upload(f"file-{number}.md", text.encode(), 7)


def ignore(_: Progress) -> None:
    pass


if __name__ == "__main__":
    main()
