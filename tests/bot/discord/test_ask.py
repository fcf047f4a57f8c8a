"""What members see who ask with `/ask`, and with the menu on a message."""

import asyncio
import logging
from threading import Event
from typing import Any

import discord
import pytest
import simcord
from simcord import interactions
from simcord.enums import InteractionType

from bot.libraries.engine import BATCH_QUESTIONS, Engine
from bot.libraries.line import MOST_WAITING
from bot.types import Preferences, Question
from index.errors import NoDocuments
from tests.bot.discord.conftest import ANSWER, OFF_TOPIC, QUESTION, Town, find_ids, read_texts
from tests.index.conftest import HashEncoder

EPHEMERAL, V2, SUPPRESS = 64, 1 << 15, 1 << 2
AFTER_COOLDOWN = 4


class GatedEncoder(HashEncoder):
    """Embeds no question before the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()
        self.gate.set()

    def embed_questions(self, questions: Any) -> Any:
        assert self.gate.wait(60)
        return super().embed_questions(questions)


@pytest.fixture
def encoder() -> GatedEncoder:
    return GatedEncoder()


def requests_of(env: simcord.Env, method: str, ending: str) -> list[Any]:
    """Bodies of the requests that the bot made, in order."""
    made = [one for one in env.http_requests if one.method == method]
    return [one.json for one in made if one.path.endswith(ending)]


async def test_ask_is_deferred_publicly_and_the_answer_is_edited_in_with_components_v2(
    env: simcord.Env, town: Town
) -> None:
    result = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert not result.ephemeral
    shown = read_texts(result.response)
    assert QUESTION in shown
    assert f"**{ANSWER}**" in shown
    assert "Town guide" in shown and "Museum" in shown and "Sure" in shown
    assert requests_of(env, "POST", "/callback") == [{"type": 5}]
    [edit] = requests_of(env, "PATCH", "/@original")
    assert edit["flags"] & V2
    assert edit["allowed_mentions"] == {"parse": []}
    assert not edit.get("content") and not edit.get("embeds")


async def test_private_answers_are_seen_by_the_asker_alone(env: simcord.Env, town: Town) -> None:
    result = await town.member.slash(town.channel, "ask", question=QUESTION, private=True)
    assert requests_of(env, "POST", "/callback") == [{"type": 5, "data": {"flags": EPHEMERAL}}]
    assert result.response.ephemeral
    assert ANSWER in read_texts(result.response)
    assert "Continue in a thread" not in read_texts(result.response)
    assert town.channel.history(viewer=town.admin) == []


async def test_a_server_can_make_answers_private_and_a_member_public_again(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await engine.prefer(town.guild.id, Preferences(private=True))
    assert (await town.member.slash(town.channel, "ask", question=QUESTION)).ephemeral
    await env.advance_time(AFTER_COOLDOWN)
    public = await town.member.slash(town.channel, "ask", question=QUESTION, private=False)
    assert not public.ephemeral and ANSWER in read_texts(public.response)


async def test_what_the_documents_do_not_say_is_refused_in_one_line_with_the_closest_headings(
    town: Town,
) -> None:
    shown = read_texts((await town.member.slash(town.channel, "ask", question=OFF_TOPIC)).response)
    assert "This is not in the documents. I searched 1 document." in shown
    assert "/docs add" in shown
    assert ANSWER not in shown


async def test_an_admin_is_told_what_to_do_about_a_refusal(town: Town) -> None:
    to_member = await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    to_admin = await town.admin.slash(town.channel, "ask", question=OFF_TOPIC)
    assert "`/docs add`" in read_texts(to_admin.response)
    assert read_texts(to_admin.response) != read_texts(to_member.response)


async def test_the_documents_are_offered_by_title_and_one_can_be_chosen(town: Town) -> None:
    choices = await town.member.autocomplete(town.channel, "ask", "document", "town", question="x")
    assert [choice["name"] for choice in choices] == ["Town guide"]
    chosen = choices[0]["value"]
    result = await town.member.slash(town.channel, "ask", question=QUESTION, document=chosen)
    assert ANSWER in read_texts(result.response)
    assert find_ids(result.response, "more:")[0].endswith(f":{chosen.removeprefix('#')}")


async def test_an_unknown_document_is_said_to_be_unknown_without_a_terminal_command(
    town: Town,
) -> None:
    result = await town.member.slash(
        town.channel, "ask", question=QUESTION, document="<@1> **atlas**"
    )
    shown = read_texts(result.response)
    assert "no document called" in shown and "footnote " not in shown
    assert "<@1>" not in shown and "**atlas**" not in shown


async def test_a_question_is_shown_as_text_and_pings_nobody(town: Town) -> None:
    question = "When does the [museum](https://museum) open in the **morning**, @everyone <@&5>?"
    shown = read_texts((await town.member.slash(town.channel, "ask", question=question)).response)
    for markup in ("@everyone", "<@&5>", "](https", "the **morning"):
        assert markup not in shown
    assert ANSWER in shown


async def test_an_empty_question_is_told_so(town: Town) -> None:
    result = await town.member.slash(town.channel, "ask", question="   ")
    assert "The question is empty." in read_texts(result.response)
    assert "footnote" not in read_texts(result.response)


async def test_a_second_question_at_once_is_asked_to_wait_and_goes_through_later(
    env: simcord.Env, town: Town
) -> None:
    await town.member.slash(town.channel, "ask", question=QUESTION)
    hasty = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert hasty.ephemeral and "ask again in 3 seconds" in read_texts(hasty.response)
    other = await town.admin.slash(town.channel, "ask", question=QUESTION)
    assert ANSWER in read_texts(other.response)
    await env.advance_time(AFTER_COOLDOWN)
    later = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert ANSWER in read_texts(later.response)


async def test_where_the_bot_does_not_answer_it_says_in_private_where_it_does(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    there = town.guild.create_text_channel("questions")
    await engine.prefer(town.guild.id, Preferences(channels=frozenset({there.id})))
    result = await town.member.slash(town.channel, "ask", question=QUESTION, private=False)
    assert result.ephemeral
    assert there.mention in read_texts(result.response)
    assert ANSWER not in read_texts(result.response)
    answered = await town.member.slash(there, "ask", question=QUESTION)
    assert ANSWER in read_texts(answered.response)


async def test_direct_messages_take_the_command_too(env: simcord.Env, town: Town) -> None:
    result = await town.member.user.slash("ask", question=QUESTION)
    assert ANSWER in read_texts(result.response)
    assert "Continue in a thread" not in read_texts(result.response)


async def test_a_server_without_documents_says_how_to_add_some(town: Town, engine: Engine) -> None:
    await engine.prefer(town.guild.id, Preferences(shared=False))
    shown = read_texts((await town.member.slash(town.channel, "ask", question=QUESTION)).response)
    assert "`/docs add`" in shown and "footnote" not in shown


@pytest.mark.parametrize("people", [40, MOST_WAITING + BATCH_QUESTIONS + 20])
async def test_all_who_ask_at_once_are_acknowledged_before_any_is_answered_and_each_is_told_once(
    env: simcord.Env, town: Town, encoder: GatedEncoder, people: int
) -> None:
    members = [town.guild.add_member(env.create_user(f"m{number}")) for number in range(people)]
    [command] = [
        one for one in env.backend.visible_commands(
            user_id=town.member.id, channel_id=town.channel.id
        ) if one["name"] == "ask"
    ]  # fmt: skip
    encoder.gate.clear()
    tokens = []
    for member in members:
        record, payload = interactions.base_payload(
            env.backend,
            type=InteractionType.APPLICATION_COMMAND,
            channel_id=town.channel.id,
            guild_id=town.guild.id,
            user_id=member.id,
            data={
                "id": command["id"],
                "name": "ask",
                "type": 1,
                "options": [{"name": "question", "type": 3, "value": QUESTION}],
            },
        )
        tokens.append(record)
        env.backend.emit("INTERACTION_CREATE", payload)
    async with asyncio.timeout(20):
        while len(requests_of(env, "POST", "/callback")) < people:
            await asyncio.sleep(0.01)
    encoder.gate.set()
    await env.settle(timeout=60)
    assert len(requests_of(env, "PATCH", "/@original")) == people
    shown = [read_texts(simcord.InteractionResult(env, record).response) for record in tokens]
    answered = [text for text in shown if ANSWER in text]
    told_to_wait = [text for text in shown if "Ask again in" in text]
    assert len(answered) + len(told_to_wait) == people
    assert len(answered) >= min(people, MOST_WAITING)
    assert bool(told_to_wait) is (people > MOST_WAITING + BATCH_QUESTIONS)


async def test_the_log_tells_what_was_answered_and_how_fast_but_nothing_that_was_said(
    town: Town, env: simcord.Env, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await town.member.slash(town.channel, "ask", question=QUESTION)
    await env.advance_time(AFTER_COOLDOWN)
    await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert len([line for line in lines if str(town.guild.id) in line]) == 2
    assert "answered" in lines[0] and "hits" in lines[0] and " ms" in lines[0]
    assert "refused" in lines[1]
    for word in ("museum", "quarks", "lighthouse"):
        assert word not in caplog.text


async def test_a_message_can_be_looked_up_and_the_answer_posted_as_a_reply_once(
    env: simcord.Env, town: Town
) -> None:
    asked = await town.admin.send(town.channel, QUESTION)
    found = await town.member.context_menu(town.channel, "Find in documents", asked)
    assert found.ephemeral and ANSWER in read_texts(found.response)
    assert town.channel.last_message.id == asked.id  # to all others
    [post] = find_ids(found.response, "post:")

    await town.member.click(found.response, custom_id=post)
    posted = town.channel.history(viewer=town.admin)[-1]
    assert posted.reference.message_id == asked.id
    assert ANSWER in read_texts(posted) and find_ids(posted, "post:") == []
    assert "Posted" in read_texts(found.response)
    with pytest.raises(simcord.SetupError, match="disabled"):
        await town.member.click(found.response, custom_id=post)
    [sent] = requests_of(env, "POST", f"/channels/{town.channel.id}/messages")
    assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert sent["flags"] & V2 and sent["flags"] & SUPPRESS


async def test_posting_to_a_message_that_is_gone_says_so(env: simcord.Env, town: Town) -> None:
    asked = await town.admin.send(town.channel, QUESTION)
    found = await town.member.context_menu(town.channel, "Find in documents", asked)
    env.inject_error(
        "POST", f"/channels/{town.channel.id}/messages", status=400, code=50035,
        message="Invalid Form Body\nIn message_reference: Unknown message",
    )  # fmt: skip
    pressed = await town.member.click(found.response, label="Post as a reply")
    assert "The message is gone." in read_texts(pressed.followups[0])
    assert pressed.followups[0].ephemeral
    assert "Post as a reply" in read_texts(found.response)


async def test_an_answer_cannot_be_posted_where_the_bot_may_not_write(town: Town) -> None:
    [mine] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    mute = discord.PermissionOverwrite(send_messages=False)
    closed = town.guild.create_text_channel("closed", overwrites={mine: mute})
    asked = await town.admin.send(closed, QUESTION)
    found = await town.member.context_menu(closed, "Find in documents", asked)
    pressed = await town.member.click(found.response, label="Post as a reply")
    assert "not allowed to do this here" in read_texts(pressed.followups[0])
    assert "Post as a reply" in read_texts(found.response)


async def test_a_late_offer_of_documents_is_logged_without_a_traceback(
    env: simcord.Env, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    env.inject_error(
        "POST", "/interactions/*/*/callback", status=404, code=10062, message="Unknown interaction"
    )
    await town.member.autocomplete(town.channel, "ask", "document", "to", question="x")
    [record] = caplog.records
    assert record.levelno == logging.WARNING and "10062" in record.getMessage()
    assert record.exc_info is None


async def test_a_message_without_text_cannot_be_looked_up(town: Town) -> None:
    picture = await town.admin.send(town.channel, attachments=[("map.png", b"\x89PNG")])
    found = await town.member.context_menu(town.channel, "Find in documents", picture)
    assert found.ephemeral
    assert "There is no text in this message" in read_texts(found.response)


async def test_a_message_that_is_too_long_is_told_so(town: Town) -> None:
    long = await town.admin.send(town.channel, "museum " * 200)
    found = await town.member.context_menu(town.channel, "Find in documents", long)
    assert "1,399 characters" in read_texts(found.response)


async def test_help_and_sources_are_shown_to_the_one_who_asks(town: Town) -> None:
    helped = await town.member.slash(town.channel, "help")
    assert helped.ephemeral and "/ask" in read_texts(helped.response)
    sources = await town.member.slash(town.channel, "sources")
    assert sources.ephemeral and "Town guide" in read_texts(sources.response)
    told = read_texts((await town.admin.slash(town.channel, "help")).response)
    assert "/docs" in told and told != read_texts(helped.response)


@pytest.fixture
def notices(town: Town) -> Any:
    """A channel where members may read and not write; the bot may, and the owner."""
    mute = discord.PermissionOverwrite(send_messages=False)
    [mine] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    heard = discord.PermissionOverwrite(send_messages=True)
    overwrites = {town.guild.default_role: mute, mine: heard}
    return town.guild.create_text_channel("notices", overwrites=overwrites)


async def test_who_may_not_write_in_a_channel_is_answered_in_private(
    town: Town, notices: Any
) -> None:
    result = await town.member.slash(notices, "ask", question=QUESTION, private=False)
    assert result.ephemeral and ANSWER in read_texts(result.response)


async def test_who_may_not_write_in_a_channel_cannot_have_the_bot_post_there(
    town: Town, notices: Any
) -> None:
    asked = await town.guild.add_member(town.guild.owner).send(notices, QUESTION)
    found = await town.member.context_menu(notices, "Find in documents", asked)
    pressed = await town.member.click(found.response, label="Post as a reply")
    assert read_texts(pressed.followups[0]) == "You may not write in this channel."
    assert [message.id for message in notices.history()] == [asked.id]
    assert "Post as a reply" in read_texts(found.response)


async def test_while_documents_are_read_nobody_is_told_to_add_some(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    engine.reading = True
    refused = await town.admin.slash(town.channel, "ask", question=OFF_TOPIC)
    told = read_texts(refused.response)
    assert "-# I am still reading my documents, so ask again in a minute.\n" in told
    await engine.prefer(town.guild.id, Preferences(shared=False))
    empty = await town.member.slash(town.channel, "ask", question=QUESTION)
    reading = "I am still reading my documents. Ask again in a minute."
    assert read_texts(empty.response) == reading


async def test_in_direct_messages_nobody_is_told_to_add_documents(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = await town.member.user.slash("ask", question=OFF_TOPIC)
    assert "/docs" not in read_texts(refused.response)
    helped = read_texts((await town.member.user.slash("help")).response)
    assert "/docs" not in helped and "thread" not in helped and "`/ask`" in helped

    async def find_none(*_: Any, **__: Any) -> Any:
        raise NoDocuments("None. Add some: footnote add FOLDER")

    monkeypatch.setattr(engine, "ask", find_none)
    await env.advance_time(AFTER_COOLDOWN)
    empty = await town.member.user.slash("ask", question=QUESTION)
    assert read_texts(empty.response) == "I have no documents yet."


@pytest.mark.parametrize("sign", ["😀*", "_", "@everyone ", "a\u202e\u3164  "])
async def test_the_question_that_is_read_back_is_the_one_that_was_asked(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch, sign: str
) -> None:
    asked: list[str] = []
    ask = engine.ask

    async def listen(guild: int | None, question: Question, **more: Any) -> Any:
        asked.append(question.text)
        return await ask(guild, question, **more)

    monkeypatch.setattr(engine, "ask", listen)
    long = await town.admin.send(town.channel, f"{QUESTION} {sign * 1000}"[: 1000 - len(sign)])
    for question in (QUESTION + sign * (450 // len(sign)), None):
        if question:
            result = await town.member.slash(town.channel, "ask", question=question[:500])
        else:
            result = await town.member.context_menu(town.channel, "Find in documents", long)
        if more := find_ids(result.response, "more:"):
            await town.member.click(result.response, custom_id=more[0])
            assert asked[-2] == asked[-1]
        else:
            assert "This " in read_texts(result.response)
        await env.advance_time(AFTER_COOLDOWN)
    assert asked
