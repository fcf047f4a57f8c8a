"""Prints what a question, adding files again, indexing and memory cost; exits 1 past a bound.

What has a bound is a ratio within one run, and what is compared takes turns, so that whatever else
loads the machine slows both. It takes two to three minutes on two cores left alone.
"""

import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from timeit import repeat
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from index.embed import Encoder, load_encoder
from index.library import Library
from index.network import import_openvino
from index.search import CANDIDATES, rank_passages, weigh_words
from index.shelf import PASSAGE_CHARS
from index.terms import question_terms
from index.weights import packaged_weights
from tests.bench.report import Clock, Report, peak_memory_mb

DOCUMENTS = Path(__file__).parents[2] / "documents"
ROUNDS, ROUND_FILES, SMALL_FILES = 10, (10, 12, PASSAGE_CHARS), (1_000, 1, 200)
"""Files, passages in each, and characters in each of these."""
QUESTIONS, QUESTION_ROUNDS = 60, 3
EMBED, BARE, ASK = "embedding alone", "ask, tokens not looked at", "ask"
BOUNDS = {BARE: 4, ASK: 40}
PRODUCTS = (4096, 384, 1536), (2048, 2048, 2048)  # the network's largest, and a square one


def main() -> None:
    report = Report()
    with TemporaryDirectory() as name, report.console.status("Measuring …"):
        folder, sentences = Path(name), grow_sentences()
        encoder = load_encoder()
        encoder.embed_questions(["What is loaded at the first question only?"])[0]
        loaded_mb = peak_memory_mb()
        with Library(folder / "library", lambda: encoder) as library:
            measure_indexing(report, library, sentences, folder)
            measure_questions(report, library)
        measure_adding(report, encoder, sentences, folder)
        print_memory(report, loaded_mb, folder / "library")
    report.exit()


def grow_sentences() -> Iterator[str]:
    """Two sentences of `documents/` joined to one, no two alike: embedding would skip one."""
    text = "\n".join(path.read_text("utf-8") for path in sorted(DOCUMENTS.glob("*.md")))
    prose = re.sub(r"(?m)^#.*|^- |[`\"“”()\[\]]", "", text)
    found = [sentence.rstrip(".:?! ") for sentence in re.split(r"(?<=[.:?!])\s+", prose)]
    pairs = list(product([sentence for sentence in found if 25 < len(sentence) < 120], repeat=2))
    yield from (f"{a}, and {b}." for a, b in random.Random(7).sample(pairs, len(pairs)))


def grow_files(texts: Iterator[str], folder: Path, files: int, passages: int, chars: int) -> Path:
    """The folder with Markdown files in it, each of so many passages: one to a heading."""
    folder.mkdir()
    for file in range(files):
        text = f"# Document {folder.name}, {file}\n"
        for section in range(passages):
            paragraph = next(texts)
            while len(longer := f"{paragraph} {next(texts)}") <= chars:
                paragraph = longer
            text += f"\n## Section {section}\n\n{paragraph}\n"
        (folder / f"{folder.name}-{file:03}.md").write_text(text, "utf-8")
    return folder


def measure_indexing(report: Report, library: Library, texts: Iterator[str], root: Path) -> None:
    """Fill the library; print how fast that is, beside this machine's products of matrices."""
    encoder, products = library.encoder, make_products()
    gflops, rates = Clock(list), defaultdict(list)
    for number in range(ROUNDS):
        for name, calls in products.items():
            gflops[name].append(max(n / min(repeat(call, number=1, repeat=4)) for call, n in calls))
        files, clock = grow_files(texts, root / f"round-{number}", *ROUND_FILES), Clock(list)
        timed = partial(clock.time, "embedding", encoder.embed_passages)
        with patch.object(encoder, "embed_passages", side_effect=timed) as embed:
            added = clock.time("parse, cut, embed, store", library.add, [files])
        work = added.passages, *count_work(encoder, [call.args for call in embed.call_args_list])
        for step, seconds in clock.items():
            rates[step].append([done / sum(seconds) for done in work])

    best = max(map(median, gflops.values()))
    rows = [(f"{name}, best product", "", "", median(done)) for name, done in gflops.items()]
    for step, rounds in rates.items():
        passages_s, tokens_s, reached = map(median, zip(*rounds, strict=True))
        rows.append((step, f"{passages_s:.1f}", f"{tokens_s:,.0f}", reached))
    cells = [(*row, f"{reached:.0f}", f"{100 * reached / best:.0f}") for *row, reached in rows]
    title = f"Indexing {len(library.nearest):,} passages ({encoder.backend}, {ROUNDS} rounds)"
    report.show(title, "passages/s | tokens/s | fp32 GFLOP/s | % of best", cells)


def count_work(encoder: Encoder, groups: Sequence[Any]) -> tuple[int, float]:
    """The tokens that the network reads, without padding, and the 10⁹ operations that they take."""
    config = json.loads(packaged_weights().with_name("config.json").read_text("utf-8"))
    layers, width = config["num_hidden_layers"], config["hidden_size"]
    weights = layers * (4 * width**2 + 2 * width * config["intermediate_size"])
    lengths: list[int] = []
    for heads, passages in groups:
        whole = [f"{head}\n{passage.text}" for head, passage in zip(heads, passages, strict=True)]
        cut = [passage.text[start:end] for passage in passages for start, end in passage.sentences]
        lengths += encoder.count_tokens([*whole, *dict.fromkeys(cut)])
    # A token meets each weight behind the embeddings once, and in each layer's attention each token
    # of its text twice, as key and as value; each time is a multiplication and an addition.
    operations = sum(2 * weights * n + 4 * layers * width * n**2 for n in lengths)
    return sum(lengths), operations / 1e9


def make_products() -> dict[str, list[tuple[partial[Any], float]]]:
    """By library: fp32 products of matrices, each with its 10⁹ operations."""
    openvino = import_openvino()
    fp32 = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    products: dict[str, list[tuple[partial[Any], float]]] = defaultdict(list)
    for n, k, m in PRODUCTS:
        a, b, out = (np.ones(shape, np.float32) for shape in ((n, k), (k, m), (n, m)))
        x, y, z = map(torch.from_numpy, (a, b, out))
        given = openvino.opset13.parameter(a.shape, np.float32)
        result = openvino.opset13.matmul(given, b, False, False)
        compiled = openvino.compile_model(openvino.Model([result], [given]), "CPU", fp32)
        request = compiled.create_infer_request()
        request.set_input_tensor(openvino.Tensor(a, shared_memory=True))
        work = 2 * n * k * m / 1e9
        products["NumPy"].append((partial(np.matmul, a, b, out=out), work))
        products["PyTorch"].append((partial(torch.mm, x, y, out=z), work))
        products["OpenVINO"].append((partial(request.infer, share_outputs=True), work))
    return products


def measure_questions(report: Report, library: Library) -> None:
    """Print what a question costs beside its embedding alone, and where the time goes."""
    encoder, store, nearest = library.encoder, library.store, library.nearest
    handbook = (DOCUMENTS / "handbook.md").read_text("utf-8")
    questions = re.findall(r"(?m)^### (.+\?)$", handbook)
    questions += [f"Is it so: {line}?" for line in re.findall(r"(?m)^[A-Z].+?(?=[.,:;])", handbook)]
    questions = questions[:QUESTIONS] * QUESTION_ROUNDS
    bare, shuffled = partial(library.ask, looked_at=0), random.Random(7)
    calls: dict[str, Any] = {
        EMBED: lambda asked: encoder.embed_questions([asked]),
        BARE: bare,
        ASK: library.ask,
    }
    clock = Clock(list, {step: [] for step in calls})
    for question in questions:
        for step in shuffled.sample(list(calls), len(calls)):
            time.sleep(0.01)  # threads of the step before may spin on
            clock.time(step, calls[step], question)
    for question in questions:
        asked = encoder.embed_questions([question])[0]
        with store.snapshot():
            stems = question_terms(question, store.languages())
            words = clock.time("  word frequencies", weigh_words, store, stems)
            near, _ = clock.time("  FAISS", nearest.search, asked.vector, CANDIDATES)
            terms = sorted(frozenset().union(*stems))
            matched = clock.time("  full text match", store.evidence.match, terms, CANDIDATES)
            ids = dict.fromkeys([*near.tolist(), *matched])
            clock.time("  their terms", store.evidence.terms, ids)
            clock.time("  score", rank_passages, store, nearest, asked, words, top=5, looked_at=0)

    ms = {step: 1000 * median(seconds) for step, seconds in clock.items()}
    ms["  score"] -= ms["  FAISS"] + ms["  full text match"] + ms["  their terms"]
    ms["  look at tokens"] = ms[ASK] - ms[BARE]
    times = {step: cost / ms[EMBED] for step, cost in ms.items()}
    held = {step: report.hold(step, times[step], bound, " times") for step, bound in BOUNDS.items()}
    cells = [(step, f"{ms[step]:.2f}", f"{times[step]:.2f}", held.get(step, "")) for step in ms]
    title = f"A question at {len(nearest):,} passages (medians of {QUESTIONS} × {QUESTION_ROUNDS})"
    report.show(title, "ms | × embedding | bound", cells)


def measure_adding(report: Report, encoder: Encoder, texts: Iterator[str], root: Path) -> None:
    """Print what adding unchanged files costs beside adding them, the model being loaded."""
    files, clock = grow_files(texts, root / "small", *SMALL_FILES), Clock(list)

    def add() -> int:
        with Library(root / "small-library", lambda: encoder) as library:
            return len(library.add([files]).unchanged)

    counts = [clock.time("add", add), *(clock.time("again", add) for _ in range(ROUNDS))]
    if counts != [0] + ROUNDS * [SMALL_FILES[0]]:
        raise RuntimeError(f"unchanged files: {counts}")
    first, again = clock["add"][0], median(clock["again"])
    share = 100 * again / first
    held = report.hold("adding unchanged files", share, 2, " %")
    cells = [("add", f"{first:.2f}", "100", ""), ("again", f"{again:.3f}", f"{share:.2f}", held)]
    report.show(f"{SMALL_FILES[0]:,} small files (model loaded before)", "s | % | bound", cells)


def print_memory(report: Report, loaded_mb: float, folder: Path) -> None:
    """Print the peak of this process's memory, and the size of the library's files."""
    passages = ROUNDS * ROUND_FILES[0] * ROUND_FILES[1]
    peaks = {"model loaded": loaded_mb, "whole run": peak_memory_mb()}
    cells = [(f"peak of memory, {when}", f"{mb:,.0f}", "") for when, mb in peaks.items()]
    sizes = {path.name: path.stat().st_size / 1e6 for path in sorted(folder.iterdir())}
    cells += [(name, f"{mb:.1f}", f"{1e3 * mb / passages:.1f}") for name, mb in sizes.items()]
    report.show("Memory and disk", "MB | kB a passage", cells)


if __name__ == "__main__":
    main()
