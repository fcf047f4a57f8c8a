"""Whose language is spoken: an asker's, where Discord tells it; else what comes nearest to it."""

from typing import Any

import discord

from bot.language import choose_language
from index.terms import detect_language


def read_language(asked: discord.Interaction[Any] | discord.Message) -> str:
    """That of who gave a command or pressed; for a message, where it stands."""
    if isinstance(asked, discord.Message):
        return find_language(asked.guild, asked.content)
    return choose_language(asked.locale.value)


def find_language(guild: discord.Guild | None, written: str) -> str:
    """A server's; in direct messages that of what someone wrote, as far as a few words tell it."""
    return choose_language(guild.preferred_locale.value if guild else detect_language(written))
