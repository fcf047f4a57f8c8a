"""What the client hears, how errors become words, and how it goes."""

import asyncio
import logging
import re
from datetime import UTC, datetime, timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands

from bot.discord.client import FootnoteBot, describe_error
from bot.discord.cooldown import Cooldown
from bot.discord.explain import trace_error
from index.errors import (
    AddressRefused,
    DiskFull,
    FootnoteError,
    LibraryError,
    ModelChanged,
    ModelError,
    NoDocuments,
    QuestionError,
    StoreBusy,
    StoreDamaged,
    UnknownDocument,
)
from tests.bot.discord.conftest import ANSWER, QUESTION, Town, read_texts
from tests.index.conftest import HashEncoder

CALLBACK, ORIGINAL = "/interactions/*/*/callback", "/webhooks/*/*/messages/@original"


class FailingEncoder(HashEncoder):
    """Fails with the question's own text, as libraries do, once it is told to; or waits."""

    def __init__(self) -> None:
        super().__init__()
        self.fails = False
        self.gate = Event()
        self.gate.set()

    def embed_questions(self, questions: Any) -> Any:
        assert self.gate.wait(20)
        if self.fails:
            raise ValueError(f"cannot embed {questions}")
        return super().embed_questions(questions)


@pytest.fixture
def encoder() -> FailingEncoder:
    return FailingEncoder()


def warnings(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_the_bot_asks_for_no_privileged_intent_and_keeps_no_messages_or_members(
    env: simcord.Env, bot: FootnoteBot, town: Town
) -> None:
    assert {name for name, on in bot.intents if on} == {"guilds", "guild_messages", "dm_messages"}
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}
    await town.member.send(town.channel, f"{town.guild.me.mention} {QUESTION}")
    assert list(bot.cached_messages) == []
    guild = bot.get_guild(town.guild.id)
    assert guild is not None and [one.id for one in guild.members] == [bot.user.id]


async def test_the_commands_are_for_servers_and_direct_messages_of_servers_that_installed_the_bot(
    env: simcord.Env, town: Town
) -> None:
    [sent] = [one.json for one in env.http_requests if one.method == "PUT"]
    mine = {one["name"]: one for one in sent}
    for name in ("ask", "help", "privacy", "sources", "Find in documents"):
        assert mine[name]["contexts"] == [0, 1] and mine[name]["integration_types"] == [0]
    question = mine["ask"]["options"][0]
    assert (question["name"], question["max_length"]) == ("question", 500)
    shown = set(town.member.available_commands(town.channel))
    assert shown == {"ask", "help", "privacy delete", "privacy show", "sources"}


async def test_the_unexpected_is_told_with_an_id_that_the_log_has_with_the_traceback(
    town: Town, encoder: FailingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    encoder.fails = True
    result = await town.member.slash(town.channel, "ask", question=QUESTION)
    [number] = re.findall(r"\(id ([0-9a-f]{6})\)", read_texts(result.response))
    [record] = warnings(caplog)
    logged = record.getMessage()
    assert number in logged and str(town.guild.id) in logged
    assert "Traceback" in logged and "ValueError" in logged and "embed_questions" in logged
    assert "museum" not in caplog.text and "Something went wrong" not in caplog.text


async def test_the_unexpected_in_a_mention_is_told_by_a_reply(
    env: simcord.Env, town: Town, encoder: FailingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    encoder.fails = True
    assert env.bot.user is not None
    await town.member.send(town.channel, f"{env.bot.user.mention} {QUESTION}")
    assert "Something went wrong (id " in read_texts(town.channel.last_message)
    assert len(warnings(caplog)) == 1 and "museum" not in caplog.text


async def test_the_unexpected_behind_a_button_is_told_to_who_pressed_it(
    town: Town, encoder: FailingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    answer = (await town.member.slash(town.channel, "ask", question=QUESTION)).response
    encoder.fails = True
    more = await town.admin.click(answer, label="More")
    assert more.ephemeral and "Something went wrong (id " in read_texts(more.response)
    form = await town.admin.click(answer, label="Follow up")
    [field] = form.modal["components"]
    typed = {field["component"]["custom_id"]: "And every hour?"}
    result = await town.admin.submit_modal(form, typed)
    assert "Something went wrong (id " in read_texts(result.response)
    assert len(warnings(caplog)) == 2 and "museum" not in caplog.text


async def test_an_interaction_that_expired_is_told_in_the_channel_and_logged_once(
    env: simcord.Env, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    env.inject_error(
        "POST", CALLBACK, status=404, code=10062, message="Unknown interaction", times=None
    )
    await town.member.slash(town.channel, "ask", question=QUESTION)
    assert "Ask again, please" in read_texts(town.channel.last_message)
    [record] = warnings(caplog)
    assert "10062" in record.getMessage() and "Traceback" not in caplog.text


async def test_an_answer_that_was_deleted_meanwhile_is_told_to_the_asker(
    env: simcord.Env, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    env.inject_error(
        "PATCH", ORIGINAL, status=404, code=10008, message="Unknown Message", times=None
    )
    result = await town.member.slash(town.channel, "ask", question=QUESTION)
    shown = [*result.followups, result.response]
    assert any("The message is gone." in read_texts(one) for one in shown)
    [record] = warnings(caplog)
    assert record.levelno == logging.WARNING and "10008" in record.getMessage()


async def test_a_command_that_discord_knows_from_before_is_said_to_have_changed(
    env: simcord.Env, bot: FootnoteBot, town: Town
) -> None:
    bot.tree.remove_command("help")
    result = await town.member.slash(town.channel, "help")
    assert "This command has changed." in read_texts(result.response)
    assert [type(error) for error in env.errors] == [app_commands.CommandNotFound]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoDocuments("None. Add some: footnote add FOLDER"), "`/docs add`"),
        (ModelChanged("Embedded with m1. Run footnote reindex --full"), "`/docs reindex`"),
        (StoreBusy("Another process writes. Stop it: footnote doctor"), "Try again"),
        (StoreDamaged("Corrupt. Run footnote doctor"), "damaged"),
        (DiskFull("No space on /data"), "No space"),
        (ModelError("No model. Run footnote doctor"), "model"),
        (LibraryError("/srv/data cannot be opened."), "The library cannot be used"),
        (QuestionError("The question is empty. Ask: footnote ask 'What?'"), "is empty."),
        (AddressRefused("x is no address that Footnote reads. Give one."), "x is no address that"),
        (UnknownDocument("No document is named <@1>."), r"No document is named \<\@1\>."),
        (FootnoteError("footnote add does it"), "footnote add does it"),
        (app_commands.CheckFailure("no"), "You may not use this here."),
        (app_commands.CommandNotFound("x", []), "This command has changed."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_errors_are_told_in_discords_words(error: Exception, told: str) -> None:
    words = describe_error(error)
    assert told in words
    assert "`footnote" not in words and "Run footnote" not in words


def test_discords_own_errors_are_warnings_where_they_are_known() -> None:
    assert "permissions" in describe_error(refusal(discord.Forbidden, 403, 50013))
    assert "trouble" in describe_error(refusal(discord.DiscordServerError, 502, 0))
    assert "Something went wrong" in describe_error(refusal(discord.HTTPException, 400, 50035))


def refusal(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    class Response:
        reason = "refused"

    Response.status = status  # type: ignore[attr-defined]
    return kind(Response(), {"code": code, "message": "the museum opens"})  # type: ignore[arg-type]


def test_a_trace_names_types_and_lines_and_no_texts() -> None:
    try:
        try:
            raise refusal(discord.HTTPException, 400, 50035)
        except discord.HTTPException as error:
            raise KeyError("the museum opens") from error
    except KeyError as error:
        trace = trace_error(error)
    assert "HTTP 400, code 50035" in trace and "builtins.KeyError" in trace
    assert trace.index("HTTP 400") < trace.index("KeyError")
    assert 'raise KeyError("the museum opens")' in trace  # a line of code, not what it made
    assert "'the museum opens'" not in trace


async def test_what_goes_wrong_where_nobody_waits_for_an_answer_is_logged_and_counted(
    bot: FootnoteBot, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise KeyError("the museum opens")
    except KeyError:
        await FootnoteBot.on_error(bot, "on_thread_create")  # the simulation has one of its own
    [told] = warnings(caplog)
    assert "event on_thread_create" in told.getMessage() and "KeyError" in caplog.text
    assert "museum" not in told.getMessage().replace('raise KeyError("the museum opens")', "")


async def test_closing_lets_running_answers_finish(
    env: simcord.Env, bot: FootnoteBot, town: Town, encoder: FailingEncoder
) -> None:
    encoder.gate.clear()
    asked: Any = SimpleNamespace(id=1, locale=discord.Locale.german)
    asking = asyncio.create_task(bot.attempt(asked, wait_for(encoder.gate)))
    await asyncio.sleep(0)
    finishing = asyncio.create_task(bot.finish())
    await asyncio.sleep(0.05)
    assert not finishing.done()
    encoder.gate.set()
    await finishing
    assert asking.done()
    await asking


async def wait_for(gate: Event) -> None:
    while not gate.is_set():
        await asyncio.sleep(0.01)


async def test_answers_go_on_after_an_error(
    env: simcord.Env, town: Town, encoder: FailingEncoder
) -> None:
    encoder.fails = True
    await town.member.slash(town.channel, "ask", question=QUESTION)
    encoder.fails = False
    result = await town.admin.slash(town.channel, "ask", question=QUESTION)
    assert ANSWER in read_texts(result.response)


def test_a_cooldown_lets_each_key_pass_once_in_a_while_and_forgets_the_oldest() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    cooldown = Cooldown(most=3)
    assert cooldown.take("a", 5, now) == 0
    assert cooldown.take("a", 5, now + timedelta(seconds=2)) == 3
    assert cooldown.left_s("a", now + timedelta(seconds=4)) == 1
    assert cooldown.take("a", 5, now + timedelta(seconds=5)) == 0
    assert cooldown.take("b", 0, now) == cooldown.take("b", 0, now) == 0
    for key in "cde":
        assert cooldown.take(key, 60, now + timedelta(seconds=5)) == 0
    assert cooldown.take("a", 5, now + timedelta(seconds=6)) == 0  # forgotten
    assert cooldown.left_s("e", now + timedelta(seconds=6)) == 59
