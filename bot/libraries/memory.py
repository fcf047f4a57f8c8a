"""What a server's bot remembers: preferences, votes, who added what, and how much is asked.

Of channels that are documents: who keeps their messages out, and whose messages they are made from.

One SQLite file a server, beside its library, so that nothing of it can reach another. No question
and no answer is kept.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bot.types import Preferences, Upload, Vote, Votes, Written
from index.database import Database
from index.schema import Schema

Uploads = dict[str, tuple[int, str | None]]
"""By a document's name: who added it, and the message that it came with, if there is one."""

_LEFT_OUT = "CREATE TABLE IF NOT EXISTS left_out (user INTEGER PRIMARY KEY)"
_WRITTEN = """
CREATE TABLE IF NOT EXISTS written (
    message INTEGER PRIMARY KEY,
    user INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    post INTEGER NOT NULL
)"""

MEMORY = Schema(
    """
BEGIN IMMEDIATE;
PRAGMA application_id = {application_id};
PRAGMA user_version = 2;

CREATE TABLE IF NOT EXISTS preferences (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    chosen TEXT NOT NULL  -- JSON
);

CREATE TABLE IF NOT EXISTS vote (
    message INTEGER NOT NULL,
    user INTEGER NOT NULL,
    helpful INTEGER NOT NULL,
    passage TEXT,  -- as a button names it
    voted TEXT NOT NULL,
    PRIMARY KEY (message, user)
);

CREATE TABLE IF NOT EXISTS upload (
    document TEXT PRIMARY KEY,  -- its name in the library
    user INTEGER NOT NULL,
    link TEXT
);

CREATE TABLE IF NOT EXISTS activity (
    day TEXT PRIMARY KEY,
    asked INTEGER NOT NULL,
    answered INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS indexed (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL);

{left_out};
{written};
COMMIT;
""".format(application_id=int.from_bytes(b"FnBm", "big"), left_out=_LEFT_OUT, written=_WRITTEN),
    int.from_bytes(b"FnBm", "big"),
    ((_LEFT_OUT, _WRITTEN),),
)


class Memory:
    """A server's file; where none was made yet all is as at first. Threads must take turns.

    Every method raises LibraryError for what is wrong with the file.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path, 10.0, MEMORY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def preferences(self) -> Preferences:
        """What the admins chose, or the defaults."""
        with self._db.decoding():
            found = self._db.read("SELECT chosen FROM preferences")
            chosen = json.loads(found[0][0]) if found else {}
            channels = frozenset(map(int, chosen.pop("channels", ())))
            return Preferences(**chosen, channels=channels)

    def prefer(self, preferences: Preferences) -> None:
        """Keep what the admins chose."""
        chosen = asdict(preferences) | {"channels": sorted(preferences.channels)}
        with self._db.transaction():
            self._db.write("INSERT OR REPLACE INTO preferences VALUES (1, ?)", json.dumps(chosen))

    def vote(self, vote: Vote) -> Votes:
        """All votes for the message after this one: a second from the same person replaces the
        first, or takes it back if it says the same."""
        with self._db.transaction():
            sql = "SELECT helpful FROM vote WHERE message = ? AND user = ?"
            before = self._db.read(sql, vote.message, vote.user)
            self._db.write(
                "DELETE FROM vote WHERE message = ? AND user = ?", vote.message, vote.user
            )
            again = before == [(vote.helpful,)]
            if not again:
                passage = str(vote.passage) if vote.passage else None
                self._db.write(
                    "INSERT INTO vote VALUES (?, ?, ?, ?, ?)",
                    *(vote.message, vote.user, vote.helpful, passage, _now()),
                )
            sql = "SELECT coalesce(sum(helpful), 0), count(*) FROM vote WHERE message = ?"
            [(helpful, every)] = self._db.read(sql, vote.message)
        return Votes(helpful, every - helpful, None if again else vote.helpful)

    def note_uploads(self, uploads: Iterable[tuple[str, Upload]]) -> None:
        """Remember who added documents, by their names in the library."""
        with self._db.transaction():
            for document, upload in uploads:
                self._db.write(
                    "INSERT OR REPLACE INTO upload VALUES (?, ?, ?)",
                    *(document, upload.added_by, upload.link),
                )

    def forget_upload(self, document: str) -> None:
        """Forget who added a document."""
        with self._db.transaction():
            self._db.write("DELETE FROM upload WHERE document = ?", document)

    def uploads(self) -> Uploads:
        """Who added each document, and the message that it came with, if there is one."""
        found = self._db.read("SELECT document, user, link FROM upload")
        return {document: (user, link) for document, user, link in found}

    def count_questions(self, asked: int, answered: int) -> None:
        """Add to the questions of today."""
        with self._db.transaction():
            self._db.write(
                """INSERT INTO activity VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE SET
                asked = asked + excluded.asked, answered = answered + excluded.answered""",
                *(_now()[:10], asked, answered),
            )

    def questions_today(self) -> tuple[int, int]:
        """How many were asked since midnight UTC, and how many of them answered."""
        sql = "SELECT asked, answered FROM activity WHERE day = ?"
        asked, answered = next(iter(self._db.read(sql, _now()[:10])), (0, 0))
        return asked, answered

    def note_indexed(self) -> None:
        """Remember that an index job has just ended."""
        with self._db.transaction():
            self._db.write("INSERT OR REPLACE INTO indexed VALUES (1, ?)", _now())

    def last_indexed(self) -> datetime | None:
        """When the last index job ended, in UTC."""
        with self._db.decoding():
            found = self._db.read("SELECT at FROM indexed")
            return datetime.fromisoformat(found[0][0]) if found else None

    def leave_out(self, user: int, out: bool) -> None:
        """Keep someone's messages out of documents from now on, or let them in again."""
        with self._db.transaction():
            self._db.write("DELETE FROM left_out WHERE user = ?", user)
            if out:
                self._db.write("INSERT INTO left_out VALUES (?)", user)

    def left_out(self) -> frozenset[int]:
        """Whose messages are kept out."""
        return frozenset(user for (user,) in self._db.read("SELECT user FROM left_out"))

    def note_written(self, written: Iterable[Written]) -> None:
        """Remember whose messages documents are made from."""
        with self._db.transaction():
            for one in written:
                self._db.write(
                    "INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?)",
                    *(one.message, one.user, one.channel, one.post),
                )

    def forget_written(self, channel: int, kept: Collection[int] = ()) -> None:
        """Forget whose messages a channel's were, but for those that are kept."""
        gone = {one.message for one in self.written(channel)} - set(kept)
        with self._db.transaction():
            for message in gone:
                self._db.write("DELETE FROM written WHERE message = ?", message)

    def written(self, channel: int) -> tuple[Written, ...]:
        """The messages of a channel that documents are made from."""
        sql = "SELECT message, user, channel, post FROM written WHERE channel = ?"
        return tuple(Written(*row) for row in self._db.read(sql, channel))


def _now() -> str:
    return datetime.now(UTC).isoformat()
