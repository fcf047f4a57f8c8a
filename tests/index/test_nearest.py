"""The FAISS index: what NumPy says, and never from a file that is not whole and of its time."""

import hashlib
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.embed import Embedding
from index.evidence import Evidence
from index.nearest import Nearest, load_nearest
from index.store import Store
from index.types import Document, Passage
from index.write import Part

D = 16
NO_TOKENS = np.empty((0, 2), np.uint8)


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def put(store: Store, vectors: NDArray[np.float32], name: str = "a.md") -> None:
    with store.transaction():
        store.put(
            Document("T", "x" * len(vectors), ()),
            name=name,
            source=f"/{name}",
            size_bytes=1,
            content_hash="00",
            language="en",
            parts=[
                Part(
                    Passage("x", i, i + 1, None, None, (), ()),
                    [],
                    Embedding(vector, np.empty((0, len(vector)), np.float32), NO_TOKENS, (0,)),
                )
                for i, vector in enumerate(vectors)
            ],
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nearest.faiss"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "library.db") as store:
        put(store, unit(np.random.default_rng(0).standard_normal((50, D))))
        yield store


def assert_right(nearest: Nearest, store: Store) -> None:
    """Fail unless the index answers as a plain product with the store's vectors does."""
    ids, vectors = store.evidence.vectors()
    assert (len(nearest), nearest.generation) == (len(ids), store.generation)
    question = unit(np.random.default_rng(1).standard_normal(D))
    found, cosines = nearest.search(question, 10)
    expected = vectors @ question
    order = np.argsort(-expected)[:10]
    assert found.tolist() == ids[order].tolist()
    assert np.allclose(cosines, expected[order], atol=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 80), st.integers(1, 90), st.integers(2, 33), st.integers(0, 2**32 - 1))
def test_faiss_finds_what_numpy_finds(
    tmp_path_factory: pytest.TempPathFactory, n: int, k: int, d: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("nearest")
    generator = np.random.default_rng(seed)
    vectors, question = unit(generator.standard_normal((n, d))), unit(generator.standard_normal(d))
    with Store(folder / "library.db") as store:
        put(store, vectors)
        ids = store.evidence.vectors()[0]
        found, cosines = load_nearest(store, folder / "nearest.faiss").search(question, k)
    assert (found.dtype.name, cosines.dtype.name) == ("int64", "float32")
    assert len(found) == len(set(found.tolist())) == min(n, k)
    by_id = dict(zip(ids.tolist(), (vectors @ question).tolist(), strict=True))
    assert np.allclose(cosines, [by_id[id] for id in found.tolist()], atol=1e-5)
    assert np.allclose(cosines, sorted(by_id.values(), reverse=True)[:k], atol=1e-5)


def test_an_empty_library_finds_nothing_and_writes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "none" / "library.db") as store:
        nearest = load_nearest(store, tmp_path / "none" / "nearest.faiss")
    ids, cosines = nearest.search(np.ones(D, np.float32), 5)
    assert (len(nearest), len(ids), len(cosines)) == (0, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_found_where_nothing_is_asked_for(store: Store, path: Path) -> None:
    assert len(load_nearest(store, path).search(np.ones(D, np.float32), 0)[0]) == 0


@pytest.mark.parametrize("chosen", [[], [7], [3, 9, 12, 40], [1, 999]])
def test_among_chosen_passages_faiss_finds_what_numpy_finds(
    store: Store, path: Path, chosen: list[int]
) -> None:
    ids, vectors = store.evidence.vectors()
    question = unit(np.random.default_rng(1).standard_normal(D))
    here = np.isin(ids, chosen)
    order = np.argsort(-(vectors[here] @ question))[:3]
    found, cosines = load_nearest(store, path).search(question, 3, chosen)
    assert found.tolist() == ids[here][order].tolist()
    assert cosines == pytest.approx((vectors[here] @ question)[order], abs=1e-6)


def test_the_file_is_used_as_long_as_nothing_changed(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_nearest(store, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {file.name for file in path.parent.glob("nearest*")} == {"nearest.faiss"}
    # Without its vectors the store could not build an index.
    monkeypatch.setattr(Evidence, "vectors", None)
    nearest = load_nearest(store, path)
    monkeypatch.undo()
    assert_right(nearest, store)


def test_a_change_of_the_store_makes_the_file_old(store: Store, path: Path) -> None:
    before = load_nearest(store, path)
    old = path.read_bytes()
    put(store, unit(np.random.default_rng(2).standard_normal((9, D))), "b.md")
    assert before.generation != store.generation
    assert_right(load_nearest(store, path), store)
    path.write_bytes(old)
    assert_right(load_nearest(store, path), store)
    with store.transaction():
        store.remove(store.find("a.md").id)
    nearest = load_nearest(store, path)
    assert len(nearest) == 9
    with store.transaction():
        store.remove(store.find("b.md").id)
    assert len(load_nearest(store, path)) == 0


def test_a_file_made_inside_a_transaction_that_failed_never_answers(
    store: Store, path: Path
) -> None:
    def fail() -> None:
        with store.transaction():
            store.remove(store.find("a.md").id)
            assert len(load_nearest(store, path)) == 9
            raise KeyboardInterrupt

    put(store, unit(np.random.default_rng(2).standard_normal((9, D))), "b.md")
    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.exists()
    assert_right(load_nearest(store, path), store)


def test_a_file_cut_short_anywhere_is_built_again(store: Store, path: Path) -> None:
    load_nearest(store, path)
    whole = path.read_bytes()
    for size in [*range(130), len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:size])
        assert len(load_nearest(store, path)) == 50
        assert path.read_bytes() == whole
    path.write_bytes(whole + b"\0")
    assert_right(load_nearest(store, path), store)


def test_a_flipped_bit_anywhere_is_noticed(store: Store, path: Path) -> None:
    load_nearest(store, path)
    whole = path.read_bytes()
    for position in [*range(200), *range(200, len(whole), 37)]:
        data = bytearray(whole)
        data[position] ^= 1 << position % 8
        path.write_bytes(data)
        load_nearest(store, path)
        assert path.read_bytes() == whole, position


@pytest.mark.parametrize("content", [b"", b"IxM2" + b"\xff" * 500, b"{}" * 9])
def test_garbage_is_never_shown_to_faiss(store: Store, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert_right(load_nearest(store, path), store)


def test_a_file_that_faiss_cannot_read_is_built_again(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_nearest(store, path)
    body = b"Ix99 of a later version"
    head = path.read_bytes().split(b"\n")[:2]
    path.write_bytes(b"\n".join([*head, hashlib.sha256(body).digest() + body]))
    assert_right(load_nearest(store, path), store)
    assert "cannot be read by FAISS" in caplog.text


def test_an_index_that_cannot_be_saved_serves_all_the_same(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert_right(load_nearest(store, tmp_path / "missing" / "nearest.faiss"), store)
    folder = tmp_path / "folder.faiss"
    folder.mkdir()
    assert_right(load_nearest(store, folder), store)
    assert caplog.text.count("cannot be saved") == 2
    assert not list(tmp_path.glob("*.tmp"))


def test_logs_hold_counts_only(store: Store, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "index")
    load_nearest(store, path)
    assert [record.getMessage() for record in caplog.records] == ["nearest: built for 50 passages"]
