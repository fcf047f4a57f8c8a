"""From Discord's channels and people to who reads a reply. Labels are made here alone.

A public reply is read by all who can view its channel, so it has that one label: a document that is
bound to roles alone never answers in public. A private one is read by one person, who has their
roles, and the channels that they can view.
"""

from collections.abc import Iterable, Set
from typing import Any

import discord

from bot.audience import NOBODY, Audience
from bot.discord.reception import name_place
from bot.libraries.engine import Engine

Interaction = discord.Interaction[Any]


def _label_channel(id: int) -> str:
    """What stands for those who can view a channel."""
    return f"c{id}"


def _label_role(id: int) -> str:
    """What stands for those who have a role."""
    return f"r{id}"


def read_public(guild: int | None, channel: int) -> Audience:
    """Who reads what is said in a server's channel, or in a thread of that channel."""
    return NOBODY if guild is None else Audience(frozenset({_label_channel(channel)}))


async def read_member(engine: Engine, member: discord.User | discord.Member) -> Audience:
    """One person, as far as documents are bound to what they have or see; outside of servers, and
    where the server is not known, nobody in particular. Raises LibraryError."""
    if not isinstance(member, discord.Member):
        return NOBODY
    # A server may have hundreds of channels, and to look at all takes a tenth of a second.
    channels, roles = split_bond(await engine.bonds.find_labels(member.guild.id))
    seen = (id for id in channels if _may_view(member, id))
    return Audience(name_readers(seen, (id for id in roles if member.get_role(id))))


async def read_reply(engine: Engine, interaction: Interaction, *, private: bool) -> Audience:
    """Who reads the answer to an interaction; `private` where nobody else sees it. Raises
    LibraryError."""
    if private:
        return await read_member(engine, interaction.user)
    if interaction.channel is None:
        return NOBODY
    return read_public(interaction.guild_id, name_place(interaction.channel))


def split_bond(bond: Set[str]) -> tuple[list[int], list[int]]:
    """The ids of the channels and of the roles that a document is bound to."""
    channels = sorted(int(label[1:]) for label in bond if label.startswith("c"))
    return channels, sorted(int(label[1:]) for label in bond if label.startswith("r"))


def name_readers(channels: Iterable[int], roles: Iterable[int]) -> frozenset[str]:
    """The labels that bind a document to those who can view the channels or have the roles."""
    return frozenset([*map(_label_channel, channels), *map(_label_role, roles)])


def _may_view(member: discord.Member, id: int) -> bool:
    channel = member.guild.get_channel(id)
    return channel is not None and channel.permissions_for(member).view_channel
