"""Long work on a server's documents: one job at a time, its progress where people see it."""

import asyncio
import logging
import time
from typing import Any

import discord
from discord.ext import tasks
from discord.ui import LayoutView

from bot.audience import KEEPERS
from bot.discord.accepting import render_end
from bot.discord.explain import count_failure, describe_error, trace_error
from bot.discord.job import Job, Stopped, Work
from bot.discord.lasting import LastingMessage, Silence
from bot.discord.panels import render_summary
from bot.language import gettext, mark, speak
from bot.libraries.engine import Closing, Engine
from bot.logs import log_request
from bot.metrics import End
from bot.types import Entry
from index.summary import Progress, Summary

log = logging.getLogger(__name__)

TICK_S = 0.5
"""How often it is looked whether there is something new to show."""
STOP_S, LAST_WORDS_S = 4.0, 1.0
"""How long a shutdown waits for jobs to come to a document's border, and for telling of others."""

_UNBEGUN = mark("Cancelled before it began.")
_SHUT_DOWN = mark("Stopped: Footnote is shutting down; what was done stays.")


class Jobs:
    """The jobs of all servers. Each server's run one after the other, those of several at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lines: dict[int | None, list[Job]] = {}
        """By server, None for the operator's: the job that runs, then those that wait."""
        self._runners: dict[int | None, asyncio.Task[None]] = {}
        self._closing = False

    async def start(
        self, interaction: discord.Interaction[Any], title: str, work: Work, **values: object
    ) -> None:
        """Run `work`, or let it wait; the interaction, deferred already, shows how it goes.

        The title is a marked text, with its values.
        """
        guild = interaction.guild_id
        if guild is None:
            raise ValueError("jobs belong to a server")
        job = Job(title, work, LastingMessage(interaction), values)
        if self._closing:
            await job.end(_SHUT_DOWN, "warning")
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
                    await known.end(_UNBEGUN)
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
            words = [asyncio.create_task(job.end(_SHUT_DOWN, "warning")) for job in jobs]
            await asyncio.wait([*late, *words], timeout=LAST_WORDS_S)

    async def _run(self, guild: int | None, line: list[Job]) -> None:
        ticker = tasks.loop(seconds=TICK_S)(_refresh_line)
        ticker.start(line)
        try:
            while line:
                request = line[0].request or line[0].id
                with log_request(request), speak(line[0].language):
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
                return job.say(gettext(_UNBEGUN))
        except (Stopped, Closing):
            pass
        except Exception as error:  # noqa: BLE001 - it is worded, and logged if unexpected
            end = "failed"
            count_failure(error, self._engine.metrics)
            told = describe_error(error, f", server {guild}, job {job.id}")
            return job.say(told, "error")
        finally:
            self._engine.metrics.index_jobs_ended.labels(end).inc()
        return job.say(gettext(_SHUT_DOWN), "warning")

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
                return render_summary(job.name, done, cancelled=True)
            return job.say(gettext("Cancelled. Nothing was changed."))
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
        return render_end(job.name, summary)


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
