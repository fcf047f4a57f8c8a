"""Who keeps a server's documents: its managers, and who has the role that they named."""

from typing import Any

import discord

from bot.discord.panels import render_notice
from bot.discord.send import tell
from bot.language import gettext, mark
from bot.libraries.engine import Engine

_REFUSAL = mark(
    "Only members who may manage this server, or who have the role that its managers named in"
    " `/docs settings`, can do this."
)
_REFUSAL_IN_DIRECT_MESSAGES = mark("This works in a server only: documents belong to servers.")


async def is_admin(interaction: discord.Interaction[Any], engine: Engine) -> bool:
    """Whether someone may keep the documents of the server that the interaction comes from.

    Discord's own check can be changed in a server's settings, and buttons know none.
    """
    if interaction.guild_id is None:
        return False
    permissions = interaction.permissions
    if permissions.manage_guild or permissions.administrator:
        return True
    role = (await engine.preferences(interaction.guild_id)).role
    roles = getattr(interaction.user, "roles", ())  # a User outside of servers has none
    return role is not None and any(one.id == role for one in roles)


async def admit(interaction: discord.Interaction[Any], engine: Engine) -> int | None:
    """The server whose documents someone may keep; who may not is told so, and None returned."""
    if await is_admin(interaction, engine):
        return interaction.guild_id
    here = interaction.guild_id is not None
    refusal = _REFUSAL if here else _REFUSAL_IN_DIRECT_MESSAGES
    await tell(interaction, render_notice(gettext(refusal), kind="warning"))
    return None
