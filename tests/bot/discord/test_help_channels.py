"""`/docs help-channel`: where the bot answers by itself, and what admins are told of it."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.builders import ChannelHandle

from bot.discord.client import FootnoteBot
from bot.discord.help_channels import MOST_HELPS
from bot.help_channel import HelpChannel
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences
from tests.bot.discord.conftest import Town, read_texts
from tests.bot.discord.test_documents import show_docs_to


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents", message_content=True)


@pytest.fixture
async def forum(env: simcord.Env, town: Town) -> ChannelHandle:
    """A forum with two tags."""
    made = town.guild.create_forum_channel("help")
    tags = [
        {"id": "11", "name": "Bug", "moderated": False, "emoji_id": None, "emoji_name": None},
        {"id": "12", "name": "Gelöst", "moderated": True, "emoji_id": None, "emoji_name": None},
    ]
    env.backend.edit_channel(made.id, {"available_tags": tags})
    await env.settle()
    return made


async def choose(town: Town, channel: ChannelHandle, mode: str, **more: Any) -> str:
    shown = await town.admin.slash(
        town.channel, "docs help-channel", channel=channel, mode=mode, **more
    )
    assert shown.ephemeral
    return read_texts(shown.response)


async def helps(engine: Engine, town: Town) -> tuple[HelpChannel, ...]:
    return (await engine.preferences(town.guild.id)).helps


async def test_channels_are_named_changed_and_turned_off(
    town: Town, engine: Engine, forum: ChannelHandle
) -> None:
    said = await choose(town, forum, "when sure")
    assert f"<#{forum.id}> when sure" in said and "I look at each message" in said
    assert await helps(engine, town) == (HelpChannel(forum.id, "when sure"),)
    await choose(town, town.channel, "every question")
    said = await choose(town, forum, "when sure, else say so", solved_tag="bug")
    assert await helps(engine, town) == (
        HelpChannel(town.channel.id, "every question"),
        HelpChannel(forum.id, "when sure, else say so", 11),
    )
    assert "look at each" not in await choose(town, town.channel, "off")
    assert await choose(town, forum, "off")
    assert await engine.preferences(town.guild.id) == Preferences()


async def test_a_tag_that_the_forum_has_not_is_refused_with_those_that_it_has(
    town: Town, engine: Engine, forum: ChannelHandle
) -> None:
    said = await choose(town, forum, "when sure", solved_tag="@everyone")
    assert "**Bug**, **Gelöst**" in said and "@everyone" not in said
    assert "Only a forum has tags" in await choose(
        town, town.channel, "when sure", solved_tag="Bug"
    )
    assert await helps(engine, town) == ()


async def test_a_forum_without_such_a_tag_is_told_of(env: simcord.Env, town: Town) -> None:
    said = await choose(town, town.guild.create_forum_channel("ideas"), "when sure")
    assert "no tag for solved posts" in said


async def test_without_the_intent_it_is_refused_with_the_way_out_and_can_yet_be_turned_off(
    town: Town, engine: Engine, bot: FootnoteBot, forum: ChannelHandle
) -> None:
    await choose(town, forum, "when sure")
    bot.settings = bot.settings.model_copy(update={"message_content": False})
    said = await choose(town, town.channel, "when sure")
    assert "FOOTNOTE_MESSAGE_CONTENT=true" in said
    status = await town.admin.slash(town.channel, "docs status")
    assert "Help channels are silent" in read_texts(status.response)
    await choose(town, forum, "off")
    assert await helps(engine, town) == ()
    status = await town.admin.slash(town.channel, "docs status")
    assert "Help channels are silent" not in read_texts(status.response)


async def test_members_are_refused(env: simcord.Env, town: Town, engine: Engine) -> None:
    await show_docs_to(env, town, town.member)
    refused = await town.member.slash(
        town.channel, "docs help-channel", channel=town.channel, mode="every question"
    )
    assert refused.ephemeral and "Only members who may manage" in read_texts(refused.response)
    assert await helps(engine, town) == ()


async def test_a_channel_in_which_the_bot_may_not_write_is_refused(
    town: Town, engine: Engine
) -> None:
    [mine] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    for denied in ("send_messages", "view_channel"):
        mute = discord.PermissionOverwrite(**{denied: False})
        closed = town.guild.create_text_channel(f"no-{denied}", overwrites={mine: mute})
        said = await choose(town, closed, "when sure")
        assert "may not write in" in said or "needs View Channel" in said
    assert await helps(engine, town) == ()


async def test_there_are_only_so_many_and_those_that_are_gone_go(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    gone = [HelpChannel(10 + number, "when sure") for number in range(MOST_HELPS - 1)]
    kept = HelpChannel(town.channel.id, "when sure")
    await engine.prefer(town.guild.id, Preferences(helps=(*gone, kept)))
    other = town.guild.create_text_channel("other")
    await env.settle()
    assert "when sure" in await choose(town, other, "when sure")
    assert await helps(engine, town) == (kept, HelpChannel(other.id, "when sure"))
    every = [town.guild.create_text_channel(f"c{number}") for number in range(MOST_HELPS)]
    await env.settle()
    full = tuple(HelpChannel(one.id, "when sure") for one in every)
    await engine.prefer(town.guild.id, Preferences(helps=full))
    assert "Turn one off first" in await choose(town, other, "when sure")
    assert "every question" in await choose(town, every[0], "every question")
    await choose(town, every[1], "off")
    assert len(await helps(engine, town)) == MOST_HELPS - 1
