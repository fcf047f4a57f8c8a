"""`/docs eval`: what admins confirm, and the figures that come of it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import simcord
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.client import FootnoteBot
from bot.discord.escape import measure_cells
from bot.discord.evaluation import render_confirmed, render_evaluation, render_offer
from bot.language import ENGLISH, LANGUAGES, speak
from bot.libraries.candidates import Candidate, Evaluation, Offer
from bot.libraries.confirmed import MOST_CONFIRMED, Confirmed
from bot.libraries.engine import Engine
from bot.libraries.evaluating import Scores, Verdict
from bot.types import Preferences, Question
from index.types import Citation, Record
from tests.bot.discord.conftest import ANSWER, QUESTION, Town, Village, find_ids, read_texts
from tests.bot.discord.limits import check_limits, list_texts
from tests.bot.discord.markup import RICH, find_markup
from tests.bot.discord.test_isolation import COMBINATION, SECRETS, forge, nothing_told
from tests.bot.passages import make_passage

FERRY = "How often does a ferry leave the harbour?"
CHAMBER = "Where do the swans sleep?"


@pytest.fixture
async def asked(town: Town) -> None:
    """The town keeps two questions; the answer to the first was voted for."""
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    await town.member.slash(town.channel, "ask", question=FERRY)
    await town.member.click(answer.response, custom_id="vote:up")


async def show(town: Town) -> Any:
    shown = await town.admin.slash(town.channel, "docs eval")
    assert shown.ephemeral
    return shown.response


async def press(town: Town, message: Any, **button: str) -> Any:
    return (await town.admin.click(message, **button)).response


async def test_without_kept_questions_the_setting_is_named(town: Town) -> None:
    shown = await show(town)
    assert "Nothing is confirmed yet." in read_texts(shown)
    assert "/docs settings keep_questions" in read_texts(shown)
    assert not find_ids(shown)


async def test_candidates_are_gone_through_and_measured(town: Town, asked: None) -> None:
    shown = await show(town)
    assert "Confirm questions (2)" in read_texts(shown)
    first = await press(town, shown, label="Confirm questions (2)")
    text = read_texts(first)
    assert QUESTION in text and f"> {ANSWER}" in text and "Town guide" in text
    assert "1 of 2 · 1 👍 · 0 👎" in text
    second = await press(town, first, label="Right passage")
    assert FERRY in read_texts(second) and "1 of 1 · 0 👍 · 0 👎" in read_texts(second)
    last = await press(town, second, label="Wrong passage")
    assert "No question waits" in read_texts(last)
    figures = read_texts(await press(town, last, label="Figures"))
    for line in (
        "Measured just now on 2 confirmed questions",
        "recall@1          100%  1 of 1",
        "recall@5          100%  1 of 1",
        "MRR               1.00",
        "answered wrongly  50%  1 of 2",
        "So few questions are examples",
        "Confirmed (2)",
    ):
        assert line in figures


async def test_what_is_skipped_comes_again(town: Town, asked: None) -> None:
    first = await press(town, await show(town), label="Confirm questions (2)")
    second = await press(town, first, label="Skip")
    assert "2 of 2" in read_texts(second) and FERRY in read_texts(second)
    third = await press(town, second, label="Right passage")
    assert "Those that you skipped are still there" in read_texts(third)
    shown = await press(town, third, label="Figures")
    again = await press(town, shown, label="Confirm questions (1)")
    assert QUESTION in read_texts(again)


async def test_what_is_confirmed_is_kept_until_it_is_forgotten(
    town: Town, asked: None, engine: Engine
) -> None:
    offered = await press(town, await show(town), label="Confirm questions (2)")
    await press(town, offered, label="Right passage")
    await town.admin.slash(town.channel, "docs settings", keep_questions=0)
    shown = await show(town)
    assert "recall@1          100%  1 of 1" in read_texts(shown)
    listed = await press(town, shown, label="Confirmed (1)")
    assert QUESTION in read_texts(listed) and "✅ right · " in read_texts(listed)
    emptied = await press(town, listed, label="Forget")
    assert "Nothing is confirmed here yet." in read_texts(emptied)
    assert await engine.evaluation.confirmed(town.guild.id) == ()


async def test_what_was_confirmed_meanwhile_is_told(
    bot: FootnoteBot, town: Town, asked: None, engine: Engine
) -> None:
    offered = await press(town, await show(town), label="Confirm questions (2)")
    [right] = find_ids(offered, "eval:right")
    await press(town, offered, custom_id=right)
    late = await town.admin.click(await forge(bot, town.channel, right), custom_id=right)
    assert "confirmed already" in "".join(read_texts(one) for one in late.followups)
    assert len(await engine.evaluation.confirmed(town.guild.id)) == 1


async def test_a_document_that_is_gone_leaves_its_questions_lost(
    town: Town, village: Village, engine: Engine
) -> None:
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    await town.member.slash(town.channel, "ask", question=CHAMBER)
    offered = await press(town, await show(town), label="Confirm questions (1)")
    await press(town, offered, label="Right passage")
    [confirmed] = await engine.evaluation.confirmed(town.guild.id)
    assert not confirmed.shared
    removal = await town.admin.slash(town.channel, "docs remove", document=confirmed.document)
    [remove] = find_ids(removal.response, "remove:")
    await town.admin.click(removal.response, custom_id=remove)
    shown = await show(town)
    text = read_texts(shown)
    assert "The passages of 1 question are lost" in text and "nothing to measure" in text
    lost = await press(town, shown, label="Lost")
    assert "Lost passages" in read_texts(lost) and CHAMBER in read_texts(lost)
    assert "Nothing is lost." in read_texts(await press(town, lost, label="Forget"))
    assert await engine.evaluation.confirmed(town.guild.id) == ()


async def test_votes_and_confirmations_change_neither_ranking_nor_calibration(
    town: Town, asked: None, engine: Engine
) -> None:
    async def find() -> tuple[Any, ...]:
        found = [
            await engine.ask(town.guild.id, Question(text), counted=False)
            for text in (QUESTION, FERRY, COMBINATION)
        ]
        hits = [hit for one in found for hit in one.answer.hits]
        return (
            [one.passages for one in found],
            [(hit.score, hit.confidence) for hit in hits],
            [one.answer.answered for one in found],
        )

    def calibrated() -> Any:
        with engine._places.reach(town.guild.id) as libraries:
            return [(one.calibration, one.store.fitted.scored_by) for one in libraries.values()]

    before, fitted = await find(), calibrated()
    for question in (QUESTION, FERRY):
        for person, vote in ((town.member, "vote:down"), (town.admin, "vote:down")):
            answer = await person.slash(town.channel, "ask", question=question)
            await person.click(answer.response, custom_id=vote)
    offered = await press(town, await show(town), label="Confirm questions (2)")
    offered = await press(town, offered, label="Wrong passage")
    await press(town, offered, label="Wrong passage")
    await show(town)
    assert len(await engine.evaluation.confirmed(town.guild.id)) == 2
    assert await find() == before
    assert calibrated() == fitted


async def test_no_other_server_sees_or_changes_what_is_confirmed(
    env: simcord.Env, bot: FootnoteBot, town: Town, village: Village, engine: Engine
) -> None:
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    for question in (COMBINATION, CHAMBER):
        await town.member.slash(town.channel, "ask", question=question)
    offered = await press(town, await show(town), label="Confirm questions (2)")
    await press(town, offered, label="Right passage")
    before = await engine.evaluation.confirmed(town.guild.id)
    assert len(before) == 1
    await village.admin.slash(village.channel, "docs settings", keep_questions=30)
    ids = ["eval:right:1:0", "eval:wrong:2:0", "eval:figures:0", "eval:offer:0", "eval:list:0"]
    ids += ["eval:lost:0", f"eval:forget:{before[0].id}:list:0"]
    with nothing_told(env, (*SECRETS, "vault")):
        await village.admin.slash(village.channel, "docs eval")
        for custom_id in ids:
            message = await forge(bot, village.channel, custom_id, question="Which?")
            await village.admin.click(message, custom_id=custom_id)
    with nothing_told(env, (*SECRETS, "vault")):
        for custom_id in ids:
            message = await forge(bot, town.channel, custom_id, question="Which?")
            told = await town.member.click(message, custom_id=custom_id)
            assert "Only members who may manage" in read_texts(told.response)
    assert await engine.evaluation.confirmed(town.guild.id) == before
    assert await engine.evaluation.confirmed(village.guild.id) == ()


async def test_more_than_a_page_can_be_turned_and_nobody_who_asked_is_kept(
    town: Town, asked: None, engine: Engine
) -> None:
    with engine._places.memory(town.guild.id) as memory:
        for number in range(6):
            one = Confirmed(f"What is in house {number}?", True, "town.md", b"four", False)
            memory.confirmed.keep(one)
    listed = await press(town, await show(town), label="Confirmed (6)")
    assert "page 1 of 2" in read_texts(listed) and "house 0?" not in read_texts(listed)
    second = await press(town, listed, custom_id="eval:list:1")
    assert "house 0?" in read_texts(second) and "house 5?" not in read_texts(second)
    first = await press(town, second, custom_id=find_ids(second, "eval:forget")[0])
    assert "5 passages" in read_texts(first) and "house 5?" in read_texts(first)
    confirmed = await engine.evaluation.confirmed(town.guild.id)
    people = (str(town.member.id), str(town.admin.id))
    assert not any(id in json.dumps([str(one) for one in confirmed]) for id in people)


NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
RECORD = Record(1, "a.md", "/a.md", "Guide", None, 1, 1, "", "en", NOW, NOW)
VERDICT = st.builds(
    Verdict, st.none() | st.sampled_from([1, 3, 9, float("inf")]), st.booleans(), st.booleans()
)


@settings(deadline=None)
@given(
    *(RICH, RICH, RICH),
    st.lists(VERDICT, max_size=15).map(tuple),
    *(st.integers(0, 10**5), st.sampled_from([1, 40])),
)
def test_whatever_is_confirmed_each_view_keeps_discords_limits_and_nothing_in_it_is_markup(
    question: str, title: str, text: str, verdicts: tuple[Verdict, ...], number: int, times: int
) -> None:
    confirmed = Confirmed(question or "a", True, title or "a", b"four", bool(number % 2), 10**17)
    passage = make_passage([text * times or "a"], heading_path=(title,))
    one = Candidate(
        *(10**17, question * times or "a", number, number, True),
        *(replace(RECORD, title=title * times, name=title or "a"), passage),
    )
    citation = Citation(title, None, (), "https://a.b/" + "*(" * 60)
    views = [
        render_evaluation(
            Evaluation(Scores(verdicts), (confirmed,) * len(verdicts), number, number % 3)
        ),
        render_evaluation(Evaluation(Scores(verdicts), (confirmed,) * MOST_CONFIRMED, 0, 0)),
        render_offer(Offer(one, citation, number, number + 1)),
        render_offer(Offer(None, None, number, number)),
        *(
            render_confirmed(
                tuple(replace(confirmed, id=id) for id in range(amount)), "list", number
            )
            for amount in (0, 1, 12)
        ),
    ]
    for view in views:
        check_limits(view)
    asked = list_texts(views[2])[1]
    assert not find_markup(asked.removeprefix("**").removesuffix("**"))
    for described in list_texts(views[5])[1:]:
        said = described.split("\n")[0]
        assert not find_markup(said.removeprefix("**").removesuffix("**"))


def test_as_many_as_are_kept_say_that_the_oldest_go() -> None:
    one = Confirmed("When?", True, "a.md", b"four", True)
    verdicts = (Verdict(1, False, False),) * 12
    told = "\n".join(
        list_texts(render_evaluation(Evaluation(Scores(verdicts), (one,) * MOST_CONFIRMED, 3, 7)))
    )
    assert "500 are kept at most" in told and "So few" not in told
    assert Preferences().questions_days == 0


@pytest.mark.parametrize("language", [ENGLISH, *LANGUAGES])
def test_the_figures_stand_below_each_other_in_every_language(language: str) -> None:
    scores = Scores((Verdict(1.0, wrong=False, lost=False),))
    confirmed = Confirmed(QUESTION, False, "guide.md", b"four", True)
    with speak(language):
        shown = list_texts(render_evaluation(Evaluation(scores, (confirmed,), 0, 7)))
    [table] = re.findall(r"```\n(.*)\n```", "\n".join(shown), re.DOTALL)
    names = re.findall(r"^\S.*?  +(?=\S)", table, re.MULTILINE)
    assert len(names) == 5 and len({measure_cells(name) for name in names}) == 1
