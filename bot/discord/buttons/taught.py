"""The buttons of the list of taught answers. What one needs stands in its custom id alone."""

from re import Match
from typing import Any, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.discord.buttons.press import Interaction, press
from bot.language import gettext, mark

_ID = "([0-9]{1,18})"


class _Numbered(DynamicItem[Button[Any]], template=r"(?!)"):
    """A button of one number."""

    verb, method = "", ""
    label, style = "", ButtonStyle.secondary

    def __init__(self, number: int) -> None:
        self.number = number
        custom_id = f"taught:{self.verb}:{number}"
        super().__init__(Button(label=gettext(self.label), style=self.style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Teaching", self.method, self.number)


class EditTaught(_Numbered, template=rf"\Ataught:edit:{_ID}\Z"):
    """Opens the form with a taught answer in it."""

    verb, method, label = "edit", "edit", mark("Edit")


class TaughtHistory(_Numbered, template=rf"\Ataught:history:{_ID}\Z"):
    """Shows all versions of a taught answer."""

    verb, method, label = "history", "show_history", mark("History")


class RemoveTaught(_Numbered, template=rf"\Ataught:remove:{_ID}\Z"):
    """Asks whether a taught answer is to be removed."""

    verb, method, label = "remove", "ask_removal", mark("Remove")


class DropTaught(_Numbered, template=rf"\Ataught:drop:{_ID}\Z"):
    """Removes a taught answer, after that question."""

    verb, method, label, style = "drop", "remove", mark("Remove"), ButtonStyle.danger


class TaughtPage(DynamicItem[Button[Any]], template=r"\Ataught:page:([0-9]{1,6})\Z"):
    """Turns the list to page number `page`, 0-based."""

    def __init__(self, page: int, *, back: bool = False, disabled: bool = False) -> None:
        self.page = page
        custom_id = f"taught:page:{page}"
        item = Button[Any](emoji="◀️" if back else "▶️", custom_id=custom_id, disabled=disabled)
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Teaching", "page", self.page)


TAUGHT_ITEMS = (EditTaught, TaughtHistory, RemoveTaught, DropTaught, TaughtPage)
"""Those of them, for `buttons.ITEMS`."""
