"""Long work on a server's documents: one job at a time, its progress where people see it."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import discord
from discord.ext import tasks
from discord.ui import ActionRow, LayoutView

from bot.audience import KEEPERS
from bot.discord.accepting import render_end
from bot.discord.buttons import Cancel
from bot.discord.explain import count_failure, describe_error, trace_error
from bot.discord.lasting import LastingMessage, Silence
from bot.discord.pace import Pace
from bot.discord.panels import count_passages, render_notice, render_progress, render_summary
from bot.libraries.engine import Closing, Engine
from bot.logs import current_request, log_request
from bot.metrics import End
from bot.types import Entry, Report
from bot.wording import count
from index.summary import Progress, Summary

log = logging.getLogger(__name__)

EDIT_EVERY_S = 1.5
TICK_S = 0.5
"""How often it is looked whether there is something new to show."""
STOP_S, LAST_WORDS_S = 4.0, 1.0
"""How long a shutdown waits for jobs to come to a document's border, and for telling of others."""

_UNBEGUN = "Cancelled before it began."

Work = Callable[[Report], Awaitable[Summary]]


class Stopped(Exception):
    """Raised out of a job's report, in the worker's thread, to end the job there."""


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work, from when it was asked for until its summary."""

    title: str
    work: Work
    message: LastingMessage | Silence
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
            await self.message.show(self._render(before))

    def say(self, text: str, kind: Literal["info", "warning", "error"] = "info") -> LayoutView:
        """A short text about the job."""
        return render_notice(f"**{self.title}**\n{text}", kind=kind)

    def say_shut_down(self) -> LayoutView:
        """Why it ends before its time."""
        return self.say("Stopped: Footnote is shutting down; what was done stays.", "warning")

    def describe(self, *, waits: bool) -> str:
        """How it stands, on one line."""
        if waits:
            return f"{self.title}: waiting"
        if self.latest is None or not self.latest.passages:
            return f"{self.title}: reading"
        return f"{self.title}: {count_passages(self.latest)} so far"

    def _render(self, before: int) -> LayoutView:
        if self.stopped:
            return self.say("Stopping …")
        if before:
            waiting = self.say(f"Waiting: {count(before, 'job')} before yours.")
            return waiting.add_item(ActionRow(Cancel(self.id)))
        return render_progress(
            self.title,
            self.latest,
            passages_per_s=self.pace.passages_per_s,
            left_s=self.pace.left_s,
            job=self.id,
        )


class Jobs:
    """The jobs of all servers. Each server's run one after the other, those of several at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lines: dict[int | None, list[Job]] = {}
        """By server, None for the operator's: the job that runs, then those that wait."""
        self._runners: dict[int | None, asyncio.Task[None]] = {}
        self._closing = False

    async def start(self, interaction: discord.Interaction[Any], title: str, work: Work) -> None:
        """Run `work`, or let it wait; the interaction, deferred already, shows how it goes."""
        guild = interaction.guild_id
        if guild is None:
            raise ValueError("jobs belong to a server")
        job = Job(title, work, LastingMessage(interaction))
        if self._closing:
            await job.message.finish(job.say_shut_down())
            return
        before = self._line_up(guild, job)
        if before:
            await job.refresh(before)

    async def run(self, guild: int | None, title: str, work: Work) -> Summary | None:
        """What work that nobody watches has changed, after its turn; None where it has failed or
        was stopped, which is logged."""
        job = Job(title, work, Silence())
        if self._closing:
            return None
        self._line_up(guild, job)
        await job.ended.wait()
        return job.summary

    def _line_up(self, guild: int | None, job: Job) -> int:
        """How many jobs are before it."""
        line = self._lines.setdefault(guild, [])
        line.append(job)
        if guild not in self._runners:
            self._runners[guild] = asyncio.create_task(self._run(guild, line))
        return len(line) - 1

    async def cancel(self, guild: int | None, job: str) -> bool:
        """Whether the server has such a job; it ends, at once if it waits."""
        line = self._lines.get(guild, []) if guild is not None else []
        for place, known in enumerate(line):
            if known.id == job:
                known.stopped = True
                if place:
                    line.remove(known)
                    known.ended.set()
                    await known.message.finish(known.say(_UNBEGUN))
                return True
        return False

    def count_waiting(self) -> int:
        """How many jobs, of all servers, wait for others of their server."""
        return sum(len(line) - 1 for line in self._lines.values())

    def are_there(self, guild: int | None) -> bool:
        """Whether a server, or for None the operator's library, has jobs."""
        return guild in self._lines

    def describe(self, guild: int | None) -> list[str]:
        """A server's jobs, a line each, the one that runs first."""
        line = self._lines.get(guild, []) if guild is not None else []
        return [job.describe(waits=place > 0) for place, job in enumerate(line)]

    async def stop(self) -> None:
        """End all jobs at a document's border, within bounded time; their messages say why."""
        self._closing = True
        jobs = [job for line in self._lines.values() for job in line]
        for job in jobs:
            job.stopped = True
        runners = set(self._runners.values())
        late = (await asyncio.wait(runners, timeout=STOP_S))[1] if runners else set()
        if late:
            for runner in late:
                runner.cancel()
            words = [asyncio.create_task(job.message.finish(job.say_shut_down())) for job in jobs]
            await asyncio.wait([*late, *words], timeout=LAST_WORDS_S)

    async def _run(self, guild: int | None, line: list[Job]) -> None:
        ticker = tasks.loop(seconds=TICK_S)(_refresh_line)
        ticker.start(line)
        try:
            while line:
                with log_request(line[0].request or line[0].id):
                    view = await self._finish(guild, line[0])
                    job = line.pop(0)
                    job.ended.set()
                    await _tell_end(guild, job, view)
        finally:
            ticker.cancel()
            for job in line:
                job.ended.set()
            del self._lines[guild], self._runners[guild]

    async def _finish(self, guild: int | None, job: Job) -> LayoutView:
        """Run a job to its end, and return its last word."""
        end: End = "stopped"
        try:
            if not job.stopped:
                view = await self._work(guild, job)
                end = "done" if job.summary else "stopped"
                return view
            if not self._closing:
                return job.say(_UNBEGUN)
        except (Stopped, Closing):
            pass
        except Exception as error:  # noqa: BLE001 - it is worded, and logged if unexpected
            end = "failed"
            count_failure(error, self._engine.metrics)
            told = describe_error(error, f", server {guild}, job {job.id}")
            return job.say(told, "error")
        finally:
            self._engine.metrics.index_jobs_ended.labels(end).inc()
        return job.say_shut_down()

    async def _work(self, guild: int | None, job: Job) -> LayoutView:
        await job.refresh(0)
        before, _ = await self._engine.entries(guild, KEEPERS)
        job.message.discreet = any(entry.bond is not None for entry in before)
        began = time.monotonic()
        try:
            summary = job.summary = await job.work(job.report)
        except Stopped:
            log.info("job %s of server %s was stopped", job.id, guild)
            if self._closing:
                raise
            after, _ = await self._engine.entries(guild, KEEPERS)
            done = _compare(before, after, job.latest, time.monotonic() - began)
            if done.added or done.updated or done.removed:
                return render_summary(job.title, done, cancelled=True)
            return job.say("Cancelled. Nothing was changed.")
        changed = {
            "added": len(summary.added),
            "updated": len(summary.updated),
            "removed": len(summary.removed),
            "failed": len(summary.failed),
        }
        for change, number in changed.items():
            self._engine.metrics.documents.labels(change).inc(number)
        log.info(
            "job %(job)s of server %(server)s: %(added)d added, %(updated)d updated, %(removed)d"
            " removed, %(failed)d failed, %(passages)d passages, %(ms)d ms",
            {"job": job.id, "server": guild, **changed}
            | {"passages": summary.passages, "ms": round(1000 * summary.seconds)},
        )
        return render_end(job.title, summary)


async def _tell_end(guild: int | None, job: Job, view: LayoutView) -> None:
    """Say a job's last word; whatever goes wrong there, the jobs behind it have their turn."""
    try:
        await job.message.finish(view)
    except Exception as error:  # noqa: BLE001 - it is logged
        traced = trace_error(error)
        log.error("the end of job %s of server %s was not shown\n%s", job.id, guild, traced)


async def _refresh_line(line: list[Job]) -> None:
    for before, job in enumerate(tuple(line)):
        await job.refresh(before)


def _compare(
    before: tuple[Entry, ...], after: tuple[Entry, ...], latest: Progress | None, seconds: float
) -> Summary:
    """What a job that was stopped has changed."""
    old = {entry.record.source: entry.record for entry in before}
    new = {entry.record.source: entry.record for entry in after}
    kept = [source for source in new if source in old]
    return Summary(
        added=tuple(record.name for source, record in new.items() if source not in old),
        updated=tuple(new[source].name for source in kept if new[source] != old[source]),
        unchanged=(),
        removed=tuple(record.name for source, record in old.items() if source not in new),
        failed=(),
        passages=latest.passages if latest else 0,
        tokens=latest.tokens if latest else 0,
        seconds=seconds,
    )
