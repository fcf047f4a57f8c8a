"""A damaged library mended: what can be made anew is, what cannot is set aside, nothing is lost."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from index.errors import ModelError, StoreBusy, StoreDamaged
from index.library import Library
from index.repair import repair_library
from index.store import Store
from index.types import Calibration, Document, Incoming, Look, Span
from tests.index.conftest import HashEncoder

PAGE = "https://example.org/rules"
RULES = "Dogs stay outside. Cats may come in."


def open_library(folder: Path, **options: bool) -> Library:
    return Library(folder / "library", HashEncoder, **options)


def repair(folder: Path) -> str:
    return "\n".join(repair_library(folder / "library", partial(open_library, folder, alone=True)))


def make_look() -> Look:
    """What a look at the page finds."""
    page = Incoming("rules", PAGE, Document("Rules", RULES, (Span(0, len(RULES)),)), 9, "00", PAGE)
    return Look((page,), frozenset([PAGE]), notes={"etag": "abc"})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a library of two files and a page, whose index is saved."""
    (tmp_path / "museum.txt").write_text("The museum opens at nine. It is closed on Mondays.")
    (tmp_path / "garden.txt").write_text("The garden opens in spring.")
    (tmp_path / "gone.txt").write_text("It is gone.")
    with open_library(tmp_path) as library:
        library.add([tmp_path / "museum.txt", tmp_path / "garden.txt"])
        library.add_origin("page", PAGE, {}, every_s=60, look=make_look())
        library.add([tmp_path / "gone.txt"])
        library.remove("gone.txt")
        library.ask("Where do dogs stay?")
    yield tmp_path
    assert not (tmp_path / "library" / "library.db.mended").exists()


def spoil(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "library" / "library.db")) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def assert_whole(folder: Path) -> None:
    with open_library(folder) as library:
        assert library.check() == ()
        assert [record.name for record in library.store.records()] == [
            *("garden.txt", "museum.txt", "rules")
        ]
        assert library.ask("Where do dogs stay?").hits[0].passage.text == RULES
        assert library.ask("When does the museum open?").hits[0].document.name == "museum.txt"
    assert repair(folder) == ""


OF_MUSEUM = "(SELECT passage.id FROM passage WHERE text LIKE '%museum%')"
OF_RULES = "(SELECT passage.id FROM passage WHERE text LIKE '%Dogs%')"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE library SET passages = 7, terms = 9", "counted anew"),
        ("INSERT INTO passage_index (passage_index) VALUES ('delete-all')", "full text was made"),
        ("UPDATE passage_index_data SET block = x'00' WHERE id > 9", "full text was made"),
        (f"UPDATE passage SET text = 'It opens.' WHERE id = {OF_MUSEUM}", "museum.txt was d"),
        (f"UPDATE passage SET text = 'Dogs run.' WHERE id = {OF_RULES}", "rules was d"),
        (
            f"UPDATE passage SET heading_path = '[1' WHERE id = {OF_MUSEUM}",
            "museum.txt was d",
        ),
        ("UPDATE document SET title = 'x' WHERE name = 'museum.txt'", "museum.txt was d"),
        ("UPDATE document SET passages = 5 WHERE name = 'garden.txt'", "garden.txt was d"),
        (f"DELETE FROM passage_feature WHERE passage_id = {OF_RULES}", "rules was d"),
        (f"UPDATE passage_vector SET vector = x'00' WHERE passage_id = {OF_RULES}", "rules was d"),
        (f"DELETE FROM passage WHERE id = {OF_MUSEUM}", "museum.txt was d"),
        (f"UPDATE passage SET term_count = 1 WHERE id = {OF_RULES}", "rules was d"),
        (f"UPDATE passage SET page = 7 WHERE id = {OF_MUSEUM}", "museum.txt was d"),
        ("UPDATE document SET size_bytes = 7 WHERE name = 'museum.txt'", "museum.txt was d"),
        ("UPDATE note SET value = 'x'", "the next read everything again"),
        ("UPDATE removed SET passage_id = 1", "begins anew"),
        ("UPDATE library SET generation = 'x'", "begins anew"),
    ],
)
def test_what_the_rest_vouches_for_is_made_anew(folder: Path, damage: str, said: str) -> None:
    spoil(folder, "PRAGMA foreign_keys = 1", damage)
    with open_library(folder) as library:
        assert library.check()
    assert said in repair(folder)
    assert_whole(folder)
    assert not list((folder / "library").glob("*.damaged-*"))


def test_an_index_over_columns_that_disagrees_is_made_anew(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "library" / "library.db")) as raw, raw:
        sql = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = ?"
        [index] = raw.execute(sql, ["document_of_content"])
        raw.execute("UPDATE document SET content_hash = 'f' || content_hash")
        raw.execute("PRAGMA writable_schema = 1")
        raw.execute("DELETE FROM sqlite_master WHERE name = 'document_of_content'")
    spoil(
        folder,
        "UPDATE document SET content_hash = substr(content_hash, 2)",
        "PRAGMA writable_schema = 1",
        f"INSERT INTO sqlite_master VALUES {index}",
    )
    with open_library(folder) as library:
        assert {damage.part for damage in library.check()} == {"columns"}
    assert repair(folder) == "The indexes over columns were made anew."
    assert_whole(folder)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_vector_that_changed_since_it_was_indexed_is_noticed_and_made_anew(
    folder: Path, sealed: bool
) -> None:
    with closing(sqlite3.connect(folder / "library" / "library.db")) as raw, raw:
        [(id, vector)] = raw.execute(
            f"SELECT passage_id, vector FROM passage_vector WHERE passage_id = {OF_RULES}"
        )
        other = vector[:3] + bytes([vector[3] ^ 0x80]) + vector[4:]  # another sign: of unit length
        raw.execute("UPDATE passage_vector SET vector = ? WHERE passage_id = ?", (other, id))
        if not sealed:  # as format 4 left it: only the index tells
            raw.execute("UPDATE passage_feature SET seal = ''")
    with open_library(folder) as library:
        assert [str(damage) for damage in library.check()] == [
            f"Passage {id} has damaged vectors or terms."
        ] * sealed
    assert repair(folder) == "rules was damaged, and was read and embedded again."
    assert_whole(folder)


def test_a_text_that_nothing_vouches_for_is_left_and_named(folder: Path) -> None:
    spoil(folder, "UPDATE document_text SET text = replace(text, 'outside', 'inside!')")
    assert "rules could not be mended. rules is damaged" in repair(folder)
    with open_library(folder) as library:
        assert [str(damage) for damage in library.check()] == [
            "The text of document 3 is not what was written.",
            "Passage 3 is no slice of document 3.",
        ]
        assert len(library.store.records()) == 3


def test_a_page_that_nothing_vouches_for_is_read_again_at_the_next_look(folder: Path) -> None:
    spoil(folder, "UPDATE document SET link = link || '/else' WHERE name = 'rules'")
    said = repair(folder)
    assert "rules could not be mended" in said
    assert "The next look at where it came from reads it again: `footnote reindex`." in said
    with open_library(folder) as library:
        finding = "Document 3 has other facts than were written."
        assert [str(damage) for damage in library.check()] == [finding]
        assert library.store.origins.notes(1) == {}
        with pytest.raises(StoreDamaged, match=r"rules is damaged\. Mend it first: `footnote doc"):
            library.reindex(full=True)
        assert [str(damage) for damage in library.check()] == [finding]
        library.add_origin("page", PAGE, {}, every_s=60, look=make_look())
        [record] = [record for record in library.store.records() if record.name == "rules"]
        assert record.link == PAGE
    assert_whole(folder)


def test_a_folder_that_is_another_than_was_added_is_left_out_and_told(folder: Path) -> None:
    spoil(folder, "UPDATE root SET path = path || 'x' WHERE path LIKE '%museum%'")
    said = repair(folder)
    assert "A row of root is not what was written." in said
    assert "Read out of it, whole: 3 documents; all that were found." in said
    assert "Not all folders and addresses could be read: add them again." in said
    with open_library(folder) as library:
        assert [path.name for path in library.store.roots.added()] == ["garden.txt"]
    assert_whole(folder)


def test_a_calibration_that_is_another_than_was_fitted_is_forgotten(folder: Path) -> None:
    with open_library(folder) as library, library.store.transaction():
        library.store.fitted.keep("x", Calibration(0.5, 0.1, 0.9))
    spoil(folder, "UPDATE library SET calibration = replace(calibration, '0.5', '0.4')")
    assert "Read out of it, whole: 3 documents" in repair(folder)
    with open_library(folder) as library:
        assert library.store.fitted.scored_by is None
    assert_whole(folder)


def test_a_document_that_makes_no_sense_does_not_hide_the_others(folder: Path) -> None:
    spoil(folder, "UPDATE document SET added = 'x' WHERE name = 'museum.txt'")
    assert "Read out of it, whole: 2 documents; 1 could not." in repair(folder)
    with open_library(folder) as library:
        assert library.reindex().added == ("museum.txt",)
    assert_whole(folder)


def test_without_a_model_the_rest_is_mended_all_the_same(folder: Path) -> None:
    def fail() -> HashEncoder:
        raise ModelError("There is no model.")

    spoil(
        folder,
        "UPDATE library SET terms = 0",
        f"DELETE FROM passage_feature WHERE passage_id = {OF_RULES}",
    )
    path = folder / "library"
    said = "\n".join(repair_library(path, lambda: Library(path, fail, alone=True)))
    assert "counted anew" in said
    assert "rules could not be mended. There is no model." in said
    assert "rules was damaged" in repair(folder)
    assert_whole(folder)


def test_the_file_of_another_library_is_not_answered_from_and_is_made_anew(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "town.txt").write_text("The town lies by the river. It is old.")
    with open_library(tmp_path / "other") as other:
        other.add([tmp_path / "town.txt"])
        other.ask("river")
    index = folder / "library" / "nearest.faiss"
    shutil.copy(tmp_path / "other" / "library" / "nearest.faiss", index)
    assert "nearest.faiss was made anew from the store" in repair(folder)
    assert_whole(folder)


def test_a_spoiled_index_of_an_empty_library_is_gone(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text("The town lies by the river.")
    with open_library(tmp_path) as library:
        library.add([tmp_path / "town.txt"])
        library.remove("town.txt")
    (tmp_path / "library" / "nearest.faiss").write_bytes(b"x")
    assert "made anew" in repair(tmp_path)
    assert repair(tmp_path) == ""


def test_what_is_no_database_is_set_aside_and_kept(folder: Path) -> None:
    path = folder / "library" / "library.db"
    path.write_bytes(b"no database " * 3_000)
    said = repair(folder)
    assert "set aside as " in said
    assert "`footnote restore FILE` if you have a backup, or `footnote add` again" in said
    assert not path.exists()
    [aside] = path.parent.glob("library.db.*")
    assert aside.read_bytes() == b"no database " * 3_000
    with open_library(folder) as library:
        assert library.store.records() == ()
        library.add([folder / "museum.txt"])
        assert library.ask("When does the museum open?").answered


def test_documents_that_can_be_read_out_of_a_damaged_file_are_back(folder: Path) -> None:
    spoil(folder, f"UPDATE passage SET document_id = 99 WHERE id = {OF_MUSEUM}")
    said = repair(folder)
    assert "library.db is damaged beyond mending: Row" in said
    assert "Read out of it, whole: 2 documents; 1 could not." in said
    with open_library(folder) as library:
        assert [record.name for record in library.store.records()] == ["garden.txt", "rules"]
        assert [origin.address for origin in library.origins()] == [PAGE]
        assert library.reindex().added == ("museum.txt",)
    assert_whole(folder)
    assert len(list((folder / "library").glob("library.db.damaged-*"))) == 1


def test_a_library_that_forgot_its_model_keeps_its_documents(folder: Path) -> None:
    spoil(folder, "DELETE FROM library")
    assert "Read out of it, whole: 3 documents" in repair(folder)
    with open_library(folder) as library:
        assert "does not name" in (library.store.embedded_with or "")
        library.reindex(full=True)
    assert_whole(folder)


def test_leftovers_of_work_that_died_are_put_in_order(folder: Path) -> None:
    with open_library(folder) as library:
        library.keep([("half.txt", b"The old text."), ("done.txt", b"The new text.")])
        files = library.files
    (files / "half.txt").write_bytes(b"The new text.")
    (files / ".half.txt.old").write_bytes(b"The old text.")
    (files / ".done.txt.old").write_bytes(b"Another text.")
    (files / ".new.txt.part").write_bytes(b"The")
    (folder / "library" / "nearest.faiss.tmp").write_bytes(b"x")
    (folder / "library" / "library.db.mended").write_bytes(b"x")
    said = repair(folder)
    for words in ("nearest.faiss.tmp", "library.db.mended", "as before", "is new", "half written"):
        assert words in said
    assert {file.name: file.read_bytes() for file in files.iterdir()} == {
        "half.txt": b"The old text.",
        "done.txt": b"The new text.",
    }
    assert repair(folder) == ""


def test_a_library_that_is_open_elsewhere_is_not_touched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Store.__init__.__kwdefaults__, "busy_timeout_s", 0.05)
    path = folder / "library" / "library.db"
    spoil(folder, "UPDATE library SET terms = 0")
    with Store(path) as other:
        other.records()
        before = path.read_bytes()
        with pytest.raises(StoreBusy, match="Another Footnote"):
            repair(folder)
        assert path.read_bytes() == before
    assert "counted anew" in repair(folder)


def test_nobody_gets_at_a_library_that_is_mended(folder: Path) -> None:
    path = folder / "library" / "library.db"
    with open_library(folder, alone=True) as library:
        library.store.records()
        with pytest.raises(StoreBusy), Store(path, busy_timeout_s=0.05) as other:
            other.records()
    with Store(path) as other:
        assert len(other.records()) == 3


def test_where_nothing_is_wrong_nothing_is_done(folder: Path, tmp_path: Path) -> None:
    index = folder / "library" / "nearest.faiss"
    before = index.read_bytes()
    assert repair(folder) == ""
    assert index.read_bytes() == before
    assert repair(tmp_path / "none") == ""
    assert not (tmp_path / "none").exists()
