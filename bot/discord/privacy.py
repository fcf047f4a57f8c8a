"""`/privacy`: what is kept about people, and how each keeps their messages out of documents."""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import ActionRow, LayoutView, Separator, TextDisplay

from bot.discord.buttons import LeaveOut
from bot.discord.following import Following
from bot.discord.render import lay_out
from bot.discord.send import edit_answer
from bot.libraries.summaries import join_summaries
from bot.types import Report
from index.summary import Summary

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

KEPT = """\
### What I keep about you
- Your 👍 and 👎 on answers, until you take them back
- That you added a document, until it is removed
- How many questions are asked a day; not who asked, and no question
- Where admins made a channel a source of answers (`/docs channel`): what you posted there, \
without your name. Which of these messages are yours I keep apart, only so that I can take them \
out again; it goes with the message.
All of it stays on the machine that I run on."""
_IN = "Your messages in this server may become part of documents, where admins add their channel."
_OUT = "Your messages in this server are kept out of documents, those from before too."
_DIRECT = "Use this command in a server to keep your messages there out of its documents."


class Privacy(commands.Cog):
    """What people may know and choose about themselves."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._upkeep = bot.engine.upkeep

    @app_commands.command(name="privacy", description="What I keep about you, and your choice")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def privacy_command(self, interaction: Interaction) -> None:
        """Tell it."""
        await self._bot.attempt(interaction, self.tell(interaction))

    async def tell(self, interaction: Interaction) -> None:
        """Tell what is kept, and offer the choice in a server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = interaction.guild_id
        out = guild is not None and await self._upkeep.is_left_out(guild, interaction.user.id)
        await edit_answer(interaction, render_privacy(out if guild is not None else None))

    async def choose(self, interaction: Interaction, out: bool) -> None:
        """Keep the messages of who pressed out of documents, or let them in again."""
        guild, user = interaction.guild_id, interaction.user.id
        if guild is None:
            return
        await interaction.response.defer()
        await self._upkeep.leave_out(guild, user, out)
        await edit_answer(interaction, render_privacy(out))
        following = self._bot.get_cog("Following")
        assert isinstance(following, Following)

        async def work(report: Report) -> Summary:
            # First without what Discord may take long to tell, or may not tell at all.
            dropped = await self._upkeep.drop_posts(guild, user) if out else join_summaries([])
            return join_summaries([dropped, await following.refresh_all(guild, report)])

        await self._bot.jobs.run(guild, "Following someone's choice", work)


def render_privacy(out: bool | None) -> LayoutView:
    """What is kept, and in a server whether one's messages are kept out, with the other choice."""
    if out is None:
        return lay_out([TextDisplay(KEPT), Separator(), TextDisplay(_DIRECT)])
    state = TextDisplay[Any](_OUT if out else _IN)
    return lay_out([TextDisplay(KEPT), Separator(), state, ActionRow(LeaveOut(not out))])
