"""What admins do with a server's documents: the commands `/docs …`, and a menu on messages.

Every way in asks `admit` who is there. Whose documents are meant is told by the server that the
interaction comes from, never by what its options or its button say.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import LayoutView

from bot.audience import KEEPERS
from bot.discord.accepting import WAITS, offer_draft
from bot.discord.admins import admit, is_admin
from bot.discord.bonds import bind_command
from bot.discord.channels import add_channel
from bot.discord.escape import fit_line
from bot.discord.evaluation import show_evaluation
from bot.discord.following import Following
from bot.discord.fresh import Fresh
from bot.discord.gaps import show_gaps
from bot.discord.help_channels import help_channel
from bot.discord.helping import find_problems
from bot.discord.insight import show_insight
from bot.discord.lists import render_entries
from bot.discord.panels import render_notice, render_status, render_summary
from bot.discord.preferences import settings
from bot.discord.removal import remove_command
from bot.discord.send import edit_answer, offer, tell, tell_besides
from bot.discord.teaching import taught_command, teach_command
from bot.discord.uploads import AddFiles, check_attachments, download_attachments, summarise
from bot.discord.web import add_url
from bot.discord.words import words
from bot.language import gettext, mark
from bot.libraries.drafts import Reindexed
from bot.libraries.summaries import include
from bot.types import Report
from index.summary import Summary
from index.types import Origin

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
MANAGERS = discord.Permissions(manage_guild=True)


P = ParamSpec("P")
Body = Callable[Concatenate["Documents", Interaction, P], Awaitable[None]]
Told = Callable[Concatenate["Documents", Interaction, P], Coroutine[Any, Any, None]]


def _told(body: Body[P]) -> Told[P]:
    """A command that tells what goes wrong in it, as buttons do."""

    @wraps(body)
    async def command(
        documents: "Documents", interaction: Interaction, /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        work = body(documents, interaction, *args, **kwargs)
        await interaction.client.attempt(interaction, work)

    return command


class Documents(commands.Cog):
    """The commands and buttons that change a server's library."""

    docs = app_commands.Group(
        name="docs",
        description="Keep the documents that Footnote answers from",
        guild_only=True,
        allowed_contexts=SERVERS,
        default_permissions=MANAGERS,
    )

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine
        self.docs.add_command(add_url)
        self.docs.add_command(add_channel)
        self.docs.add_command(remove_command)
        self.docs.add_command(bind_command)
        self.docs.add_command(settings)
        self.docs.add_command(show_gaps)
        self.docs.add_command(help_channel)
        self.docs.add_command(words)
        self.docs.add_command(teach_command)
        self.docs.add_command(taught_command)
        self.docs.add_command(show_insight)
        self.docs.add_command(show_evaluation)
        self._menu = app_commands.ContextMenu(
            name="Add to documents", callback=self.add_from_message, allowed_contexts=SERVERS
        )
        self._menu.guild_only = True
        self._menu.default_permissions = MANAGERS

    async def cog_load(self) -> None:
        """Put the menu beside the commands, which come by themselves."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @docs.command(description="Add files, or replace those of the same name")
    @app_commands.describe(
        file1="A document; leave all empty to choose files in a form",
        **{f"file{number}": "Another document" for number in range(2, 6)},
    )
    @_told
    async def add(
        self,
        interaction: Interaction,
        file1: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
    ) -> None:
        """Add the attachments, or ask for files."""
        if await admit(interaction, self._engine) is None:
            return
        files = [file for file in (file1, file2, file3, file4, file5) if file]
        if files:
            await self.take(interaction, files)
        else:
            await interaction.response.send_modal(AddFiles(self.take))

    @_told
    async def add_from_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Add what a message, or one that it forwards, has attached."""
        if await admit(interaction, self._engine) is None:
            return
        forwarded = (file for sent in message.message_snapshots for file in sent.attachments)
        files = [*message.attachments, *forwarded]
        if files:
            await self.take(interaction, files, link=message.jump_url)
        else:
            await tell(interaction, render_notice(gettext("This message has no file attached.")))

    async def take(
        self,
        interaction: Interaction,
        files: Sequence[discord.Attachment],
        *,
        link: str | None = None,
    ) -> None:
        """Add files, from an interaction that was not answered yet; each failure is told."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        good, refused = check_attachments(files, self._engine.max_file_bytes)

        async def work(report: Report) -> Summary:
            uploads, lost = await download_attachments(
                good, added_by=interaction.user.id, link=link
            )
            failed = (*refused, *lost)
            if not uploads:
                return summarise(failed)
            summary = await self._engine.add(guild, uploads, report)
            return summarise(failed, summary)

        title, values = mark("Adding {n} files"), {"n": str(len(files))}
        if len(files) == 1:
            title, values = mark("Adding {name}"), {"name": fit_line(files[0].filename, 80)}
        if good:
            await self._bot.jobs.start(interaction, title, work, **values)
        else:
            summary = summarise(refused)
            await edit_answer(interaction, render_summary(gettext(title, **values), summary))

    @docs.command(name="list", description="Show every document, and how it stands")
    @_told
    async def list_documents(self, interaction: Interaction) -> None:
        """Show the first page of the documents."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await edit_answer(interaction, await self._render_page(guild, 0))

    async def page(self, interaction: Interaction, _kind: str, page: int) -> None:
        """Turn the list of documents to a page."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        await edit_answer(interaction, await self._render_page(guild, page))

    async def _render_page(self, guild: int, page: int) -> LayoutView:
        own, shared = await self._engine.entries(guild, KEEPERS)
        return render_entries(own, shared, await self._engine.upkeep.groups(guild), page=page)

    @docs.command(description="Look for what changed, and index it anew")
    @app_commands.describe(
        document="Only this document", everything="Embed everything afresh, changed or not"
    )
    @_told
    async def reindex(
        self, interaction: Interaction, document: str = "", everything: bool = False
    ) -> None:
        """Index what is new or changed, and drop what is gone."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        origin: Origin | None = None
        if document:
            entry = await self._engine.find(guild, document, KEEPERS, own_only=True)
            document = f"#{entry.ref}"
            own, _ = await self._engine.upkeep.groups(guild)
            origins = [group.origin for group in own if group.origin.id == entry.record.origin]
            origin = origins[0] if origins else None

        async def work(report: Report) -> Summary:
            if origin and origin.kind != "channel":  # it is looked at whole
                return await self._engine.reindexing.refresh(guild, origin.id, report)
            if origin:
                fresh = self._bot.get_cog("Fresh")
                assert isinstance(fresh, Fresh)
                return await fresh.refresh(guild, origin, report)
            whole = await self._engine.reindexing.reindex(
                guild, report, document=document, full=everything
            )
            if document or (isinstance(whole, Reindexed) and whole.draft):
                return whole  # channels are followed anyway, and would make the draft stale
            following = self._bot.get_cog("Following")
            assert isinstance(following, Following)
            return include(whole, await following.refresh_all(guild, report))

        title = mark("Looking for what changed")
        if document:
            title = mark("Indexing one document")
        elif everything:
            title = mark("Embedding everything afresh")
        await self._bot.jobs.start(interaction, title, work)

    @reindex.autocomplete("document")
    async def complete_document(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """The server's own documents whose title or name holds what was typed."""
        await self._bot.attempt(interaction, self.complete(interaction, typed))
        return []  # what was offered stands; the library would log a late answer's traceback

    async def complete(self, interaction: Interaction, typed: str) -> None:
        """Offer documents to those who keep them."""
        found: list[tuple[str, str]] = []
        if await is_admin(interaction, self._engine):
            guild = interaction.guild_id
            found = await self._engine.choices(guild, typed, KEEPERS, own_only=True)
        await offer(interaction, found)

    async def cancel(self, interaction: Interaction, job: str) -> None:
        """Stop a job of this server."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        if not await self._bot.jobs.cancel(guild, job):
            await tell_besides(interaction, render_notice(gettext("That job is over.")))

    @docs.command(description="Show how Footnote is doing in this server")
    @_told
    async def status(self, interaction: Interaction) -> None:
        """Show model, counts, questions, health and the jobs that run."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        status = await self._engine.status(guild)
        unheard = find_problems(self._bot.settings, await self._engine.preferences(guild))
        status = replace(status, problems=(*status.problems, *unheard))
        draft = await self._engine.reindexing.waiting(guild)
        if draft:
            status = replace(status, problems=(gettext(WAITS), *status.problems))
        view = render_status(status, self._bot.jobs.describe(guild))
        await edit_answer(interaction, view.add_item(offer_draft(draft)) if draft else view)
