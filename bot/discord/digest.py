"""The weekly digest: a server's week at a glance, in the channel that its admins named.

A channel may be read by all. So of what found no answer it tells words and numbers alone, never a
question, and nothing at all of what one person alone asked.
"""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.ext import commands, tasks
from discord.ui import LayoutView

from bot.discord.audience import read_public
from bot.discord.escape import fit_line
from bot.discord.explain import describe_error
from bot.discord.insight import DARK, make_picture, render_insight
from bot.discord.send import write
from bot.language import choose_language, gettext, mark, speak
from bot.libraries.digest import describe_failure, find_week
from bot.libraries.gaps import Gap, Gaps
from bot.libraries.insight import Insight
from bot.wording import count

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

EVERY_S = 600.0
"""How often it is looked what is due."""
DAYS = 7
GAPS, FEWEST_PEOPLE = 3, 2
"""Groups of questions that are told of, and how many people must have asked each."""
MAX_WORDS = 80

log = logging.getLogger(__name__)


class Digesting(commands.Cog):
    """Posts what is due on Mondays, or as soon as it can after that; at most once a week."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine
        self._insights = bot.engine.insights
        self._loop: tasks.Loop[Any] = tasks.loop(seconds=EVERY_S)(self._tick)

    async def cog_load(self) -> None:
        """Begin."""
        self._loop.start()

    async def cog_unload(self) -> None:
        """End."""
        self._loop.cancel()

    async def post_due(self, now: datetime) -> None:
        """Post every server's digest that is due; what goes wrong with one is logged."""
        for guild in tuple(self._bot.guilds):
            try:
                await self._post(guild, find_week(now))
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - others are not to go without theirs
                describe_error(error, f", digest of server {guild.id}")

    async def _post(self, guild: discord.Guild, week: date) -> None:
        id = (await self._engine.preferences(guild.id)).digest
        if id is None or not await self._insights.is_digest_due(guild.id, week):
            return
        channel = guild.get_channel(id)  # one of another server's is none here
        objection = object_to_channel(channel)
        if objection or not isinstance(channel, discord.TextChannel):
            await self._note_failure(guild, objection or "gone")  # it is tried again
            return
        audience = read_public(guild.id, channel.id)
        insight = await self._insights.find(guild.id, DAYS, week - timedelta(days=1), audience)
        gaps = await self._engine.gaps.find(guild.id, DAYS)
        with speak(choose_language(guild.preferred_locale.value)):
            png = await self._insights.draw(insight, dark=DARK)
            view = render_digest(insight, gaps)
        if not await self._insights.claim_digest(guild.id, week) or not insight.asked:
            return
        try:
            await write(channel, view, files=[make_picture(png)])
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            status = f"HTTP {error.status}" if isinstance(error, discord.HTTPException) else "none"
            await self._note_failure(guild, f"refused: {status}")

    async def _note_failure(self, guild: discord.Guild, reason: str) -> None:
        if await self._insights.fail_digest(guild.id, reason):
            told = describe_failure(reason)
            log.warning("server %d: the weekly digest is not posted: %s", guild.id, told)

    async def _tick(self) -> None:
        if self._bot.is_ready():
            await self.post_due(datetime.now(UTC))


def object_to_channel(channel: object) -> str | None:
    """Why no digest can be posted in what was named for it, for `describe_failure`."""
    if not isinstance(channel, discord.TextChannel):
        return "gone"
    allowed = channel.permissions_for(channel.guild.me)
    needed = {
        mark("View Channel"): allowed.view_channel,
        mark("Send Messages"): allowed.send_messages,
        mark("Attach Files"): allowed.attach_files,
    }
    lacking = [name for name, there in needed.items() if not there]
    return f"lacking: {', '.join(lacking)}" if lacking else None


def render_digest(insight: Insight, gaps: Gaps) -> LayoutView:
    """The week's picture and numbers, and words of what several people found no answer to."""
    return render_insight(insight, gettext("The week at a glance"), "\n".join(_tell_gaps(gaps)))


def _tell_gaps(gaps: Gaps) -> Iterator[str]:
    shown = [gap for gap in gaps.groups if _is_told(gap)][:GAPS]
    if shown:
        yield gettext("**What found no answer** in the last 7 days")
        for gap in shown:
            words = fit_line(", ".join(gap.words), MAX_WORDS)
            yield f"- {words} · {count(gap.questions, 'question')}"
        yield gettext("-# Those who keep the documents see more with `/docs gaps`.")


def _is_told(gap: Gap) -> bool:
    """Not where one person alone asked, nor where a whole question stands for its words."""
    return gap.people >= FEWEST_PEOPLE and gap.words != gap.examples[:1]
