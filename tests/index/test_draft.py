"""A copy of a library's index: changed apart, put to use, held, stale, dropped, and killed over.

Run as a program, this file is the process that is killed: its first argument is the function to
call. With `kill ROUNDS` it is a longer run of the test, for a person.
"""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from index import draft
from index.draft import (
    copy_library,
    find_draft,
    settle_draft,
)
from index.errors import DiskFull, StoreBusy
from index.library import Library
from index.types import Calibration, Document, Incoming, Look, Span
from tests.index.archives import back_up
from tests.index.conftest import HashEncoder
from tests.index.test_faults import NAMES, disk, fill, own_disk, read_versions, write_text

__all__ = ["disk"]

SITE = "https://example.org/docs"


def look_at(number: int) -> Look:
    """A look that found one page."""
    text = f"Page {number} is of a site."
    document = Document(f"Page {number}", text, (Span(0, len(text)),))
    page = Incoming(f"page{number}", f"{SITE}/{number}", document, len(text), f"{number:064}")
    return Look((page,), frozenset([page.source]))


def open_library(folder: Path, index: Path | None = None) -> Library:
    return Library(folder / "library", HashEncoder, passage_chars=600, index=index)


def change(folder: Path, version: int) -> None:
    for name in NAMES:
        write_text(folder / "texts", name, version)


def read_version(folder: Path) -> int:
    """The version that all texts of the library have."""
    with open_library(folder) as library:
        [version] = set(read_versions(library).values())
    return version


def read_texts(library: Library) -> list[str]:
    return [library.store.text(record.id) for record in library.store.records()]


def reindex(folder: Path, index: Path, *, full: bool = False) -> None:
    with open_library(folder, index) as copy:
        copy.reindex(full=full)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    change(tmp_path, 1)
    with open_library(tmp_path) as library:
        library.add([tmp_path / "texts"])
    return tmp_path


@pytest.fixture
def held(folder: Path) -> Path:
    """A library beside which a copy with another version waits."""
    change(folder, 2)
    with copy_library(folder / "library") as copy:
        reindex(folder, copy.folder)
        copy.hold()
    return folder


def promote(folder: Path) -> bool:
    waiting = find_draft(folder / "library")
    assert waiting
    return waiting.promote()


@pytest.mark.parametrize("full", [False, True])
def test_what_a_copy_became_is_put_to_use_for_all_who_have_the_library_open(
    folder: Path, full: bool
) -> None:
    with open_library(folder) as reader, open_library(folder) as asked:
        asked.ask("word1")
        change(folder, 2)
        with reader.store.snapshot():
            before = read_texts(reader)
            with copy_library(folder / "library") as copy:
                reindex(folder, copy.folder, full=full)
                assert set(read_versions(asked).values()) == {1}
                assert copy.promote()
            assert read_texts(reader) == before  # of one moment
        for library in (reader, asked):
            assert set(read_versions(library).values()) == {2}
    assert read_version(folder) == 2
    assert not (folder / "library" / "draft").exists()


def test_a_copy_is_gone_unless_it_is_held_and_the_library_is_as_before(folder: Path) -> None:
    change(folder, 2)
    with pytest.raises(RuntimeError), copy_library(folder / "library") as copy:
        reindex(folder, copy.folder)
        raise RuntimeError
    assert not copy.folder.exists()
    assert read_version(folder) == 1


def test_a_copy_that_is_held_waits_for_its_owner_alone(held: Path) -> None:
    waiting = find_draft(held / "library")
    assert waiting
    assert not settle_draft(held / "library")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in waiting.folder.iterdir()}
    assert (stat.S_IMODE(waiting.folder.stat().st_mode), modes) == (0o700, {0o600})
    assert read_version(held) == 1
    assert promote(held)
    assert read_version(held) == 2
    assert find_draft(held / "library") is None


def test_another_copy_takes_the_place_of_one_that_waits(held: Path) -> None:
    first = find_draft(held / "library")
    with copy_library(held / "library") as copy:
        copy.hold()
    second = find_draft(held / "library")
    assert first and second
    assert first.id != second.id


def forget_teacher(library: Library) -> None:
    with library.store.transaction():
        library.store.taught.forget(7)


def test_a_backup_holds_the_library_and_no_draft(held: Path, tmp_path: Path) -> None:
    assert set(back_up(tmp_path / "backup.zip", held).members) == {"libraries/library/library.db"}


CHANGES: dict[str, Callable[[Library], object]] = {
    "a file that came": lambda library: library.keep([("new.txt", b"A new text of five words.")]),
    "a document removed": lambda library: library.remove("texts/1.txt"),
    "a folder more": lambda library: library.add([library.folder]),
    "a source": lambda library: library.add_origin(
        "site", f"{SITE}/2", {}, every_s=60, look=look_at(2)
    ),
    "how often a source is looked at": lambda library: library.add_origin(
        "site", SITE, {}, every_s=9, look=look_at(1)
    ),
    "an answer taught": lambda library: library.teach("Who is word8?", "Ask Bob."),
    "another version of one": lambda library: library.teach(
        "Who is word7?", "Ask Bob.", id=library.taught()[0].id
    ),
    "who taught it": forget_teacher,
    "a calibration": lambda library: library.calibrate(Calibration(1.0, 1.0, 1.0)),
}


@pytest.fixture
def rich(folder: Path) -> Iterator[Library]:
    """A library with a source and a taught answer, beside which a copy waits."""
    with open_library(folder) as library:
        library.add_origin("site", SITE, {}, every_s=60, look=look_at(1))
        library.teach("Who is word7?", "Ask Ann.", who=7)
        with copy_library(library.folder) as copy:
            copy.hold()
        yield library


@pytest.mark.parametrize("what", CHANGES)
def test_a_copy_is_of_no_use_once_the_library_has_changed(rich: Library, what: str) -> None:
    CHANGES[what](rich)
    before = rich.store.generation
    waiting = find_draft(rich.folder)
    assert waiting
    assert not waiting.promote()
    assert rich.store.generation == before
    assert settle_draft(rich.folder)
    assert not waiting.folder.exists()


def test_a_look_that_found_nothing_leaves_a_copy_as_good_as_it_was(rich: Library) -> None:
    [origin] = rich.origins()
    rich.take(origin, Look((), frozenset([f"{SITE}/1"])))
    rich.note_failure(origin, "The site is away.")
    assert not settle_draft(rich.folder)


def test_a_copy_waits_for_no_other_process_longer_than_any_change(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(held / "library" / "library.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="Another Footnote is writing to"):
            promote(held)
    assert read_version(held) == 1
    assert promote(held)


def fill_the_disk(folder: Path) -> None:
    (folder / "texts").mkdir()
    change(folder, 1)
    with open_library(folder) as library:
        library.add([folder / "texts"])
    change(folder, 2)
    fill(folder, 1 << 16)
    try:
        with copy_library(folder / "library"):
            raise AssertionError("there was room")
    except DiskFull as error:
        assert "MB are free on its disk" in str(error), error
    (folder / "ballast").unlink()
    assert not (folder / "library" / "draft").exists()
    with copy_library(folder / "library") as copy:
        reindex(folder, copy.folder)
        copy.hold()
    fill(folder, 1 << 14)
    try:
        promote(folder)
    except DiskFull:
        pass
    else:
        raise AssertionError("there was room")
    (folder / "ballast").unlink()
    assert read_version(folder) == 1
    assert promote(folder)
    assert read_version(folder) == 2
    print("done")


def test_a_full_disk_leaves_the_library_as_it_was(disk: Path) -> None:
    with own_disk("fill_the_disk", "size=6m", disk, __file__) as done:
        assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


# --- Processes that are killed ---


def work_for_ever(folder: Path, seed: str) -> None:
    """Copy, change, hold, promote and drop, and tell before and after each what is done."""
    random = Random(seed)
    library = folder / "library"
    version = 1_000 * int(seed)
    settle_draft(library)
    while True:
        version += 1
        full, end = random.random() < 0.5, random.choice(("promote", "hold", "accept", "drop"))
        change(folder, version)
        print("begin", end, version, flush=True)
        with copy_library(library) as copy:
            reindex(folder, copy.folder, full=full)
            if end == "promote":
                assert copy.promote()
            elif end != "drop":
                copy.hold()
        if end == "accept":
            assert promote(folder)
        print("end", flush=True)


def kill_at_some_moment(folder: Path, random: Random, seed: int) -> list[list[str]]:
    """What the process that was killed has said, a list of words a line."""
    command = [sys.executable, __file__, "work_for_ever", str(folder), str(seed)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder
    ) as process:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line.split())
            if len(said) > random.randrange(1, 16):
                break
        time.sleep(random.uniform(0, 0.1))
        process.kill()
        said += [line.split() for line in process.stdout]
    assert said[0][0] == "begin"
    return said


def kill(folder: Path, rounds: int) -> dict[str, int]:
    """Kill a process so many times; return how often which job had been begun and not ended."""
    (folder / "texts").mkdir()
    change(folder, 1)
    with open_library(folder) as library:
        library.add([folder / "texts"])
    random, cut, known = Random(7), Counter[str](), 1
    for number in range(rounds):
        said = kill_at_some_moment(folder, random, number + 1)
        begun = [words for words in said if words[0] == "begin"]
        ended = said.count(["end"])
        cut.update(job for _, job, _ in begun[ended:])
        used = [int(version) for _, job, version in begun if job in ("promote", "accept")]
        done = [int(version) for _, job, version in begun[:ended] if job in ("promote", "accept")]
        allowed = {known, *used[-1:]} if not done else {done[-1], *used[-1:]}
        known = read_version(folder)
        assert known in allowed, (number, known, said[-3:])
        settle_draft(folder / "library")
        if (folder / "library" / "draft").exists():
            _, job, version = begun[-1]
            assert job in ("hold", "accept")
            assert promote(folder)
            known = read_version(folder)
            assert known == int(version)
        left = {path.name for path in (folder / "library").iterdir()}
        assert left <= {"library.db", "library.db-wal", "library.db-shm", "nearest.faiss"}
    return dict(cut)


@pytest.mark.parametrize("rounds", [2, pytest.param(15, marks=pytest.mark.thorough)])
def test_whenever_it_is_killed_the_library_is_whole_and_the_old_one_or_the_new_one(
    tmp_path: Path, rounds: int
) -> None:
    kill(tmp_path, rounds)


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        with tempfile.TemporaryDirectory() as made:
            print(kill(Path(made), int(sys.argv[2])))
    else:
        globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
