"""`/docs bind`: who may read a document, chosen from channels and roles.

Who has one of the roles, or can view one of the channels, may read it. Where it answers follows
from that: `bot/discord/audience.py`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import ActionRow, Item, LayoutView, Separator, TextDisplay

from bot.audience import KEEPERS
from bot.discord.admins import admit, is_admin
from bot.discord.audience import name_readers, split_bond
from bot.discord.buttons.bonds import BindChannels, BindNobody, BindRoles
from bot.discord.cite import shorten
from bot.discord.escape import fit_line
from bot.discord.panels import AMBER, render_notice
from bot.discord.render import lay_out
from bot.discord.send import edit_answer, offer, tell_besides
from bot.language import gettext, mark
from bot.types import Entry, Ref
from index.errors import JobRunning, UnknownDocument

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]
Bond = frozenset[str]

_OPERATORS = mark(
    "This is one of the operator's documents, which every server reads. Only this server's own can"
    " be bound."
)
_EVERYONE = mark("`@everyone` is everybody. Name other roles, or press **For everybody**.")
_NOBODY_LEFT = mark("Nobody would be left to read it. To let everybody, press **For everybody**.")
_JOB = mark(
    "An index job of this server is running. Bind the document when it is done, or cancel it."
)
_OPEN = mark("Everybody may read it: it answers in every channel.")
_PUBLIC = mark("It answers in {channels} and in threads there, and nowhere else in public.")
_NEVER_PUBLIC = mark("It never answers in public: not everybody in a channel has a role.")
_PRIVATE = mark("In private, `/ask` with `private`, it answers everybody who may read it.")
_GONE = mark(
    "⚠️ Channels and roles that are gone: {n}. Nobody reads it by them; choose anew to drop them."
)
_ALL_GONE = mark("⚠️ All that it was bound to is gone, so it answers nobody. Choose anew.")
_SOURCE = mark(
    "-# It is one of a source's: the others are bound by themselves, and what comes from there anew"
    " is for everybody."
)
_KEEPERS = mark(
    "-# Those who keep the documents see it in `/docs`, whatever is chosen here; its text they get"
    " as others do."
)


@app_commands.command(name="bind", description="Choose who may read a document")
@app_commands.describe(document="Which of this server's documents")
async def bind_command(interaction: Interaction, document: str) -> None:
    """Show who may read a document, to change it."""
    binding = interaction.client.get_cog("Binding")
    await interaction.client.attempt(interaction, binding.show(interaction, document))


@bind_command.autocomplete("document")
async def complete_bound(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The server's own documents that hold what was typed."""
    binding = interaction.client.get_cog("Binding")
    await interaction.client.attempt(interaction, binding.complete(interaction, typed))
    return []  # what was offered stands; the library would log a late answer's traceback


class Binding(commands.Cog):
    """Shows who may read a document, and changes it."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine

    async def show(self, interaction: Interaction, document: str) -> None:
        """Show the panel of a document."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            entry = await self._engine.find(guild, document, KEEPERS, own_only=True)
        except UnknownDocument:
            # It raises where the operator has none either.
            await self._engine.find(guild, document, KEEPERS)
            await edit_answer(interaction, render_notice(gettext(_OPERATORS), kind="warning"))
            return
        await edit_answer(interaction, render_bond(entry, interaction.guild))

    async def complete(self, interaction: Interaction, typed: str) -> None:
        """Offer documents to those who keep them."""
        found: list[tuple[str, str]] = []
        if await is_admin(interaction, self._engine):
            guild = interaction.guild_id
            found = await self._engine.choices(guild, typed, KEEPERS, own_only=True)
        await offer(interaction, found)

    async def choose_channels(self, interaction: Interaction, ref: Ref, ids: Sequence[int]) -> None:
        """Let those who can view the channels read a document, beside those of its roles."""
        place = interaction.guild
        there = [id for id in ids if place and place.get_channel(id)]
        await self._change(interaction, ref, lambda bond: (there, bond[1]))

    async def choose_roles(self, interaction: Interaction, ref: Ref, ids: Sequence[int]) -> None:
        """Let those of the roles read a document, beside those of its channels."""
        place = interaction.guild
        there = [id for id in ids if place and place.get_role(id)]
        objection = _EVERYONE if interaction.guild_id in there else None
        await self._change(interaction, ref, lambda bond: (bond[0], there), objection)

    async def open(self, interaction: Interaction, ref: Ref) -> None:
        """Let everybody read a document."""
        await self._change(interaction, ref, lambda _: None)

    async def _change(
        self,
        interaction: Interaction,
        ref: Ref,
        change: Callable[[tuple[list[int], list[int]]], tuple[list[int], list[int]] | None],
        objection: str | None = None,
    ) -> None:
        """Bind a document to the channels and roles that come of those that it is bound to; None is
        everybody. The panel shows how it stands then."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        told = [objection] if objection else []

        def renew(bond: Bond | None) -> Bond | None:
            chosen = change(split_bond(bond or frozenset()))
            if chosen is None:
                return frozenset()
            if not any(chosen):
                told.extend([] if bond is None else [_NOBODY_LEFT])
                return None
            return name_readers(*chosen)

        if not objection and not ref.shared:
            try:
                await self._engine.bonds.bind(guild, ref, renew)
            except JobRunning:
                told.append(_JOB)
        entry = await self._engine.find(guild, f"#{ref}", KEEPERS, own_only=True)
        await edit_answer(interaction, render_bond(entry, interaction.guild))
        for text in told:
            await tell_besides(interaction, render_notice(gettext(text), kind="warning"))


def render_bond(entry: Entry, guild: discord.Guild | None) -> LayoutView:
    """Who may read a document, where it answers, and the menus that change it."""
    channels, roles = split_bond(entry.bond or frozenset())
    seen = [id for id in channels if guild and guild.get_channel(id)]
    held = [id for id in roles if guild and guild.get_role(id)]
    title = fit_line(shorten(entry.record.title, entry.record.name), 100)
    head = gettext("### Who may read {title}", title=title)
    lines = [head, *_describe(seen, held, bound=entry.bond is not None)]
    gone = len(channels) + len(roles) - len(seen) - len(held)
    if gone and (seen or held):
        lines.append(gettext(_GONE, n=gone))
    if entry.record.origin is not None:
        lines.append(gettext(_SOURCE))
    items: list[Item[Any]] = [
        TextDisplay("\n".join([*lines, gettext(_KEEPERS)])),
        Separator(),
        ActionRow(BindChannels(entry.ref, seen)),
        ActionRow(BindRoles(entry.ref, held)),
        ActionRow(BindNobody(entry.ref, disabled=entry.bond is None)),
    ]
    return lay_out(items, None if entry.bond is None else AMBER)


def _describe(channels: Sequence[int], roles: Sequence[int], *, bound: bool) -> list[str]:
    """Who may read what is bound to these, and where it answers."""
    if not bound:
        return [gettext(_OPEN)]
    if not channels and not roles:
        return [gettext(_ALL_GONE)]
    seen = " ".join(f"<#{id}>" for id in channels)
    held = " ".join(f"<@&{id}>" for id in roles)
    if not roles:
        readers = gettext("Only those who can view {channels}.", channels=seen)
    elif not channels:
        readers = gettext("Only those who have {roles}.", roles=held)
    else:
        readers = gettext(
            "Only those who can view {channels}, or have {roles}.", channels=seen, roles=held
        )
    public = gettext(_PUBLIC, channels=seen) if channels else gettext(_NEVER_PUBLIC)
    return [readers, public, gettext(_PRIVATE)]
