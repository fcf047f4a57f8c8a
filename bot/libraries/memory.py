"""What a server's bot remembers: preferences, votes, who added what, and how much is asked.

Of channels that are documents: who keeps their messages out, and whose messages they are made from.
Questions are kept where the admins turned that on, without who asked, and those longer of which
they confirmed the right passage; of public answers, for some days, which documents they cite; and
who waits for an answer to which question.

One SQLite file a server, beside its library, so that nothing of it can reach another.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bot.libraries.check import find_damage
from bot.libraries.citings import Citings
from bot.libraries.confirmed import Confirmations
from bot.libraries.digest import Digest
from bot.libraries.questions import Questions
from bot.libraries.rows import read_preferences
from bot.libraries.schema import BUSY_TIMEOUT_S, MEMORY
from bot.libraries.usage import Usage
from bot.libraries.waits import Waits
from bot.types import Personal, Preferences, Upload, Vote, Votes, Written
from index.database import Database

Uploads = dict[str, tuple[int | None, str | None]]
"""By a document's name: who added it, unless they had that deleted, and the message that it came
with, if there is one."""


class Memory:
    """A server's file; where none was made yet all is as at first. Threads must take turns.

    Every method raises LibraryError for what is wrong with the file.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path, BUSY_TIMEOUT_S, MEMORY)
        self.questions = Questions(self._db)
        self.confirmed = Confirmations(self._db)
        self.citings = Citings(self._db)
        self.waits = Waits(self._db)
        self.usage = Usage(self._db)
        self.digest = Digest(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def check(self) -> tuple[str, ...]:
        """What is wrong with the file, a sentence each; reads all of it."""
        return find_damage(self._db)

    def preferences(self) -> Preferences:
        """What the admins chose, or the defaults."""
        return read_preferences(self._db)

    def prefer(self, preferences: Preferences) -> None:
        """Keep what the admins chose; questions that are older than they now allow go at once."""
        chosen = asdict(preferences) | {"channels": sorted(preferences.channels)}
        with self._db.transaction():
            self.digest.choose(self.preferences().digest, preferences.digest)
            self._db.write("INSERT OR REPLACE INTO preferences VALUES (1, ?)", json.dumps(chosen))
            self.questions.remove_expired(preferences.questions_days)

    def vote(self, vote: Vote) -> Votes:
        """All votes for the message after this one: a second from the same person replaces the
        first, or takes it back if it says the same.

        A question that is kept learns how many votes its answers have, not whose.
        """
        with self._db.transaction():
            sql = "SELECT helpful FROM vote WHERE message = ? AND user = ?"
            before = self._db.read(sql, vote.message, vote.user)
            self._db.write(
                "DELETE FROM vote WHERE message = ? AND user = ?", vote.message, vote.user
            )
            again = before == [(vote.helpful,)]
            now = None if again else vote.helpful
            self.questions.judge(vote.question, bool(before[0][0]) if before else None, now)
            if not again:
                passage = str(vote.passage) if vote.passage else None
                self._db.write(
                    "INSERT INTO vote VALUES (?, ?, ?, ?, ?)",
                    *(vote.message, vote.user, vote.helpful, passage, _now()),
                )
            sql = "SELECT coalesce(sum(helpful), 0), count(*) FROM vote WHERE message = ?"
            [(helpful, every)] = self._db.read(sql, vote.message)
        return Votes(helpful, every - helpful, now)

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

    def personal(self, user: int) -> Personal:
        """How much is kept about a person."""
        votes, uploads, messages = (
            self._count(f"{table} WHERE user = ?", user) for table in ("vote", "upload", "written")
        )
        return Personal(votes, uploads, messages, user in self.left_out(), self.waits.count(user))

    def delete_personal(self, user: int) -> Personal:
        """How much was kept about a person before their votes, what they wait for and that they
        added documents were deleted.

        What keeps their messages out of documents, or takes them out, has to stay.
        """
        before = self.personal(user)
        if before.votes or before.uploads or before.waits:
            with self._db.transaction():
                self._db.write("DELETE FROM vote WHERE user = ?", user)
                self._db.write("UPDATE upload SET user = NULL WHERE user = ?", user)
                self.waits.delete(user)
        return before

    def note_departure(self, gone: bool) -> bool:
        """Remember that the bot has left the server, or forget it; whether that is new."""
        if gone == (self.departed() is not None):
            return False
        with self._db.transaction():
            if gone:
                self._db.write("INSERT INTO departed VALUES (1, ?)", _now())
            else:
                self._db.write("DELETE FROM departed")
        return True

    def departed(self) -> datetime | None:
        """When it was seen that the bot has left the server, in UTC; None while it is there."""
        with self._db.decoding():
            found = self._db.read("SELECT at FROM departed")
            return datetime.fromisoformat(found[0][0]) if found else None

    def written(self, channel: int) -> tuple[Written, ...]:
        """The messages of a channel that documents are made from."""
        sql = "SELECT message, user, channel, post FROM written WHERE channel = ?"
        return tuple(Written(*row) for row in self._db.read(sql, channel))

    def _count(self, rows: str, *values: object) -> int:
        return int(self._db.read(f"SELECT count(*) FROM {rows}", *values)[0][0])


def _now() -> str:
    return datetime.now(UTC).isoformat()
