"""What is kept of Discord servers: the one place where a server's id becomes a folder.

When the bot has left a server this is noted, and after some days all that is kept of it is removed.
"""

import logging
import re
import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.libraries.memory import Memory
from bot.libraries.turns import Turns
from bot.settings import Settings
from index.errors import FootnoteError, LibraryError
from index.parse.limits import show_name
from index.refusals import explained

_ID = r"[1-9][0-9]{0,19}"
_ASIDE = ".removed"
"""How the name of a folder ends that is to be removed, with all in it."""

log = logging.getLogger(__name__)


class UnknownServer(FootnoteError):
    """Nothing is kept of a server of that id."""


class Servers:
    """The folders of servers; the operator's library is none, even if it is named like one."""

    def __init__(self, settings: Settings) -> None:
        self._libraries = settings.data / "libraries"
        self._operators = settings.library_folder
        self._stay = timedelta(days=settings.forget_after_days)

    def folder(self, guild: int) -> Path:
        """The folder of a server."""
        return self._libraries / f"server-{int(guild)}"

    def all(self) -> tuple[int, ...]:
        """The ids of all servers of which something is kept, sorted."""
        found = (re.fullmatch(f"server-({_ID})", path.name) for path in self._list())
        ids = (int(match[1]) for match in found if match)
        return tuple(sorted(id for id in ids if self.folder(id) != self._operators))

    def find(self, name: str) -> int:
        """The server that an id means. Raises UnknownServer."""
        if not re.fullmatch(_ID, name) or int(name) not in self.all():
            raise UnknownServer(
                f"Nothing is kept of a server {show_name(name)}. A server's id is a number: Discord"
                " shows it in developer mode (right-click the server, Copy Server ID)."
            )
        return int(name)

    def kept_until(self, guild: int) -> datetime | None:
        """When a server that the bot has left is removed, in UTC; None while it is there.

        Raises LibraryError.
        """
        with self._remember(guild) as memory:
            departed = memory.departed()
        return departed + self._stay if departed else None

    def tidy(self, here: Collection[int], turns: Turns) -> tuple[int, ...]:
        """The servers of which something is still kept, after what was kept for too long has gone.

        `here` are the servers that the bot is in; what went wrong with one is logged.
        """
        for guild in self.all():
            try:
                self._tidy(guild, guild in here, turns)
            except LibraryError as error:
                log.warning("server %d could not be tidied: %s", guild, error)
        try:
            self._sweep()
        except LibraryError as error:
            log.warning("what was removed of servers could not be deleted: %s", error)
        return self.all()

    def forget(self, guild: int) -> None:
        """Remove all that is kept of a server: at once for everyone, then from the disk.

        What a killed process leaves of the latter the next one deletes. Raises LibraryError.
        """
        folder = self.folder(guild)
        aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}{_ASIDE}")
        with explained(folder):
            folder.rename(aside)
        self._sweep()

    def _tidy(self, guild: int, there: bool, turns: Turns) -> None:
        """Raises LibraryError."""
        with self._remember(guild) as memory:
            if memory.note_departure(not there):
                told = "is back" if there else f"has left; it is removed in {self._stay.days} days"
                log.warning("server %d: the bot %s", guild, told)
            memory.questions.expire()
            memory.citings.expire()
            memory.usage.expire()
        until = self.kept_until(guild)
        if until and until <= datetime.now(UTC):
            with turns.take(guild, wait=False):
                self.forget(guild)
            log.warning("server %d: all that was kept of it is removed", guild)

    def _sweep(self) -> None:
        """Delete the folders that were set aside. Raises LibraryError."""
        for path in self._list():
            if path.name.startswith(".server-") and path.name.endswith(_ASIDE):
                # Another process may be at it, too.
                with explained(path), suppress(FileNotFoundError):
                    shutil.rmtree(path)

    def _remember(self, guild: int) -> Memory:
        return Memory(self.folder(guild) / "discord.db")

    def _list(self) -> list[Path]:
        """What stands beside the libraries."""
        with explained(self._libraries):
            return list(self._libraries.iterdir()) if self._libraries.is_dir() else []
