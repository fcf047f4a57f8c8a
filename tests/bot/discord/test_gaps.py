"""`/docs gaps`: the questions without an answer that helped, and what admins make of them."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
import simcord
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.client import FootnoteBot
from bot.discord.gaps import GROUPS, render_files, render_gaps
from bot.libraries.engine import Engine
from bot.libraries.gaps import Gap, Gaps
from bot.types import Preferences
from index.types import Citation
from tests.bot.discord.conftest import OFF_TOPIC, QUESTION, Town, Village, find_ids, read_texts
from tests.bot.discord.limits import check_limits, list_custom_ids, list_texts
from tests.bot.discord.markup import RICH, find_markup
from tests.bot.discord.test_isolation import forge, nothing_told
from tests.bot.kept import make_kept

SECRETS = ("zebra", "quagga")
SECRET = "Which zebra bit the quagga?"


@pytest.fixture
async def asked(env: simcord.Env, town: Town, engine: Engine) -> None:
    """The town keeps questions: one of two people, one of one, and one with an answer."""
    engine.noting._crowd._key = bytes(32)  # under which the two have different numbers
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    await town.admin.slash(town.channel, "ask", question=OFF_TOPIC)
    await town.member.slash(town.channel, "ask", question=SECRET)
    await town.member.slash(town.channel, "ask", question=QUESTION)


async def show(town: Town, **options: Any) -> Any:
    shown = await town.admin.slash(town.channel, "docs gaps", **options)
    assert shown.ephemeral
    return shown.response


async def test_the_question_of_most_people_comes_first_with_when_and_what_came_closest(
    town: Town, asked: None
) -> None:
    text = read_texts(await show(town))
    assert "2 groups of the last 30 days" in text
    assert text.index("quarks") < text.index("zebra")
    assert "2 people, 2 questions: 2 refused · <t:" in text
    assert "1 person, 1 question: 1 refused" in text
    assert "Closest: **Town guide**" in text and "% sure)" in text
    assert QUESTION not in text


async def test_an_answer_that_is_voted_down_is_a_gap(town: Town, asked: None) -> None:
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    await town.member.click(answer.response, custom_id="vote:down")
    text = read_texts(await show(town))
    assert "When does the museum open in the morning?" in text
    assert "1 person, 1 question: 1 voted down" in text
    await town.member.click(answer.response, custom_id="vote:down")
    assert QUESTION not in read_texts(await show(town))


async def test_where_no_questions_are_kept_the_setting_is_named(town: Town) -> None:
    assert "/docs settings keep_questions" in read_texts(await show(town))


async def test_what_is_done_goes_and_returns_when_it_is_asked_again(
    town: Town, asked: None
) -> None:
    shown = await show(town)
    done = find_ids(shown, "gap:done:30:0:")
    assert len(done) == 2
    after = await town.admin.click(shown, custom_id=done[0])
    text = read_texts(after.response)
    assert "quarks" not in text and "zebra" in text
    late = await town.admin.click(after.response, custom_id=find_ids(after.response, "gap:done")[0])
    assert "No question of the last 30 days was left" in read_texts(late.response)
    await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    assert "1 person, 1 question: 1 refused" in read_texts(await show(town))


async def test_what_is_not_theirs_stays_away_until_it_is_brought_back(
    town: Town, asked: None
) -> None:
    shown = await show(town)
    hidden = await town.admin.click(shown, custom_id=find_ids(shown, "gap:not ours")[0])
    await town.member.slash(town.channel, "ask", question=f"{OFF_TOPIC} please")
    text = read_texts(await show(town))
    assert "quarks" not in text and "1 group hidden as not yours" in text
    back = await town.admin.click(hidden.response, label="Bring back")
    assert "2 groups" in read_texts(back.response) and "quarks" in read_texts(back.response)


async def test_pages_are_turned_and_a_group_that_is_settled_leaves_its_page(
    town: Town, engine: Engine
) -> None:
    words = ("apples", "bridges", "clouds", "dragons", "engines", "feathers")
    with engine._places.memory(town.guild.id) as memory:
        memory.prefer(Preferences(questions_days=30))
        for number, word in enumerate(words):
            for asker in range(len(words) - number):  # fewer for each
                memory.questions.keep(make_kept(word, False, 0.1, asker=asker))
    engine._preferences.clear()
    shown = await show(town, days=7)
    text = read_texts(shown)
    assert "6 groups of the last 7 days · page 1 of 2" in text and "feathers" not in text
    [back, forth] = find_ids(shown, "gaps:turn")
    assert (back, forth) == ("gaps:turn:7:0", "gaps:turn:7:1")
    second = await town.admin.click(shown, custom_id=forth)
    text = read_texts(second.response)
    assert "page 2 of 2" in text and "feathers" in text and "engines" not in text
    [done] = find_ids(second.response, "gap:done")
    last = await town.admin.click(second.response, custom_id=done)
    text = read_texts(last.response)
    assert "5 groups of the last 7 days\n" in text and "engines" in text
    assert not find_ids(last.response, "gaps:turn")


async def test_who_presses_too_late_is_told(bot: FootnoteBot, town: Town, asked: None) -> None:
    message = await forge(bot, town.channel, "gap:done:30:0:99")
    late = await town.admin.click(message, custom_id="gap:done:30:0:99")
    assert "settled this group" in "".join(read_texts(one) for one in late.followups)
    assert "2 groups" in read_texts(await show(town))


async def test_the_groups_are_sent_as_files(env: simcord.Env, town: Town, asked: None) -> None:
    sent = await town.admin.click(await show(town), label="Export")
    assert sent.ephemeral
    files = {file.filename: file for file in sent.response.attachments}
    assert files.keys() == {"gaps.csv", "gaps.md"}
    table = (await files["gaps.csv"].read()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [row["example_1"] for row in rows] == [OFF_TOPIC, SECRET]
    assert "zebra" in (await files["gaps.md"].read()).decode()


async def test_a_group_is_taught_by_those_who_may_with_its_question_in_the_form(
    bot: FootnoteBot, town: Town, asked: None
) -> None:
    gone = await forge(bot, town.channel, "gap:teach:30:0:99")
    told = await town.admin.click(gone, custom_id="gap:teach:30:0:99")
    assert "settled this group" in read_texts(told.response)
    shown = await show(town)
    form = await town.admin.click(shown, custom_id=find_ids(shown, "gap:teach")[0])
    assert form.modal["components"][0]["component"]["value"] == OFF_TOPIC
    message = await forge(bot, town.channel, "gap:teach:30:0:1")
    pressed = await town.member.click(message, custom_id="gap:teach:30:0:1")
    assert not pressed.modal and "Only members who may manage" in read_texts(pressed.response)


async def test_another_server_sees_and_settles_nothing(
    env: simcord.Env, bot: FootnoteBot, town: Town, village: Village, asked: None, engine: Engine
) -> None:
    await village.admin.slash(village.channel, "docs settings", keep_questions=30)
    before = await engine.gaps.find(town.guild.id, 30)
    assert len(before.groups) == 2
    ids = [f"gap:{how}:30:0:{gap.ids[0]}" for gap in before.groups for how in ("not ours", "done")]
    ids += [f"gap:teach:30:0:{gap.ids[0]}" for gap in before.groups]
    ids += ["gaps:turn:30:0", "gaps:export:30:0", "gaps:restore:30:0"]
    with nothing_told(env, SECRETS):
        await village.admin.slash(village.channel, "docs gaps")
        for custom_id in ids:
            message = await forge(bot, village.channel, custom_id)
            await village.admin.click(message, custom_id=custom_id)
    assert await engine.gaps.find(town.guild.id, 30) == before


async def test_members_see_and_settle_nothing(
    env: simcord.Env, bot: FootnoteBot, town: Town, asked: None, engine: Engine
) -> None:
    before = await engine.gaps.find(town.guild.id, 30)
    ids = ["gap:done:30:0:1", "gap:not ours:30:0:1", "gaps:export:30:0", "gaps:restore:30:0"]
    with nothing_told(env, SECRETS):
        for custom_id in ids:
            message = await forge(bot, town.channel, custom_id)
            told = await town.member.click(message, custom_id=custom_id)
            assert "Only members who may manage" in read_texts(told.response)
    assert await engine.gaps.find(town.guild.id, 30) == before


NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
TEXTS = st.tuples(RICH, st.sampled_from([1, 1, 40])).map(lambda pair: pair[0] * pair[1] or "a")
PLACES = st.none() | st.builds(
    Citation,
    TEXTS,
    st.none() | st.integers(1, 10**6),
    st.lists(TEXTS, max_size=3).map(tuple),
    st.none() | st.sampled_from(["https://a.b/c", "https://a.b/" + "*(" * 60, "x:y"]),
)
COUNTS = st.integers(1, 10**6)
GAPS = st.builds(
    Gap,
    st.lists(st.integers(1, 10**17), min_size=1, max_size=3).map(tuple),
    st.lists(TEXTS, min_size=1, max_size=4).map(tuple),
    *(COUNTS, COUNTS, COUNTS, st.just(NOW), st.just(NOW)),
    st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    st.floats(0, 1),
    PLACES,
)


@settings(deadline=None)
@given(
    st.lists(GAPS, max_size=12, unique_by=lambda gap: gap.ids[0]).map(tuple),
    *(st.integers(0, 10**5), st.integers(0, 3)),
)
def test_whatever_was_asked_a_page_keeps_discords_limits_and_nothing_in_it_is_markup(
    groups: tuple[Gap, ...], page: int, others: int
) -> None:
    gaps = Gaps(30, 7, groups, others, others)
    view = render_gaps(gaps, page=page)
    check_limits(view)
    shown = [id for id in list_custom_ids(view) if id.startswith("gap:done")]
    assert bool(shown) == bool(groups) and len(shown) <= GROUPS
    check_limits(render_files(gaps, ["gaps.csv", "gaps.md"]))
    for gap in groups:
        single = Gaps(30, 30, (gap,))
        described = list_texts(render_gaps(single))[1]
        for line in described.split("\n"):
            if line.startswith("- "):
                assert not find_markup(line.removeprefix("- "))
