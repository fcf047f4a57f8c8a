"""What is sent again where the connection was cut, by the adapter that the bot answers with."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import discord
import pytest
from aiohttp import web
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.discord import delivery
from bot.discord.delivery import PAUSES_S, answer_once

PICTURE = b"\x89PNG: a picture of a page"


@dataclass
class Server:
    """Takes what comes, and cuts so many connections before it answers."""

    cuts: int = 1
    taken: list[bytes] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append(await request.read())
        if len(self.taken) <= self.cuts:
            assert request.transport
            request.transport.abort()
        return web.Response()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    server = Server()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}")
    monkeypatch.setattr(delivery, "PAUSES_S", (0.0,) * len(PAUSES_S))
    yield server
    await runner.cleanup()


@pytest.fixture
def adapter() -> AsyncWebhookAdapter:
    answer_once()
    return async_context.get()


EDIT = "PATCH", "/webhooks/1/token/messages/@original"
FURTHER = "POST", "/webhooks/1/token"


async def test_a_picture_is_sent_whole_the_second_time_too(
    server: Server, adapter: AsyncWebhookAdapter
) -> None:
    file = discord.File(io.BytesIO(PICTURE), "page-1.png")
    form = [{"name": "files[0]", "value": file.fp, "filename": file.filename}]
    async with aiohttp.ClientSession() as session:
        await adapter.request(Route(*EDIT), session, files=[file], multipart=form)
    assert [PICTURE in body for body in server.taken] == [True, True]


async def test_it_gives_up_where_the_connection_never_holds(
    server: Server, adapter: AsyncWebhookAdapter
) -> None:
    server.cuts = 9
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await adapter.request(Route(*EDIT), session, payload={})
    assert len(server.taken) == 1 + len(PAUSES_S)


async def test_a_further_message_which_nothing_tells_from_another_is_not_sent_again(
    server: Server, adapter: AsyncWebhookAdapter
) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await adapter.request(Route(*FURTHER), session, payload={})
    assert len(server.taken) == 1
