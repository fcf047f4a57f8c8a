"""The buttons of the list of gaps."""

from re import Match
from typing import Any, Literal, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.discord.buttons.press import Interaction, press
from bot.language import gettext, mark

GapHow = Literal["teach", "not ours", "done"]
_LABELS: dict[GapHow, str] = {
    "teach": mark("Teach an answer"),
    "not ours": mark("Not ours"),
    "done": mark("Done"),
}


class GapButton(
    DynamicItem[Button[Any]],
    template=r"\Agap:(teach|not ours|done):([0-9]{1,3}):([0-9]{1,6}):([0-9]{1,18})\Z",
):
    """Teaches an answer to a group of questions, or settles it.

    The group is named by one of its questions, for groups are made anew each time; `days` and
    `page` are those of the list that it stands in.
    """

    def __init__(self, how: GapHow, days: int, page: int, question: int) -> None:
        self.how, self.days, self.page, self.question = how, days, page, question
        label = gettext(_LABELS[how])
        style = ButtonStyle.primary if how == "teach" else ButtonStyle.secondary
        custom_id = f"gap:{how}:{days}:{page}:{question}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        how: Any = match[1]
        return cls(how, int(match[2]), int(match[3]), int(match[4]))

    async def callback(self, interaction: Interaction) -> None:
        if self.how == "teach":
            await press(interaction, "Filling", "teach", self.question)
        else:
            told = self.how, self.days, self.page, self.question
            await press(interaction, "Filling", "settle", *told)


class GapsButton(
    DynamicItem[Button[Any]], template=r"\Agaps:(turn|export|restore):([0-9]{1,3}):([0-9]{1,6})\Z"
):
    """Turns the list of gaps to a page, sends it as files, or brings back what is hidden."""

    def __init__(
        self,
        what: Literal["turn", "export", "restore"],
        days: int,
        page: int,
        *,
        back: bool = False,
        disabled: bool = False,
    ) -> None:
        self.what, self.days, self.page = what, days, page
        custom_id = f"gaps:{what}:{days}:{page}"
        item = Button[Any](custom_id=custom_id, disabled=disabled)
        if what == "turn":
            item.emoji = "◀️" if back else "▶️"
        else:
            item.label = gettext("Export") if what == "export" else gettext("Bring back")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        what: Any = match[1]
        return cls(what, int(match[2]), int(match[3]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Filling", self.what, self.days, self.page)
