"""Those who were refused and asked to be told, once there is an answer."""

from collections.abc import Callable
from typing import Any

import discord
import pytest
import simcord

from bot.discord.changes import Changes
from bot.discord.client import FootnoteBot
from bot.discord.telling import MOST_AT_ONCE, MOST_MENTIONED
from bot.libraries.engine import Engine
from bot.libraries.line import TooManyWaiting
from bot.libraries.waits import Wait
from bot.settings import Settings
from bot.types import Personal, Preferences, Question
from index.library import Library
from tests.bot.discord.conftest import OFF_TOPIC, QUESTION, Town, Village, find_ids, read_texts
from tests.bot.discord.test_amending import add, ask, find_changes, remove
from tests.index.conftest import HashEncoder

PHYSICS = b"# Proton\n\nA proton is made up of two up quarks and one down quark.\n"
ANSWER = "A proton is made up of two up quarks and one down quark."
ASKED = "Which quarks make up a proton?"
assert ASKED == OFF_TOPIC


@pytest.fixture
def changes(env: simcord.Env) -> Changes:
    return find_changes(env)


async def press(who: Any, refusal: Any) -> str:
    pressed = await who.click(refusal, custom_id="tell")
    assert pressed.ephemeral
    return read_texts(pressed.response)


async def refuse(env: simcord.Env, town: Town, **options: Any) -> Any:
    refusal = await ask(env, town, ASKED, **options)
    assert "not in the documents" in read_texts(refusal)
    return refusal


def find_replies(town: Town, refusal: Any) -> list[discord.Message]:
    return [
        one
        for one in town.channel.history()
        if one.reference and one.reference.message_id == refusal.id
    ]


def list_direct(town: Town) -> list[str]:
    return [read_texts(one) for one in town.member.user.dm_channel.history()]


def list_sent(env: simcord.Env, start: int = 0) -> list[Any]:
    made = env.http_requests[start:]
    return [
        one.json
        for one in made
        if one.method == "POST"
        and one.path.startswith("/channels/")
        and one.path.endswith("/messages")
    ]


async def test_who_was_refused_is_told_with_the_answer_once(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    said = await press(town.member, refusal)
    assert "I will tell you here, once" in said and "90 days" in said
    await changes.look()
    assert find_replies(town, refusal) == []
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    await changes.look()
    [reply] = find_replies(town, refusal)
    first, *_ = read_texts(reply).splitlines()
    assert first == f"<@{town.member.id}> This is answered now."
    assert f"**{ANSWER}**" in read_texts(reply) and ASKED in read_texts(reply)
    [sent] = list_sent(env)
    assert sent["allowed_mentions"] == {
        "parse": [],
        "users": [str(town.member.id)],
        "replied_user": False,
    }
    assert sent["nonce"] and sent["enforce_nonce"]
    assert (await engine.personal(town.guild.id, town.member.id)).waits == 0
    await remove(engine, town, "proton.md")
    await changes.look()
    [reply] = find_replies(town, refusal)
    assert read_texts(reply).startswith("⚠️ **Proton** was removed since this answer.\n<@")
    context = await town.member.click(reply, custom_id=find_ids(reply, "context:")[0])
    assert "gone" in read_texts(context.response)


async def test_a_second_press_takes_it_back(env: simcord.Env, town: Town, changes: Changes) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    assert "Taken back" in await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    assert find_replies(town, refusal) == []


async def test_who_was_refused_in_private_is_told_in_private_where_to_ask(
    env: simcord.Env, town: Town, changes: Changes
) -> None:
    refusal = await refuse(env, town, private=True)
    assert "by direct message" in await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    start = len(env.http_requests)
    await changes.look()
    await changes.look()
    [told] = list_direct(town)
    assert "**Town**" in told and f"<#{town.channel.id}>" in told and ASKED in told
    assert ANSWER not in told  # what is asked in a channel is answered there
    assert find_replies(town, refusal) == []
    [sent] = list_sent(env, start)
    assert sent["allowed_mentions"] == {"parse": []} and sent["enforce_nonce"]


@pytest.mark.parametrize(
    ("private", "code"),
    [(True, 50007), (False, 50001), (False, 50035)],
    ids=["takes no direct messages", "channel is closed", "refusal is deleted"],
)
async def test_who_cannot_be_told_is_forgotten(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes, private: bool, code: int
) -> None:
    refusal = await refuse(env, town, private=private)
    await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    env.inject_error("POST", "/channels/*/messages", status=403, code=code)
    await changes.look()
    await add(town, b"# More\n\nQuarks make up a neutron, too.\n", "more.md")
    await changes.look()
    assert list_direct(town) == [] and find_replies(town, refusal) == []
    assert (await engine.personal(town.guild.id, town.member.id)).waits == 0


async def test_nobody_is_told_twice_though_nothing_tells_whether_it_was_sent(
    env: simcord.Env, town: Town, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    env.inject_error("POST", "/channels/*/messages", status=500, times=None)
    await changes.look()
    env.backend.faults.clear()
    await add(town, b"# More\n\nQuarks make up a neutron, too.\n", "more.md")
    await changes.look()
    assert find_replies(town, refusal) == []


async def test_who_has_left_is_not_told(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    await press(town.admin, refusal)
    user = town.member.id
    town.guild.remove_member(town.member)
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    [reply] = find_replies(town, refusal)
    assert f"<@{town.admin.id}>" in read_texts(reply) and str(user) not in read_texts(reply)
    assert (await engine.personal(town.guild.id, user)).waits == 0


async def test_those_who_wait_at_one_refusal_are_told_together(
    env: simcord.Env, town: Town, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    others = [town.guild.add_member(env.create_user(f"p{n}")) for n in range(MOST_MENTIONED)]
    for person in (town.member, *others):
        await press(person, refusal)
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    replies = find_replies(town, refusal)
    assert [read_texts(one).count("<@") for one in replies] == [MOST_MENTIONED, 1]
    everyone = "".join(map(read_texts, replies))
    assert all(f"<@{one.id}>" in everyone for one in (town.member, *others))


async def test_after_a_restart_it_is_told_what_came_meanwhile(
    env: simcord.Env, town: Town, settings: Settings, make_bot: Callable[[], FootnoteBot]
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    folder = settings.data / "libraries" / f"server-{town.guild.id}"
    with Library(folder, HashEncoder) as library:  # as another process does
        library.keep([("proton.md", PHYSICS)])
    await env.restart_bot(make_bot())
    await find_changes(env).look()
    [reply] = find_replies(town, refusal)
    assert ANSWER in read_texts(reply)


async def test_the_operators_documents_answer_in_servers_and_in_direct_messages(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes, shared_documents: Any
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    direct = (await town.member.user.slash("ask", question=ASKED)).response
    assert "I will tell you here" in await press(town.member.user, direct)
    await changes.look()
    (shared_documents / "proton.md").write_bytes(PHYSICS)
    await engine.index_folder(shared_documents, lambda _: None)
    await changes.look()
    assert ANSWER in read_texts(find_replies(town, refusal)[0])
    *_, told = list_direct(town)
    assert told.startswith(f"<@{town.member.id}> This is answered now.") and ANSWER in told


async def test_another_servers_documents_answer_nobody_here(
    env: simcord.Env, town: Town, village: Village, engine: Engine, changes: Changes
) -> None:
    await env.advance_time(10)
    refusal = (await village.member.slash(village.channel, "ask", question=ASKED)).response
    await press(village.member, refusal)
    start = len(env.http_requests)
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    changes._looked_at_all = float("-inf")
    await changes.look()
    assert list_sent(env, start) == []
    assert (await engine.personal(village.guild.id, village.member.id)).waits == 1
    assert (await engine.personal(town.guild.id, village.member.id)).waits == 0


async def test_a_question_is_asked_again_only_once_documents_have_changed(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    changes: Changes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    asked: list[str] = []
    real = engine.ask

    async def note(guild: int | None, question: Question, **more: Any) -> Any:
        assert more["counted"] is False
        asked.append(question.text)
        return await real(guild, question, **more)

    monkeypatch.setattr(engine, "ask", note)
    for _ in range(3):
        changes._looked_at_all = float("-inf")
        await changes.look()
    assert asked == [ASKED]
    await add(town, b"# Mill\n\nThe mill wheel turns.\n", "mill.md")
    await changes.look()
    assert asked == [ASKED, ASKED]
    assert (await engine.status(town.guild.id)).asked_today == 1
    assert find_replies(town, refusal) == []


async def test_members_questions_and_jobs_go_first(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    changes: Changes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    monkeypatch.setattr(changes._bot.jobs, "are_there", lambda guild: guild is not None)
    await changes.look()
    assert find_replies(town, refusal) == []
    monkeypatch.undo()

    async def refuse_all(*_: Any, **__: Any) -> Any:
        raise TooManyWaiting("many")

    monkeypatch.setattr(engine, "ask", refuse_all)
    await changes.look()
    assert find_replies(town, refusal) == []
    monkeypatch.undo()
    await changes.look()
    assert len(find_replies(town, refusal)) == 1


async def test_many_who_wait_are_asked_for_some_at_a_time(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    changes: Changes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(MOST_AT_ONCE + 1):
        wait = Wait(number + 1, 10**6 + number, town.channel.id, False, f"Which roof {number}?")
        assert await engine.waits.toggle(town.guild.id, wait) == "kept"
    asked: list[str] = []
    real = engine.ask

    async def note(guild: int | None, question: Question, **more: Any) -> Any:
        asked.append(question.text)
        return await real(guild, question, **more)

    monkeypatch.setattr(engine, "ask", note)
    await changes.look()
    assert len(asked) == MOST_AT_ONCE
    await changes.look()
    await changes.look()
    assert len(asked) == len(set(asked)) == MOST_AT_ONCE + 1


async def test_where_discord_does_not_say_who_is_there_it_is_asked_later(
    env: simcord.Env, town: Town, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    env.inject_error("GET", "/guilds/*/members/*", status=503)
    await changes.look()
    assert find_replies(town, refusal) == []
    await changes.look()
    assert find_replies(town, refusal) == []  # not at once
    changes._looked_at_all = float("-inf")
    await changes.look()
    assert len(find_replies(town, refusal)) == 1


async def test_where_the_bot_answers_no_longer_it_is_told_alone(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    await add(town, PHYSICS, "proton.md")
    await engine.prefer(town.guild.id, Preferences(channels=frozenset([town.channel.id + 1])))
    await changes.look()
    assert find_replies(town, refusal) == []
    [told] = list_direct(town)
    assert ASKED in told and ANSWER not in told


async def test_what_was_asked_with_an_earlier_question_is_asked_with_it_again(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    answer = await ask(env, town, QUESTION)
    await env.advance_time(10)
    form = await town.member.click(answer, label="Follow up")
    [custom_id] = [
        (one.get("component") or one["components"][0])["custom_id"]
        for one in form.modal["components"]
    ]
    refusal = (await town.member.submit_modal(form, {custom_id: "And of quarks?"})).response
    assert "not in the documents" in read_texts(refusal)
    await press(town.member, refusal)
    due = await engine.waits.find_due(town.guild.id, 9)
    [wait] = due.waits
    carried = [line for line in read_texts(refusal).splitlines() if "Following up on" in line]
    assert wait.question == "And of quarks?"
    assert bool(wait.earlier) == bool(carried)


async def test_what_people_wait_for_is_shown_and_deleted(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    refusal = await refuse(env, town)
    await press(town.member, refusal)
    shown = read_texts((await town.member.slash(town.channel, "privacy show")).response)
    assert "90 days at most: **1**" in shown
    deleted = read_texts((await town.member.slash(town.channel, "privacy delete")).response)
    assert "1 question that you waited for an answer to" in deleted
    assert await engine.personal(town.guild.id, town.member.id) == Personal(0, 0, 0, False)
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    assert find_replies(town, refusal) == []


async def test_a_question_that_mentions_people_pings_only_who_waits(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    asked = f"{ANSWER} @everyone <@{town.admin.id}>"
    refusal = await ask(env, town, asked)
    await press(town.member, refusal)
    [wait] = (await engine.waits.find_due(town.guild.id, 9)).waits
    assert str(town.admin.id) not in wait.question
    await add(town, PHYSICS, "proton.md")
    await changes.look()
    [reply] = find_replies(town, refusal)
    told = read_texts(reply)
    assert "@everyone" not in told
    assert told.count("<@") == 1 and f"<@{town.member.id}>" in told


async def test_a_refusal_that_can_no_longer_be_read_is_no_question(
    env: simcord.Env, town: Town, engine: Engine, bot: FootnoteBot
) -> None:
    view = discord.ui.LayoutView(timeout=None)
    row = discord.ui.ActionRow[Any](discord.ui.Button(label="x", custom_id="tell"))
    view.add_item(row)
    view.stop()
    channel = bot.get_channel(town.channel.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send(view=view)
    assert "can no longer be read" in await press(town.member, message)
    assert (await engine.personal(town.guild.id, town.member.id)).waits == 0
