"""What one library costs to open, to ask and to change: each measured in a fresh process.

`python -m tests.bench.asking MEASURE FOLDER …` prints what was measured, as JSON.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from index.embed import load_encoder
from index.follow import read_question
from index.library import Library
from tests.bench.report import Clock, current_memory_mb, peak_memory_mb

HANDBOOK = Path(__file__).parents[2] / "documents" / "handbook.md"
QUESTIONS, ROUNDS = 60, 3
EMBED, SEARCH, ASK = "embedding", "search", "ask"
CHANGED_PASSAGES, CHANGES = 5, 7
NEAR = 100
"""Passages of which FAISS is to find as many as there are."""

Found = dict[str, Any]


def main() -> None:
    measure, *folders = sys.argv[1:]
    print(json.dumps(MEASURES[measure](*map(Path, folders))))


def measure_building(folder: Path) -> Found:
    """What the first question after an indexing waits for: FAISS, built from all vectors."""
    began = time.perf_counter()
    with Library(folder, load_encoder) as library:
        count = len(library.nearest)
        kind = name_kind(library)
    return {
        "passages": count,
        "FAISS": kind,
        "built, s": time.perf_counter() - began,
        "building, MB": peak_memory_mb(),
        "disk, MB": {path.name: path.stat().st_size / 1e6 for path in sorted(folder.iterdir())},
    }


def measure_questions(folder: Path) -> Found:
    """How long a library takes to open and to ask, in turns with the embedding of the question."""
    encoder = load_encoder()
    encoder.embed_questions(["What is loaded at the first question only?"])
    loaded_mb = current_memory_mb()
    clock = Clock(list)
    with Library(folder, lambda: encoder) as library:
        clock.time("open", library.prepare)
        clock.time("first question", library.ask, "What is asked first?")
        shuffled = np.random.default_rng(7)
        calls: dict[str, Callable[[str], object]] = {
            EMBED: lambda asked: encoder.embed_questions([asked]),
            ASK: library.ask,
        }
        for question in read_questions() * ROUNDS:
            reading = read_question(question, None, library.store.languages())
            [embedded] = encoder.embed_questions([question])
            calls[SEARCH] = lambda asked, *known: library.answer(asked, *known, looked_at=0)
            for step in shuffled.permutation(list(calls)):
                time.sleep(0.01)  # threads of the step before may spin on
                known = (reading, embedded) if step == SEARCH else ()
                clock.time(str(step), calls[step], question, *known)
        return {
            "ms": {
                step: [1000 * float(np.percentile(seconds, share)) for share in (50, 95)]
                for step, seconds in clock.items()
            },
            "model, MB": loaded_mb,
            "memory, MB": current_memory_mb(),
            "peak, MB": peak_memory_mb(),
        }


def measure_recall(folder: Path) -> Found:
    """The share of the passages nearest to a question that FAISS finds, and how near they are."""
    encoder = load_encoder()
    questions = encoder.embed_questions(read_questions())
    with Library(folder, lambda: encoder) as library:
        ids, vectors = library.store.evidence.vectors()
        found, cosines = [], []
        for question in questions:
            all_cosines = vectors @ question.vector
            best = np.argpartition(-all_cosines, min(NEAR, len(ids) - 1))[:NEAR]
            near, _ = library.nearest.search(question.vector, NEAR)
            found.append(len(np.intersect1d(ids[best], near)) / len(best))
            cosines.append(float(np.median(all_cosines[best])))
    return {"recall": float(np.mean(found)), "cosine": median(cosines)}


def measure_changes(folder: Path, small: Path) -> Found:
    """How long one document takes to add and to remove until the next question, in two libraries.

    The two take turns, with the same document.
    """
    encoder = load_encoder()
    clock = Clock(list)
    with Library(folder, lambda: encoder) as library, Library(small, lambda: encoder) as other:
        for number in range(CHANGES + 1):
            file = small.parent / f"change-{number}.md"
            file.write_text(write_document(number), "utf-8")
            for name, one in (("here", library), ("small", other)):
                one.prepare()
                if number == 0:
                    continue  # the first opens what is opened once
                clock.time(f"add {name}", add_document, one, file)
                clock.time(f"remove {name}", remove_document, one, file)
            file.unlink()
    return {step: 1000 * median(seconds) for step, seconds in clock.items()}


def measure_bonds(folder: Path) -> Found:
    """How long a search takes for who may read all, and for whom every other document is hidden."""
    encoder = load_encoder()
    clock = Clock(list)
    with Library(folder, lambda: encoder) as library:
        with library.store.transaction():
            for record in library.store.records()[::2]:
                library.store.readers.bind(record, ["c1"])
        library.prepare()
        whole, half = (partial(library.answer, labels=labels) for labels in (None, ()))
        questions = read_questions()
        for question in [questions[0], *questions]:
            reading = read_question(question, None, library.store.languages())
            [embedded] = encoder.embed_questions([question])
            if not clock:  # the first reads what is read once
                clock.time("first where half is hidden", half, question, reading, embedded)
            clock.time("search, all open", whole, question, reading, embedded)
            clock.time("search, half hidden", half, question, reading, embedded)
    return {step: 1000 * median(seconds) for step, seconds in clock.items()}


def add_document(library: Library, file: Path) -> None:
    """Add a file, until the next question could be answered."""
    if library.add([file]).failed:
        raise RuntimeError("the document cannot be added")
    library.prepare()


def remove_document(library: Library, file: Path) -> None:
    """Remove the document again, until the next question could be answered."""
    library.remove(file.name)
    library.prepare()


def write_document(number: int) -> str:
    """Markdown of some passages that stands nowhere else."""
    lines = [line for line in HANDBOOK.read_text("utf-8").split("\n") if len(line) > 150]
    sections = (
        f"## Part {part}\n\nOf change {number}: {lines[(number * 5 + part) % len(lines)]}\n"
        for part in range(CHANGED_PASSAGES)
    )
    return "\n".join([f"# Change {number}\n", *sections])


def read_questions() -> list[str]:
    """Questions that the documents answer more or less."""
    handbook = HANDBOOK.read_text("utf-8")
    questions = re.findall(r"(?m)^### (.+\?)$", handbook)
    questions += [f"Is it so: {line}?" for line in re.findall(r"(?m)^[A-Z].+?(?=[.,:;])", handbook)]
    return questions[:QUESTIONS]


def name_kind(library: Library) -> str:
    """What FAISS calls the index that a library is searched by."""
    import faiss

    index = library.nearest._index
    while hasattr(index, "_index"):  # under what follows the library
        index = index._index
    index = faiss.downcast_index(index)
    if hasattr(index, "index"):  # under its ids
        index = faiss.downcast_index(index.index)
    return type(index).__name__.removeprefix("Index")


MEASURES: dict[str, Callable[..., Found]] = {
    "building": measure_building,
    "questions": measure_questions,
    "recall": measure_recall,
    "changes": measure_changes,
    "bonds": measure_bonds,
}

if __name__ == "__main__":
    main()
