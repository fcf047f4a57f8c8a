"""How well questions are grouped by meaning: `python -m tests.bench.groups`.

By the packaged model, on tests/refused-questions.json, whose one half the threshold was picked on.
"""

import json
from pathlib import Path
from typing import Literal

import numpy as np
from sklearn.metrics import adjusted_rand_score, pair_confusion_matrix

from index.embed import Encoder, load_encoder
from index.groups import MOST_DISTANT, group_vectors

GOLD = Path(__file__).parents[1] / "refused-questions.json"
Half = Literal["picked_on", "reported_on"]


def measure_grouping(encoder: Encoder, half: Half, most_distant: float) -> tuple[float, float]:
    """F1 of the pairs that are put together, and the adjusted Rand index."""
    groups: list[list[str]] = json.loads(GOLD.read_text("utf-8"))[half]
    texts = [text for group in groups for text in group]
    truth = [number for number, group in enumerate(groups) for _ in group]
    vectors = np.array([one.vector for one in encoder.embed_questions(texts)])
    found = np.empty(len(texts), np.int64)
    for number, rows in enumerate(group_vectors(vectors, most_distant)):
        found[rows] = number
    (_, wrong), (missed, right) = pair_confusion_matrix(truth, found)
    return 2 * right / (2 * right + wrong + missed), adjusted_rand_score(truth, found)


def main() -> None:
    encoder = load_encoder()
    print("distance  picked on: F1, ARI  reported on: F1, ARI")
    for most_distant in [number / 100 for number in range(30, 85, 5)]:
        measured = [
            measure_grouping(encoder, half, most_distant) for half in ("picked_on", "reported_on")
        ]
        shown = "          ".join(f"{f1:.3f}  {ari:.3f}" for f1, ari in measured)
        print(f"{most_distant:.2f}{'*' if most_distant == MOST_DISTANT else ' '}     {shown}")


if __name__ == "__main__":
    main()
