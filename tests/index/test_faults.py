"""A library among real faults: killed processes, a full disk, a read-only folder, flipped bytes.

Run as a program, this file is the other process: its first argument is the function to call. With
`kill ROUNDS` or `flip ROUNDS` it is a longer run of the tests, for a person.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest

from index.errors import DiskFull, LibraryError
from index.library import Library
from index.repair import repair_library
from index.types import Document, Incoming, Look, Span
from tests.index.conftest import HashEncoder

NAMES = tuple(f"{number}.txt" for number in range(6))
SITE = "https://example.org/docs"
BOUND = {NAMES[0]: ("c1", "r2"), "page0": ("c1",)}


def compose(name: str, version: int) -> str:
    """A text that says which it is, and is of no other length by chance."""
    random = Random(f"{name} {version}")
    words = [f"word{random.randrange(90)}" for _ in range(random.randrange(200, 900))]
    sentences = [" ".join(words[start : start + 9]) for start in range(0, len(words), 9)]
    return f"Text {name} version{version}. " + "".join(f"The {one} end. " for one in sentences)


def write_text(folder: Path, name: str, version: int) -> None:
    unfinished = folder / f".{name}"
    unfinished.write_text(compose(name, version))
    unfinished.replace(folder / name)


def read_versions(library: Library) -> dict[str, int]:
    """Which version of each text is there; fails unless all are there whole and are found."""
    assert library.check() == ()
    found = {}
    for record in library.store.records():
        text = library.store.text(record.id)
        version = int(text.split("version")[1].split(".")[0])
        assert text.strip() == compose(record.name.rpartition("/")[2], version).strip()
        hits = library.ask(f"version{version} Text {record.name}", top=20).hits
        assert record.id in [hit.document.id for hit in hits]
        found[record.name] = version
    assert len(library.nearest) == library.store.counts()[0]
    return found


def open_library(folder: Path, **options: bool) -> Library:
    return Library(folder / "library", HashEncoder, passage_chars=600, **options)


def repair(folder: Path) -> list[str]:
    return list(repair_library(folder / "library", partial(open_library, folder, alone=True)))


# --- Processes that are killed ---


def work_for_ever(folder: Path, seed: str) -> None:
    """Add, change, remove and reindex, and tell before and after each what is done."""
    random = Random(seed)
    texts = folder / "texts"
    with open_library(folder) as library:
        version = 1_000 * int(seed)
        library.reindex()  # what was written and not taken in
        print("ready", json.dumps(read_versions(library)), flush=True)
        while True:
            version += 1
            job = random.choice(("change", "change", "keep", "remove", "reindex", "full"))
            names = random.sample(NAMES, random.randrange(1, 4))
            if job == "change":
                for name in names:
                    write_text(texts, name, version)
                print("begin", job, version, *names, flush=True)
                library.add([texts / name for name in names])
            elif job == "keep":
                files = [(f"kept-{name}", compose(f"kept-{name}", version)) for name in names]
                print("begin", job, version, *(name for name, _ in files), flush=True)
                library.keep([(name, text.encode()) for name, text in files])
            elif job == "remove":
                there = sorted(record.name for record in library.store.records())
                if there:
                    print("begin", job, 0, there[0], flush=True)
                    library.remove(there[0])
            else:
                print("begin", job, 0, flush=True)
                library.reindex(full=job == "full")
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
            said.append(line.split(" ", 1) if line.startswith("ready") else line.split())
            if len(said) > random.randrange(2, 24):
                break
        time.sleep(random.uniform(0, 0.05))
        process.kill()
        said += [line.split() for line in process.stdout]
    assert said[0][0] == "ready"
    return said


def follow(versions: dict[str, int], job: str, version: int, names: list[str]) -> dict[str, int]:
    if job == "remove":
        return {name: one for name, one in versions.items() if name not in names}
    return versions | dict.fromkeys(names, version)


def kill(folder: Path, rounds: int) -> int:
    """Kill a process so many times; return how many jobs had been begun and not ended."""
    (folder / "texts").mkdir()
    for name in NAMES:
        write_text(folder / "texts", name, 1)
    with open_library(folder) as library:
        library.add([folder / "texts"])
        known = read_versions(library)
    random, cut = Random(5), 0
    for number in range(rounds):
        said = kill_at_some_moment(folder, random, number + 1)
        with open_library(folder) as library:
            found = read_versions(library)
        before = after = json.loads(said[0][1])
        assert known.keys() <= before.keys()
        begun = [words for words in said if words[0] == "begin"]
        for place, (_, job, version, *names) in enumerate(begun):
            before, after = after, follow(after, job, int(version), names)
            ended = said.count(["end"]) > place
            if ended:
                before = after
        cut += said.count(["end"]) < len(begun)
        for name in before.keys() | after.keys() | found.keys():
            assert found.get(name) in (before.get(name), after.get(name)), (number, name, said[-3:])
        repair(folder)
        assert not list((folder / "library" / "files").glob(".*"))
        with open_library(folder) as library:
            assert read_versions(library) == found
            known = found
    return cut


@pytest.mark.parametrize("rounds", [2, pytest.param(10, marks=pytest.mark.thorough)])
def test_whatever_job_it_is_killed_in_each_document_is_there_whole(
    tmp_path: Path, rounds: int
) -> None:
    kill(tmp_path, rounds)


# --- Disks that are full and folders that are read-only ---


@contextmanager
def own_disk(
    job: str, options: str, folder: Path, program: str = __file__
) -> Iterator[subprocess.CompletedProcess[str]]:
    """Run a function with a disk of its own, which no other process sees, at a folder."""
    script = 'mount -t tmpfs -o "$1" none "$2" && exec "$3" "$4" "$5" "$2"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    command += [options, str(folder), sys.executable, program, job]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    yield subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/")


def may_mount() -> bool:
    """Whether the system lets a process have a disk of its own."""
    try:
        with own_disk("do_nothing", "size=1m", Path(tempfile.gettempdir())) as done:
            return done.returncode == 0
    except OSError:
        return False


def do_nothing(_: Path) -> None:
    pass


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    if not may_mount():
        pytest.skip("the system lets no process mount a disk of its own (unshare --user --mount)")
    return tmp_path


def fill_the_disk(folder: Path) -> None:
    with open_library(folder) as library:
        library.keep([(name, compose(name, 1).encode()) for name in NAMES])
        library.ask("word1")
        before = read_versions(library), sorted(library.files.iterdir())
        texts = {path: path.read_bytes() for path in before[1]}
        changes: dict[str, Callable[[], object]] = {
            "keep": lambda: library.keep([(n, compose(n, 2).encode() * 40) for n in NAMES]),
            "reindex": lambda: library.reindex(full=True),
            "remove": lambda: library.remove(NAMES[0]),
        }
        for name, change in changes.items():
            for spare in (0, 1 << 14, 1 << 16, 1 << 18):
                fill(folder, spare)
                try:
                    change()
                except DiskFull as error:
                    assert "is free on its disk: make room" in str(error), error
                    assert (read_versions(library), sorted(library.files.iterdir())) == before
                else:
                    assert name != "keep", "it was not full at all"
                    break
                finally:
                    (folder / "ballast").unlink()
                assert {path: path.read_bytes() for path in before[1]} == texts
        library.keep([("new.txt", compose("new.txt", 3).encode())])
        assert read_versions(library)["new.txt"] == 3
    print("done")


def fill(folder: Path, spare: int) -> None:
    """Leave so many bytes on the folder's disk."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 12))
        except OSError:
            file.truncate(max(0, file.tell() - spare))


def test_a_full_disk_leaves_everything_as_it_was_and_says_so(disk: Path) -> None:
    with own_disk("fill_the_disk", "size=6m", disk) as done:
        assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


def use_a_disk_that_is_read_only(folder: Path) -> None:
    with open_library(folder) as library:
        library.keep([(name, compose(name, 1).encode()) for name in NAMES])
        before = read_versions(library)
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    changes: tuple[Callable[[Library], object], ...] = (
        lambda library: library.keep([("new.txt", b"A new text.")]),
        lambda library: library.remove(NAMES[0]),
        lambda library: library.reindex(full=True),
    )
    for change in changes:
        with pytest.raises(LibraryError, match="right to write"), open_library(folder) as library:
            change(library)
    with pytest.raises(LibraryError, match="right to write"):
        repair(folder)
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
    with open_library(folder) as library:
        assert read_versions(library) == before
    print("done")


def test_a_read_only_folder_is_named_and_left_as_it_was(disk: Path) -> None:
    with own_disk("use_a_disk_that_is_read_only", "size=16m", disk) as done:
        assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


# --- Flipped bytes ---


def make_library(folder: Path) -> dict[str, str]:
    """A library of files, of pages that no file holds and of what was taught; return its texts by
    their sources."""
    (folder / "texts").mkdir(parents=True)
    for name in NAMES:
        write_text(folder / "texts", name, 1)
    texts = [compose(f"page{number}", 1).strip() for number in range(3)]
    pages = tuple(
        Incoming(
            f"page{number}",
            f"{SITE}/{number}",
            Document(f"Page {number}", text, (Span(0, len(text)),)),
            len(text),
            f"{number:064}",
            f"{SITE}/{number}",
        )
        for number, text in enumerate(texts)
    )
    look = Look(pages, frozenset(page.source for page in pages))
    with open_library(folder) as library:
        library.add([folder / "texts"])
        library.add_origin("site", SITE, {}, every_s=3600, look=look)
        for name, labels in BOUND.items():
            library.bind(name, labels)
        taught = library.teach("What is word7?", compose("taught", 1)[:1500], who=7)
        library.teach("What is word8?", compose("taught", 2)[:1500], who=8, id=taught.id)
        library.ask("word1")
        return read_texts(library)


def read_texts(library: Library) -> dict[str, str]:
    """All that may be cited: the texts of documents, and that of each passage."""
    texts = {}
    for record in library.store.records():
        ids = library.store.passage_ids(record.id)
        passages = [passage for _, passage in library.store.passages(ids).values()]
        text = library.store.text(record.id)
        parts = [f"{p.start_char} {p.text} {p.heading_path} {p.sentences}" for p in passages]
        texts[record.source] = "\n".join([record.title, text, *parts])
    for taught in library.taught():
        texts[f"taught:{taught.id}"] += f"\n{taught.question}\n{taught.answer}"
    return texts


def read_rows(path: Path) -> dict[str, object]:
    """All that a library's file holds: its tables and their rows."""
    with closing(sqlite3.connect(path)) as raw:
        raw.text_factory = bytes
        held: dict[str, object] = {"tables": raw.execute("SELECT * FROM sqlite_master").fetchall()}
        sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type != 'virtual'"
        for (name,) in raw.execute(sql).fetchall():
            held[name.decode()] = raw.execute(f"SELECT * FROM {name.decode()}").fetchall()
        return held


def flip(folder: Path, rounds: int, seed: int = 3) -> dict[str, int]:
    """Flip a byte of the library's file so many times; return what came of it, how often.

    Fails where the file holds anything else then, and nobody notices.
    """
    whole = make_library(folder / "whole")
    path = folder / "whole" / "library" / "library.db"
    rows = read_rows(path)
    data = path.read_bytes()
    pages = len(data) // 16_384
    random = Random(seed)
    came: dict[str, int] = {}
    for number in range(rounds):
        # Each page in turn, its first bytes as often as all others.
        page = number % pages
        offset = page * 16_384 + random.randrange(random.choice((110, 16_384)))
        spoiled = bytearray(data)
        spoiled[offset] ^= 1 << random.randrange(8)
        shutil.rmtree(folder / "one", ignore_errors=True)
        shutil.copytree(folder / "whole", folder / "one")
        (folder / "one" / "library" / "library.db").write_bytes(spoiled)
        what = outlive(folder / "one", whole, rows, offset)
        came[what] = came.get(what, 0) + 1
    return came


def outlive(folder: Path, whole: dict[str, str], rows: dict[str, object], offset: int) -> str:
    """What came of a flipped byte; fails where it led to anything but words and mending."""
    library = folder / "library"
    noticed = True
    try:
        with open_library(folder) as opened:
            noticed = bool(opened.check())
            opened.ask("word1 word2 word3")
            assert_bound(opened)
            if not noticed:
                assert read_texts(opened) == whole, offset
    except LibraryError:
        pass
    if not noticed:
        held = read_rows(library / "library.db")
        assert [name for name, one in held.items() if one != rows.get(name)] == [], offset
    before = (library / "library.db").read_bytes()
    done = repair(folder)
    aside = [path for path in library.glob("library.db.damaged-*") if path.suffix != ".mended"]
    if not (library / "library.db").exists():
        assert before in [path.read_bytes() for path in aside], offset
        return "set aside"
    with open_library(folder) as opened:
        left = opened.check()
        if left:
            assert any("could not be mended" in sentence for sentence in done), (offset, left)
            return "left for its owner"
        texts = read_texts(opened)
        assert texts.items() <= whole.items(), offset
        assert_bound(opened)
        if aside:
            assert before in [path.read_bytes() for path in aside], offset
            opened.index_folder(folder.parent / "whole" / "texts")
            files = {source: text for source, text in whole.items() if source.startswith("/")}
            assert files.items() <= read_texts(opened).items(), offset
            assert_bound(opened)
            return f"saved, {len(whole) - len(texts)} of {len(whole)} lost"
        assert texts == whole, offset
    return "mended" if done else "harmless"


def assert_bound(library: Library) -> None:
    """Fail where anybody may read what they might not before."""
    bonds = library.store.readers.bonds()
    for record in library.store.records():
        for name, labels in BOUND.items():
            if record.source.endswith(f"/{name.removeprefix('page')}"):
                assert bonds[record.name] <= set(labels)


def test_a_flipped_byte_in_the_store_is_noticed_and_mended_or_set_aside(tmp_path: Path) -> None:
    came = flip(tmp_path, 44)
    assert {what.partition(",")[0] for what in came} >= {"harmless", "mended", "saved"}, came


if __name__ == "__main__":
    if sys.argv[1] in ("kill", "flip"):
        with tempfile.TemporaryDirectory() as made:
            print(globals()[sys.argv[1]](Path(made), int(sys.argv[2])))
    else:
        globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
