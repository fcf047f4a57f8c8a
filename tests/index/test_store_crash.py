"""The store among processes that are killed, write at once, or run out of space.

Run as a program, this file is such a process: its first argument is the function to call.
"""

import hashlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen

import numpy as np
import pytest

from index.embed import Embedding
from index.errors import DiskFull, LibraryError, StoreBusy
from index.store import Store
from index.types import Document, Passage, Record
from index.write import Part

SOURCES = 7


def put(store: Store, number: int, characters: int = 2_000) -> Record:
    """Put document number `number`, of a random length, in the place of the last but SOURCES."""
    random = Random(number)
    parts = [f"version{number} part{i} " * random.randrange(1, 60) for i in range(9)]
    parts.append("x" * characters)
    text = "\n\n".join(parts)
    passages, start = [], 0
    for part in parts:
        end = start + len(part)
        passages.append(Passage(part, start, end, None, None, (), ((0, len(part)),)))
        start = end + 2
    row = np.full(64, 0.125, np.float32)
    signs = np.full((100, 8), number % 256, np.uint8)
    return store.put(
        Document(f"Title {number}", text, ()),
        name=f"{number % SOURCES}.md",
        source=f"/docs/{number % SOURCES}.md",
        size_bytes=number,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        language="en",
        parts=[
            Part(passage, passage.text.split(), Embedding(row, row[None], signs, (10, 90)))
            for passage in passages
        ],
    )


def assert_whole(store: Store) -> dict[str, int]:
    """Fail unless each document is there whole; return which number each name has."""
    assert store.check() == ()
    with store.snapshot():
        records = store.records()
        for record in records:
            text = store.text(record.id)
            assert hashlib.sha256(text.encode()).hexdigest() == record.content_hash
            found = store.evidence.match([f"version{record.size_bytes}"], 99)
            assert len(found) == record.passages - 1
            features = store.evidence.features(found).values()
            assert all((f.token_signs == record.size_bytes % 256).all() for f in features)
        ids, _ = store.evidence.vectors()
        assert store.counts()[0] == len(ids) == sum(record.passages for record in records)
        return {record.name: record.size_bytes for record in records}


# --- What the other process does ---


def add_for_ever(path: Path) -> None:
    with Store(path) as store:
        number = max((record.size_bytes for record in store.records()), default=-1) + 1
        print("ready", flush=True)
        while True:
            with store.transaction():
                put(store, number)
            print(number, flush=True)
            number += 1


def add_some(path: Path) -> None:
    with Store(path) as store:
        for number in range(40):
            with store.transaction():
                put(store, number)


def read_for_a_while(path: Path) -> None:
    with Store(path) as store:
        print("ready", flush=True)
        seen = set()
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            with store.snapshot():
                seen.add(store.generation)
                passages = store.counts()[0]
                assert passages == len(store.evidence.vectors()[0])
                assert passages == sum(record.passages for record in store.records())
        assert len(seen) > 5, len(seen)


def hold(path: Path) -> None:
    with Store(path) as store, store.transaction():
        put(store, 1)
        print("ready", flush=True)
        sys.stdin.read()


def fill_the_disk(path: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Store(path) as store:
        before = store.generation, store.records()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for spare in range(0, 400_000, 50_000):
            size = Path(f"{path}-wal").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + spare, hard))
            with pytest.raises(DiskFull, match="cannot grow"), store.transaction():
                put(store, 1, characters=1_000_000)
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert (store.generation, store.records()) == before
        assert_whole(store)
        with store.transaction():
            put(store, 1, characters=1_000_000)


def use_a_folder_that_is_read_only(path: Path) -> None:
    path.as_uri()  # what this loads may be out of nobody's reach
    if os.getuid() == 0:
        os.setuid(65534)
    with pytest.raises(LibraryError, match="right to write"), Store(path) as store:
        store.records()
        with store.transaction():
            put(store, 2)


@contextmanager
def other_process(job: str, path: Path) -> Iterator["Popen[str]"]:
    command = [sys.executable, __file__, job, str(path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_ready(process: "Popen[str]") -> None:
    assert process.stdout
    assert process.stdout.readline() == "ready\n"


# --- The tests ---


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "library.db"


def test_whatever_moment_it_is_killed_each_document_is_there_whole(path: Path) -> None:
    random = Random(7)
    known: dict[str, int] = {}
    for _ in range(10):
        with other_process("add_for_ever", path) as process:
            wait_until_ready(process)
            time.sleep(random.uniform(0, 0.15))
            process.kill()
            assert process.stdout
            said = [int(line) for line in process.stdout.read().split()]
        following = max([*known.values(), *said], default=-1) + 1
        known |= {f"{number % SOURCES}.md": number for number in said}
        with Store(path) as store:
            found = assert_whole(store)
        # It may have been killed after a commit and before it could say so.
        assert found in (known, known | {f"{following % SOURCES}.md": following})
        known = found
    assert len(known) == SOURCES


def test_readers_see_whole_changes_only(path: Path) -> None:
    with Store(path) as store, store.transaction():
        put(store, 0)
    with other_process("read_for_a_while", path) as a, other_process("read_for_a_while", path) as b:
        wait_until_ready(a)
        wait_until_ready(b)
        with Store(path) as store:
            number = 1
            while a.poll() is None or b.poll() is None:
                with store.transaction():
                    put(store, number)
                number += 1
        assert (a.returncode, b.returncode) == (0, 0)


def test_a_writer_waits_for_another(path: Path) -> None:
    with other_process("hold", path) as process:
        wait_until_ready(process)
        with Store(path, busy_timeout_s=0.1) as store:
            with pytest.raises(StoreBusy), store.transaction():
                pass
            assert store.records() == ()
        assert process.stdin
        process.stdin.close()
        with Store(path) as store, store.transaction():
            put(store, 2)
        assert process.wait() == 0
    with Store(path) as store:
        assert assert_whole(store) == {"1.md": 1, "2.md": 2}


def test_processes_may_make_a_library_and_write_to_it_at_once(path: Path) -> None:
    with (
        other_process("add_some", path) as a,
        other_process("add_some", path) as b,
        other_process("add_some", path) as c,
    ):
        assert (a.wait(), b.wait(), c.wait()) == (0, 0, 0)
    with Store(path) as store:
        assert len(assert_whole(store)) == SOURCES


def test_a_write_that_fails_changes_nothing(path: Path) -> None:
    with Store(path) as store:
        with store.transaction():
            put(store, 0)
        with other_process("fill_the_disk", path) as process:
            assert process.wait() == 0
        assert assert_whole(store) == {"0.md": 0, "1.md": 1}


def test_a_folder_that_may_not_be_written_to_is_named() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        with Store(folder / "library.db") as store, store.transaction():
            put(store, 0)
        (folder / "library.db").chmod(0o644)
        folder.chmod(0o555)
        with other_process("use_a_folder_that_is_read_only", folder / "library.db") as process:
            assert process.wait() == 0
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
