"""Index jobs that wait at the engine's door, so that a test can look at them while they run."""

import asyncio
from dataclasses import dataclass, field

import pytest
import simcord

from bot.libraries.engine import Engine
from bot.types import Report
from index.summary import Progress, Summary


@dataclass(eq=False)
class HeldJob:
    """A job that the engine has been given and has not begun."""

    guild: int
    report: Report
    door: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, passages: int, megabytes: int, file: str = "guide.md") -> None:
        """Report progress on three files of ten megabytes together."""
        self.report(Progress(file, 1, 3, megabytes << 20, 10 << 20, passages, 100 * passages))


class Held:
    """The engine, whose jobs begin when the test lets them."""

    def __init__(self, env: simcord.Env, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jobs: list[HeldJob] = []
        self._env = env
        add, reindex = engine.add, engine.reindexing.reindex

        async def hold_add(guild: int, uploads: object, report: Report) -> Summary:
            await self._hold(guild, report)
            return await add(guild, uploads, report)  # type: ignore[arg-type]

        async def hold_reindex(guild: int, report: Report, **options: object) -> Summary:
            await self._hold(guild, report)
            return await reindex(guild, report, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(engine, "add", hold_add)
        monkeypatch.setattr(engine.reindexing, "reindex", hold_reindex)

    async def _hold(self, guild: int, report: Report) -> None:
        job = HeldJob(guild, report)
        self.jobs.append(job)
        await self._env.external_wait(job.door.wait(), reason="a long index job")

    async def let_go(self) -> None:
        """Let every job that waits begin, and wait until nothing moves any more."""
        for job in self.jobs:
            job.door.set()
        self.jobs.clear()
        await self._env.settle()
