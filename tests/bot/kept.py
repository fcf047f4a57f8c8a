"""What a server's file is given in tests."""

from datetime import UTC, datetime
from typing import Any

from bot.libraries.kept import Kept
from bot.types import Found, Ref
from index.types import Answer, Citation, Hit, Record
from tests.bot.passages import make_passage


def make_kept(text: str, answered: bool, confidence: float, **more: Any) -> Kept:
    """One that was asked just now."""
    return Kept(text, datetime.now(UTC), answered, confidence, **more)


def make_found(*names: str, answered: bool = True, shared: bool = False) -> Found:
    """An answer from the documents of these names, the first of them the surest."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    passage = make_passage(["It opens at nine."])
    hits = tuple(
        Hit(
            Record(number, name, f"/{name}", name, None, 1, 1, "", "en", now, now),
            *(passage, 1.0, ()),
            confidence=0.9 - 0.1 * number,
        )
        for number, name in enumerate(names)
    )
    refs = tuple(Ref(shared, number + 1) for number in range(len(hits)))
    cited = tuple(Citation(name, None, (), None) for name in names)
    return Found(Answer("When?", answered, 0.9, hits), refs, cited, 1)
