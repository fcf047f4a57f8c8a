"""`/metrics`, `/healthz` and `/readyz`, asked over HTTP while the bot is in a simulated Discord."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import aiohttp
import pytest
import simcord
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.discord.client import FootnoteBot
from bot.discord.monitor import make_application, serve_metrics
from bot.libraries.engine import Engine
from bot.settings import Settings, SettingsError
from bot.types import Question
from tests.bot.discord.conftest import OFF_TOPIC, QUESTION, Town
from tests.bot.discord.held import Held
from tests.index.conftest import HashEncoder

GUIDE = ("guide-of-the-tower.md", b"# Tower guide\n\nThe tower opens at noon and closes at dusk.\n")
Samples = dict[tuple[str, str], float]
"""By name and first label's value, "" without labels."""


class GatedEncoder(HashEncoder):
    """Lets questions wait, or fail, when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fails = False
        self.gate, self.entered = Event(), Event()
        self.gate.set()

    def embed_questions(self, questions: Sequence[str]) -> Any:
        self.entered.set()
        assert self.gate.wait(60)
        if self.fails:
            raise ValueError(f"cannot embed {questions}")
        return super().embed_questions(questions)


@pytest.fixture
def encoder() -> GatedEncoder:
    return GatedEncoder()


class Client:
    """Asks over HTTP what the bot serves."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(self, path: str, method: str = "GET", **options: Any) -> tuple[int, Any, str]:
        """Status, headers and body."""
        async with self._session.request(method, path, **options) as response:
            return response.status, response.headers, await response.text()

    async def samples(self) -> Samples:
        """What `/metrics` tells."""
        status, headers, body = await self.ask("/metrics")
        assert status == 200 and headers["Content-Type"].startswith("text/plain; version=")
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
        }

    async def missing(self) -> list[str]:
        """What `/readyz` misses."""
        async with self._session.get("/readyz") as response:
            told = await response.json()
            assert response.status == (503 if told["missing"] else 200)
            assert told["ready"] is not bool(told["missing"])
            missing: list[str] = told["missing"]
            return missing


@asynccontextmanager
async def connect(bot: FootnoteBot) -> AsyncIterator[Client]:
    """The bot's own answers, on a port that is free."""
    async with (
        TestServer(make_application(bot)) as server,
        aiohttp.ClientSession(server.make_url("/")) as session,
    ):
        yield Client(session)


@pytest.fixture
async def client(bot: FootnoteBot) -> AsyncIterator[Client]:
    async with connect(bot) as client:
        yield client


async def test_questions_and_jobs_are_counted_and_timed(
    env: simcord.Env, town: Town, client: Client, encoder: GatedEncoder
) -> None:
    await town.member.slash(town.channel, "ask", question=QUESTION)
    assert env.bot.user is not None
    await town.admin.send(town.channel, f"{env.bot.user.mention} {OFF_TOPIC}")
    encoder.fails = True
    await town.guild.add_member(env.create_user("cy")).slash(town.channel, "ask", question=QUESTION)
    await town.admin.slash(town.channel, "docs add", file1=GUIDE)
    await town.admin.slash(town.channel, "docs remove", document="guide-of-the-tower.md")

    told = await client.samples()
    outcomes = [
        told["footnote_questions_total", name] for name in ("answered", "refused", "failed")
    ]
    assert outcomes == [1, 1, 1]
    stages = {
        stage: told["footnote_question_seconds_count", stage]
        for stage in ("queue", "embed", "search", "answer", "send")
    }
    assert stages == {"queue": 3, "embed": 3, "search": 2, "answer": 2, "send": 2}
    assert 0 < told["footnote_question_seconds_sum", "answer"] < 60
    assert told["footnote_failures_total", "unexpected"] == 1
    assert told["footnote_index_jobs_ended_total", "done"] == 1
    assert told["footnote_indexed_documents_total", "added"] == 1
    assert told["footnote_gateway_connected", ""] == told["footnote_servers", ""] == 1
    assert told["footnote_libraries", ""] == 2
    assert told["footnote_passages", ""] == 5
    waiting = {name: value for (name, _), value in told.items() if name == "footnote_queue_length"}
    assert waiting == {"footnote_queue_length": 0}


async def test_what_is_told_names_nobody_and_nothing(
    town: Town, client: Client, encoder: GatedEncoder
) -> None:
    await town.member.slash(town.channel, "ask", question=QUESTION)
    await town.admin.slash(town.channel, "docs add", file1=GUIDE)
    encoder.fails = True
    await town.admin.slash(town.channel, "ask", question="Who painted the xylophone?")
    _, _, body = await client.ask("/metrics")
    _, _, ready = await client.ask("/readyz")
    named = [str(town.guild.id), str(town.channel.id), str(town.member.id), "Town", "ben", "museum"]
    assert not [word for word in [*named, "xylophone", "guide-of"] if word in body + ready]


async def test_failures_are_counted_by_the_error_s_name(
    env: simcord.Env, town: Town, client: Client
) -> None:
    await town.admin.slash(town.channel, "docs reindex", document="no such document")
    env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=500, code=0, message="no")
    await town.member.slash(town.channel, "help")
    told = await client.samples()
    assert told["footnote_failures_total", "UnknownDocument"] == 1
    assert told["footnote_failures_total", "Discord"] == 1


async def test_jobs_that_wait_and_that_run_are_told(
    env: simcord.Env,
    town: Town,
    client: Client,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held(env, engine, monkeypatch)
    for _ in range(3):
        await town.admin.slash(town.channel, "docs reindex")
    told = await client.samples()
    assert told["footnote_index_jobs", "waiting"] == 2
    for _ in range(3):
        await held.let_go()
    told = await client.samples()
    assert told["footnote_index_jobs", "waiting"] == told["footnote_index_jobs", "running"] == 0
    assert told["footnote_index_jobs_ended_total", "done"] == 3


async def test_questions_that_wait_are_told_to_prometheus_and_to_their_server_alone(
    make_bot: Callable[[], FootnoteBot],
    engine: Engine,
    encoder: GatedEncoder,
) -> None:
    async with connect(make_bot()) as client:
        encoder.gate.clear()
        asked = [asyncio.create_task(engine.ask(1, Question(QUESTION)))]
        assert await asyncio.to_thread(encoder.entered.wait, 60)
        asked += [asyncio.create_task(engine.ask(2, Question(QUESTION))) for _ in range(3)]
        await asyncio.sleep(0)
        told = await client.samples()
        assert told["footnote_queue_length", "questions"] == 3
        assert [(await engine.status(guild)).waiting for guild in (1, 2, 3)] == [0, 3, 0]
        encoder.gate.set()
        await asyncio.gather(*asked)
        told = await client.samples()
        assert told["footnote_queue_length", "questions"] == 0
        times = [await engine.status(guild) for guild in (1, 2, 3)]
        assert [one.median_s is None for one in times] == [False, False, True]
        assert all(one.median_s is None or 0 < one.median_s <= one.p95_s for one in times)  # type: ignore[operator]


async def test_it_is_ready_once_it_is_connected_and_not_while_the_data_is_away(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    assert await client.missing() == []
    settings.data.rename(tmp_path / "elsewhere")
    assert await client.missing() == ["data"]
    (tmp_path / "elsewhere").rename(settings.data)
    assert await client.missing() == []


async def test_a_lost_connection_is_told_and_counted(
    env: simcord.Env, bot: FootnoteBot, client: Client
) -> None:
    await bot.shards[0].disconnect()
    await env.settle()
    assert await client.missing() == ["gateway"]
    told = await client.samples()
    assert told["footnote_gateway_connected", ""] == 0
    assert told["footnote_gateway_disconnects_total", ""] == 1
    status, _, body = await client.ask("/healthz")
    assert (status, body) == (200, '{"alive": true}')
    await bot.shards[0].reconnect()
    await env.settle()
    assert await client.missing() == []


async def test_before_it_is_in_discord_it_lives_and_is_not_ready(
    settings: Settings, encoder: GatedEncoder
) -> None:
    engine = Engine(settings, lambda: encoder)
    async with connect(FootnoteBot(settings, engine)) as client:
        assert await client.missing() == ["gateway", "model", "data"]
        assert (await client.ask("/healthz"))[0] == 200
        told = await client.samples()
        assert told["footnote_gateway_connected", ""] == told["footnote_libraries", ""] == 0
        await engine.close()
        assert await client.missing() == ["gateway", "model", "data"]
        assert (await client.ask("/metrics"))[0] == 200


async def test_nothing_else_is_served_or_taken(client: Client) -> None:
    for path in ("/", "/metrics/", "/favicon.ico", "/metrics/x", "/docs"):
        assert (await client.ask(path))[0] == 404, path
    for path in ("/metrics", "/healthz", "/readyz"):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert (await client.ask(path, method))[0] == 405, (method, path)
        status, headers, body = await client.ask(path, "HEAD")
        assert (status, body) == (200, "") and int(headers["Content-Length"]) > 0
    for path in ("/metrics", "/nowhere"):
        _, headers, _ = await client.ask(path)
        assert not {"Server", "X-Powered-By"} & set(headers)


def find_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def test_it_is_served_while_the_block_lasts_and_long_requests_are_refused(
    make_bot: Callable[[], FootnoteBot],
) -> None:
    port = find_port()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        client = Client(session)
        async with serve_metrics(make_bot(), "127.0.0.1", port):
            assert (await client.ask("/healthz"))[0] == 200
            assert (await client.ask("/healthz", headers={"X": "x" * 5000}))[0] == 400
            assert (await client.ask("/healthz?" + "x" * 5000))[0] == 400
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.ask("/healthz")


async def test_a_port_that_is_taken_is_named_with_its_setting(
    make_bot: Callable[[], FootnoteBot],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as raised:
            async with serve_metrics(make_bot(), "127.0.0.1", port):
                raise AssertionError("it was served")
    said = str(raised.value)
    assert f"Port {port} of 127.0.0.1" in said and "FOOTNOTE_METRICS_PORT" in said
    assert "in use" in said


async def test_without_a_port_nothing_is_served(
    make_bot: Callable[[], FootnoteBot], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listen(*_: object, **__: object) -> None:
        raise AssertionError("it listens")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_server", listen)
    async with serve_metrics(make_bot(), "127.0.0.1", 0):
        pass
