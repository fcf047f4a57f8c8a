"""Prints how soon 200 people are heard and answered who ask at once, and one beside a flood.

The bot runs as a process of its own, in a Discord on the loopback. `python -m tests.bench.crowd`
takes a minute; it exits 1 where Discord would have given an interaction up, or where a server that
asks once waits too long beside another one's two hundred questions.
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Column, Table

from bot.libraries.engine import BATCH_QUESTIONS
from bot.libraries.line import MOST_WAITING
from tests.bot.discord.gateway import LAUNCHER, START, TOKEN, Discord
from tests.bot.discord.payloads import Payload
from tests.bot.discord.people import Person

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "documents" / "handbook.md"
PEOPLE, SERVERS = 200, 4
ALONE, ROUNDS = 30, 5
HEARD_BOUND_MS = 3_000.0
"""Then Discord gives an interaction up."""
FLOOD_BOUND = 3.0 * BATCH_QUESTIONS
"""Times a question alone: a batch is before it at most, and it stands in the next."""

Times = tuple[float, float]
"""Milliseconds until a question is acknowledged, and until it is answered."""


def main() -> None:
    console = Console(highlight=False)
    with TemporaryDirectory() as name, console.status("Asking …"):
        alone, crowd, beside = asyncio.run(measure_crowd(Path(name)))
    rows = {
        "alone": alone,
        f"{PEOPLE} people at once, in {SERVERS} servers": crowd,
        f"one, after {MOST_WAITING} of another server": beside,
    }
    titles = ("acknowledged p50", "p95", "most", "answered p50", "p95", "most")
    numbers = (Column(title, justify="right") for title in titles)
    table = Table("a question, ms", *numbers, box=None)
    for title, times in rows.items():
        heard, answered = (np.percentile(ms, (50, 95, 100)) for ms in zip(*times, strict=True))
        table.add_row(title, *(f"{ms:,.0f}" for ms in (*heard, *answered)))
    console.print(table)
    latest = max(heard for heard, _ in crowd)
    ratio = float(np.median(beside, axis=0)[1] / np.median(alone, axis=0)[1])
    checks = (
        (latest <= HEARD_BOUND_MS, f"all acknowledged within {latest:,.0f} ms, at most 3,000"),
        (ratio <= FLOOD_BOUND, f"beside a flood {ratio:.1f} × that alone, at most {FLOOD_BOUND:g}"),
    )
    for kept, said in checks:
        console.print(f"{'[green]✓[/]' if kept else '[red]✗[/]'} {said}")
    sys.exit(not all(kept for kept, _ in checks))


async def measure_crowd(folder: Path) -> tuple[Sequence[Times], Sequence[Times], Sequence[Times]]:
    """A question's times alone, among 200, and after a flood from another server."""
    text = HANDBOOK.read_text("utf-8")
    (folder / "documents").mkdir()
    (folder / "documents" / HANDBOOK.name).write_text(text, "utf-8")
    questions = re.findall(r"(?m)^### (.+\?)$", text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": TOKEN}
    async with Discord(servers=SERVERS) as discord:
        rooms = [guild["channels"][0] for guild in discord.guilds]

        async def ask(room: Payload, number: int) -> Times:
            began = time.perf_counter()
            person = Person.new(discord)
            asked = await person.give("ask", room, question=questions[number % len(questions)])
            await discord.until(lambda: asked.callback)
            heard = time.perf_counter()
            await person.answer_to(asked)
            return 1000 * (heard - began), 1000 * (time.perf_counter() - began)

        async def ask_after_flood(number: int) -> Times:
            flood = [asyncio.create_task(ask(rooms[0], n)) for n in range(MOST_WAITING)]
            await asyncio.sleep(0.1)
            times = await ask(rooms[1], number)
            await asyncio.gather(*flood)
            return times

        command = [sys.executable, "-c", LAUNCHER + START, "run", discord.address]
        with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE) as bot:
            try:
                await asyncio.to_thread(wait_until_read, bot)
                await ask(rooms[1], 0)
                alone = [await ask(rooms[1], number) for number in range(ALONE)]
                crowd = await asyncio.gather(*(ask(rooms[n % SERVERS], n) for n in range(PEOPLE)))
                beside = [await ask_after_flood(number) for number in range(ROUNDS)]
            finally:
                bot.terminate()
    return alone, crowd, beside


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
