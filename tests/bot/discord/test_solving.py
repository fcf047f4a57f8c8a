"""Whether an answer that nobody asked for has helped: two buttons, and a forum's tag."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType

from bot.help_channel import HelpChannel
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences
from tests.bot.discord.conftest import QUESTION, Town, read_texts, walk
from tests.bot.discord.test_helping import open_post

TAGS = ("Bug", "Help", "Gelöst", "Done")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents", message_content=True)


async def make_forum(env: simcord.Env, town: Town, *tags: str) -> ChannelHandle:
    forum = town.guild.create_forum_channel("help")
    made = [
        {"id": str(11 + number), "name": name, "moderated": False, "emoji_name": None}
        for number, name in enumerate(tags)
    ]
    env.backend.edit_channel(forum.id, {"available_tags": made})
    await env.settle()
    return forum


async def post(
    env: simcord.Env, town: Town, engine: Engine, forum: ChannelHandle, tag: int | None = None
) -> ChannelHandle:
    """A post with an answer of the bot's in it."""
    helps = (HelpChannel(forum.id, "when sure", tag),)
    await engine.prefer(town.guild.id, Preferences(helps=helps, cooldown_s=0))
    return await open_post(env, forum, town.member, "The museum", QUESTION)


def forbid(env: simcord.Env, town: Town, forum: ChannelHandle) -> None:
    """The bot may not manage the forum's posts."""
    [mine] = [role for name, role in town.guild.roles.items() if name == "TestBot"]
    denied = Overwrite(mine.id, OverwriteType.ROLE, deny=discord.Permissions.manage_threads.flag)
    env.backend.edit_channel(forum.id, {}, overwrites=[denied])


def find_tags(env: simcord.Env, thread: ChannelHandle) -> list[int]:
    return env.backend.channels[thread.id].applied_tags


async def press(env: simcord.Env, person: Any, thread: ChannelHandle, label: str) -> str:
    pressed = await person.click(thread.last_message, label=label)
    [told] = pressed.followups or [pressed.response]
    return read_texts(told)


async def count_votes(engine: Engine, town: Town, person: Any) -> int:
    return (await engine.personal(town.guild.id, person.id)).votes


async def test_solved_is_a_vote_tags_the_post_and_uses_the_buttons_up(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    thread = await post(env, town, engine, await make_forum(env, town, *TAGS))
    env.backend.channels[thread.id].applied_tags = [11]
    said = await press(env, town.member, thread, "Solved")
    assert "Marked as solved" in said and "**Gelöst**" in said
    assert find_tags(env, thread) == [11, 13]
    assert await count_votes(engine, town, town.member) == 1
    labels = {one["label"]: one for one in walk(thread.last_message) if "label" in one}
    assert labels["Solved"]["disabled"] and labels["Not helpful"]["disabled"]
    assert not labels["Follow up"].get("disabled")


async def test_the_chosen_tag_comes_before_one_that_is_named_so(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    thread = await post(env, town, engine, await make_forum(env, town, *TAGS), tag=14)
    assert "**Done**" in await press(env, town.admin, thread, "Solved")
    assert find_tags(env, thread) == [14]


async def test_why_there_is_no_tag_is_told(env: simcord.Env, town: Town, engine: Engine) -> None:
    forum = await make_forum(env, town, *TAGS)
    forbid(env, town, forum)
    thread = await post(env, town, engine, forum)
    said = await press(env, town.member, thread, "Solved")
    assert "Marked as solved" in said and "permission to manage posts" in said
    assert find_tags(env, thread) == []
    thread = await post(env, town, engine, await make_forum(env, town, "Bug"))
    assert "no tag for it" in await press(env, town.member, thread, "Solved")
    thread = await post(env, town, engine, await make_forum(env, town, *"abcde", "solved"))
    env.backend.channels[thread.id].applied_tags = [11, 12, 13, 14, 15]
    assert "5 tags already" in await press(env, town.member, thread, "Solved")
    assert find_tags(env, thread) == [11, 12, 13, 14, 15]


async def test_not_helpful_is_a_vote_and_tags_nothing(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    thread = await post(env, town, engine, await make_forum(env, town, *TAGS))
    assert "waits for a person" in await press(env, town.member, thread, "Not helpful")
    assert find_tags(env, thread) == []
    assert await count_votes(engine, town, town.member) == 1


@pytest.mark.parametrize("label", ["Solved", "Not helpful"])
async def test_others_than_the_asker_and_keepers_are_refused(
    env: simcord.Env, town: Town, engine: Engine, label: str
) -> None:
    thread = await post(env, town, engine, await make_forum(env, town, *TAGS))
    other = town.guild.add_member(env.create_user("cem"))
    assert "Only who asked this" in await press(env, other, thread, label)
    assert find_tags(env, thread) == [] and await count_votes(engine, town, other) == 0
    assert "Only who" not in await press(env, town.admin, thread, label)
    assert await count_votes(engine, town, town.admin) == 1


async def test_in_a_text_channel_solved_is_a_vote_alone(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    helps = (HelpChannel(town.channel.id, "every question"),)
    await engine.prefer(town.guild.id, Preferences(helps=helps))
    await town.member.send(town.channel, QUESTION)
    assert await press(env, town.member, town.channel, "Solved") == "Marked as solved."
    assert await count_votes(engine, town, town.member) == 1
