"""Taught answers: of questions that mean the same as a taught one, how many it answers, and how
many it answers wrongly of those that only nearly do.

`python -m tests.bench.taught` prints it for each part of `tests/taught-pairs.json`, all of whose
taught questions are in one library. Constants were fitted to the part "fit" alone; rules and lists
were mended after a look at what was wrong in "looked at"; to "unseen" nothing was changed since.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.embed import Encoder, load_encoder
from index.library import Library

PAIRS = Path(__file__).parent.parent / "taught-pairs.json"


@dataclass
class Counted:
    """How many were answered by what was taught for the other of the pair, and how many pairs."""

    same: int = 0
    same_of: int = 0
    near: int = 0
    near_of: int = 0


def measure_taught(encoder: Encoder, folder: Path) -> dict[str, Counted]:
    """By part; an answer to a near miss is a wrong one, whichever it is."""
    parts: dict[str, list[dict[str, Any]]] = json.loads(PAIRS.read_text("utf-8"))
    found = {part: Counted() for part in parts}
    with Library(folder, lambda: encoder) as library:
        for question in dict.fromkeys(pair["taught"] for pairs in parts.values() for pair in pairs):
            library.teach(question, question)
        for part, pairs in parts.items():
            for pair in pairs:
                taught = library.ask(pair["asked"]).taught
                if pair["same"]:
                    found[part].same_of += 1
                    found[part].same += bool(taught and taught.question == pair["taught"])
                else:
                    found[part].near_of += 1
                    found[part].near += taught is not None
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = measure_taught(load_encoder(), Path(folder))
    print(f"{'part':10}{'same, answered':>18}{'nearly, answered':>18}")
    for part, one in found.items():
        same, near = f"{one.same} of {one.same_of}", f"{one.near} of {one.near_of}"
        print(f"{part:10}{same:>18}{near:>18}")


if __name__ == "__main__":
    main()
