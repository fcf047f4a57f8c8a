"""The benchmarks' own parts: what they measure on must be a true library."""

from pathlib import Path

import numpy as np
import pytest

from index.embed import Embedding
from index.store import Store
from tests.bench.grow import Roots, cut_runs, grow_library, write_files
from tests.bench.plot import plot_sizes


def embed_at_random(sentences: int, seed: int) -> Embedding:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(1 + sentences, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    signs = generator.integers(0, 256, (5 * (1 + sentences), 4)).astype(np.uint8)
    return Embedding(vectors[0], vectors[1:], signs, (5,) * (1 + sentences))


@pytest.mark.parametrize("tokens", [None, 8])
def test_a_grown_library_is_a_true_one(tmp_path: Path, tokens: int | None) -> None:
    text = "It was said that the harbour lies at the river. " * 3 + "Nobody asked the old captain."
    runs = [run for run in cut_runs([text]) if len(run) < 4]
    roots = Roots(tuple(runs), tuple(embed_at_random(len(run), i) for i, run in enumerate(runs)))
    with Store(tmp_path / "library.db") as store:
        grow_library(store, roots, 25, tokens=tokens)
        grow_library(store, roots, 60, tokens=tokens)
        assert store.counts()[0] == 60
        assert store.check() == ()
        ids, vectors = store.evidence.vectors()
        assert len(ids) == 60 and vectors.shape == (60, 32)
        assert len(np.unique(vectors, axis=0)) == 60
        assert store.evidence.match(["captain"], 60)


def test_real_files_hold_one_passage_to_a_heading(tmp_path: Path) -> None:
    texts = [path.read_text("utf-8") for path in write_files(tmp_path / "files", 60).iterdir()]
    assert sum(text.count("\n## ") for text in texts) == 60


def test_the_plot_is_a_picture_of_what_was_measured(tmp_path: Path) -> None:
    keys = "passages search search_p95 ask ask_p95 memory_mb model_mb disk_mb".split()
    points = [dict.fromkeys(keys, float(size)) for size in (1_000, 10_000)]
    plot_sizes(tmp_path / "size.png", points)
    assert (tmp_path / "size.png").read_bytes().startswith(b"\x89PNG")
