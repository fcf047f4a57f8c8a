"""`/docs url`, and sources: listed, kept fresh, removed, and never another server's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import discord
import pytest
import simcord
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.fresh import EVERY_S, REST_S
from bot.libraries.engine import Engine
from bot.settings import Settings
from index.errors import SourceError
from index.library import Library
from index.types import Look
from index.web import Fetcher
from tests.bot.discord.conftest import Town, find_ids, read_texts
from tests.bot.discord.held import Held
from tests.index.conftest import HashEncoder
from tests.index.webserver import Page, Web, write_page

MILL = "The mill grinds barley on Thursdays, and the miller sleeps on Fridays."
QUESTION = "On which day does the mill grind barley?"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        web.pages["/mill"] = Page(write_page("The mill", MILL), etag='"1"')
        yield web


@pytest.fixture
def fetcher(web: Web) -> Fetcher:
    return web.fetcher()


@pytest.fixture
async def mill(town: Town, web: Web) -> InteractionResult:
    return await town.admin.slash(town.channel, "docs url", address=f"{web.root}/mill")


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


async def names(engine: Engine, guild: int) -> list[str]:
    own, _ = await engine.entries(guild)
    return [entry.record.title for entry in own]


def make_due(settings: Settings, guild: int) -> None:
    """Let the last look at each of a server's sources be long ago."""
    past = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    folder = settings.data / "libraries" / f"server-{guild}"
    with Library(folder, HashEncoder) as library, library.store.transaction():
        library.store._db.write("UPDATE origin SET looked = ?", past)


async def test_a_page_that_is_added_answers_and_is_led_to(
    env: simcord.Env, town: Town, engine: Engine, web: Web, mill: InteractionResult
) -> None:
    assert mill.ephemeral and "1 added" in read(mill)
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert "grinds barley" in read(answer) and f"{web.root}/mill" in read(answer)


async def test_a_site_is_one_row_of_the_list_with_all_its_pages(
    env: simcord.Env, town: Town, web: Web
) -> None:
    for number in range(3):
        links = [f"/docs/{other}" for other in range(3)]
        text = f"Chapter {number} tells of thing {number} and of nothing else at all."
        web.pages[f"/docs/{number}"] = Page(write_page(f"Chapter {number}", text, links=links))
    web.pages["/docs/"] = Page(write_page("Handbook", MILL, links=["/docs/0"]))
    added = await town.admin.slash(
        town.channel, "docs url", address=f"{web.root}/docs/", whole_site=True, every="week"
    )
    assert "4 added" in read(added)
    listed = read(await town.admin.slash(town.channel, "docs list"))
    assert "site · 4 documents" in listed and "every week" in listed
    assert "Chapter 1" not in listed


async def test_what_cannot_be_added_is_said_and_leaves_nothing(
    env: simcord.Env, town: Town, web: Web, engine: Engine
) -> None:
    async def say(address: str) -> str:
        return read(await town.admin.slash(town.channel, "docs url", address=address))

    assert "begins with" in await say("mill.example")
    assert "begins with" in await say("https://a b")
    assert "in the terminal" in await say("https://example.org/town.git")
    assert "404" in await say(f"{web.root}/nothing")
    refused = await say("http://169.254.169.254/latest/meta-data")
    assert "169.254" in refused.replace("\\", "")
    assert (await engine.upkeep.groups(town.guild.id))[0] == ()


async def test_sources_are_offered_and_removed_with_all_their_documents(
    env: simcord.Env, town: Town, engine: Engine, web: Web, mill: InteractionResult
) -> None:
    offered = await town.admin.autocomplete(town.channel, "docs remove", "document", "127")
    choice = next(choice for choice in offered if choice["value"].startswith("@"))
    assert choice["name"] == f"{web.root}/mill (1 document)" and choice["value"] == "@o1"
    asked = await town.admin.slash(town.channel, "docs remove", document=choice["value"])
    assert "with its 1 document?" in read(asked)
    other = await town.admin.slash(town.channel, "docs remove", document=f"{web.root}/mill")
    await town.admin.click(asked.response, label="Remove")
    assert "with 1 document" in read(asked)
    assert await names(engine, town.guild.id) == []
    await town.admin.click(other.response, label="Remove")
    assert read(other) == "It is removed already."


async def test_long_addresses_fit_what_discord_allows(
    env: simcord.Env, town: Town, web: Web
) -> None:
    path = "/" + "mill-" * 60 + "*_[x](y)"
    web.pages[path] = web.pages["/mill"]
    web.pages["/" + "mill-" * 60 + "*_%5Bx%5D(y)"] = web.pages["/mill"]
    await town.admin.slash(town.channel, "docs url", address=f"{web.root}{path}")
    offered = await town.admin.autocomplete(town.channel, "docs remove", "document", "127")
    assert offered
    assert all(len(choice["name"]) <= 100 and len(choice["value"]) <= 100 for choice in offered)
    listed = await town.admin.slash(town.channel, "docs list")
    assert "mill-mill" in read(listed).replace("\\", "")


async def test_a_page_is_looked_at_again_when_it_is_due(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    settings: Settings,
    engine: Engine,
    web: Web,
    mill: InteractionResult,
) -> None:
    web.forget()
    await env.advance_time(EVERY_S + 1)
    assert not web.asked
    make_due(settings, town.guild.id)
    web.pages["/mill"] = Page(write_page("The new mill", MILL.replace("barley", "wheat")))
    await env.advance_time(EVERY_S + 1)
    assert await names(engine, town.guild.id) == ["The new mill"]
    web.forget()
    await env.advance_time(EVERY_S + 1)
    assert not web.asked


async def test_a_source_that_fails_keeps_what_was_there_and_is_shown_as_stale(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    settings: Settings,
    engine: Engine,
    web: Web,
    mill: InteractionResult,
) -> None:
    web.pages["/mill"] = Page(b"", status=500)
    again = await town.admin.slash(town.channel, "docs reindex")
    assert "1 failed" in read(again) and f"{web.root}/mill" in read(again).replace("\\", "")
    assert await names(engine, town.guild.id) == ["The mill"]
    listed = read(await town.admin.slash(town.channel, "docs list"))
    assert "stale" in listed and "500" in listed
    status = read(await town.admin.slash(town.channel, "docs status"))
    assert "Needs attention" in status and "failed since" in status
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert "grinds barley" in read(answer)


async def test_no_source_reaches_another_server(
    env: simcord.Env,
    town: Town,
    bot: FootnoteBot,
    engine: Engine,
    web: Web,
    mill: InteractionResult,
) -> None:
    guild = env.create_guild("Village")
    channel = guild.create_text_channel("square")
    eve = guild.add_member(guild.owner)
    start = len(env.http_requests)
    listed = await eve.slash(channel, "docs list")
    await eve.slash(channel, "docs status")
    await eve.slash(channel, "docs reindex")
    for document in ("@o1", "@s1", f"{web.root}/mill"):
        await eve.slash(channel, "docs remove", document=document)
        assert await eve.autocomplete(channel, "docs remove", "document", "mill") == []
    place = bot.get_channel(channel.id)
    assert isinstance(place, discord.TextChannel)
    for custom_id in ("drop:o1", "drop:s1", "drop:o99"):
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(discord.ui.ActionRow(discord.ui.Button(label="x", custom_id=custom_id)))
        await eve.click(await place.send(view=view), custom_id=custom_id)
    told = str([request.json for request in env.http_requests[start:]]).replace("\\", "")
    assert "barley" not in told and "The mill" not in told
    assert "Documents" in read(listed)
    assert await names(engine, town.guild.id) == ["The mill"]


async def test_only_those_who_keep_documents_remove_sources(
    env: simcord.Env, town: Town, engine: Engine, mill: InteractionResult
) -> None:
    asked = await town.admin.slash(town.channel, "docs remove", document="@o1")
    assert find_ids(asked.response) == ["drop:o1", "keep"]
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(discord.ui.Button(label="x", custom_id="drop:o1")))
    place = env.bot.get_channel(town.channel.id)
    assert isinstance(place, discord.TextChannel)
    refused = await town.member.click(await place.send(view=view), custom_id="drop:o1")
    assert "Only members who may manage" in read(refused)
    assert await names(engine, town.guild.id) == ["The mill"]


async def test_the_operators_sources_are_listed_without_what_they_tell_of_the_machine(
    env: simcord.Env, town: Town, settings: Settings, engine: Engine
) -> None:
    with Library(settings.library_folder, HashEncoder) as library:
        with pytest.raises(SourceError):
            library.add_origin(
                "repository", "/srv/secret/notes", {}, every_s=3600, look=Look((), frozenset())
            )
        with library.store.transaction():
            library.store.origins.put("repository", "/srv/secret/notes", {}, 3600)
        [origin] = library.origins()
        library.note_failure(origin, "/srv/secret/notes is gone")
    listed = read(await town.admin.slash(town.channel, "docs list"))
    assert "**notes**" in listed and "stale" in listed
    assert "secret" not in listed


async def test_without_the_intent_channels_are_not_added_and_the_way_to_it_is_told(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    told = await town.admin.slash(town.channel, "docs channel", channel=town.channel)
    assert "Message Content Intent" in read(told)
    assert "FOOTNOTE_MESSAGE_CONTENT=true" in read(told).replace("\\", "")
    assert (await engine.upkeep.groups(town.guild.id))[0] == ()


async def test_a_long_job_of_a_server_is_not_waited_for(
    env: simcord.Env,
    town: Town,
    settings: Settings,
    engine: Engine,
    web: Web,
    mill: InteractionResult,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held(env, engine, monkeypatch)
    await town.admin.slash(town.channel, "docs add", file1=("barn.md", b"The barn is brown."))
    make_due(settings, town.guild.id)
    web.forget()
    await env.advance_time(EVERY_S + 1)
    assert not web.asked
    await held.let_go()
    await env.advance_time(EVERY_S + 1)
    assert web.asked["/mill"] == 1


async def test_what_is_due_is_looked_at_by_and_by_though_a_look_fails(
    env: simcord.Env,
    town: Town,
    settings: Settings,
    engine: Engine,
    web: Web,
    mill: InteractionResult,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    make_due(settings, town.guild.id)
    web.forget()
    with monkeypatch.context() as failing:
        failing.setattr(engine.upkeep, "due", fail)
        await env.advance_time(EVERY_S + 1)
    assert "sources that are due" in caplog.text
    with monkeypatch.context() as failing:
        failing.setattr(engine.upkeep, "refresh", fail)
        await env.advance_time(EVERY_S + 1)
    assert not web.asked
    await env.advance_time(EVERY_S + 1)
    assert not web.asked  # it rests
    await env.advance_time(REST_S)
    assert web.asked["/mill"] == 1


async def test_one_document_of_a_source_is_looked_at_with_its_source(
    env: simcord.Env, town: Town, engine: Engine, web: Web, mill: InteractionResult
) -> None:
    web.pages["/mill"] = Page(write_page("The new mill", MILL.replace("barley", "wheat")))
    again = await town.admin.slash(town.channel, "docs reindex", document="The mill")
    assert "1 updated" in read(again)
    assert await names(engine, town.guild.id) == ["The new mill"]
