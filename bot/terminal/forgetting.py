"""`footnote forget`: all that is kept of a Discord server, removed."""

import sys
from typing import Annotated

import typer

from bot.start import start
from bot.terminal.options import Data


def forget(
    server: Annotated[str, typer.Argument(help="The server's id.", metavar="SERVER")],
    yes: Annotated[bool, typer.Option("--yes", help="Remove it without asking.")] = False,
    data: Data = None,
) -> None:
    """Remove all that is kept of a Discord server: documents, files, votes, settings."""
    from bot.libraries.servers import Servers
    from bot.settings import SettingsError

    settings, console, _ = start(data, None)
    servers = Servers(settings)
    guild = servers.find(server)
    if not yes:
        if not sys.stdin.isatty():
            raise SettingsError(
                f"Nobody is there to be asked whether all of server {guild} is to be removed. "
                f"footnote forget {guild} --yes removes it without asking."
            )
        question = f"Remove all that is kept of server {guild}, its documents, files and votes?"
        typer.confirm(question, abort=True)
    servers.forget(guild)
    console.print(f"Removed all that was kept of server {guild}.")
