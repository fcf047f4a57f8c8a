"""The buttons of a reindex that makes answers worse; each says which draft it means."""

from re import Match
from typing import Any, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.discord.buttons.press import Interaction, press
from bot.language import gettext, mark

_DRAFT = "([0-9a-f]{16})"


class _OfDraft(DynamicItem[Button[Any]], template=r"(?!)"):
    """A button of one draft."""

    verb, method = "", ""
    label, style = "", ButtonStyle.secondary

    def __init__(self, draft: str) -> None:
        self.draft = draft
        custom_id = f"draft:{self.verb}:{draft}"
        super().__init__(Button(label=gettext(self.label), style=self.style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(match[1])

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Accepting", self.method, self.draft)


class PutToUse(_OfDraft, template=rf"\Adraft:accept:{_DRAFT}\Z"):
    """Lets a draft be the index from now on."""

    verb, method = "accept", "accept"
    label, style = mark("Put it to use"), ButtonStyle.danger


class KeepOld(_OfDraft, template=rf"\Adraft:drop:{_DRAFT}\Z"):
    """Drops a draft."""

    verb, method, label = "drop", "drop", mark("Keep the old index")


class ShowWorse(_OfDraft, template=rf"\Adraft:compare:{_DRAFT}\Z"):
    """Shows which questions a draft answers worse."""

    verb, method, label = "compare", "show_worse", mark("Which questions?")


DRAFT_ITEMS = (PutToUse, KeepOld, ShowWorse)
"""Those of them, for `buttons.ITEMS`."""
