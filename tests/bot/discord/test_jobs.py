"""Long work: its progress, its turn, its end, and how it outlives an interaction."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import discord
import pytest
import simcord
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.lasting import LastingMessage
from bot.discord.pace import Pace
from bot.libraries.engine import Engine
from index.errors import EmptyDocument
from index.summary import Progress, Summary
from index.types import Passage
from tests.bot.discord.conftest import QUESTION, Town, find_ids, read_texts
from tests.bot.discord.held import Held
from tests.index.conftest import HashEncoder

GUIDE = b"# Tower guide\n\nThe tower opens at noon and closes at dusk.\n"
FILE = ("guide.md", GUIDE)
OTHER = ("other.md", b"# Other guide\n\nThe gate is green. Nobody knows who painted it.\n")


@pytest.fixture
def held(env: simcord.Env, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(env, engine, monkeypatch)


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


def edits(env: simcord.Env) -> list[Any]:
    """The requests that changed a message, in order."""
    return [request for request in env.http_requests if request.method == "PATCH"]


def count_edits(env: simcord.Env) -> int:
    return len(edits(env))


async def test_progress_tells_file_passages_rate_and_time_left(
    env: simcord.Env, town: Town, held: Held
) -> None:
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    assert shown.ephemeral
    [job] = held.jobs
    job.show(passages=64, megabytes=1)
    await env.advance_time(2)
    job.show(passages=264, megabytes=3, file="sheet_*1*.xlsx")
    await env.advance_time(2)
    text = read(shown)
    assert "264 passages" in text
    assert r"sheet\_\*1\*.xlsx" in text
    rate = re.search(r"([\d.]+) passages/s", text)
    assert rate and 65 <= float(rate[1]) <= 135  # 200 in two seconds, give or take a tick
    assert re.search(r"· \d+ s left", text)
    assert "Cancel" in text
    await held.let_go()


async def test_progress_is_edited_at_most_every_second_and_a_half(
    env: simcord.Env, town: Town, held: Held
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    before = count_edits(env)
    for step in range(1, 121):  # twelve seconds
        held.jobs[0].show(passages=step, megabytes=1)
        await env.advance_time(0.1)
    assert 6 <= count_edits(env) - before <= 8
    before = count_edits(env)
    await env.advance_time(30)
    assert count_edits(env) - before <= 1  # nothing new, nothing sent
    await held.let_go()


async def test_the_summary_follows_in_the_same_message(
    env: simcord.Env, town: Town, held: Held
) -> None:
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE, file2=("b.md", b""))
    await held.let_go()
    text = read(shown)
    assert "b.md" in text and "empty" in text
    assert "1" in text
    assert "Cancel" not in text
    assert not shown.followups


async def test_jobs_of_one_server_run_in_order_and_say_that_they_wait(
    env: simcord.Env, town: Town, held: Held
) -> None:
    first = await town.admin.slash(town.channel, "docs add", file1=FILE)
    second = await town.admin.slash(town.channel, "docs add", file1=OTHER)
    third = await town.admin.slash(town.channel, "docs reindex")
    assert len(held.jobs) == 1
    assert "Waiting: 1 job before yours" in read(second)
    assert "Waiting: 2 jobs before yours" in read(third)
    held.jobs.pop().door.set()
    await env.settle()
    assert "1 added" in read(first)
    await env.advance_time(2)
    assert "Waiting" not in read(second) and "Getting ready" in read(second)
    assert "Waiting: 1 job before yours" in read(third)
    await held.let_go()
    await held.let_go()
    assert "1 added" in read(second)
    assert "Waiting" not in read(third) and "Cancel" not in read(third)


async def test_servers_do_not_wait_for_each_other(env: simcord.Env, town: Town, held: Held) -> None:
    there = env.create_guild("Village")
    eve = there.add_member(there.owner)
    channel = there.create_text_channel("general")
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    second = await eve.slash(channel, "docs add", file1=OTHER)
    assert "Waiting" not in read(second)
    assert {job.guild for job in held.jobs} == {town.guild.id, there.id}
    await held.let_go()


async def test_who_may_use_docs_can_cancel_a_job_that_runs_and_what_was_done_stays(
    env: simcord.Env, town: Town, held: Held, engine: Engine
) -> None:
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    await town.admin.click(shown.response, label="Cancel")
    await env.advance_time(2)
    assert "Stopping …" in read(shown)
    await held.let_go()
    text = read(shown)
    assert "Cancelled. Nothing was changed" in text
    assert (await engine.entries(town.guild.id))[0] == ()
    again = await town.admin.slash(town.channel, "docs add", file1=FILE)
    await held.let_go()
    assert "1 added" in read(again)


async def test_a_job_that_waits_is_cancelled_at_once(
    env: simcord.Env, town: Town, held: Held, engine: Engine
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    waiting = await town.admin.slash(town.channel, "docs add", file1=OTHER)
    await town.admin.click(waiting.response, label="Cancel")
    assert "Cancelled before it began" in read(waiting)
    await held.let_go()
    await held.let_go()
    own, _ = await engine.entries(town.guild.id)
    assert [entry.record.name for entry in own] == ["guide.md"]


async def test_a_job_that_is_over_cannot_be_cancelled(
    env: simcord.Env, town: Town, held: Held, bot: FootnoteBot
) -> None:
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    [cancel] = find_ids(shown.response, "cancel:")
    await held.let_go()
    assert not await bot.jobs.cancel(town.guild.id, cancel.removeprefix("cancel:"))


async def test_after_fourteen_minutes_it_goes_on_in_the_channel_without_a_ping(
    env: simcord.Env, town: Town, held: Held
) -> None:
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    held.jobs[0].show(passages=10, megabytes=1)
    await env.advance_time(13 * 60)
    assert not town.channel.history()
    await env.advance_time(90)
    [message] = town.channel.history(viewer=town.member)
    assert "10 passages" in read_texts(message)
    assert f"Started by <@{town.admin.id}>" in read_texts(message)
    assert message.flags.components_v2
    assert message.jump_url in read(shown)
    held.jobs[0].show(passages=500, megabytes=4)
    await env.advance_time(20 * 60)
    assert "500 passages" in read_texts(town.channel.last_message)
    await held.let_go()
    [message] = town.channel.history(viewer=town.member)
    assert "1 added" in read_texts(message) and "Cancel" not in read_texts(message)
    shown = [request.json for request in env.http_requests if "/messages" in request.path]
    assert all(body["allowed_mentions"]["parse"] == [] for body in shown)


async def test_whoever_may_not_use_docs_cannot_cancel_in_the_channel_and_another_admin_can(
    env: simcord.Env, town: Town, held: Held
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    await env.advance_time(14 * 60 + 1)
    message = town.channel.last_message
    assert message
    refused = await town.member.click(message, label="Cancel")
    assert refused.ephemeral and "manage this server" in read(refused)
    managers = town.guild.roles["Managers"]
    other = town.guild.add_member(env.create_user("cleo"), roles=[managers])
    await other.click(message, label="Cancel")
    await held.let_go()
    assert "Cancelled" in read_texts(town.channel.last_message)


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (404, 10062)])
async def test_where_the_interaction_can_no_longer_be_used_it_goes_on_in_the_channel(
    env: simcord.Env, town: Town, held: Held, status: int, code: int
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    path = "/webhooks/*/messages/@original"
    env.inject_error("PATCH", path, status=status, code=code, times=None)
    await held.let_go()
    [message] = town.channel.history()
    assert "1 added" in read_texts(message)


async def test_a_job_that_waits_longer_than_its_interaction_lives_moves_too(
    env: simcord.Env, town: Town, held: Held
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    await town.admin.slash(town.channel, "docs add", file1=OTHER)
    await env.advance_time(15 * 60)
    _, waiting = town.channel.history()
    assert "Waiting: 1 job before yours" in read_texts(waiting)
    await held.let_go()
    await held.let_go()
    assert "1 added" in read_texts(town.channel.last_message)


async def test_where_the_bot_may_not_write_the_job_goes_on_unseen_and_is_logged_once(
    env: simcord.Env,
    town: Town,
    held: Held,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mute = {town.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    channel = town.guild.create_text_channel("quiet", overwrites=mute)
    shown = await town.admin.slash(channel, "docs add", file1=FILE)
    with caplog.at_level(logging.WARNING):
        await env.advance_time(14 * 60 + 5)
        held.jobs[0].show(passages=500, megabytes=4)
        await env.advance_time(60)
        await held.let_go()
    assert "may not write in this channel" in read(shown)
    assert len(caplog.records) == 1
    assert "guide" not in caplog.text
    own, _ = await engine.entries(town.guild.id)
    assert [entry.record.name for entry in own] == ["guide.md"]


async def test_a_progress_message_that_was_deleted_is_not_written_again(
    env: simcord.Env, town: Town, held: Held, caplog: pytest.LogCaptureFixture
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    await env.advance_time(14 * 60 + 5)
    message = town.channel.last_message
    assert message
    moderators = town.guild.create_role(
        "Mods", permissions=discord.Permissions(manage_messages=True)
    )
    moderator = town.guild.add_member(env.create_user("mia"), roles=[moderators])
    await moderator.delete(message)
    with caplog.at_level(logging.WARNING):
        held.jobs[0].show(passages=500, megabytes=4)
        await env.advance_time(10)
        await held.let_go()
    assert town.channel.history() == []
    assert len(caplog.records) == 1


async def test_progress_that_cannot_be_shown_is_logged_and_the_end_is_told_all_the_same(
    env: simcord.Env, town: Town, held: Held, caplog: pytest.LogCaptureFixture
) -> None:
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    path = "/webhooks/*/messages/@original"
    env.inject_error("PATCH", path, status=400, code=50035, message="Invalid")
    held.jobs[0].show(passages=500, megabytes=4)
    await env.advance_time(10)
    assert "was not shown: HTTPException, HTTP 400" in caplog.text
    await held.let_go()
    assert "1 added" in read(shown)


async def test_an_error_of_the_engine_is_told_in_its_words(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> Summary:
        raise EmptyDocument("The file *.md holds no text.")

    monkeypatch.setattr(engine, "add", fail)
    shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    assert r"The file \*.md holds no text" in read(shown)


async def test_an_unexpected_error_is_told_with_its_id_and_the_next_job_runs(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*_: object) -> Summary:
        raise RuntimeError("the roof fell in")

    with monkeypatch.context() as broken:
        broken.setattr(engine, "add", fail)
        shown = await town.admin.slash(town.channel, "docs add", file1=FILE)
    told = re.search(r"id `?([0-9a-f]+)", read(shown))
    assert told and told[1] in caplog.text
    assert "roof" not in read(shown)
    again = await town.admin.slash(town.channel, "docs add", file1=FILE)
    assert "1 added" in read(again)


async def test_a_job_whose_end_cannot_be_told_leaves_the_jobs_behind_it_their_turn(
    env: simcord.Env,
    town: Town,
    held: Held,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    second = await town.admin.slash(town.channel, "docs add", file1=OTHER)

    async def fail(*_: object) -> None:
        raise RuntimeError("the roof fell in")

    with monkeypatch.context() as broken:
        broken.setattr(LastingMessage, "finish", fail)
        await held.let_go()
    assert "RuntimeError" in caplog.text
    await held.let_go()
    assert "1 added" in read(second)


async def test_a_shutdown_tells_the_jobs_that_run_and_that_wait(
    env: simcord.Env, town: Town, held: Held, bot: FootnoteBot, engine: Engine
) -> None:
    running = await town.admin.slash(town.channel, "docs add", file1=FILE)
    waiting = await town.admin.slash(town.channel, "docs add", file1=OTHER)
    for job in held.jobs:
        job.door.set()
    await bot.jobs.stop()
    for result in (running, waiting):
        assert "Footnote is shutting down; what was done stays" in read(result)
    late = await town.admin.slash(town.channel, "docs add", file1=FILE)
    assert "shutting down" in read(late)
    assert (await engine.entries(town.guild.id))[0] == ()


async def test_a_shutdown_waits_for_no_job_longer_than_its_limit_and_tells_it_all_the_same(
    env: simcord.Env, town: Town, held: Held, bot: FootnoteBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.jobs.STOP_S", 0.05)
    running = await town.admin.slash(town.channel, "docs add", file1=FILE)
    waiting = await town.admin.slash(town.channel, "docs add", file1=OTHER)
    async with asyncio.timeout(1):
        await bot.jobs.stop()
    assert not bot.jobs.describe(town.guild.id)
    for result in (running, waiting):
        assert "Footnote is shutting down" in read(result)


class Gate:
    """An encoder that waits, in its thread and once, before the passages of one document."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
        self.reached, self.opened = Event(), Event()
        embed: Callable[..., Any] = HashEncoder.embed_passages

        def wait(me: HashEncoder, heads: Sequence[str], passages: Sequence[Passage]) -> Any:
            if any(word in passage.text for passage in passages):
                self.reached.set()
                assert self.opened.wait(20)
            return embed(me, heads, passages)

        monkeypatch.setattr(HashEncoder, "embed_passages", wait)


async def test_questions_are_answered_while_documents_are_indexed(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, "tower")
    env.settle_timeout = 0.3  # the job does not end by itself
    with pytest.raises(TimeoutError, match="did not settle"):
        await town.admin.slash(town.channel, "docs add", file1=FILE)
    assert await asyncio.to_thread(gate.reached.wait, 20)
    with pytest.raises(TimeoutError, match="did not settle"):
        await town.member.slash(town.channel, "ask", question=QUESTION)
    async with asyncio.timeout(20):
        while "nine in the morning" not in read_texts(town.channel.last_message):
            await asyncio.sleep(0.01)
    assert not gate.opened.is_set()
    gate.opened.set()
    await env.settle(timeout=5)
    own, _ = await engine.entries(town.guild.id)
    assert [entry.record.name for entry in own] == ["guide.md"]


async def test_a_job_that_is_cancelled_keeps_the_documents_that_were_done(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.ingest.GROUP_PASSAGES", 1)  # each document by itself
    gate = Gate(monkeypatch, "gate")
    env.settle_timeout = 0.3
    with pytest.raises(TimeoutError, match="did not settle"):
        await town.admin.slash(town.channel, "docs add", file1=FILE, file2=OTHER)
    assert await asyncio.to_thread(gate.reached.wait, 20)
    [shown] = town.channel.history(viewer=town.admin)
    [cancel] = find_ids(shown, "cancel:")
    with pytest.raises(TimeoutError, match="did not settle"):
        await town.admin.click(shown, custom_id=cancel)
    gate.opened.set()
    await env.settle(timeout=5)
    own, _ = await engine.entries(town.guild.id)
    assert [entry.record.name for entry in own] == ["guide.md"]
    [shown] = town.channel.history(viewer=town.admin)
    text = read_texts(shown)
    assert "cancelled" in text and "1 added" in text and "stays" in text


async def test_a_shutdown_stops_a_job_at_a_documents_border(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.ingest.GROUP_PASSAGES", 1)
    gate = Gate(monkeypatch, "gate")
    env.settle_timeout = 0.3
    with pytest.raises(TimeoutError, match="did not settle"):
        await town.admin.slash(town.channel, "docs add", file1=FILE, file2=OTHER)
    assert await asyncio.to_thread(gate.reached.wait, 20)
    asyncio.get_running_loop().call_later(0.1, gate.opened.set)
    await bot.jobs.stop()
    [shown] = town.channel.history(viewer=town.admin)
    assert "shutting down; what was done stays" in read_texts(shown)
    own, _ = await engine.entries(town.guild.id)
    assert [entry.record.name for entry in own] == ["guide.md"]


def test_the_pace_is_measured_from_the_first_passages_on() -> None:
    pace = Pace()
    pace.note(Progress("a.md", 0, 2, 0, 1000, 0, 0), 0.0)
    assert pace.passages_per_s is None and pace.left_s is None
    pace.note(Progress("a.md", 0, 2, 100, 1000, 10, 0), 60.0)  # the model was loaded until here
    assert pace.passages_per_s is None
    pace.note(Progress("a.md", 0, 2, 300, 1000, 30, 0), 64.0)
    assert pace.passages_per_s == 5.0
    assert pace.left_s == 14.0


def test_the_time_left_is_unknown_while_it_would_be_a_guess() -> None:
    pace = Pace()
    pace.note(Progress("a.md", 0, 2, 0, 1 << 30, 1, 0), 0.0)
    pace.note(Progress("a.md", 0, 2, 1 << 10, 1 << 30, 2, 0), 1.0)
    assert pace.passages_per_s == 1.0 and pace.left_s is None
