"""The command `/docs words`: a server's own words for refusals, and the last line of answers."""

from dataclasses import replace
from typing import Any

import discord
from discord import TextStyle, app_commands
from discord.ui import Label, Modal, TextInput

from bot.discord.admins import admit
from bot.discord.preferences import keep_change, render_preferences
from bot.discord.send import edit_answer
from bot.language import gettext
from bot.types import MAX_FOOTER_CHARS, MAX_REFUSAL_CHARS, Preferences

Interaction = discord.Interaction[Any]

FORM_S = 900.0
"""How long the form waits."""


class Words(Modal):
    """Asks for a server's own words; a field that is left empty restores the bot's."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__(title=gettext("Words of this server"), timeout=FORM_S)
        self._refusal = TextInput[Any](
            custom_id="refusal",
            style=TextStyle.paragraph,
            required=False,
            max_length=MAX_REFUSAL_CHARS,
            placeholder=gettext("This is not in the documents."),
            default=preferences.refusal or None,
        )
        self._footer = TextInput[Any](
            custom_id="footer",
            required=False,
            max_length=MAX_FOOTER_CHARS,
            default=preferences.footer or None,
        )
        self.add_item(
            Label(
                text=gettext("Where the documents do not say it"),
                description=gettext(
                    "Empty: my own words. **bold**, *italic*, `code`, #channels and addresses."
                ),
                component=self._refusal,
            )
        )
        self.add_item(
            Label(
                text=gettext("The last line of every answer"),
                description=gettext(
                    "Empty: none. **bold**, *italic*, `code`, #channels and addresses."
                ),
                component=self._footer,
            )
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Keep what was written."""
        refusal, footer = self._refusal.value, self._footer.value
        kept = _keep(interaction, refusal.strip(), " ".join(footer.split()))
        await interaction.client.attempt(interaction, kept)

    async def on_error(  # type: ignore[override]  # as the library's own Modal has it
        self, interaction: Interaction, error: Exception, /
    ) -> None:
        """Hand errors to where those of commands end."""
        await interaction.client.tree.on_error(interaction, error)


@app_commands.command(description="Change the words of refusals, and the last line of answers")
async def words(interaction: Interaction) -> None:
    """Show the form."""
    await interaction.client.attempt(interaction, _ask(interaction))


async def _ask(interaction: Interaction) -> None:
    engine = interaction.client.engine
    guild = await admit(interaction, engine)
    if guild is not None:
        await interaction.response.send_modal(Words(await engine.preferences(guild)))


async def _keep(interaction: Interaction, refusal: str, footer: str) -> None:
    engine = interaction.client.engine
    guild = await admit(interaction, engine)
    if guild is None:
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    _, new = await keep_change(
        engine, guild, lambda old: replace(old, refusal=refusal, footer=footer)
    )
    await edit_answer(interaction, render_preferences(new))
