"""What admins teach: `/docs teach` with its form, and `/docs taught`, the list of what was taught.

A taught answer is given first where its question surely is asked: `index/recall.py`.
"""

from typing import TYPE_CHECKING, Any

import discord
from discord import TextStyle, app_commands
from discord.ext import commands
from discord.ui import Item, Label, Modal, TextInput

from bot.audience import KEEPERS
from bot.discord.admins import admit, is_admin
from bot.discord.explain import count_failure, describe_error, explain
from bot.discord.panels import render_notice
from bot.discord.send import edit_answer, offer
from bot.discord.taught import (
    render_confirm_removal,
    render_history,
    render_lesson,
    render_lessons,
    render_refused,
)
from bot.language import gettext
from bot.wording import show_line
from index.errors import FootnoteError, UnknownDocument
from index.taught import MAX_ANSWER_CHARS, MAX_QUESTION_CHARS

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

FORM_S = 3600.0
"""How long a form waits for what is written in it; nothing tells that one was put away."""
MAX_DOCUMENT_CHARS = 200


@app_commands.command(name="teach", description="Teach an answer, which comes before the documents")
@app_commands.describe(document="The document that the answer cites")
async def teach_command(
    interaction: Interaction, document: app_commands.Range[str, 0, MAX_DOCUMENT_CHARS] = ""
) -> None:
    """Open the form."""
    teaching = interaction.client.get_cog("Teaching")
    await interaction.client.attempt(interaction, teaching.open_form(interaction, "", document))


@teach_command.autocomplete("document")
async def complete_cited(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The documents that can be cited and hold what was typed."""
    teaching = interaction.client.get_cog("Teaching")
    await interaction.client.attempt(interaction, teaching.complete(interaction, typed))
    return []  # what was offered stands; the library would log a late answer's traceback


@app_commands.command(
    name="taught", description="Show the answers that were taught, to change them"
)
async def taught_command(interaction: Interaction) -> None:
    """Show the first page of them."""
    teaching = interaction.client.get_cog("Teaching")
    await interaction.client.attempt(interaction, teaching.list_lessons(interaction))


class Teaching(commands.Cog):
    """Opens the form, keeps what is written in it, and lists what was."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine

    async def open_form(
        self, interaction: Interaction, question: str = "", document: str = ""
    ) -> None:
        """Ask for an answer to teach, with the question filled in and a document to cite, if any.

        The interaction must not have been answered yet.
        """
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        cited = ""
        if document:
            cited = (await self._engine.find(guild, document, KEEPERS)).record.name
        form = TeachForm(self, question=question, cited=cited)
        await interaction.response.send_modal(form)

    async def complete(self, interaction: Interaction, typed: str) -> None:
        """Offer documents to those who keep them."""
        found: list[tuple[str, str]] = []
        if await is_admin(interaction, self._engine):
            found = await self._engine.choices(interaction.guild_id, typed, KEEPERS)
        await offer(interaction, found)

    async def take(
        self, interaction: Interaction, question: str, answer: str, cited: str, id: int | None
    ) -> None:
        """Keep what was written in the form; where that cannot be, give it back."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            lesson = await self._engine.teaching.teach(
                guild, question, answer, cited=cited, who=interaction.user.id, id=id
            )
        except FootnoteError as error:
            count_failure(error, self._engine.metrics)
            view = render_refused(describe_error(error, f", server {guild}"), answer)
        else:
            view = render_lesson(lesson)
        await edit_answer(interaction, view)

    async def list_lessons(self, interaction: Interaction) -> None:
        """Show the first page of what was taught."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await edit_answer(interaction, render_lessons(await self._engine.teaching.list(guild)))

    async def page(self, interaction: Interaction, page: int) -> None:
        """Turn the list to a page."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        lessons = await self._engine.teaching.list(guild)
        await edit_answer(interaction, render_lessons(lessons, page))

    async def edit(self, interaction: Interaction, id: int) -> None:
        """Open the form with an answer in it."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        lesson = await self._engine.teaching.find(guild, id)
        cited = lesson.cited.name if lesson.cited else ""
        taught = lesson.taught
        form = TeachForm(self, question=taught.question, answer=taught.answer, cited=cited, id=id)
        await interaction.response.send_modal(form)

    async def show_history(self, interaction: Interaction, id: int) -> None:
        """Show all versions of an answer."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        versions = await self._engine.teaching.versions(guild, id)
        await edit_answer(interaction, render_history(versions))

    async def ask_removal(self, interaction: Interaction, id: int) -> None:
        """Ask whether an answer is to be removed."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        lesson = await self._engine.teaching.find(guild, id)
        await edit_answer(interaction, render_confirm_removal(lesson.taught))

    async def remove(self, interaction: Interaction, id: int) -> None:
        """Remove an answer after that question."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        try:
            await self._engine.teaching.remove(guild, id)
        except UnknownDocument:  # by another panel, or another admin
            await edit_answer(interaction, render_notice(gettext("It is removed already.")))
            return
        await edit_answer(interaction, render_notice(gettext("Removed, with all its versions.")))


class TeachForm(Modal):
    """A question, the answer to it, and the document that it cites."""

    def __init__(
        self,
        teaching: Teaching,
        *,
        question: str = "",
        answer: str = "",
        cited: str = "",
        id: int | None = None,
    ) -> None:
        super().__init__(title=gettext("Teach an answer"), timeout=FORM_S)
        self._teaching, self._id = teaching, id
        self._question = TextInput[Any](
            max_length=MAX_QUESTION_CHARS,
            default=show_line(question)[:MAX_QUESTION_CHARS] or None,
        )
        self._answer = TextInput[Any](
            style=TextStyle.paragraph, max_length=MAX_ANSWER_CHARS, default=answer or None
        )
        self._cited = TextInput[Any](
            required=False,
            max_length=MAX_DOCUMENT_CHARS,
            default=cited[:MAX_DOCUMENT_CHARS] or None,
        )
        for text, description, field in (
            (
                gettext("Question"),
                gettext("As somebody would ask it. Other wordings of it are answered too."),
                self._question,
            ),
            (gettext("Answer"), gettext("Markdown: bold, lists, code and links."), self._answer),
            (
                gettext("Document to cite"),
                gettext("Its title or its name; leave it empty for none."),
                self._cited,
            ),
        ):
            self.add_item(Label(text=text, description=description, component=field))

    async def on_submit(self, interaction: Interaction) -> None:
        """Keep it."""
        fields = (self._question, self._answer, self._cited)
        question, answer, cited = (field.value or "" for field in fields)
        kept = self._teaching.take(interaction, question, answer, cited, self._id)
        await interaction.client.attempt(interaction, kept)

    async def on_error(
        self, interaction: Interaction, error: Exception, item: Item[Any] | None = None, /
    ) -> None:
        """Tell what went wrong before it could be read."""
        await explain(interaction, error)
