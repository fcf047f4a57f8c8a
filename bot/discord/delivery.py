"""What is sent to Discord is there once, whether the connection is cut or Discord fails after it
took it.

discord.py sends again what Discord failed at. Discord takes a message once under its nonce, and an
edit changes nothing the second time; the answer to an interaction it refuses then, though it has
it. What no answer came to because the connection was cut discord.py gives up on Linux.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

Sent = TypeVar("Sent")

PAUSES_S = 0.5, 2.0
"""Before what was cut off is sent again, for the second and for the third time."""
ANSWERED = 40060
"""Discord's code for an answer to an interaction that has one."""

log = logging.getLogger(__name__)


async def insist(send: Callable[[], Awaitable[Sent]]) -> Sent:
    """Send what may arrive twice, until the connection holds. Raises aiohttp.ClientError."""
    for pause_s in PAUSES_S:
        try:
            return await send()
        except aiohttp.ClientConnectionError as error:
            log.info("the connection to Discord was cut (%s); sent again", type(error).__name__)
            await asyncio.sleep(pause_s)
    return await send()


def answer_once() -> None:
    """From now on, let what answers interactions insist in this task and those that it starts."""
    async_context.set(_Adapter())  # type: ignore[no-untyped-call]


class _Adapter(AsyncWebhookAdapter):
    """Discord.py's way to answer interactions."""

    async def request(
        self,
        route: Route,
        session: aiohttp.ClientSession,
        *,
        files: Sequence[discord.File] | None = None,
        **more: Any,
    ) -> Any:
        """What Discord says. Raises HTTPException and aiohttp.ClientError."""
        ask = super().request

        def send() -> Awaitable[Any]:
            for file in files or ():
                file.reset()
            return ask(route, session, files=files, **more)

        if route.method == "POST" and route.path.startswith("/webhooks/"):
            return await send()  # a further message, which bears no nonce
        try:
            return await insist(send)
        except discord.HTTPException as error:
            if error.code != ANSWERED:
                raise
        return {"interaction": {"id": route.webhook_id}}
