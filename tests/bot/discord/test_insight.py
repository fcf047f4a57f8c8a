"""`/docs insight`: a server at a glance."""

import io
from typing import Any

import discord
import pytest
import simcord
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.discord.insight import render_insight
from bot.libraries.engine import Engine
from bot.libraries.insight import Cited
from tests.bot.discord.conftest import OFF_TOPIC, QUESTION, Town, Village, read_texts, walk
from tests.bot.discord.limits import check_limits, list_texts
from tests.bot.discord.markup import RICH, find_markup
from tests.bot.discord.test_isolation import nothing_told
from tests.bot.insights import HOSTILE, make_empty, make_insight


@pytest.fixture
async def asked(env: simcord.Env, town: Town, engine: Engine) -> None:
    """Two questions were asked; one has an answer, which helped."""
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    await town.member.click(answer.response, custom_id="vote:up")
    await env.advance_time(10)
    await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    await engine.noting.finish()


async def show(town: Town, **options: Any) -> Any:
    return await town.admin.slash(town.channel, "docs insight", **options)


def describe_pictures(shown: Any) -> list[str]:
    galleries = [one for one in walk(shown) if one["type"] == 12]
    return [item["description"] for gallery in galleries for item in gallery["items"]]


async def test_the_picture_is_shown_with_its_numbers_and_titles_as_text(
    town: Town, asked: None
) -> None:
    shown = await show(town, days=7)
    assert shown.ephemeral
    [file] = shown.response.attachments
    with Image.open(io.BytesIO(await file.read())) as picture:
        assert (file.filename, picture.format) == ("insight.png", "PNG")
    text = read_texts(shown.response)
    assert "**2** questions · **50%** answered · **50%** refused" in text
    assert "**100%** helpful, of 1 vote" in text and "median time" in text
    assert "1. Town guide · 1 answer" in text
    [described] = describe_pictures(shown.response)
    assert "2 questions, 50% answered" in described


async def test_everyone_sees_it_where_that_is_wished(town: Town, asked: None) -> None:
    assert not (await show(town, public=True)).ephemeral


async def test_where_nothing_was_asked_what_is_never_cited_is_told(town: Town) -> None:
    text = read_texts((await show(town)).response)
    assert "**0** questions" in text and "**Never cited** Town guide" in text
    assert "median" not in text


async def test_where_no_files_may_be_sent_the_text_comes_alone(
    env: simcord.Env, town: Town, asked: None
) -> None:
    env.inject_error(
        "PATCH", "/webhooks/*/*/messages/@original", status=403, code=50013, message="No"
    )
    shown = await show(town)
    text = read_texts(shown.response)
    assert "not allowed to attach files" in text and "1. Town guide" in text
    assert describe_pictures(shown.response) == []


async def test_other_failures_are_told(env: simcord.Env, town: Town) -> None:
    env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=400, code=1, message="No")
    assert "Something went wrong" in read_texts((await show(town)).response)


async def test_nothing_of_another_server_is_counted_or_named(
    env: simcord.Env, town: Town, village: Village
) -> None:
    await town.member.slash(town.channel, "ask", question="What is the vault combination?")
    with nothing_told(env, ("ault", "v.md")):
        shown = await village.admin.slash(village.channel, "docs insight")
    text = read_texts(shown.response)
    assert "**0** questions" in text and "Harvest plan" in text


async def test_members_are_shown_nothing(town: Town, asked: None, env: simcord.Env) -> None:
    for command in await env.bot.tree.fetch_commands():  # type: ignore[attr-defined]
        if command.name == "docs":
            town.guild.set_command_permissions(command, {town.member: True})
    shown = await town.member.slash(town.channel, "docs insight", public=True)
    assert shown.ephemeral and not shown.response.attachments
    assert "Only members who may manage" in read_texts(shown.response)


TITLES = st.tuples(RICH, st.sampled_from([1, 1, 40])).map(lambda pair: pair[0] * pair[1] or "a")


@settings(deadline=None)
@given(st.lists(TITLES, max_size=20).map(tuple), st.integers(1, 365), st.booleans())
def test_whatever_documents_are_called_discords_limits_are_kept_and_no_title_is_markup(
    titles: tuple[str, ...], days: int, drawn: bool
) -> None:
    insight = make_insight(days, titles, documents=10**6, documents_cited=10**5, gone=10**9)
    view = render_insight(insight, drawn=drawn)
    check_limits(view)
    for item in view.walk_children():
        if isinstance(item, discord.ui.MediaGallery):
            assert len(item.items[0].description or "") <= 1024
    told = list_texts(view)[-1].splitlines()
    cited = told[told.index("**Most cited**") + 1 :][: len(titles)] if titles else []
    for line in cited[:8]:
        title = line.partition(". ")[2].rpartition(" · ")[0]
        assert not find_markup(title)


@pytest.mark.parametrize("insight", [make_empty(), make_insight(30, HOSTILE)])
def test_what_is_told_fits_with_nothing_and_with_hostile_titles(insight: Any) -> None:
    check_limits(render_insight(insight))
    assert Cited("Town guide", 100) in make_insight().cited
