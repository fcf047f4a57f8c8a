"""The buttons of lists, of index jobs, and of what takes something out of the documents."""

from re import Match
from typing import Any, Literal, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.discord.buttons.press import REF, Fixed, Interaction, press
from bot.language import gettext
from bot.types import Ref

Kind = Literal["list", "sources"]


class Page(DynamicItem[Button[Any]], template=r"\Apage:(list|sources):([0-9]{1,6})\Z"):
    """Turns a list to page number `page`, 0-based."""

    def __init__(
        self, kind: Kind, page: int, *, back: bool = False, disabled: bool = False
    ) -> None:
        self.kind, self.page = kind, page
        custom_id = f"page:{kind}:{page}"
        item = Button[Any](emoji="◀️" if back else "▶️", custom_id=custom_id, disabled=disabled)
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls("list" if match[1] == "list" else "sources", int(match[2]))

    async def callback(self, interaction: Interaction) -> None:
        cog = "Documents" if self.kind == "list" else "Asking"
        await press(interaction, cog, "page", self.kind, self.page)


class Cancel(DynamicItem[Button[Any]], template=r"\Acancel:([0-9A-Za-z_-]{1,64})\Z"):
    """Stops a job; the document that it is at is left as it was."""

    def __init__(self, job: str) -> None:
        self.job = job
        label = gettext("Cancel")
        item = Button[Any](label=label, style=ButtonStyle.danger, custom_id=f"cancel:{job}")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(match[1])

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Documents", "cancel", self.job)


class Remove(DynamicItem[Button[Any]], template=rf"\Aremove:({REF})\Z"):
    """Removes a document, after the question whether to."""

    def __init__(self, ref: Ref) -> None:
        self.ref = ref
        label = gettext("Remove")
        item = Button[Any](label=label, style=ButtonStyle.danger, custom_id=f"remove:{ref}")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Removal", "remove", self.ref)


class Drop(DynamicItem[Button[Any]], template=rf"\Adrop:({REF})\Z"):
    """Removes a source with all its documents, after the question whether to."""

    def __init__(self, ref: Ref) -> None:
        self.ref = ref
        label = gettext("Remove")
        item = Button[Any](label=label, style=ButtonStyle.danger, custom_id=f"drop:{ref}")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Removal", "drop", self.ref)


class LeaveOut(DynamicItem[Button[Any]], template=r"\Aprivacy:(out|in)\Z"):
    """Keeps the messages of who presses out of documents, or lets them in again."""

    def __init__(self, out: bool) -> None:
        self.out = out
        label = gettext("Keep my messages out") if out else gettext("Let my messages in again")
        custom_id = f"privacy:{'out' if out else 'in'}"
        super().__init__(Button(label=label, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(match[1] == "out")

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Privacy", "choose", self.out)


class Keep(Fixed, DynamicItem[Button[Any]], template=r"\Akeep\Z"):
    """Leaves a document where it is, after the same question."""

    def __init__(self) -> None:
        super().__init__(Button(label=gettext("Keep it"), custom_id="keep"))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Removal", "keep")
