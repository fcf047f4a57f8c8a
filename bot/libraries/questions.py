"""The questions that people ask of a server, where its admins keep them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.libraries.kept import Kept, Topic, Vector
from bot.libraries.rows import read_preferences
from bot.types import Ref
from index.database import Database

_EXPIRED = "question WHERE ? = 0 OR hour <= ?"
"""The questions that were kept for so many days as the admins allow; for none, all of them."""

DONE, NOT_OURS = 1, 2
"""How a question was settled."""


class Questions:
    """The questions in a server's file; raises what `Memory` does."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, question: Kept) -> None:
        """Keep a question, if the admins turned that on."""
        if read_preferences(self._db).questions_days:
            vector = question.vector
            with self._db.transaction():
                self._db.write(
                    """INSERT INTO question
                    (text, hour, answered, confidence, passage, made_by, vector, asker)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                    *(question.text, _show_hour(question.hour)),
                    *(question.answered, question.confidence),
                    str(question.passage) if question.passage else None,
                    *((vector.made_by, vector.data) if vector else (None, None)),
                    question.asker,
                )

    def kept(self) -> tuple[Kept, ...]:
        """The questions that are kept, the oldest first."""
        return self._read("1")

    def unsettled(self, days: int) -> tuple[Kept, ...]:
        """Those of so many days that found no answer that helped, the oldest first."""
        unanswered = "(NOT answered OR unhelpful > helpful)"
        return self._read(f"{unanswered} AND NOT settled AND hour > ?", _name_hour(days))

    def texts(self, most: int) -> list[str]:
        """The newest questions that are kept, so many at most."""
        sql = "SELECT text FROM question ORDER BY id DESC LIMIT ?"
        return [text for (text,) in self._db.read(sql, most)]

    def text(self, id: int) -> str | None:
        """A question that is kept; None where it is not."""
        found = self._db.read("SELECT text FROM question WHERE id = ?", id)
        return found[0][0] if found else None

    def keep_vectors(self, vectors: Iterable[tuple[int, Vector]]) -> None:
        """Keep vectors of questions, by their ids."""
        with self._db.transaction():
            for id, vector in vectors:
                sql = "UPDATE question SET made_by = ?, vector = ? WHERE id = ?"
                self._db.write(sql, vector.made_by, vector.data, id)

    def settle(self, ids: Iterable[int], topic: Topic | None = None) -> None:
        """Let questions be no gap any more, nor what is asked later on the same topic, if given."""
        with self._db.transaction():
            for id in ids:
                settled = NOT_OURS if topic else DONE
                self._db.write("UPDATE question SET settled = ? WHERE id = ?", settled, id)
            if topic:
                self._db.write(
                    "INSERT INTO topic (words, made_by, vector) VALUES (?, ?, ?)",
                    *(topic.words, topic.vector.made_by, topic.vector.data),
                )

    def restore(self) -> None:
        """Let nothing be a topic any more that is not the server's to answer."""
        with self._db.transaction():
            self._db.write("DELETE FROM topic")
            self._db.write("UPDATE question SET settled = 0 WHERE settled = ?", NOT_OURS)

    def topics(self) -> tuple[Topic, ...]:
        """What the admins said is not theirs to answer."""
        sql = "SELECT words, made_by, vector FROM topic ORDER BY id"
        return tuple(Topic(words, Vector(*vector)) for words, *vector in self._db.read(sql))

    def judge(self, question: str, before: bool | None, now: bool | None) -> None:
        """Count a vote on a question that is kept, within a transaction; None is no vote."""
        for helpful, change in ((before, -1), (now, 1)):
            if helpful is not None:
                column = "helpful" if helpful else "unhelpful"
                self._db.write(
                    f"""UPDATE question SET {column} = {column} + ?
                    WHERE id = (SELECT max(id) FROM question WHERE text = ? AND {column} + ? >= 0)
                    """,
                    *(change, question, change),
                )

    def expire(self) -> int:
        """How many were removed because they were kept for as long as the admins said."""
        days = read_preferences(self._db).questions_days
        [(expired,)] = self._db.read(f"SELECT count(*) FROM {_EXPIRED}", days, _name_hour(days))
        if expired:
            with self._db.transaction():
                self.remove_expired(days)
        return int(expired)

    def remove_expired(self, days: int) -> None:
        """Remove those that are older than so many days, within a transaction; for 0 all."""
        self._db.write(f"DELETE FROM {_EXPIRED}", days, _name_hour(days))
        if not days:
            self._db.write("DELETE FROM topic")

    def _read(self, condition: str, *values: object) -> tuple[Kept, ...]:
        sql = f"""SELECT text, hour, answered, confidence, passage, made_by, vector, asker, helpful,
            unhelpful, id FROM question WHERE {condition} ORDER BY id"""
        with self._db.decoding():
            return tuple(_decode(*row) for row in self._db.read(sql, *values))


def _decode(
    text: str,
    hour: str,
    answered: int,
    confidence: float,
    passage: str | None,
    made_by: str | None,
    vector: bytes | None,
    *others: Any,
) -> Kept:
    return Kept(
        *(text, datetime.fromisoformat(hour), bool(answered), confidence),
        Ref.parse(passage) if passage else None,
        Vector(made_by, vector) if made_by is not None and vector is not None else None,
        *others,
    )


def _name_hour(days_ago: int = 0) -> str:
    """The hour that it was so many days ago, in UTC."""
    return _show_hour(datetime.now(UTC) - timedelta(days=days_ago))


def _show_hour(moment: datetime) -> str:
    """A moment without what is finer than its hour, for messages tell who wrote at which second."""
    return moment.replace(minute=0, second=0, microsecond=0).isoformat()
