"""“Why this passage?”: what keepers see of an answer's score, and nobody else."""

from dataclasses import replace
from typing import Any

import pytest
import simcord
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.client import FootnoteBot
from bot.discord.why import NAME, render_reasons
from bot.libraries.engine import Engine
from bot.libraries.reasons import Reason
from bot.types import Found, Question
from bot.wording import PARTS
from tests.bot.discord.conftest import OFF_TOPIC, QUESTION, Town, Village, read_texts
from tests.bot.discord.limits import check_limits, list_texts
from tests.bot.discord.test_documents import show_docs_to
from tests.bot.discord.test_isolation import forge, nothing_told
from tests.bot.discord.test_render import LONG, answers, make_found, refuse

WORDS = st.lists(st.tuples(LONG, st.floats(0, 20)), max_size=60).map(tuple)
REASONS = st.builds(Reason, WORDS, WORDS, st.floats(-10, 10))


async def explain(env: simcord.Env, town: Town, question: str) -> str:
    asked = await town.member.slash(town.channel, "ask", question=question)
    shown = await town.admin.context_menu(town.channel, NAME, asked.response)
    assert shown.ephemeral
    return read_texts(shown.response)


async def test_an_answer_is_explained_by_its_parts_its_words_and_what_came_second(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    said = await explain(env, town, QUESTION)
    found = await engine.ask(town.guild.id, Question(QUESTION), counted=False)
    first, second = found.answer.hits[:2]
    assert f"**Sure** · score {first.score:.2f}" in said
    assert f"{first.score - 1.6:.2f} above the 1.60" in said
    table = said[said.index("```") :]
    for name, value in first.parts:
        if value:
            [line] = [line for line in table.splitlines() if line.startswith(PARTS[name])]
            assert f"{value:.2f}" in line
    held = said[said.index("Words found in it") : said.index("**Lacking**")]
    assert all(word in held for word in ("museum", "open", "morning"))
    assert f"Score {second.score:.2f}, {first.score - second.score:.2f} less; most in: " in said
    assert "documents have changed" not in said


async def test_the_words_that_a_passage_lacks_are_told(env: simcord.Env, town: Town) -> None:
    said = await explain(env, town, "When does the museum open in the morning for tapirs?")
    lacking = said[said.index("**Lacking**") :]
    assert lacking.splitlines()[0].startswith("**Lacking** tapirs ")


async def test_a_refusal_tells_how_far_it_was_from_an_answer(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    said = await explain(env, town, OFF_TOPIC)
    found = await engine.ask(town.guild.id, Question(OFF_TOPIC), counted=False)
    score = found.answer.hits[0].score
    assert f"**Refused** · score {score:.2f}, {1.6 - score:.2f} below the 1.60" in said


async def test_an_answer_whose_passage_has_gone_is_told_so(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    guide = ("m.md", b"# Hours\n\nThe museum does open at ten in the morning, when it is open.\n")
    await town.admin.slash(town.channel, "docs add", file1=guide)
    asked = await town.member.slash(
        town.channel, "ask", question="Is it ten that the museum opens?"
    )
    assert "at ten" in read_texts(asked.response)
    await engine.remove(town.guild.id, "m.md")
    shown = await town.admin.context_menu(town.channel, NAME, asked.response)
    said = read_texts(shown.response)
    assert "documents have changed since" in said and "Town guide" in said


async def test_a_follow_up_is_explained_as_it_was_read(env: simcord.Env, town: Town) -> None:
    asked = await town.member.slash(
        town.channel, "ask", question="Where does the ferry leave in summer?"
    )
    await env.advance_time(11)
    assert env.bot.user
    await town.member.send(
        town.channel, f"{env.bot.user.mention} And every hour?", reply_to=asked.response
    )
    shown = await town.admin.context_menu(town.channel, NAME, town.channel.last_message)
    said = read_texts(shown.response)
    assert "Read with: Where does the ferry leave in summer?" in said and "ferry" in said


async def test_members_are_refused_and_what_is_no_answer_is_told_so(
    env: simcord.Env, town: Town, bot: FootnoteBot
) -> None:
    await show_docs_to(env, town, town.member)
    asked = await town.member.slash(town.channel, "ask", question=QUESTION)
    refused = await town.member.context_menu(town.channel, NAME, asked.response)
    assert refused.ephemeral and "Only members who may manage" in read_texts(refused.response)
    other = await town.member.send(town.channel, QUESTION)
    told = await town.admin.context_menu(town.channel, NAME, other)
    assert "no answer of mine" in read_texts(told.response)


async def test_it_counts_as_no_question(env: simcord.Env, town: Town, engine: Engine) -> None:
    await explain(env, town, QUESTION)
    assert (await engine.status(town.guild.id)).asked_today == 1


async def test_nothing_of_another_server_is_told(
    env: simcord.Env, village: Village, bot: FootnoteBot
) -> None:
    with nothing_told(env):
        for ids in (("context:o2", "more:3:o2"), ("context:o3", "more:0:-"), ("more:0:o1",)):
            message = await forge(bot, village.channel, *ids)
            shown = await village.admin.context_menu(village.channel, NAME, message)
            assert shown.response


@pytest.mark.parametrize("document", ["o1", "s1"])
async def test_an_answer_from_one_document_is_explained_from_it(
    env: simcord.Env, town: Town, bot: FootnoteBot, document: str
) -> None:
    guide = ("m.md", b"# Own guide\n\nThe museum does open in the morning, at nine.\n")
    await town.admin.slash(town.channel, "docs add", file1=guide)
    message = await forge(bot, town.channel, f"more:3:{document}", question=QUESTION)
    shown = await town.admin.context_menu(town.channel, NAME, message)
    said = read_texts(shown.response)
    assert ("Own guide" in said) == (document == "o1") != ("Town guide" in said)


@given(LONG.filter(str.strip), answers(), st.lists(REASONS, min_size=2, max_size=2))
def test_an_explanation_keeps_the_limits(question: str, found: Found, reasons: Any) -> None:
    view = render_reasons(question, found, reasons[: len(found.answer.hits)], found.passages[-1:])
    check_limits(view)


def test_a_second_passage_that_scores_more_is_told_so() -> None:
    found = make_found()
    hits = tuple(
        replace(hit, score=score, parts=(("sentence", score),))
        for hit, score in zip(found.answer.hits[:2], (1.5, 1.9), strict=True)
    )
    found = replace(found, answer=replace(found.answer, hits=hits))
    reasons = [Reason((), (), 1.0), Reason((), (), 1.6)]
    said = "\n".join(list_texts(render_reasons(QUESTION, found, reasons)))
    assert "Score 1.90, 0.40 more ·" in said and "answers from 1.60 on" in said
    assert "**Refused**" in "\n".join(list_texts(render_reasons(QUESTION, refuse(found), reasons)))
