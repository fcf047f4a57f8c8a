"""What is taken out of a server's documents: one, or a source with all that came from it."""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.audience import KEEPERS
from bot.discord.admins import admit, is_admin
from bot.discord.escape import show_plain_line
from bot.discord.following import Following
from bot.discord.lists import render_confirm_drop, render_confirm_removal
from bot.discord.panels import render_notice
from bot.discord.send import QUIET, edit_answer, offer
from bot.language import gettext, mark, ngettext
from bot.types import Group, Ref
from bot.wording import count, name_origin, show_line
from index.errors import UnknownDocument

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

CHOICES, CHOICE_CHARS, MOST_ORIGINS = 25, 100, 10
"""What Discord shows while someone types; how many of it may be sources."""

_OPERATORS = mark(
    "This is one of the operator's documents, which every server reads. It cannot be removed from"
    " here; `/docs settings` can leave all of them out."
)
_REMOVED_ALREADY = mark("It is removed already.")


@app_commands.command(name="remove", description="Remove a document, or a source with all of its")
@app_commands.describe(document="Which document or source")
async def remove_command(interaction: Interaction, document: str) -> None:
    """Ask whether a document or a source is to be removed."""
    removal = interaction.client.get_cog("Removal")
    await interaction.client.attempt(interaction, removal.ask(interaction, document))


@remove_command.autocomplete("document")
async def complete_removal(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The server's own documents and sources that hold what was typed."""
    removal = interaction.client.get_cog("Removal")
    await interaction.client.attempt(interaction, removal.complete(interaction, typed))
    return []  # what was offered stands; the library would log a late answer's traceback


class Removal(commands.Cog):
    """Asks, and removes."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine

    async def ask(self, interaction: Interaction, document: str) -> None:
        """Ask whether a document, or a source, is to be removed."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        group = await self._find_group(guild, document)
        if group:
            await edit_answer(interaction, render_confirm_drop(group))
            return
        try:
            entry = await self._engine.find(guild, document, KEEPERS, own_only=True)
        except UnknownDocument:
            # It raises where the operator has none either.
            await self._engine.find(guild, document, KEEPERS)
            await edit_answer(interaction, render_notice(gettext(_OPERATORS), kind="warning"))
            return
        await edit_answer(interaction, render_confirm_removal(entry))

    async def complete(self, interaction: Interaction, typed: str) -> None:
        """Offer sources and documents to those who keep them."""
        if not await is_admin(interaction, self._engine) or interaction.guild_id is None:
            await offer(interaction, [])
            return
        own, _ = await self._engine.upkeep.groups(interaction.guild_id)
        found = [
            (_show_choice(group), f"@{group.ref}")
            for group in own
            if typed.casefold() in f"{name_origin(group.origin)} {group.origin.address}".casefold()
        ][:MOST_ORIGINS]
        guild = interaction.guild_id
        found += await self._engine.choices(guild, typed, KEEPERS, own_only=True)
        await offer(interaction, found[:CHOICES])

    async def remove(self, interaction: Interaction, ref: Ref) -> None:
        """Remove a document after the question."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        if ref.shared:
            await edit_answer(interaction, render_notice(gettext(_OPERATORS), kind="warning"))
            return
        try:
            record = await self._engine.remove(guild, f"#{ref}")
        except UnknownDocument:  # by another panel, or another admin
            await edit_answer(interaction, render_notice(gettext(_REMOVED_ALREADY)))
            return
        told = gettext(
            "Removed **{title}** ({name}, {passages}).",
            title=show_plain_line(record.title),
            name=show_plain_line(record.name),
            passages=count(record.passages, "passage"),
        )
        await edit_answer(interaction, render_notice(told))

    async def drop(self, interaction: Interaction, ref: Ref) -> None:
        """Remove a source and its documents after the question."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        if ref.shared:
            await edit_answer(interaction, render_notice(gettext(_OPERATORS), kind="warning"))
            return
        try:
            group = await self._engine.upkeep.remove(guild, ref.id)
        except UnknownDocument:
            await edit_answer(interaction, render_notice(gettext(_REMOVED_ALREADY)))
            return
        following = self._bot.get_cog("Following")
        assert isinstance(following, Following)
        following.forget(guild)
        name = show_plain_line(name_origin(group.origin)[:200])
        told = ngettext(
            "Removed **{name}** with {n} document.",
            "Removed **{name}** with {n} documents.",
            group.documents,
            name=name,
        )
        await edit_answer(interaction, render_notice(told))

    async def keep(self, interaction: Interaction) -> None:
        """Leave it where it is."""
        if await admit(interaction, self._engine) is not None:
            await interaction.response.edit_message(
                view=render_notice(gettext("Nothing was removed.")), allowed_mentions=QUIET
            )

    async def _find_group(self, guild: int, document: str) -> Group | None:
        """The source that a choice (`@o3`) or an address means."""
        own, _ = await self._engine.upkeep.groups(guild)
        for group in own:
            names = (f"@{group.ref}", group.origin.address, name_origin(group.origin))
            if document in names:
                return group
        return None


def _show_choice(group: Group) -> str:
    """The source's name and how many documents it has, as Discord shows choices."""
    behind = f" ({count(group.documents, 'document')})"
    name = show_line(name_origin(group.origin))
    room = CHOICE_CHARS - len(behind)
    return (name if len(name) <= room else f"{name[: room - 1]}…") + behind
