"""Who reads what the bot says: what decides which documents it may stand on.

A document that is bound names labels; who is of one of them may read it. Labels are made from what
Discord says of channels and people: `bot/discord/audience.py`, and nowhere else.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audience:
    """What all who read a reply have in common."""

    labels: frozenset[str] = frozenset()
    keepers: bool = False
    """Whether only those who keep the documents read it: they see which there are, bound or not.
    No question is asked so: who keeps documents gets answers as others do."""


NOBODY = Audience()
"""Nobody that is known of: they read what everybody may."""
KEEPERS = Audience(keepers=True)
