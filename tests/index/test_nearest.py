"""The nearest passages: what NumPy says, and never from a file that is not whole or not its own."""

import logging
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.embed import Embedding
from index.evidence import Evidence
from index.nearest import UNSAVED, Nearest, compare_file, load_nearest
from index.store import Store
from index.types import Document, Passage
from index.vector_file import MAGIC, Mark, Spoiled, read_index, save_index
from index.vector_index import FlatIndex, ListIndex
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


@pytest.mark.parametrize("left_out", [[7], [3, 9, 12, 40], [1, 999], list(range(1, 30))])
def test_without_some_passages_faiss_finds_what_numpy_finds_of_the_others(
    store: Store, path: Path, left_out: list[int]
) -> None:
    ids, vectors = store.evidence.vectors()
    question = unit(np.random.default_rng(1).standard_normal(D))
    others = ~np.isin(ids, left_out)
    order = np.argsort(-(vectors[others] @ question))[:3]
    without = np.array(left_out, np.int64)
    found, cosines = load_nearest(store, path).search(question, 3, without=without)
    assert found.tolist() == ids[others][order].tolist()
    assert cosines == pytest.approx((vectors[others] @ question)[order], abs=1e-6)
    assert len(load_nearest(store, path).search(question, 3, without=ids)[0]) == 0


def test_the_file_is_used_as_long_as_nothing_changed(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_nearest(store, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {file.name for file in path.parent.glob("nearest*")} == {"nearest.faiss"}
    # Without its vectors the store could not build an index.
    monkeypatch.setattr(Evidence, "stream_vectors", None)
    nearest = load_nearest(store, path)
    monkeypatch.undo()
    assert_right(nearest, store)


def test_what_is_known_and_what_the_file_holds_follow_the_store(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = load_nearest(store, path)
    written = path.read_bytes()
    caplog.set_level(logging.INFO, "index")
    caplog.clear()
    put(store, unit(np.random.default_rng(2).standard_normal((9, D))), "b.md")
    assert known.generation != store.generation
    assert load_nearest(store, path, known) is known
    with store.transaction():
        store.remove(store.find("a.md").id)
    put(store, unit(np.random.default_rng(3).standard_normal((20, D))), "c.md")
    assert len(load_nearest(store, path, known)) == 29
    for nearest in (known, load_nearest(store, path)):
        assert_right(nearest, store)
    # Few changes are read from the store: the file stays, and nothing is built.
    assert (path.read_bytes(), caplog.text) == (written, "")
    with store.transaction():
        for record in store.records():
            store.remove(record.id)
    assert len(load_nearest(store, path, known)) == len(load_nearest(store, path)) == 0
    put(store, unit(np.random.default_rng(4).standard_normal((12, D))), "d.md")
    assert_right(load_nearest(store, path, known), store)


def test_after_many_changes_the_file_is_written_anew(store: Store, path: Path) -> None:
    load_nearest(store, path)
    written = path.read_bytes()
    put(store, unit(np.random.default_rng(2).standard_normal((UNSAVED + 1, D))), "b.md")
    assert_right(load_nearest(store, path), store)
    assert path.read_bytes() != written


def test_a_library_put_back_from_a_copy_is_not_answered_from_the_newer_file(
    store: Store, path: Path, tmp_path: Path
) -> None:
    store.close()
    copy = tmp_path / "copy.db"
    shutil.copy(tmp_path / "library.db", copy)
    with Store(tmp_path / "library.db") as newer:
        put(newer, unit(np.random.default_rng(2).standard_normal((9, D))), "b.md")
        known = load_nearest(newer, path)
    shutil.copy(copy, tmp_path / "library.db")
    with Store(tmp_path / "library.db") as older:
        # The same ids come again, for other passages.
        put(older, unit(np.random.default_rng(3).standard_normal((9, D))), "c.md")
        put(older, unit(np.random.default_rng(4).standard_normal((9, D))), "d.md")
        assert_right(load_nearest(older, path, known), older)
        assert_right(load_nearest(older, path), older)


def test_a_file_from_too_long_ago_is_built_again(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_nearest(store, path)
    monkeypatch.setattr("index.generations.KEPT_GENERATIONS", 3)
    gone = store.find("a.md").id
    with store.transaction():
        store.remove(gone)
    for number in range(4):
        put(store, unit(np.random.default_rng(number).standard_normal((12, D))), f"{number}.md")
    assert_right(load_nearest(store, path), store)


# --- In lists ---


def assert_near(nearest: Nearest, store: Store, least: float = 0.99) -> None:
    """Fail unless nearly all of the nearest are found, in order, and nothing that is gone."""
    ids, vectors = store.evidence.vectors()
    assert (len(nearest), nearest.generation) == (len(ids), store.generation)
    recalls = []
    for question in clustered(40, 99):
        cosines = vectors @ question
        found, said = nearest.search(question, 50)
        assert len(found) == len(set(found.tolist())) == 50
        assert np.allclose(said, cosines[np.searchsorted(ids, found)], atol=0.02)
        assert (np.diff(said) <= 0).all()
        recalls.append(len(np.intersect1d(found, ids[np.argsort(-cosines)[:50]])) / 50)
    assert np.mean(recalls) >= least


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors (count, D) around common centres, as those of texts are around subjects."""
    centres = np.random.default_rng(0).standard_normal((60, D))
    generator = np.random.default_rng(seed)
    return unit(centres[generator.integers(0, 60, count)] + generator.normal(0, 0.5, (count, D)))


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "library.db") as store:
        for number in range(3):
            put(store, clustered(1_000, number), f"{number}.md")
        yield store


def test_in_lists_nearly_all_is_found_from_memory_and_from_the_file(
    many: Store, path: Path
) -> None:
    known = load_nearest(many, path, flat_up_to=1_000)
    assert_near(known, many)
    assert_near(load_nearest(many, path, flat_up_to=1_000), many)
    put(many, clustered(500, 3), "new.md")
    with many.transaction():
        many.remove(many.find("1.md").id)
    for nearest in (known, None):
        assert_near(load_nearest(many, path, nearest, flat_up_to=1_000), many)
    ids, vectors = many.evidence.vectors()
    question = clustered(1, 5)[0]
    assert sorted(known.search(question, 9_999)[0].tolist()) == ids.tolist()
    assert len(known.search(question, 0)[0]) == 0
    chosen = [*ids[[3, 700, 2_000]].tolist(), 1_500, 99_999]  # one is gone, one never was
    found, _ = known.search(question, 3, chosen)
    assert found.tolist() == sorted(
        chosen[:3], key=lambda id: -float(vectors[np.searchsorted(ids, id)] @ question)
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.995])
def test_in_lists_passages_that_are_left_out_hide_no_others(
    many: Store, path: Path, share: float
) -> None:
    nearest = load_nearest(many, path, flat_up_to=1_000)
    ids, vectors = many.evidence.vectors()
    recalls = []
    for question in clustered(20, 99):
        # The very nearest are left out, and of the others some from all over.
        order = np.argsort(-(vectors @ question))
        mask = np.random.default_rng(0).random(len(ids)) < share
        mask[order[:100]] = True
        left_out, others = np.sort(ids[mask]), ids[order][~mask[order]]
        found, _ = nearest.search(question, 50, without=left_out)
        wanted = others[:50]
        assert len(set(found.tolist())) == len(wanted)
        assert not np.isin(found, left_out).any()
        recalls.append(len(np.intersect1d(found, wanted)) / len(wanted))
    assert np.mean(recalls) >= 0.95


def test_the_kind_of_index_changes_with_the_number_of_passages(many: Store, path: Path) -> None:
    assert_right(flat := load_nearest(many, path, flat_up_to=3_000), many)
    put(many, clustered(10, 3), "new.md")
    assert_near(load_nearest(many, path, flat, flat_up_to=3_000), many)
    with many.transaction():
        for number in range(2):
            many.remove(many.find(f"{number}.md").id)
    assert_right(load_nearest(many, path, flat_up_to=3_000), many)


def test_lists_spoiled_anywhere_are_noticed(many: Store, path: Path) -> None:
    load_nearest(many, path, flat_up_to=1_000)
    whole = path.read_bytes()
    for position in range(5, len(whole), len(whole) // 40):
        data = bytearray(whole)
        data[position] ^= 1
        for spoiled in (bytes(data), whole[:position]):
            path.write_bytes(spoiled)
            with pytest.raises(Spoiled):
                read_index(path)
    assert_near(load_nearest(many, path, flat_up_to=1_000), many)
    path.write_bytes(whole)
    assert len(read_index(path)[1]) == 3_000


def test_vectors_of_an_odd_number_of_dimensions_stand_in_lists_too() -> None:
    vectors = np.random.default_rng(1).standard_normal((600, 7)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = ListIndex.make(600, vectors)
    assert len(index.search(vectors[0], 5, None)[0]) == 0
    index.add(np.arange(1, 601), vectors)
    ids, cosines = index.search(vectors[41], 5, None)
    assert (ids[0], len(index)) == (42, 600)
    assert cosines[0] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("kind", [FlatIndex, ListIndex])
def test_vectors_that_are_others_or_not_there_are_told(
    kind: type[FlatIndex] | type[ListIndex],
) -> None:
    vectors = np.eye(8, dtype=np.float32).repeat(40, axis=0)
    ids = np.arange(1, 321)
    index = ListIndex.make(320, vectors) if kind is ListIndex else FlatIndex.make(8)
    index.add(ids, vectors)
    assert index.differing(ids, vectors).tolist() == []
    changed = vectors.copy()
    changed[41] = -changed[41]
    assert index.differing(ids, changed).tolist() == [42]
    missing = np.array([1, 2, 999])
    assert index.differing(missing, vectors[:3]).tolist() == [1, 2, 999]
    if kind is FlatIndex:  # another model's, of another length
        assert index.differing(ids, np.ones((320, 9), np.float32)).tolist() == ids.tolist()


# --- The file ---


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


def test_a_file_of_this_generation_that_lacks_a_vector_never_answers(
    store: Store, path: Path
) -> None:
    ids, vectors = store.evidence.vectors()
    index = FlatIndex.make(D)
    index.add(ids[1:], vectors[1:])
    save_index(path, Mark(store.generation, int(ids[-1]), True), index)
    assert_right(load_nearest(store, path), store)


def test_the_file_of_another_library_never_answers(store: Store, path: Path) -> None:
    with Store(path.with_name("other.db")) as other:
        put(other, unit(np.random.default_rng(9).standard_normal((50, D))))
        load_nearest(other, path)
    with pytest.raises(Spoiled, match="does not hold what the store holds"):
        compare_file(store, path)
    assert_right(load_nearest(store, path), store)


@pytest.mark.parametrize("flat_up_to", [100, 10])
def test_a_vector_that_changes_in_the_store_behind_its_back_is_told(
    store: Store, path: Path, flat_up_to: int
) -> None:
    load_nearest(store, path, flat_up_to=flat_up_to)
    assert compare_file(store, path, flat_up_to=flat_up_to).tolist() == []
    with closing(sqlite3.connect(path.with_name("library.db"))) as raw, raw:
        [(vector,)] = raw.execute("SELECT vector FROM passage_vector WHERE passage_id = 7")
        changed = vector[:3] + bytes([vector[3] ^ 0x80]) + vector[4:]
        raw.execute("UPDATE passage_vector SET vector = ? WHERE passage_id = 7", (changed,))
    assert store.check()
    assert compare_file(store, path, flat_up_to=flat_up_to).tolist() == [7]
    put(store, unit(np.random.default_rng(2).standard_normal((9, D))), "b.md")
    assert compare_file(store, path, flat_up_to=flat_up_to).tolist() == [7]


@pytest.mark.parametrize("content", [b"", b"IxM2" + b"\xff" * 500, b"{}" * 9])
def test_garbage_is_never_shown_to_faiss(store: Store, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert_right(load_nearest(store, path), store)


def test_a_file_that_faiss_cannot_read_is_built_again(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_nearest(store, path)

    class Later(FlatIndex):
        def write(self, write: Callable[[bytes], int]) -> None:
            write(b"Ix99 of a later version")

    save_index(path, Mark(store.generation, 50, True), Later(None))
    assert path.read_bytes().startswith(MAGIC)
    assert_right(load_nearest(store, path), store)
    assert "FAISS cannot read it" in caplog.text


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
