"""`/docs channel` and `/privacy`: posts become documents, change with them, and name nobody."""

from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import ChannelType, OverwriteType
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.following import Following
from bot.discord.fresh import EVERY_S
from bot.libraries.engine import Engine
from bot.settings import Settings
from index.types import Record
from tests.bot.discord.conftest import Town, find_ids, read_texts
from tests.bot.discord.test_origins import make_due

RULE = "Swimming in the moat is allowed until nine in the evening, says <@{}>."
SWIMMING = "Until when is swimming in the moat allowed?"
SETTLE_S = 5


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents", message_content=True)


@dataclass(frozen=True, slots=True)
class Rules:
    """A channel with a pinned message and one that is not."""

    channel: ChannelHandle
    pinned: discord.Message
    other: discord.Message


@pytest.fixture
async def rules(env: simcord.Env, town: Town) -> Rules:
    channel = town.guild.create_text_channel("rules")
    pinned = await town.member.send(channel, RULE.format(town.member.id))
    other = await town.member.send(channel, "The drawbridge is closed at midnight, as ever.")
    env.backend.set_pinned(channel.id, pinned.id, True, actor_id=town.guild.owner.id)
    return Rules(channel, pinned, other)


@pytest.fixture
async def added(town: Town, rules: Rules) -> InteractionResult:
    return await town.admin.slash(town.channel, "docs channel", channel=rules.channel)


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


async def list_own(engine: Engine, town: Town) -> list[Record]:
    own, _ = await engine.entries(town.guild.id)
    return [entry.record for entry in own]


def open_thread(env: simcord.Env, forum: ChannelHandle, owner: int, name: str) -> ChannelHandle:
    """A forum's post, without what begins it."""
    made = env.backend.create_thread(forum.id, name, owner, type=ChannelType.PUBLIC_THREAD)
    return ChannelHandle(env, forum.guild, made)


async def test_a_pinned_message_is_a_document_that_answers_and_leads_to_the_message(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    assert added.ephemeral and "1 added" in read(added)
    [record] = await list_own(engine, town)
    assert record.name.startswith(f"#rules · {rules.pinned.created_at:%Y-%m-%d} · Swimming in")
    assert record.link == record.source == rules.pinned.jump_url
    answer = await town.member.slash(town.channel, "ask", question=SWIMMING)
    assert rules.pinned.jump_url in read(answer)
    assert "until nine in the evening" in read(answer)


async def test_nobody_is_named_in_it(
    env: simcord.Env, town: Town, added: InteractionResult
) -> None:
    answer = await town.admin.slash(town.channel, "ask", question=SWIMMING)
    shown = await town.admin.click(answer.response, label="In context")
    for told in (read(answer), read_texts(shown.response)):
        assert "says a member" in told
        assert str(town.member.id) not in told and "ben" not in told


async def test_edits_and_deletions_are_followed_within_seconds(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    [before] = await list_own(engine, town)
    await town.member.edit(rules.pinned, "Swimming in the moat is forbidden from now on.")
    await env.advance_time(SETTLE_S)
    [after] = await list_own(engine, town)
    assert after.id == before.id and after.title == "Swimming in the moat is forbidden from now on."
    await town.member.delete(rules.pinned)
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []


async def test_what_is_pinned_later_comes_and_what_is_no_longer_pinned_goes(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    owner = town.guild.owner.id
    env.backend.set_pinned(rules.channel.id, rules.other.id, True, actor_id=owner)
    await env.advance_time(SETTLE_S)
    assert len(await list_own(engine, town)) == 2
    env.backend.set_pinned(rules.channel.id, rules.pinned.id, False, actor_id=owner)
    await env.advance_time(SETTLE_S)
    [left] = await list_own(engine, town)
    assert left.source == rules.other.jump_url


async def test_messages_that_are_deleted_in_bulk_go(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    env.backend.bulk_delete_messages(rules.channel.id, [rules.pinned.id, rules.other.id])
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []


async def test_what_happens_in_other_channels_makes_no_look(
    env: simcord.Env, town: Town, rules: Rules, added: InteractionResult
) -> None:
    other = town.guild.create_text_channel("other")
    forum = town.guild.create_forum_channel("help")
    thread = open_thread(env, forum, town.member.id, "A post")
    start = len(env.http_requests)
    said = await town.member.send(other, "Nobody asked for this channel.")
    env.backend.set_pinned(other.id, said.id, True, actor_id=town.guild.owner.id)
    env.backend.edit_channel(other.id, {"name": "others"})
    env.backend.edit_channel(thread.id, {"name": "The same post"})
    env.backend.delete_channel(thread.id)
    env.backend.delete_channel(other.id)
    env.backend.edit_role(town.guild.id, town.guild.roles["Managers"].id, {"name": "Keepers"})
    await env.advance_time(SETTLE_S)
    assert not [each for each in env.http_requests[start:] if "pins" in each.path]


async def test_changes_at_once_are_one_look(
    env: simcord.Env, town: Town, rules: Rules, added: InteractionResult
) -> None:
    start = len(env.http_requests)
    for number in range(5):
        said = {"content": f"Swimming is allowed until {number} o'clock."}
        env.backend.edit_message(rules.channel.id, rules.pinned.id, said)
    await env.advance_time(SETTLE_S)
    looks = [each for each in env.http_requests[start:] if each.path.endswith("/messages/pins")]
    assert len(looks) == 1


async def test_an_announcement_channel_has_all_its_messages_but_bots_and_tiny_ones(
    env: simcord.Env, town: Town, bot: FootnoteBot, engine: Engine
) -> None:
    news = town.guild.create_news_channel("news")
    await town.admin.send(news, "The castle ball takes place on the first of May.")
    await town.admin.send(news, "ok then")
    place = bot.get_channel(news.id)
    assert isinstance(place, discord.TextChannel)
    await place.send("I am a bot and what I say is no document.")
    added = await town.admin.slash(town.channel, "docs channel", channel=news, posts=True)
    assert "1 added" in read(added)
    await town.admin.send(news, "The castle kitchen is looking for three cooks.")
    await env.advance_time(SETTLE_S)
    titles = sorted(record.title for record in await list_own(engine, town))
    assert titles == [
        "The castle ball takes place on the first of May.",
        "The castle kitchen is looking for three cooks.",
    ]


async def test_a_forums_post_and_its_replies_are_one_document_and_each_is_led_to(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    forum = town.guild.create_forum_channel("help")
    thread = open_thread(env, forum, town.member.id, "How do I open the gate?")
    await town.member.send(thread, "The gate is stuck and nobody knows how to open it.")
    reply = await town.admin.send(thread, "Push the third brick beside the gate, it swings open.")
    added = await town.admin.slash(town.channel, "docs channel", channel=forum, posts=True)
    assert "1 added" in read(added)
    [record] = await list_own(engine, town)
    assert record.title == "How do I open the gate?"
    question = "Which brick beside the gate do I push?"
    answer = await town.member.slash(town.channel, "ask", question=question)
    assert str(thread.id) in read(answer)
    await town.admin.edit(reply, "Pull the fourth brick beside the gate, it swings open.")
    await env.advance_time(SETTLE_S)
    await env.advance_time(10)
    answer = await town.member.slash(town.channel, "ask", question=question)
    assert "fourth brick" in read(answer) and "third brick" not in read(answer)
    await town.admin.delete(reply)
    await env.advance_time(SETTLE_S)
    with engine.upkeep._origins._places.memory(town.guild.id) as memory:
        assert {one.user for one in memory.written(forum.id)} == {town.member.id}
    env.backend.delete_channel(thread.id)
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []


async def test_a_forums_posts_that_come_later_or_are_renamed_are_followed(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    forum = town.guild.create_forum_channel("help")
    old = open_thread(env, forum, town.member.id, "How do I close the gate?")
    await town.member.send(old, "Pull the chain beside the gate and it closes by itself.")
    env.backend.edit_channel(old.id, {}, thread_metadata={"archived": True})
    elsewhere = open_thread(env, town.channel, town.member.id, "Another matter")
    await town.member.send(elsewhere, "Nobody asked for what is said in this thread.")
    added = await town.admin.slash(town.channel, "docs channel", channel=forum, posts=True)
    assert "1 added" in read(added)
    new = open_thread(env, forum, town.member.id, "How do I open the gate?")
    await town.member.send(new, "The gate is stuck and nobody knows how to open it.")
    await env.advance_time(SETTLE_S)
    env.backend.edit_channel(new.id, {"name": "How do I lift the gate?"})
    await env.advance_time(SETTLE_S)
    titles = {record.title for record in await list_own(engine, town)}
    assert titles == {"How do I close the gate?", "How do I lift the gate?"}


async def test_what_cannot_be_added_is_said(env: simcord.Env, town: Town, rules: Rules) -> None:
    async def say(**options: object) -> str:
        return read(await town.admin.slash(town.channel, "docs channel", **options))

    assert "neither an announcement channel" in await say(channel=rules.channel, posts=True)
    forum = town.guild.create_forum_channel("help")
    assert "Give `posts`" in await say(channel=forum)
    empty = town.guild.create_text_channel("empty")
    assert "holds nothing to read" in await say(channel=empty)
    unread = discord.PermissionOverwrite(read_message_history=False)
    assert town.guild.me
    mute = town.guild.create_text_channel("mute", overwrites={town.guild.me: unread})
    assert "needs View Channel and Read Message History for the bot" in await say(channel=mute)
    secret = town.guild.create_text_channel("secret", overwrites={town.admin: unread})
    assert "You cannot read this channel yourself" in await say(channel=secret)


async def test_a_channel_that_not_everyone_may_read_is_added_on_request_only(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules
) -> None:
    hidden = discord.PermissionOverwrite(view_channel=False)
    shown = discord.PermissionOverwrite(view_channel=True)
    me = town.guild.me
    assert me
    closed = town.guild.create_text_channel(
        "council",
        overwrites={town.guild.default_role: hidden, me: shown, town.admin: shown},
    )
    said = await town.admin.send(closed, "The council meets in the cellar on Mondays.")
    env.backend.set_pinned(closed.id, said.id, True, actor_id=town.guild.owner.id)
    refused = await town.admin.slash(town.channel, "docs channel", channel=closed)
    assert "Not everyone in this server may read" in read(refused)
    assert await list_own(engine, town) == []
    taken = await town.admin.slash(
        town.channel, "docs channel", channel=closed, even_if_closed=True
    )
    assert "1 added" in read(taken)


async def test_a_channel_that_is_closed_later_loses_its_documents_and_tells_why(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    engine: Engine,
    rules: Rules,
    added: InteractionResult,
) -> None:
    denied = discord.Permissions(read_message_history=True).value
    everyone = town.guild.default_role.id
    overwrite = Overwrite(target_id=everyone, type=OverwriteType.ROLE, allow=0, deny=denied)
    env.backend.set_overwrite(rules.channel.id, overwrite)
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []
    listed = await town.admin.slash(town.channel, "docs list")
    assert "stale" in read(listed) and "Not everyone in this server may read" in read(listed)


async def test_a_server_that_is_closed_to_newcomers_loses_the_documents_of_its_channels(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    everyone = town.guild.default_role.id
    env.backend.edit_role(town.guild.id, everyone, {"permissions": 0})
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []


@pytest.mark.parametrize("lost", ["intent", "history", "view", "server"])
async def test_a_channel_that_the_bot_cannot_read_any_more_keeps_its_documents(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    engine: Engine,
    rules: Rules,
    added: InteractionResult,
    lost: str,
) -> None:
    guild = bot.get_guild(town.guild.id)
    assert guild and guild.me
    if lost == "intent":  # the operator has turned it off
        bot.settings = bot.settings.model_copy(update={"message_content": False})
    elif lost == "history":
        denied = discord.Permissions(read_message_history=True).value
        overwrite = Overwrite(
            target_id=guild.me.id, type=OverwriteType.MEMBER, allow=0, deny=denied
        )
        env.backend.set_overwrite(rules.channel.id, overwrite)
    elif lost == "view":
        path = f"/channels/{rules.channel.id}"
        env.inject_error("GET", path, status=403, code=50001, message="No", times=None)
        env.backend.delete_channel(rules.channel.id)
    else:  # for a while
        guild.unavailable = True
    await env.advance_time(SETTLE_S)
    told = read(await town.admin.slash(town.channel, "docs reindex"))
    reasons = {
        "intent": "no message content intent",
        "history": "needs View Channel and Read Message History",
        "view": "is hidden from the bot. Let it view the channel.",
        "server": "There was nothing to do.",
    }
    assert reasons[lost] in told.replace("\\", "")
    assert len(await list_own(engine, town)) == 1


async def test_a_failed_look_keeps_the_documents_and_is_told(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    env.inject_error("GET", "/channels/*/messages/pins", status=403, code=50001, message="No")
    await town.member.edit(rules.pinned, "Swimming is forbidden for all and for ever.")
    await env.advance_time(SETTLE_S)
    [record] = await list_own(engine, town)
    assert "allowed" in record.title
    told = read(await town.admin.slash(town.channel, "docs list"))
    assert "**#rules**" in told.replace("\\", "") or "#rules" in told
    assert "stale" in told and "HTTP 403" in told
    assert "1 document or source" in read(await town.admin.slash(town.channel, "docs status"))
    again = await town.admin.slash(town.channel, "docs reindex")
    assert "1 updated" in read(again)
    assert "stale" not in read(await town.admin.slash(town.channel, "docs list"))


async def test_a_channel_is_looked_at_again_when_it_is_due(
    env: simcord.Env, town: Town, settings: Settings, rules: Rules, added: InteractionResult
) -> None:
    make_due(settings, town.guild.id)
    start = len(env.http_requests)
    await env.advance_time(EVERY_S + 1)
    looks = [each for each in env.http_requests[start:] if each.path.endswith("/messages/pins")]
    assert len(looks) == 1


async def test_one_that_is_added_already_can_be_taken_out(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    asked = await town.admin.slash(town.channel, "docs channel", channel=rules.channel)
    assert "is added already" in read(asked)
    await town.admin.click(asked.response, label="Remove")
    assert "with 1 document" in read(asked)
    assert await list_own(engine, town) == []
    await town.member.edit(rules.pinned, "This is heard by nobody any more.")
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []


async def test_a_bot_that_ends_waits_for_no_more_changes(
    env: simcord.Env, town: Town, bot: FootnoteBot, rules: Rules, added: InteractionResult
) -> None:
    await town.member.edit(rules.pinned, "Swimming in the moat is forbidden from now on.")
    start = len(env.http_requests)
    await bot.remove_cog("Following")
    await env.advance_time(SETTLE_S)
    assert not [each for each in env.http_requests[start:] if "pins" in each.path]


async def test_a_library_that_cannot_be_read_is_told_of_once_in_the_log(
    env: simcord.Env,
    bot: FootnoteBot,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    village = env.create_guild("Village")
    await env.settle()  # what is heard of a new server looks at its channels, too
    folder = settings.data / "libraries" / f"server-{village.id}"
    folder.mkdir(parents=True)
    (folder / "library.db").write_bytes(b"no database" * 500)
    following = bot.get_cog("Following")
    assert isinstance(following, Following)
    following.forget(village.id)
    for _ in range(2):
        assert await following.know(village.id) == {}
    told = [record.getMessage() for record in caplog.records]
    assert len([text for text in told if "are not followed" in text]) == 1


async def test_a_channel_that_is_deleted_takes_its_documents_along(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    env.backend.delete_channel(rules.channel.id)
    await env.advance_time(SETTLE_S)
    assert await list_own(engine, town) == []
    assert (await engine.upkeep.groups(town.guild.id))[0] == ()


async def test_whoever_wants_it_keeps_their_messages_out_and_lets_them_in_again(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    shown = await town.member.slash(town.channel, "privacy show")
    assert shown.ephemeral and "What I keep about you" in read(shown)
    await town.member.click(shown.response, label="Keep my messages out")
    assert "are kept out" in read(shown)
    assert await list_own(engine, town) == []
    memory = engine.upkeep._origins._places.memory(town.guild.id)
    with memory:
        assert memory.written(rules.channel.id) == ()
    await town.admin.slash(town.channel, "docs reindex")
    assert await list_own(engine, town) == []
    await town.member.click(shown.response, label="Let my messages in again")
    assert len(await list_own(engine, town)) == 1


async def test_messages_are_kept_out_though_discord_cannot_be_asked(
    env: simcord.Env, town: Town, engine: Engine, added: InteractionResult
) -> None:
    shown = await town.member.slash(town.channel, "privacy show")
    env.inject_error("GET", "/channels/*/messages/pins", status=500, code=0, message="No")
    await town.member.click(shown.response, label="Keep my messages out")
    assert await list_own(engine, town) == []


async def test_keeping_ones_messages_out_touches_no_other_channel_and_hides_no_failure(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules, added: InteractionResult
) -> None:
    other = town.guild.create_text_channel("ferry")
    said = await town.admin.send(other, "The ferry leaves the castle at ten o'clock.")
    env.backend.set_pinned(other.id, said.id, True, actor_id=town.guild.owner.id)
    await town.admin.slash(town.channel, "docs channel", channel=other)
    pins = "/channels/*/messages/pins"
    env.inject_error("GET", pins, status=403, code=50001, message="No", times=None)
    await town.admin.slash(town.channel, "docs reindex")
    shown = await town.member.slash(town.channel, "privacy show")
    await town.member.click(shown.response, label="Keep my messages out")
    assert [record.source for record in await list_own(engine, town)] == [said.jump_url]
    assert "HTTP 403" in read(await town.admin.slash(town.channel, "docs list"))


async def test_what_others_wrote_in_a_post_stays_without_who_keeps_out(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    forum = town.guild.create_forum_channel("help")
    thread = open_thread(env, forum, town.member.id, "Gate of secret sorrow")
    await town.member.send(thread, "The gate is stuck and I am full of sorrow.")
    await town.admin.send(thread, "Push the third brick beside the gate, it swings open.")
    await town.admin.slash(town.channel, "docs channel", channel=forum, posts=True)
    shown = await town.member.slash(town.channel, "privacy show")
    await town.member.click(shown.response, label="Keep my messages out")
    [record] = await list_own(engine, town)
    assert "sorrow" not in f"{record.title} {record.name}"
    question = "Which brick beside the gate do I push?"
    answer = await town.admin.slash(town.channel, "ask", question=question)
    assert "third brick" in read(answer) and "sorrow" not in read(answer)


async def test_privacy_is_told_in_direct_messages_too(env: simcord.Env, town: Town) -> None:
    shown = await town.member.user.slash("privacy show")
    assert "What I keep about you" in read(shown) and not find_ids(shown.response, "privacy:")


async def test_members_may_not_add_channels(
    env: simcord.Env, town: Town, engine: Engine, rules: Rules
) -> None:
    for command in await env.bot.tree.fetch_commands():  # type: ignore[attr-defined]
        if command.name == "docs":
            town.guild.set_command_permissions(command, {town.member: True})
    refused = await town.member.slash(town.channel, "docs channel", channel=rules.channel)
    assert "Only members who may manage" in read(refused)
    assert await list_own(engine, town) == []


async def test_a_server_that_the_bot_leaves_is_looked_at_no_more(
    env: simcord.Env, town: Town, bot: FootnoteBot, added: InteractionResult
) -> None:
    following = bot.get_cog("Following")
    assert isinstance(following, Following)
    guild = bot.get_guild(town.guild.id)
    assert guild
    await following.know(guild.id)
    await following.on_guild_remove(guild)
    assert guild.id not in following._known
