"""What is kept of questions where admins turned that on, as it stands in a server's file."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.types import Ref


@dataclass(frozen=True, slots=True)
class Vector:
    """A question's vector, and what made it: those of equal names may be compared."""

    made_by: str
    data: bytes = field(repr=False)
    """float16, little-endian."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A question that is kept; nothing of it tells who asked.

    Nor does it name the answer's message, which would: votes find it by its words.
    """

    text: str
    hour: datetime
    """The hour in which it was asked, in UTC."""
    answered: bool
    confidence: float
    """In 0..1."""
    passage: Ref | None = None
    """The passage that came first."""
    vector: Vector | None = None
    """None where the question was read with another, or with names in it."""
    asker: int | None = None
    """A number that others share; see `bot/libraries/crowd.py`."""
    helpful: int = 0
    """Votes that its answer helped."""
    unhelpful: int = 0
    """Votes that it did not."""
    id: int = 0
    """0 before it is kept."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What admins said is not theirs to answer. It outlives the questions, of which it keeps no
    words but the most telling ones, and no vector but their mean."""

    words: str
    vector: Vector
