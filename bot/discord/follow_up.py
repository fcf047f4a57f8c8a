"""The form for one further question on an answer."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord
from discord import TextStyle
from discord.ui import Item, Label, Modal, TextInput

from bot.discord.explain import explain
from bot.language import gettext
from bot.types import Earlier, Question

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]
Answer = Callable[[Interaction, Question, bool | None], Awaitable[None]]

OPTION_CHARS = 500
FORM_S = 900.0
"""How long a form waits for its question; nothing tells that one was put away."""


class FollowUpForm(Modal):
    """One further question on an answer; whoever could see that sees the answer to this."""

    def __init__(
        self, bot: "FootnoteBot", answer: Answer, earlier: Earlier | None, private: bool
    ) -> None:
        super().__init__(title=gettext("Follow up"), timeout=FORM_S)
        self._bot, self._answer = bot, answer
        self._earlier, self._private = earlier, private
        self._question = TextInput[Any](style=TextStyle.paragraph, max_length=OPTION_CHARS)
        asked = gettext("What else do you want to know?")
        self.add_item(Label(text=asked, component=self._question))

    async def on_submit(self, interaction: Interaction) -> None:
        """Answer it in a message of its own."""
        question = Question(self._question.value, self._earlier)
        answered = self._answer(interaction, question, self._private)
        await self._bot.attempt(interaction, answered)

    async def on_error(
        self, interaction: Interaction, error: Exception, item: Item[Any] | None = None, /
    ) -> None:
        """Tell what went wrong before the question could be read."""
        await explain(interaction, error)
