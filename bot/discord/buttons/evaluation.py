"""The buttons of `/docs eval`."""

from re import Match
from typing import Any, Literal, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.discord.buttons.press import Interaction, press
from bot.language import gettext

EvalView = Literal["figures", "offer", "list", "lost"]
EvalList = Literal["list", "lost"]

_ID = "([0-9]{1,18})"
_NUMBER = "([0-9]{1,6})"


class Confirm(DynamicItem[Button[Any]], template=rf"\Aeval:(right|wrong):{_ID}:{_NUMBER}\Z"):
    """Says whether the passage that is shown answers the kept question with an id.

    `number` is that of the candidate which is shown next.
    """

    def __init__(self, right: bool, question: int, number: int) -> None:
        self.right, self.question, self.number = right, question, number
        label = gettext("Right passage") if right else gettext("Wrong passage")
        style = ButtonStyle.success if right else ButtonStyle.danger
        custom_id = f"eval:{'right' if right else 'wrong'}:{question}:{number}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(match[1] == "right", int(match[2]), int(match[3]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Evaluating", "confirm", self.question, self.right, self.number)


class ShowEval(DynamicItem[Button[Any]], template=rf"\Aeval:(figures|offer|list|lost):{_NUMBER}\Z"):
    """Shows the figures, a candidate by its number, or a page of what is confirmed, or of what of
    that is lost."""

    def __init__(
        self,
        what: EvalView,
        number: int = 0,
        label: str | None = None,
        *,
        style: ButtonStyle = ButtonStyle.secondary,
        back: bool = False,
        disabled: bool = False,
    ) -> None:
        self.what, self.number = what, number
        item = Button[Any](
            label=label, style=style, custom_id=f"eval:{what}:{number}", disabled=disabled
        )
        if label is None:
            item.emoji = "◀️" if back else "▶️"
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        what: Any = match[1]
        return cls(what, int(match[2]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Evaluating", f"show_{self.what}", self.number)


class Unconfirm(DynamicItem[Button[Any]], template=rf"\Aeval:forget:{_ID}:(list|lost):{_NUMBER}\Z"):
    """Forgets what was confirmed, by its id; it stands on a page of a list."""

    def __init__(self, confirmed: int, where: EvalList, page: int) -> None:
        self.confirmed, self.where, self.page = confirmed, where, page
        custom_id = f"eval:forget:{confirmed}:{where}:{page}"
        super().__init__(Button(label=gettext("Forget"), custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        where: Any = match[2]
        return cls(int(match[1]), where, int(match[3]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Evaluating", "forget", self.confirmed, self.where, self.page)


EVAL_ITEMS = (Confirm, ShowEval, Unconfirm)
"""Those of them, for `buttons.ITEMS`."""
