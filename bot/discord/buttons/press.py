"""What all buttons are made of: how a press is handed on, and what custom ids hold."""

from collections.abc import Awaitable, Callable
from re import Match
from typing import Any, Self

import discord
from discord.ui import Item

Interaction = discord.Interaction[Any]

REF = "[os][0-9]{1,18}"
ID = "[0-9]{1,20}"


async def press(interaction: Interaction, cog: str, name: str, *arguments: Any) -> None:
    """Hand a press to a cog's method; what goes wrong there ends where commands' errors do."""
    method: Callable[..., Awaitable[None]] = getattr(interaction.client.get_cog(cog), name)
    await interaction.client.attempt(interaction, method(interaction, *arguments))


class Fixed:
    """A button whose custom id says all there is to say."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: Item[Any], match: Match[str], /) -> Self:
        return cls()
