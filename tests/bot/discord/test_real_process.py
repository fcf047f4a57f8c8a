"""`footnote run` as a process of its own, in a Discord on the loopback."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.libraries.memory import Memory
from bot.libraries.servers import Servers
from bot.settings import Settings
from bot.terminal.commands import REFUSED
from bot.types import Preferences
from index.store import Store
from tests.bot.discord.gateway import CUT, LAUNCHER, START, TOKEN, Discord
from tests.bot.discord.payloads import Payload
from tests.bot.discord.people import Person, find_reply, read
from tests.bot.discord.world import COMPONENTS_V2, DEFERRED

ROOT = Path(__file__).parent.parent.parent.parent
QUESTION = "When does the museum open in the morning?"
SENTENCE = "The museum opens at nine in the morning."
INVITE = "https://discord.com/oauth2/authorize?client_id="

HANG = "import time, index.ingest\nindex.ingest.parse_caged = lambda *_: time.sleep(3600)\n"
"""A document that takes its reader an hour."""
MUSE = (
    "import time, bot.discord.client, bot.discord.shutdown, index.embed\n"
    "bot.discord.client.FINISH_S, bot.discord.shutdown.DEADLINE_S = 1, 4\n"
    "index.embed.SentenceEncoder.embed_questions = lambda *_: time.sleep(3600)\n"
)
"""A question that takes the model an hour."""


class Process:
    """The bot, with all that it says in files."""

    def __init__(
        self, folder: Path, model: Path | str, address: str, before: str = "", **settings: str
    ) -> None:
        self.folder = folder
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "FOOTNOTE_MODEL": str(model),
            "FOOTNOTE_LOG_LEVEL": "debug",
            "DISCORD_TOKEN": TOKEN,
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            **settings,
        }
        command = [sys.executable, "-c", LAUNCHER + before + START, "run", address]
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    @property
    def said(self) -> str:
        """What stands on stderr so far."""
        return (self.folder / "err").read_text()

    async def says(self, text: str) -> str:
        """All that it said, once `text` is among it."""
        await until(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said, self.said
        return self.said

    async def end(self, number: signal.Signals | None = None) -> tuple[int, float]:
        """Its exit code, and how many seconds after the signal it came."""
        if number:
            self.process.send_signal(number)
        began = time.monotonic()
        code = await asyncio.to_thread(self.process.wait, 120)
        assert not (self.folder / "out").read_bytes()
        assert TOKEN not in self.said and TOKEN.split(".")[2] not in self.said
        assert QUESTION not in self.said and SENTENCE not in self.said
        return code, time.monotonic() - began


Start = Callable[..., Process]


@pytest.fixture
def start(tiny_model: Path, kept_models: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts the bot in a folder of its own, where documents/town.md stands."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(kept_models)
    (tmp_path / "documents" / "town.md").write_text(f"# Town\n\n{SENTENCE} It is large.")
    started: list[Process] = []

    def run(address: str, before: str = "", **settings: str) -> Process:
        started.append(Process(tmp_path, tiny_model, address, before, **settings))
        return started[-1]

    yield run
    for each in started:
        print(each.said)  # seen where a test has failed; only there is one still running
        each.process.kill()
        each.process.wait()


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as served:
        yield served


async def until(look: Callable[[], object]) -> None:
    """Wait for what no request tells of."""
    deadline = time.monotonic() + 120
    while not look():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def read_plainly(message: Payload) -> str:
    return read(message).replace("*", "")


async def test_it_answers_outlives_a_lost_connection_and_finishes_when_told_to_stop(
    start: Start, discord: Discord
) -> None:
    process = start(discord.address)
    await process.says("Indexed: 1 document")
    assert "Ready as footnote in 1 server, " in await process.says(f"Invite link: {INVITE}")
    assert f"{INVITE}{discord.application}&" in process.said
    commands = next(each for each in discord.requests if each.method == "PUT")
    assert {"ask", "docs", "help", "sources"} <= {command["name"] for command in commands.body}

    alice = Person.new(discord)
    asked = await alice.give("ask", question=QUESTION)
    answer = await alice.answer_to(asked)
    assert asked.callback and asked.callback["type"] == DEFERRED
    assert answer["flags"] & COMPONENTS_V2
    assert SENTENCE in read_plainly(answer)

    mention = await Person.new(discord).write(f"@me {QUESTION}")
    reply = await discord.until(lambda: find_reply(discord, mention))
    assert SENTENCE in read_plainly(reply)

    await discord.drop()
    await discord.until(lambda: discord.resumed)
    assert SENTENCE in read_plainly(await Person.new(discord).slash("ask", question=QUESTION))

    people = [Person.new(discord) for _ in range(5)]
    under_way = [await person.give("ask", question=QUESTION) for person in people]
    await discord.until(lambda: all(each.callback for each in under_way))
    code, seconds = await process.end(signal.SIGTERM)
    assert code == 0 and seconds <= 10, process.said
    for each in under_way:
        assert SENTENCE in read_plainly(await alice.answer_to(each))
    assert "Traceback" not in process.said and "ERROR" not in process.said
    assert discord.sessions == 1 and discord.heartbeats and not discord.unserved


async def test_what_discord_fails_at_or_cuts_off_arrives_once_whether_it_took_it_or_not(
    start: Start, discord: Discord
) -> None:
    process = start(discord.address)
    await process.says("Indexed: 1 document")
    for status in (500, CUT):
        for taken in (True, False):
            await ask_at_a_bad_moment(discord, status, taken=taken)
    code, _ = await process.end(signal.SIGTERM)
    assert code == 0 and "Traceback" not in process.said and "ERROR" not in process.said


async def ask_at_a_bad_moment(discord: Discord, status: int, *, taken: bool) -> None:
    """Ask by a command and by a mention, while each answer fails the first time it is sent."""
    failed = set()

    def fail_first(route: str) -> int:
        if route in failed or not route.startswith(("POST", "PATCH")):
            return 0
        failed.add(route)
        return status

    def count_sent() -> Counter[str]:
        return Counter(f"{request.method} {request.path}" for request in discord.requests)

    discord.requests.clear()
    discord.trouble, discord.regret = lambda route: 0, lambda route: 0
    setattr(discord, "regret" if taken else "trouble", fail_first)
    asked = await Person.new(discord).give("ask", question=QUESTION)
    mention = await Person.new(discord).write(f"@me {QUESTION}")
    token = asked.payload["token"]
    sent = (
        f"POST /interactions/{asked.payload['id']}/{token}/callback",
        f"PATCH /webhooks/{discord.application}/{token}/messages/@original",
        f"POST /channels/{discord.channel['id']}/messages",
    )
    await discord.until(lambda: all(count_sent()[route] == 2 for route in sent))
    assert SENTENCE in read_plainly(await Person.new(discord).answer_to(asked))
    reply = await discord.until(lambda: find_reply(discord, mention))
    assert SENTENCE in read_plainly(reply)
    replies = [said.get("message_reference", {}) for said in discord.messages.values()]
    assert sum(one.get("message_id") == mention["id"] for one in replies) == 1


async def test_every_event_is_a_line_of_json_and_metrics_are_served_until_the_end(
    start: Start, discord: Discord
) -> None:
    port = find_port()
    process = start(discord.address, FOOTNOTE_LOG_FORMAT="json", FOOTNOTE_METRICS_PORT=str(port))
    await process.says("Indexed: 1 document")
    await process.says(f"Invite link: {INVITE}")
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        assert (await session.get("/readyz")).status == 200
        alice = Person.new(discord)
        asked = await alice.give("ask", question=QUESTION)
        assert SENTENCE in read_plainly(await alice.answer_to(asked))
        told = await (await session.get("/metrics")).text()
        assert '\nfootnote_questions_total{outcome="answered"} 1.0\n' in told
        assert "\nfootnote_passages 1.0\n" in told and "\nprocess_open_fds " in told
        assert TOKEN not in told and "museum" not in told
        code, seconds = await process.end(signal.SIGTERM)
        assert code == 0 and seconds <= 10, process.said
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("/healthz")
    lines = [json.loads(line) for line in process.said.splitlines()]
    mine = {line["logger"] for line in lines if line["request"] == asked.payload["id"]}
    assert mine >= {"bot.discord.reception", "index.library"}


async def test_a_port_that_is_taken_ends_the_start_with_the_setting_s_name(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("http://127.0.0.1:1", FOOTNOTE_METRICS_PORT=str(port))
        code, _ = await process.end()
    assert code == 2 and "Traceback" not in process.said
    assert f"Port {port} of 127.0.0.1 cannot be had" in process.said
    assert "FOOTNOTE_METRICS_PORT" in process.said


def find_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def test_a_backup_is_written_while_it_runs_and_answers_where_it_is_restored(
    start: Start, discord: Discord, tiny_model: Path, kept_models: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "models").symlink_to(kept_models)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "FOOTNOTE_MODEL": str(tiny_model),
    }

    async def footnote(*arguments: str) -> str:
        done = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
        )
        said, _ = await done.communicate()
        assert done.returncode == 0
        return said.decode()

    process = start(discord.address)
    await process.says("Indexed: 1 document")
    assert (await footnote("backup", "town.zip")).startswith("Wrote town.zip: 1 library, 1 doc")
    answer = await Person.new(discord).slash("ask", question=QUESTION)
    assert SENTENCE in read_plainly(answer)
    await footnote("restore", "town.zip", "--data", "new")
    assert SENTENCE in await footnote("ask", QUESTION, "--data", "new")
    assert TOKEN.encode() not in (tmp_path / "town.zip").read_bytes()
    code, _ = await process.end(signal.SIGTERM)
    assert code == 0 and "ERROR" not in process.said


async def test_a_signal_during_an_index_job_leaves_the_library_whole(
    start: Start, discord: Discord, tmp_path: Path
) -> None:
    paragraph = "The road to the river was long, and the winter was cold. " * 12
    for number in range(60):
        text = "\n\n".join(f"{paragraph} It was day {number} of {day}." for day in range(40))
        (tmp_path / "documents" / f"{number:02}.md").write_text(text)
    process = start(discord.address)
    database = tmp_path / "data" / "libraries" / "default" / "library.db"

    def count_documents() -> int:
        if not database.exists():
            return 0
        store = Store(database)
        try:
            return len(store.records())
        finally:
            store.close()

    await process.says("Ready as")
    await until(count_documents)
    code, seconds = await process.end(signal.SIGINT)
    assert code == 0 and seconds <= 10, process.said
    assert "Traceback" not in process.said and "Indexed:" not in process.said
    assert 0 < count_documents() < 61
    store = Store(database)
    assert store.check() == ()
    store.close()


@pytest.mark.parametrize("signals", [1, 2])
async def test_what_hangs_delays_the_end_but_does_not_prevent_it(
    start: Start, discord: Discord, signals: int
) -> None:
    process = start(discord.address, HANG)
    await process.says("Ready as")
    await until(lambda: (process.folder / "data" / "libraries" / "default").exists())
    process.process.send_signal(signal.SIGTERM)
    await process.says("SIGTERM: stopping")
    code, seconds = await process.end(signal.SIGTERM if signals == 2 else None)
    assert (code, seconds <= 10) == (0 if signals == 1 else -signal.SIGTERM, True), process.said
    assert signals == 1 or seconds < 2


async def test_a_damaged_library_of_the_operator_s_is_named_and_the_bot_is_there_all_the_same(
    start: Start, discord: Discord, tmp_path: Path
) -> None:
    database = tmp_path / "data" / "libraries" / "default" / "library.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database at all, but long enough to be one" * 30)
    process = start(discord.address)
    await process.says("Ready as")
    await process.says("library.db is damaged")
    code, _ = await process.end(signal.SIGTERM)
    assert code == 0 and "Traceback" not in process.said
    assert b"no database" in database.read_bytes()


async def test_who_gets_no_answer_any_more_is_told_that_the_bot_is_being_restarted(
    start: Start, discord: Discord
) -> None:
    process = start(discord.address, MUSE)
    await process.says("Indexed: 1 document")
    alice = Person.new(discord)
    asked = await alice.give("ask", question=QUESTION)
    await discord.until(lambda: asked.callback)
    code, seconds = await process.end(signal.SIGTERM)
    assert code == 0 and seconds <= 10, process.said
    assert "I am being restarted" in read_plainly(await alice.answer_to(asked))
    assert "Traceback" not in process.said and "ERROR" not in process.said


@pytest.mark.parametrize(
    ("refused", "closes_with", "said"),
    [
        ({"GET /users/@me": (401, 0)}, None, ("refuses DISCORD_TOKEN", "Reset Token")),
        ({}, 4004, ("refuses DISCORD_TOKEN", "Reset Token")),
        ({}, 4014, ("Message Content Intent", "FOOTNOTE_MESSAGE_CONTENT=false")),
        ({"GET /users/@me": (403, 0)}, None, ("answers 403", "discordstatus.com")),
        ({"GET /gateway/bot": (403, 0)}, None, ("cannot be reached", "discordstatus.com")),
        (
            {"PUT /applications/.*": (403, 50001)},
            None,
            ("lacks the scope applications.commands", INVITE, "scope=bot+applications.commands"),
        ),
    ],
)
async def test_what_discord_refuses_is_said_with_the_way_out(
    start: Start,
    refused: dict[str, tuple[int, int]],
    closes_with: int | None,
    said: tuple[str, ...],
) -> None:
    async with Discord(refused=refused, closes_with=closes_with) as discord:
        process = start(discord.address)
        code, _ = await process.end()
    assert code == (REFUSED if "refuses DISCORD_TOKEN" in said else 2)
    assert not [words for words in said if words not in process.said], process.said
    assert "Traceback" not in process.said


async def test_a_signal_ends_a_login_that_nobody_answers(start: Start) -> None:
    heard = asyncio.Event()

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    async with server:
        process = start(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await asyncio.wait_for(heard.wait(), 120)
        code, seconds = await process.end(signal.SIGTERM)
    assert code == 0 and seconds <= 10, process.said
    assert "Traceback" not in process.said


async def test_a_signal_ends_the_wait_for_a_gateway_that_is_away(start: Start) -> None:
    async with Discord() as discord:
        discord.gateway = "ws://127.0.0.1:1/"
        process = start(discord.address)
        await process.says("Failed to connect")
        code, seconds = await process.end(signal.SIGTERM)
    assert code == 0 and seconds <= 10, process.said
    assert "Failed to connect for shard_id: 0. Retrying" in process.said


async def test_without_a_network_it_says_so(start: Start) -> None:
    process = start("http://127.0.0.1:1")
    code, _ = await process.end()
    assert code == 2
    assert "Discord cannot be reached" in process.said and "Traceback" not in process.said


async def test_a_bot_that_nobody_has_invited_prints_the_link_by_itself(start: Start) -> None:
    async with Discord(servers=0) as discord:
        process = start(discord.address)
        await process.says("Invite it: ")
        assert re.search(rf"^  Invite it: {re.escape(INVITE)}\d+&", process.said, re.MULTILINE)
        assert (await process.end(signal.SIGTERM))[0] == 0


async def test_a_server_that_lets_the_bot_have_no_commands_is_named(start: Start) -> None:
    async with Discord(refused={"GET /applications/.*/guilds/.*": (403, 50001)}) as discord:
        process = start(discord.address)
        said = await process.says("No slash commands in Server 1")
        assert "without the scope applications.commands" in said
        assert said.count(INVITE) >= 2
        assert (await process.end(signal.SIGTERM))[0] == 0


async def test_it_notes_servers_that_it_has_left_and_goes_on_when_one_is_forgotten_beside_it(
    start: Start, discord: Discord, tmp_path: Path
) -> None:
    servers = Servers(Settings(data=tmp_path / "data"))
    here, elsewhere = int(discord.guilds[0]["id"]), 999
    for guild in (here, elsewhere):
        with Memory(servers.folder(guild) / "discord.db") as memory:
            memory.prefer(Preferences(cooldown_s=0))
    process = start(discord.address)
    await process.says(f"server {elsewhere}: the bot has left; it is removed in 30 days")
    assert servers.kept_until(here) is None
    await process.says("Indexed: 1 document")
    for forgotten in (False, True):
        if forgotten:
            servers.forget(here)
        answer = await Person.new(discord).slash("ask", question=QUESTION)
        assert SENTENCE in read_plainly(answer)
        await until(lambda: here in servers.all())  # that it was asked is counted, there or anew
    await discord.dispatch("GUILD_DELETE", {"id": str(here), "unavailable": True})
    direct = await Person(discord, discord.alice).slash("ask", discord.direct, question=QUESTION)
    assert SENTENCE in read_plainly(direct)  # answered after that was heard
    assert f"server {here}: the bot has left" not in process.said
    await discord.dispatch("GUILD_DELETE", {"id": str(here)})
    await process.says(f"server {here}: the bot has left")
    assert (await process.end(signal.SIGTERM))[0] == 0
