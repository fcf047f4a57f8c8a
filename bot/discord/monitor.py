"""`/metrics`, `/healthz` and `/readyz`: how the bot is doing, for machines that look after it.

On loopback unless told otherwise. Nothing but these is served, nothing is taken, and nothing of
what people ask or documents say is in it.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.settings import SettingsError

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

READ_S = 2.0
"""How long a look at the disk may take."""
IDLE_S = 75.0
"""After which a connection is closed on which nothing comes; Prometheus asks every minute."""
MOST_REQUEST_BYTES = 2048
CLOSE_S = 1.0
"""How long a shutdown waits for answers that are under way."""
_LATE = (TimeoutError, RuntimeError)
"""The disk takes too long; the engine has ended already."""


@asynccontextmanager
async def serve_metrics(bot: "FootnoteBot", host: str, port: int) -> AsyncIterator[None]:
    """Serve inside, unless the port is 0. Raises SettingsError where the port cannot be had."""
    if not port:
        yield
        return
    runner = web.AppRunner(
        make_application(bot),
        access_log=None,
        keepalive_timeout=IDLE_S,
        lingering_time=0,
        max_line_size=MOST_REQUEST_BYTES,
        max_field_size=MOST_REQUEST_BYTES,
        shutdown_timeout=CLOSE_S,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"Port {port} of {host} cannot be had ({error.strerror or error}). Set another in "
                "FOOTNOTE_METRICS_PORT or FOOTNOTE_METRICS_HOST, or 0 as the port for none."
            ) from error
        yield
    finally:
        await runner.cleanup()


def make_application(bot: "FootnoteBot") -> web.Application:
    """What answers GET and HEAD on three paths."""
    monitor = Monitor(bot)
    application = web.Application(client_max_size=MOST_REQUEST_BYTES)
    application.router.add_get("/healthz", monitor.tell_alive)
    application.router.add_get("/readyz", monitor.tell_ready)
    application.router.add_get("/metrics", monitor.tell_metrics)
    application.on_response_prepare.append(_hide_versions)
    return application


class Monitor:
    """Looks at the bot when it is asked."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine

    async def tell_alive(self, _: web.Request) -> web.Response:
        """200: the event loop has come to this."""
        return web.json_response({"alive": True})

    async def tell_ready(self, _: web.Request) -> web.Response:
        """200 if questions can be answered, else 503, and what is missing for that."""
        there = {
            "gateway": self._is_connected(),
            "model": self._engine.loaded,
            "data": await self._can_read(),
        }
        missing = [name for name, is_there in there.items() if not is_there]
        status = 503 if missing else 200
        return web.json_response({"ready": not missing, "missing": missing}, status=status)

    async def tell_metrics(self, _: web.Request) -> web.Response:
        """All metrics, in the text format of Prometheus."""
        await self._measure()
        body = generate_latest(self._engine.metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _measure(self) -> None:
        """Set what is a state and not counted as it happens."""
        metrics, bot = self._engine.metrics, self._bot
        work = self._engine.count_work()
        for lane, (_, waiting) in work.items():
            metrics.queue.labels(lane).set(waiting)
        running, waiting = work["jobs"]
        metrics.index_jobs.labels("running").set(running)
        metrics.index_jobs.labels("waiting").set(waiting + bot.jobs.count_waiting())
        metrics.gateway_connected.set(self._is_connected())
        metrics.gateway_latency.set(bot.latency if math.isfinite(bot.latency) else math.nan)
        metrics.servers.set(len(bot.guilds))
        with suppress(*_LATE):  # the last count is shown again
            async with asyncio.timeout(READ_S):
                libraries, passages = await self._engine.count_held()
                metrics.libraries.set(libraries)
                metrics.passages.set(passages)

    def _is_connected(self) -> bool:
        shards = self._bot.shards.values()
        return self._bot.is_ready() and not any(shard.is_closed() for shard in shards)

    async def _can_read(self) -> bool:
        try:
            async with asyncio.timeout(READ_S):
                return await self._engine.is_readable()
        except _LATE:
            return False


async def _hide_versions(_: web.Request, response: web.StreamResponse) -> None:
    del response.headers["Server"]
