"""Log lines, readable and as JSON: what stands in one, and that none can be forged."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.libraries.lanes import Lanes
from bot.logs import NoteStream, current_request, log_request, set_up_logging
from bot.terminal.screen import make_console

pytestmark = pytest.mark.usefixtures("logging_restored")

log = logging.getLogger("bot.discord.ask")


def read_json(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_logs_go_to_stderr_with_the_time_and_discord_s_own_from_warnings_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("debug", "text", dated=True)
    log.debug("question %d", 12)
    logging.getLogger("discord.gateway").info("not to be seen")
    logging.getLogger("discord.gateway").warning("to be seen")
    logging.getLogger("somebody").warning("not to be seen")
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.endswith(" DEBUG bot.discord.ask question 12") and first[:2] == "20"
    assert second.endswith(" WARNING discord.gateway to be seen")


def test_a_json_line_holds_time_level_logger_request_message_and_fields(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("info", "json", dated=True)
    with log_request(1234567890123456789):
        log.info("%(hits)d hits in server %(server)s", {"hits": 3, "server": None})
    log.info("%s is there", "who")
    log.debug("not to be seen")
    first, second = read_json(capsys)
    age = datetime.now(UTC) - datetime.fromisoformat(first.pop("time"))
    assert timedelta(0) <= age + timedelta(milliseconds=1) < timedelta(minutes=10)
    assert first == {
        "level": "info",
        "logger": "bot.discord.ask",
        "request": "1234567890123456789",
        "message": "3 hits in server None",
        "hits": 3,
        "server": None,
    }
    assert (second["request"], second["message"]) == (None, "who is there")


@pytest.mark.parametrize(
    "breaking", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
)
@pytest.mark.parametrize("format", ["text", "json"])
def test_a_name_with_line_breaks_forges_no_line(
    format: Any, breaking: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", format, dated=True)
    forged = "2026-01-01 00:00:00,000 ERROR bot.discord.ask forged"
    log.info("server %s is there", f"x{breaking}{forged}\x1b[2K")
    lines = capsys.readouterr().err.splitlines()
    assert not any(line.startswith("2026-01-01") for line in lines)
    assert not any("\x1b" in line for line in lines)
    if format == "json":
        [line] = lines
        assert forged in json.loads(line)["message"]
    else:
        assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_traceback_belongs_to_its_line(format: Any, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("info", format, dated=True)
    try:
        raise ValueError("wrong")
    except ValueError:
        with log_request("abc"):
            log.exception("it failed")
    err = capsys.readouterr().err
    if format == "json":
        assert "ValueError: wrong" in json.loads(err)["exception"]
    else:
        first, *others = err.splitlines()
        assert first.endswith(" ERROR bot.discord.ask [abc] it failed")
        assert others[-1] == "    ValueError: wrong"


async def test_a_request_goes_with_its_work_into_threads_and_tasks_and_ends_with_its_block() -> (
    None
):
    lanes = Lanes()

    async def ask(request: str) -> tuple[str, str]:
        with log_request(request):
            task = asyncio.create_task(lanes.run("desk", current_request))
            return await lanes.run("questions", current_request), await task

    try:
        found = await asyncio.gather(*map(ask, "abc"))
        assert found == [("a", "a"), ("b", "b"), ("c", "c")]
        assert await lanes.run("desk", current_request) == "" == current_request()
    finally:
        lanes.shut()


def test_what_is_printed_for_people_is_logged_whole_whatever_the_level(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("error", "json", dated=True)
    console = make_console(file=NoteStream())
    console.print("Ready:\n\n  Invite it", style="bold")
    console.print()
    [line] = read_json(capsys)
    assert (line["logger"], line["message"]) == ("bot.notes", "Ready:\n\n  Invite it")
