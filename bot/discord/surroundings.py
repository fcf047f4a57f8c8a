"""A passage within its section, and the page that it stands on as a picture."""

import io
import logging
import re
from typing import Any

import discord
from discord import MediaGalleryItem
from discord.ui import Item, LayoutView, MediaGallery, Separator, TextDisplay

from bot.discord.cite import show_place
from bot.discord.escape import fit_plain, fit_tail, measure, show_plain
from bot.discord.quote import show_bar, show_header
from bot.discord.render import MAX_TEXT, lay_out
from bot.discord.send import REFUSED_FILES, Attachment, edit_answer
from bot.language import gettext, mark
from bot.types import Context, Sight
from bot.wording import show_line

log = logging.getLogger(__name__)

MAX_TITLE = 200
"""In a picture's description; Discord allows 1024 characters."""

_NO_FILES = mark("The page is not shown: I am not allowed to attach files here.")

_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
"""What marks a heading in a document's text."""


def render_context(context: Context, sight: Sight = Sight()) -> LayoutView:  # noqa: B008
    """A passage, marked by a bar, with what stands before and after it, below its pages' pictures.

    The pictures are sent along as `name_picture` names them.
    """
    citation, passage = context.citation, context.passage
    where = show_place(citation.title, citation.link, passage)
    header = show_header(passage)
    missing = f"-# {gettext(sight.missing)}" if sight.missing else ""
    room = MAX_TEXT - measure(where + header + missing)
    marked = fit_plain(passage.text, room, lambda part: show_bar(show_plain(part)))
    room = (room - measure(marked)) // 2
    items: list[Item[Any]] = [TextDisplay(where)]
    if sight.pages:
        pictures = [_show_picture(page, citation.title) for page, _ in sight.pages]
        items.append(MediaGallery(*pictures))
    if missing:
        items.append(TextDisplay(missing))
    items.append(Separator())
    if room > 40 and (before := fit_tail(_HEADING.sub("", context.before).strip(), room)):
        items.append(TextDisplay(before))
    if header:
        items.append(TextDisplay(header))
    items.append(TextDisplay(marked))
    if room > 40 and (after := fit_plain(_HEADING.sub("", context.after).strip(), room)):
        items.append(TextDisplay(after))
    return lay_out(items)


async def show_surroundings(
    interaction: discord.Interaction[Any], context: Context, sight: Sight
) -> None:
    """Answer a deferred interaction with a passage's surroundings.

    Where no pictures may be sent, the text alone is.
    """
    try:
        await edit_answer(interaction, render_context(context, sight), make_files(sight))
    except discord.HTTPException as error:
        if not sight.pages or error.code not in REFUSED_FILES:
            raise
        log.info("pictures were refused: HTTP %d, code %d", error.status, error.code)
        await edit_answer(interaction, render_context(context, Sight(missing=_NO_FILES)))


def make_files(sight: Sight) -> list[discord.File]:
    """The pictures, to be sent with the view that shows them."""
    return [
        Attachment(io.BytesIO(png), name_picture(page), description=_describe(page))
        for page, png in sight.pages
    ]


def name_picture(page: int) -> str:
    """The file's name of a page's picture."""
    return f"page-{page}.png"


def _show_picture(page: int, title: str) -> MediaGalleryItem:
    described = gettext(
        "Page {page} of {title}, the passage marked in yellow",
        page=page,
        title=show_line(title)[:MAX_TITLE],
    )
    return MediaGalleryItem(f"attachment://{name_picture(page)}", description=described)


def _describe(page: int) -> str:
    return gettext("Page {page}, the passage marked in yellow", page=page)
