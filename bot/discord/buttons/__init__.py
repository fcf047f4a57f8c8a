"""Every button that Footnote shows. What one needs stands in its custom id and its message alone.

So buttons of messages from before a restart work as new ones do. A press is handed to the cog that
knows what to do; whose documents a reference means is settled by where the button is pressed.
"""

from typing import Any

from discord.ui import DynamicItem

from bot.discord.buttons.accepting import DRAFT_ITEMS
from bot.discord.buttons.answers import (
    Continue,
    FollowUp,
    Helpful,
    InContext,
    More,
    NoHelp,
    Post,
    Solved,
    Unhelpful,
)
from bot.discord.buttons.bonds import BOND_ITEMS
from bot.discord.buttons.documents import Cancel, Drop, Keep, Kind, LeaveOut, Page, Remove
from bot.discord.buttons.evaluation import EVAL_ITEMS
from bot.discord.buttons.gaps import GapButton, GapsButton
from bot.discord.buttons.taught import TAUGHT_ITEMS
from bot.discord.buttons.telling import TellMe

__all__ = [
    "ITEMS",
    "Cancel",
    "Continue",
    "Drop",
    "FollowUp",
    "GapButton",
    "GapsButton",
    "Helpful",
    "InContext",
    "Keep",
    "Kind",
    "LeaveOut",
    "More",
    "NoHelp",
    "Page",
    "Post",
    "Remove",
    "Solved",
    "TellMe",
    "Unhelpful",
]

ITEMS: tuple[type[DynamicItem[Any]], ...] = (
    *(More, InContext, Helpful, Unhelpful, FollowUp, Continue, Post, Page, Cancel, Remove, Keep),
    *(Drop, LeaveOut, GapButton, GapsButton, Solved, NoHelp, TellMe, *TAUGHT_ITEMS, *EVAL_ITEMS),
    *(*DRAFT_ITEMS, *BOND_ITEMS),
)
"""What the client answers to, in whichever message it stands."""
