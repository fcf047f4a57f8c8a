"""The weekly digest: once a week, with numbers and words, and never a question."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
import simcord
from hypothesis import given, settings
from hypothesis import strategies as st
from simcord.builders import ChannelHandle

from bot.discord.client import FootnoteBot
from bot.discord.digest import Digesting, render_digest
from bot.libraries.digest import find_week
from bot.libraries.engine import Engine
from bot.libraries.gaps import Gap, Gaps
from tests.bot.discord.conftest import OFF_TOPIC, QUESTION, Town, Village, read_texts
from tests.bot.discord.limits import check_limits, list_texts
from tests.bot.discord.markup import RICH
from tests.bot.insights import make_insight

SECRET = "Which zebra bit the quagga?"


def next_monday(weeks: int = 1) -> datetime:
    """A little after a digest is due, so many weeks from now."""
    week = find_week(datetime.now(UTC)) + timedelta(weeks=weeks)
    return datetime(week.year, week.month, week.day, 9, 1, tzinfo=UTC)


async def post(bot: FootnoteBot, now: datetime | None = None) -> None:
    cog = bot.get_cog("Digesting")
    assert isinstance(cog, Digesting)
    await cog.post_due(now or next_monday())


@pytest.fixture
def news(town: Town) -> ChannelHandle:
    return town.guild.create_text_channel("news")


@pytest.fixture
async def chosen(town: Town, news: ChannelHandle, engine: Engine) -> None:
    """A question was asked and answered, and admins have named a channel for digests."""
    await town.admin.slash(town.channel, "docs settings", digest=news, cooldown=0)
    await town.member.slash(town.channel, "ask", question=QUESTION)
    await engine.noting.finish()


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2027, 1, 1, tzinfo=UTC), date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_monday_at_nine(now: datetime, week: date) -> None:
    assert find_week(now) == week


async def test_a_week_is_posted_once_whoever_restarts(
    bot: FootnoteBot, make_bot: Callable[[], FootnoteBot], news: ChannelHandle, chosen: None
) -> None:
    await post(bot, datetime.now(UTC))
    assert news.history() == []  # the first is of the week in which it was chosen
    await post(bot)
    [message] = news.history()
    text = read_texts(message)
    assert "### The week at a glance" in text and "**1** question ·" in text
    assert "1. Town guide · 1 answer" in text
    assert [file.filename for file in message.attachments] == ["insight.png"]
    await post(bot)
    await post(bot, next_monday() + timedelta(days=6))
    again = Digesting(make_bot())
    again._bot = bot
    await again.post_due(next_monday())
    assert len(news.history()) == 1


async def test_after_weeks_of_absence_the_last_one_alone_is_told_of(
    bot: FootnoteBot, news: ChannelHandle, chosen: None
) -> None:
    await post(bot, next_monday(5))
    await post(bot, next_monday(6))
    assert news.history() == []  # nothing was asked in the week before


async def test_it_is_taken_back_by_clear_and_begins_anew(
    bot: FootnoteBot, town: Town, news: ChannelHandle, chosen: None
) -> None:
    shown = await town.admin.slash(town.channel, "docs settings")
    assert f"**Weekly digest** in <#{news.id}>" in read_texts(shown.response)
    shown = await town.admin.slash(town.channel, "docs settings", clear="digest")
    assert "**Weekly digest** none" in read_texts(shown.response)
    await post(bot)
    assert news.history() == []


async def test_what_several_people_asked_is_told_in_words_and_nothing_of_one_alone(
    bot: FootnoteBot, town: Town, news: ChannelHandle, chosen: None, engine: Engine
) -> None:
    engine.noting._crowd._key = bytes(32)  # under which the two have different numbers
    await town.admin.slash(town.channel, "docs settings", keep_questions=30)
    for person, question in (
        (town.member, OFF_TOPIC),
        (town.admin, OFF_TOPIC),
        (town.member, SECRET),
    ):
        await person.slash(town.channel, "ask", question=question)
    await engine.noting.finish()
    await post(bot)
    [message] = news.history()
    text = read_texts(message)
    assert "**What found no answer**" in text and "quarks" in text and "2 questions" in text
    assert OFF_TOPIC not in text and "zebra" not in text and "quagga" not in text


async def test_where_it_may_not_write_it_says_so_and_posts_once_it_may(
    bot: FootnoteBot,
    town: Town,
    news: ChannelHandle,
    chosen: None,
    caplog: pytest.LogCaptureFixture,
    env: simcord.Env,
) -> None:
    guild = bot.get_guild(town.guild.id)
    assert guild and guild.me
    channel = guild.get_channel(news.id)
    assert isinstance(channel, discord.TextChannel)
    mute = town.guild.create_text_channel(
        "mute", overwrites={guild.me: discord.PermissionOverwrite(attach_files=False)}
    )
    shown = await town.admin.slash(town.channel, "docs settings", digest=mute)
    assert "No digest in" in read_texts(shown.response)
    assert "I lack Attach Files" in read_texts(shown.response)
    env.backend.delete_channel(news.id)
    with caplog.at_level(logging.WARNING):
        await post(bot)
        await post(bot)
    assert len([one for one in caplog.messages if "digest is not posted" in one]) == 1
    status = read_texts((await town.admin.slash(town.channel, "docs status")).response)
    assert "The weekly digest is not posted. Its channel is gone" in status
    other = town.guild.create_text_channel("other")
    await town.admin.slash(town.channel, "docs settings", digest=other)
    await post(bot)
    assert len(other.history()) == 1
    status = read_texts((await town.admin.slash(town.channel, "docs status")).response)
    assert "digest" not in status


async def test_what_discord_refuses_is_told_and_not_sent_again(
    env: simcord.Env, bot: FootnoteBot, town: Town, news: ChannelHandle, chosen: None
) -> None:
    env.inject_error("POST", f"/channels/{news.id}/messages", status=403, code=50013, message="No")
    await post(bot)
    await post(bot)
    assert news.history() == []
    status = read_texts((await town.admin.slash(town.channel, "docs status")).response)
    assert "Discord did not take it (answer: HTTP 403)." in status
    await town.member.slash(town.channel, "ask", question=QUESTION)


async def test_a_cut_connection_leaves_one_message_with_its_whole_picture(
    bot: FootnoteBot, news: ChannelHandle, chosen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, cut = discord.abc.Messageable.send, []

    async def send_and_cut(channel: Any, *given: Any, **more: Any) -> Any:
        sent = await send(channel, *given, **more)
        if not cut:
            cut.append(sent)
            raise aiohttp.ServerDisconnectedError
        return sent

    monkeypatch.setattr(discord.abc.Messageable, "send", send_and_cut)
    monkeypatch.setattr("bot.discord.delivery.PAUSES_S", (0.0, 0.0))
    await post(bot)
    messages = news.history()
    sizes = {file.size for message in messages for file in message.attachments}
    assert cut and len(sizes) == 1 and min(sizes) > 10_000


async def test_a_server_without_a_digest_and_another_servers_channel_get_none(
    bot: FootnoteBot, town: Town, village: Village, engine: Engine, chosen: None
) -> None:
    await village.member.slash(village.channel, "ask", question="When does the harvest begin?")
    await engine.noting.finish()
    await post(bot)
    assert not [one for one in village.channel.history() if "glance" in read_texts(one)]
    preferences = await engine.preferences(village.guild.id)
    await engine.prefer(village.guild.id, replace(preferences, digest=town.channel.id))
    await post(bot, next_monday(2))
    assert not [one for one in town.channel.history() if "glance" in read_texts(one)]
    status = await engine.status(village.guild.id)
    assert "Its channel is gone, or I may not see it." in "".join(status.problems)


async def test_what_goes_wrong_with_one_server_leaves_the_others_theirs(
    bot: FootnoteBot,
    town: Town,
    village: Village,
    news: ChannelHandle,
    chosen: None,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    env: simcord.Env,
) -> None:
    await village.admin.slash(village.channel, "docs settings", digest=village.channel)
    file = settings.data / "libraries" / f"server-{village.guild.id}" / "discord.db"
    file.write_bytes(b"no database" * 999)
    await post(bot)
    assert len(news.history()) == 1
    assert f"digest of server {village.guild.id}" in caplog.text


async def test_two_looks_at_once_post_one(
    bot: FootnoteBot, news: ChannelHandle, chosen: None
) -> None:
    await asyncio.gather(*(post(bot) for _ in range(3)))
    assert len(news.history()) == 1


NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
TEXTS = st.tuples(RICH, st.sampled_from([1, 1, 40])).map(lambda pair: pair[0] * pair[1] or "a")
GAPS = st.builds(
    Gap,
    st.just((1, 2)),
    st.lists(TEXTS, min_size=1, max_size=4).map(tuple),
    *(st.integers(1, 3), st.just(2), st.just(0), st.just(NOW), st.just(NOW)),
    st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    *(st.floats(0, 1), st.none()),
)


@given(st.lists(GAPS, max_size=5).map(tuple), st.lists(TEXTS, max_size=20).map(tuple))
@settings(deadline=None)
def test_whatever_was_asked_a_digest_keeps_discords_limits(
    groups: tuple[Gap, ...], titles: tuple[str, ...]
) -> None:
    view = render_digest(make_insight(7, titles), Gaps(7, 30, groups))
    check_limits(view)
    told = sum(text.count("\n- ") for text in list_texts(view))
    several = [gap for gap in groups if gap.people > 1 and gap.words != gap.examples[:1]]
    assert told == min(len(several), 3)


def test_a_question_that_stands_for_its_words_is_not_told() -> None:
    gap = Gap((1, 2), ("Why?",), 2, 2, 0, NOW, NOW, ("Why?",), 0.1, None)
    assert "Why?" not in "".join(list_texts(render_digest(make_insight(7), Gaps(7, 30, (gap,)))))
