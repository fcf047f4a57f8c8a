"""`footnote run` with a token: the bot in Discord, from its login until it is told to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.discord.client import FootnoteBot
from bot.discord.monitor import serve_metrics
from bot.discord.reading import follow_folder, list_documents, read_documents
from bot.discord.shutdown import end_now, shut_down, watch_signals
from bot.discord.token import check_token, read_bot_id, refuse_token
from bot.libraries.engine import Engine
from bot.logs import NoteStream, set_up_logging
from bot.start import make_loader, make_reranker_loader
from bot.wording import count, show_line
from index.errors import FootnoteError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings

PERMISSIONS = discord.Permissions(
    view_channel=True,  # to hear a mention, and to find the message that a button belongs to
    send_messages=True,  # replies to mentions; progress that outlives an interaction
    send_messages_in_threads=True,  # the same in a thread
    create_public_threads=True,  # "Continue in a thread"
    read_message_history=True,  # Discord asks for it wherever a message is a reply
    attach_files=True,  # "In context" shows pages as pictures
)
"""All that the bot asks for. Answers hold no embeds, and typing needs nothing."""

CHECKED_SERVERS = 50
"""In how many servers it is looked, at the start, whether they let the bot have commands."""

MISSING_ACCESS = 50001
REFUSED_TOKEN = 4004
"""Codes of Discord's: of an error in JSON; of a closed gateway."""

NO_INTENT = """\
FOOTNOTE_MESSAGE_CONTENT is true, and Discord does not let the bot read what messages say. Allow it:
  1. Open https://discord.com/developers/applications, choose the application, then Bot.
  2. Under Privileged Gateway Intents, turn on Message Content Intent, and save.
  3. Start Footnote again.
Or set FOOTNOTE_MESSAGE_CONTENT=false, and do without `/docs channel`."""

log = logging.getLogger(__name__)


class ConnectError(FootnoteError):
    """Discord cannot be reached, or does not let the bot do what it must."""


def run_discord(settings: "Settings", notes: "Console") -> None:
    """Answer in Discord until SIGTERM or Ctrl-C.

    Raises TokenError for a malformed or refused token, SettingsError for a port that cannot be had,
    ConnectError and ModelError.
    """
    from bot.terminal.screen import make_console

    token = check_token(settings.discord_token.get_secret_value())
    set_up_logging(settings.log_level, settings.log_format, dated=True)
    if settings.log_format == "json":
        notes = make_console(file=NoteStream())
    # Voice is not ours: no operator need hear that the libraries for it are missing.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    if asyncio.run(_serve(settings, token, notes)):
        end_now()


def make_invite(application_id: int | None) -> str:
    """The address under which an admin invites the bot, with exactly what it needs."""
    return discord.utils.oauth_url(
        application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )


async def _serve(settings: "Settings", token: str, notes: "Console") -> bool:
    """Whether a signal has ended it; what else ends it is raised."""
    stop = watch_signals()
    load_reranker = make_reranker_loader(settings, notes)
    engine = Engine(settings, make_loader(settings, notes), load_reranker=load_reranker)
    bot = FootnoteBot(settings, engine)
    async with serve_metrics(bot, settings.metrics_host, settings.metrics_port):
        stopping = asyncio.create_task(stop.wait())
        running = asyncio.create_task(_run(bot, settings, token, notes))
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        failed = running.done() and not stop.is_set()
        await shut_down(bot)
        for task in (running, stopping):
            task.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
    if failed:
        running.result()
    return stop.is_set()


async def _run(bot: FootnoteBot, settings: "Settings", token: str, notes: "Console") -> None:
    """Log in, then be there; the model and the documents come while the bot answers already."""
    await _log_in(bot, token)
    tasks = [
        asyncio.create_task(work)
        for work in (_connect(bot), _announce(bot, notes), _prepare(bot, settings, notes))
    ]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _log_in(bot: FootnoteBot, token: str) -> None:
    """Log in and send the commands. Raises TokenError and ConnectError."""
    try:
        await bot.login(token)
    except discord.LoginFailure as error:
        raise refuse_token(make_invite(read_bot_id(token))) from error
    except discord.HTTPException as error:
        if error.code == MISSING_ACCESS:
            raise ConnectError(
                "Discord refuses the slash commands: the bot lacks the scope "
                f"applications.commands.\n{_mend_scope(bot)}"
            ) from error
        raise ConnectError(
            f"Discord answers {error.status} (code {error.code}) to the login. Look at "
            "https://discordstatus.com and start Footnote again in some minutes."
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise _name_network(error) from error


async def _connect(bot: FootnoteBot) -> None:
    """Be connected until the bot is closed. Raises TokenError and ConnectError.

    What can be mended by trying again discord.py mends, for as long as it takes.
    """
    try:
        await bot.connect()
    except discord.ConnectionClosed as error:
        if error.code == REFUSED_TOKEN:
            raise refuse_token(make_invite(bot.application_id)) from error
        raise ConnectError(
            f"Discord has closed the connection for good (code {error.code}; what it means: "
            "https://discord.com/developers/docs/topics/opcodes-and-status-codes)."
        ) from error
    except discord.PrivilegedIntentsRequired as error:
        raise ConnectError(NO_INTENT) from error
    except (discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
        raise _name_network(error) from error


def _name_network(error: Exception) -> ConnectError:
    return ConnectError(
        f"Discord cannot be reached ({type(error).__name__}: {error}). Look at this machine's "
        "network, its firewall and https://discordstatus.com, and start Footnote again."
    )


async def _announce(bot: FootnoteBot, notes: "Console") -> None:
    """Say who is there, where, with how many documents; and how to invite the bot."""
    await bot.wait_until_ready()
    invite = make_invite(bot.application_id)
    documents = await list_documents(bot.engine)
    name = show_line(bot.user.name) if bot.user else "Footnote"
    ready = f"Ready as {name} in {count(len(bot.guilds), 'server')}"
    ready += f", {count(len(documents), 'document')}."
    if bot.guilds:
        notes.print(f"{ready} Invite link: {invite}")
    else:
        notes.print(f"{ready}\n\n  Invite it: {invite}\n", style="bold")
    log.info("ready: servers %d, documents %d", len(bot.guilds), len(documents))
    async for guild in _find_closed(bot):
        notes.print(
            f"No slash commands in {show_line(guild.name)} (id {guild.id}): the bot was invited "
            f"without the scope applications.commands.\n{_mend_scope(bot)}",
            style="yellow",
        )


async def _find_closed(bot: FootnoteBot) -> AsyncIterator[discord.Guild]:
    """Servers that do not let the bot have commands."""
    for guild in bot.guilds[:CHECKED_SERVERS]:
        try:
            await bot.tree.fetch_commands(guild=guild)
        except discord.Forbidden:
            yield guild
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("server %d could not be checked: %s", guild.id, type(error).__name__)


def _mend_scope(bot: FootnoteBot) -> str:
    return f"""\
  1. Open {make_invite(bot.application_id)}
  2. Choose the server, and authorize. Nothing is lost: the bot need not leave first.
  3. Start Footnote again."""


async def _prepare(bot: FootnoteBot, settings: "Settings", notes: "Console") -> None:
    """Load the model, take in the operator's documents, and then what changes in their folder.

    Raises ModelError.
    """
    folder = settings.documents.absolute()
    bot.engine.reading = True
    try:
        await bot.wait_for(
            "connect"
        )  # a refused token is told at once, not when the model is there
        await bot.engine.start()
        await read_documents(bot.engine, folder, notes)
    finally:
        bot.engine.reading = False
    await follow_folder(bot, folder)
