"""What members do with commands and buttons: ask, read on, vote, follow up, pass an answer on."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.admins import is_admin
from bot.discord.amending import note_answer
from bot.discord.audience import read_member, read_reply
from bot.discord.buttons import Kind
from bot.discord.conversation import read_text
from bot.discord.follow_up import OPTION_CHARS, FollowUpForm
from bot.discord.lists import render_sources
from bot.discord.panels import render_help, render_notice
from bot.discord.posting import UNREADABLE, Poster, read_back
from bot.discord.reception import (
    Asker,
    Reception,
    can_branch,
    may_write,
    name_place,
)
from bot.discord.render import read_earlier, read_question, render_answer
from bot.discord.send import edit_answer, offer, tell, write
from bot.discord.surroundings import show_surroundings
from bot.discord.threads import name_thread, object_to_thread
from bot.discord.voting import read_vote
from bot.language import gettext
from bot.types import Preferences, Question, Ref, Sight

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

MORE = 3
"""Passages that "More" shows at a time; the one after them tells whether there are yet more."""

CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
INSTALLS = app_commands.AppInstallationType(guild=True, user=False)


class Asking(commands.Cog):
    """The commands of members and the buttons of answers."""

    def __init__(self, bot: "FootnoteBot", reception: Reception) -> None:
        self._bot = bot
        self._engine = bot.engine
        self._reception = reception
        self._poster = Poster(bot.engine)
        self._menu = app_commands.ContextMenu(
            name="Find in documents",
            callback=self.find_command,
            allowed_contexts=CONTEXTS,
            allowed_installs=INSTALLS,
        )

    async def cog_load(self) -> None:
        """Put the menu beside the commands, which come by themselves."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="ask", description="Ask the documents, and get the place that says")
    @app_commands.describe(
        question="What do you want to know?",
        private="Show the answer to you alone",
        document="Search this document only",
    )
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def ask_command(
        self,
        interaction: Interaction,
        question: app_commands.Range[str, 1, OPTION_CHARS],
        private: bool | None = None,
        document: app_commands.Range[str, 0, 200] = "",
    ) -> None:
        """Answer a question."""
        asked = Question(question, document=document)
        await self._bot.attempt(interaction, self.answer(interaction, asked, private))

    @ask_command.autocomplete("document")
    async def complete_document(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Documents whose title or name holds what was typed."""
        await self._bot.attempt(interaction, self.complete(interaction, typed))
        return []  # what was offered stands; the library would log a late answer's traceback

    @app_commands.command(name="help", description="What I can do, and how")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def help_command(self, interaction: Interaction) -> None:
        """Show what there is."""
        await self._bot.attempt(interaction, self.help(interaction))

    @app_commands.command(name="sources", description="What I can answer from here")
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def sources_command(self, interaction: Interaction) -> None:
        """Show the documents."""
        await self._bot.attempt(interaction, self.sources(interaction))

    async def find_command(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer what a message says, to the one who wants to know."""
        await self._bot.attempt(interaction, self.find(interaction, message))

    async def answer(
        self, interaction: Interaction, question: Question, private: bool | None
    ) -> None:
        """Answer as privately as wished, else as the server does it; to who may not write here,
        in private."""
        preferences = await self._admit(interaction)
        if preferences is None:
            return
        hidden = preferences.private if private is None else private
        hidden = hidden or not may_write(interaction)
        await interaction.response.defer(ephemeral=hidden, thinking=True)
        view = await self._reception.answer(
            interaction.guild_id,
            replace(question, audience=await read_reply(self._engine, interaction, private=hidden)),
            asker=interaction.user.id,
            admin=await is_admin(interaction, self._engine),
            threadable=not hidden and can_branch(interaction.channel),
        )
        with self._engine.metrics.seconds.labels("send").time():
            message = await edit_answer(interaction, view)
        note_answer(self._engine, interaction.guild_id, message, view)

    async def complete(self, interaction: Interaction, typed: str) -> None:
        """Offer documents."""
        audience = await read_member(self._engine, interaction.user)
        await offer(interaction, await self._engine.choices(interaction.guild_id, typed, audience))

    async def find(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer a message's text, in private, with a button that posts the answer."""
        text = read_text(message, interaction.client.user.id)
        if not text:
            none = gettext("There is no text in this message to look for.")
            await tell(interaction, render_notice(none))
            return
        if await self._admit(interaction) is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        unnamed = read_text(message, interaction.client.user.id, named=False)
        audience = await read_member(self._engine, interaction.user)
        view = await self._reception.answer(
            interaction.guild_id,
            Question(text, unnamed=unnamed, audience=audience),
            asker=interaction.user.id,
            admin=await is_admin(interaction, self._engine),
            threadable=False,
            post_to=(message.channel.id, message.id),
        )
        with self._engine.metrics.seconds.labels("send").time():
            await edit_answer(interaction, view)

    async def help(self, interaction: Interaction) -> None:
        """Show what there is for the one who asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        admin = await is_admin(interaction, self._engine)
        preferences = await self._engine.preferences(interaction.guild_id)
        view = render_help(
            admin=admin,
            direct=interaction.guild_id is None,
            questions_days=preferences.questions_days,
        )
        await edit_answer(interaction, view)

    async def sources(self, interaction: Interaction) -> None:
        """Show the first page of the documents."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        audience = await read_member(self._engine, interaction.user)
        entries = await self._engine.entries(interaction.guild_id, audience)
        await edit_answer(interaction, render_sources(*entries))

    async def page(self, interaction: Interaction, _: Kind, page: int) -> None:
        """Turn the documents to a page."""
        await interaction.response.defer()
        audience = await read_member(self._engine, interaction.user)
        entries = await self._engine.entries(interaction.guild_id, audience)
        await edit_answer(interaction, render_sources(*entries, page=page))

    async def more(self, interaction: Interaction, start: int, document: Ref | None) -> None:
        """Show the next passages to the one who wants them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        question = read_back(interaction, document)
        if question is None:
            await edit_answer(interaction, render_notice(gettext(UNREADABLE), kind="warning"))
            return
        question = replace(question, audience=await read_member(self._engine, interaction.user))
        found = await self._engine.ask(
            interaction.guild_id, question, top=max(start + MORE + 1, 15), counted=False
        )
        await edit_answer(interaction, render_answer(question.text, found, start=start))

    async def context(self, interaction: Interaction, passage: Ref) -> None:
        """Show what stands around a passage, and the page that it stands on."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        audience = await read_member(self._engine, interaction.user)
        context = await self._engine.context(interaction.guild_id, passage, audience)
        sight = Sight()
        if context.passage.page is not None:
            asked = read_back(interaction)
            text = asked.text if asked else None
            sight = await self._engine.upkeep.pictures(
                interaction.guild_id, passage, text, audience
            )
        await show_surroundings(interaction, context, sight)

    async def vote(self, interaction: Interaction, helpful: bool) -> None:
        """Keep a vote, change it, or take it back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        votes = await self._engine.vote(interaction.guild_id, read_vote(interaction, helpful))
        pressed = "👍" if helpful else "👎"
        now = gettext(
            "-# This answer has {helpful} 👍 and {unhelpful} 👎 now.",
            helpful=votes.helpful,
            unhelpful=votes.unhelpful,
        )
        if votes.mine is None:
            text = f"{gettext('Your vote is taken back.')}\n{now}"
        else:
            thanks = gettext("Thank you for your {vote}", vote=pressed)
            how = gettext(
                "Press {vote} again to take yours back, or the other to change it.", vote=pressed
            )
            text = f"{thanks}\n{now} {how}"
        await edit_answer(interaction, render_notice(text))

    async def follow_up(self, interaction: Interaction) -> None:
        """Ask for a further question, if it may be asked."""
        message = interaction.message
        assert message is not None
        preferences = await self._reception.preferences(interaction.guild_id)
        asker = _who(interaction)
        objection = self._reception.object_to_place(asker, preferences)
        objection = objection or self._reception.object_to_haste(asker, preferences, asks=False)
        earlier = read_earlier(message)
        if objection is None and earlier is None:
            objection = render_notice(gettext(UNREADABLE), kind="warning")
        if objection is None:
            form = FollowUpForm(self._bot, self.answer, earlier, message.flags.ephemeral)
            await interaction.response.send_modal(form)
        else:
            await tell(interaction, objection)

    async def continue_in_thread(self, interaction: Interaction) -> None:
        """Open a thread under an answer, or say where one is or why there can be none."""
        message = interaction.message
        assert message is not None
        if objection := object_to_thread(interaction, message):
            await tell(interaction, render_notice(objection))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            thread = await message.create_thread(name=name_thread(read_question(message)))
        except discord.HTTPException as error:
            if error.code != 160004:  # someone else was faster
                raise
        else:
            me = interaction.client.user.mention
            how = gettext("Mention {me} here to ask on about this answer.", me=me)
            await write(thread, render_notice(how))
        # A thread has the id of the message that it hangs on.
        told = gettext("Go on in {thread}.", thread=f"<#{message.id}>")
        await edit_answer(interaction, render_notice(told))

    async def post(self, interaction: Interaction, channel: int, message: int) -> None:
        """Post an answer that only one person sees as a reply to what it was sought for."""
        await self._poster.post(interaction, channel, message)

    async def _admit(self, interaction: Interaction) -> Preferences | None:
        """The server's preferences, where a question may be asked; else the person is told."""
        preferences = await self._reception.preferences(interaction.guild_id)
        asker = _who(interaction)
        objection = self._reception.object_to_place(asker, preferences)
        objection = objection or self._reception.object_to_haste(asker, preferences)
        if objection is None:
            return preferences
        await tell(interaction, objection)
        return None


def _who(interaction: Interaction) -> Asker:
    place = name_place(interaction.channel) if interaction.channel else 0
    return Asker(interaction.guild_id, place, interaction.user.id, interaction.created_at)
