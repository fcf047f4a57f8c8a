"""What documents come from that is no file: pages, sites, repositories and channels."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from index.database import Database
from index.seals import make_seal, resealed
from index.types import Kind, Origin

_COLUMNS = "id, kind, address, options, every_s, added, looked, failure"


class Origins:
    """The origins of a library, what each look left for the next, and how the last one went."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> tuple[Origin, ...]:
        """Return every origin, sorted by address."""
        with self._db.decoding():
            found = self._db.read(f"SELECT {_COLUMNS} FROM origin ORDER BY address")
            return tuple(
                Origin(
                    id,
                    kind,
                    address,
                    json.loads(options),
                    every_s,
                    datetime.fromisoformat(added),
                    datetime.fromisoformat(looked) if looked else None,
                    failure,
                )
                for id, kind, address, options, every_s, added, looked, failure in found
            )

    def find(self, address: str) -> Origin | None:
        """Return the origin of that address, or None."""
        return next((origin for origin in self.all() if origin.address == address), None)

    def put(
        self, kind: Kind, address: str, options: Mapping[str, int | str | bool], every_s: int
    ) -> int:
        """Add an origin, or change what was chosen for the one of that address; return its id."""
        chosen = (kind, json.dumps(dict(options), sort_keys=True), every_s)
        self._db.write(
            """INSERT OR IGNORE INTO origin (kind, options, every_s, address, added)
            VALUES (?, ?, ?, ?, ?)""",
            *(*chosen, address, _now()),
        )
        [(id,)] = self._db.read("SELECT id FROM origin WHERE address = ?", address)
        with resealed(self._db, "origin", id):
            sql = "UPDATE origin SET kind = ?, options = ?, every_s = ? WHERE id = ?"
            self._db.write(sql, *chosen, id)
        return int(id)

    def remove(self, id: int) -> None:
        """Remove an origin; its documents have to be removed before.

        All notes go: another origin may have left a document to this one, and has to find it again.
        """
        self._db.write("DELETE FROM origin WHERE id = ?", id)
        self._db.write("DELETE FROM note")

    def note_look(self, id: int, failure: str | None) -> None:
        """Remember that it was looked at just now, and why that failed if it did."""
        with resealed(self._db, "origin", id):
            sql = "UPDATE origin SET looked = ?, failure = ? WHERE id = ?"
            self._db.write(sql, _now(), failure, id)

    def notes(self, id: int) -> dict[str, str]:
        """Return what the last look left for the next one."""
        return dict(self._db.read("SELECT key, value FROM note WHERE origin_id = ?", id))

    def keep_notes(self, id: int, notes: Mapping[str, str]) -> None:
        """Let these be the notes, in place of all before."""
        before = self.notes(id)
        for key in before.keys() - notes.keys():
            self._db.write("DELETE FROM note WHERE origin_id = ? AND key = ?", id, key)
        for key, value in notes.items():
            if before.get(key) != value:
                noted = (id, key, value)
                sql = "INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?)"
                self._db.write(sql, *noted, make_seal(*noted))


def is_due(origin: Origin, now: datetime) -> bool:
    """Whether it is time to look at an origin again; `now` is in UTC.

    It is too where the clock was set back behind the last look: nobody knows how long ago that was.
    """
    if origin.looked is None or now < origin.looked:
        return True
    return now - origin.looked >= timedelta(seconds=origin.every_s)


def _now() -> str:
    return datetime.now(UTC).isoformat()
