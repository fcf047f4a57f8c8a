"""Files that a library keeps itself."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import DiskFull, LibraryError
from index.keep import MAX_NAME_BYTES, safe_name, write_files
from index.library import Library
from index.summary import Progress

OpenLibrary = Callable[..., Library]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("rules.pdf", "rules.pdf"),
        ("House rules (2026).docx", "House rules (2026).docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.md", "notes.md"),
        (".hidden.md", "hidden.md"),
        ("...", "document"),
        ("", "document"),
        ("a\x00b\u202etxt.md", "a_b_txt.md"),
        ("überblick.md", "überblick.md"),
        (".md", "md"),
        ("No. 1 of all that was to be told", "No. 1 of all that was to be told"),
    ],
)
def test_a_name_is_kept_where_it_is_harmless_and_made_so_where_not(
    given_name: str, kept: str
) -> None:
    assert safe_name(given_name) == kept


@given(st.text(max_size=400))
@example("/" * 300)
@example("🦉" * 300 + ".md")
@example("a.b" + "." + "c" * 18 + " d")
@example("x." + "y" * 300)
def test_whatever_the_name_the_file_stays_in_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert safe.isprintable()
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert safe_name(safe) == safe


def test_long_names_that_differ_stay_different_when_they_are_shortened(
    open_library: OpenLibrary,
) -> None:
    january, february = ("x" * 150 + month + ".md" for month in (" January", " February"))
    library = open_library()
    assert len(library.keep([(january, b"It is cold."), (february, b"It is short.")]).added) == 2
    assert library.keep([(january, b"It is mild.")]).updated == (safe_name(january),)
    assert safe_name(january).startswith("x" * 130)
    assert safe_name(january).endswith(".md")


def test_files_and_folders_are_their_owners_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "one.md"
    before = os.umask(0)
    try:
        with write_files({path: b"one"}, stays=lambda _: True):
            pass
        with write_files({path: b"two"}, stays=lambda _: False):
            modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
            assert modes == {0o600} and len(list(path.parent.iterdir())) == 2
    finally:
        os.umask(before)
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_files_stay_or_are_as_before(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    old, new = folder / "old.md", folder / "new.md"
    with write_files({old: b"one"}, stays=lambda _: True):
        assert old.read_bytes() == b"one"
        assert stat.S_IMODE(old.stat().st_mode) == 0o600
    for stays, contents in (
        (False, {"old.md": b"one"}),
        (True, {"old.md": b"two", "new.md": b"x"}),
    ):
        with write_files({old: b"two", new: b"x"}, stays=lambda _, stays=stays: stays):
            assert old.read_bytes() == b"two"
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == contents


@pytest.mark.parametrize(
    ("code", "raised", "said"),
    [
        (errno.ENOSPC, DiskFull, r"cannot grow .* make room"),
        (errno.EACCES, LibraryError, r"cannot be opened or written \(Permission denied\)"),
    ],
)
def test_files_that_cannot_be_written_leave_the_old_ones_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, raised: type[Exception], said: str
) -> None:
    path = tmp_path / "rules.md"
    path.write_bytes(b"one")

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with (
        pytest.raises(raised, match=f"{tmp_path.name} {said}") as caught,
        write_files({path: b"two"}, stays=lambda _: False),
    ):
        pytest.fail("what could not be written was taken for written")
    assert "rules" not in str(caught.value)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("rules.md", b"one")]


def test_files_given_as_bytes_are_documents_and_outlive_what_gave_them(
    open_library: OpenLibrary,
) -> None:
    library = open_library()
    summary = library.keep([("town.md", b"The museum opens at nine."), ("bad.xyz", b"?")])
    assert summary.added == ("town.md",)
    assert [failure.path.rpartition("/")[2] for failure in summary.failed] == ["bad.xyz"]
    assert [file.name for file in library.files.iterdir()] == ["town.md"]
    assert library.ask("When does the museum open?").hits[0].document.name == "town.md"
    assert library.reindex().unchanged == ("town.md",)
    assert library.reindex(full=True).updated == ("town.md",)


def test_the_same_name_again_replaces_the_document_unless_it_cannot_be_read(
    open_library: OpenLibrary,
) -> None:
    library = open_library()
    library.keep([("town.md", b"The museum opens at nine.")])
    assert library.keep([("town.md", b"The museum opens at nine.")]).unchanged == ("town.md",)
    assert library.keep([("town.md", b"The museum opens at ten.")]).updated == ("town.md",)
    assert library.keep([("town.md", b"  ")]).failed
    assert (library.files / "town.md").read_bytes() == b"The museum opens at ten."
    [(record, status)] = library.documents()
    assert status == "current"
    assert library.store.text(record.id) == "The museum opens at ten."


def test_two_files_of_one_name_are_not_mistaken_for_one(open_library: OpenLibrary) -> None:
    summary = open_library().keep([("a/x.md", b"One thing."), ("b/x.md", b"Another thing.")])
    assert summary.added == ("x.md",)
    assert "same name" in summary.failed[0].reason


def test_a_job_that_is_stopped_leaves_files_and_documents_as_they_were(
    open_library: OpenLibrary,
) -> None:
    library = open_library()
    library.keep([("town.md", b"The museum opens at nine.")])

    def stop(progress: Progress) -> None:
        if progress.passages:
            raise KeyError

    with pytest.raises(KeyError):
        library.keep([("town.md", b"It is closed."), ("new.md", b"Something new.")], stop)
    assert [file.name for file in library.files.iterdir()] == ["town.md"]
    assert (library.files / "town.md").read_bytes() == b"The museum opens at nine."
    [(record, status)] = library.documents()
    assert (record.name, status) == ("town.md", "current")


def test_a_removed_document_takes_its_kept_file_along_and_may_come_again(
    open_library: OpenLibrary,
) -> None:
    library = open_library()
    library.keep([("town.md", b"The museum opens at nine.")])
    library.remove("town.md")
    assert list(library.files.iterdir()) == []
    assert library.reindex().added == ()
    assert library.keep([("town.md", b"The museum opens at ten.")]).added == ("town.md",)
