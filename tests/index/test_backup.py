"""Backups, restored into fresh folders: they answer alike, and nothing hostile gets in."""

import json
import shutil
import sqlite3
import stat
import warnings
from contextlib import closing
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import BackupError, DiskFull
from index.library import Library
from index.manifest import MANIFEST
from index.restore import MAX_MANIFEST_BYTES
from index.schema import LIBRARY
from index.types import Answer
from index.workspace import require_room
from tests.index.archives import back_up, pack, restore, unpack
from tests.index.conftest import HashEncoder

GUIDE = """\
# Town guide

## Museum

The museum opens at nine in the morning. It shows old maps of the island.

## Harbour

The lighthouse is forty metres high. Boats leave from the harbour at noon.
"""
RULES = b"# House rules\n\nGuests leave the garden by ten in the evening.\n"
NEWER = b"# House rules\n\nGuests leave the garden by eleven in the evening.\n"
QUESTIONS = (
    "When does the museum open in the morning?",
    "How high is the lighthouse?",
    "When do guests leave the garden?",
    "From where do boats leave at noon?",
    "Who painted yellow flowers?",
    "Who keeps the key?",
)


def open_at(libraries: Path, name: str = "default") -> Library:
    return Library(libraries / name, HashEncoder)


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """Two libraries: one with a file and a kept file, one with a kept file of the same name."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "town.md").write_text(GUIDE)
    folder = tmp_path / "data" / "libraries"
    with open_at(folder) as library:
        library.add([documents])
        library.keep([("rules.md", RULES)])
    with open_at(folder, "server-5") as library:
        library.keep([("rules.md", NEWER)])
        first = library.teach("Who keeps the key?", "Bob.", who=7)
        library.teach("Who keeps the key?", "Ann.", who=8, id=first.id)
        assert library.ask("Who keeps the key?").taught
    return folder


@pytest.fixture
def archive(libraries: Path, tmp_path: Path) -> Path:
    back_up(tmp_path / "backup.zip", libraries)
    return tmp_path / "backup.zip"


@pytest.fixture(scope="module")
def small_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is quickly restored."""
    folder = tmp_path_factory.mktemp("small")
    with open_at(folder / "libraries") as library:
        library.keep([("rules.md", RULES)])
    back_up(folder / "backup.zip", folder / "libraries")
    return folder / "backup.zip"


@pytest.fixture
def small(small_archive: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copy(small_archive, tmp_path / "small.zip"))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "libraries"


def ask_all(libraries: Path, name: str = "default") -> list[Answer]:
    """All answers; sources are told by name, as kept files stand in another folder."""
    with open_at(libraries, name) as library:
        answers = [library.ask(question) for question in QUESTIONS]
    return [
        replace(
            answer,
            hits=tuple(
                replace(hit, document=replace(hit.document, source=Path(hit.document.source).name))
                for hit in answer.hits
            ),
        )
        for answer in answers
    ]


# --- What is restored ---


def test_what_is_restored_answers_alike(libraries: Path, archive: Path, fresh: Path) -> None:
    before = {name: ask_all(libraries, name) for name in ("default", "server-5")}
    shutil.rmtree(libraries)
    manifest = restore(archive, fresh)
    assert {name: ask_all(fresh, name) for name in before} == before
    assert [answer.answered for answer in before["default"]] == [*[True] * 4, False, False]
    assert [answer.taught.answer for answer in before["server-5"] if answer.taught] == ["Ann."]
    assert {name: held.documents for name, held in manifest.libraries.items()} == {
        "default": 2,
        "server-5": 2,
    }


def test_a_restored_library_is_whole_and_goes_on_from_where_it_was(
    libraries: Path, archive: Path, fresh: Path, tmp_path: Path
) -> None:
    shutil.rmtree(libraries)
    restore(archive, fresh)
    with open_at(fresh) as library:
        assert library.check() == ()
        assert [status for _, status in library.documents()] == ["current", "current"]
        assert library.store.by_name("rules.md").source == str(fresh / "default/files/rules.md")
        assert len(library.reindex().unchanged) == 2
        assert library.keep([("rules.md", RULES)]).unchanged == ("rules.md",)
        assert library.keep([("rules.md", NEWER)]).updated == ("rules.md",)
        assert (fresh / "default" / "files" / "rules.md").read_bytes() == NEWER
        library.remove("rules.md")
        assert not (fresh / "default" / "files" / "rules.md").exists()
        (tmp_path / "documents" / "town.md").unlink()
        assert library.reindex().removed == ("town.md",)


def test_readers_and_a_writer_work_at_once_in_what_is_restored(archive: Path, fresh: Path) -> None:
    restore(archive, fresh)
    with open_at(fresh) as reader, open_at(fresh) as writer, reader.store.snapshot():
        assert len(reader.store.records()) == 2
        writer.keep([("new.md", b"# New\n\nSomething new.")])
        assert len(reader.store.records()) == 2


def test_archive_and_what_is_restored_are_for_their_owners_eyes_only(
    archive: Path, fresh: Path
) -> None:
    restore(archive, fresh)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    for path in (fresh, *fresh.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_what_was_removed_is_in_no_backup(libraries: Path, tmp_path: Path) -> None:
    with open_at(libraries) as library:
        library.keep([("secret.md", b"# Vault\n\nThe combination is nineteen swans.\n")])
        library.remove("secret.md")
    back_up(tmp_path / "backup.zip", libraries)
    data = (tmp_path / "backup.zip").read_bytes()
    assert b"museum opens at nine" in data
    assert b"nineteen swans" not in data


def test_a_data_folder_behind_a_link_keeps_its_files_too(
    libraries: Path, fresh: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data")
    back_up(tmp_path / "backup.zip", tmp_path / "link" / "libraries")
    restore(tmp_path / "backup.zip", fresh)
    assert (fresh / "default" / "files" / "rules.md").read_bytes() == RULES


def test_a_kept_file_that_is_missing_is_named_and_the_rest_is_kept(
    libraries: Path, fresh: Path, tmp_path: Path
) -> None:
    before = ask_all(libraries)
    (libraries / "default" / "files" / "rules.md").unlink()
    manifest = back_up(tmp_path / "backup.zip", libraries)
    assert manifest.libraries["default"].missing == ("rules.md",)
    assert manifest.libraries["server-5"].missing == ()
    restore(tmp_path / "backup.zip", fresh)
    assert ask_all(fresh) == before


def test_while_a_file_is_replaced_the_backup_holds_the_one_that_was_read(
    libraries: Path, fresh: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    with open_at(libraries) as library:

        def back_up_once(_: object) -> None:
            if not file.exists():
                assert (library.files / "rules.md").read_bytes() == NEWER
                back_up(file, libraries)

        library.keep([("rules.md", NEWER)], back_up_once)
    restore(file, fresh)
    assert (fresh / "default" / "files" / "rules.md").read_bytes() == RULES
    with open_at(fresh) as library:
        assert {status for _, status in library.documents()} == {"current"}


def test_a_file_that_was_changed_and_not_taken_in_is_so_in_what_is_restored(
    libraries: Path, fresh: Path, tmp_path: Path
) -> None:
    (libraries / "default" / "files" / "rules.md").write_bytes(NEWER)
    back_up(tmp_path / "backup.zip", libraries)
    restore(tmp_path / "backup.zip", fresh)
    with open_at(fresh) as library:
        assert library.reindex().updated == ("rules.md",)


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6])
def test_an_older_library_in_a_backup_is_brought_up_to_date(
    fresh: Path, tmp_path: Path, version: int
) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as raw:
        raw.executescript((Path(__file__).parent / f"schema-{version}.sql").read_text())
    members = {"libraries/default/library.db": (tmp_path / "old.db").read_bytes()}
    pack(tmp_path / "backup.zip", members, formats={"library.db": version})
    restore(tmp_path / "backup.zip", fresh)
    with closing(sqlite3.connect(fresh / "default" / "library.db")) as raw:
        assert raw.execute("PRAGMA user_version").fetchall() == [(LIBRARY.version,)]
    with open_at(fresh) as library:
        assert library.check() == ()


# --- What is refused ---


def test_a_folder_that_holds_libraries_stays_as_it_is(libraries: Path, archive: Path) -> None:
    before = ask_all(libraries)
    with pytest.raises(BackupError, match=r"default, server-5.*--data FOLDER"):
        restore(archive, libraries)
    assert ask_all(libraries) == before


def test_an_empty_folder_is_as_good_as_none(archive: Path, fresh: Path) -> None:
    fresh.mkdir(parents=True)
    restore(archive, fresh)
    assert sorted(path.name for path in fresh.iterdir()) == ["default", "server-5"]


def test_a_file_that_is_there_is_replaced_only_where_that_is_asked_for(
    libraries: Path, tmp_path: Path, fresh: Path
) -> None:
    (tmp_path / "backup.zip").write_text("mine")
    with pytest.raises(BackupError, match=r"is there already.*--force"):
        back_up(tmp_path / "backup.zip", libraries)
    assert (tmp_path / "backup.zip").read_text() == "mine"
    back_up(tmp_path / "backup.zip", libraries, replace=True)
    restore(tmp_path / "backup.zip", fresh)


def test_without_libraries_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"holds no library.*--data"):
        back_up(tmp_path / "backup.zip", tmp_path / "data" / "libraries")
    assert list(tmp_path.iterdir()) == []


def test_where_no_room_is_left_it_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match=r"takes 1,048,576 MB.*are free"):
        require_room(tmp_path / "not" / "there", 1 << 40)


def test_a_newer_footnotes_backup_is_refused_in_clear_words(small: Path, fresh: Path) -> None:
    members, told = unpack(small)
    pack(small, members, formats={"library.db": 99}, facts=told["facts"] | {"footnote": "9.0"})
    said = r"made by Footnote 9\.0, whose library\.db has format 99.*Install the newest Footnote\."
    with pytest.raises(BackupError, match=said):
        restore(small, fresh)
    pack(small, members, format="footnote backup 2")
    with pytest.raises(BackupError, match=r"'footnote backup 2'.*Install the newest Footnote\."):
        restore(small, fresh)


DATABASE = "libraries/default/library.db"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md",
        "/tmp/evil.md",
        "libraries/../../evil.md",
        "libraries/default/files/../../../evil.md",
        "libraries/default/files/..",
        "libraries/default/files/.hidden.md",
        "libraries/default/files/a\\b.md",
        "libraries/default/files/deeper/a.md",
        "libraries/default/files/",
        "libraries/default/nearest.faiss",
        "libraries/default/library.db-wal",
        "libraries/.hidden/library.db",
        "libraries/Default/library.db",
        "libraries//library.db",
        "elsewhere/default/library.db",
        "models/model.safetensors",
        "C:\\evil.md",
    ],
)
def test_a_member_that_belongs_to_no_library_is_refused(
    small: Path, fresh: Path, name: str
) -> None:
    members, told = unpack(small)
    pack(small, members | {name: b"evil"}, libraries=told["libraries"])
    assert_refused(small, fresh, "belongs to no library")


def test_an_archive_without_a_library_is_refused(small: Path, fresh: Path) -> None:
    pack(small, {})
    assert_refused(small, fresh, "it holds no library")


def assert_refused(small: Path, fresh: Path, said: str = "cannot be restored") -> None:
    """Fail unless the archive is refused, and nothing was written anywhere."""
    before = sorted(small.parent.rglob("*"))
    with pytest.raises(BackupError, match=said):
        restore(small, fresh)
    assert sorted(small.parent.rglob("*")) == before


def test_links_in_an_archive_are_none(small: Path, fresh: Path) -> None:
    members, told = unpack(small)
    pack(small, members)
    _, listed = unpack(small)
    with ZipFile(small, "w") as made:
        for name, data in members.items():
            head = ZipInfo(name)
            head.external_attr = (stat.S_IFLNK | 0o777) << 16
            made.writestr(head, data)
        made.writestr(MANIFEST, json.dumps(listed | {"libraries": told["libraries"]}))
    restore(small, fresh)
    assert not [path for path in fresh.rglob("*") if path.is_symlink()]


def test_an_archive_without_a_manifest_or_with_a_huge_one_is_refused(
    small: Path, fresh: Path
) -> None:
    members, _ = unpack(small)
    with ZipFile(small, "w") as made:
        made.writestr(DATABASE, members[DATABASE])
    assert_refused(small, fresh, f"holds no {MANIFEST}, so it is no backup of Footnote's")
    with ZipFile(small, "a") as made:
        made.writestr(MANIFEST, b" " * (MAX_MANIFEST_BYTES + 1))
    assert_refused(small, fresh, f"its {MANIFEST} takes {MAX_MANIFEST_BYTES >> 20} MB")


def test_an_archive_that_names_one_place_twice_to_hold_more_than_its_size_is_refused(
    small: Path, fresh: Path
) -> None:
    members, _ = unpack(small)
    with ZipFile(small, "w") as made:
        made.writestr(DATABASE, members[DATABASE])
        made.writestr(MANIFEST, b"{}")
        twin = copy(made.getinfo(DATABASE))
        twin.filename = "libraries/default/files/a.md"
        made.filelist.append(twin)
    assert_refused(small, fresh, "it holds more than its own size")


def test_an_archive_whose_members_are_not_those_listed_is_refused(small: Path, fresh: Path) -> None:
    members, told = unpack(small)
    listed = told["members"]
    pack(small, members, members=listed | {"libraries/default/files/a.md": listed[DATABASE]})
    assert_refused(small, fresh, "does not hold just what")
    pack(small, members, members={DATABASE: listed[DATABASE]})
    assert_refused(small, fresh, "does not hold just what")
    pack(small, members, libraries={})
    assert_refused(small, fresh, "does not hold just the libraries")
    pack(small, members, libraries=told["libraries"] | {"../x": told["libraries"]["default"]})
    assert_refused(small, fresh, "does not hold just the libraries")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of the double name
        pack(small, members)
        with ZipFile(small, "a") as made:
            made.writestr(DATABASE, b"other")
    assert_refused(small, fresh)


def test_a_member_that_is_not_as_listed_is_refused(small: Path, fresh: Path) -> None:
    members, told = unpack(small)
    for change in ({"sha256": "0" * 64}, {"size_bytes": 1}, {"size_bytes": 1 << 60}):
        wrong = told["members"] | {DATABASE: told["members"][DATABASE] | change}
        pack(small, members, members=wrong)
        assert_refused(small, fresh, "is damaged")


def test_an_archive_that_would_unpack_to_more_than_itself_is_refused(
    small: Path, fresh: Path
) -> None:
    members, told = unpack(small)
    with ZipFile(small, "w", ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
        made.writestr("libraries/default/files/bomb.md", bytes(50 << 20))
        made.writestr(MANIFEST, json.dumps(told))
    assert small.stat().st_size < 1 << 20
    assert_refused(small, fresh, "compressed")


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"null", b"{}", b'{"format": 1}', b"[" * 100_000, b"\xff\xfe", b'{"format": []}'],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    small: Path, fresh: Path, manifest: bytes
) -> None:
    with ZipFile(small, "w") as made:
        made.writestr(MANIFEST, manifest)
    assert_refused(small, fresh, "cannot be restored|has the format")


@pytest.mark.parametrize(
    "told",
    [
        {"made": "yesterday"},
        {"made": None},
        {"facts": {}},
        {"facts": None},
        {"formats": {"library.db": "x"}},
        {"formats": []},
        {"libraries": []},
        {"libraries": {"default": 1}},
        {"members": {DATABASE: {}}},
        {"members": None},
    ],
)
def test_a_manifest_with_other_values_is_refused(
    small: Path, fresh: Path, told: dict[str, Any]
) -> None:
    members, _ = unpack(small)
    pack(small, members, **told)
    assert_refused(small, fresh)


@pytest.mark.parametrize(
    "database", [b"", b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_database_that_cannot_be_opened_leaves_nothing_behind(
    small: Path, fresh: Path, database: bytes
) -> None:
    members, told = unpack(small)
    pack(small, members | {DATABASE: database}, libraries=told["libraries"])
    if database:
        with pytest.raises(BackupError, match="library default in it cannot be opened"):
            restore(small, fresh)
        assert list(fresh.parent.iterdir()) == []
    else:  # where nothing was ever added
        restore(small, fresh)


def test_what_is_no_archive_is_refused(small: Path, fresh: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    for data in (b"", b"PK", b"no archive", whole[:-1], whole[1:], whole[: len(whole) // 2]):
        small.write_bytes(data)
        with pytest.raises(BackupError):
            restore(small, fresh)
    with pytest.raises(BackupError, match="cannot be read"):
        restore(tmp_path / "missing.zip", fresh)
    with pytest.raises(BackupError, match="cannot be read"):
        restore(tmp_path, fresh)
    assert not fresh.parent.exists()


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_archive_is_refused_or_restored_as_it_was(
    small_archive: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(small_archive.read_bytes())
    # Half of them in the head and the lists at the end, where ZIP keeps what it says of itself.
    places = st.one_of(
        st.integers(0, len(whole) - 1), st.integers(len(whole) - 2_000, len(whole) - 1)
    )
    for place in data.draw(st.lists(places, min_size=1, max_size=3)):
        whole[place] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "backup.zip").write_bytes(whole)
    try:
        restore(folder / "backup.zip", folder / "libraries")
    except BackupError:
        assert [path.name for path in folder.iterdir()] == ["backup.zip"]
    else:
        with open_at(folder / "libraries") as library:
            assert library.check() == ()
            assert [record.name for record in library.store.records()] == ["rules.md"]
        assert (folder / "libraries" / "default" / "files" / "rules.md").read_bytes() == RULES
    finally:
        shutil.rmtree(folder)
