"""Backups among processes that write, are killed, or run out of space.

Run as a program, this file is such a process: its first argument is the function to call.
"""

import hashlib
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen

import pytest

from index.errors import BackupError, DiskFull, StoreBusy
from index.library import Library
from index.store import Store
from tests.index.archives import back_up, restore
from tests.index.conftest import HashEncoder
from tests.index.test_store_crash import SOURCES, assert_whole, put

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 5
"""How often each process is killed."""
WORK = """
import sys
from pathlib import Path
from tests.index import archives
print("ready", flush=True)
getattr(archives, sys.argv[1])(*map(Path, sys.argv[2:]))
"""

# --- What the other process does ---


def add_for_ever(libraries: Path) -> None:
    with Store(libraries / "default" / "library.db") as store:
        number = max(record.size_bytes for record in store.records()) + 1
        while True:
            with store.transaction():
                put(store, number)
            print(number, flush=True)
            number += 1


def replace_for_ever(libraries: Path) -> None:
    with Library(libraries / "default", HashEncoder) as library:
        number = 0
        while True:
            text = f"# Rules\n\nThis is rule number {number}.\n"
            library.keep([(f"{number % 3}.md", text.encode())])
            if number % 7 == 6:
                library.remove(f"{number % 3}.md")
            print(number, flush=True)
            number += 1


def find_no_space(libraries: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    file, fresh = libraries.parent / "backup.zip", libraries.parent / "fresh"
    whole = file.read_bytes()
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for size in range(0, 1_000_000, 100_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        for work in (
            lambda: back_up(file, libraries, replace=True),
            lambda: restore(file, fresh / "libraries"),
        ):
            with pytest.raises(DiskFull, match="cannot grow"):
                work()
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert file.read_bytes() == whole
        assert list(fresh.iterdir()) == []
        assert sorted(path.name for path in libraries.parent.iterdir()) == [
            *("backup.zip", "fresh", "libraries"),
        ]


@contextmanager
def other_process(job: str, libraries: Path) -> Iterator["Popen[str]"]:
    command = [sys.executable, "-m", "tests.index.test_backup_crash", job, str(libraries)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with Popen(command, stdout=PIPE, text=True, env=environment, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_line(process: "Popen[str]") -> str:
    assert process.stdout
    line = process.stdout.readline()
    assert line
    return line


# --- The tests ---


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """A library of some megabytes, and a small one."""
    for name, characters in (("default", 600_000), ("server-5", 2_000)):
        with Store(tmp_path / "libraries" / name / "library.db") as store:
            for number in range(SOURCES):
                with store.transaction():
                    put(store, number, characters)
    return tmp_path / "libraries"


@contextmanager
def worker(job: str, file: Path, libraries: Path) -> Iterator["Popen[str]"]:
    """A process that calls a function of `archives`, once it has begun to."""
    command = [sys.executable, "-c", WORK, job, str(file), str(libraries)]
    with Popen(command, stdout=PIPE, text=True, cwd=ROOT) as process:
        try:
            assert wait_for_line(process) == "ready\n"
            yield process
        finally:
            process.kill()


def measure(job: str, file: Path, libraries: Path) -> float:
    """How many seconds it takes where it is not killed."""
    with worker(job, file, libraries) as process:
        began = time.monotonic()
        assert process.wait() == 0
        return time.monotonic() - began


def kill_at_random(job: str, file: Path, libraries: Path, longest_s: float, random: Random) -> None:
    with worker(job, file, libraries) as process:
        time.sleep(random.uniform(0, longest_s))
        process.kill()


def read_numbers(libraries: Path) -> list[dict[str, int]]:
    """Fail unless each library is whole; return which documents they hold."""
    found = []
    for name in ("default", "server-5"):
        with Store(libraries / name / "library.db") as store:
            found.append(assert_whole(store))
    return found


def test_whatever_moment_a_backup_is_killed_the_file_is_whole_or_not_there(
    libraries: Path, tmp_path: Path
) -> None:
    random = Random(7)
    file, fresh = tmp_path / "backup.zip", tmp_path / "fresh" / "libraries"
    before = read_numbers(libraries)
    longest_s = 1.1 * measure("back_up_again", file, libraries)
    file.unlink()
    for number in range(ROUNDS):
        if number % 2:  # in every other round one is there that is to be replaced
            back_up(file, libraries, replace=True)
        kill_at_random("back_up_again", file, libraries, longest_s, random)
        assert file.exists() >= number % 2
        if file.exists():
            restore(file, fresh)
            assert read_numbers(fresh) == before
            shutil.rmtree(fresh)
            file.unlink()
    assert read_numbers(libraries) == before
    back_up(file, libraries)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_whatever_moment_a_restore_is_killed_all_is_there_or_nothing(
    libraries: Path, tmp_path: Path
) -> None:
    random = Random(7)
    file, fresh = tmp_path / "backup.zip", tmp_path / "fresh" / "libraries"
    before = read_numbers(libraries)
    back_up(file, libraries)
    longest_s = 1.1 * measure("restore", file, fresh)
    shutil.rmtree(fresh)
    for _ in range(ROUNDS):
        kill_at_random("restore", file, fresh, longest_s, random)
        if fresh.exists():
            assert read_numbers(fresh) == before
            with pytest.raises(BackupError, match="holds libraries already"):
                restore(file, fresh)
        else:
            restore(file, fresh)
            assert read_numbers(fresh) == before
            assert [path.name for path in fresh.parent.iterdir()] == ["libraries"]
        shutil.rmtree(fresh)


def test_while_another_process_adds_a_backup_is_of_one_moment_and_does_no_harm(
    libraries: Path, tmp_path: Path
) -> None:
    file, fresh = tmp_path / "backup.zip", tmp_path / "fresh" / "libraries"
    with other_process("add_for_ever", libraries) as process:
        for _ in range(5):
            said = int(wait_for_line(process))
            back_up(file, libraries, replace=True)
            restore(file, fresh)
            found, small = read_numbers(fresh)
            newest = max(found.values())
            # The documents that the writer had put there by some moment: the last of each name.
            assert newest >= said
            assert found == {
                f"{n % SOURCES}.md": n for n in range(newest - SOURCES + 1, newest + 1)
            }
            assert len(small) == SOURCES
            shutil.rmtree(fresh)
        assert process.poll() is None
        process.kill()
    assert len(read_numbers(libraries)[0]) == SOURCES


def test_while_another_process_replaces_kept_files_each_belongs_to_its_document(
    tmp_path: Path,
) -> None:
    file, libraries = tmp_path / "backup.zip", tmp_path / "libraries"
    fresh = tmp_path / "fresh" / "libraries"
    with other_process("replace_for_ever", libraries) as process:
        wait_for_line(process)
        backups = 0
        while backups < 5:
            try:
                back_up(file, libraries, replace=True)
            except StoreBusy:  # as it says: try again
                continue
            backups += 1
            restore(file, fresh)
            with Library(fresh / "default", HashEncoder) as library:
                kept = {path.name: path.read_bytes() for path in library.files.iterdir()}
                assert {r.name: r.content_hash for r in library.store.records()} == {
                    name: hashlib.sha256(data).hexdigest() for name, data in kept.items()
                }
                assert library.check() == ()
            shutil.rmtree(fresh)
        assert process.poll() is None


def test_a_full_disk_leaves_the_backup_that_was_there_and_no_half_restored_folder(
    libraries: Path, tmp_path: Path
) -> None:
    back_up(tmp_path / "backup.zip", libraries)
    with other_process("find_no_space", libraries) as process:
        assert process.wait() == 0


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
