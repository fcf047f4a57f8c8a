"""Errors become words here and nowhere else: for the one who asked, and for the log.

The log carries ids, and of the unexpected its types and lines of code; never an error's own text,
in which a question or a document may stand.
"""

import logging
import re
import secrets
import traceback
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.discord.escape import show_plain
from bot.discord.locales import read_language
from bot.discord.panels import render_notice
from bot.discord.send import reply, tell, tell_besides, write
from bot.language import fill, gettext, mark, speak
from bot.metrics import Metrics
from index.errors import (
    DiskFull,
    FootnoteError,
    JobRunning,
    LibraryError,
    ModelChanged,
    ModelError,
    NoDocuments,
    StoreBusy,
    StoreDamaged,
    UnknownDocument,
)

Interaction = discord.Interaction[Any]
Asked = Interaction | discord.Message

log = logging.getLogger(__name__)

_NO_DOCUMENTS = mark("There are no documents here yet. An admin can add some with `/docs add`.")
_ANOTHER_MODEL = mark(
    "The documents were indexed with another model, and must be indexed again before I can"
    " answer from them. An admin can do that: `/docs reindex` with `everything`."
)
_OPERATOR = mark("Whoever runs this bot finds in its log what to do.")
_WORDS: tuple[tuple[type[FootnoteError], tuple[str, ...]], ...] = (
    (NoDocuments, (_NO_DOCUMENTS,)),
    (ModelChanged, (_ANOTHER_MODEL, _OPERATOR)),
    (StoreBusy, (mark("The library is busy at the moment. Try again in a few seconds."),)),
    (StoreDamaged, (mark("A library is damaged, and I cannot read it."), _OPERATOR)),
    (DiskFull, (mark("No space is left on my disk, so nothing was changed."), _OPERATOR)),
    (ModelError, (mark("My embedding model cannot be loaded."), _OPERATOR)),
    (LibraryError, (mark("The library cannot be used at the moment."), _OPERATOR)),
)
"""Where an error's own text would send a member to a terminal, or name a path of the machine's. The
first that fits is taken."""

_NO_DOCUMENTS_TO_ME = mark("I have no documents yet.")
"""Said in direct messages, where nobody can add any."""

_CHANGED_COMMAND = mark(
    "This command has changed. Give Discord a minute, or restart it, and try again."
)
_UNEXPECTED = mark(
    "Something went wrong (id {id}). Try again; if it stays so, tell whoever runs this bot the id."
)
_LATE = mark("That took too long, and Discord no longer takes the answer. Ask again, please.")
_DEAD_TOKEN = (10015, 10062, 50027)
_GONE_MESSAGE = 10008
_DISCORD_WORDS = {
    10003: mark("The channel is gone."),
    _GONE_MESSAGE: mark("The message is gone."),
    **dict.fromkeys(_DEAD_TOKEN, _LATE),
    **dict.fromkeys(
        (50001, 50013),
        mark(
            "I am not allowed to do this here. An admin can give me the permissions to view the"
            " channel, read its history, and send messages, also in threads."
        ),
    ),
}

_SENTENCE_END = re.compile(r"(?<=[.!?]\s)|(?<=[。！？])")


def describe_error(error: Exception, place: str = "") -> str:
    """What a person is told. What the operator must know is logged, with `place` beside it."""
    error = _unwrap(error)
    if isinstance(error, FootnoteError):
        return _describe_expected(error, place)
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return gettext(_CHANGED_COMMAND)
    if isinstance(error, app_commands.CheckFailure):
        return gettext("You may not use this here.")
    if isinstance(error, discord.HTTPException):
        gone = error.code == 50035 and "message_reference" in error.text  # to reply to
        told = _DISCORD_WORDS.get(_GONE_MESSAGE if gone else error.code)
        if told is None and error.status >= 500:
            told = mark("Discord has trouble at the moment. Try again in a minute.")
        if told is not None:
            log.warning("Discord refused: HTTP %d, code %d%s", error.status, error.code, place)
            return gettext(told)
    number = secrets.token_hex(3)
    log.error("unexpected error, id %s%s\n%s", number, place, trace_error(error))
    return gettext(_UNEXPECTED, id=number)


def count_failure(error: Exception, metrics: Metrics) -> None:
    """Count an error of ours under its name, others as Discord's or as unexpected."""
    error = _unwrap(error)
    known = isinstance(error, discord.DiscordException | aiohttp.ClientError)
    reason = "Discord" if known else "unexpected"
    if isinstance(error, FootnoteError):
        reason = type(error).__name__
    metrics.failures.labels(reason).inc()


async def explain(asked: Asked, error: Exception) -> None:
    """Tell the one who asked what went wrong, where that is possible."""
    with speak(read_language(asked)):
        await _explain(asked, error)


async def _explain(asked: Asked, error: Exception) -> None:
    place = f", server {_guild_id(asked)}, channel {asked.channel.id if asked.channel else None}"
    words = describe_error(error, place)
    expected = isinstance(_unwrap(error), FootnoteError)
    if isinstance(_unwrap(error), NoDocuments) and _guild_id(asked) is None:
        words = gettext(_NO_DOCUMENTS_TO_ME)
    notice = render_notice(words, kind="warning" if expected else "error")
    try:
        if isinstance(asked, discord.Message):
            await reply(asked, notice)
        else:
            await _tell_somehow(asked, notice)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as failure:
        log.debug("nobody could be told: %s", type(failure).__name__)


def trace_error(error: BaseException) -> str:
    """Where an error came from, and what led to it: lines of code and types, no texts."""
    parts: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        name = f"{type(one).__module__}.{type(one).__qualname__}"
        if isinstance(one, discord.HTTPException):
            name += f" (HTTP {one.status}, code {one.code})"
        elif isinstance(one, OSError):
            name += f" (errno {one.errno})"
        lines = "".join(traceback.format_tb(one.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{lines}{name}")
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\nwhich led to\n".join(reversed(parts))


def _unwrap(error: Exception) -> Exception:
    """What a command raised, without what the library wraps around it."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def _describe_expected(error: FootnoteError, place: str) -> str:
    if not isinstance(error, JobRunning | UnknownDocument):
        if isinstance(error, ModelError | LibraryError) and not isinstance(error, NoDocuments):
            log.error("%s%s: %s", type(error).__name__, place, error)
        for kind, words in _WORDS:
            if isinstance(error, kind):
                return " ".join(map(gettext, words))
    sentences = _SENTENCE_END.split(gettext(error.template))
    told = [sentence for sentence in sentences if "footnote " not in sentence]  # commands
    return show_plain(fill("".join(told or sentences).strip(), error.values))


async def _tell_somehow(interaction: Interaction, notice: discord.ui.LayoutView) -> None:
    try:
        await tell(interaction, notice)
    except discord.HTTPException as error:
        if error.code == _GONE_MESSAGE:  # someone deleted the message that said "thinking"
            await tell_besides(interaction, notice)
        elif error.code in _DEAD_TOKEN and _may_write(interaction):
            channel = interaction.channel
            if isinstance(channel, discord.abc.Messageable):
                await write(channel, notice)


def _may_write(interaction: Interaction) -> bool:
    """Whether a command's failure may be told in its channel: a button's would tell too many."""
    command = interaction.type is discord.InteractionType.application_command
    return command and (interaction.guild_id is None or interaction.app_permissions.send_messages)


def _guild_id(asked: Asked) -> int | None:
    if isinstance(asked, discord.Message):
        return asked.guild.id if asked.guild else None
    return asked.guild_id
