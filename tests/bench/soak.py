"""Hours of a bot's life in minutes: questions, changes, lost connections, a troubled Discord.

`python -m tests.bench.soak` lets the bot run as a process of its own in a Discord on the loopback:
10,000 questions, one in four by a mention, 250 documents added and 250 removed, 50 connections to
the gateway that drop; one request in a hundred is refused for its rate, failed by the server or cut
off, and another one in a hundred is failed or cut off after the server took it. Metrics are read
and health is asked for all the while. It prints memory, tasks, threads and files on the way, and
exits 1 where an answer was lost, sent twice or wrong, where memory grew, where something is left
over, or where what is measured is not what happened. It takes a quarter of an hour;
`--questions 500` less.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Column, Table

from tests.bot.discord.gateway import CUT, LAUNCHER, START, TOKEN, Discord
from tests.bot.discord.payloads import Payload
from tests.bot.discord.people import Person, find_reply, read
from tests.bot.discord.world import Interaction

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "documents" / "handbook.md"
QUESTIONS, AT_ONCE = 10_000, 8
SERVERS, CHANGES, DROPS = 3, 500, 50
TROUBLES = {429: 0.005, 500: 0.002, 502: 0.001, CUT: 0.002}
"""Of all requests, the share that fails with each status."""
REGRETS = {500: 0.004, 502: 0.002, CUT: 0.004}
"""The same, after the server took them."""
MENTIONS = 0.25
"""The share of questions that are put by a mention."""
SCRAPE_EVERY_S = 1.0
LATE_S = 30.0
"""By then all is sent for the last time."""
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
        self._mentions: set[str] = set()
        self._answered: deque[tuple[float, Interaction]] = deque()
        self._port = 0

    def check(self, console: Console) -> bool:
        """Whether all was as it should be; each finding is printed."""
        early, last = self.looks[len(self.looks) // 4], self.looks[-1]
        first = self.looks[0]
        # Connections come and go, and more of them where some are cut.
        most_files = max(look.files for look in self.looks[: len(self.looks) // 4 + 1])
        growth = last.memory_mb / early.memory_mb
        findings = (
            (self.seen["answers"] == self._questions, "each question was answered"),
            (not self.seen["answers sent twice"], "none was answered twice"),
            (not self.seen["wrong answers"], "no answer was another question's"),
            (growth <= GROWTH_BOUND, f"memory {growth:.2f} × that after a quarter"),
            (last.tasks <= first.tasks, "no task is left over"),
            (last.threads <= early.threads, "no thread is left over"),
            (last.files <= most_files, "no file is left open"),
            (not self.seen["metrics unread"], "metrics could always be read"),
            (not self.seen["not healthy"], "it was always healthy, and ready while connected"),
            (self.seen["questions measured"] == self._questions, "each question was counted"),
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
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DISCORD_TOKEN": TOKEN,
            "FOOTNOTE_METRICS_PORT": str(self._port),
        }
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
        async with aiohttp.ClientSession(f"http://127.0.0.1:{self._port}") as session:
            before = await self._scrape(session)
            await self._look(bot, out)
            discord.trouble, discord.regret = self._fail(TROUBLES), self._fail(REGRETS)
            changing = asyncio.create_task(self._change(discord))
            dropping = asyncio.create_task(self._drop_often(discord))
            scraping = asyncio.create_task(self._scrape_often(session, discord))
            for number in range(LOOKS):
                until = self._questions * (LOOKS - 1 - number) // LOOKS
                await asyncio.gather(*(self._ask_until(discord, until) for _ in range(AT_ONCE)))
                if number == LOOKS - 1:
                    await asyncio.gather(changing, dropping)
                    discord.trouble = discord.regret = lambda route: 0
                    await asyncio.sleep(5)
                    scraping.cancel()
                await self._look(bot, out)
            self.seen["questions measured"] = round(await self._scrape(session) - before)
        self._count_twice(discord)

    async def _scrape_often(self, session: aiohttp.ClientSession, discord: Discord) -> None:
        """Look after the bot as Prometheus and a container's engine do."""
        while True:
            await self._scrape(session)
            for path in ("/healthz", "/readyz"):
                resumed = discord.resumed
                async with session.get(path) as response:
                    told = await response.json()
                dropping = told.get("missing") == ["gateway"] or discord.resumed > resumed
                self.seen["not healthy"] += response.status != 200 and not dropping
            await asyncio.sleep(SCRAPE_EVERY_S)

    async def _scrape(self, session: aiohttp.ClientSession) -> float:
        """How many questions were answered or refused by now, as the metrics say."""
        async with session.get("/metrics") as response:
            told = await response.text()
        counted = re.findall(r"(?m)^footnote_questions_total\{outcome=\"\w+\"\} (\S+)$", told)
        self.seen["metrics unread"] += len(counted) != 3
        self.seen["metrics read"] += 1
        return sum(map(float, counted))

    def _count_twice(self, discord: Discord) -> None:
        """Count replies that came to a mention that had one."""
        replies = (said.get("message_reference") or {} for said in discord.messages.values())
        twice = sum(reply.get("message_id") in self._mentions for reply in replies)
        self.seen["answers sent twice"] += twice

    async def _ask_until(self, discord: Discord, left: int) -> None:
        while self._left > left:
            self._left -= 1
            await self._ask(discord)

    async def _ask(self, discord: Discord) -> None:
        person = Person.new(discord)
        room = self._random.choice(discord.guilds)["channels"][0]
        question = self._random.choice(self._asked)
        if self._random.random() < MENTIONS:
            await self._mention(discord, person, room, question)
            return
        asked = await person.give("ask", room, question=question)
        shown = await person.answer_to(asked)
        self.seen["answers"] += 1
        self.seen["wrong answers"] += question not in read(shown).replace("\\", "")
        self.seen["answers sent twice"] += bool(asked.followups)
        self._forget(discord, asked)

    async def _mention(
        self, discord: Discord, person: Person, room: Payload, question: str
    ) -> None:
        mention = await person.write(f"@me {question}", room)
        shown = await discord.until(lambda: find_reply(discord, mention))
        self.seen["answers"] += 1
        self.seen["answers to mentions"] += 1
        self.seen["wrong answers"] += question not in read(shown).replace("\\", "")
        self._mentions.add(mention["id"])
        for message in (mention, shown):
            discord.messages.pop(message["id"])
        discord.requests.clear()

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

    def _fail(self, shares: dict[int, float]) -> Callable[[str], int]:
        """What lets so large shares of the requests fail, and counts them."""
        when = "after they were taken" if shares is REGRETS else "before they were taken"

        def fail(route: str) -> int:
            drawn = self._random.random()
            for status, share in shares.items():
                if drawn < share:
                    how = "cut off" if status == CUT else f"failed with {status}"
                    self.seen[f"requests {how} {when}"] += 1
                    return status
                drawn -= share
            return 0

        return fail

    def _forget(self, discord: Discord, asked: Interaction) -> None:
        """Let what is answered go, once nothing of it is sent again any more."""
        now = time.monotonic()
        self._answered.append((now, asked))
        while self._answered and now - self._answered[0][0] > LATE_S:
            old = self._answered.popleft()[1]
            discord.interactions.pop(old.payload["token"], None)
            discord.messages.pop(old.original or "", None)
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
