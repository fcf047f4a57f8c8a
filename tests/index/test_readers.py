"""Who may read which document: bonds that stay, and answers that tell nothing of what is hidden."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.context import find_surroundings
from index.errors import ReadersError, StoreDamaged, UnknownDocument
from index.follow import read_question
from index.library import Library
from index.readers import MOST_LABELS
from index.recall import CANDIDATES
from index.repair import repair_library
from index.search import rank_passages, weigh_words
from index.types import Answer, Document, Incoming, Look, Span, Taught
from tests.index.archives import back_up, restore
from tests.index.conftest import HashEncoder

QUESTION = "When does the museum open?"
PAGE, RULES = "https://example.org/rules", "Dogs stay outside. Cats may come in."


def make_look() -> Look:
    """What a look at the page finds."""
    page = Incoming("rules", PAGE, Document("Rules", RULES, (Span(0, len(RULES)),)), 9, "00", PAGE)
    return Look((page,), frozenset([PAGE]))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "museum.txt").write_text("The museum opens at nine. It is closed on Mondays.")
    (folder / "garden.txt").write_text("The garden opens at ten. Dogs stay outside.")
    (folder / "staff.txt").write_text("The museum opens at eight for its staff.")
    with Library(tmp_path / "library", HashEncoder) as library:
        library.add([folder])
        yield library


def id_of(library: Library, name: str) -> int:
    record = library.store.by_name(name)
    assert record is not None
    return record.id


def named(answer: Answer) -> set[str]:
    """The documents that an answer tells of."""
    hits = {hit.document.name for hit in answer.hits}
    return hits | {record.name for hit in answer.hits for record, _ in hit.also}


# --- Bonds ---


def test_a_bound_document_is_found_with_one_of_its_labels_only(library: Library) -> None:
    library.bind("staff.txt", ["c1", "r2"])
    assert library.store.readers.bonds() == {"staff.txt": frozenset({"c1", "r2"})}
    for labels in (["c1"], ["r2", "c9"], None):
        assert "staff.txt" in named(library.ask(QUESTION, labels=labels))
        assert library.store.readers.hidden(labels) == frozenset()
    for labels in ([], ["c2"], ["r1", "c12"]):
        assert named(library.ask(QUESTION, labels=labels)) == {"museum.txt", "garden.txt"}
        assert library.store.readers.hidden(labels) == {id_of(library, "staff.txt")}
    assert library.check() == ()


def test_a_bond_is_changed_and_dropped(library: Library) -> None:
    library.bind("staff.txt", ["c1"])
    library.bind("staff.txt", ["c2"])
    assert library.store.readers.bonds() == {"staff.txt": frozenset({"c2"})}
    library.bind("staff.txt", [])
    assert library.store.readers.bonds() == {}
    assert "staff.txt" in named(library.ask(QUESTION, labels=[]))


def test_another_process_sees_a_bond_at_once(library: Library) -> None:
    with Library(library.folder, HashEncoder) as other:
        assert "staff.txt" in named(other.ask(QUESTION, labels=[]))
        library.bind("staff.txt", ["c1"])
        assert "staff.txt" not in named(other.ask(QUESTION, labels=[]))
        library.bind("staff.txt", [])
        assert "staff.txt" in named(other.ask(QUESTION, labels=[]))


def test_only_a_document_of_just_that_name_is_bound(library: Library) -> None:
    for name in ("staff", "STAFF.txt", "nothing.txt"):
        with pytest.raises(UnknownDocument, match="No document is named"):
            library.bind(name, ["c1"])
    assert library.store.readers.bonds() == {}


@pytest.mark.parametrize("label", ["", "c", "1", "c1 ", "c1\n", "cc1", "C1", "c-1", "c" + "1" * 21])
def test_what_is_no_label_is_refused(library: Library, label: str) -> None:
    library.bind("staff.txt", ["c1"])
    with pytest.raises(ReadersError):
        library.bind("staff.txt", ["c2", label])
    assert library.store.readers.bonds() == {"staff.txt": frozenset({"c1"})}


def test_a_document_has_so_many_labels_at_most(library: Library) -> None:
    labels = [f"r{number}" for number in range(MOST_LABELS)]
    library.bind("staff.txt", labels)
    with pytest.raises(ReadersError, match="51 readers are chosen, and 50 are allowed"):
        library.bind("staff.txt", [*labels, "r50"])
    assert library.store.readers.bonds() == {"staff.txt": frozenset(labels)}


# --- What is hidden is not told of ---


def test_a_hidden_document_is_asked_for_as_if_it_were_gone(library: Library) -> None:
    staff = id_of(library, "staff.txt")
    library.bind("staff.txt", ["c1"])
    assert library.ask(QUESTION, within=staff, labels=["c1"]).hits
    with pytest.raises(UnknownDocument, match="gone"):
        library.ask(QUESTION, within=staff, labels=["c2"])


def test_a_passage_of_a_hidden_document_is_gone_for_who_may_not_read_it(library: Library) -> None:
    [passage] = library.store.passage_ids(id_of(library, "staff.txt"))
    library.bind("staff.txt", ["c1"])
    assert find_surroundings(library.store, passage, ["c1"])[0].name == "staff.txt"
    with pytest.raises(UnknownDocument, match="gone"):
        find_surroundings(library.store, passage, [])
    assert library.pictures(passage, labels=["c1"]) == ()
    with pytest.raises(UnknownDocument, match="gone"):
        library.pictures(passage, labels=[])


def test_counts_languages_and_names_tell_nothing_of_what_is_hidden(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "haus.txt").write_text("Das Haus hat viele Zimmer, und der Garten ist sehr schön.")
    library.add([tmp_path / "haus.txt"])
    library.bind("haus.txt", ["c1"])
    hidden = library.store.readers.hidden(["c2"])
    assert (library.store.document_count(), library.store.document_count(hidden)) == (4, 3)
    assert (library.store.languages(), library.store.languages(hidden)) == (("de", "en"), ("en",))
    assert library.store.find("haus.txt").name == "haus.txt"
    with pytest.raises(UnknownDocument) as caught:
        library.store.find("haus.tx", hidden)
    assert "haus.txt" not in str(caught.value).replace("haus.tx.", "")
    with pytest.raises(UnknownDocument):
        library.store.find("haus.txt", hidden)


# --- A bond stays with its document ---


def hides(library: Library, name: str) -> bool:
    """Whether a document, which is there, is bound to c1."""
    assert library.store.readers.hidden(["c1"]) == frozenset()
    assert library.check() == ()
    return library.store.readers.hidden([]) == {id_of(library, name)}


@pytest.mark.parametrize("full", [False, True])
def test_a_bond_outlives_a_reindex_and_a_change(
    library: Library, tmp_path: Path, full: bool
) -> None:
    library.bind("staff.txt", ["c1"])
    (tmp_path / "documents" / "staff.txt").write_text("The museum opens at seven for its staff.")
    (tmp_path / "documents" / "garden.txt").unlink()
    library.reindex(full=full)
    assert hides(library, "staff.txt")
    assert named(library.ask(QUESTION, labels=[])) == {"museum.txt"}


@pytest.mark.parametrize("full", [False, True])
def test_a_bond_follows_a_file_that_moves(library: Library, tmp_path: Path, full: bool) -> None:
    library.bind("staff.txt", ["c1"])
    (tmp_path / "documents" / "deep").mkdir()
    (tmp_path / "documents" / "staff.txt").rename(tmp_path / "documents" / "deep" / "hours.txt")
    library.reindex(full=full)
    assert hides(library, "deep/hours.txt")


def test_a_document_that_goes_and_comes_back_finds_its_bond_and_its_id(
    library: Library, tmp_path: Path
) -> None:
    library.bind("staff.txt", ["c1"])
    file, before = tmp_path / "documents" / "staff.txt", id_of(library, "staff.txt")
    text = file.read_text()
    file.unlink()
    assert library.reindex().removed == ("staff.txt",)
    assert library.store.readers.bonds() == {}
    # Taught answers that cite it are still not for everybody.
    assert library.store.readers.hidden([]) == {before}
    file.write_text(text)
    library.reindex()
    assert hides(library, "staff.txt")
    assert id_of(library, "staff.txt") == before


def test_a_bond_is_found_again_by_where_a_document_is_from_whatever_its_name(
    library: Library, tmp_path: Path
) -> None:
    library.bind("staff.txt", ["c1"])
    file, text = tmp_path / "documents" / "staff.txt", "The museum opens at eight for its staff."
    file.unlink()
    library.reindex()
    (tmp_path / "staff.txt").write_text("The staff of the garden wears green.")
    library.add([tmp_path / "staff.txt"])
    assert library.store.readers.bonds() == {}
    file.write_text(text)
    library.reindex()
    assert hides(library, "documents/staff.txt")


def test_a_file_that_moves_to_the_place_of_a_bond_takes_that_bond(
    library: Library, tmp_path: Path
) -> None:
    library.bind("staff.txt", ["c1"])
    folder = tmp_path / "documents"
    (folder / "staff.txt").unlink()
    library.reindex()
    (folder / "garden.txt").rename(folder / "staff.txt")
    library.reindex()
    assert hides(library, "staff.txt")


def test_a_bond_outlives_another_upload_of_the_same_name(library: Library) -> None:
    library.keep([("rules.md", b"# Rules\n\nDogs stay outside.")])
    library.bind("rules.md", ["c1"])
    assert library.keep([("rules.md", b"# Rules\n\nCats stay outside.")]).updated
    assert hides(library, "rules.md")


def test_a_bond_outlives_a_page_that_goes_and_comes_back(library: Library) -> None:
    library.add_origin("page", PAGE, {}, every_s=60, look=make_look())
    library.bind("rules", ["c1"])
    [origin] = library.origins()
    assert library.take(origin, Look((), frozenset())).removed == ("rules",)
    assert library.take(origin, make_look()).added == ("rules",)
    assert hides(library, "rules")


def test_what_an_admin_removes_comes_back_for_everybody_but_not_what_was_taught_from_it(
    library: Library, tmp_path: Path
) -> None:
    taught = library.teach(QUESTION, "At nine.")
    library.add_origin("page", PAGE, {}, every_s=60, look=make_look())
    for name in ("staff.txt", "rules", f"Taught answer {taught.id}"):
        library.bind(name, ["c1"])
    before = library.store.readers.hidden([])
    library.remove("staff.txt")
    library.remove_origin(library.origins()[0])
    library.unteach(taught.id)
    library.add([tmp_path / "documents" / "staff.txt"])
    library.add_origin("page", PAGE, {}, every_s=60, look=make_look())
    assert library.store.readers.bonds() == {}
    assert library.store.readers.hidden([]) == before
    assert before.isdisjoint(record.id for record in library.store.records())
    assert {"staff.txt", "rules"} < named(library.ask(QUESTION, labels=[]))
    assert library.check() == ()


def test_a_backup_brings_bonds_along_to_another_folder(tmp_path: Path) -> None:
    with Library(tmp_path / "libraries" / "default", HashEncoder) as library:
        library.keep([("rules.md", b"Dogs stay outside."), ("gone.md", b"It is gone.")])
        library.bind("rules.md", ["c1"])
        library.bind("gone.md", ["c1"])
        before = id_of(library, "gone.md")
        (library.files / "gone.md").unlink()
        library.reindex()
    back_up(tmp_path / "backup.zip", tmp_path / "libraries")
    restore(tmp_path / "backup.zip", tmp_path / "fresh")
    with Library(tmp_path / "fresh" / "default", HashEncoder) as restored:
        assert restored.store.readers.bonds() == {"rules.md": frozenset({"c1"})}
        restored.keep([("rules.md", b"Cats stay outside."), ("gone.md", b"It is back.")])
        assert restored.store.readers.hidden([]) == {before, id_of(restored, "rules.md")}
        assert len(restored.store.readers.bonds()) == 2
        assert restored.check() == ()


# --- Damage lets nobody in ---


def spoil(library: Library, *statements: str) -> None:
    with closing(sqlite3.connect(library.folder / "library.db")) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def repair(library: Library) -> str:
    library.close()
    options = {"alone": True}
    return "\n".join(
        repair_library(library.folder, lambda: Library(library.folder, HashEncoder, **options))
    )


@pytest.mark.parametrize("damage", ["labels = '[\"c2\"]'", "labels = '[]'", "seal = 'x'"])
def test_a_damaged_bond_stops_answers_and_is_nobodys_once_mended(
    library: Library, damage: str
) -> None:
    library.bind("staff.txt", ["c1"])
    library.bind("garden.txt", ["c1"])
    spoil(library, f"UPDATE reader SET {damage} WHERE source LIKE '%staff.txt'")
    assert list(map(str, library.check())) == ["A row of reader is not what was written."]
    with Library(library.folder, HashEncoder) as other:
        for labels in ([], ["c2"]):
            with pytest.raises(StoreDamaged, match="row of reader"):
                other.ask(QUESTION, labels=labels)
    assert "nobody may read them: `footnote documents` shows which." in repair(library)
    with Library(library.folder, HashEncoder) as mended:
        assert mended.check() == ()
        assert mended.store.readers.bonds() == {
            "garden.txt": frozenset({"c1"}),
            "staff.txt": frozenset(),
        }
        assert "staff.txt" not in named(mended.ask(QUESTION, labels=["c1", "c2"]))
        mended.bind("staff.txt", ["c1"])
        assert "staff.txt" in named(mended.ask(QUESTION, labels=["c1"]))


def test_bonds_are_read_out_of_a_file_that_is_damaged_elsewhere(library: Library) -> None:
    library.bind("staff.txt", ["c1"])
    library.bind("garden.txt", ["c2"])
    spoil(
        library,
        "UPDATE reader SET labels = '[\"c3\"]' WHERE source LIKE '%garden.txt'",
        "UPDATE library SET embedded_with = 'x'",
    )
    told = repair(library)
    assert "3 documents; all that were found. Who may read 1 could not be read." in told
    with Library(library.folder, HashEncoder) as saved:
        bonds = {"staff.txt": frozenset({"c1"}), "garden.txt": frozenset()}
        assert saved.store.readers.bonds() == bonds
        assert saved.check() == ()


@pytest.mark.parametrize("lost", ["row", "entry"])
def test_where_bonds_cannot_be_read_whole_all_documents_are_nobodys(
    library: Library, tmp_path: Path, lost: str
) -> None:
    for name in ("staff.txt", "garden.txt"):
        library.bind(name, ["c1"])
    (tmp_path / "documents" / "garden.txt").unlink()
    library.reindex()
    # As if one of the two trees that hold a bond had lost it.
    sql = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = 'reader'"
    with closing(sqlite3.connect(library.folder / "library.db")) as raw, raw:
        [(*_, script)] = raw.execute(sql)
        raw.execute("PRAGMA writable_schema = 1")
        without = script.replace(" UNIQUE", "")
        index = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_reader_1'"
        [(root,)] = raw.execute(index)
        raw.execute("DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_reader_1'")
        raw.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'reader'", (without,))
    gone = "staff.txt" if lost == "row" else "new.txt"
    spoil(
        library,
        f"DELETE FROM reader WHERE source LIKE '%{gone}'",
        "INSERT INTO reader SELECT document_id + 90, source || 'x', labels, '' FROM reader"
        + (" LIMIT 0" if lost == "row" else " LIMIT 1"),
    )
    with closing(sqlite3.connect(library.folder / "library.db")) as raw, raw:
        raw.execute("PRAGMA writable_schema = 1")
        raw.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'reader'", (script,))
        row = ("index", "sqlite_autoindex_reader_1", "reader", root, None)
        raw.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", row)
    told = repair(library)
    assert "2 documents; all that were found. Who may read 2 could not be read." in told
    with Library(library.folder, HashEncoder) as saved:
        assert set(saved.store.readers.bonds().values()) == {frozenset()}
        assert named(saved.ask(QUESTION, labels=["c1"])) == set()
        assert named(saved.ask(QUESTION)) == {"museum.txt", "staff.txt"}
        (tmp_path / "documents" / "garden.txt").write_text("The garden is open.")
        saved.reindex()
        assert saved.store.readers.bonds()["garden.txt"] == frozenset()
        assert saved.check() == ()


# --- Taught answers ---


def test_a_taught_answer_that_is_bound_is_recalled_for_its_readers_only(library: Library) -> None:
    taught = library.teach(QUESTION, "At nine, and at eight for staff.")
    assert library.ask(QUESTION, labels=[]).taught
    library.bind(f"Taught answer {taught.id}", ["r1"])
    assert library.ask(QUESTION, labels=["r1", "r2"]).taught == taught
    assert library.ask(QUESTION).taught == taught
    answer = library.ask(QUESTION, labels=["r2"])
    assert answer.taught is None
    assert f"Taught answer {taught.id}" not in named(answer)


def test_a_taught_answer_is_recalled_where_what_it_cites_may_be_read(library: Library) -> None:
    taught = library.teach(QUESTION, "At eight for staff.", cited="o12")
    reading = read_question(QUESTION, None, library.store.languages())
    [embedding] = library.encoder.embed_questions([QUESTION])

    def recall(allowed: set[str]) -> Taught | None:
        found = library.recall(reading, embedding, labels=[], may_cite=allowed.__contains__)
        return found and found.taught

    assert recall({"o12"}) == taught
    assert recall({"o1", "o13"}) is None
    # What a reference means is known to who calls: where nobody says, it is not recalled.
    assert library.ask(QUESTION, labels=[]).taught is None
    assert library.ask(QUESTION).taught == taught


def test_an_answer_that_may_not_be_recalled_takes_no_place_of_others(library: Library) -> None:
    for number in range(CANDIDATES):
        taught = library.teach(f"{QUESTION} {'?' * number}", "At eight for staff.", cited="o12")
    taught = library.teach(f"{QUESTION} Please?", "At nine.")
    assert library.ask(QUESTION, labels=[]).taught == taught


# --- No question gets round it ---

TEXTS = (
    "The museum opens at nine. It is closed on Mondays.",
    "The museum opens at eight for its staff.",
    "The garden opens at ten. Dogs stay outside.",
)
NAMES = tuple(f"{number}.txt" for number in range(6))
"""Each text stands in two documents."""
LABELS = st.frozensets(st.sampled_from(["c1", "c2", "r1"]))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("shared")
    files = [folder / name for name in NAMES]
    for number, file in enumerate(files):
        file.write_text(TEXTS[number % len(TEXTS)])
    with Library(folder / "library", HashEncoder) as library:
        library.add(files)
        library.teach(QUESTION, "At nine.", cited="o1")
        library.teach("When does the garden open?", "At ten.")
        yield library


def bind_all(library: Library, bonds: Sequence[frozenset[str]]) -> set[str]:
    """Bind all documents; return their names."""
    records = library.store.records()
    with library.store.transaction():
        for record, labels in zip(records, bonds, strict=True):
            library.store.readers.bind(record, labels)
    return {record.name for record in records}


def places(answer: Answer) -> list[tuple[str, str]]:
    """The documents of an answer's passages, with the texts: sorted, without what was taught."""
    found = [(hit.document, hit.passage) for hit in answer.hits]
    found += [other for hit in answer.hits for other in hit.also]
    return sorted((record.name, passage.text) for record, passage in found)


@settings(deadline=None, max_examples=60)
@given(
    bonds=st.lists(LABELS, min_size=8, max_size=8),
    labels=LABELS,
    question=st.sampled_from([QUESTION, "When does the garden open?", "and the staff?", "Dogs?"]),
    earlier=st.none() | st.sampled_from([QUESTION, "When does the garden open?"]),
    cited=st.lists(st.integers(1, 9), max_size=3),
    within=st.none() | st.integers(1, 6),
)
def test_no_question_gets_anything_of_what_its_labels_do_not_open(
    shared: Library,
    bonds: list[frozenset[str]],
    labels: frozenset[str],
    question: str,
    earlier: str | None,
    cited: list[int],
    within: int | None,
) -> None:
    names = bind_all(shared, bonds)
    held = shared.store.readers.bonds()
    visible = {name for name in names if name not in held or not held[name].isdisjoint(labels)}
    hidden = shared.store.readers.hidden(labels)
    assert hidden == {r.id for r in shared.store.records() if r.name not in visible}
    ask = partial(shared.ask, question, top=20, earlier=earlier, cited=cited, within=within)
    if within in hidden:
        with pytest.raises(UnknownDocument):
            ask(labels=labels)
        return
    answer, whole = ask(labels=labels), ask()
    assert named(answer) <= visible
    assert not answer.taught or (answer.taught.id not in hidden and answer.taught.cited is None)
    # What may be read is found as by who may read all, as long as both read the question alike.
    if answer.earlier == whole.earlier:
        assert places(answer) == [place for place in places(whole) if place[0] in visible]


@settings(deadline=None, max_examples=20)
@given(bonds=st.lists(LABELS, min_size=8, max_size=8), labels=LABELS)
def test_the_score_of_what_may_be_read_is_the_same_whatever_is_hidden(
    shared: Library, bonds: list[frozenset[str]], labels: frozenset[str]
) -> None:
    bind_all(shared, bonds)
    [embedding] = shared.encoder.embed_questions([QUESTION])
    words = weigh_words(shared.store, read_question(QUESTION, None, ("en",)).words)
    rank = partial(rank_passages, shared.store, shared.nearest, embedding, words, top=20)
    without = shared.store.evidence.passages_of(shared.store.readers.hidden(labels))
    scores = {one.passage_id: one.score for one in rank() if one.passage_id not in without}
    assert len(scores) + len(without) == 8
    found = {one.passage_id: one.score for one in rank(without=without)}
    assert found == pytest.approx(scores)
