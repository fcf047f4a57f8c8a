"""The store: what is put comes back, is found, and is there whole or not at all."""

import math
import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import evidence
from index.embed import Embedding
from index.errors import DiskFull, LibraryError, StoreBusy, StoreDamaged, UnknownDocument
from index.store import Store
from index.types import Calibration, Document, Passage, Record, Span
from index.write import Part

D = 12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "library.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as store:
        yield store


def unit(generator: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    rows = generator.standard_normal(shape).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def embedding(sentences: int, seed: int = 0) -> Embedding:
    generator = np.random.default_rng(seed)
    counts = tuple(int(n) for n in generator.integers(0, 9, 1 + sentences))
    signs = generator.integers(0, 256, (sum(counts), 2)).astype(np.uint8)
    return Embedding(unit(generator, D), unit(generator, sentences, D), signs, counts)


def put(
    store: Store, name: str = "a.md", texts: Sequence[str] = ("one fish", "two fish"), **other: Any
) -> Record:
    """Put a document of one passage a text, whose terms are its words."""
    passages, start = [], 0
    for text in texts:
        end = start + len(text)
        passages.append(Passage(text, start, end, 1, 1, ("Head",), ((0, len(text)),)))
        start = end + 2
    arguments: dict[str, Any] = {
        "name": name,
        "source": f"/docs/{name}",
        "size_bytes": 9,
        "content_hash": "00",
        "language": "en",
    }
    terms = other.pop("terms", [text.split() for text in texts])
    embeddings = other.pop("embeddings", [embedding(1, i) for i in range(len(texts))])
    digests = other.pop("digests", [""] * len(texts))
    arguments["parts"] = list(map(Part, passages, terms, embeddings, digests))
    document = other.pop("document", Document(name.upper(), "\n\n".join(texts), (), 3))
    with store.transaction():
        return store.put(document, **(arguments | other))


def ids(store: Store) -> list[int]:
    return [int(id) for id in store.evidence.vectors()[0]]


def remove_all(store: Store) -> None:
    for record in store.records():
        store.remove(record.id)


# --- What is put comes back ---


@st.composite
def parts(draw: st.DrawFn) -> tuple[Document, list[Passage], list[Embedding], list[list[str]]]:
    text = draw(st.text(min_size=1, max_size=60))
    passages: list[Passage] = []
    for _ in range(draw(st.integers(0, 4))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        cuts = sorted(draw(st.lists(st.integers(0, end - start), min_size=2, max_size=5)))
        page = draw(st.none() | st.integers(1, 9_999))
        heading = tuple(draw(st.lists(st.text(max_size=9), max_size=3)))
        pairs = tuple(pairwise(cuts))
        passages.append(Passage(text[start:end], start, end, page, page, heading, pairs))
    embeddings = [embedding(len(p.sentences), draw(st.integers(0, 99))) for p in passages]
    terms = [draw(st.lists(st.text("abcéß漢🐟_\"'*", min_size=1, max_size=4))) for _ in passages]
    return Document(draw(st.text(max_size=9)), text, (), 2), passages, embeddings, terms


@settings(deadline=None, max_examples=40)
@given(parts())
def test_what_was_put_comes_back(
    put: tuple[Document, list[Passage], list[Embedding], list[list[str]]],
) -> None:
    document, passages, embeddings, terms = put
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        with Store(path) as store, store.transaction():
            record = store.put(
                document,
                name="n",
                source="/s",
                size_bytes=2**40,
                content_hash="ff",
                language="de",
                parts=list(map(Part, passages, terms, embeddings)),
            )
        with Store(path) as store:
            assert store.records() == (record,)
            assert (record.title, record.pages, record.passages) == (
                document.title,
                2,
                len(passages),
            )
            assert store.text(record.id) == document.text
            kept = ids(store)
            assert list(store.passages(kept).values()) == [(record, p) for p in passages]
            assert store.counts() == (len(passages), sum(map(len, terms)))
            assert np.array_equal(
                store.evidence.vectors()[1], [e.vector for e in embeddings] or np.empty((0, 0))
            )
            assert list(store.evidence.terms(kept).values()) == list(map(" ".join, terms))
            features = list(store.evidence.features(kept).values())
            for feature, given in zip(features, embeddings, strict=True):
                assert feature.sentence_vectors.dtype == np.float32
                assert np.allclose(feature.sentence_vectors, given.sentence_vectors, atol=1e-3)
                assert feature.token_counts == given.token_counts
                assert np.array_equal(feature.token_signs, given.token_signs)
            assert store.check() == ()


def test_passages_and_features_come_in_the_order_asked_without_those_gone(store: Store) -> None:
    put(store, texts=["one", "two", "three"])
    first, second, third = ids(store)
    asked = [third, 99, first, third]
    assert list(store.passages(asked)) == [third, first]
    assert list(store.evidence.features(np.array(asked))) == [third, first]
    assert store.passages([third])[third][1].text == "three"
    assert store.evidence.terms([third, 99, second]) == {third: "three", second: "two"}


def test_a_source_put_again_keeps_id_and_date_and_loses_its_passages(store: Store) -> None:
    before = put(store, "a.md", ["old words"])
    old = ids(store)
    other = put(store, "b.md", ["other words"])
    after = put(store, "renamed.md", ["new", "newer"], source=before.source, language="fr")
    assert after == replace(
        before,
        name="renamed.md",
        title="RENAMED.MD",
        passages=2,
        language="fr",
        updated=after.updated,
    )
    assert after.updated > before.updated
    assert store.records() == (other, after)
    assert store.evidence.match(["old"], 9) == []
    assert store.passages(old) == {}
    assert store.counts() == (3, 4)
    assert store.languages() == ("en", "fr")
    put(store, "c.md", ["wort"], language="de")
    assert store.languages() == ("de", "en", "fr")
    assert store.check() == ()


def test_what_is_removed_leaves_no_row_behind(store: Store, path: Path) -> None:
    kept, gone = put(store, "kept.md"), put(store, "gone.md", ["secret"])
    with store.transaction():
        store.remove(gone.id)
        store.remove(gone.id)
    assert store.records() == (kept,)
    assert store.evidence.document_frequencies(["secret", "fish"]) == {"secret": 0, "fish": 2}
    with pytest.raises(UnknownDocument, match="footnote documents"):
        store.text(gone.id)
    with store.transaction():
        remove_all(store)
    with closing(sqlite3.connect(path)) as raw:
        tables = ("document", "document_text", "passage", "passage_vector", "passage_feature")
        assert [raw.execute(f"SELECT count(*) FROM {t}").fetchone() for t in tables] == [(0,)] * 5
    assert store.counts() == (0, 0)
    assert store.check() == ()


def test_cleared_of_passages_the_documents_stay_to_be_embedded_anew(store: Store) -> None:
    first = put(store, "a.md")
    spans = (Span(0, 8, 1, ("Head",)), Span(10, 18, 1, ("Head",)))
    assert store.spans(first.id) == spans
    generation = store.generation
    with store.transaction():
        store.embedded_with = "model 1"
        store.clear_passages()
    assert store.embedded_with is None
    assert store.evidence.removed_since(generation) is None
    assert (store.counts(), store.spans(first.id)) == ((0, 0), ())
    again = put(store, "a.md")
    assert (again.id, again.added, store.spans(first.id)) == (first.id, first.added, spans)


def test_ids_are_never_used_twice(store: Store) -> None:
    gone = put(store)
    old = ids(store)
    with store.transaction():
        remove_all(store)
    assert put(store).id > gone.id
    assert min(ids(store)) > max(old)


def test_a_calibration_holds_for_the_scores_that_it_was_fitted_to(store: Store) -> None:
    assert (store.fitted.calibration("model 1"), store.fitted.scored_by) == (None, None)
    fitted = Calibration(1.5, 0.2, 0.9)
    with store.transaction():
        store.fitted.keep("model 1", fitted)
    assert (store.fitted.calibration("model 1"), store.fitted.scored_by) == (fitted, "model 1")
    assert store.fitted.calibration("model 2") is None
    with store.transaction():
        store.fitted.forget()
    assert (store.fitted.calibration("model 1"), store.fitted.scored_by) == (None, None)


def test_documents_their_passages_and_bytes_are_counted(store: Store) -> None:
    assert (store.document_count(), store.usage()) == (0, (0, 0, 0))
    put(store, "a.md", ["one", "two"], size_bytes=5)
    put(store, "b.md", ["three"], size_bytes=20)
    assert (store.document_count(), store.usage()) == (2, (2, 3, 25))


def test_documents_come_by_name_and_copies_in_the_order_they_came(store: Store) -> None:
    for name, content in (("c.md", "00"), ("b.md", "11"), ("a.md", "00")):
        put(store, name, content_hash=content)
    assert [record.name for record in store.records()] == ["a.md", "b.md", "c.md"]
    assert [record.name for record in store.by_content("00")] == ["c.md", "a.md"]
    assert store.by_content("22") == ()


def test_where_passages_stand_and_how_they_end_comes_back(store: Store) -> None:
    text = "It rained. Snow fell."
    cut = Passage(text, 0, 21, None, None, ("Sky",), ((0, 10), (11, 21)), "sky", "| when |")
    parts = [Part(cut, ["snow"], embedding(2)), Part(replace(cut, sentences=()), [], embedding(0))]
    with store.transaction():
        record = store.put(
            Document("t", text, ()),
            name="a.md",
            source="/a.md",
            size_bytes=1,
            content_hash="0",
            language="en",
            parts=parts,
        )
    put(store, "b.md", ["another"])
    assert store.endings(record.id) == {"Snow fell."}
    assert store.spans(record.id) == (Span(0, 21, None, ("Sky",), "sky", "| when |"),) * 2


def test_a_name_that_another_source_has_is_refused(store: Store) -> None:
    record = put(store, "a.md")
    with pytest.raises(LibraryError, match=r"^Another document has that name\."):
        put(store, "a.md", source="/elsewhere/a.md")
    assert store.records() == (record,)


def test_names_sources_and_roots_need_not_be_utf8(store: Store) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    record = put(store, name)
    with store.transaction():
        store.roots.add(Path("/docs", name))
        store.roots.exclude(name)
    assert (record.name, record.source) == (name, f"/docs/{name}")
    assert put(store, name).id == record.id
    assert store.roots.added() == (Path("/docs", name),)
    assert store.roots.excluded() == {name}
    assert store.find(name).id == record.id


def test_roots_and_exclusions_are_sets(store: Store) -> None:
    with store.transaction():
        for path in ("/b", "/a", "/b"):
            store.roots.add(Path(path))
            store.roots.exclude(path)
    assert store.roots.added() == (Path("/a"), Path("/b"))
    with store.transaction():
        store.roots.remove(Path("/a"))
        store.roots.include("/b")
    assert store.roots.added() == (Path("/b"),)
    assert store.roots.excluded() == {"/a"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"embeddings": [embedding(2)]},
        {"embeddings": [replace(embedding(1), vector=np.ones(D + 1, np.float32))]},
        {"embeddings": [replace(embedding(1), token_counts=(1, 1))]},
        {"terms": [["Capital"]]},
        {"terms": [["two words"]]},
        {"terms": [[""]]},
        {"document": Document("t", "another text", ())},
    ],
)
def test_parts_that_do_not_fit_are_refused(store: Store, wrong: dict[str, Any]) -> None:
    put(store, "first.md", ["there"])
    generation = store.generation
    with pytest.raises(ValueError):
        put(store, "second.md", ["text"], **wrong)
    assert len(store.records()) == 1
    assert store.generation == generation


# --- Transactions and snapshots ---


def test_nothing_inside_a_transaction_that_fails_is_kept(store: Store) -> None:
    put(store, "a.md")
    before = store.generation, store.records(), store.counts()

    def fail() -> None:
        with store.transaction():
            remove_all(store)
            store.embedded_with = "another"
            store.roots.add(Path("/x"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (store.generation, store.records(), store.counts()) == before
    assert (store.embedded_with, store.roots.added()) == (None, ())
    assert store.check() == ()


def test_the_generation_changes_with_the_passages_and_only_with_them(
    store: Store, path: Path
) -> None:
    record = put(store)
    with Store(path) as other:
        seen = [other.generation]
        put(store)
        seen.append(other.generation)
        with store.transaction():
            store.remove(record.id)
        seen.append(other.generation)
        with store.transaction():
            store.clear_passages()
        seen.append(other.generation)
        with store.transaction():
            store.roots.add(Path("/x"))
            store.embedded_with = "model"
        assert other.generation == seen[-1]
        assert other.embedded_with == "model"
    assert len(set(seen)) == 4


def test_what_has_gone_is_told_for_as_many_changes_as_are_kept(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.generations.KEPT_GENERATIONS", 3)
    generations, numbers = [], []
    for number in range(6):
        put(store, texts=[f"text {number}"])
        generations.append(store.generation)
        numbers += ids(store)
    gone = [store.evidence.removed_since(generation) for generation in generations]
    assert [None if some is None else some.tolist() for some in gone] == [
        *(None, None, None),
        *(numbers[3:5], numbers[4:5], []),
    ]
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM removed").fetchone() == (2,)
        assert raw.execute("SELECT count(*) FROM past").fetchone() == (3,)


def test_changes_outside_a_transaction_are_refused(store: Store) -> None:
    for change in (store.clear_passages, lambda: store.roots.add(Path("/x"))):
        with pytest.raises(RuntimeError):
            change()
        with store.snapshot(), pytest.raises(RuntimeError):
            change()
    with store.transaction(), pytest.raises(RuntimeError), store.transaction():
        pass
    with store.snapshot(), pytest.raises(RuntimeError), store.transaction():
        pass
    put(store)


def test_a_snapshot_is_of_one_moment(store: Store, path: Path) -> None:
    put(store, "a.md")
    with Store(path) as other:
        with other.snapshot():
            before = other.generation
            put(store, "b.md")
            with other.snapshot():
                assert other.generation == before
            assert len(other.records()) == 1
        assert len(other.records()) == 2


def test_whoever_waits_too_long_for_another_writer_is_told(store: Store, path: Path) -> None:
    put(store)
    with Store(path, busy_timeout_s=0.05) as other:
        with store.transaction(), pytest.raises(StoreBusy, match="Another Footnote"):
            put(other, "b.md")
        put(other, "b.md")
    assert len(store.records()) == 2


@pytest.mark.parametrize("spare_pages", range(0, 12, 2))
def test_a_full_disk_changes_nothing(store: Store, path: Path, spare_pages: int) -> None:
    put(store)
    before = store.generation, store.records(), store.counts()
    connection = store._db._connection
    [(pages,)] = connection.execute("PRAGMA page_count")
    connection.execute(f"PRAGMA max_page_count = {pages + spare_pages}")
    large = [f"word{i} " * 9_000 for i in range(9)]
    with pytest.raises(DiskFull, match="MB is free"):
        put(store, "large.md", large)
    assert (store.generation, store.records(), store.counts()) == before
    assert store.check() == ()
    connection.execute("PRAGMA max_page_count = 1000000")
    put(store, "large.md", large)
    assert len(store.records()) == 2


def test_an_error_that_is_swallowed_cannot_leave_half_a_document(store: Store) -> None:
    put(store)
    connection = store._db._connection
    [(pages,)] = connection.execute("PRAGMA page_count")
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    with store.transaction():
        pass

    def go_on() -> None:
        with store.transaction():
            with suppress(DiskFull):
                text = "x " * 90_000
                store.put(
                    Document("t", text, ()),
                    name="b.md",
                    source="/b.md",
                    size_bytes=1,
                    content_hash="0",
                    language="en",
                    parts=[
                        Part(Passage(text, 0, len(text), None, None, (), ()), ["x"], embedding(0))
                    ],
                )
            with pytest.raises(RuntimeError):
                store.roots.add(Path("/x"))

    with pytest.raises(LibraryError):
        go_on()
    assert (len(store.records()), store.roots.added()) == (1, ())


# --- The file ---


def test_reading_where_nothing_was_added_leaves_no_litter(store: Store, path: Path) -> None:
    assert (store.records(), store.roots.added(), store.counts()) == ((), (), (0, 0))
    assert (
        store.evidence.match(["fish"], 9),
        store.passages([1]),
        store.evidence.features([1]),
        store.evidence.terms([1]),
    ) == ([], {}, {}, {})
    assert [len(part) for part in store.evidence.vectors()] == [0, 0]
    assert store.check() == ()
    assert not path.parent.exists()
    with Store(path) as other:
        put(other)
    assert len(store.records()) == 1
    put(store, "b.md")
    assert len(store.records()) == 2


def test_the_files_are_for_their_owner_only(store: Store, path: Path) -> None:
    put(store)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    files = list(path.parent.iterdir())
    assert {file.name for file in files} == {"library.db", "library.db-wal", "library.db-shm"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_file_of_no_bytes_is_an_empty_library(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    path.touch()
    with Store(path) as store:
        assert store.records() == ()
        assert path.stat().st_size == 0
        put(store)
        assert len(store.records()) == 1


@pytest.mark.parametrize("content", [b"Dear diary, " * 500, b"\0" * 9_000, b"xy"])
def test_a_file_that_is_no_library_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"library\.db is damaged .*`footnote doctor --repair`"):
        Store(path)
    assert path.read_bytes() == content


def test_a_damaged_header_is_noticed(path: Path) -> None:
    with Store(path) as store:
        put(store)
    data = path.read_bytes()
    path.write_bytes(b"SQLite format 4" + data[15:])
    with pytest.raises(StoreDamaged):
        Store(path)


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is no file"):
        Store(tmp_path)


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").touch()
    with pytest.raises(LibraryError, match="library"), Store(tmp_path / "folder/library.db") as s:
        put(s)


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "library.db")) as raw:
        raw.execute("CREATE TABLE bookmarks (url)")
    with pytest.raises(LibraryError, match="another program"):
        Store(tmp_path / "library.db")


def test_a_newer_footnotes_file_is_refused(path: Path) -> None:
    with Store(path) as store:
        put(store)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="format 99, and this Footnote reads formats 1 to"):
        Store(path)


# --- Damage ---


def read_all(store: Store) -> tuple[object, ...]:
    found = [int(id) for id in store.evidence.vectors()[0]]
    return (
        store.generation,
        store.counts(),
        [store.text(record.id) for record in store.records()],
        [passage.text for _, passage in store.passages(found).values()],
        store.evidence.vectors()[1].sum(),
        [
            (features.sentence_vectors.sum(), features.token_signs.sum())
            for features in store.evidence.features(found).values()
        ],
        store.evidence.terms(found),
        store.evidence.match(["fish"], 99),
        store.evidence.document_frequencies(["fish"]),
    )


def fill(path: Path, documents: int = 6) -> None:
    with Store(path) as store:
        for i in range(documents):
            put(store, f"{i}.md", [f"fish {i} {j} " * 200 for j in range(8)])


def test_every_page_that_is_overwritten_is_found(path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    size = 16_384
    assert len(whole) // size > 20
    for start in range(0, len(whole), size):
        path.write_bytes(whole[:start] + b"\xa5" * size + whole[start + size :])
        try:
            with Store(path) as store:
                assert store.check(), f"page {start // size}"
        except StoreDamaged:
            pass


def test_check_waits_for_a_writer_and_then_says_so(store: Store, path: Path) -> None:
    put(store)
    with Store(path, busy_timeout_s=0.05) as other, other.transaction():
        remove_all(other)
        with pytest.raises(StoreBusy), Store(path, busy_timeout_s=0.05) as third:
            third.check()
    assert store.check() == ()


def test_a_library_without_its_row_is_damaged(store: Store, path: Path) -> None:
    put(store)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DELETE FROM library")
    for read in (store.counts, lambda: store.generation, lambda: store.embedded_with):
        with pytest.raises(StoreDamaged):
            read()
    assert store.check()


def test_a_truncated_file_is_found(path: Path) -> None:
    fill(path)
    whole = path.read_bytes()
    for pages in (1, 5, 20):
        path.write_bytes(whole[: pages * 16_384 + 100])
        with pytest.raises(StoreDamaged), Store(path) as store:
            read_all(store)


def test_flipped_bits_raise_nothing_but_library_errors(path: Path) -> None:
    fill(path, 3)
    whole = path.read_bytes()
    random = Random(1)
    failures = 0
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(20):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        path.write_bytes(data)
        with suppress(LibraryError), Store(path) as store:
            store.check()
            failures += 1
            read_all(store)
            failures -= 1
    assert failures > 5  # else the test would test nothing


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("UPDATE passage SET text = 'another'", "Passage 1 is no slice of document 1"),
        ("UPDATE document_text SET text = 'x'", "Passage 2 is no slice"),
        ("UPDATE passage SET terms = 'whale'", "The full text"),
        ("UPDATE passage SET sentences = '[['", "Passage 1 makes no sense"),
        (
            "UPDATE passage_vector SET vector = x'00000000' WHERE passage_id = 1",
            "Passage 1 has dam",
        ),
        ("UPDATE passage_vector SET vector = x'00'", "Passage 1 has damaged vectors"),
        (f"UPDATE passage_vector SET vector = x'{'00' * 44}0000c07f'", "damaged vectors"),
        ("UPDATE passage_feature SET token_signs = x''", "Passage 2 has damaged vectors"),
        ("UPDATE passage_feature SET sentence_vectors = x''", "Passage 2 has damaged vectors"),
        ("DELETE FROM passage_feature WHERE passage_id = 2", "Passage 2 has no vectors"),
        ("DELETE FROM document", "belongs to no document"),
        ("UPDATE library SET terms = 5", "There are"),
        ("UPDATE document SET passages = 3", "Document 1 has 2 passages instead of 3"),
    ],
)
def test_check_finds_what_does_not_agree(
    store: Store, path: Path, damage: str, finding: str
) -> None:
    put(store)
    assert store.check() == ()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(damage)
    assert finding in " ".join(map(str, store.check()))


# --- A name that a person gives ---


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("club/rules.md", "club/rules.md"),
        ("/docs/club/rules.md", "club/rules.md"),
        ("The Rules", "club/rules.md"),
        ("the RULES", "club/rules.md"),
        ("Club/Rules.md", "club/rules.md"),
        ("RULES.md", "club/rules.md"),
        ("notes.md", "notes.md"),
        ("b/notes.md", "b/notes.md"),
        ("Straße.md", "strasse.md"),
    ],
)
def test_find_takes_what_people_type(store: Store, wanted: str, name: str) -> None:
    for other in ("notes.md", "a/notes.md", "b/notes.md", "strasse.md"):
        put(store, other)
    put(store, "club/rules.md", ["x"], document=Document("The Rules", "x", ()))
    assert store.find(wanted).name == name


def test_find_lists_candidates(store: Store) -> None:
    with pytest.raises(UnknownDocument, match=r"^No document is named x\. `footnote documents`"):
        store.find("x")
    for i in range(7):
        put(store, f"{i}/rules.md")
    with pytest.raises(UnknownDocument, match=r"^No document is named ules\.md"):
        store.find("ules.md")
    with pytest.raises(UnknownDocument, match=r"7 documents answer to rules\.md: 0/rules\.md, 1/"):
        store.find("rules.md")
    with pytest.raises(UnknownDocument, match=r"closest: .*/rules\.md.*`footnote documents`") as c:
        store.find("0/ruels.md")
    assert str(c.value).count("/rules.md") == 5
    with pytest.raises(UnknownDocument, match=r"named \\x1b\. "):
        store.find("\x1b")


# --- Full text ---

TERM = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6
).map(str.casefold)


@settings(deadline=None, max_examples=40)
@given(st.sets(TERM.filter(lambda term: not any("A" <= c <= "Z" for c in term)), max_size=25))
def test_a_term_is_found_by_itself_and_by_no_other(terms: set[str]) -> None:
    with TemporaryDirectory() as folder, Store(Path(folder) / "library.db") as store:
        words = sorted(terms)
        put(store, texts=["-"] * len(words), terms=[[word] for word in words])
        found = ids(store)
        assert [store.evidence.match([word], 99) for word in words] == [[id] for id in found]
        assert store.evidence.document_frequencies(words) == dict.fromkeys(words, 1)


def test_case_and_accents_are_the_callers_business(store: Store) -> None:
    words = ["strasse", "straße", "ſ", "s", "µ", "μ", "é", "e\u0301", "e", "ς", "σ", "Ä", "ä", "_"]
    put(store, texts=["-"] * len(words), terms=[[word] for word in words])
    assert [store.evidence.match([word], 99) for word in words] == [[id] for id in ids(store)]


def test_query_syntax_is_looked_for_as_it_is(store: Store) -> None:
    odd = ['"', '""', "*", "a*", "near(a", "-a", "terms:a", "^a", "🐟", "(", "a+b", "'", ";--"]
    put(store, texts=["a b", *odd], terms=[["a", "b"], *([term] for term in odd)])
    first, *rest = ids(store)
    assert [store.evidence.match([term], 99) for term in odd] == [[id] for id in rest]
    assert store.evidence.match(["a"], 99) == [first]
    for hostile in ("NEAR", "a OR b", "a AND b", "\0", "", " ", "\ud800", "A", "a\nb"):
        assert store.evidence.match([hostile], 99) == []
        assert store.evidence.document_frequencies([hostile]) == {hostile: 0}
    assert store.evidence.match([], 99) == []
    assert store.evidence.match([f"t{i}" for i in range(3_000)] + ["b"], 99) == [first]


def test_full_text_ranks_as_a_plain_loop_does(store: Store) -> None:
    random = Random(4)
    words = [f"w{int(random.paretovariate(0.6))}" for _ in range(4_000)]
    texts = []
    while words:
        texts.append(" ".join(words[: (length := random.randrange(1, 60))]))
        del words[:length]
    put(store, texts=texts)
    bags = dict(zip(ids(store), (Counter(text.split()) for text in texts), strict=True))

    def bm25(bag: Counter[str], query: set[str]) -> float:
        score = 0.0
        for term in query:
            df = sum(term in bag for bag in bags.values())
            idf = math.log(1 + (len(bags) - df + 0.5) / (df + 0.5))
            score += idf * bag[term] / (bag[term] + 1.2)
        return score

    for _ in range(20):
        query = {f"w{int(random.paretovariate(0.3))}" for _ in range(4)} | {"w9"}
        scores = {id: bm25(bag, query) for id, bag in bags.items() if query & bag.keys()}
        best = sorted(scores.values(), reverse=True)[:10]
        found = store.evidence.match([*query, min(query)], 10)
        assert [scores[id] for id in found] == pytest.approx(best)
        assert store.evidence.document_frequencies(query) == {
            term: sum(term in bag for bag in bags.values()) for term in query
        }
    assert store.counts() == (len(bags), 4_000)


# --- Older files ---


def test_a_file_of_the_first_format_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.executescript((Path(__file__).parent / "schema-1.sql").read_text())
        raw.execute(
            """INSERT INTO document VALUES (1, 'a.md', '/a.md', 'A', NULL, 1, 3, '00', 'en',
            '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')"""
        )
        raw.execute("INSERT INTO document_text VALUES (1, 'one fish')")
        raw.execute(
            """INSERT INTO passage VALUES (1, 1, 'one fish', 0, 8, NULL, NULL, '[]', '[[0, 8]]',
            'one fish', 2)"""
        )
        row = unit(np.random.default_rng(1), D)
        raw.execute("INSERT INTO passage_vector VALUES (1, ?)", (row.tobytes(),))
        raw.execute(
            "INSERT INTO passage_feature VALUES (1, ?, ?, 2, '[1, 2]')",
            (row.astype("<f2").tobytes(), bytes(6)),
        )
        raw.commit()
    with Store(path) as store:
        [record] = store.records()
        assert (record.name, record.link, record.origin, record.failure) == (
            "a.md",
            None,
            None,
            None,
        )
        [(_, passage)] = store.passages([1]).values()
        assert (passage.text, passage.fragment, passage.header) == ("one fish", "", "")
        assert store.evidence.match(["fish"], 9) == [1]
        assert store.check() == ()
        put(store, "b.md", ["two fish"])
        assert store.evidence.match(["fish"], 9) == [1, 2]


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6])
def test_an_old_file_that_was_brought_up_to_date_is_as_a_new_one(
    tmp_path: Path, version: int
) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as raw:
        raw.executescript((Path(__file__).parent / f"schema-{version}.sql").read_text())
        assert raw.execute("PRAGMA user_version").fetchall() == [(version,)]
    Store(tmp_path / "old.db").close()
    with Store(tmp_path / "new.db") as store, store.transaction():
        store.roots.add(Path("/x"))
    columns = []
    for name in ("old.db", "new.db"):
        with closing(sqlite3.connect(tmp_path / name)) as raw:
            tables = raw.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
            columns.append(
                [(t, raw.execute(f"PRAGMA table_xinfo('{t}')").fetchall()) for (t,) in tables]
                + raw.execute("PRAGMA user_version").fetchall()
            )
    assert columns[0] == columns[1]


@pytest.mark.parametrize("version", [3, 4])
def test_a_file_without_seals_is_whole_and_knows_what_had_gone(path: Path, version: int) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.executescript((Path(__file__).parent / f"schema-{version}.sql").read_text())
        [(generation,)] = raw.execute("SELECT generation FROM library")
        raw.execute("INSERT INTO removed SELECT max(number), 7 FROM past")
    with Store(path) as store:
        gone = store.evidence.removed_since(generation)
        assert gone is not None and gone.tolist() == [7]
        assert store.check() == ()
        put(store)
        with store.transaction():
            store.embedded_with = "a"
            remove_all(store)
        assert store.check() == ()


# --- Passages that stay ---


def assert_whole_but_for_digests(store: Store) -> None:
    """Fail if anything is wrong beside the digests, which are made up here."""
    assert [str(damage) for damage in store.check() if "another digest" not in str(damage)] == []


def test_a_passage_of_the_same_digest_keeps_its_number_and_needs_no_embedding(store: Store) -> None:
    put(store, texts=["one", "two", "three"], digests=["1", "2", "3"])
    first, second, third = ids(store)
    generation = store.generation
    put(
        store,
        texts=["new", "two", "one"],
        digests=["n", "2", "1"],
        embeddings=[embedding(1), None, None],
    )
    kept = {passage.text: id for id, (_, passage) in store.passages(ids(store)).items()}
    assert (kept["one"], kept["two"]) == (first, second)
    assert kept["new"] not in (first, second, third)
    assert store.passages([first])[first][1].start_char == 10
    assert store.generation != generation
    assert_whole_but_for_digests(store)


def test_only_places_that_change_leave_the_generation_as_it_is(store: Store) -> None:
    put(store, texts=["one", "two"], digests=["1", "2"])
    generation, before = store.generation, ids(store)
    put(store, texts=["two", "one"], digests=["2", "1"], embeddings=[None, None])
    assert (store.generation, ids(store)) == (generation, before)
    [record] = store.records()
    assert store.passage_ids(record.id) == before[::-1]
    assert [span.start_char for span in store.spans(record.id)] == [0, 5]
    assert_whole_but_for_digests(store)


def test_the_same_digest_twice_keeps_two_passages(store: Store) -> None:
    record = put(store, texts=["one", "one"], digests=["1", "1"])
    assert store.digests(record.id) == {"1": 2}
    put(store, texts=["one"], digests=["1"], embeddings=[None])
    assert store.counts() == (1, 1)
    with pytest.raises(StoreBusy, match="has changed this document meanwhile"):
        put(store, texts=["one", "one"], digests=["1", "1"], embeddings=[None, None])
    assert store.counts() == (1, 1)


def test_embeddings_are_found_by_their_digests(store: Store) -> None:
    put(store, texts=["one", "two"], digests=["1", "2"])
    put(store, "b.md", texts=["of no digest"])
    [found] = store.embeddings(["2", "3", ""]).values()
    assert np.array_equal(found.vector, embedding(1, 1).vector)
    assert np.array_equal(found.token_signs, embedding(1, 1).token_signs)
    assert found.token_counts == embedding(1, 1).token_counts


def test_in_a_large_library_full_text_looks_for_rare_terms_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, texts=[*["common"] * 30, *["common rare rare"] * 3, *["rare"] * 2])
    common, both, rare = ids(store)[:30], ids(store)[30:33], ids(store)[33:]
    assert store.evidence.match(["common", "rare"], 99) == [*both, *rare, *common]
    monkeypatch.setattr(evidence, "MOST_RANKED", 10)
    assert store.evidence.match(["common", "rare"], 99) == [*both, *rare]
    # Where the rarest is that frequent, the oldest are ranked.
    assert store.evidence.match(["common"], 99) == common[:10]


def test_among_some_passages_frequent_terms_are_looked_for_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_RANKED", 2)
    put(store, texts=[*["common"] * 9, "common rare", "rare", *["common"] * 9])
    few = [ids(store)[place] for place in (10, 3, 9)]
    assert store.evidence.match(["common", "rare"], 99, few) == [few[2], few[0], few[1]]
    assert store.evidence.match(["common", "rare"], 99, []) == []


def test_passages_that_are_left_out_hide_no_others_that_hold_a_term(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, texts=[*["common"] * 20, "common rare", *["common"] * 9])
    left_out, others = np.array(ids(store)[:20]), ids(store)[20:]
    assert store.evidence.match(["rare", "common"], 3, without=left_out) == others[:3]
    monkeypatch.setattr(evidence, "MOST_RANKED", 10)
    assert store.evidence.match(["common"], 99, without=left_out) == others
    assert store.evidence.match(["common"], 99, without=np.array(ids(store))) == []


def test_the_passages_of_documents_are_told_as_they_are_now(store: Store) -> None:
    put(store, "a.md", ["one", "two"])
    put(store, "b.md", ["three"])
    first, second = (store.find(name).id for name in ("a.md", "b.md"))
    for _ in range(2):
        both = store.evidence.passages_of(frozenset([second, first, 99]))
        assert both.tolist() == [*store.passage_ids(first), *store.passage_ids(second)]
    put(store, "a.md", ["four", "five", "six"])
    assert store.evidence.passages_of(frozenset([first])).tolist() == store.passage_ids(first)
    for number in range(20):
        store.evidence.passages_of(frozenset([number]))
    assert store.evidence.passages_of(frozenset([first])).tolist() == store.passage_ids(first)
    assert store.evidence.passages_of(frozenset()).tolist() == []


def test_frequencies_follow_what_comes_goes_and_is_taken_back(store: Store) -> None:
    put(store)
    assert store.evidence.document_frequencies(["fish", "crab"]) == {"fish": 2, "crab": 0}
    with suppress(ZeroDivisionError), store.transaction():
        store.remove(store.records()[0].id)
        assert store.evidence.document_frequencies(["fish"]) == {"fish": 0}
        raise ZeroDivisionError
    assert store.evidence.document_frequencies(["fish"]) == {"fish": 2}
    put(store, texts=["one crab"])
    assert store.evidence.document_frequencies(["fish", "crab"]) == {"fish": 0, "crab": 1}
