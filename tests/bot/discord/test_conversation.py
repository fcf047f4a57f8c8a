"""What people see who mention the bot, reply to it, or write to it directly."""

import logging
from typing import Any

import discord
import pytest
import simcord
from simcord.builders import ChannelHandle
from simcord.enums import ChannelType, MessageType

from bot.discord.courtesies import is_courtesy, is_thanks
from bot.libraries.engine import Engine
from bot.types import Preferences
from tests.bot.discord.conftest import ANSWER, OFF_TOPIC, QUESTION, Town, find_ids, read_texts

AFTER_COOLDOWN = 11
"""Seconds after which neither a question nor a notice is one too many."""

FERRY = "Where does the ferry leave in summer?"
AND_THEN = "And every hour?"


@pytest.fixture
def me(env: simcord.Env) -> str:
    """How people mention the bot."""
    assert env.bot.user is not None
    return env.bot.user.mention


def answers(channel: Any) -> list[discord.Message]:
    return [message for message in channel.history() if message.author.bot]


async def test_a_mention_is_answered_by_a_reply_that_pings_nobody(
    env: simcord.Env, town: Town, me: str
) -> None:
    asked = await town.member.send(town.channel, f"hey {me}   {QUESTION}")
    [answer] = answers(town.channel)
    assert answer.reference is not None and answer.reference.message_id == asked.id
    shown = read_texts(answer)
    assert f"hey {QUESTION}" in shown and f"**{ANSWER}**" in shown and me not in shown
    sent = [one.json for one in env.http_requests if one.path.endswith("/messages")]
    assert [body["allowed_mentions"] for body in sent] == [{"parse": [], "replied_user": False}]
    assert sent[0]["flags"] == 1 << 15 | 1 << 2
    assert [one.path for one in env.http_requests if one.path.endswith("/typing")]


async def test_other_peoples_names_stand_in_a_question_as_they_are_read(
    town: Town, me: str
) -> None:
    await town.member.send(town.channel, f"{me} what did {town.admin.mention} say of the museum?")
    assert "what did \\@ada say" in read_texts(town.channel.last_message)


@pytest.mark.parametrize("text", ["hello", "@everyone {q}", "@here {q}", "<@&{role}> {q}", "{q}"])
async def test_what_does_not_mention_the_bot_itself_is_no_question(
    env: simcord.Env, town: Town, text: str
) -> None:
    [role] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    await town.admin.send(town.channel, text.format(q=QUESTION, role=role.id))
    assert answers(town.channel) == []
    assert not [one for one in env.http_requests if "/channels/" in one.path]


async def test_bots_webhooks_and_system_messages_are_not_heard(
    env: simcord.Env, town: Town, me: str
) -> None:
    other = town.guild.add_member(env.create_user("robot", bot=True))
    await other.send(town.channel, f"{me} {QUESTION}")
    await town.guild.create_webhook(town.channel).send(f"{me} {QUESTION}")
    said = await town.member.send(town.channel, "Look here.")
    town.guild.create_system_message(
        town.channel, MessageType.PINS_ADD, author=town.member, referenced_message=said
    )
    await env.settle()
    assert not [one for one in env.http_requests if one.path.endswith("/messages")]


@pytest.mark.parametrize("text", ["{me}", "  {me} \n"])
async def test_a_mention_without_a_question_is_told_what_to_do(
    town: Town, me: str, text: str
) -> None:
    await town.member.send(town.channel, text.format(me=me))
    [told] = answers(town.channel)
    assert "Write your question behind" in read_texts(told) and "/ask" in read_texts(told)


@pytest.mark.parametrize(
    "text",
    ["thanks", "Thank you so much!! 😀", "ok", "Hi there", "good bot", "Danke", "👍", "hello?"],
)
async def test_courtesies_are_no_questions(town: Town, me: str, text: str) -> None:
    await town.member.send(town.channel, f"{me} {text}")
    await town.member.send_dm(text)
    for told in (town.channel.last_message, town.member.user.dm_channel.last_message):
        shown = read_texts(told)
        assert "Write your question" in shown and "`/sources`" in shown
        thanks = text.casefold().startswith(("thank", "danke"))
        assert shown.startswith("You are welcome. ") == thanks


@pytest.mark.parametrize(
    ("text", "thanks"),
    [
        *(
            ("Guten Tag!", False),
            ("Vielen Dank", True),
            ("Bonsoir", False),
            ("merci beaucoup", True),
        ),
        *(("¡Buenos días!", False), ("Muchas gracias", True)),
        *(("こんにちは。", False), ("ありがとうございます！", True)),
    ],
)
def test_courtesies_are_known_in_all_languages_that_are_spoken(text: str, thanks: bool) -> None:
    assert is_courtesy(text) and is_thanks(text) == thanks


@pytest.mark.parametrize("text", ["hey, when does it open?", "ok and the harbour?", "good coffee?"])
def test_what_asks_something_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)


async def test_a_hasty_direct_message_is_always_told_to_wait(env: simcord.Env, town: Town) -> None:
    for _ in range(3):
        await town.member.send_dm(QUESTION)
    shown = [read_texts(message) for message in answers(town.member.user.dm_channel)]
    assert [("ask again in" in text) for text in shown] == [False, True, True]


async def test_a_failing_sign_of_typing_costs_no_answer(
    env: simcord.Env, town: Town, me: str
) -> None:
    env.inject_error(
        "POST", "/channels/*/typing", status=400, code=50035, message="Invalid", times=None
    )
    await town.member.send(town.channel, f"{me} {QUESTION}")
    assert ANSWER in read_texts(town.channel.last_message)


async def test_a_history_that_cannot_be_read_costs_no_answer(env: simcord.Env, town: Town) -> None:
    env.inject_error("GET", "/channels/*/messages", status=400, code=50035, message="Invalid")
    await town.member.send_dm(QUESTION)
    assert ANSWER in read_texts(town.member.user.dm_channel.last_message)


async def test_a_direct_message_is_a_question_to_the_operators_documents(
    env: simcord.Env, town: Town
) -> None:
    await town.member.send_dm(QUESTION)
    answer = town.member.user.dm_channel.last_message
    assert answer is not None and ANSWER in read_texts(answer)
    assert "Continue in a thread" not in read_texts(answer)


async def test_the_next_direct_message_is_read_with_the_answer_before_it(
    env: simcord.Env, town: Town
) -> None:
    await town.member.send_dm(FERRY)
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send_dm(AND_THEN)
    answer = town.member.user.dm_channel.last_message
    assert answer is not None and FERRY in read_texts(answer) and AND_THEN in read_texts(answer)
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send_dm("When does the museum open in the morning, please?")
    alone = town.member.user.dm_channel.last_message
    assert alone is not None and FERRY not in read_texts(alone)


async def test_a_reply_to_an_answer_is_read_with_it(env: simcord.Env, town: Town, me: str) -> None:
    await town.member.send(town.channel, f"{me} {FERRY}")
    first = town.channel.last_message
    await env.advance_time(AFTER_COOLDOWN)
    await town.admin.send(town.channel, AND_THEN, reply_to=first)  # replies ping
    shown = read_texts(town.channel.last_message)
    assert AND_THEN in shown and FERRY in shown and "ferry leaves" in shown


async def test_a_further_mention_in_the_same_channel_stands_alone(
    env: simcord.Env, town: Town, me: str
) -> None:
    await town.member.send(town.channel, f"{me} {FERRY}")
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send(town.channel, f"{me} {AND_THEN}")
    assert FERRY not in read_texts(town.channel.last_message)


async def test_a_reply_to_another_person_that_mentions_the_bot_is_a_question_by_itself(
    town: Town, me: str
) -> None:
    said = await town.admin.send(town.channel, "I would like to know that.")
    await town.member.send(town.channel, f"{me} {QUESTION}", reply_to=said)
    assert ANSWER in read_texts(town.channel.last_message)


async def test_a_reply_to_a_slash_answer_can_be_read_if_it_mentions_the_bot_and_is_told_so_else(
    env: simcord.Env, town: Town, me: str
) -> None:
    answer = (await town.member.slash(town.channel, "ask", question=FERRY)).response
    await env.advance_time(AFTER_COOLDOWN)
    await town.admin.send(town.channel, f"{me} {AND_THEN}", reply_to=answer)
    shown = read_texts(town.channel.last_message)
    assert FERRY in shown and AND_THEN in shown
    for unreadable in (AND_THEN, me):
        await env.advance_time(AFTER_COOLDOWN)
        await town.admin.send(town.channel, unreadable, reply_to=answer)
        assert "press Follow up" in read_texts(town.channel.last_message)


async def test_a_mention_in_the_thread_under_an_answer_is_read_with_the_last_answer_in_it(
    env: simcord.Env, town: Town, me: str
) -> None:
    answer = (await town.member.slash(town.channel, "ask", question=FERRY)).response
    await town.member.click(answer, label="Continue in a thread")
    [thread] = town.channel.threads
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send(thread, f"{me} {AND_THEN}")
    shown = read_texts(thread.last_message)
    assert AND_THEN in shown and FERRY in shown
    assert "Continue in a thread" not in shown

    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send(thread, f"{me} Where is fresh bread sold on Saturday?")
    assert FERRY not in read_texts(thread.last_message)
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send(thread, f"{me} And fish?")
    assert "Where is fresh bread sold on Saturday?" in read_texts(thread.last_message)


async def test_a_mention_in_a_forums_post_stands_alone(
    env: simcord.Env, town: Town, me: str
) -> None:
    forum = town.guild.create_forum_channel("help")
    made = env.backend.create_thread(
        forum.id, "A post", town.member.id, type=ChannelType.PUBLIC_THREAD
    )
    thread = ChannelHandle(env, town.guild, made)
    await town.member.send(thread, f"{me} {QUESTION}")
    assert ANSWER in read_texts(thread.last_message)


async def test_haste_is_told_once_in_a_while_and_not_to_others(
    env: simcord.Env, town: Town, me: str
) -> None:
    for _ in range(4):
        await town.member.send(town.channel, f"{me} {QUESTION}")
    shown = [read_texts(message) for message in answers(town.channel)]
    assert len(shown) == 2 and ANSWER in shown[0] and "ask again in 3 seconds" in shown[1]
    await town.admin.send(town.channel, f"{me} {QUESTION}")
    assert ANSWER in read_texts(town.channel.last_message)
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send(town.channel, f"{me} {QUESTION}")
    assert ANSWER in read_texts(town.channel.last_message)


async def test_commands_and_mentions_share_one_cooldown(
    env: simcord.Env, town: Town, me: str
) -> None:
    await town.member.send(town.channel, f"{me} {QUESTION}")
    hasty = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert "ask again in" in read_texts(hasty.response)


async def test_fifty_mentions_at_once_are_all_answered_and_the_bot_does_not_type_for_each(
    env: simcord.Env, town: Town, me: str
) -> None:
    members = [town.guild.add_member(env.create_user(f"m{number}")) for number in range(50)]
    asked = [
        env.backend.create_message(town.channel.id, member.id, f"{me} {QUESTION}").id
        for member in members
    ]
    await env.settle(timeout=30)
    given = answers(town.channel)
    assert all(ANSWER in read_texts(answer) for answer in given)
    assert {one.reference.message_id for one in given if one.reference} == set(asked)
    assert len([one for one in env.http_requests if one.path.endswith("/typing")]) <= 10


async def test_a_server_without_a_cooldown_answers_all_at_once(
    town: Town, me: str, engine: Engine
) -> None:
    await engine.prefer(town.guild.id, Preferences(cooldown_s=0))
    for _ in range(3):
        await town.member.send(town.channel, f"{me} {QUESTION}")
    assert len([one for one in answers(town.channel) if ANSWER in read_texts(one)]) == 3


async def test_where_the_bot_does_not_answer_it_says_once_where_it_does(
    env: simcord.Env, town: Town, me: str, engine: Engine
) -> None:
    there = town.guild.create_text_channel("questions")
    await engine.prefer(town.guild.id, Preferences(channels=frozenset({there.id})))
    for _ in range(3):
        await town.member.send(town.channel, f"{me} {QUESTION}")
    [told] = answers(town.channel)
    assert there.mention in read_texts(told) and ANSWER not in read_texts(told)
    await town.member.send(there, f"{me} {QUESTION}")
    answer = there.last_message
    assert ANSWER in read_texts(answer)
    await town.member.click(answer, label="Continue in a thread")
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.send(there.threads[0], f"{me} {QUESTION}")
    assert ANSWER in read_texts(there.threads[0].last_message)


async def test_a_channel_without_permission_to_write_is_logged_once(
    env: simcord.Env, town: Town, me: str, caplog: pytest.LogCaptureFixture
) -> None:
    [mine] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = town.guild.create_text_channel("closed", overwrites={mine: mute})
    for _ in range(3):
        await town.member.send(closed, f"{me} {QUESTION}")
        await env.advance_time(AFTER_COOLDOWN)
    assert answers(closed) == []
    warned = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 1
    assert str(closed.id) in warned[0].getMessage() and "museum" not in caplog.text


async def test_where_history_may_not_be_read_the_answer_stands_beneath_the_question(
    env: simcord.Env, town: Town, me: str
) -> None:
    env.inject_error(
        "POST", f"/channels/{town.channel.id}/messages", status=403, code=160002, message="Cannot"
    )
    await town.member.send(town.channel, f"{me} {QUESTION}")
    [answer] = answers(town.channel)
    assert answer.reference is None and ANSWER in read_texts(answer)


async def test_a_question_that_was_deleted_meanwhile_is_logged_without_a_traceback(
    env: simcord.Env, town: Town, me: str, caplog: pytest.LogCaptureFixture
) -> None:
    env.inject_error(
        "POST", f"/channels/{town.channel.id}/messages", status=400, code=50035, times=None,
        message="Invalid Form Body\nIn message_reference: Unknown message",
    )  # fmt: skip
    await town.member.send(town.channel, f"{me} {QUESTION}")
    [warned] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert warned.levelno == logging.WARNING and "Traceback" not in caplog.text


async def test_what_the_documents_do_not_say_is_told_to_who_mentioned_the_bot(
    env: simcord.Env, town: Town, me: str
) -> None:
    await town.member.send(town.channel, f"{me} {OFF_TOPIC}")
    assert "This is not in the documents." in read_texts(town.channel.last_message)
    assert find_ids(town.channel.last_message, "more:") == []


async def test_an_over_long_question_is_told_so(town: Town, me: str) -> None:
    await town.member.send(town.channel, f"{me} " + "museum " * 200)
    assert "1,399 characters" in read_texts(town.channel.last_message)
