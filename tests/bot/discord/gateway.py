"""A Discord on the loopback: its gateway and its REST API; every request is recorded."""

import asyncio
import json
import re
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from aiohttp import WSMsgType, web

from tests.bot.discord.payloads import Payload
from tests.bot.discord.world import Told, World

TOKEN = "NDcxMTQ3MTE0NzExNDcxMTQ3.GloopB.this-is-no-token-of-any-real-bot-0123"
TIMEOUT_S = 120.0
"""Generous: machines are slow when they test."""
CUT = 1
"""Stands for no status at all: the connection is cut."""
MOST_KEPT = 1_000
"""Events that a connection is told of when it resumes."""

LAUNCHER = """
import sys, discord, yarl
from discord.gateway import DiscordWebSocket
address = sys.argv.pop()
discord.http.Route.BASE = f"{address}/api/v10"
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{address.replace('http', 'ws', 1)}/gateway/")
"""
"""Points a bot of its own process here, whose last argument is the address; nothing of it is
changed."""
START = "from bot.cli import main\nmain()\n"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Request:
    """What the bot sent; `body` is the JSON, or that of a form's `payload_json`."""

    method: str
    path: str
    body: Any
    query: dict[str, str]


class Discord(World):
    """`async with Discord() as discord:` serves at `discord.address` until the block ends."""

    def __init__(
        self,
        *,
        refused: dict[str, tuple[int, int]] | None = None,
        closes_with: int | None = None,
        servers: int = 1,
    ) -> None:
        super().__init__(servers)
        self.refused = refused or {}
        """`"PUT /applications/.*"` → the status and the error's code that come back."""
        self.closes_with = closes_with
        """What the gateway closes with instead of READY."""
        self.requests: list[Request] = []
        self.files: dict[str, bytes] = {}
        self.trouble: Callable[[str], int] = lambda route: 0
        """The status that a request fails with, before anything came of it; 0: it does not."""
        self.regret: Callable[[str], int] = lambda route: 0
        """The same, after all came of it that should."""
        self.sessions = self.resumed = self.heartbeats = 0
        self.address = ""
        self._sockets: list[_Socket] = []
        self._events: deque[tuple[int, str, Payload]] = deque(maxlen=MOST_KEPT)
        self._sequence = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 << 20)
        application.router.add_get("/gateway/", self._serve_gateway)
        application.router.add_get("/attachments/{id}/{name}", self._serve_file)
        application.router.add_route("*", "/api/v10{path:/.*}", self._serve_rest)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"
        self.gateway = f"ws://127.0.0.1:{port}/gateway/"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in tuple(self._sockets):
            await socket.close(1000)
        await self._runner.cleanup()

    async def until(self, look: Callable[[], Answer], timeout_s: float = TIMEOUT_S) -> Answer:
        """What `look` gives as soon as it is true; it is asked again after every request."""

        async def wait() -> Answer:
            async with self._changed:
                while not (seen := look()):
                    await self._changed.wait()
                return seen

        try:
            return await asyncio.wait_for(wait(), timeout_s)
        except TimeoutError:
            told = [f"{request.method} {request.path}" for request in self.requests]
            raise AssertionError(f"it did not come; requests: {told}") from None

    async def dispatch(self, event: str, data: Payload) -> None:
        """Tell the bot of an event, now or when it resumes."""
        self._sequence += 1
        told = self._sequence, event, data
        self._events.append(told)
        for socket in tuple(self._sockets):
            with suppress(ConnectionError):
                await socket.dispatch(*told)

    async def drop(self) -> None:
        """Close every connection as a gateway does that wants them resumed."""
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.close(4000)

    # The gateway

    async def _serve_gateway(self, request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(max_msg_size=0)
        await response.prepare(request)
        socket = _Socket(response, compressed=request.query.get("compress") == "zlib-stream")
        await socket.send(10, {"heartbeat_interval": 1000})
        async for message in response:
            if message.type is WSMsgType.TEXT:
                await self._hear(socket, json.loads(message.data))
            await self._notify()
        if socket in self._sockets:
            self._sockets.remove(socket)
        await self._notify()
        return response

    async def _hear(self, socket: "_Socket", said: Payload) -> None:
        if said["op"] == 1:
            self.heartbeats += 1
            await socket.send(11, None)
        elif said["op"] in (2, 6) and (self.closes_with or said["d"]["token"] != TOKEN):
            await socket.close(self.closes_with or 4004)
        elif said["op"] == 2:
            self.sessions += 1
            await self._begin(socket, said["d"].get("shard", [0, 1]))
        elif said["op"] == 6:
            self.resumed += 1
            await self._catch_up(socket, said["d"]["seq"])
            await socket.dispatch(self._sequence, "RESUMED", {})

    async def _catch_up(self, socket: "_Socket", number: int) -> None:
        while missed := [told for told in self._events if told[0] > number]:
            for told in missed:
                await socket.dispatch(*told)
            number = missed[-1][0]
        self._sockets.append(socket)

    async def _begin(self, socket: "_Socket", shard: list[int]) -> None:
        ready = {
            "v": 10,
            "user": self.me,
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in self.guilds],
            "session_id": f"session-{self.sessions}",
            "resume_gateway_url": self.gateway,
            "shard": shard,
            "application": {"id": self.application, "flags": 0},
            "private_channels": [],
        }
        await socket.dispatch(self._sequence, "READY", ready)
        for guild in self.guilds:
            await socket.dispatch(self._sequence, "GUILD_CREATE", guild)
        self._sockets.append(socket)

    # REST

    async def _serve_file(self, request: web.Request) -> web.Response:
        data = self.files.get(request.match_info["id"])
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _serve_rest(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        body = await _read_body(request)
        self.requests.append(Request(request.method, path, body, dict(request.query)))
        route = f"{request.method} {path}"
        if status := self.trouble(route):
            return _fail(request, status)
        status, told = self._refuse(request, route) or self.answer(route, body)
        if route.endswith("/callback") and status == 200 and "with_response" not in request.query:
            status = 204
        if status == 200 and route.endswith("/threads"):
            await self.dispatch("THREAD_CREATE", told)
        await self._notify()
        if status < 300 and (failed := self.regret(route)):
            return _fail(request, failed)
        if status == 204:
            return web.Response(status=204)
        # The library knows JSON by a type that names no character set.
        text = json.dumps(told).encode()
        return web.Response(status=status, body=text, content_type="application/json")

    def _refuse(self, request: web.Request, route: str) -> Told | None:
        for refused, (status, code) in self.refused.items():
            if re.fullmatch(refused, route):
                return status, {"code": code, "message": "Refused"}
        if self._may(request):
            return None
        return 401, {"code": 0, "message": "401: Unauthorized"}

    def _may(self, request: web.Request) -> bool:
        """Routes that carry a token of their own ask for no other."""
        carried = request.match_info["path"].startswith(("/interactions/", "/webhooks/"))
        return carried or request.headers.get("Authorization") == f"Bot {TOKEN}"

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class _Socket:
    """One connection to the gateway, with a stream of zlib of its own."""

    def __init__(self, response: web.WebSocketResponse, *, compressed: bool) -> None:
        self._response = response
        self._stream = zlib.compressobj() if compressed else None

    async def dispatch(self, number: int, event: str, data: Payload) -> None:
        await self.send(0, data, t=event, s=number)

    async def send(self, op: int, data: Any, **more: Any) -> None:
        told = json.dumps({"op": op, "d": data, "t": None, "s": None, **more})
        if self._stream is None:
            await self._response.send_str(told)
        else:
            packed = self._stream.compress(told.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
            await self._response.send_bytes(packed)

    async def close(self, code: int) -> None:
        await self._response.close(code=code)


def _fail(request: web.Request, status: int) -> web.Response:
    """As Discord fails for a moment: with 429 it names the time to wait."""
    if status == CUT:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    told = {"message": "Trouble", "code": 0, "retry_after": 0.05, "global": False}
    # Without "Via" the library takes a 429 for a ban.
    headers = {"Via": "1.1 loopback", "Retry-After": "0.05"}
    text = json.dumps(told).encode()
    return web.Response(status=status, body=text, content_type="application/json", headers=headers)


async def _read_body(request: web.Request) -> Any:
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return json.loads(text) if text else None
    form = await request.post()
    told = form["payload_json"]
    return json.loads(told if isinstance(told, str) else told.file.read())
