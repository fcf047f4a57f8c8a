"""An answer that one person sees, posted for all to see, once."""

from dataclasses import replace
from typing import Any

import discord
from discord.ui import Button, LayoutView

from bot.discord.amending import note_answer
from bot.discord.audience import read_reply
from bot.discord.panels import render_notice
from bot.discord.reception import can_branch, may_write
from bot.discord.render import read_carried, read_earlier, read_question, render_answer
from bot.discord.send import edit_answer, reply, tell_besides
from bot.language import gettext, mark
from bot.libraries.engine import Engine
from bot.types import Question, Ref

Interaction = discord.Interaction[Any]

UNREADABLE = mark("The question of this answer can no longer be read. Ask it again, please.")
_ELSEWHERE = mark("The message is no longer where it was.")
_MUTE = mark("You may not write in this channel.")
_NOT_FOR_ALL = mark(
    "This cannot be posted here: the documents that everybody in this channel may read do not"
    " answer it."
)


class Poster:
    """Posts answers; knows which it is at."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._posting: set[int] = set()
        """A second press may come before the button is gone."""

    async def post(self, interaction: Interaction, channel: int, message: int) -> None:
        """Post the answer that the pressed button hangs on as a reply to a message."""
        await interaction.response.defer()
        shown = interaction.message
        if shown is None or shown.id in self._posting:
            return
        self._posting.add(shown.id)
        try:
            objection = await self._post(interaction, channel, message)
            if objection:
                await tell_besides(interaction, render_notice(objection, kind="warning"))
            else:
                await edit_answer(interaction, _mark_posted(shown, f"post:{channel}:{message}"))
        finally:
            self._posting.discard(shown.id)

    async def _post(self, interaction: Interaction, channel: int, message: int) -> str | None:
        if not may_write(interaction):
            return gettext(_MUTE)
        question = read_back(interaction)
        if question is None:
            return gettext(UNREADABLE)
        # Found and posted in one channel: so no answer leaves the server that it was given in.
        if channel != interaction.channel_id:
            return gettext(_ELSEWHERE)
        audience = await read_reply(self._engine, interaction, private=False)
        question = replace(question, audience=audience)
        found = await self._engine.ask(interaction.guild_id, question, counted=False)
        if not found.answer.answered:
            return gettext(_NOT_FOR_ALL)
        preferences = await self._engine.preferences(interaction.guild_id)
        view = render_answer(
            question.text,
            found,
            threadable=can_branch(interaction.channel),
            refusal=preferences.refusal,
            footer=preferences.footer,
        )
        place = interaction.client.get_partial_messageable(channel, guild_id=interaction.guild_id)
        answer = await reply(place.get_partial_message(message), view)
        note_answer(self._engine, interaction.guild_id, answer, view)
        return None


def read_back(interaction: Interaction, document: Ref | None = None) -> Question | None:
    """The question that the pressed button's message answers, as it was put."""
    return read_asked(interaction.message, document) if interaction.message else None


def read_asked(message: discord.Message, document: Ref | None = None) -> Question | None:
    """The question that an answer of ours answers, as it was put."""
    text = read_question(message)
    if text is None:
        return None
    earlier, carried = read_earlier(message), read_carried(message)
    earlier = replace(earlier, question=carried) if earlier and carried else None
    return Question(text, earlier, f"#{document}" if document else "")


def _mark_posted(shown: discord.Message, custom_id: str) -> LayoutView:
    """The same message, its button to post used up."""
    view = LayoutView.from_message(shown, timeout=None)
    for item in view.walk_children():
        if isinstance(item, Button) and item.custom_id == custom_id:
            item.label, item.disabled = gettext("Posted"), True
    view.stop()  # else the library would keep it, to wait for presses that are ours already
    return view
