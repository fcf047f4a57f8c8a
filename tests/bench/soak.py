"""Hours of a bot's life in minutes: questions, changes, lost connections, a troubled Discord.

`python -m tests.bench.soak` lets the bot run as a process of its own in a Discord on the loopback:
10,000 questions, 250 documents added and 250 removed, 50 connections that drop, one request in a
hundred refused for its rate or failed by the server. It prints memory, tasks, threads and files on
the way, and exits 1 where an answer was lost, sent twice or wrong, where memory grew, or where
something is left over. It takes a quarter of an hour; `--questions 500` less.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from tests.bot.discord.gateway import LAUNCHER, START, TOKEN, Discord
from tests.bot.discord.people import Person, read
from tests.bot.discord.world import Interaction

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "documents" / "handbook.md"
QUESTIONS, AT_ONCE = 10_000, 8
SERVERS, CHANGES, DROPS = 3, 500, 50
TROUBLES = {429: 0.005, 500: 0.003, 502: 0.002}
"""Of all requests, the share that fails with each status."""
LOOKS = 20
LONG_S = 3600.0
EMPTY: dict[str, Any] = {"content": ""}
GROWTH_BOUND = 1.10
"""Times the memory after the first quarter."""
WATCH = """
import asyncio, signal, threading
def tell(*_):
    print("TASKS", len(asyncio.all_tasks(asyncio.get_running_loop())), flush=True)
begin = asyncio.Runner.run
def run(self, coroutine, **more):
    self.get_loop().add_signal_handler(signal.SIGUSR1, tell)
    return begin(self, coroutine, **more)
asyncio.Runner.run = run
"""
"""Lets the process say how many tasks it has; nothing else of it is changed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the process holds after so many questions."""

    questions: int
    memory_mb: float
    tasks: int
    threads: int
    files: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    questions = parser.parse_args().questions
    console = Console(highlight=False)
    with TemporaryDirectory() as name, console.status("Living …"):
        soak = Soak(Path(name), questions)
        asyncio.run(soak.live())
    columns = ("questions", "memory, MB", "tasks", "threads", "files")
    table = Table(*(Column(title, justify="right") for title in columns), box=None)
    for look in soak.looks:
        numbers = look.questions, look.memory_mb, look.tasks, look.threads, look.files
        table.add_row(*(f"{number:,.0f}" for number in numbers))
    console.print(table)
    console.print(", ".join(f"{times:,} {what}" for what, times in sorted(soak.seen.items())))
    kept = soak.check(console)
    sys.exit(not kept)


class Soak:
    """A bot's life, and what was seen of it."""

    def __init__(self, folder: Path, questions: int) -> None:
        self.looks: list[Look] = []
        self.seen: Counter[str] = Counter()
        self._folder = folder
        self._left = questions
        self._questions = questions
        self._changes = CHANGES * questions // QUESTIONS
        self._drops = DROPS * questions // QUESTIONS
        self._random = random.Random(20)
        self._text = HANDBOOK.read_text("utf-8")
        self._asked = re.findall(r"(?m)^### (.+\?)$", self._text)

    def check(self, console: Console) -> bool:
        """Whether all was as it should be; each finding is printed."""
        early, last = self.looks[len(self.looks) // 4], self.looks[-1]
        first = self.looks[0]
        growth = last.memory_mb / early.memory_mb
        findings = (
            (self.seen["answers"] == self._questions, "each question was answered"),
            (not self.seen["answers sent twice"], "none was answered twice"),
            (not self.seen["wrong answers"], "no answer was another question's"),
            (growth <= GROWTH_BOUND, f"memory {growth:.2f} × that after a quarter"),
            (last.tasks <= first.tasks, "no task is left over"),
            (last.threads <= early.threads, "no thread is left over"),
            (last.files <= early.files, "no file is left open"),
            (not self.seen["exit code"], "it ended with 0"),
        )
        for kept, said in findings:
            console.print(f"{'[green]✓[/]' if kept else '[red]✗[/]'} {said}")
        return all(kept for kept, _ in findings)

    async def live(self) -> None:
        """The whole life."""
        (self._folder / "documents").mkdir()
        (self._folder / "documents" / HANDBOOK.name).write_text(self._text, "utf-8")
        out = self._folder / "out"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": TOKEN}
        async with Discord(servers=SERVERS) as discord:
            command = [sys.executable, "-c", LAUNCHER + WATCH + START, "run", discord.address]
            with out.open("wb") as file:
                bot = subprocess.Popen(
                    command, cwd=self._folder, env=environment, stdout=file, stderr=file
                )
            try:
                while b"Indexed:" not in out.read_bytes():
                    await asyncio.sleep(0.1)
                await self._live_with(discord, bot, out)
            finally:
                bot.terminate()
                self.seen["exit code"] = await asyncio.to_thread(bot.wait, 60)

    async def _live_with(self, discord: Discord, bot: "subprocess.Popen[bytes]", out: Path) -> None:
        await self._ask(discord)
        self.seen.clear()
        await self._look(bot, out)
        discord.trouble = self._trouble
        changing = asyncio.create_task(self._change(discord))
        dropping = asyncio.create_task(self._drop_often(discord))
        for number in range(LOOKS):
            until = self._questions * (LOOKS - 1 - number) // LOOKS
            await asyncio.gather(*(self._ask_until(discord, until) for _ in range(AT_ONCE)))
            if number == LOOKS - 1:
                await asyncio.gather(changing, dropping)
                discord.trouble = lambda route: 0
                await asyncio.sleep(5)
            await self._look(bot, out)

    async def _ask_until(self, discord: Discord, left: int) -> None:
        while self._left > left:
            self._left -= 1
            await self._ask(discord)

    async def _ask(self, discord: Discord) -> None:
        person = Person.new(discord)
        room = self._random.choice(discord.guilds)["channels"][0]
        question = self._random.choice(self._asked)
        asked = await person.give("ask", room, question=question)
        shown = await person.answer_to(asked)
        self.seen["answers"] += 1
        self.seen["wrong answers"] += question not in read(shown).replace("\\", "")
        self.seen["answers sent twice"] += bool(asked.followups)
        self._forget(discord, asked)

    async def _change(self, discord: Discord) -> None:
        """Add documents and remove them again, one change after the other."""
        admin, room = Person(discord, discord.admin), discord.guilds[0]["channels"][0]
        for number in range(self._changes // 2):
            name = f"note-{number}.txt"
            text = f"Note {number} says that the ferry of that number leaves at noon. " * 3
            added = await admin.give("docs add", room, file1=(name, text.encode()))
            await self._until_said(discord, added, "1 added")
            asked = await admin.give("docs remove", room, document=name)
            pressed = await admin.press(await admin.answer_to(asked), "remove:")
            await self._until_said(discord, pressed, "Removed")
            self._forget(discord, asked)
            self.seen["changes"] += 2

    async def _until_said(self, discord: Discord, asked: Interaction, text: str) -> None:
        await discord.until(lambda: text in read(discord.messages.get(asked.original or "", EMPTY)))
        self._forget(discord, asked)

    async def _drop_often(self, discord: Discord) -> None:
        for number in range(self._drops, 0, -1):
            await self._drop(discord, self._questions * number // (self._drops + 1))

    async def _drop(self, discord: Discord, left: int) -> None:
        """Drop the connection once so many questions are left."""
        await discord.until(lambda: self._left <= left, LONG_S)
        resumed = discord.resumed
        await discord.drop()
        await discord.until(lambda: discord.resumed > resumed)
        self.seen["connections dropped and resumed"] += 1

    def _trouble(self, route: str) -> int:
        drawn = self._random.random()
        for status, share in TROUBLES.items():
            if drawn < share:
                self.seen[f"requests refused with {status}"] += 1
                return status
            drawn -= share
        return 0

    def _forget(self, discord: Discord, asked: Interaction) -> None:
        discord.interactions.pop(asked.payload["token"])
        discord.messages.pop(asked.original or "", None)
        discord.requests.clear()

    async def _look(self, bot: "subprocess.Popen[bytes]", out: Path) -> None:
        process = Path("/proc") / str(bot.pid)
        told = out.read_bytes().count(b"TASKS")
        bot.send_signal(signal.SIGUSR1)
        while len(found := re.findall(rb"TASKS (\d+)", out.read_bytes())) <= told:
            await asyncio.sleep(0.05)
        status = process.joinpath("status").read_text()
        memory = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
        threads = int(re.findall(r"Threads:\s+(\d+)", status)[0])
        files = len(list((process / "fd").iterdir()))
        asked = self._questions - self._left
        self.looks.append(Look(asked, memory, int(found[-1]), threads, files))


if __name__ == "__main__":
    main()
