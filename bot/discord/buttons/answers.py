"""The buttons of answers, which everybody sees."""

from re import Match
from typing import Any, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.discord.buttons.press import ID, REF, Fixed, Interaction, press
from bot.language import gettext
from bot.types import Ref


class More(DynamicItem[Button[Any]], template=rf"\Amore:([0-9]{{1,3}}):({REF}|-)\Z"):
    """Shows the next passages, from number `start` on, of all documents or of one."""

    def __init__(self, start: int, document: Ref | None = None) -> None:
        self.start, self.document = start, document
        custom_id = f"more:{start}:{document or '-'}"
        super().__init__(Button(label=gettext("More"), custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]), None if match[2] == "-" else Ref.parse(match[2]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "more", self.start, self.document)


class InContext(DynamicItem[Button[Any]], template=rf"\Acontext:({REF})\Z"):
    """Shows a passage with what stands before and after it."""

    def __init__(self, passage: Ref) -> None:
        self.passage = passage
        super().__init__(Button(label=gettext("In context"), custom_id=f"context:{passage}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "context", self.passage)


class Helpful(Fixed, DynamicItem[Button[Any]], template=r"\Avote:up\Z"):
    """Says that an answer helped."""

    def __init__(self) -> None:
        super().__init__(Button(emoji="👍", custom_id="vote:up"))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "vote", True)


class Unhelpful(Fixed, DynamicItem[Button[Any]], template=r"\Avote:down\Z"):
    """Says that an answer did not help."""

    def __init__(self) -> None:
        super().__init__(Button(emoji="👎", custom_id="vote:down"))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "vote", False)


class Solved(DynamicItem[Button[Any]], template=rf"\Asolved:({ID})\Z"):
    """Says that an answer which nobody asked for has solved someone's question."""

    def __init__(self, asker: int) -> None:
        self.asker = asker
        label, custom_id = gettext("Solved"), f"solved:{asker}"
        item = Button[Any](label=label, style=ButtonStyle.success, custom_id=custom_id)
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Solving", "judge", self.asker, True)


class NoHelp(DynamicItem[Button[Any]], template=rf"\Ano-help:({ID})\Z"):
    """Says that it has not."""

    def __init__(self, asker: int) -> None:
        self.asker = asker
        super().__init__(Button(label=gettext("Not helpful"), custom_id=f"no-help:{asker}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Solving", "judge", self.asker, False)


class FollowUp(Fixed, DynamicItem[Button[Any]], template=r"\Afollow\Z"):
    """Asks for a further question, which leans on the answer that the button hangs on."""

    def __init__(self) -> None:
        label = gettext("Follow up")
        item = Button[Any](label=label, style=ButtonStyle.primary, custom_id="follow")
        super().__init__(item)

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "follow_up")


class Continue(Fixed, DynamicItem[Button[Any]], template=r"\Athread\Z"):
    """Opens a thread under an answer."""

    def __init__(self) -> None:
        super().__init__(Button(label=gettext("Continue in a thread"), custom_id="thread"))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "continue_in_thread")


class Post(DynamicItem[Button[Any]], template=rf"\Apost:({ID}):({ID})\Z"):
    """Posts an answer that one person sees as a reply to the message that it was sought for."""

    def __init__(self, channel: int, message: int, *, posted: bool = False) -> None:
        self.channel, self.message = channel, message
        item = Button[Any](
            label=gettext("Posted") if posted else gettext("Post as a reply"),
            style=ButtonStyle.secondary if posted else ButtonStyle.primary,
            custom_id=f"post:{channel}:{message}",
            disabled=posted,
        )
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]), int(match[2]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Asking", "post", self.channel, self.message)
