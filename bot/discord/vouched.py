"""A taught answer as members see it: its text, who vouches for it, and what it cites."""

from collections.abc import Sequence
from typing import Any

from discord.ui import Item, Section, Separator, TextDisplay

from bot.discord.buttons import InContext
from bot.discord.cite import cite_numbered
from bot.discord.escape import fit_plain, measure
from bot.discord.markdown import show_markdown
from bot.language import gettext
from bot.types import Found
from index.types import Taught

VOUCHED_COLOUR = 0x23A55A


def show_taught(taught: Taught, found: Found, said: Sequence[str], room: int) -> list[Item[Any]]:
    """What the team answers, within so much room beside what is said already."""
    day = f"<t:{int(taught.at.timestamp())}:d>"
    mark = gettext("-# ✅ **Answered by the team** · {day}", day=day)
    cited = cite_numbered(found, range(found.vouched))
    left = room - measure("".join([*said, mark, *cited]))
    items: list[Item[Any]] = [
        TextDisplay(fit_plain(taught.answer, left, show_markdown)),
        TextDisplay(mark),
    ]
    for text, passage in zip(cited, found.passages, strict=False):
        items += [Separator(), Section(text, accessory=InContext(passage))]
    return items
