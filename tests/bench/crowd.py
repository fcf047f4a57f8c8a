"""Prints how soon 200 people are heard and answered who ask at once, and one beside what others do.

The bot runs as a process of its own, in a Discord on the loopback. `python -m tests.bench.crowd`
takes some minutes; it exits 1 where Discord would have given an interaction up, or where a server
waits too long: for an answer beside another one's two hundred questions, or beside index jobs of
others that never end, or for a small upload of its own beside those.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from bot.libraries.engine import BATCH_QUESTIONS
from bot.libraries.line import MOST_WAITING
from bot.types import Upload
from tests.bench.load import grow_files
from tests.bot.discord.gateway import LAUNCHER, START, TOKEN, Discord
from tests.bot.discord.payloads import Payload
from tests.bot.discord.people import Person, read
from tests.bot.discord.world import Interaction

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "documents" / "handbook.md"
PEOPLE, SERVERS = 200, 4
ASKED, ROUNDS = 30, 5
ALONE = "alone"
CROWD = f"{PEOPLE} people at once, in {SERVERS} servers"
FLOOD = f"one, after {MOST_WAITING} of another server"
ONE_JOB = "one, beside another server's index job"
MANY_JOBS = f"one, beside index jobs of {SERVERS - 1} servers"
"""What is measured, as the table names it."""
HEARD_BOUND_MS = 3_000.0
"""Then Discord gives an interaction up."""
FLOOD_BOUND = 3.0 * BATCH_QUESTIONS
"""Times a question alone: a batch is before it at most, and it stands in the next."""
JOB_FILES, FILE_PASSAGES = 5, 1_000
"""Of a large index job, which is to last until all is measured."""
JOBS_BOUND = 3.0
"""Times a question alone, beside index jobs of other servers."""
UPLOADS, UPLOAD_BOUND = 3, 20.0
"""Small uploads of a server, and times one alone: it takes turns with the others' large ones."""

Times = tuple[float, float]
"""Milliseconds until a question is acknowledged, and until it is answered."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Times of questions by where they stood, and seconds of small uploads, alone and beside."""

    questions: dict[str, Sequence[Times]]
    uploads: tuple[float, float]


def main() -> None:
    console = Console(highlight=False)
    with TemporaryDirectory() as name, console.status("Asking …"):
        measured = asyncio.run(measure_crowd(Path(name)))
    titles = ("acknowledged p50", "p95", "most", "answered p50", "p95", "most")
    numbers = (Column(title, justify="right") for title in titles)
    table = Table("a question, ms", *numbers, box=None)
    for title, times in measured.questions.items():
        heard, answered = (np.percentile(ms, (50, 95, 100)) for ms in zip(*times, strict=True))
        table.add_row(title, *(f"{ms:,.0f}" for ms in (*heard, *answered)))
    console.print(table)
    upload_alone, upload_beside = measured.uploads
    console.print(f"a small upload, s: {upload_alone:.1f} alone, {upload_beside:.1f} beside jobs")

    def compare(title: str) -> float:
        """The median until the answer, as a multiple of that alone."""
        medians = [np.median(measured.questions[row], axis=0)[1] for row in (title, ALONE)]
        return float(medians[0] / medians[1])

    latest = max(heard for heard, _ in measured.questions[CROWD])
    flood, *jobs = (compare(title) for title in (FLOOD, ONE_JOB, MANY_JOBS))
    upload = upload_beside / upload_alone
    checks = (
        (latest <= HEARD_BOUND_MS, f"all acknowledged within {latest:,.0f} ms, at most 3,000"),
        (flood <= FLOOD_BOUND, f"beside a flood {flood:.1f} × that alone, at most {FLOOD_BOUND:g}"),
        (
            max(jobs) <= JOBS_BOUND,
            f"beside index jobs {max(jobs):.1f} × that alone, at most {JOBS_BOUND:g}",
        ),
        (
            upload <= UPLOAD_BOUND,
            f"a small upload beside them {upload:.1f} × one alone, at most {UPLOAD_BOUND:g}",
        ),
    )
    for kept, said in checks:
        console.print(f"{'[green]✓[/]' if kept else '[red]✗[/]'} {said}")
    sys.exit(not all(kept for kept, _ in checks))


async def measure_crowd(folder: Path) -> Measured:
    """All that is measured, in the life of one bot."""
    text = HANDBOOK.read_text("utf-8")
    (folder / "documents").mkdir()
    (folder / "documents" / HANDBOOK.name).write_text(text, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": TOKEN}
    async with Discord(servers=SERVERS) as discord:
        command = [sys.executable, "-c", LAUNCHER + START, "run", discord.address]
        with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE) as bot:
            try:
                await asyncio.to_thread(wait_until_read, bot)
                return await Crowd(discord, text).measure()
            finally:
                bot.terminate()


class Crowd:
    """The people of all servers; those of the second one wait for what others do."""

    def __init__(self, discord: Discord, text: str) -> None:
        self._discord = discord
        self._rooms = [guild["channels"][0] for guild in discord.guilds]
        self._questions = re.findall(r"(?m)^### (.+\?)$", text)
        self._large = grow_files(text, FILE_PASSAGES)
        self._small = grow_files(text, 1)

    async def measure(self) -> Measured:
        """Everything, one after the other."""
        flooded, waiting, *others = self._rooms
        await self._ask(waiting, 0)
        asked = {
            ALONE: [await self._ask(waiting, number) for number in range(ASKED)],
            CROWD: await asyncio.gather(
                *(self._ask(self._rooms[n % SERVERS], n) for n in range(PEOPLE))
            ),
            FLOOD: [await self._ask_after_flood(flooded, waiting, n) for n in range(ROUNDS)],
        }
        upload_alone = await self._upload(waiting)
        jobs = [await self._begin_job(flooded)]
        asked[ONE_JOB] = [await self._ask(waiting, number) for number in range(ASKED)]
        jobs += [await self._begin_job(room) for room in others]
        asked[MANY_JOBS] = [await self._ask(waiting, number) for number in range(ASKED)]
        upload_beside = await self._upload(waiting)
        if any("added" in self._read(job) for job in jobs):
            raise RuntimeError("an index job has ended: let it be larger")
        return Measured(asked, (upload_alone, upload_beside))

    async def _ask(self, room: Payload, number: int) -> Times:
        began = time.perf_counter()
        person = Person.new(self._discord)
        question = self._questions[number % len(self._questions)]
        asked = await person.give("ask", room, question=question)
        await self._discord.until(lambda: asked.callback)
        heard = time.perf_counter()
        await person.answer_to(asked)
        return 1000 * (heard - began), 1000 * (time.perf_counter() - began)

    async def _ask_after_flood(self, flooded: Payload, waiting: Payload, number: int) -> Times:
        flood = [asyncio.create_task(self._ask(flooded, n)) for n in range(MOST_WAITING)]
        await asyncio.sleep(0.1)
        times = await self._ask(waiting, number)
        await asyncio.gather(*flood)
        return times

    async def _upload(self, room: Payload) -> float:
        """The median of the seconds that a small file takes until it can be found."""
        took = []
        for file in islice(self._small, UPLOADS):
            began = time.perf_counter()
            asked = await self._add(room, [file])
            await self._discord.until(lambda asked=asked: "1 added" in self._read(asked))
            took.append(time.perf_counter() - began)
        return float(np.median(took))

    async def _begin_job(self, room: Payload) -> Interaction:
        """A large index job that has begun."""
        asked = await self._add(room, list(islice(self._large, JOB_FILES)))
        await self._discord.until(lambda: re.search(r"file \d+ of", self._read(asked)))
        return asked

    async def _add(self, room: Payload, files: Sequence[Upload]) -> Interaction:
        admin = Person(self._discord, self._discord.admin)
        given = {f"file{number}": (one.name, one.data) for number, one in enumerate(files, 1)}
        return await admin.give("docs add", room, **given)

    def _read(self, asked: Interaction) -> str:
        message = self._discord.messages.get(asked.original or "")
        return read(message) if message else ""


def wait_until_read(bot: "subprocess.Popen[bytes]") -> None:
    """Return once the documents are indexed. Raises RuntimeError where the bot ended before."""
    assert bot.stderr
    told = []
    for line in bot.stderr:
        told.append(line.decode())
        if "Indexed:" in told[-1]:
            return
    raise RuntimeError("".join(told))


if __name__ == "__main__":
    main()
