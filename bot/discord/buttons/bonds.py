"""The menus and the button of the panel that says who may read a document."""

from collections.abc import Sequence
from re import Match
from typing import Any, Self

import discord
from discord import ChannelType
from discord.ui import Button, ChannelSelect, DynamicItem, Item, RoleSelect

from bot.discord.buttons.press import REF, Interaction, press
from bot.language import gettext
from bot.types import Ref

MOST_CHOSEN = 25
"""Discord's limit on what is chosen in a menu."""
_TYPES = [
    *(ChannelType.text, ChannelType.news, ChannelType.forum),
    *(ChannelType.voice, ChannelType.stage_voice),
]


class BindChannels(DynamicItem[ChannelSelect[Any]], template=rf"\Abind:channels:({REF})\Z"):
    """Chooses the channels whose viewers may read a document."""

    def __init__(self, ref: Ref, chosen: Sequence[int] = ()) -> None:
        self.ref = ref
        menu = ChannelSelect[Any](
            custom_id=f"bind:channels:{ref}",
            placeholder=gettext("Those who can view one of these channels"),
            channel_types=_TYPES,
            min_values=0,
            max_values=MOST_CHOSEN,
            default_values=[
                discord.SelectDefaultValue(id=id, type=discord.SelectDefaultValueType.channel)
                for id in chosen[:MOST_CHOSEN]
            ],
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        chosen = [channel.id for channel in self.item.values]
        await press(interaction, "Binding", "choose_channels", self.ref, chosen)


class BindRoles(DynamicItem[RoleSelect[Any]], template=rf"\Abind:roles:({REF})\Z"):
    """Chooses the roles that may read a document."""

    def __init__(self, ref: Ref, chosen: Sequence[int] = ()) -> None:
        self.ref = ref
        menu = RoleSelect[Any](
            custom_id=f"bind:roles:{ref}",
            placeholder=gettext("Those who have one of these roles"),
            min_values=0,
            max_values=MOST_CHOSEN,
            default_values=[
                discord.SelectDefaultValue(id=id, type=discord.SelectDefaultValueType.role)
                for id in chosen[:MOST_CHOSEN]
            ],
        )
        super().__init__(menu)

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        chosen = [role.id for role in self.item.values]
        await press(interaction, "Binding", "choose_roles", self.ref, chosen)


class BindNobody(DynamicItem[Button[Any]], template=rf"\Abind:everybody:({REF})\Z"):
    """Lets everybody read a document."""

    def __init__(self, ref: Ref, *, disabled: bool = False) -> None:
        self.ref = ref
        custom_id = f"bind:everybody:{ref}"
        label = gettext("For everybody")
        super().__init__(Button(label=label, custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls(Ref.parse(match[1]))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Binding", "open", self.ref)


BOND_ITEMS = (BindChannels, BindRoles, BindNobody)
"""Those of them, for `buttons.ITEMS`."""
