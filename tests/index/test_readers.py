"""Who may read which document: bonds that stay, and answers that tell nothing of what is hidden."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.context import find_surroundings
from index.errors import ReadersError, UnknownDocument
from index.library import Library
from index.readers import MOST_LABELS
from index.types import Answer
from tests.index.conftest import HashEncoder

QUESTION = "When does the museum open?"


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
