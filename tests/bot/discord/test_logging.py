"""What the whole machinery logs at its most talkative: requests' ids, and nobody's words."""

import asyncio
import json
import re
from typing import Any

import pytest
import simcord

from bot.libraries.engine import Engine
from bot.logs import log_request, set_up_logging
from bot.types import Question
from tests.bot.discord.conftest import Town, find_ids, read_texts
from tests.bot.discord.test_monitor import GatedEncoder

FILE = (
    "zeppelin.md",
    b"# Quokka guide\n\nThe walrus museum opens at noon. Nobody sees the narwhal.\n",
)
BROKEN = ("capybara.pdf", b"%PDF-1.7 axolotl")
WORDS = (
    *("zeppelin", "quokka", "walrus", "narwhal", "capybara", "axolotl", "ocelot", "pangolin"),
    *("wombat", "kakapo", "ben", "general"),
)
"""Of names, documents and questions; every one reaches the engine or the bot."""


@pytest.fixture
def encoder() -> GatedEncoder:
    return GatedEncoder()


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("format", ["text", "json"])
async def test_logs_hold_nothing_that_people_or_documents_say(
    format: Any,
    env: simcord.Env,
    town: Town,
    encoder: GatedEncoder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("debug", format, dated=True)
    people = [town.guild.add_member(env.create_user(f"wombat-{number}")) for number in range(3)]
    await town.admin.slash(town.channel, "docs add", file1=FILE, file2=BROKEN)
    answer = (
        await people[0].slash(town.channel, "ask", question="When opens the walrus museum?")
    ).response
    assert "walrus museum opens at noon" in read_texts(answer).replace("*", "")
    await people[1].slash(town.channel, "ask", question="Which quarks make up an ocelot?")
    assert env.bot.user is not None
    await people[2].send(town.channel, f"{env.bot.user.mention} And where is the pangolin?")
    await town.member.click(answer, custom_id=find_ids(answer, "context:")[0])
    await town.member.click(answer, label="More")
    await town.member.autocomplete(town.channel, "ask", "document", "kakapo")
    encoder.fails = True
    await town.member.slash(town.channel, "ask", question="When opens the walrus museum?")
    await town.admin.slash(town.channel, "ask", question="Why?", document="kakapo")
    await town.admin.slash(town.channel, "docs reindex", document="ocelot.md")
    await town.admin.slash(town.channel, "docs status")
    out, err = capsys.readouterr()
    assert out == "" and "stored: document" in err and "Traceback" in err
    assert not [word for word in WORDS if re.search(rf"\b{word}", err, re.IGNORECASE)], err


@pytest.mark.usefixtures("logging_restored")
async def test_a_question_and_a_job_are_logged_under_their_interaction_down_to_the_index(
    env: simcord.Env, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("debug", "json", dated=True)
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    await town.member.slash(town.channel, "ask", question="When opens the walrus museum?")
    await town.guild.add_member(env.create_user("cy")).slash(
        town.channel, "ask", question="Which quarks make up a proton?"
    )
    told = [(line["request"], line["logger"]) for line in read(capsys)]
    callbacks = (re.fullmatch(r"/interactions/(\d+)/.*", one.path) for one in env.http_requests)
    added, asked, refused = [found[1] for found in callbacks if found]
    assert (added, "index.ingest") in told and (added, "bot.discord.jobs") in told
    for request in (asked, refused):
        assert (request, "index.library") in told
        assert told.count((request, "bot.discord.reception")) == 1
    assert {request for request, _ in told} <= {added, asked, refused, None}


@pytest.mark.usefixtures("logging_restored")
async def test_a_message_s_request_is_its_id(
    env: simcord.Env, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", "json", dated=True)
    assert env.bot.user is not None
    asked = await town.member.send(town.channel, f"{env.bot.user.mention} When does it open?")
    [line] = [line for line in read(capsys) if line["logger"] == "bot.discord.reception"]
    assert line["request"] == str(asked.id)
    assert line["server"] == town.guild.id and line["outcome"] in ("answered", "refused")
    assert line["hits"] > 0 and line["ms"] >= 0


@pytest.mark.usefixtures("logging_restored")
async def test_questions_that_are_embedded_together_are_logged_apart(
    engine: Engine, encoder: GatedEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("debug", "json", dated=True)

    async def ask(request: str) -> None:
        with log_request(request):
            await engine.ask(None, Question("When does the museum open?"))

    encoder.gate.clear()
    first = asyncio.create_task(ask("first"))
    assert await asyncio.to_thread(encoder.entered.wait, 60)
    others = [asyncio.create_task(ask(name)) for name in ("second", "third")]
    await asyncio.sleep(0)
    encoder.gate.set()
    await asyncio.gather(first, *others)
    searched = [line["request"] for line in read(capsys) if line["logger"] == "index.library"]
    assert searched == ["first", "second", "third"]


def read(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]
