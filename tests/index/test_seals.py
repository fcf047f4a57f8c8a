"""A flipped bit in any column of a library's tables is noticed, and nobody seals it over."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.library import Library
from index.schema import LIBRARY
from index.seals import make_seal
from index.types import Calibration, Document, Incoming, Look, Span
from tests.index.conftest import HashEncoder

PAGE = "https://example.org/rules"
RULES = "Dogs stay outside.\n\nCats may come in."
NOT_GUARDED = {"past.number", "past.generation"}
"""What has no seal: the index over generations holds both too, and SQLite compares them."""


def make_page(link: str | None = PAGE) -> Look:
    spans = (Span(0, len(RULES), 3, ("House", "Rules"), "dogs", "Pets:"),)
    page = Incoming("rules", PAGE, Document("Rules", RULES, spans, 4), 9, "00", link)
    return Look((page,), frozenset([PAGE]), notes={"etag": "abc", "moved": "no"})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library whose every table has rows, and whose every column a value."""
    (tmp_path / "museum.txt").write_text("The museum opens at nine. It is closed on Mondays.")
    (tmp_path / "gone.txt").write_text("The tower is gone.")
    with Library(tmp_path / "library", HashEncoder) as library:
        library.add_origin("page", PAGE, {"depth": 1}, every_s=60, look=make_page())
        library.add([tmp_path / "museum.txt", tmp_path / "gone.txt"])
        library.remove("gone.txt")
        with library.store.transaction():
            library.store.roots.exclude("/docs/away.txt")
            library.store.fitted.keep("hash@1", Calibration(0.5, 0.1, 0.9))
            library.store.origins.note_look(1, "it is away")
            for record in library.store.records():
                library.store.note_failure(record.id, "it is away")
        library.bind("museum.txt", ["c1"])
        library.teach("Who is Ann?", "The owner.", cited="s1", who=7)
        assert library.check() == ()
        yield library


def path_of(library: Library) -> Path:
    return library.folder / "library.db"


def run(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """The rows that the last statement finds; constraints do not stop it."""
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA ignore_check_constraints = 1")
        return [raw.execute(statement).fetchall() for statement in statements][-1]


def list_columns() -> list[str]:
    """Every column of an ordinary table."""
    with closing(sqlite3.connect(":memory:")) as raw:
        raw.executescript(LIBRARY.script)
        tables = raw.execute(
            """SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
            AND name NOT LIKE 'sqlite_%'"""
        ).fetchall()
        return [
            f"{table}.{column}"
            for (table,) in sorted(tables)
            for (column,) in raw.execute("SELECT name FROM pragma_table_info(?)", (table,))
        ]


def flip_value(value: object) -> object:
    """The value with one bit of it flipped."""
    match value:
        case int():
            return value ^ 64
        case str():
            return value[:-1] + chr(ord(value[-1]) ^ 1)
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
    raise AssertionError(f"there is nothing to flip in {value!r}")


@pytest.mark.parametrize("column", [name for name in list_columns() if name not in NOT_GUARDED])
def test_a_flipped_bit_in_any_column_is_noticed(library: Library, column: str) -> None:
    table, name = column.split(".")
    path = path_of(library)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA ignore_check_constraints = 1")
        sql = f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL"
        value = raw.execute(f"{sql} AND {name} != '' ORDER BY 1 DESC").fetchall()[0][0]
        flipped = flip_value(value)
        assert flipped != value
        sql = f"UPDATE {table} SET {name} = ? WHERE {name} = ?"
        assert raw.execute(sql, (flipped, value)).rowcount
    assert library.check()


def test_only_what_is_said_is_not_guarded() -> None:
    assert set(list_columns()) >= NOT_GUARDED


@pytest.mark.parametrize(
    ("kind", "name"),
    [("trigger", "passage_removed"), ("table", "origin"), ("index", "document_o%")],
)
def test_another_word_in_the_tables_themselves_is_noticed(
    library: Library, kind: str, name: str
) -> None:
    run(
        path_of(library),
        "PRAGMA writable_schema = 1",
        f"""UPDATE sqlite_master SET sql = replace(sql, ' ON ', '  ON ') || ' '
        WHERE type = '{kind}' AND name LIKE '{name}'""",
    )
    assert "A row of library is not what was written." in map(str, library.check())


def test_what_holds_no_value_is_another_than_what_is_empty_or_looks_alike() -> None:
    seals = {make_seal(*values) for values in (("",), (None,), (b"",), ("None",), (), ("", ""))}
    assert len(seals) == 6
    assert make_seal(1, 2) != make_seal(12, "")
    assert make_seal("1") != make_seal(1) != make_seal(b"1")
    assert make_seal("a", "bc") != make_seal("ab", "c")
    # As a file of last year holds it: another seal would make all of them look damaged.
    assert make_seal("Straße\udce4", None, 7, b"\x00\xff") == "c1d9552d68c03432f192"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE document SET size_bytes = 8",
        "UPDATE origin SET every_s = 61",
        "UPDATE library SET calibration = replace(calibration, '5', '4')",
    ],
)
def test_who_changes_the_rest_of_a_row_seals_no_damage_over(library: Library, damage: str) -> None:
    run(path_of(library), damage)
    before = library.check()
    assert before
    with library.store.transaction():
        library.store.embedded_with = library.store.embedded_with
        library.store.origins.note_look(1, None)
        for record in library.store.records():
            library.store.note_failure(record.id, None)
        library.store.roots.move(library.folder.parent, library.folder)
    assert library.check() == before


def test_what_is_changed_the_usual_way_is_whole_afterwards(library: Library) -> None:
    with library.store.transaction():
        library.store.roots.move(library.folder.parent, library.folder)
        library.store.origins.put("page", PAGE, {}, 7)
        library.store.origins.keep_notes(1, {"etag": "new", "other": ""})
        library.store.fitted.forget()
        library.store.roots.add(library.folder)
        library.store.roots.include("/docs/away.txt")
    assert library.check() == ()
    library.add_origin("page", PAGE, {}, every_s=60, look=make_page(link=None))
    assert library.check() == ()


def test_a_damaged_embedding_is_not_taken_over_by_another_document(
    library: Library, tmp_path: Path
) -> None:
    run(path_of(library), "UPDATE passage_feature SET token_signs = zeroblob(length(token_signs))")
    (tmp_path / "copy.txt").write_text((tmp_path / "museum.txt").read_text())
    encoder = library.encoder
    assert isinstance(encoder, HashEncoder)
    before = encoder.embedded
    library.add([tmp_path / "copy.txt"])
    assert encoder.embedded > before
    damaged = {damage.document_id for damage in library.check()}
    assert damaged == {1, 2, 4}  # the fourth was taught


def test_a_document_whose_facts_are_damaged_is_new_when_it_is_read_again(
    library: Library, tmp_path: Path
) -> None:
    run(path_of(library), "UPDATE document SET added = '2001-01-01T00:00:00+00:00'")
    (tmp_path / "museum.txt").write_text("The museum opens at ten.")
    library.add([tmp_path / "museum.txt"])
    [record] = [one for one in library.store.records() if one.name == "museum.txt"]
    assert record.added == record.updated


def test_rows_of_an_older_format_are_whole_until_they_are_written(
    library: Library, tmp_path: Path
) -> None:
    tables = ("library", "root", "excluded", "origin", "note", "document", "document_text")
    every = [f"UPDATE {table} SET seal = ''" for table in (*tables, "passage", "passage_feature")]
    run(path_of(library), *every)
    assert library.check() == ()
    library.reindex(full=True)
    assert library.check() == ()
    for table in ("library", "document_text", "passage", "passage_feature"):
        assert run(path_of(library), f"SELECT count(*) FROM {table} WHERE seal = ''") == [(0,)]
