"""Answers that are taught: kept, versioned, mended, and left alone by what looks at sources."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from index.allowance import Allowance
from index.errors import NoRoom, StoreDamaged, TeachingError, UnknownDocument
from index.library import Library
from index.repair import repair_library
from index.taught import MAX_ANSWER_CHARS, MAX_QUESTION_CHARS
from tests.index.conftest import HashEncoder

QUESTION = "How do I get a parking permit?"
ANSWER = "Ask **Ann** at the desk.\n\n- Mondays\n- Fridays"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "museum.txt").write_text("The museum opens at nine. It is closed on Mondays.")
    with open_at(tmp_path) as library:
        library.add([tmp_path / "museum.txt"])
        yield library


def open_at(folder: Path, **options: bool) -> Library:
    return Library(folder / "library", HashEncoder, **options)


def run(library: Library, statement: str) -> None:
    with closing(sqlite3.connect(library.folder / "library.db")) as raw, raw:
        assert raw.execute(statement).rowcount


def repair(library: Library) -> list[str]:
    library.close()
    return list(repair_library(library.folder, partial(open_at, library.folder.parent, alone=True)))


def test_what_is_taught_is_a_document_with_its_first_version(library: Library) -> None:
    taught = library.teach(QUESTION, ANSWER, cited="o1", who=7)
    assert (taught.version, taught.question, taught.answer) == (1, QUESTION, ANSWER)
    assert (taught.cited, taught.who) == ("o1", 7)
    assert library.taught() == (taught,)
    record = library.store.record(taught.id)
    assert record and (record.source, record.title) == (f"taught:{taught.id}", QUESTION)
    assert library.store.text(taught.id) == f"{QUESTION}\n\n{ANSWER}"
    assert [status for _, status in library.documents()] == ["current", "current"]
    assert library.check() == ()


def test_a_change_is_a_version_more_and_keeps_those_before(library: Library) -> None:
    first = library.teach(QUESTION, ANSWER, who=7)
    second = library.teach("How do I park?", "Ask Bob.", who=8, id=first.id)
    assert (second.id, second.version, second.who) == (first.id, 2, 8)
    assert library.versions(first.id) == (second, first)
    assert library.taught() == (second,)
    assert library.store.text(first.id) == "How do I park?\n\nAsk Bob."
    assert library.check() == ()


def test_what_is_removed_is_gone_with_its_versions_and_its_number_does_not_return(
    library: Library,
) -> None:
    first = library.teach(QUESTION, ANSWER)
    library.teach(QUESTION, "Ask Bob.", id=first.id)
    assert library.unteach(first.id).answer == "Ask Bob."
    assert library.taught() == ()
    for job in (library.versions, library.unteach):
        with pytest.raises(UnknownDocument, match=f"Answer {first.id} is gone"):
            job(first.id)
    with pytest.raises(UnknownDocument, match=f"Answer {first.id} is gone"):
        library.teach(QUESTION, ANSWER, id=first.id)
    assert library.teach(QUESTION, ANSWER).id > first.id
    assert b"Ask Bob" not in (library.folder / "library.db").read_bytes()


def test_it_can_be_removed_as_any_document_by_its_name(library: Library) -> None:
    taught = library.teach(QUESTION, ANSWER)
    assert library.remove(f"Taught answer {taught.id}").id == taught.id
    assert library.taught() == ()
    assert library.store.roots.excluded() == frozenset()


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        (" \n", "Yes.", "The question is empty"),
        ("Why?", " ", "The answer is empty"),
        ("a" * (MAX_QUESTION_CHARS + 1), "Yes.", "201 characters; 200 are allowed"),
        ("Why?", "a" * (MAX_ANSWER_CHARS + 1), "2,001 characters; 2,000 are allowed"),
    ],
)
def test_what_is_empty_or_too_long_is_not_taught(
    library: Library, question: str, answer: str, said: str
) -> None:
    with pytest.raises(TeachingError, match=said):
        library.teach(question, answer)
    assert library.taught() == ()


def test_a_question_is_taught_once(library: Library) -> None:
    first = library.teach(QUESTION, ANSWER)
    other = library.teach("Who is Ann?", "She is at the desk.")
    with pytest.raises(TeachingError, match="taught already"):
        library.teach(QUESTION.upper(), "Ask Bob.")
    with pytest.raises(TeachingError, match="taught already"):
        library.teach(QUESTION, "Ask Bob.", id=other.id)
    assert library.teach(QUESTION, "Ask Bob.", id=first.id).version == 2


def test_there_is_an_end_to_how_many_are_taught(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.teaching.MOST_TAUGHT", 1)
    first = library.teach(QUESTION, ANSWER)
    with pytest.raises(TeachingError, match="1 answers are taught here, and 1 are allowed"):
        library.teach("Why?", "So.")
    assert library.teach(QUESTION, "Ask Bob.", id=first.id).version == 2


def test_it_counts_as_a_document_of_what_a_server_may_hold(tmp_path: Path) -> None:
    allowance = Allowance(1, 100, 1 << 20, "Remove one.")
    with Library(tmp_path / "library", HashEncoder, allowance=allowance) as library:
        library.teach(QUESTION, ANSWER)
        with pytest.raises(NoRoom, match="Taught answer 2 does not fit: 1 of 1 documents"):
            library.teach("Why?", "So.")
        assert [taught.question for taught in library.taught()] == [QUESTION]


def test_halves_of_characters_and_line_ends_are_kept_as_something_a_file_takes(
    library: Library,
) -> None:
    taught = library.teach("Why \ud800?", "One  \r\ntwo \udfff")
    assert (taught.question, taught.answer) == ("Why ??", "One\ntwo ?")


def test_it_stays_through_every_reindex(library: Library, tmp_path: Path) -> None:
    taught = library.teach(QUESTION, ANSWER, who=7)
    assert library.reindex().removed == ()
    assert library.index_folder(tmp_path / "museum.txt").removed == ()
    encoder = library.encoder
    assert isinstance(encoder, HashEncoder)
    before = encoder.embedded
    assert library.reindex(full=True).failed == ()
    assert encoder.embedded == before + 2
    (tmp_path / "museum.txt").unlink()
    assert library.reindex().removed == ("museum.txt",)
    assert library.taught() == (taught,)
    assert library.check() == ()


def test_a_file_of_the_same_bytes_does_not_take_its_place(library: Library, tmp_path: Path) -> None:
    taught = library.teach(QUESTION, ANSWER)
    (tmp_path / "copy.md").write_text(f"taught:{taught.id}\n{QUESTION}\n\n{ANSWER}")
    assert library.add([tmp_path / "copy.md"]).added == ("copy.md",)
    assert library.taught() == (taught,)
    assert library.check() == ()


def test_who_taught_it_can_be_forgotten(library: Library) -> None:
    taught = library.teach(QUESTION, ANSWER, who=7)
    library.teach(QUESTION, "Ask Bob.", who=8, id=taught.id)
    assert library.store.taught.count_of(7) == 1
    with library.store.transaction():
        library.store.taught.forget(7)
    assert library.store.taught.count_of(7) == 0
    assert [one.who for one in library.versions(taught.id)] == [8, None]
    assert library.check() == ()


# --- Damage ---


@pytest.mark.parametrize(
    "damage",
    [
        "answer = 'Ask Bob at the desk.'",
        "question = 'How do I get a parking ticket?'",
        "answer = CAST(X'ff' AS TEXT)",
        "at = 'yesterday'",
    ],
)
def test_a_damaged_last_version_is_mended_from_the_documents_text(
    library: Library, damage: str
) -> None:
    taught = library.teach(QUESTION, ANSWER, who=7)
    run(library, f"UPDATE taught SET {damage}")
    assert library.check()
    assert library.store.taught.vouched_for(taught.id) is None
    [done] = repair(library)
    assert "was damaged, and was read and embedded again" in done
    with open_at(library.folder.parent) as mended:
        assert mended.check() == ()
        [last] = mended.taught()
        assert (last.question, last.answer, last.who) == (QUESTION, ANSWER, None)


def test_a_damaged_earlier_version_is_kept_as_it_reads_without_who_wrote_it(
    library: Library,
) -> None:
    first = library.teach(QUESTION, ANSWER, who=7)
    last = library.teach(QUESTION, "Ask Bob.", who=7, id=first.id)
    run(library, "UPDATE taught SET answer = 'Ask **Amy**.' WHERE version = 1")
    assert library.check()
    assert library.store.taught.vouched_for(first.id) == last
    repair(library)
    with open_at(library.folder.parent) as mended:
        assert mended.check() == ()
        assert [(v.answer, v.who) for v in mended.versions(first.id)] == [
            ("Ask Bob.", 7),
            ("Ask **Amy**.", None),
        ]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE document_text SET text = 'x' || text WHERE document_id = 2",
        "UPDATE document SET source = 'tauGht:2' WHERE id = 2",
        "UPDATE document SET title = 'Where?' WHERE id = 2",
        "UPDATE passage SET text = 'x' || text WHERE document_id = 2",
        "DELETE FROM document_text WHERE document_id = 2",
    ],
)
def test_a_damaged_document_is_made_anew_from_the_last_version(
    library: Library, damage: str
) -> None:
    taught = library.teach(QUESTION, ANSWER, who=7)
    assert taught.id == 2
    run(library, damage)
    assert library.check()
    assert repair(library)
    with open_at(library.folder.parent) as mended:
        assert mended.check() == ()
        assert mended.taught() == (taught,)
        assert mended.store.text(2) == f"{QUESTION}\n\n{ANSWER}"


def test_where_both_copies_are_damaged_it_stays_for_its_owner_to_write_again(
    library: Library,
) -> None:
    taught = library.teach(QUESTION, ANSWER)
    run(library, "UPDATE taught SET answer = 'Ask Bob.'")
    run(library, "UPDATE document_text SET text = 'x' || text WHERE document_id = 2")
    [said] = repair(library)
    assert "could not be mended" in said and "`footnote taught`" in said
    with open_at(library.folder.parent) as left:
        assert left.check()
        [record] = [one for one in left.store.records() if one.id == 2]
        with pytest.raises(StoreDamaged):
            left.make_anew(record)
        left.teach(QUESTION, ANSWER, id=taught.id)
        assert [one.answer for one in left.taught()] == [ANSWER]
        repair(left)
    with open_at(library.folder.parent) as mended:
        assert mended.check() == ()
        assert [one.answer for one in mended.versions(2)] == [ANSWER, "Ask Bob."]


def test_what_can_be_read_out_of_a_file_beyond_mending_holds_it(library: Library) -> None:
    taught = library.teach(QUESTION, ANSWER, who=7)
    run(library, "UPDATE root SET path = path || 'x'")
    said = " ".join(repair(library))
    assert "Read out of it, whole: 2 documents" in said
    with open_at(library.folder.parent) as saved:
        assert saved.taught() == (taught,)
        assert saved.check() == ()


def test_a_version_that_belongs_to_an_ordinary_document_is_taken_off_it(
    library: Library, tmp_path: Path
) -> None:
    taught = library.teach(QUESTION, ANSWER)
    run(library, "UPDATE taught SET document_id = 1")
    assert library.check()
    repair(library)
    with open_at(library.folder.parent) as mended:
        assert mended.check() == ()
        assert [(one.id, one.answer) for one in mended.taught()] == [(taught.id, ANSWER)]
