"""What members see whose Discord speaks another language than English.

They are written in wide letters here: so no test waits for a translation, and what was not marked
is found out.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import simcord
from simcord import interactions
from simcord.actors import MemberActor

from bot import language
from bot.discord.client import FootnoteBot
from bot.help_channel import HelpChannel
from bot.language import gettext, speak
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences
from tests.bot.discord.conftest import (
    ANSWER,
    OFF_TOPIC,
    QUESTION,
    TOWN,
    Town,
    find_ids,
    read_texts,
)
from tests.bot.discord.test_amending import add, find_changes
from tests.bot.wide import find_narrow, widen, write_wide
from tests.catalogues import extract_texts
from tests.index.conftest import HashEncoder

AFTER_COOLDOWN = 11
FERRY = "Where does the ferry leave in summer?"
AND_THEN = "And every hour?"
ASK, PRIVATE = "Ask the documents, and get the place that says", "Show the answer to you alone"
MENU = "Find in documents"
PHYSICS = b"# Proton\n\nA proton is made up of two up quarks and one down quark.\n"
SAID_BY_PEOPLE = find_narrow(" ".join([TOWN, QUESTION, OFF_TOPIC, AND_THEN]))


class GatedEncoder(HashEncoder):
    """Embeds no question before the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()
        self.gate.set()

    def embed_questions(self, questions: Any) -> Any:
        assert self.gate.wait(60)
        return super().embed_questions(questions)


@pytest.fixture
def encoder() -> GatedEncoder:
    return GatedEncoder()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"message_content": True})


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogues")
    said = extract_texts()
    for text in (ASK, PRIVATE, MENU):
        said.add(text)
    write_wide(said, folder)
    return folder


@pytest.fixture(autouse=True)
def wide_letters(wide: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(language, "CATALOGUES", wide)
    language._read.cache_clear()
    yield
    language._read.cache_clear()


@pytest.fixture
def locales(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """By their ids, people whose Discord is not in English."""
    spoken: dict[int, str] = {}
    make = interactions.base_payload

    def make_in_language(*given: Any, **named: Any) -> Any:
        record, payload = make(*given, **named)
        payload["locale"] = spoken.get(named["user_id"], "en-US")
        return record, payload

    monkeypatch.setattr(interactions, "base_payload", make_in_language)
    return spoken


@pytest.fixture
def anna(env: simcord.Env, town: Town, locales: dict[int, str]) -> MemberActor:
    """A member whose Discord is in German."""
    anna = town.guild.add_member(env.create_user("anna"))
    locales[anna.id] = "de"
    return anna


def in_german(text: str, **values: object) -> str:
    with speak("de"):
        said = gettext(text, **values)
    assert said != text
    return said


def find_english(shown: Any) -> set[str]:
    """Words in a message that no document and nobody's question holds."""
    return find_narrow(read_texts(shown)) - SAID_BY_PEOPLE


async def test_a_german_gets_the_whole_answer_in_german_and_others_as_before(
    town: Town, anna: MemberActor
) -> None:
    english = (await town.member.slash(town.channel, "ask", question=QUESTION)).response
    german = (await anna.slash(town.channel, "ask", question=QUESTION)).response
    shown = read_texts(german)
    assert find_english(german) == set()
    assert f"**{ANSWER}**" in shown and in_german("Sure") in shown
    assert {in_german("In context"), in_german("Follow up")} <= set(shown.splitlines())
    assert "-# **Sure** · searched 1 document" in read_texts(english)
    assert {"In context", "Follow up", "Continue in a thread"} <= set(
        read_texts(english).splitlines()
    )
    assert len(read_texts(english).splitlines()) == len(shown.splitlines())


async def test_a_refusal_is_in_german_with_what_can_be_done_about_it(
    town: Town, anna: MemberActor
) -> None:
    refusal = (await anna.slash(town.channel, "ask", question=OFF_TOPIC)).response
    shown = read_texts(refusal)
    assert find_english(refusal) == set()
    assert in_german("This is not in the documents.") in shown
    assert in_german("Tell me when this is answered") in shown
    told = await anna.click(refusal, custom_id="tell")
    assert find_english(told.response) == set()
    told = await anna.click(refusal, custom_id="tell")
    taken_back = in_german("Taken back: I will not tell you, and keep your question no longer.")
    assert taken_back in read_texts(told.response)


async def test_each_who_presses_reads_their_own_language(
    env: simcord.Env, town: Town, anna: MemberActor
) -> None:
    answer = (await town.member.slash(town.channel, "ask", question=QUESTION)).response
    for custom_id in ("more:", "context:", "vote:up", "vote:up", "thread"):
        [id, *_] = find_ids(answer, custom_id)
        pressed = await anna.click(answer, custom_id=id)
        assert find_english(pressed.response) == set(), read_texts(pressed.response)
    [more, *_] = find_ids(answer, "more:")
    german = (await anna.click(answer, custom_id=more)).response
    english = (await town.member.click(answer, custom_id=more)).response
    assert in_german("In context") in read_texts(german)
    assert "In context" in read_texts(english)


async def test_a_follow_up_is_read_back_in_whichever_language_its_answer_stands(
    env: simcord.Env, town: Town, anna: MemberActor
) -> None:
    """The same is asked by both, and followed up by themselves and then by the other."""
    carried = []
    for first, second in ((town.member, anna), (anna, town.member)):
        await env.advance_time(AFTER_COOLDOWN)
        answer = (await first.slash(town.channel, "ask", question=FERRY)).response
        for person in (first, second):
            await env.advance_time(AFTER_COOLDOWN)
            form = await person.click(answer, custom_id="follow")
            title = "Follow up" if person is town.member else in_german("Follow up")
            assert form.modal is not None and form.modal["title"] == title
            [label] = form.modal["components"]
            typed = {label["component"]["custom_id"]: AND_THEN}
            answered = await person.submit_modal(form, typed)
            answer = answered.response
            after = "-# Following up on: "
            after = after if person is town.member else in_german(after)
            [line] = [line for line in read_texts(answer).splitlines() if after in line]
            carried.append(line.removeprefix(after))
    assert carried[:2] == carried[2:]
    assert carried[0] == FERRY and AND_THEN in carried[1]


@pytest.mark.parametrize("command", ["help", "sources", "privacy show", "privacy delete"])
async def test_what_commands_show_is_in_german(
    town: Town, anna: MemberActor, engine: Engine, command: str
) -> None:
    await engine.prefer(town.guild.id, Preferences(questions_days=30))
    shown = (await anna.slash(town.channel, command)).response
    assert find_english(shown) == set(), read_texts(shown)
    english = (await town.member.slash(town.channel, command)).response
    assert len(find_english(english)) > 3


async def test_who_must_wait_or_asks_elsewhere_reads_so_in_german(
    town: Town, anna: MemberActor, engine: Engine
) -> None:
    await anna.slash(town.channel, "ask", question=QUESTION)
    hasty = await anna.slash(town.channel, "ask", question=QUESTION)
    assert hasty.ephemeral and find_english(hasty.response) == set()
    assert re.search("[1-9]", read_texts(hasty.response))
    places = frozenset(range(1, 9))
    await engine.prefer(town.guild.id, Preferences(channels=places))
    elsewhere = await anna.slash(town.channel, "ask", question=QUESTION)
    assert find_english(elsewhere.response) == set()
    assert "<#1>, <#2>, <#3>, <#4>, <#5>" in read_texts(elsewhere.response)


async def test_what_goes_wrong_is_told_in_german(
    town: Town, anna: MemberActor, engine: Engine
) -> None:
    await engine.prefer(town.guild.id, Preferences(shared=False))
    asked = await anna.slash(town.channel, "ask", question=QUESTION)
    told = in_german("There are no documents here yet. An admin can add some with `/docs add`.")
    assert read_texts(asked.response) == told


async def test_what_goes_wrong_before_a_command_is_found_is_told_in_german_too(
    env: simcord.Env, bot: FootnoteBot, town: Town, anna: MemberActor
) -> None:
    bot.tree.remove_command("help")
    told = (await anna.slash(town.channel, "help")).response
    assert find_english(told) == set() and len(env.errors) == 1


async def test_an_answer_that_was_sought_in_german_is_posted_in_german(
    env: simcord.Env, town: Town, anna: MemberActor
) -> None:
    asked = await town.member.send(town.channel, QUESTION)
    found = await anna.context_menu(town.channel, MENU, asked)
    await anna.click(found.response, label=in_german("Post as a reply"))
    posted = town.channel.last_message
    assert posted is not None and posted.author.bot and find_english(posted) == set()
    assert in_german("Posted") in read_texts(found.response)


@pytest.mark.parametrize("locale", ["de", "en-US"])
async def test_a_mention_is_answered_in_its_servers_language(env: simcord.Env, locale: str) -> None:
    guild = env.create_guild("Dorf", preferred_locale=locale)
    channel, member = guild.create_text_channel("platz"), guild.add_member(env.create_user("ida"))
    assert env.bot.user is not None
    for text in (QUESTION, OFF_TOPIC, "thanks"):
        await env.advance_time(AFTER_COOLDOWN)
        await member.send(channel, f"{env.bot.user.mention} {text}")
        said = channel.last_message
        assert said is not None and said.author.bot
        assert (find_english(said) == set()) == (locale == "de"), read_texts(said)


async def test_in_help_channels_the_servers_language_is_spoken_until_someone_presses(
    env: simcord.Env, engine: Engine
) -> None:
    guild = env.create_guild("Dorf", preferred_locale="de")
    channel, member = guild.create_text_channel("platz"), guild.add_member(env.create_user("ida"))
    help_here = HelpChannel(channel.id, "when sure, else say so")
    await engine.prefer(guild.id, Preferences(helps=(help_here,), cooldown_s=0))
    await member.send(channel, OFF_TOPIC)
    await member.send(channel, QUESTION)
    unsure, answer = [one for one in channel.history() if one.author.bot]
    assert find_english(unsure) == find_english(answer) == set()
    pressed = await member.click(answer, label=in_german("Solved"))
    assert "Marked as solved." in read_texts(pressed.followups[0])


@pytest.mark.parametrize(
    ("text", "understood"),
    [("Wann öffnet das Museum am Morgen und was kostet der Kaffee?", True), (QUESTION, False)],
)
async def test_direct_messages_are_answered_in_the_language_that_they_are_written_in(
    env: simcord.Env, town: Town, text: str, understood: bool
) -> None:
    await town.member.send_dm(text)
    [said] = [one for one in town.member.user.dm_channel.history() if one.author.bot]
    shown = find_english(said) - find_narrow(text.encode("ascii", "replace").decode())
    assert (shown == set()) == understood, read_texts(said)


async def test_who_waited_is_told_in_the_servers_language(env: simcord.Env) -> None:
    changes = find_changes(env)
    guild = env.create_guild("Dorf", preferred_locale="de")
    owner, member = guild.add_member(guild.owner), guild.add_member(env.create_user("ida"))
    dorf = Town(guild, guild.create_text_channel("platz"), owner, member)
    for person, private in ((owner, False), (member, True)):
        asked = await person.slash(dorf.channel, "ask", question=OFF_TOPIC, private=private)
        await person.click(asked.response, custom_id="tell")
    await add(dorf, PHYSICS, "proton.md")
    await changes.look()
    replied = dorf.channel.last_message
    [told] = member.user.dm_channel.history()
    for said in (replied, told):
        names = find_narrow("dorf" + PHYSICS.decode())
        assert find_english(said) <= names, read_texts(said)
    assert in_german("This is answered now: ask it there again, with `/ask`.") in read_texts(told)


async def test_a_shutdowns_last_words_are_in_german(
    bot: FootnoteBot,
    town: Town,
    anna: MemberActor,
    encoder: GatedEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.discord.client.FINISH_S", 0.01)
    encoder.gate.clear()
    asking = asyncio.create_task(anna.slash(town.channel, "ask", question=QUESTION))
    while not bot._running:
        await asyncio.sleep(0)
    await bot.finish()
    encoder.gate.set()
    shown = (await asking).response
    assert read_texts(shown) == in_german(
        "I am being restarted, and did not come to this. Ask again in a minute."
    )


async def test_discord_is_sent_what_commands_say_in_each_language_but_not_other_names(
    env: simcord.Env,
) -> None:
    [sent] = [one.json for one in env.http_requests if one.path.endswith("/commands")]
    locales = {"de", "es-ES", "es-419", "fr", "ja"}
    ask = next(one for one in sent if one["name"] == "ask")
    assert ask["description"] == ASK and not ask.get("name_localizations")
    assert ask["description_localizations"] == dict.fromkeys(locales, widen(ASK))
    private = next(one for one in ask["options"] if one["name"] == "private")
    assert private["description_localizations"] == dict.fromkeys(locales, widen(PRIVATE))
    assert not private.get("name_localizations")
    menu = next(one for one in sent if one["name"] == MENU)
    assert menu["name_localizations"] == dict.fromkeys(locales, widen(MENU))
