"""Where a library's documents come from: what was added, and what is to stay away all the same."""

from pathlib import Path

from index.database import Database
from index.rows import TEXT, encode_path
from index.seals import make_seal, resealed

_PATHS = (("document", "source"), ("reader", "source"), ("root", "path"), ("excluded", "source"))


class Roots:
    """The folders and files to look at again, and the sources below them to leave out."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def added(self) -> tuple[Path, ...]:
        """Return the folders and files that were added, sorted."""
        return tuple(sorted(Path(path) for (path,) in self._db.read("SELECT path FROM root")))

    def add(self, path: Path) -> None:
        """Remember a folder or file to be looked at again."""
        self._insert("root", str(path))

    def remove(self, path: Path) -> None:
        """Forget a folder or file; its documents stay."""
        self._db.write(f"DELETE FROM root WHERE path = {TEXT}", encode_path(str(path)))

    def excluded(self) -> frozenset[str]:
        """Return the sources that are to stay away although they stand below a root."""
        return frozenset(source for (source,) in self._db.read("SELECT source FROM excluded"))

    def exclude(self, source: str) -> None:
        """Keep a source away; a document of it stays until it is removed."""
        self._insert("excluded", source)

    def include(self, source: str) -> None:
        """Let a source come back."""
        self._db.write(f"DELETE FROM excluded WHERE source = {TEXT}", encode_path(source))

    def move(self, folder: Path, to: Path) -> None:
        """Let all that stands directly in a folder, and the folder itself, stand elsewhere."""
        for table, column in _PATHS:
            for id, path in self._db.read(f"SELECT rowid, {column} FROM {table}"):
                if Path(path) == folder:
                    moved = to
                elif Path(path).parent == folder:
                    moved = to / Path(path).name
                else:
                    continue
                with resealed(self._db, table, id):
                    sql = f"UPDATE {table} SET {column} = {TEXT} WHERE rowid = ?"
                    self._db.write(sql, encode_path(str(moved)), id)

    def _insert(self, table: str, name: str) -> None:
        sql = f"INSERT OR IGNORE INTO {table} VALUES ({TEXT}, ?)"
        self._db.write(sql, encode_path(name), make_seal(name))
