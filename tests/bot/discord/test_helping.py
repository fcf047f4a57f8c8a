"""Questions in help channels are answered though nobody asked the bot, where it is sure."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.enums import ChannelType, MessageType

from bot.discord.client import FootnoteBot
from bot.discord.helping import MOST_CHARS, TAKEN_UP, is_sure
from bot.help_channel import HelpChannel, HelpMode
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences, Question
from tests.bot.discord.conftest import (
    ANSWER,
    OFF_TOPIC,
    QUESTION,
    Town,
    Village,
    find_ids,
    read_texts,
)
from tests.bot.discord.test_amending import GUIDE, TOWER, find_changes, remove
from tests.bot.discord.test_isolation import COMBINATION, nothing_told
from tests.bot.discord.test_render import make_found, refuse

SURE: HelpMode = "when sure"
SAY_SO: HelpMode = "when sure, else say so"
EVERY: HelpMode = "every question"

HALF = "Does the harbour of Oslo sell books of the island?"
"""Likely something, and not surely."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents", message_content=True)


async def help_in(engine: Engine, town: Town, mode: HelpMode, channel: Any = None) -> None:
    place = (channel or town.channel).id
    chosen = Preferences(helps=(HelpChannel(place, mode),), cooldown_s=0)
    await engine.prefer(town.guild.id, chosen)


async def open_post(
    env: simcord.Env, forum: ChannelHandle, member: MemberActor, title: str, body: str
) -> ChannelHandle:
    """A post in a forum, as Discord tells of one: its first message has its id."""
    made = env.backend.create_thread(forum.id, title, member.id, type=ChannelType.PUBLIC_THREAD)
    picture = env.backend.cdn.store_attachment(env.backend.snowflake(), made.id, "a.png", b"", None)
    first = env.backend.prepare_message(made.id, member.id, body, attachments=[picture])
    first.id = made.id
    env.backend.commit_message(first)
    await env.settle()
    return ChannelHandle(env, forum.guild, made)


def answers(channel: Any) -> list[discord.Message]:
    return [message for message in channel.history() if message.author.bot]


async def test_a_question_that_the_documents_surely_answer_is_answered_by_a_reply_without_a_ping(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await help_in(engine, town, SURE)
    asked = await town.member.send(town.channel, QUESTION)
    [answer] = answers(town.channel)
    assert ANSWER in read_texts(answer)
    assert answer.reference is not None and answer.reference.message_id == asked.id
    sent = [one.json for one in env.http_requests if one.path.endswith("/messages")]
    assert [body["allowed_mentions"] for body in sent] == [{"parse": [], "replied_user": False}]
    ids = find_ids(answer)
    assert f"solved:{town.member.id}" in ids and f"no-help:{town.member.id}" in ids
    assert not find_ids(answer, "vote:")
    assert (await engine.status(town.guild.id)).asked_today == 1


async def test_its_answer_says_when_what_it_cites_has_gone(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await help_in(engine, town, SURE)
    await town.admin.slash(town.channel, "docs add", file1=("tower.md", GUIDE))
    await town.member.send(town.channel, TOWER)
    [answer] = answers(town.channel)
    changes = find_changes(env)
    await changes.look()
    await remove(engine, town)
    await changes.look()
    [answer] = answers(town.channel)
    assert "was removed since this answer" in read_texts(answer)
    assert find_ids(answer, "solved:")


@pytest.mark.parametrize(
    "text",
    [OFF_TOPIC, "The museum opens at nine in the morning.", "thanks", "Why?", HALF],
)
async def test_whatever_else_is_said_meets_silence(
    env: simcord.Env, town: Town, engine: Engine, text: str
) -> None:
    await help_in(engine, town, SURE)
    await town.member.send(town.channel, text)
    assert answers(town.channel) == []
    assert not [one for one in env.http_requests if "/channels/" in one.path]
    assert (await engine.status(town.guild.id)).asked_today == 0


async def test_only_what_is_named_sure_is_answered(engine: Engine, town: Town) -> None:
    found = make_found()
    answer = found.answer
    for confidence, sure in ((0.85, True), (0.849, False), (0.5, False)):
        shown = make_found(answer=type(answer)("?", True, confidence, answer.hits))
        assert is_sure(shown) == sure
    assert not is_sure(refuse(found))
    half = await engine.ask(town.guild.id, Question(HALF), counted=False)
    assert not is_sure(half)


async def test_bots_webhooks_system_messages_replies_and_other_channels_meet_silence(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await help_in(engine, town, EVERY)
    other = town.guild.add_member(env.create_user("robot", bot=True))
    await other.send(town.channel, QUESTION)
    await town.guild.create_webhook(town.channel).send(QUESTION)
    said = await town.member.send(town.channel, "Look here.")
    town.guild.create_system_message(
        town.channel, MessageType.PINS_ADD, author=town.member, referenced_message=said
    )
    await town.admin.send(town.channel, QUESTION, reply_to=said)
    await town.member.send(town.guild.create_text_channel("elsewhere"), QUESTION)
    await env.settle()
    assert not [one for one in env.http_requests if one.path.endswith("/messages")]


async def test_a_mention_there_is_answered_once_as_elsewhere(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await help_in(engine, town, EVERY)
    assert env.bot.user
    await town.member.send(town.channel, f"{env.bot.user.mention} {QUESTION}")
    [answer] = answers(town.channel)
    assert find_ids(answer, "vote:") and not find_ids(answer, "solved:")


async def test_a_help_channel_is_one_in_which_the_bot_may_be_asked(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    chosen = Preferences(
        channels=frozenset({town.channel.id + 1}), helps=(HelpChannel(town.channel.id, SURE),)
    )
    await engine.prefer(town.guild.id, chosen)
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert ANSWER in read_texts(answer.response)


async def test_that_a_person_will_come_is_said_once_to_each(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await help_in(engine, town, SAY_SO)
    for _ in range(2):
        await town.member.send(town.channel, OFF_TOPIC)
    [told] = answers(town.channel)
    assert "waits for a person" in read_texts(told) and "museum" not in read_texts(told)
    await town.admin.send(town.channel, OFF_TOPIC)
    assert len(answers(town.channel)) == 2
    await town.member.send(town.channel, QUESTION)
    assert ANSWER in read_texts(town.channel.last_message)
    await env.advance_time(3601)
    await town.member.send(town.channel, OFF_TOPIC)
    assert len(answers(town.channel)) == 4


async def test_in_an_ask_channel_every_question_is_answered_and_haste_told(
    town: Town, engine: Engine
) -> None:
    await help_in(engine, town, EVERY)
    await town.member.send(town.channel, OFF_TOPIC)
    assert "This is not in the documents." in read_texts(town.channel.last_message)
    assert not find_ids(town.channel.last_message, "solved:")
    await town.member.send(town.channel, QUESTION)
    assert find_ids(town.channel.last_message, "solved:")
    await town.member.send(town.channel, "Good bread is sold there.")
    assert len(answers(town.channel)) == 2
    await engine.prefer(town.guild.id, Preferences(helps=(HelpChannel(town.channel.id, EVERY),)))
    for _ in range(2):
        await town.member.send(town.channel, QUESTION)
    assert "ask again in" in read_texts(town.channel.last_message)


async def test_what_the_bot_did_not_answer_costs_nobody_their_turn(
    town: Town, engine: Engine
) -> None:
    chosen = Preferences(helps=(HelpChannel(town.channel.id, SURE),), cooldown_s=600)
    await engine.prefer(town.guild.id, chosen)
    await town.member.send(town.channel, OFF_TOPIC)
    await town.member.send(town.channel, QUESTION)
    assert len(answers(town.channel)) == 1
    await town.member.send(town.channel, QUESTION)  # too soon after an answer
    assert len(answers(town.channel)) == 1


async def test_a_channel_has_so_many_questions_a_minute_looked_into(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await help_in(engine, town, SURE)
    for _ in range(TAKEN_UP + 2):
        await town.member.send(town.channel, QUESTION)
    assert len(answers(town.channel)) == TAKEN_UP
    await env.advance_time(61)
    await town.member.send(town.channel, QUESTION)
    assert len(answers(town.channel)) == TAKEN_UP + 1


async def test_a_forums_post_is_a_question_of_its_title_and_what_stands_below_it(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    forum = town.guild.create_forum_channel("help")
    await help_in(engine, town, SURE, forum)
    post = await open_post(
        env,
        forum,
        town.member,
        "The museum",
        "Hi, I am new. When does it open in the morning?",
    )
    [answer] = answers(post)
    shown = read_texts(answer)
    assert "**The museum. When does it open in the morning?**" in shown and ANSWER in shown
    await town.member.send(post, QUESTION)
    assert len(answers(post)) == 1  # what comes later is put to people
    assert env.bot.user
    await town.member.send(post, f"{env.bot.user.mention} Where is fresh bread sold on Saturday?")
    assert "fresh bread" in read_texts(post.last_message) and len(answers(post)) == 2


async def test_a_post_without_a_text_is_its_title_and_a_long_one_is_cut(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    forum = town.guild.create_forum_channel("help")
    await help_in(engine, town, EVERY, forum)
    post = await open_post(env, forum, town.member, QUESTION, "")
    assert f"**{QUESTION}**" in read_texts(post.last_message)
    post = await open_post(env, forum, town.member, QUESTION, "I have just come here.")
    assert f"**{QUESTION}**" in read_texts(post.last_message)
    post = await open_post(env, forum, town.member, "The museum", "It opens and " * 100)
    asked = read_texts(post.last_message).split("\n")[0]
    assert asked.startswith("**The museum. It opens and ") and asked.endswith(" …**")
    assert MOST_CHARS - 10 < len(asked) <= MOST_CHARS + 6
    greeting = await open_post(env, forum, town.member, "Hello", QUESTION)
    assert answers(greeting) == []


async def test_a_post_that_is_not_known_yet_is_fetched(
    env: simcord.Env, town: Town, engine: Engine, bot: FootnoteBot
) -> None:
    forum = town.guild.create_forum_channel("help")
    await help_in(engine, town, SURE, forum)
    made = env.backend.create_thread(
        forum.id, "The museum", town.member.id, type=ChannelType.PUBLIC_THREAD
    )
    await env.settle()
    guild = bot.get_guild(town.guild.id)
    assert guild
    guild._remove_thread(guild.get_thread(made.id))  # type: ignore[arg-type]
    first = env.backend.prepare_message(made.id, town.member.id, QUESTION)
    first.id = made.id
    env.backend.commit_message(first)
    await env.settle()
    [answer] = answers(ChannelHandle(env, town.guild, made))
    assert ANSWER in read_texts(answer)


async def test_a_channel_in_which_the_bot_may_not_write_is_let_be(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    [mine] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = town.guild.create_text_channel("closed", overwrites={mine: mute})
    await help_in(engine, town, EVERY, closed)
    await town.member.send(closed, QUESTION)
    assert not [one for one in env.http_requests if one.path.endswith("/messages")]


async def test_what_goes_wrong_is_told_where_every_question_is_answered_and_else_logged(
    town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(engine, "ask", fail)
    await help_in(engine, town, SAY_SO)
    await town.member.send(town.channel, QUESTION)
    assert answers(town.channel) == [] and "which nobody asked for" in caplog.text
    await help_in(engine, town, EVERY)
    await town.member.send(town.channel, QUESTION)
    assert "Something went wrong" in read_texts(town.channel.last_message)


@pytest.mark.parametrize("quietly", [False, True])
async def test_a_restart_is_told_to_who_asked_the_bot_alone(
    town: Town, bot: FootnoteBot, monkeypatch: pytest.MonkeyPatch, quietly: bool
) -> None:
    monkeypatch.setattr("bot.discord.client.FINISH_S", 0.01)
    message = await town.member.send(town.channel, "Good morning to all of you.")
    asking = asyncio.create_task(bot.attempt(message, asyncio.Event().wait(), quietly=quietly))
    await asyncio.sleep(0)
    await bot.finish()
    assert asking.cancelled()
    assert len(answers(town.channel)) == (0 if quietly else 1)


async def test_no_help_channel_reaches_another_servers_documents(
    env: simcord.Env, village: Village, engine: Engine
) -> None:
    helps = (HelpChannel(village.channel.id, EVERY),)
    await engine.prefer(village.guild.id, Preferences(helps=helps, cooldown_s=0))
    with nothing_told(env):
        await village.member.send(village.channel, COMBINATION)
        await village.member.send(village.channel, "Who keeps the vault?")
    assert len(answers(village.channel)) == 2


async def test_members_are_told_which_channels_the_bot_looks_through(
    town: Town, engine: Engine
) -> None:
    shown = await town.member.slash(town.channel, "privacy show")
    assert "help channels" not in read_texts(shown.response)
    await help_in(engine, town, SURE)
    shown = await town.member.slash(town.channel, "privacy show")
    assert f"help channels: <#{town.channel.id}>" in read_texts(shown.response)


async def test_without_the_intent_nothing_is_heard_and_the_start_warns(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    make_bot: Callable[[], FootnoteBot],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await help_in(engine, town, EVERY)
    bot = make_bot()
    bot.settings = bot.settings.model_copy(update={"message_content": False})
    await env.restart_bot(bot)
    await town.member.send(town.channel, QUESTION)
    assert answers(town.channel) == []
    [warned] = [
        one
        for one in caplog.records
        if one.name.startswith("bot") and one.levelno >= logging.WARNING
    ]
    assert "FOOTNOTE_MESSAGE_CONTENT=true" in warned.getMessage()
    assert str(town.guild.id) in warned.getMessage()
