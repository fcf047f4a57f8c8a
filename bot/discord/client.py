"""The client: what it hears from Discord, its commands and buttons, and where errors end."""

import asyncio
import sys
from collections.abc import Awaitable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.accepting import Accepting
from bot.discord.ask import INSTALLS, Asking
from bot.discord.bonds import Binding
from bot.discord.buttons import ITEMS
from bot.discord.changes import Changes
from bot.discord.conversation import Conversation
from bot.discord.delivery import answer_once
from bot.discord.digest import Digesting
from bot.discord.documents import Documents
from bot.discord.evaluation import Evaluating
from bot.discord.explain import Asked, count_failure, describe_error, explain
from bot.discord.following import Following
from bot.discord.fresh import Fresh
from bot.discord.gaps import Filling
from bot.discord.helping import Helping
from bot.discord.jobs import Jobs
from bot.discord.locales import read_language
from bot.discord.privacy import Privacy
from bot.discord.reception import Reception
from bot.discord.removal import Removal
from bot.discord.send import QUIET
from bot.discord.solving import Solving
from bot.discord.sync import sync_commands
from bot.discord.teaching import Teaching
from bot.discord.telling import Telling
from bot.discord.tidying import Tidying
from bot.discord.translator import Translator
from bot.discord.why import Why
from bot.language import mark, speak
from bot.libraries.engine import Engine
from bot.logs import log_request
from bot.settings import Settings
from index.errors import FootnoteError

__all__ = ["FootnoteBot", "describe_error", "explain"]

FINISH_S, LAST_WORDS_S = 5.0, 1.5
"""How long a shutdown waits for running answers, and for telling of those that are not given."""


_RESTARTING = mark("I am being restarted, and did not come to this. Ask again in a minute.")


class Restarting(FootnoteError):
    """A shutdown has come before the answer."""


class CommandTree(app_commands.CommandTree["FootnoteBot"]):
    """The commands; what a command or a check raises is told to the one who used it."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell it."""
        count_failure(error, interaction.client.engine.metrics)
        await explain(interaction, error)


class FootnoteBot(commands.AutoShardedBot):
    """Footnote on Discord. It hears of servers and messages, and keeps neither."""

    tree: app_commands.CommandTree[Any]

    def __init__(
        self, settings: Settings, engine: Engine, *, shard_count: int | None = None
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = settings.message_content
        super().__init__(
            commands.when_mentioned,  # never looked at: on_message runs no commands
            help_command=None,
            tree_cls=CommandTree,
            intents=intents,
            allowed_mentions=QUIET,
            allowed_installs=INSTALLS,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            shard_count=shard_count,
        )
        self.settings = settings
        self.engine = engine
        self.jobs = Jobs(engine)
        self._running: set[asyncio.Task[Any]] = set()

    async def setup_hook(self) -> None:
        """Send the commands to Discord if they or their translations changed."""
        answer_once()
        await self.tree.set_translator(Translator())
        await self.add_parts()
        await sync_commands(self, self.settings.data)

    async def add_parts(self) -> None:
        """Add buttons and commands."""
        self.add_dynamic_items(*ITEMS)
        reception = Reception(self.engine)
        await self.add_cog(Asking(self, reception))
        await self.add_cog(Conversation(self, reception))
        await self.add_cog(Helping(self, reception))
        for cog in (
            *(Documents, Removal, Following, Privacy, Fresh, Tidying),
            *(Filling, Why, Solving, Teaching, Digesting, Evaluating),
            *(Accepting, Binding),
        ):
            await self.add_cog(cog(self))
        telling = Telling(self)
        await self.add_cog(telling)
        await self.add_cog(Changes(self, telling))

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: there are no commands behind a prefix, and Conversation hears by itself."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what went wrong where nobody waits for an answer."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            count_failure(error, self.engine.metrics)
            describe_error(error, f", event {event_method}")

    async def on_shard_disconnect(self, _: int) -> None:
        """Count it."""
        self.engine.metrics.gateway_disconnects.inc()

    async def attempt(self, asked: Asked, work: Awaitable[None], *, quietly: bool = False) -> None:
        """Do what someone asked for; whatever goes wrong is told, and a shutdown waits for it.

        With `quietly` nobody asked: what goes wrong is only logged.
        All that is logged meanwhile carries Discord's id of the interaction or the message.
        """
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        with log_request(asked.id), speak(read_language(asked)):
            try:
                await work
            except asyncio.CancelledError:  # by `finish` alone
                if not quietly:
                    await self._tell(asked, Restarting(_RESTARTING))
                raise
            except Exception as error:  # noqa: BLE001 - all of them become words
                if quietly:
                    count_failure(error, self.engine.metrics)
                    describe_error(error, ", which nobody asked for")
                else:
                    await self._tell(asked, error)
            finally:
                self._running.discard(task)

    async def _tell(self, asked: Asked, error: Exception) -> None:
        count_failure(error, self.engine.metrics)
        await explain(asked, error)

    async def finish(self) -> None:
        """Let running answers finish, some seconds at most; who gets none is told so."""
        running = self._running - {asyncio.current_task()}
        late = (await asyncio.wait(running, timeout=FINISH_S))[1] if running else set()
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=LAST_WORDS_S)
