"""A job: one piece of long work on a server's documents, and what is shown of it."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from discord.ui import ActionRow, LayoutView

from bot.discord.buttons import Cancel
from bot.discord.lasting import LastingMessage, Silence
from bot.discord.pace import Pace
from bot.discord.panels import count_passages, render_notice, render_progress
from bot.language import gettext, name_language, ngettext, speak
from bot.logs import current_request
from bot.types import Report
from index.summary import Progress, Summary

EDIT_EVERY_S = 1.5
"""How soon its message is changed again."""

Kind = Literal["info", "warning", "error"]
Work = Callable[[Report], Awaitable[Summary]]


class Stopped(Exception):
    """Raised out of a job's report, in the worker's thread, to end the job there."""


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work, from when it was asked for until its summary.

    Its title is a text for `gettext`, with values: others than who asked may be told of the job.
    """

    title: str
    work: Work
    message: LastingMessage | Silence
    values: Mapping[str, object] = field(default_factory=dict)
    language: str = field(default_factory=name_language)
    """That of who asked for it, in which its message speaks."""
    request: str = field(default_factory=current_request)
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    latest: Progress | None = None
    stopped: bool = False
    pace: Pace = field(default_factory=Pace)
    summary: Summary | None = None
    """What it has changed, once it has come to its end."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _shown: tuple[object, ...] = ()
    _edited: float = 0.0

    @property
    def name(self) -> str:
        """Its title in the language spoken."""
        return gettext(self.title, **self.values)

    def report(self, progress: Progress) -> None:
        """Take note, from a worker's thread. Raises Stopped where the job is to end."""
        if self.stopped:
            raise Stopped
        self.latest = progress

    async def refresh(self, before: int) -> None:
        """Show how it stands, with so many jobs before it, where that is new."""
        now = time.monotonic()
        if self.latest:
            self.pace.note(self.latest, now)
        state = (before, self.latest, self.stopped)
        fresh = not self._shown
        due = now - self._edited >= EDIT_EVERY_S and state != self._shown
        if fresh or due or self.message.expiring:
            self._shown, self._edited = state, now
            with speak(self.language):
                await self.message.show(self._render(before))

    async def end(self, text: str, kind: Kind = "info") -> None:
        """Show a marked text as its last word."""
        with speak(self.language):
            await self.message.finish(self.say(gettext(text), kind))

    def say(self, text: str, kind: Kind = "info") -> LayoutView:
        """A short text about the job."""
        return render_notice(f"**{self.name}**\n{text}", kind=kind)

    def describe(self, *, waits: bool) -> str:
        """How it stands, on one line."""
        if waits:
            return gettext("{job}: waiting", job=self.name)
        if self.latest is None or not self.latest.passages:
            return gettext("{job}: reading", job=self.name)
        passages = count_passages(self.latest)
        return gettext("{job}: {passages} so far", job=self.name, passages=passages)

    def _render(self, before: int) -> LayoutView:
        if self.stopped:
            return self.say(gettext("Stopping …"))
        if before:
            waiting = self.say(
                ngettext(
                    "Waiting: {n} job before yours.", "Waiting: {n} jobs before yours.", before
                )
            )
            return waiting.add_item(ActionRow(Cancel(self.id)))
        return render_progress(
            self.name,
            self.latest,
            passages_per_s=self.pace.passages_per_s,
            left_s=self.pace.left_s,
            job=self.id,
        )
