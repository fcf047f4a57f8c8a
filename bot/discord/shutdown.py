"""SIGTERM or Ctrl-C → an orderly end with exit code 0, within ten seconds whatever hangs."""

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import suppress

from bot.discord.client import FootnoteBot

DEADLINE_S = 8.0
"""After this the process ends, finished or not: whoever sent the signal waits ten seconds."""
FAREWELL_S = 1.0
"""How long the gateway may take to agree that the connection is closed."""

log = logging.getLogger(__name__)


def watch_signals() -> asyncio.Event:
    """What is set by the first signal to stop. A second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hear(number: signal.Signals) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        _set_deadline()
        stop.set()
        log.info("%s: stopping", number.name)

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # on Windows Ctrl-C alone ends it, as it ends anything
            loop.add_signal_handler(number, hear, number)
    return stop


async def shut_down(bot: FootnoteBot) -> None:
    """Hear nothing new, finish what has begun, and let go of everything."""
    await asyncio.gather(_say_goodbye(bot), bot.jobs.stop(), bot.finish())
    await bot.close()
    await bot.engine.close()


async def _say_goodbye(bot: FootnoteBot) -> None:
    """Close the gateway: what is asked from here on is not ours. Answers go another way."""
    leaving = [asyncio.create_task(shard.disconnect()) for shard in bot.shards.values()]
    if leaving:
        await asyncio.wait(leaving, timeout=FAREWELL_S)


def _set_deadline() -> None:
    timer = threading.Timer(DEADLINE_S, _give_up)
    timer.daemon = True
    timer.start()


def _give_up() -> None:
    log.warning("still not done after %.0f s: ending", DEADLINE_S)
    end_now()


def end_now() -> None:
    """End the process with exit code 0, without asking its threads.

    Python waits for every worker at its end, and one may hang in a damaged file or in the model.
    Nothing is lost that a return would save: documents are stored whole or not at all, each in a
    transaction, and SQLite takes back what was under way.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)
