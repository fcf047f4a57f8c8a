"""What is logged, and how: readable lines or JSON, each with the request that it belongs to.

A line's fields are the mapping that its message is filled from: `log.info("%(hits)d hits", {…})`.
They are ids, counts and milliseconds, never what people or documents say.
"""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

from bot.wording import show_line

Format = Literal["text", "json"]

_request: ContextVar[str] = ContextVar("request", default="")


def current_request() -> str:
    """The id of the request that is worked on here; "" for none."""
    return _request.get()


@contextmanager
def log_request(id: int | str) -> Iterator[None]:
    """Let every line that is logged inside, in tasks and threads too, carry a request's id."""
    before = _request.set(str(id))
    try:
        yield
    finally:
        _request.reset(before)


def set_up_logging(level: str, format: Format, *, dated: bool = False) -> None:
    """One stream, stderr; ours at the level asked for, everyone else's errors.

    With `dated` readable lines begin with time, level and logger, as those of a service should, and
    what was set up before is replaced. Discord's library is never asked for more than warnings:
    below these it logs contents.
    """
    handler = logging.StreamHandler()
    start = "%(asctime)s %(levelname)s %(name)s" if dated else "%(levelname)s"
    handler.setFormatter(_JsonFormatter() if format == "json" else _TextFormatter(start))
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=dated)
    for ours in ("bot", "index"):
        logging.getLogger(ours).setLevel(level.upper())
    logging.getLogger("discord").setLevel(logging.WARNING)


class NoteStream(io.StringIO):
    """A file for a console: what is printed there is logged, an event a piece."""

    def write(self, text: str, /) -> int:
        if text.strip():
            log = logging.getLogger("bot.notes")
            log.setLevel(logging.INFO)  # people are told whatever the level is
            log.info("%s", text.strip())
        return len(text)


class _TextFormatter(logging.Formatter):
    """A line a record; lines below it, as of a traceback, are indented, so that none is forged."""

    def __init__(self, start: str) -> None:
        super().__init__(f"{start}%(request)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        request = current_request()
        record.request = f" [{request}]" if request else ""
        return "\n    ".join(map(show_line, super().format(record).split("\n")))


class _JsonFormatter(logging.Formatter):
    """An object a line: time in UTC, level, logger, request, message, and the fields of that."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": current_request() or None,
            "message": record.getMessage(),
        }
        if isinstance(record.args, Mapping):
            told |= record.args
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)
