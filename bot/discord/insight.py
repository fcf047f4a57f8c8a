"""`/docs insight`: how much is asked here, what helps, and which documents answer."""

import io
from collections.abc import Iterator
from typing import Any

import discord
from discord import MediaGalleryItem, app_commands
from discord.ui import Item, LayoutView, MediaGallery, TextDisplay

from bot.audience import KEEPERS
from bot.discord.admins import admit
from bot.discord.audience import read_reply
from bot.discord.escape import fit_line
from bot.discord.reception import may_write
from bot.discord.render import lay_out
from bot.discord.send import REFUSED_FILES, Attachment, edit_answer
from bot.insight_picture import MOST_BARS
from bot.insight_words import NOTHING, describe_days, describe_insight, list_numbers
from bot.language import gettext, mark, ngettext
from bot.libraries.insight import Insight
from bot.wording import count

Interaction = discord.Interaction[Any]

DAYS = 30
"""How far back is looked where no other number is chosen."""
MAX_TITLE = 80
"""UTF-16 units of a title as it is shown."""
PICTURE = "insight.png"
DARK = True
"""The picture's ground is its own, and reads on Discord's light ground as on its dark one, which
more people have."""

_NO_FILES = mark("-# The picture is not shown: I am not allowed to attach files here.")


@app_commands.command(
    name="insight", description="Show how much is asked, what helps, and which documents answer"
)
@app_commands.describe(
    days=f"How many days to look back; {DAYS} unless told otherwise",
    public="Let everyone in this channel see it",
)
async def show_insight(
    interaction: Interaction, days: app_commands.Range[int, 1, 365] = DAYS, public: bool = False
) -> None:
    """Show the picture, with the titles of its documents as text."""
    await interaction.client.attempt(interaction, _show(interaction, days, public))


async def _show(interaction: Interaction, days: int, public: bool) -> None:
    engine = interaction.client.engine
    guild = await admit(interaction, engine)
    if guild is None:
        return
    hidden = not public or not may_write(interaction)
    await interaction.response.defer(ephemeral=hidden, thinking=True)
    audience = KEEPERS if hidden else await read_reply(engine, interaction, private=False)
    insight = await engine.insights.find(guild, days, audience=audience)
    png = await engine.insights.draw(insight, dark=DARK)
    try:
        await edit_answer(interaction, render_insight(insight), [make_picture(png)])
    except discord.HTTPException as error:
        if error.code not in REFUSED_FILES:
            raise
        await edit_answer(interaction, render_insight(insight, drawn=False))


def render_insight(
    insight: Insight, title: str = "", more: str = "", *, drawn: bool = True
) -> LayoutView:
    """The picture, which is sent along as `make_picture` makes it, its numbers and titles, and with
    `more` what else there is to say."""
    head = f"### {title or gettext('At a glance')}\n-# {describe_days(insight)}"
    items: list[Item[Any]] = [TextDisplay(head)]
    if drawn:
        described = describe_insight(insight)
        items.append(
            MediaGallery(MediaGalleryItem(f"attachment://{PICTURE}", description=described))
        )
    else:
        items.append(TextDisplay(gettext(_NO_FILES)))
    items.append(TextDisplay("\n".join(_tell(insight))))
    return lay_out([*items, TextDisplay(more)] if more else items)


def make_picture(png: bytes) -> Attachment:
    """The picture, to be sent with the view that shows it."""
    return Attachment(io.BytesIO(png), PICTURE)


def _tell(insight: Insight) -> Iterator[str]:
    numbers = list_numbers(insight)
    yield " · ".join(f"**{number}** {meaning}" for number, meaning in numbers if number != NOTHING)
    if insight.cited:
        yield gettext("**Most cited**")
        for number, one in enumerate(insight.cited[:MOST_BARS], 1):
            yield f"{number}. {fit_line(one.title, MAX_TITLE)} · {count(one.times, 'answer')}"
    if insight.gone:
        yield ngettext(
            "-# {n} citation of documents that are gone",
            "-# {n} citations of documents that are gone",
            insight.gone,
        )
    never = insight.documents_never_cited
    if never:
        shown = [fit_line(title, MAX_TITLE) for title in insight.never_cited[:MOST_BARS]]
        if left := never - len(shown):
            shown.append(ngettext("{n} more", "{n} more", left))
        yield gettext("**Never cited** {titles}", titles=" · ".join(shown))
