"""Answers that say by themselves that what they cite has changed or gone."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.discord.amending import render_amended
from bot.discord.changes import ALL_EVERY_S, EVERY_S, Changes
from bot.discord.client import FootnoteBot
from bot.discord.render import SHOWN, put_above, read_question, render_answer
from bot.discord.telling import MOST_MENTIONED
from bot.libraries.engine import Engine
from bot.libraries.standing import Change
from bot.settings import Settings
from bot.types import Found, Preferences
from index.library import Library
from tests.bot.discord.conftest import (
    ANSWER,
    OFF_TOPIC,
    QUESTION,
    TOWN,
    Town,
    Village,
    find_ids,
    read_texts,
)
from tests.bot.discord.limits import check_limits, list_custom_ids
from tests.bot.discord.test_render import LONG, answers, make_found, receive
from tests.index.conftest import HashEncoder

GUIDE = b"""\
# Tower guide

## Hours

The tower opens at noon and closes at dusk.

## Stairs

The stairs count two hundred steps.
"""
TOWER = "When does the tower open at noon?"
STAIRS = "How many steps do the stairs count?"
AFTER_COOLDOWN = 4


def find_changes(env: simcord.Env) -> Changes:
    """The bot's own, which looks only when a test says so."""
    assert isinstance(env.bot, FootnoteBot)
    changes = env.bot.get_cog("Changes")
    assert isinstance(changes, Changes)
    changes._loop.cancel()
    return changes


@pytest.fixture
def changes(env: simcord.Env) -> Changes:
    return find_changes(env)


async def add(town: Town, data: bytes = GUIDE, name: str = "tower.md") -> None:
    added = await town.admin.slash(town.channel, "docs add", file1=(name, data))
    assert "added" in read_texts(added.response) or "updated" in read_texts(added.response)


async def remove(engine: Engine, town: Town, name: str = "tower.md") -> None:
    await engine.remove(town.guild.id, name)


async def ask(env: simcord.Env, town: Town, question: str = TOWER, **options: Any) -> Any:
    await env.advance_time(AFTER_COOLDOWN)
    return (await town.member.slash(town.channel, "ask", question=question, **options)).response


def find(town: Town, answer: Any) -> discord.Message:
    """An answer as it stands in its channel now."""
    return next(one for one in town.channel.history() if one.id == answer.id)


def count_edits(env: simcord.Env) -> int:
    return sum(
        one.method == "PATCH" and one.path.startswith("/channels/") for one in env.http_requests
    )


async def test_an_answer_says_that_its_document_was_removed_and_stays_as_it_is(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await add(town)
    answer = await ask(env, town)
    before = find(town, answer)
    await remove(engine, town)
    await changes.look()
    now = find(town, answer)
    first, *others = read_texts(now).splitlines()
    assert first == "⚠️ **Tower guide** was removed since this answer."
    assert others == read_texts(before).splitlines()
    assert find_ids(now) == find_ids(before)
    assert read_question(now) == TOWER
    [edit] = [
        one.json
        for one in env.http_requests
        if one.method == "PATCH" and one.path.endswith(f"/messages/{answer.id}")
    ]
    assert edit["allowed_mentions"] == {"parse": []}


async def test_the_buttons_of_an_amended_answer_work(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await add(town)
    answer = await ask(env, town)
    await remove(engine, town)
    await changes.look()
    now = find(town, answer)
    vote = await town.member.click(now, custom_id="vote:up")
    assert "1 👍" in read_texts(vote.response)
    await env.advance_time(AFTER_COOLDOWN)
    form = await town.member.click(now, label="Follow up")
    assert form.modal is not None
    context = await town.member.click(now, custom_id=find_ids(now, "context:o")[0])
    assert "gone" in read_texts(context.response)


async def test_an_answer_says_that_its_document_changed_only_where_its_passage_did(
    env: simcord.Env, town: Town, changes: Changes
) -> None:
    await add(town)
    hours, stairs = await ask(env, town), await ask(env, town, STAIRS)
    await add(town, GUIDE.replace(b"two hundred steps", b"ninety steps since the fire"))
    await changes.look()
    told = "⚠️ **Tower guide** has changed since this answer."
    assert told in read_texts(find(town, stairs))
    assert "⚠️" not in read_texts(find(town, hours))


async def test_nothing_is_said_where_the_same_words_stand_again(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await add(town)
    answer = await ask(env, town)
    await engine.reindexing.reindex(town.guild.id, lambda _: None, full=True)
    await changes.look()
    await remove(engine, town)
    await add(town, b"# Tower guide\n\nA new beginning.\n" + GUIDE.partition(b"\n")[2], "new.md")
    await changes.look()
    assert "⚠️" not in read_texts(find(town, answer))
    await remove(engine, town, "new.md")
    await changes.look()
    assert "⚠️ **Tower guide** was removed" in read_texts(find(town, answer))


async def test_an_answer_is_told_of_each_change_once(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await add(town)
    await add(town, GUIDE.replace(b"Tower", b"Belfry").replace(b"noon", b"noon, too,"), "b.md")
    answer = await ask(env, town)
    assert {"Tower guide", "Belfry guide"} <= set(read_texts(answer).replace("*", "\n").split("\n"))
    await remove(engine, town)
    await changes.look()
    await changes.look()
    assert count_edits(env) == 1
    await remove(engine, town, "b.md")
    await changes.look()
    await changes.look()
    assert count_edits(env) == 2
    told = [line for line in read_texts(find(town, answer)).splitlines() if "⚠️" in line]
    assert told == [
        "⚠️ **Tower guide** was removed since this answer.",
        "⚠️ **Belfry guide** was removed since this answer.",
    ]


async def test_answers_in_all_servers_are_told_of_the_operators_documents(
    env: simcord.Env,
    town: Town,
    village: Village,
    engine: Engine,
    changes: Changes,
    shared_documents: Path,
) -> None:
    await env.advance_time(AFTER_COOLDOWN)
    assert env.bot.user
    asked = await village.member.send(village.channel, f"{env.bot.user.mention} {QUESTION}")
    answer = await ask(env, town, QUESTION)
    changed = TOWN.replace("at nine in the morning", "at ten in the morning")
    (shared_documents / "town.md").write_text(changed)
    await engine.index_folder(shared_documents, lambda _: None)
    await changes.look()
    told = "⚠️ **Town guide** has changed since this answer."
    assert told in read_texts(find(town, answer))
    [reply] = [one for one in village.channel.history() if one.reference]
    assert reply.reference and reply.reference.message_id == asked.id
    assert told in read_texts(reply) and ANSWER in read_texts(reply)


async def test_an_answer_that_was_posted_is_told_and_a_private_one_is_not_kept(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await add(town)
    said = await town.member.send(town.channel, TOWER)
    found = await town.member.context_menu(town.channel, "Find in documents", said)
    await town.member.click(found.response, label="Post as a reply")
    await ask(env, town, private=True)
    await ask(env, town, OFF_TOPIC)
    await remove(engine, town)
    await changes.look()
    assert count_edits(env) == 1
    [posted] = [one for one in town.channel.history() if "⚠️" in read_texts(one)]
    assert posted.reference and posted.reference.message_id == said.id


async def test_changes_while_the_bot_was_off_are_told_at_the_start(
    env: simcord.Env,
    town: Town,
    settings: Settings,
    engine: Engine,
    make_bot: Callable[[], FootnoteBot],
) -> None:
    await add(town)
    answer = await ask(env, town)
    folder = settings.data / "libraries" / f"server-{town.guild.id}"
    with Library(folder, HashEncoder) as library:  # as another process does
        library.remove("tower.md")
    await env.restart_bot(make_bot())
    await find_changes(env).look()
    assert "⚠️ **Tower guide** was removed" in read_texts(find(town, answer))


async def test_it_looks_by_itself_after_changes_and_every_hour(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = find_changes(env)
    assert changes._loop.seconds == EVERY_S
    compared: list[int] = []
    real = engine.answers.find_outdated

    async def note(guild: int) -> Any:
        compared.append(guild)
        return await real(guild)

    monkeypatch.setattr(engine.answers, "find_outdated", note)
    await changes._tick()  # the first compares all
    await changes._tick()
    assert compared == [town.guild.id]
    await add(town)
    engine.reading = True
    await changes._tick()
    assert len(compared) == 1
    engine.reading = False
    await changes._tick()
    assert len(compared) == 2
    changes._looked_at_all -= ALL_EVERY_S
    await changes._tick()
    assert len(compared) == 3


async def test_a_deleted_answer_is_forgotten_quietly(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    changes: Changes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await add(town)
    said = await town.member.send(town.channel, "Hello")
    deleted, kept = await ask(env, town), await ask(env, town, STAIRS)
    env.backend.bulk_delete_messages(town.channel.id, [deleted.id, said.id])
    await remove(engine, town)
    await changes.look()
    assert "⚠️" in read_texts(find(town, kept))
    assert await engine.answers.find_outdated(town.guild.id) == ()
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_where_the_bot_may_not_edit_any_more_the_answer_is_forgotten(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes, method: str
) -> None:
    await add(town)
    answer = await ask(env, town)
    await remove(engine, town)
    env.inject_error(method, "/channels/*/messages/*", status=403, code=50001)
    await changes.look()
    assert "⚠️" not in read_texts(find(town, answer))
    assert await engine.answers.find_outdated(town.guild.id) == ()


async def test_where_discord_fails_it_is_tried_again(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await add(town)
    answer = await ask(env, town)
    await remove(engine, town)
    env.inject_error("PATCH", "/channels/*/messages/*", status=503)
    await changes.look()
    assert "⚠️" not in read_texts(find(town, answer))
    changes._looked_at_all -= ALL_EVERY_S
    await changes.look()
    assert "⚠️ **Tower guide** was removed" in read_texts(find(town, answer))


async def test_what_cannot_be_read_has_not_changed(
    env: simcord.Env, town: Town, settings: Settings, engine: Engine, changes: Changes
) -> None:
    await add(town)
    answer, other = await ask(env, town, QUESTION), await ask(env, town)
    await remove(engine, town)
    (settings.library_folder / "library.db").write_bytes(b"no library" * 1000)
    for name in ("library.db-wal", "library.db-shm"):
        (settings.library_folder / name).unlink(missing_ok=True)
    await changes.look()
    assert "⚠️" not in read_texts(find(town, answer))
    assert "⚠️ **Tower guide** was removed" in read_texts(find(town, other))


async def test_leaving_the_operators_documents_out_changes_no_answer(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    await ask(env, town, QUESTION)
    await add(town)
    await engine.prefer(town.guild.id, Preferences(shared=False))
    await changes.look()
    assert count_edits(env) == 0


async def test_a_title_is_told_as_text_that_pings_nobody(
    env: simcord.Env, town: Town, engine: Engine, changes: Changes
) -> None:
    title = b"@everyone <@1> **[x](https://evil.test)** " + b"`" * 90
    await add(town, GUIDE.replace(b"Tower guide", title))
    answer = await ask(env, town)
    await remove(engine, town)
    await changes.look()
    told = read_texts(find(town, answer)).splitlines()[0]
    assert told.startswith("⚠️ **") and told.endswith("** was removed since this answer.")
    assert "@everyone" not in told and "<@1>" not in told and "](http" not in told


@hypothesis_settings(max_examples=60)
@given(answers(), st.lists(st.builds(Change, st.just("") | LONG, st.booleans()), max_size=SHOWN))
async def test_an_amended_answer_keeps_discords_limits_and_its_buttons(
    found: Found, changes: list[Change]
) -> None:
    changes = changes or [Change("x" * 500, True)]
    question = "x" * 1000
    answer = render_answer(question, found)
    if found.answer.answered:  # awaited by as many as one message mentions
        put_above(answer, f"{f'<@{10**19}> ' * MOST_MENTIONED}This is answered now.")
    amended = render_amended(receive(answer), (changes[0],))
    again = render_amended(receive(amended), tuple(changes))
    if found.answer.answered:
        check_limits(again)
    assert list_custom_ids(again) == list_custom_ids(answer)
    assert read_question(receive(again)) == question


def test_nothing_is_said_twice_of_a_document() -> None:
    changes = (Change("A", True), Change("A", True), Change("", False))
    amended = render_amended(receive(render_answer(QUESTION, make_found())), changes)
    again = render_amended(receive(amended), changes)
    assert again.to_components() == amended.to_components()
    assert amended.to_components()[0]["content"] == (
        "⚠️ **A** was removed since this answer.\n"
        "⚠️ A document cited here has changed since this answer."
    )
