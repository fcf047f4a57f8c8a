"""A channel in which the bot helps: what `/docs help-channel` keeps."""

from dataclasses import dataclass
from typing import Literal

HelpMode = Literal["when sure", "when sure, else say so", "every question"]


@dataclass(frozen=True, slots=True)
class HelpChannel:
    """A channel in which questions are answered though nobody asks the bot."""

    channel: int
    mode: HelpMode
    tag: int | None = None
    """A forum's tag for posts that are solved; None: one that is named so, if there is any."""
