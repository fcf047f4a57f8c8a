"""Every body that the bot sends to Discord, held against Discord's published OpenAPI document.

    python tests/check_openapi.py PATH/openapi.json

The bot runs in the loopback's Discord, where people use each of its commands, buttons and forms.
Prints how many bodies of each route were looked at, and each violation; exit code 1 if there is
one. The document: https://github.com/discord/discord-api-spec
"""

import asyncio
import copy
import json
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import discord
import yarl
from discord.gateway import DiscordWebSocket
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.discord.client import FootnoteBot
from bot.libraries.engine import Engine
from bot.settings import Settings
from tests.bot.discord.gateway import TOKEN, Discord, Request
from tests.bot.discord.payloads import EVERYTHING, Payload
from tests.bot.discord.people import Person, read, walk
from tests.index.conftest import HashEncoder
from tests.index.test_pictures import make_pdf

QUESTION = "When does the museum open in the morning?"
TEXT = """\
# Guide {number}

## Museum *and* [maps](https://example.org) of `{number}`

The museum opens at nine in the morning. It shows {number} old maps of the island.

## Harbour <@1> @everyone

The harbour has a red lighthouse. A ferry leaves the harbour every hour in summer {number}.
"""
ROUTES_AT_LEAST = 6
"""Fewer mean that the scenario has come to nothing."""


class Checker:
    """Discord's document, asked about single requests."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text("utf-8"))
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:discord", resource)
        self._operations = [
            (method.upper(), template, operation["requestBody"]["content"])
            for template, operations in document["paths"].items()
            for method, operation in operations.items()
            if isinstance(operation, dict) and "requestBody" in operation
        ]
        # `…/@original` is more to the point than `…/{message_id}`.
        self._operations.sort(key=lambda operation: operation[1].count("{"))

    def check(self, request: Request) -> tuple[str, str | None]:
        """The route's template, and what is wrong with the body."""
        for method, template, content in self._operations:
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if request.method == method and re.fullmatch(pattern, request.path):
                kind = "application/json" if "application/json" in content else next(iter(content))
                place = "/".join(
                    part.replace("~", "~0").replace("/", "~1")
                    for part in ("paths", template, method.lower(), "requestBody", "content", kind)
                )
                return f"{method} {template}", self._find_error(place, request.body)
        return f"{request.method} {request.path}", "the document knows no body for this route"

    def _find_error(self, place: str, body: Any) -> str | None:
        schema = {"$ref": f"urn:discord#/{place}/schema"}
        errors = Draft202012Validator(schema, registry=self._registry).iter_errors(body)
        return next((_name_error(error) for error in errors), None)


def _name_error(error: ValidationError) -> str:
    """The innermost thing that is wrong: of several forms allowed, in that of the same type."""
    while error.context:
        others = {
            each.schema_path[0] for each in error.context if list(each.relative_path) == ["type"]
        }
        meant = [each for each in error.context if each.schema_path[0] not in others]
        if not meant or len({each.schema_path[0] for each in meant}) > 1:
            break
        error = max(meant, key=lambda each: len(each.absolute_path))
    return f"{error.json_path}: {error.message[:200]}"


async def use_everything(served: Discord) -> None:
    """Use every command, button and form."""
    admin, alice = Person(served, served.admin), Person(served, served.alice)
    await admin.slash("docs settings", cooldown=0, private=False)
    await ask(served, alice)
    await explain(served, admin)
    await use_answer(served, alice)
    await find_and_post(served, alice)
    await keep_documents(served, admin)
    await keep_sources(served, admin)
    await bind_and_measure(served, admin, alice)
    await be_told(served, admin, alice)
    await look_around(served, admin, alice)


async def ask(served: Discord, alice: Person) -> None:
    await alice.slash("ask", question=QUESTION, private=True)
    await alice.slash("ask", question="Which quarks make up a proton?")
    choices = await alice.type("ask", "document", "guide")
    await alice.slash("ask", question=QUESTION, document=choices[0]["value"])
    await alice.slash("ask", question=QUESTION, document="no such document")
    # In direct messages the cooldown is not to be changed.
    await Person.new(served).slash("ask", served.direct, question=QUESTION)
    for text, channel in ((QUESTION, served.direct), (f"@me {QUESTION}", None), ("@me", None)):
        await wait_for_reply(served, await Person.new(served).write(text, channel))
    await alice.slash("ask", served.direct, question=QUESTION)
    await alice.slash("ask", served.direct, question=f"Too soon: {QUESTION}")


async def explain(served: Discord, admin: Person) -> None:
    for question in (QUESTION, "Which quarks make up a proton?"):
        answer = await admin.slash("ask", question=question)
        shown = await admin.answer_to(await admin.use_menu("Why this passage?", answer))
        assert "that an answer takes" in read(shown), read(shown)


async def use_answer(served: Discord, alice: Person) -> None:
    answer = await alice.slash("ask", question=QUESTION)
    for button in ("more", "context", "vote:up", "vote:up", "vote:down"):
        shown = await alice.answer_to(await alice.press(answer, button))
        assert read(shown), button
    asked = await alice.press(answer, "follow")
    await alice.answer_to(await alice.submit(asked, "And the ferry in the harbour?"))
    await alice.answer_to(await alice.press(answer, "thread"))
    thread = served.channels[answer["id"]]
    await wait_for_reply(served, await alice.write("@me And the ferry in the harbour?", thread))


async def find_and_post(served: Discord, alice: Person) -> None:
    message = await alice.write(QUESTION)
    for sought in (message, await alice.write("")):
        found = await alice.use_menu("Find in documents", sought)
        shown = await alice.answer_to(found)
    found = await alice.use_menu("Find in documents", message)
    shown = await alice.answer_to(found)
    await alice.press(shown, "post")
    await wait_for_reply(served, message)


async def keep_documents(served: Discord, admin: Person) -> None:
    files = [(f"Own_{number}.md", make_text(number)) for number in range(15)]
    for first in range(0, 15, 5):
        options = {f"file{place}": file for place, file in enumerate(files[first : first + 5], 1)}
        await wait_for_end(served, await admin.slash("docs add", **options))
    form = await admin.give("docs add")
    chosen = await admin.submit(form, [("form.md", make_text(16)), ("virus.exe", b"MZ")])
    await wait_for_end(served, await admin.answer_to(chosen))
    attached = await admin.write("", attachments=[admin.attach("menu.md", make_text(17))])
    for message in (attached, await admin.write("nothing attached")):
        added = await admin.use_menu("Add to documents", message)
        await wait_for_end(served, await admin.answer_to(added))
    await cancel_job(served, admin)
    await wait_for_end(served, await admin.slash("docs reindex"))
    await wait_for_end(served, await admin.slash("docs reindex", everything=True))
    choices = await admin.type("docs remove", "document", "own")
    for button in ("keep", "remove"):
        asked = await admin.slash("docs remove", document=choices[0]["value"])
        pressed = await admin.press(asked, button)
        await served.until(lambda pressed=pressed: pressed.callback)
        await served.until(lambda asked=asked: not find_buttons(asked))
    await admin.slash("docs remove", document="no such document")


async def keep_sources(served: Discord, admin: Person) -> None:
    """Channels, a page, a PDF's page as a picture, and one's own choice."""
    for number in range(2):
        said = await admin.write(f"Rule {number}: nobody swims in the moat after nine.")
        said |= {"pinned": True}
    channel = {**served.channel, "permissions": EVERYTHING}
    added = await admin.slash("docs channel", channel=channel)
    await wait_for_end(served, added)
    assert "2 added" in read(added), read(added)
    asked = await admin.slash("docs channel", channel=channel)
    await wait_for_end(served, await admin.slash("docs url", address="http://127.0.0.1/a"))
    await admin.slash("docs url", address="no address")
    chosen = await admin.slash("privacy show")
    for button in ("privacy:out", "privacy:in"):
        pressed = await admin.press(chosen, button)
        await served.until(lambda pressed=pressed: pressed.callback)
        await served.until(lambda button=button: not find_buttons(chosen, button))
    await wait_for_end(served, await admin.slash("docs reindex"))  # behind what that began
    choices = await admin.type("docs remove", "document", "#general")
    assert choices[0]["value"].startswith("@"), choices
    await admin.press(await admin.slash("docs remove", document=choices[0]["value"]), "keep")
    await admin.slash("docs list")
    pressed = await admin.press(asked, "drop")
    await served.until(lambda: pressed.callback)
    await served.until(lambda: not find_buttons(asked, "drop"))
    pdf = make_pdf([[(60, 700, "The swan keeper counts nineteen swans in the evening.")]])
    await wait_for_end(served, await admin.slash("docs add", file1=("swans.pdf", pdf)))
    answer = await admin.slash("ask", question="How many swans does the swan keeper count?")
    shown = await admin.answer_to(await admin.press(answer, "context:o"))
    assert any(each.get("type") == 12 for each in walk(shown)), read(shown)


async def bind_and_measure(served: Discord, admin: Person, alice: Person) -> None:
    choices = await admin.type("docs bind", "document", "own")
    panel = await admin.slash("docs bind", document=choices[0]["value"])
    assert find_buttons(panel, "bind:channels"), read(panel)
    await admin.slash("docs settings", keep_questions=7)
    await alice.slash("ask", question=QUESTION)
    while not find_buttons(shown := await admin.slash("docs eval"), "eval:offer"):
        await asyncio.sleep(0.1)  # a question is kept after its answer
    await admin.press(shown, "eval:offer")
    await served.until(lambda: find_buttons(shown, "eval:right"))
    await admin.press(shown, "eval:right")
    await served.until(lambda: not find_buttons(shown, "eval:right"))
    assert "recall@1" in read(await admin.slash("docs eval"))
    await wait_for_end(served, await admin.slash("docs reindex"))


async def be_told(served: Discord, admin: Person, alice: Person) -> None:
    """Wait for answers, openly and in private, until there is one, and until it is gone again."""
    asked = {"Which quarks make up a proton?": False, "Which quarks make up the proton?": True}
    refusals = [await alice.slash("ask", question=one, private=how) for one, how in asked.items()]
    for refusal in refusals:
        assert "I will tell you" in read(await alice.answer_to(await alice.press(refusal, "tell")))
    text = b"# Proton\n\nA proton is made up of two up quarks and one down quark.\n"
    await wait_for_end(served, await admin.slash("docs add", file1=("proton.md", text)))
    answer = await wait_for_reply(served, refusals[0])
    direct = served.direct["id"]
    await served.until(
        lambda: any(
            message["channel_id"] == direct and "answered now" in read(message)
            for message in served.messages.values()
        )
    )
    choices = await admin.type("docs remove", "document", "proton")
    await admin.press(await admin.slash("docs remove", document=choices[0]["value"]), "remove")
    await served.until(lambda: "was removed since" in read(answer))


async def cancel_job(served: Discord, admin: Person) -> None:
    long = b"\n\n".join(make_text(number) for number in range(4000))
    progress = await admin.slash("docs add", file1=("long.md", long), file2=("next.md", long))
    await served.until(lambda: find_buttons(progress, "cancel"))
    await admin.slash("docs status")
    shown = copy.deepcopy(progress)
    waiting = await admin.slash("docs reindex")
    for message in (waiting, progress):
        if find_buttons(message, "cancel"):
            await admin.answer_to(await admin.press(message, "cancel"))
            await wait_for_end(served, message)
    late = await admin.press(shown, "cancel")
    await served.until(lambda: late.followups)


async def look_around(served: Discord, admin: Person, alice: Person) -> None:
    for person in (admin, alice):
        for command in ("help", "sources", "docs list", "docs status", "docs settings"):
            shown = await person.slash(command)
            if find_buttons(shown, "page:") and any("1" in each for each in find_buttons(shown)):
                turned = await person.press(shown, find_buttons(shown, "page:")[-1])
                await served.until(lambda turned=turned: turned.callback)
    permitted = {**served.channel, "permissions": EVERYTHING}
    everyone = served.guilds[0]["roles"][0]
    await admin.slash("docs settings", add_channel=permitted, role=everyone)
    await admin.slash("docs help-channel", channel=permitted, mode="every question")
    newcomer = Person.new(served)
    answer = await wait_for_reply(served, await newcomer.write(QUESTION))
    for person in (alice, newcomer):
        pressed = await person.press(answer, "solved")
        await served.until(lambda pressed=pressed: pressed.callback)
    await served.until(lambda: "disabled" in str(answer["components"]))
    await admin.slash("docs help-channel", channel=permitted, mode="off")
    form = await admin.give("docs words")
    await admin.answer_to(await admin.submit(form, "Ask **the team**", "By the *team*"))
    await admin.slash("ask", question="Which quarks make up a proton?")
    await admin.slash("docs settings", clear="all settings")


async def wait_for_reply(served: Discord, message: Payload) -> Payload:
    def look() -> Payload | None:
        for said in served.messages.values():
            if said.get("message_reference", {}).get("message_id") == message["id"]:
                return said
        return None

    return await served.until(look) or {}


async def wait_for_end(served: Discord, message: Payload) -> None:
    """Until a job's message offers no Cancel any more, and says what has become of it."""
    await served.until(
        lambda: not find_buttons(message, "cancel") and "Stopping" not in read(message)
    )


def find_buttons(message: Payload, start: str = "") -> list[str]:
    ids = [each["custom_id"] for each in walk(message) if "custom_id" in each]
    return [custom_id for custom_id in ids if custom_id.startswith(start)]


def make_text(number: int) -> bytes:
    return TEXT.format(number=number).encode()


async def collect_requests(folder: Path) -> list[Request]:
    """What the bot has sent while everything was used."""
    documents = folder / "documents"
    documents.mkdir()
    for number in range(12):
        (documents / f"guide {number}.md").write_bytes(make_text(number))
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        data=folder / "data",
        documents=documents,
        message_content=True,
    )
    engine = Engine(settings, HashEncoder)
    async with Discord() as served:
        discord.http.Route.BASE = f"{served.address}/api/v10"
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(served.gateway)
        bot = FootnoteBot(settings, engine)
        await engine.start()
        await engine.index_folder(documents, lambda _: None)
        running = asyncio.create_task(bot.start(TOKEN))
        await served.until(lambda: served.sessions)
        await bot.wait_until_ready()
        try:
            await use_everything(served)
        finally:
            await bot.jobs.stop()
            await bot.close()
            await engine.close()
            await running
        assert not served.unserved, served.unserved
        return served.requests


def main(path: Path) -> int:
    """Print what was looked at and what is wrong; the exit code."""
    checker, found = Checker(path), defaultdict[str, list[str | None]](list)
    with tempfile.TemporaryDirectory() as folder:
        requests = asyncio.run(collect_requests(Path(folder)))
    for request in requests:
        if request.body is not None:
            route, error = checker.check(request)
            told = json.dumps(request.body, ensure_ascii=False)[:600]
            found[route].append(error and f"  {error}\n    in {told}")
    for route, errors in sorted(found.items()):
        wrong = [error for error in errors if error]
        print(f"{len(errors):4} bodies, {len(wrong)} wrong: {route}")
        for error in dict.fromkeys(wrong):
            print(error)
    complete = len(found) >= ROUTES_AT_LEAST
    if not complete:
        print(f"only {len(found)} routes were used: the scenario has come to nothing")
    return int(not complete or any(error for errors in found.values() for error in errors))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tests/check_openapi.py PATH/openapi.json")
    sys.exit(main(Path(sys.argv[1])))
