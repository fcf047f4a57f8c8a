"""The library's SQLite file: opened, read, changed in transactions, and its errors explained."""

import json
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from index.errors import LibraryError
from index.private import make_folder
from index.refusals import explained, name_damage, name_writer
from index.schema import LIBRARY, Schema

T = TypeVar("T")


class Database:
    """A library's file; where none was made yet it reads as empty, and a transaction makes it.

    Every method raises StoreDamaged, StoreBusy, DiskFull or LibraryError for what is wrong with
    the file, and leaves it as it was. Threads must take turns. While it is open `alone` no other
    process can open the file, and it is StoreBusy where one has.
    """

    def __init__(
        self,
        path: Path,
        busy_timeout_s: float,
        schema: Schema = LIBRARY,
        *,
        alone: bool = False,
    ) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._schema = schema
        self._writing = False
        connection = _open(path, busy_timeout_s, schema, alone=alone)
        self._stands_in = connection is None
        self._connection = connection or _open_empty(schema)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the changes inside one: all are kept, or none if anything is raised."""
        if self._connection.in_transaction:
            raise RuntimeError("a transaction cannot begin inside another or inside a snapshot")
        self._open_if_made()
        if self._stands_in:
            self._use(_create(self.path, self._busy_timeout_s, self._schema))
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        self._writing = True
        try:
            yield
            with explained(self.path):
                self._connection.execute("COMMIT")
        finally:
            self._writing = False
            self._roll_back()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let everything read inside be of one moment; inside a transaction it is anyway."""
        if self._connection.in_transaction:
            yield
            return
        self.read("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows that a statement finds."""
        self._open_if_made()
        with explained(self.path):
            return self._connection.execute(sql, values).fetchall()

    def stream(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows that a statement finds, as they are read: they need not fit into memory."""
        self._open_if_made()
        with explained(self.path):
            yield from self._connection.execute(sql, values)

    def write(self, sql: str, *values: object) -> int:
        """Run a statement inside a transaction; return the id of the row that it inserted."""
        if not (self._writing and self._connection.in_transaction):
            raise RuntimeError("the library is changed inside `with store.transaction():` only")
        try:
            with explained(self.path):
                return self._connection.execute(sql, values).lastrowid or 0
        except BaseException:
            # At once, so that a caller who goes on cannot keep half a document.
            self._roll_back()
            raise

    def copy(self, target: Path) -> None:
        """Write all of it, as it is at one moment, to a file that is not there yet.

        Others may write meanwhile. Nothing of what was removed before is in the copy.
        """
        self._open_if_made()
        with explained(self.path):
            self._connection.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(target),))
            copied = _connect(target, self._busy_timeout_s)
            with closing(copied):
                copied.execute("PRAGMA journal_mode = WAL")  # as the original is

    def replace(self, target: "Database") -> None:
        """Let another file of ours hold all that this one holds, whole or not at all.

        Others may have that file open: they read what it was until they are done, and then this.
        """

        def give_up(status: int, *_: int) -> None:
            if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise name_writer(target.path)  # it has waited as long as a transaction does

        with explained(target.path):
            self._connection.backup(target._connection, progress=give_up)
            # Else a log as large as the file would stay until something else is written.
            target._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # after some errors SQLite has done it itself
            self._connection.execute("ROLLBACK")

    def _open_if_made(self) -> None:
        """Turn to the file if another process has made it meanwhile."""
        if self._stands_in and not self._connection.in_transaction:
            made = _open(self.path, self._busy_timeout_s, self._schema)
            if made:
                self._use(made)

    def _use(self, connection: sqlite3.Connection) -> None:
        self._connection.close()
        self._connection, self._stands_in = connection, False

    def read_by_id(
        self, sql: str, ids: Iterable[int], decode: Callable[[Sequence[Any]], T]
    ) -> dict[int, T]:
        """Read rows that begin with their id; return the rest of each, in the order asked."""
        asked = [int(id) for id in ids]
        with self.decoding():
            read = self.read(sql, json.dumps(asked))
            found = {id: decode(row) for id, *row in read}
        return {id: found[id] for id in asked if id in found}

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Raise as StoreDamaged that what was read makes no sense."""
        try:
            yield
        except (ValueError, TypeError) as error:
            raise name_damage(self.path, error) from error


def _open(
    path: Path, busy_timeout_s: float, schema: Schema, *, alone: bool = False
) -> sqlite3.Connection | None:
    """Return a connection to a library's file, or None where none was made yet; creates nothing.

    Raises StoreDamaged for what is no SQLite file, LibraryError for another program's, for a
    newer Footnote's, and for what may not be read.
    """
    with explained(path):
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise LibraryError(f"{path} is no file. Move it aside, and run `footnote add` again.")
        connection = _connect(path, busy_timeout_s, alone=alone)
        with _closed_on_error(connection):
            ready = _check_origin(path, connection, schema)
            if ready:
                _bring_up_to_date(connection, schema)
    if ready:
        return connection
    connection.close()
    return None


def _create(path: Path, busy_timeout_s: float, schema: Schema) -> sqlite3.Connection:
    """Return a connection to a library's file, made if need be, for its owner's eyes only.

    Two processes may do so at once. Raises LibraryError, DiskFull or StoreBusy.
    """
    with explained(path):
        make_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = _connect(path, busy_timeout_s)
        with _closed_on_error(connection):
            # A passage's features take some 17 KB: few pages to gather if a page is large.
            connection.execute("PRAGMA page_size = 16384")
            _turn_to_wal(connection, busy_timeout_s)
            connection.executescript(schema.script)
    return connection


def _turn_to_wal(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Let readers and a writer work at once; SQLite itself does not wait for this lock."""
    deadline = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _open_empty(schema: Schema) -> sqlite3.Connection:
    """Return a library without documents, in memory: what is read where none was made yet."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.executescript(schema.script)
    return connection


def _connect(path: Path, busy_timeout_s: float, *, alone: bool = False) -> sqlite3.Connection:
    # mode=rw: a file that was moved away meanwhile is not made anew.
    connection = sqlite3.connect(
        path.absolute().as_uri() + "?mode=rw",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    # File names need not be UTF-8.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    with _closed_on_error(connection):
        if alone:  # before anything is read: only then are other readers kept out too
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
        connection.execute("PRAGMA synchronous = FULL")  # what is committed outlives a power cut
        connection.execute("PRAGMA cache_size = -16000")  # KiB
        connection.execute("PRAGMA journal_size_limit = 16777216")  # else the largest change stays
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _check_origin(path: Path, connection: sqlite3.Connection, schema: Schema) -> bool:
    """Return whether the tables are there; raises LibraryError if they are not Footnote's."""
    # The tables come first: another process may be making them, all in one transaction.
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return False
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.application_id:
        raise LibraryError(
            f"{path} belongs to another program. Move it aside, and run `footnote add` again."
        )
    version = _read_version(connection)
    if not 1 <= version <= schema.version:
        raise LibraryError(
            f"{path} has format {version}, and this Footnote reads formats 1 to {schema.version}."
            " Install the newest Footnote."
        )
    return True


def _bring_up_to_date(connection: sqlite3.Connection, schema: Schema) -> None:
    """Take the steps from the file's version to the newest, all in one transaction."""
    if _read_version(connection) == schema.version:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Once more: another process may have been first.
        for number in range(_read_version(connection), schema.version):
            for statement in schema.steps[number - 1]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {schema.version}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _read_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
