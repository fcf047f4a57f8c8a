"""Discord knows the bot's commands as they are now; they are sent only when they changed."""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from discord import app_commands
from discord.ext import commands

from index.keep import write_file

log = logging.getLogger(__name__)

Bot = commands.Bot | commands.AutoShardedBot
Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


async def sync_commands(bot: Bot, folder: Path) -> bool:
    """Whether the global commands had to be sent; `folder` keeps the digest of what was sent last.

    Discord allows few updates a day, and clients load the commands anew after each. Raises what
    `CommandTree.sync` raises; the next start then sends again.
    """
    kept = folder / "commands.sha256"
    digest = await digest_commands(bot.tree, bot.application_id)
    if _read(kept) == digest:
        return False
    sent = await bot.tree.sync()
    _write(kept, digest)
    log.info("sent %d commands to Discord", len(sent))
    return True


async def digest_commands(tree: app_commands.CommandTree[Bot], application_id: int | None) -> str:
    """SHA-256, in hex, of the application and its global commands, in whatever order they stand."""
    payloads = [await _describe(command, tree) for command in tree.get_commands()]
    payloads.sort(key=lambda payload: (payload["type"], payload["name"]))
    told = json.dumps([application_id, payloads], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


async def _describe(command: Command, tree: app_commands.CommandTree[Bot]) -> dict[str, Any]:
    """A command as it is sent: with its translations where there is who makes them."""
    if tree.translator:
        return await command.get_translated_payload(tree, tree.translator)
    return command.to_dict(tree)


def _read(kept: Path) -> str:
    try:
        return kept.read_bytes().decode("ascii", "replace").strip()
    except OSError:
        return ""


def _write(kept: Path, digest: str) -> None:
    """Keep the digest, whole or not at all; without it the next start merely sends again."""
    try:
        write_file(kept, f"{digest}\n".encode())
    except OSError as error:
        log.warning("commands.sha256 could not be kept (%s); the next start sends again", error)
