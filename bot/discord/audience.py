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


def read_member(member: discord.User | discord.Member) -> Audience:
    """One person; outside of servers, and where the server is not known, nobody in particular."""
    if not isinstance(member, discord.Member):
        return NOBODY
    roles = {_label_role(role.id) for role in member.roles if not role.is_default()}
    channels = {
        _label_channel(channel.id)
        for channel in member.guild.channels
        if channel.permissions_for(member).view_channel
    }
    return Audience(frozenset(roles | channels))


def read_reply(interaction: Interaction, *, private: bool) -> Audience:
    """Who reads the answer to an interaction; `private` where nobody else sees it."""
    if private:
        return read_member(interaction.user)
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
