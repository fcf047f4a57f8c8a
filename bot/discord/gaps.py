"""`/docs gaps`: what people asked and found no answer to, and what admins make of it."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import ActionRow, Item, LayoutView, Separator, TextDisplay

from bot.discord.admins import admit
from bot.discord.buttons import GapButton, GapsButton
from bot.discord.buttons.gaps import GapHow
from bot.discord.cite import shorten
from bot.discord.escape import fit_line, measure, show_title
from bot.discord.panels import name_page, render_notice, stamp
from bot.discord.render import lay_out
from bot.discord.send import Attachment, edit_answer, tell, tell_besides
from bot.discord.teaching import Teaching
from bot.gap_files import describe_counts, write_csv, write_markdown
from bot.language import gettext, mark, ngettext, show_share
from bot.libraries.gaps import Gap, Gaps, Settling
from bot.wording import count
from index.types import Citation

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

GROUPS = 5
"""How many a message shows: each takes 6 of the 40 components that Discord allows."""
MAX_WORDS, MAX_EXAMPLE, MAX_HEADING, MAX_PLACE = 80, 100, 50, 200
"""UTF-16 units as they are shown, of which all groups together have room."""
DAYS = 30
"""How far back is looked where no other number is chosen."""

HOWS: tuple[GapHow, ...] = ("teach", "not ours", "done")
"""What can be done about a group, in the order of its buttons."""

_OFF = mark(
    "No questions are kept here, so there is nothing to group. Turn that on with `/docs settings"
    " keep_questions`, in days; members see it in `/help` and `/privacy show`."
)
_GONE = mark("Someone has settled this group, or its questions are kept no longer.")


@app_commands.command(name="gaps", description="Show what people asked and found no answer to")
@app_commands.describe(days=f"How many days to look back; {DAYS} unless told otherwise")
async def show_gaps(interaction: Interaction, days: app_commands.Range[int, 1, 365] = DAYS) -> None:
    """Show the groups that would help most people."""
    filling = interaction.client.get_cog("Filling")
    await interaction.client.attempt(interaction, filling.show(interaction, days))


class Filling(commands.Cog):
    """What admins do about gaps."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine

    async def show(self, interaction: Interaction, days: int) -> None:
        """Show the first page."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._show_page(interaction, guild, days, 0)

    async def turn(self, interaction: Interaction, days: int, page: int) -> None:
        """Show a page in place of the one that the button stands on."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            await self._show_page(interaction, guild, days, page)

    async def restore(self, interaction: Interaction, days: int, page: int) -> None:
        """Bring back what admins said is not theirs."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            await self._engine.gaps.restore(guild)
            await self._show_page(interaction, guild, days, page)

    async def export(self, interaction: Interaction, days: int, _: int) -> None:
        """Send the groups as files."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        gaps = await self._engine.gaps.find(guild, days)
        contents = {"gaps.csv": write_csv(gaps), "gaps.md": write_markdown(gaps)}
        files = [Attachment(io.BytesIO(data), name) for name, data in contents.items()]
        await edit_answer(interaction, render_files(gaps, list(contents)), files)

    async def settle(
        self, interaction: Interaction, how: Settling, days: int, page: int, question: int
    ) -> None:
        """Settle the group that a question is in, and show the page without it."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        settled = await self._engine.gaps.settle(guild, days, question, how)
        await self._show_page(interaction, guild, days, page)
        if settled is None:
            await tell_besides(interaction, render_notice(gettext(_GONE)))

    async def teach(self, interaction: Interaction, question: int) -> None:
        """Open the form in which an answer to a question is taught."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        text = await self._engine.gaps.read(guild, question)
        if text is None:
            await tell(interaction, render_notice(gettext(_GONE)))
            return
        teaching = self._bot.get_cog("Teaching")
        assert isinstance(teaching, Teaching)
        await teaching.open_form(interaction, text)

    async def _show_page(self, interaction: Interaction, guild: int, days: int, page: int) -> None:
        gaps = await self._engine.gaps.find(guild, days)
        await edit_answer(interaction, render_gaps(gaps, page=page))


def render_gaps(gaps: Gaps, *, page: int = 0) -> LayoutView:
    """One page of the groups, each with what can be done about it."""
    if not gaps.kept_days:
        return render_notice(gettext(_OFF), kind="warning")
    pages = -(-len(gaps.groups) // GROUPS)
    page = max(min(page, pages - 1), 0)
    items: list[Item[Any]] = [TextDisplay("\n".join(_head(gaps, page, pages)))]
    for gap in gaps.groups[page * GROUPS : (page + 1) * GROUPS]:
        items += [Separator(), TextDisplay(_describe(gap))]
        items.append(ActionRow(*(GapButton(how, gaps.days, page, gap.ids[0]) for how in HOWS)))
    buttons = _turn(gaps.days, page, pages)
    if gaps.groups:
        buttons.append(GapsButton("export", gaps.days, page))
    if gaps.hidden:
        buttons.append(GapsButton("restore", gaps.days, page))
    return lay_out([*items, *([Separator(), ActionRow(*buttons)] if buttons else [])])


def render_files(gaps: Gaps, names: list[str]) -> LayoutView:
    """The files, which are sent along under these names."""
    shown = [discord.ui.File[Any](f"attachment://{name}") for name in names]
    return lay_out([TextDisplay(_count_groups(gaps)), *shown])


def _head(gaps: Gaps, page: int, pages: int) -> Iterator[str]:
    yield gettext("### What found no answer")
    if gaps.groups:
        yield f"-# {_count_groups(gaps)}{name_page(page, pages)}"
    else:
        yield ngettext(
            "No question of the last {n} day was left without an answer that helped.",
            "No question of the last {n} days was left without an answer that helped.",
            gaps.days,
        )
    if gaps.kept_days < gaps.days:
        yield ngettext(
            "-# Questions are kept here for {n} day.",
            "-# Questions are kept here for {n} days.",
            gaps.kept_days,
        )
    if gaps.left_out:
        yield ngettext(
            "-# {n} older question could not be grouped with these.",
            "-# {n} older questions could not be grouped with these.",
            gaps.left_out,
        )
    if gaps.hidden:
        yield ngettext(
            "-# {n} group hidden as not yours.",
            "-# {n} groups hidden as not yours.",
            gaps.hidden,
        )


def _count_groups(gaps: Gaps) -> str:
    return ngettext(
        "{n} group of the last {days}",
        "{n} groups of the last {days}",
        len(gaps.groups),
        days=count(gaps.days, "day"),
    )


def _describe(gap: Gap) -> str:
    """Its words, how many asked how often and when, some questions, and what came closest."""
    hours = dict.fromkeys((f"<t:{stamp(gap.first)}:f>", f"<t:{stamp(gap.last)}:f>"))
    lines = [
        f"**{fit_line(', '.join(gap.words), MAX_WORDS)}**",
        f"{describe_counts(gap)} · {' – '.join(hours)}",
        *(f"- {fit_line(example, MAX_EXAMPLE)}" for example in gap.examples),
    ]
    if gap.closest:
        places = (_show_place(gap.closest, link) for link in (gap.closest.link, None))
        place = next(place for place in places if measure(place) <= MAX_PLACE)
        sure = show_share(gap.confidence)
        lines.append(gettext("-# Closest: {place} ({sure} sure)", place=place, sure=sure))
    return "\n".join(lines)


def _show_place(citation: Citation, link: str | None) -> str:
    """Title, page and last heading; a long address leaves too little room for others."""
    headings = [one for one in citation.heading_path if one != citation.title]
    parts = [show_title(shorten(citation.title), link)]
    parts += [gettext("p. {page}", page=citation.page)] if citation.page else []
    parts += [fit_line(headings[-1], MAX_HEADING)] if headings else []
    return " · ".join(parts)


def _turn(days: int, page: int, pages: int) -> list[Item[Any]]:
    if pages < 2:
        return []
    return [
        GapsButton("turn", days, max(page - 1, 0), back=True, disabled=page == 0),
        GapsButton("turn", days, page + 1, disabled=page == pages - 1),
    ]
