"""The threads on which the engine works, in lanes that keep out of each other's way.

Questions have one, lists one, pictures of pages one, and so has what is written down at once, as
votes and preferences are. Of index jobs two work at once: one of a server at a time, and servers
take turns, not job by job but about every second, at the next progress.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Event
from typing import Any, Literal, ParamSpec, TypeVar

from bot.libraries.shifts import Shifts
from bot.types import Report
from index.summary import Progress

P = ParamSpec("P")
T = TypeVar("T")
Lane = Literal["questions", "jobs", "lists", "pictures", "desk"]

JOBS = 2
"""Index jobs that work at once, of different servers."""
SHIFT_S = 1.0
"""How long one works at least while others wait."""
MOST_BEGUN = 256
"""Index jobs that have begun; a thread of those that do not work waits, and costs little."""


class Closing(Exception):
    """Footnote is being stopped, and an index job ends at the border of a document."""


class Lanes:
    """Runs work on its lane, and knows of the index jobs until they end."""

    def __init__(self) -> None:
        self._threads: dict[Lane, ThreadPoolExecutor] = {
            "questions": ThreadPoolExecutor(1, "questions"),
            "jobs": ThreadPoolExecutor(MOST_BEGUN, "jobs"),
            "lists": ThreadPoolExecutor(1, "lists"),
            "pictures": ThreadPoolExecutor(1, "pictures"),
            "desk": ThreadPoolExecutor(1, "desk"),
        }
        self._given: dict[Lane, set[Future[Any]]] = {lane: set() for lane in self._threads}
        """What runs on a lane, and what waits."""
        self._jobs: set[asyncio.Future[Any]] = set()
        self._shifts = Shifts(JOBS, SHIFT_S)
        self._servers: defaultdict[int | None, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Held by a server's job, so that its next one waits outside the threads."""
        self._closing = Event()

    async def run(self, lane: Lane, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the work returns; it logs as part of the request that it is for."""
        context = copy_context()
        given = self._threads[lane].submit(lambda: context.run(work, *args, **kwargs))
        self._given[lane].add(given)
        given.add_done_callback(self._given[lane].discard)
        return await asyncio.wrap_future(given)

    async def work(
        self, guild: int | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a server's index job returns, which a shutdown waits for.

        Raises Closing where that comes before the job has begun.
        """

        def take_shift() -> T:
            with self._shifts:
                self._refuse_closing()
                return work(*args, **kwargs)

        async def take_turn() -> T:
            async with self._servers[guild]:
                return await self.run("jobs", take_shift)

        job = asyncio.ensure_future(take_turn())
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await asyncio.shield(job)  # its thread runs on, whoever gives up waiting

    def count(self) -> dict[Lane, tuple[int, int]]:
        """How much runs on each lane, and how much waits there."""
        counted: dict[Lane, tuple[int, int]] = {}
        for lane, futures in self._given.items():
            given = tuple(futures)
            running = sum(work.running() for work in given)
            if lane == "jobs":
                running = min(self._shifts.count_working(), running)
            counted[lane] = running, len(given) - running
        return counted

    def stoppable(self, report: Report) -> Report:
        """The report, with which a job lets others work and ends once the lanes are to."""

        def show(progress: Progress) -> None:
            self._refuse_closing()
            report(progress)
            self._shifts.hand_over()
            self._refuse_closing()

        return show

    async def stop_jobs(self) -> None:
        """Let index jobs come to the border of a document, and end there."""
        self._closing.set()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    def _refuse_closing(self) -> None:
        if self._closing.is_set():
            raise Closing

    def shut(self) -> None:
        """Take no more work."""
        for lane in self._threads.values():
            lane.shutdown(wait=False, cancel_futures=True)
