"""The ways to a person: each sends a view, pings nobody and shows no preview cards."""

import secrets
from collections.abc import Awaitable, Sequence
from typing import Any

import discord
from discord import InteractionResponseType, app_commands
from discord.ui import LayoutView

from bot.discord.delivery import insist

Interaction = discord.Interaction[Any]

NO_HISTORY = 160002
"""Discord's code for a reply by who may not read the channel's history."""

REFUSED_FILES = (50013, 40005)
"""Discord's codes where a file may not be sent: no permission; too large."""

QUIET = discord.AllowedMentions.none()
"""Given with every message: an edit without it would parse mentions anew."""


async def edit_answer(
    interaction: Interaction, view: LayoutView, files: Sequence[discord.File] = ()
) -> discord.InteractionMessage:
    """The message that was awaited as a deferred answer, with the view and the files it shows."""
    return await interaction.edit_original_response(
        view=view, attachments=files or discord.utils.MISSING, allowed_mentions=QUIET
    )


async def offer(interaction: Interaction, choices: Sequence[tuple[str, str]]) -> None:
    """Show names to choose from while someone types, each with what it stands for."""
    await interaction.response.autocomplete(
        [app_commands.Choice(name=name, value=value) for name, value in choices]
    )


async def tell(interaction: Interaction, view: LayoutView) -> None:
    """Show the view to one person alone, or in place of an answer that is awaited."""
    response = interaction.response
    if interaction.type is discord.InteractionType.autocomplete:
        return  # nothing but choices can be shown there
    if not response.is_done():
        await response.send_message(
            view=view, ephemeral=True, suppress_embeds=True, allowed_mentions=QUIET
        )
    elif response.type is InteractionResponseType.deferred_channel_message:
        await edit_answer(interaction, view)
    else:
        await tell_besides(interaction, view)


async def tell_besides(interaction: Interaction, view: LayoutView) -> None:
    """Show the view to one person alone, beside what they were shown already."""
    await interaction.followup.send(
        view=view, ephemeral=True, suppress_embeds=True, allowed_mentions=QUIET
    )


class Attachment(discord.File):
    """A file whose id is told as Discord's published API has it: as a string."""

    def to_dict(self, index: int) -> dict[str, Any]:
        return {**super().to_dict(index), "id": str(index)}


class _Reference(discord.MessageReference):
    """What is replied to, its ids as Discord's published API has them: as strings."""

    def to_message_reference_dict(self) -> Any:
        return {
            key: str(value) if key.endswith("_id") else value
            for key, value in self.to_dict().items()
        }


class Person(discord.Object):
    """Someone, whose id is told as Discord's published API has it: as a string."""

    def __init__(self, user: int) -> None:
        super().__init__(user)
        self.id = str(user)  # type: ignore[assignment]


async def reply(
    message: discord.Message | discord.PartialMessage,
    view: LayoutView,
    mentions: discord.AllowedMentions = QUIET,
) -> discord.Message:
    """The reply to a message; where its channel's history may not be read, one beneath it."""
    guild = message.guild.id if message.guild else None
    reference = _Reference(message_id=message.id, channel_id=message.channel.id, guild_id=guild)
    try:
        return await write(
            message.channel, view, mentions, reference=reference, mention_author=False
        )
    except discord.HTTPException as error:
        if error.code != NO_HISTORY:
            raise
        return await write(message.channel, view, mentions)


async def write(
    channel: discord.abc.Messageable,
    view: LayoutView,
    mentions: discord.AllowedMentions = QUIET,
    files: Sequence[discord.File] = (),
    **more: Any,
) -> discord.Message:
    """The message that was written in a channel, with the files that its view shows;
    it pings those of `mentions` alone."""
    nonce = secrets.randbits(64)  # the same each time it is sent
    if files:
        more["files"] = files

    def send() -> Awaitable[discord.Message]:
        for file in files:
            file.reset()
        return channel.send(
            view=view, nonce=nonce, suppress_embeds=True, allowed_mentions=mentions, **more
        )

    return await insist(send)
