"""The button of refusals that asks to be told once there is an answer."""

from typing import Any

from discord.ui import Button, DynamicItem

from bot.discord.buttons.press import Fixed, Interaction, press
from bot.language import gettext


class TellMe(Fixed, DynamicItem[Button[Any]], template=r"\Atell\Z"):
    """Tells who presses when the documents answer a question, once; a second press takes it
    back."""

    def __init__(self) -> None:
        super().__init__(Button(label=gettext("Tell me when this is answered"), custom_id="tell"))

    async def callback(self, interaction: Interaction) -> None:
        await press(interaction, "Telling", "toggle")
