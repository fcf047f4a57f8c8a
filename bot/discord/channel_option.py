"""An option of a command that is a channel of some kinds."""

from typing import Any, Literal

import discord
from discord import app_commands

Kind = Literal["text", "news", "forum", "voice", "stage_voice"]


class ChannelOption(app_commands.Transformer):
    """A channel of these kinds. (discord.py's own would allow media channels too, which Discord's
    published API does not know.)"""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = [discord.ChannelType[kind] for kind in kinds]

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return self._kinds

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Any:
        return value
