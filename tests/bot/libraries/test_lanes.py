"""Index jobs of many servers on few lanes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from threading import Event, Lock, Thread

import pytest

from bot.libraries.lanes import JOBS, Closing, Lanes
from bot.libraries.shifts import Shifts
from index.summary import Progress

LARGE, SMALL = range(1, JOBS + 3), 99
"""Servers with large jobs, more than may work at once, and one with a small job."""
PATIENCE_S = 60


@pytest.fixture
async def lanes(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lanes]:
    """Whose jobs hand over at each progress."""
    monkeypatch.setattr("bot.libraries.lanes.SHIFT_S", 0.0)
    lanes = Lanes()
    yield lanes
    await lanes.stop_jobs()
    lanes.shut()


def go_on(lanes: Lanes) -> Callable[[], None]:
    """What a job calls between two of its parts."""
    show = lanes.stoppable(lambda progress: None)
    return lambda: show(Progress("", 0, 0, 0, 0, 0, 0))


async def test_a_small_job_does_not_wait_for_the_ends_of_large_ones_of_other_servers(
    lanes: Lanes,
) -> None:
    begun, ended = Event(), Event()

    def work_long() -> None:
        while not ended.is_set():
            begun.set()
            go_on(lanes)()

    large = [asyncio.create_task(lanes.work(guild, work_long)) for guild in LARGE]
    await asyncio.to_thread(begun.wait, PATIENCE_S)
    try:
        await asyncio.wait_for(lanes.work(SMALL, lambda: None), PATIENCE_S)
        assert not any(job.done() for job in large)
    finally:
        ended.set()
    await asyncio.gather(*large)


async def test_a_servers_second_job_waits_for_its_first_and_keeps_no_lane_from_others(
    lanes: Lanes,
) -> None:
    ended = Event()
    done: list[str] = []

    def work_long() -> None:
        ended.wait(PATIENCE_S)
        done.append("first")

    first = asyncio.create_task(lanes.work(1, work_long))
    second = [asyncio.create_task(lanes.work(1, done.append, "later")) for _ in range(JOBS)]
    try:
        await asyncio.wait_for(lanes.work(2, done.append, "other"), PATIENCE_S)
    finally:
        ended.set()
    await asyncio.gather(first, *second)
    assert done == ["other", "first", *["later"] * JOBS]


async def test_no_more_jobs_work_at_once_than_may_and_all_come_to_their_ends(lanes: Lanes) -> None:
    lock = Lock()
    working, seen = 0, set()

    def note(change: int) -> None:
        nonlocal working
        with lock:
            working += change
            seen.add(working)

    def work() -> None:
        for _ in range(200):
            note(1)
            assert lanes.count()["jobs"][0] <= JOBS
            note(-1)
            go_on(lanes)()

    await asyncio.gather(*(lanes.work(guild, work) for guild in LARGE))
    assert max(seen) <= JOBS
    assert lanes.count()["jobs"] == (0, 0)


async def test_jobs_end_also_while_they_wait_when_the_lanes_are_to_end(lanes: Lanes) -> None:
    begun = Event()

    def work_long() -> None:
        while True:
            begun.set()
            go_on(lanes)()

    jobs = [asyncio.create_task(lanes.work(guild, work_long)) for guild in [*LARGE, 1]]
    await asyncio.to_thread(begun.wait, PATIENCE_S)
    await lanes.stop_jobs()
    ends = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(end) for end in ends] == [Closing] * len(jobs)


def test_a_job_that_works_goes_on_until_its_shift_is_over() -> None:
    shifts = Shifts(1, shift_s=3600.0)
    other = Thread(target=lambda: shifts.__enter__())
    with shifts:
        other.start()
        while not shifts._waiting:
            pass
        shifts.hand_over()
        assert len(shifts._waiting) == 1
    other.join(PATIENCE_S)
    assert not other.is_alive()
