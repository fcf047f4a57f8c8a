"""A press that judges an answer → a vote."""

from typing import Any

import discord

from bot.discord.reception import leave_out_people
from bot.discord.render import read_earlier, read_question
from bot.types import Vote


def read_vote(interaction: discord.Interaction[Any], helpful: bool) -> Vote:
    """What someone thinks of the answer that the pressed button hangs on."""
    message = interaction.message
    assert message is not None  # buttons stand in messages
    earlier = read_earlier(message)
    passage = earlier.passages[0] if earlier and earlier.passages else None
    question = leave_out_people(read_question(message) or "")
    return Vote(message.id, interaction.user.id, helpful, passage, question)
