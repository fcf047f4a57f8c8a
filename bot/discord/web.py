"""The command `/docs url`: a page, or a site below a path, becomes documents of a server."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.admins import admit
from bot.discord.escape import fit_line
from bot.discord.panels import render_notice
from bot.discord.send import edit_answer
from bot.intervals import SECONDS, Every
from bot.language import gettext, mark
from bot.types import Report
from index.summary import Summary
from index.types import Kind

Interaction = discord.Interaction[Any]

MOST_ADDRESS_CHARS, MOST_PAGES = 500, 1000
SITE_PAGES = 200
"""Pages of a site that are read where no other number is chosen."""

_NO_ADDRESS = mark("An address begins with `https://` or `http://`.")
_REPOSITORY = mark(
    "A repository is added by whoever runs this bot, in the terminal: `footnote add ADDRESS`. Its"
    " pages on the web can be added from here."
)


@app_commands.command(name="url", description="Add a web page, or a whole documentation site")
@app_commands.describe(
    address="Of a page, or of a sitemap; with whole_site, where the site begins",
    whole_site="Read all pages below the address, too",
    pages=f"The most pages to read of a site; {SITE_PAGES} unless told otherwise",
    every="How often to look for changes; every day unless told otherwise",
)
async def add_url(
    interaction: Interaction,
    address: app_commands.Range[str, 1, MOST_ADDRESS_CHARS],
    whole_site: bool = False,
    pages: app_commands.Range[int, 1, MOST_PAGES] = SITE_PAGES,
    every: Every = "day",
) -> None:
    """Add what stands at an address."""
    work = _add(interaction, address.strip(), whole_site, pages, every)
    await interaction.client.attempt(interaction, work)


async def _add(
    interaction: Interaction, address: str, whole_site: bool, pages: int, every: Every
) -> None:
    guild = await admit(interaction, interaction.client.engine)
    if guild is None:
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    if objection := object_to_address(address):
        await edit_answer(interaction, render_notice(objection, kind="warning"))
        return
    upkeep = interaction.client.engine.upkeep
    site = whole_site or address.partition("?")[0].endswith((".xml", ".xml.gz"))
    kind: Kind = "site" if site else "page"
    options = {"pages": pages} if site else {}

    async def work(report: Report) -> Summary:
        summary: Summary = await upkeep.add(guild, kind, address, options, SECONDS[every], report)
        return summary

    shown = fit_line(address, 150)
    await interaction.client.jobs.start(interaction, mark("Adding {name}"), work, name=shown)


def object_to_address(address: str) -> str | None:
    """Why an address cannot be added from here; whether it is safe, the engine tells."""
    if not address.lower().startswith(("https://", "http://")) or any(map(str.isspace, address)):
        return gettext(_NO_ADDRESS)
    if address.partition("?")[0].rstrip("/").endswith(".git"):
        return gettext(_REPOSITORY)
    return None
