"""The face of the engine: what admins do with files, and what members ask."""

import os
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from index.context import AROUND_CHARS, find_surroundings
from index.errors import ModelChanged, NoDocuments, QuestionError, UnknownDocument
from index.follow import read_question
from index.ingest import GROUP_PASSAGES
from index.library import Library
from index.summary import Progress

Open = Callable[..., Library]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "deep").mkdir(parents=True)
    (folder / "bridge.md").write_text("# Bridge\n\nThe old bridge closes in winter.\n")
    (folder / "garden.md").write_text("# Garden\n\n## Hours\n\nThe garden opens at ten.\n")
    (folder / "deep" / "museum.txt").write_text("The museum shows forty paintings.")
    return folder


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


def names(library: Library) -> list[str]:
    return [record.name for record, _ in library.documents()]


def test_a_question_is_answered_with_the_passage_and_its_place(
    library: Library, folder: Path
) -> None:
    library.add([folder])
    answer = library.ask("When does the garden open?")
    first = answer.hits[0]
    assert first.document.name == "garden.md"
    assert first.passage.heading_path == ("Garden", "Hours")
    text = library.store.text(first.document.id)
    assert text[first.passage.start_char : first.passage.end_char] == first.passage.text
    ((start, end),) = first.highlights
    assert first.passage.text[start:end] == "The garden opens at ten."


def test_documents_are_named_by_their_path_below_the_folder(library: Library, folder: Path) -> None:
    assert library.add([folder]).added == ("bridge.md", "deep/museum.txt", "garden.md")
    assert names(library) == ["bridge.md", "deep/museum.txt", "garden.md"]


def test_only_what_changed_by_content_is_embedded_again(
    library: Library, folder: Path, hash_encoder: object
) -> None:
    library.add([folder])
    (folder / "bridge.md").write_text("# Bridge\n\nThe new bridge never closes.\n")
    os.utime(folder / "garden.md")
    summary = library.add([folder])
    assert summary.updated == ("bridge.md",)
    assert set(summary.unchanged) == {"garden.md", "deep/museum.txt"}
    assert summary.passages == 1


def test_unchanged_files_are_told_without_loading_the_model(
    tmp_path: Path, library: Library, folder: Path
) -> None:
    def refuse() -> object:
        raise AssertionError("the model is not needed")

    library.add([folder])
    library.close()
    with Library(library.folder, refuse) as again:  # type: ignore[arg-type]
        assert len(again.add([folder]).unchanged) == 3
        assert len(again.reindex().unchanged) == 3


def test_two_files_of_one_name_are_told_apart_by_their_folders(
    tmp_path: Path, library: Library
) -> None:
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "notes.txt").write_text(f"Notes of place {place}.")
        library.add([tmp_path / place / "notes.txt"])
    assert names(library) == ["notes.txt", "two/notes.txt"]


def test_a_failing_file_does_not_stop_the_others(library: Library, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    (folder / "empty.txt").write_bytes(b"")
    summary = library.add([folder])
    assert len(summary.added) == 3
    assert {Path(failure.path).name for failure in summary.failed} == {"broken.pdf", "empty.txt"}


def test_a_document_that_can_no_longer_be_read_stays_as_it_was(
    library: Library, folder: Path
) -> None:
    library.add([folder])
    (folder / "garden.md").write_bytes(b"")
    summary = library.reindex()
    assert [Path(failure.path).name for failure in summary.failed] == ["garden.md"]
    assert library.ask("When does the garden open?").hits[0].document.name == "garden.md"


def test_reindex_finds_what_is_new_changed_and_gone(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "new.txt").write_text("The new station stands by the river.")
    (folder / "bridge.md").write_text("The bridge is open all year.")
    (folder / "garden.md").unlink()
    summary = library.reindex()
    assert (summary.added, summary.updated) == (("new.txt",), ("bridge.md",))
    assert (summary.removed, summary.unchanged) == (("garden.md",), ("deep/museum.txt",))
    assert library.ask("When does the garden open?").hits[0].document.name != "garden.md"


def test_a_single_file_that_is_gone_is_removed_and_forgotten(
    tmp_path: Path, library: Library
) -> None:
    file = tmp_path / "alone.txt"
    file.write_text("One file alone.")
    library.add([file])
    file.unlink()
    assert library.reindex().removed == ("alone.txt",)
    assert library.reindex().failed == ()


def test_where_the_whole_folder_is_missing_its_documents_stay(
    library: Library, folder: Path
) -> None:
    library.add([folder])
    folder.rename(folder.with_name("elsewhere"))
    summary = library.reindex()
    assert summary.removed == ()
    assert [failure.path for failure in summary.failed] == [str(folder)]
    assert len(names(library)) == 3
    assert {status for _, status in library.documents()} == {"gone"}


def test_the_status_tells_how_the_source_stands(library: Library, folder: Path) -> None:
    library.add([folder])
    (folder / "bridge.md").write_text("# Bridge\n\nThe old bridge closes in summer.\n")
    (folder / "garden.md").unlink()
    os.utime(folder / "deep" / "museum.txt", (4e9, 4e9))
    statuses = {record.name: status for record, status in library.documents()}
    assert statuses == {
        "bridge.md": "changed",
        "garden.md": "gone",
        "deep/museum.txt": "current",
    }


def test_a_removed_document_stays_away_until_its_own_path_is_added(
    library: Library, folder: Path
) -> None:
    library.add([folder])
    assert library.remove("garden.md").name == "garden.md"
    library.add([folder])
    library.reindex()
    assert names(library) == ["bridge.md", "deep/museum.txt"]
    library.add([folder / "garden.md"])
    assert "garden.md" in names(library)


def test_a_file_added_by_its_own_path_stays_away_too_once_it_is_removed(
    library: Library, folder: Path
) -> None:
    library.add([folder / "garden.md"])
    library.remove("garden.md")
    assert library.reindex().added == ()
    assert names(library) == []


def test_a_format_that_is_not_read_fails_once_and_is_forgotten(
    library: Library, folder: Path
) -> None:
    old = _write(folder / "old.odt", "PK")
    (failure,) = library.add([old]).failed
    assert ".docx" in failure.reason
    assert library.reindex().failed == ()


def test_removing_what_is_not_there_names_the_closest(library: Library, folder: Path) -> None:
    library.add([folder])
    with pytest.raises(UnknownDocument, match=r"garden\.md"):
        library.remove("gardn.md")


def test_full_embeds_everything_afresh_for_another_passage_size(
    library: Library, open_library: Open, folder: Path
) -> None:
    (folder / "long.txt").write_text("\n\n".join(f"Paragraph {n}. " * 20 for n in range(6)))
    library.add([folder])
    before = {record.name: record.added for record, _ in library.documents()}
    library.close()
    with open_library(passage_chars=300) as other:
        with pytest.raises(ModelChanged, match=r"footnote reindex --full"):
            other.ask("When does the garden open?")
        with pytest.raises(ModelChanged, match=r"1200 characters.*300 characters"):
            other.add([_write(folder / "late.txt", "A late file.")])
        summary = other.reindex(full=True)
        assert len(summary.updated) == 4
        assert other.ask("When does the garden open?").hits[0].document.name == "garden.md"
        records = {record.name: record for record, _ in other.documents()}
        assert records["long.txt"].passages > 2
        assert {name: records[name].added for name in before} == before
        assert other.check() == ()


def test_full_embeds_what_can_no_longer_be_read_from_the_text_that_was_kept(
    library: Library, folder: Path
) -> None:
    library.add([folder])
    (folder / "garden.md").write_bytes(b"")
    shutil.rmtree(folder / "deep")
    summary = library.reindex(full=True)
    assert summary.removed == ("deep/museum.txt",)
    assert set(summary.updated) == {"bridge.md", "garden.md"}
    first = library.ask("When does the garden open?").hits[0]
    assert first.passage.heading_path == ("Garden", "Hours")
    assert library.check() == ()


def test_full_that_is_stopped_leaves_the_library_as_it_was(
    library: Library, open_library: Open, folder: Path
) -> None:
    library.add([folder])
    generation = library.store.generation

    def stop(progress: Progress) -> None:
        if progress.passages:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.reindex(full=True, progress=stop)
    assert library.store.generation == generation
    assert library.ask("When does the garden open?").hits[0].document.name == "garden.md"
    assert library.check() == ()


def test_indexing_that_is_stopped_keeps_whole_documents_only(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(6):
        text = "\n\n".join(f"Paragraph {n} of file {number}. " * 40 for n in range(30))
        (folder / f"{number}.txt").write_text(text)

    def stop(progress: Progress) -> None:
        if progress.files_done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add([folder], stop)
    assert 0 < len(names(library)) < 6
    assert library.check() == ()
    summary = library.add([folder])
    assert len(summary.added) + len(summary.unchanged) == 6


def test_progress_ends_with_everything_done(library: Library, folder: Path) -> None:
    seen: list[Progress] = []
    library.add([folder], seen.append)
    last = seen[-1]
    assert (last.files_done, last.files_total) == (3, 3)
    assert last.bytes_done == last.bytes_total > 0
    assert last.passages == 3
    assert last.tokens > 0


def test_progress_moves_within_a_large_document(library: Library, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} of the report. " * 30 for n in range(200))
    (tmp_path / "report.txt").write_text(text)
    seen: list[Progress] = []
    library.add([tmp_path / "report.txt"], seen.append)
    assert len({progress.bytes_done for progress in seen}) > 3
    assert seen[-1].bytes_done == seen[-1].bytes_total


def test_progress_counts_the_passages_that_were_found_before_they_are_embedded(
    library: Library, tmp_path: Path
) -> None:
    for name in ("one.txt", "two.txt"):
        text = "\n\n".join(f"Paragraph {n:02} of {name}. " * 40 for n in range(50))
        (tmp_path / name).write_text(text)
    seen: list[Progress] = []
    library.add([tmp_path / "one.txt", tmp_path / "two.txt"], seen.append)
    assert {progress.file for progress in seen[:2]} == {"one.txt"}
    assert {progress.passages_total for progress in seen[:2]} == {0}
    found = next(progress for progress in seen if progress.passages_total)
    assert (found.passages_total, found.passages, found.file) == (50, 0, "one.txt")
    embedded = [progress.passages for progress in seen]
    steps = [after - before for before, after in pairwise(embedded)]
    assert max(steps) <= GROUP_PASSAGES == 32
    assert seen[-1].passages == seen[-1].passages_total == 100


def test_another_process_change_is_seen_by_the_next_question(
    library: Library, open_library: Open, folder: Path
) -> None:
    library.add([folder])
    library.ask("When does the garden open?")
    with open_library() as other:
        other.remove("garden.md")
    hits = library.ask("When does the garden open?").hits
    assert all(hit.document.name != "garden.md" for hit in hits)


def test_a_corrupt_faiss_file_heals_itself(
    library: Library, open_library: Open, folder: Path
) -> None:
    library.add([folder])
    expected = library.ask("When does the garden open?")
    library.close()
    file = library.folder / "nearest.faiss"
    data = bytearray(file.read_bytes())
    data[-3] ^= 0xFF
    file.write_bytes(data)
    with open_library() as again:
        assert again.ask("When does the garden open?") == expected
    assert file.read_bytes() != bytes(data)


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question_is_an_error(library: Library, folder: Path, question: str) -> None:
    library.add([folder])
    with pytest.raises(QuestionError, match="empty"):
        library.ask(question)


def test_a_question_that_is_too_long_is_an_error(library: Library, folder: Path) -> None:
    library.add([folder])
    with pytest.raises(QuestionError, match=r"10,001 characters; 2,000"):
        library.ask("why? " * 2_000 + "?")
    assert library.ask("garden " * 285).hits


def test_a_question_to_no_documents_says_how_to_add_some(library: Library) -> None:
    with pytest.raises(NoDocuments, match="footnote add"):
        library.ask("Anything there?")


def test_asking_an_empty_data_folder_leaves_nothing_behind(library: Library) -> None:
    assert library.documents() == ()
    assert not library.folder.exists()


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


LONG = "\n\n".join(
    f"## Chapter {name}\n\nHere we tell of {name}. " + "More words. " * 200
    for name in ("tea", "rye", "oil")
)


def test_one_document_is_searched_alone_where_that_is_asked(
    open_library: Open, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("The roof of the mill is green.")
    (tmp_path / "b.md").write_text("The door of the barn is red.")
    library = open_library()
    library.add([tmp_path / "a.md", tmp_path / "b.md"])
    question = "What colour is the roof of the mill?"
    reading = read_question(question, None, ("en",))
    [embedding] = library.encoder.embed_questions([question])
    barn = library.store.find("b.md")
    answer = library.answer(question, reading, embedding, within=barn.id)
    assert {hit.document for hit in answer.hits} == {barn}
    assert not answer.answered
    assert library.answer(question, reading, embedding).answered
    assert library.answer(question, reading, embedding, within=99).hits == ()


def test_a_passages_surroundings_are_whole_sentences_of_its_section(
    open_library: Open, tmp_path: Path
) -> None:
    (tmp_path / "long.md").write_text(LONG)
    library = open_library()
    library.add([tmp_path / "long.md"])
    hit = library.ask("Where do we tell of rye?").hits[0]
    record, passage, before, after = find_surroundings(library.store, hit.passage_id)
    assert (record, passage) == (hit.document, hit.passage)
    text = library.store.text(record.id)
    assert before in text[: passage.start_char]
    assert after in text[passage.end_char :]
    assert after.startswith("More words.")
    assert "Chapter" not in before + passage.text + after  # nothing of the sections beside it
    assert max(len(before), len(after)) <= AROUND_CHARS
    library.remove("long.md")
    with pytest.raises(UnknownDocument, match="is gone"):
        find_surroundings(library.store, hit.passage_id)


def test_a_folder_is_added_once_and_looked_at_again_from_then_on(
    open_library: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text("One thing.")
    library = open_library()
    assert library.index_folder(folder).added == ("a.md",)
    (folder / "a.md").unlink()
    (folder / "b.md").write_text("Another thing.")
    summary = library.index_folder(folder)
    assert (summary.added, summary.removed) == (("b.md",), ("a.md",))


def test_one_document_is_looked_at_again_where_that_is_asked(
    open_library: Open, tmp_path: Path
) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("One thing.")
    library = open_library()
    library.add([tmp_path / "a.md", tmp_path / "b.md"])
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("Another thing.")
    record = library.store.find("a.md")
    assert library.reindex_document(record).updated == ("a.md",)
    assert library.reindex_document(record).unchanged == ("a.md",)
    assert library.reindex_document(record, full=True).updated == ("a.md",)
    (tmp_path / "a.md").unlink()
    assert library.reindex_document(record).failed
    assert library.store.text(record.id) == "Another thing."


@pytest.mark.parametrize("name", ["+++.txt", "signs.txt"])
def test_a_library_without_a_single_word_answers_nothing(
    open_library: Callable[..., Library], name: str
) -> None:
    library = open_library()
    assert library.keep([(name, "… — !!! ??? § % & / ( )".encode())]).added == (name,)
    assert not library.ask("What is the gate's colour?").answered
