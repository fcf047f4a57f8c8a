"""Questions that are kept, made for tests."""

from datetime import UTC, datetime
from typing import Any

from bot.libraries.kept import Kept


def make_kept(text: str, answered: bool, confidence: float, **more: Any) -> Kept:
    """One that was asked just now."""
    return Kept(text, datetime.now(UTC), answered, confidence, **more)
