"""A server's own words in refusals, and the last line of its answers."""

import pytest
import simcord

from bot.libraries.engine import Engine
from bot.types import Preferences
from tests.bot.discord.conftest import ANSWER, OFF_TOPIC, QUESTION, Town, read_texts

OWN = {"refusal": "Not known. Ask **the team**\nin <#5>!", "footer": "By the *team*"}


async def change(town: Town, **words: str) -> str:
    """What an admin sees who fills in the form."""
    form = await town.admin.slash(town.channel, "docs words")
    assert form.modal
    shown = await town.admin.submit_modal(form, words)
    assert shown.ephemeral
    return read_texts(shown.response)


async def ask(env: simcord.Env, town: Town, question: str) -> str:
    await env.advance_time(11)
    return read_texts((await town.member.slash(town.channel, "ask", question=question)).response)


async def test_own_words_are_shown_in_answers_and_refusals_until_they_are_emptied(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    before = [await ask(env, town, question) for question in (QUESTION, OFF_TOPIC)]
    assert "Ask **the team**" in await change(town, **OWN)
    assert await engine.preferences(town.guild.id) == Preferences(**OWN)
    answered, refused = [await ask(env, town, question) for question in (QUESTION, OFF_TOPIC)]
    assert ANSWER in answered and answered.endswith("\n-# By the *team*")
    assert "Not known. Ask **the team**\nin <#5>!\n-# I searched 1 document." in refused
    assert refused.endswith("\n-# By the *team*") and "not in the documents" not in refused
    await change(town, refusal=" ", footer="")
    assert await engine.preferences(town.guild.id) == Preferences()
    assert [await ask(env, town, question) for question in (QUESTION, OFF_TOPIC)] == before


async def test_the_form_holds_the_words_that_are_kept_and_settings_show_them(
    town: Town,
) -> None:
    await change(town, **OWN)
    form = await town.admin.slash(town.channel, "docs words")
    assert form.modal
    inputs = [label["component"] for label in form.modal["components"]]
    assert {one["custom_id"]: one["value"] for one in inputs} == OWN
    shown = read_texts((await town.admin.slash(town.channel, "docs settings")).response)
    assert "Ask **the team**" in shown and "By the *team*" in shown
    cleared = await town.admin.slash(town.channel, "docs settings", clear="all settings")
    assert "By the" not in read_texts(cleared.response)


async def test_an_answer_with_own_words_is_read_back(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await engine.prefer(town.guild.id, Preferences(**OWN))
    for question in (QUESTION, OFF_TOPIC):
        await env.advance_time(11)
        asked = await town.member.slash(town.channel, "ask", question=question)
        shown = await town.admin.context_menu(town.channel, "Why this passage?", asked.response)
        assert question in read_texts(shown.response)


async def test_a_posted_answer_has_the_last_line_too(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await engine.prefer(town.guild.id, Preferences(**OWN))
    asked = await town.member.send(town.channel, QUESTION)
    found = await town.member.context_menu(town.channel, "Find in documents", asked)
    await town.member.click(found.response, label="Post as a reply")
    assert read_texts(town.channel.last_message).endswith("By the *team*")


@pytest.mark.parametrize("word", ["@everyone", "@here", "<@1>", "<@&2>"])
async def test_own_words_ping_nobody(
    env: simcord.Env, town: Town, engine: Engine, word: str
) -> None:
    await engine.prefer(town.guild.id, Preferences(refusal=word, footer=word))
    assert env.bot.user
    await town.member.send(town.channel, f"{env.bot.user.mention} {OFF_TOPIC}")
    shown = town.channel.last_message
    assert shown and not shown.mentions and not shown.mention_everyone
    assert word not in read_texts(shown)
    sent = [one.json for one in env.http_requests if one.path.endswith("/messages")]
    assert [body["allowed_mentions"]["parse"] for body in sent] == [[]]
