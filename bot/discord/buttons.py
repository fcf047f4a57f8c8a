"""Every button that Footnote shows. What one needs stands in its custom id and its message alone.

So buttons of messages from before a restart work as new ones do. A press is handed to the cog that
knows what to do; whose documents a reference means is settled by where the button is pressed.
"""

from collections.abc import Awaitable, Callable
from re import Match
from typing import Any, Literal, Self

import discord
from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item

from bot.types import Ref

Interaction = discord.Interaction[Any]
Kind = Literal["list", "sources"]
GapHow = Literal["teach", "not ours", "done"]

_REF = "[os][0-9]{1,18}"
_ID = "[0-9]{1,20}"


async def _press(interaction: Interaction, cog: str, name: str, *arguments: Any) -> None:
    """Hand a press to a cog's method; what goes wrong there ends where commands' errors do."""
    method: Callable[..., Awaitable[None]] = getattr(interaction.client.get_cog(cog), name)
    await interaction.client.attempt(interaction, method(interaction, *arguments))


class _Fixed:
    """A button whose custom id says all there is to say."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls()


class More(DynamicItem[Button[Any]], template=rf"\Amore:([0-9]{{1,3}}):({_REF}|-)\Z"):
    """Shows the next passages, from number `start` on, of all documents or of one."""

    def __init__(self, start: int, document: Ref | None = None) -> None:
        self.start, self.document = start, document
        custom_id = f"more:{start}:{document or '-'}"
        super().__init__(Button(label="More", custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]), None if match[2] == "-" else Ref.parse(match[2]))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "more", self.start, self.document)


class InContext(DynamicItem[Button[Any]], template=rf"\Acontext:({_REF})\Z"):
    """Shows a passage with what stands before and after it."""

    def __init__(self, passage: Ref) -> None:
        self.passage = passage
        super().__init__(Button(label="In context", custom_id=f"context:{passage}"))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "context", self.passage)


class Helpful(_Fixed, DynamicItem[Button[Any]], template=r"\Avote:up\Z"):
    """Says that an answer helped."""

    def __init__(self) -> None:
        super().__init__(Button(emoji="👍", custom_id="vote:up"))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "vote", True)


class Unhelpful(_Fixed, DynamicItem[Button[Any]], template=r"\Avote:down\Z"):
    """Says that an answer did not help."""

    def __init__(self) -> None:
        super().__init__(Button(emoji="👎", custom_id="vote:down"))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "vote", False)


class FollowUp(_Fixed, DynamicItem[Button[Any]], template=r"\Afollow\Z"):
    """Asks for a further question, which leans on the answer that the button hangs on."""

    def __init__(self) -> None:
        item = Button[Any](label="Follow up", style=ButtonStyle.primary, custom_id="follow")
        super().__init__(item)

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "follow_up")


class Continue(_Fixed, DynamicItem[Button[Any]], template=r"\Athread\Z"):
    """Opens a thread under an answer."""

    def __init__(self) -> None:
        super().__init__(Button(label="Continue in a thread", custom_id="thread"))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "continue_in_thread")


class Post(DynamicItem[Button[Any]], template=rf"\Apost:({_ID}):({_ID})\Z"):
    """Posts an answer that one person sees as a reply to the message that it was sought for."""

    def __init__(self, channel: int, message: int, *, posted: bool = False) -> None:
        self.channel, self.message = channel, message
        item = Button[Any](
            label="Posted" if posted else "Post as a reply",
            style=ButtonStyle.secondary if posted else ButtonStyle.primary,
            custom_id=f"post:{channel}:{message}",
            disabled=posted,
        )
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(int(match[1]), int(match[2]))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Asking", "post", self.channel, self.message)


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
        await _press(interaction, cog, "page", self.kind, self.page)


class Cancel(DynamicItem[Button[Any]], template=r"\Acancel:([0-9A-Za-z_-]{1,64})\Z"):
    """Stops a job; the document that it is at is left as it was."""

    def __init__(self, job: str) -> None:
        self.job = job
        item = Button[Any](label="Cancel", style=ButtonStyle.danger, custom_id=f"cancel:{job}")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(match[1])

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Documents", "cancel", self.job)


class Remove(DynamicItem[Button[Any]], template=rf"\Aremove:({_REF})\Z"):
    """Removes a document, after the question whether to."""

    def __init__(self, ref: Ref) -> None:
        self.ref = ref
        item = Button[Any](label="Remove", style=ButtonStyle.danger, custom_id=f"remove:{ref}")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Removal", "remove", self.ref)


class Drop(DynamicItem[Button[Any]], template=rf"\Adrop:({_REF})\Z"):
    """Removes a source with all its documents, after the question whether to."""

    def __init__(self, ref: Ref) -> None:
        self.ref = ref
        item = Button[Any](label="Remove", style=ButtonStyle.danger, custom_id=f"drop:{ref}")
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Removal", "drop", self.ref)


class LeaveOut(DynamicItem[Button[Any]], template=r"\Aprivacy:(out|in)\Z"):
    """Keeps the messages of who presses out of documents, or lets them in again."""

    def __init__(self, out: bool) -> None:
        self.out = out
        label = "Keep my messages out" if out else "Let my messages in again"
        custom_id = f"privacy:{'out' if out else 'in'}"
        super().__init__(Button(label=label, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(match[1] == "out")

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Privacy", "choose", self.out)


class Keep(_Fixed, DynamicItem[Button[Any]], template=r"\Akeep\Z"):
    """Leaves a document where it is, after the same question."""

    def __init__(self) -> None:
        super().__init__(Button(label="Keep it", custom_id="keep"))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Removal", "keep")


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
        label = {"teach": "Teach an answer", "not ours": "Not ours", "done": "Done"}[how]
        style = ButtonStyle.primary if how == "teach" else ButtonStyle.secondary
        custom_id = f"gap:{how}:{days}:{page}:{question}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        how: Any = match[1]
        return cls(how, int(match[2]), int(match[3]), int(match[4]))

    async def callback(self, interaction: Interaction) -> None:
        if self.how == "teach":
            await _press(interaction, "Filling", "teach", self.question)
        else:
            told = self.how, self.days, self.page, self.question
            await _press(interaction, "Filling", "settle", *told)


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
            item.label = "Export" if what == "export" else "Bring back"
        super().__init__(item)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        what: Any = match[1]
        return cls(what, int(match[2]), int(match[3]))

    async def callback(self, interaction: Interaction) -> None:
        await _press(interaction, "Filling", self.what, self.days, self.page)


ITEMS: tuple[type[DynamicItem[Any]], ...] = (
    *(More, InContext, Helpful, Unhelpful, FollowUp, Continue, Post, Page, Cancel, Remove, Keep),
    *(Drop, LeaveOut, GapButton, GapsButton),
)
"""What the client answers to, in whichever message it stands."""
