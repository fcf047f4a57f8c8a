"""One server's documents never reach another, whatever someone types, presses or forges."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import discord
import pytest
import simcord
from discord.ui import ActionRow, Button, LayoutView, TextDisplay
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.render import QUESTION_ID
from bot.libraries.engine import Engine
from tests.bot.discord.conftest import QUESTION, Town, Village, find_ids, read_texts
from tests.bot.discord.held import Held

COMBINATION = "What is the vault combination?"
FORGED = (
    *("#o1", "#o2", "#o3", "#o99", "#s99", "o2", "#o-1", "#o1 ", "#", "vault.md", "Vault plan"),
    *("../server-1/vault.md", "files/vault.md", "%", "*", "' OR 1=1 --"),
)
"""What someone might type where a document is asked for; #o1 is a document in each server."""

SECRETS = ("swan", "Swan", "Ottokar", "nineteen")
"""Words of the other server's documents that nobody types here."""
SHARED = ("museum opens at nine", "lighthouse", "Town guide", "Harbour")


def told(env: simcord.Env, start: int) -> str:
    """All that the bot sent to Discord since request number `start`."""
    sent = [request.json for request in env.http_requests[start:]]
    return json.dumps(sent, ensure_ascii=False)


@contextmanager
def nothing_told(env: simcord.Env, words: tuple[str, ...] = SECRETS) -> Iterator[None]:
    """None of the words may leave the bot meanwhile."""
    start = len(env.http_requests)
    yield
    sent = told(env, start)
    assert len(env.http_requests) > start
    for word in words:
        assert word not in sent


async def forge(
    bot: FootnoteBot, channel: ChannelHandle, *custom_ids: str, question: str = COMBINATION
) -> discord.Message:
    """A message of the bot's, in a channel, whose buttons say what a forger wants."""
    place = bot.get_channel(channel.id) or bot.get_partial_messageable(channel.id)
    assert isinstance(place, discord.abc.Messageable)
    buttons = [Button[LayoutView](label=name, custom_id=name) for name in custom_ids]
    view = LayoutView(timeout=None)
    view.add_item(TextDisplay(f"**{question}**", id=QUESTION_ID))
    for start in range(0, len(buttons), 5):
        view.add_item(ActionRow(*buttons[start : start + 5]))
    view.stop()  # a press is for the bot's own buttons alone, as after a restart
    return await place.send(view=view)


BUTTONS = (
    *("context:o1", "context:o2", "context:o3", "context:o6", "context:o99", "context:s99"),
    *("more:0:-", "more:3:-", "more:0:o1", "more:0:o2", "more:0:o3", "more:0:o99"),
    *("page:list:0", "page:list:1", "page:list:99", "page:sources:0", "page:sources:99"),
    *("vote:up", "vote:down", "keep", "remove:o2", "remove:o3", "remove:o99", "cancel:1"),
)


async def names(engine: Engine, guild: int) -> list[str]:
    own, _ = await engine.entries(guild)
    return [entry.record.name for entry in own]


async def test_the_town_itself_reads_its_documents(
    env: simcord.Env, town: Town, village: Village
) -> None:
    answer = await town.member.slash(town.channel, "ask", question=COMBINATION)
    assert "nineteen red swans" in read_texts(answer.response)


async def test_no_question_reaches_another_servers_documents(
    env: simcord.Env, village: Village
) -> None:
    with nothing_told(env):
        for question in (COMBINATION, "Who keeps the vault?", "vault", "Vault plan vault.md"):
            for private in (True, False):
                await env.advance_time(10)  # no cooldown in the way
                await village.member.slash(
                    village.channel, "ask", question=question, private=private
                )
        await env.advance_time(10)
        mention = f"<@{env.backend.bot_user.id}> {COMBINATION}"
        await village.member.send(village.channel, mention)
        await env.advance_time(10)
        asked = await village.member.send(village.channel, COMBINATION)
        await village.member.context_menu(village.channel, "Find in documents", asked)


@pytest.mark.parametrize("document", FORGED)
async def test_no_name_or_number_of_another_servers_document_means_anything_here(
    env: simcord.Env, town: Town, village: Village, engine: Engine, document: str
) -> None:
    with nothing_told(env):
        await village.member.slash(village.channel, "ask", question=COMBINATION, document=document)
        await village.admin.slash(village.channel, "docs remove", document=document)
        await village.admin.slash(village.channel, "docs reindex", document=document)
        await village.admin.slash(
            village.channel, "docs reindex", document=document, everything=True
        )
        for command in ("ask", "docs remove", "docs reindex"):
            filled = {"question": COMBINATION} if command == "ask" else {}
            offered = await village.admin.autocomplete(
                village.channel, command, "document", document, **filled
            )
            assert not [choice for choice in offered if "ault" in choice["name"]]
    assert len(await names(engine, town.guild.id)) == 3
    assert await names(engine, village.guild.id) == ["h.md"]


async def test_number_one_is_the_servers_own_document_number_one(
    env: simcord.Env, village: Village
) -> None:
    asked = await village.admin.slash(village.channel, "docs remove", document="#o1")
    assert "Harvest plan" in read_texts(asked.response)


async def test_lists_counts_and_suggestions_hold_the_servers_own_and_the_operators_only(
    env: simcord.Env, town: Town, village: Village
) -> None:
    await town.member.slash(town.channel, "ask", question=COMBINATION)
    with nothing_told(env, (*SECRETS, "ault", str(town.admin.id))):
        listed = await village.admin.slash(village.channel, "docs list")
        assert "1 document of this server" in read_texts(listed.response)
        sources = await village.member.slash(village.channel, "sources")
        assert "2 documents" in read_texts(sources.response)
        status = await village.admin.slash(village.channel, "docs status")
        assert "1 document · 1 passage" in read_texts(status.response)
        assert "0 asked, 0 answered" in read_texts(status.response)
        for command in ("docs remove", "docs reindex"):
            offered = await village.admin.autocomplete(village.channel, command, "document", "")
            assert [choice["name"] for choice in offered] == ["Harvest plan"]
        offered = await village.member.autocomplete(
            village.channel, "ask", "document", "", question="x"
        )
        assert sorted(choice["name"] for choice in offered) == ["Harvest plan", "Town guide"]
        refused = await village.member.slash(
            village.channel, "ask", question="Which quarks make up a proton?"
        )
        assert "2 documents" in read_texts(refused.response)


async def test_forged_buttons_show_nothing_of_another_server(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    with nothing_told(env):
        for person in (village.admin, village.member):
            for custom_id in BUTTONS:
                message = await forge(bot, village.channel, custom_id)
                await person.click(message, custom_id=custom_id)
                await env.advance_time(10)
    assert len(await names(engine, town.guild.id)) == 3
    assert await names(engine, village.guild.id) == ["h.md"]


async def test_forged_follow_ups_and_threads_show_nothing_of_another_server(
    env: simcord.Env, village: Village, bot: FootnoteBot
) -> None:
    with nothing_told(env):
        message = await forge(bot, village.channel, "follow", "thread", "context:o2", "context:o3")
        shown = await village.member.click(message, custom_id="follow")
        assert shown.modal
        [field] = [
            child["custom_id"]
            for component in shown.modal["components"]
            for child in [component.get("component") or component["components"][0]]
        ]
        await village.member.submit_modal(shown, {field: "And who keeps it?"})
        await env.advance_time(10)
        await village.member.click(message, custom_id="thread")


async def test_a_message_that_was_carried_over_reads_this_servers_documents(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot
) -> None:
    answer = await town.member.slash(town.channel, "ask", question=COMBINATION)
    assert answer.response
    ids = [*find_ids(answer.response, "context:"), *find_ids(answer.response, "more:")]
    assert ids
    with nothing_told(env):
        message = await forge(bot, village.channel, *dict.fromkeys(ids))
        for custom_id in dict.fromkeys(ids):
            await village.member.click(message, custom_id=custom_id)
            await env.advance_time(10)


async def test_no_answer_is_posted_into_another_server(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot
) -> None:
    theirs = await town.member.send(town.channel, COMBINATION)
    before = len(town.channel.history())
    custom_id = f"post:{town.channel.id}:{theirs.id}"
    with nothing_told(env):
        message = await forge(bot, village.channel, custom_id)
        for person in (village.member, village.admin):
            await person.click(message, custom_id=custom_id)
            await env.advance_time(10)
    assert len(town.channel.history()) == before


async def test_no_job_of_another_server_is_cancelled_or_told_of(
    env: simcord.Env,
    town: Town,
    village: Village,
    bot: FootnoteBot,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held(env, engine, monkeypatch)
    shown = await town.admin.slash(town.channel, "docs add", file1=("swan.md", b"A new swan."))
    [cancel] = find_ids(shown.response, "cancel:")
    with nothing_told(env):
        message = await forge(bot, village.channel, cancel)
        refused = await village.admin.click(message, custom_id=cancel)
        assert "That job is over" in read_texts(refused.followups[0])
        status = await village.admin.slash(village.channel, "docs status")
        assert "Jobs" not in read_texts(status.response)
    await held.let_go()
    assert "1 added" in read_texts(shown.response)


async def test_the_operators_documents_cannot_be_removed_by_a_forged_button(
    env: simcord.Env, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    message = await forge(bot, village.channel, "remove:s1")
    await village.admin.click(message, custom_id="remove:s1")
    _, shared = await engine.entries(village.guild.id)
    assert len(shared) == 1


async def test_settings_and_votes_of_one_server_stay_there(
    env: simcord.Env, town: Town, village: Village, engine: Engine
) -> None:
    before = await engine.preferences(town.guild.id)
    await village.admin.slash(
        village.channel, "docs settings", private=True, cooldown=77, operator_documents=False
    )
    assert await engine.preferences(town.guild.id) == before
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert "nine in the morning" in read_texts(answer.response)
    assert not answer.ephemeral


async def test_direct_messages_reach_the_operators_documents_alone(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot
) -> None:
    user = town.member.user
    answer = await user.slash("ask", question=QUESTION)
    assert "nine in the morning" in read_texts(answer.response)
    with nothing_told(env, (*SECRETS, "arvest", "autumn")):
        for question in (COMBINATION, "When do they pick apples?"):
            await env.advance_time(10)
            await user.slash("ask", question=question)
            await env.advance_time(10)
            await user.send_dm(question)
        for document in FORGED:
            await env.advance_time(10)
            await user.slash("ask", question=COMBINATION, document=document)
        sources = await user.slash("sources")
        assert "1 document" in read_texts(sources.response)
        offered = await user.autocomplete("ask", "document", "", question="x")
        assert [choice["name"] for choice in offered] == ["Town guide"]
        for custom_id in (*BUTTONS, "remove:s1"):
            message = await forge(bot, user.dm_channel, custom_id)
            await env.advance_time(10)
            await user.click(message, custom_id=custom_id)


async def test_where_the_operators_documents_are_turned_off_nothing_tells_of_them(
    env: simcord.Env, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    await village.admin.slash(village.channel, "docs settings", operator_documents=False)
    with nothing_told(env, SHARED):
        await village.member.slash(village.channel, "ask", question=QUESTION)
        listed = await village.admin.slash(village.channel, "docs list")
        sources = await village.member.slash(village.channel, "sources")
        await village.admin.slash(village.channel, "docs status")
        for document in ("#s1", "town.md", "guide"):
            await env.advance_time(10)
            await village.member.slash(village.channel, "ask", question=QUESTION, document=document)
            asked = await village.admin.slash(village.channel, "docs remove", document=document)
            assert "operator's" not in read_texts(asked.response)
        offered = await village.member.autocomplete(
            village.channel, "ask", "document", "", question="x"
        )
        assert [choice["name"] for choice in offered] == ["Harvest plan"]
        for custom_id in ("context:s1", "context:s2", "more:0:s1", "more:0:-", "page:sources:1"):
            message = await forge(bot, village.channel, custom_id, question=QUESTION)
            await env.advance_time(10)
            await village.member.click(message, custom_id=custom_id)
    assert "1 document" in read_texts(listed.response)
    assert "1 document" in read_texts(sources.response)


async def test_a_member_of_both_servers_is_an_admin_only_where_they_are_one(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    guest: MemberActor = village.guild.add_member(town.admin.user)
    refused: list[InteractionResult] = []
    for custom_id in ("remove:o1", "page:list:0", "keep", "cancel:1"):
        message = await forge(bot, village.channel, custom_id)
        refused.append(await guest.click(message, custom_id=custom_id))
    for result in refused:
        assert "Only members who may manage this server" in read_texts(result.response)
    assert await names(engine, village.guild.id) == ["h.md"]
