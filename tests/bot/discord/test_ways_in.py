"""Every command, menu, autocompletion, form and button is tried from where it may not reach.

What there is is asked of the bot itself, so that a new way in fails here until it is tried, too.
"""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from simcord.builders import ChannelHandle

from bot.discord import buttons
from bot.discord.buttons import ITEMS
from bot.discord.buttons.accepting import DRAFT_ITEMS
from bot.discord.buttons.bonds import BOND_ITEMS
from bot.discord.buttons.evaluation import EVAL_ITEMS
from bot.discord.buttons.taught import TAUGHT_ITEMS
from bot.discord.client import FootnoteBot
from bot.libraries.engine import Engine
from tests.bot.discord.conftest import HARVEST, Town, Village, find_ids, read_texts
from tests.bot.discord.test_buttons import matches
from tests.bot.discord.test_documents import show_docs_to
from tests.bot.discord.test_isolation import (
    BUTTONS,
    COMBINATION,
    SECRETS,
    forge,
    names,
    nothing_told,
)

ROOT = Path(__file__).parent.parent.parent.parent
HERE = object()
"""Stands for the channel of the one who tries."""
TRIES: dict[str, tuple[dict[str, Any], ...]] = {
    "ask": (
        {"question": COMBINATION},
        *({"question": COMBINATION, "document": each} for each in ("#o2", "vault.md", "@o1")),
    ),
    "help": ({},),
    "sources": ({},),
    "privacy show": ({},),
    "privacy delete": ({},),
    "docs add": ({}, {"file1": ("vault.md", HARVEST)}),
    "docs url": ({"address": "https://127.0.0.1/vault.md"}, {"address": "file:///vault.md"}),
    "docs channel": ({"channel": HERE}, {"channel": HERE, "even_if_closed": True}),
    "docs list": ({},),
    "docs remove": tuple({"document": each} for each in ("#o2", "#o3", "@o1", "v.md")),
    "docs reindex": (
        {},
        {"document": "#o2"},
        {"document": "@o1"},
        {"everything": True},
    ),
    "docs bind": tuple({"document": each} for each in ("#o2", "vault.md", "@o1", "#s1")),
    "docs status": ({},),
    "docs gaps": ({}, {"days": 365}),
    "docs eval": ({},),
    "docs words": ({},),
    "docs help-channel": tuple(
        {"channel": HERE, "mode": mode} for mode in ("when sure", "every question", "off")
    ),
    "docs teach": ({}, *({"document": each} for each in ("#o2", "vault.md", "@o1"))),
    "docs taught": ({},),
    "docs insight": ({}, {"days": 365, "public": True}),
    "docs settings": (
        {"digest": HERE},
        {"private": True, "cooldown": 0},
        {"clear": "all settings"},
    ),
}
"""What is typed for each command."""
TYPED = {
    *(("ask", "document"), ("docs remove", "document"), ("docs reindex", "document")),
    *(("docs teach", "document"), ("docs bind", "document")),
}
"""The options that are completed."""
MENUS = {"Find in documents", "Add to documents", "Why this passage?"}
FORMS = {"AddFiles", "FollowUpForm", "TeachForm", "Words"}
KEEPERS = (
    *(buttons.Remove, buttons.Drop, buttons.Keep, buttons.Cancel),
    *(buttons.GapButton, buttons.GapsButton, *TAUGHT_ITEMS, *EVAL_ITEMS),
    *(*DRAFT_ITEMS, *BOND_ITEMS),
)
"""The buttons of those who keep a server's documents; `page:list` is another."""
FORGED = (
    *BUTTONS,
    *("drop:o1", "drop:s1", "drop:o99", "privacy:out", "privacy:in", "follow", "thread", "tell"),
    *("gap:teach:30:0:1", "gap:not ours:365:0:2", "gap:done:30:0:3"),
    *("gaps:turn:30:0", "gaps:export:365:1", "gaps:restore:30:0"),
    *("eval:right:1:0", "eval:wrong:2:1", "eval:right:99:0", "eval:figures:0"),
    *("eval:forget:1:list:0", "eval:forget:9:lost:9", "eval:lost:0"),
    *("eval:offer:0", "eval:offer:1", "eval:list:0", "eval:list:7"),
    *("solved:1", "no-help:1"),
    *(f"draft:{verb}:0123456789abcdef" for verb in ("accept", "drop", "compare")),
    *(
        f"bind:{what}:{ref}"
        for what in ("channels", "roles", "everybody")
        for ref in ("o1", "o2", "o99", "s1")
    ),
    *(
        f"taught:{verb}:{id}"
        for verb in ("edit", "history", "remove", "drop", "page")
        for id in (0, 5, 99)
    ),
)


async def look(engine: Engine, guild: int) -> tuple[Any, ...]:
    """What another server could have changed."""
    taught = await engine.teaching.list(guild)
    return await names(engine, guild), await engine.preferences(guild), taught


def find_owner(custom_id: str) -> type[Any]:
    [owner] = [item for item in ITEMS if matches(item, custom_id)]
    return owner


async def gather_ids(town: Town) -> list[str]:
    """The custom ids in messages that the town's people really see."""
    asked = await town.member.send(town.channel, COMBINATION)
    found = await town.member.context_menu(town.channel, "Find in documents", asked)
    shown = [
        found,
        await town.admin.slash(town.channel, "ask", question=COMBINATION),
        await town.admin.slash(town.channel, "docs remove", document="#o1"),
        await town.admin.slash(town.channel, "docs list"),
        await town.member.slash(town.channel, "privacy show"),
    ]
    ids = [custom_id for one in shown for custom_id in find_ids(one.response)]
    assert {"context", "more", "vote", "post", "remove"} <= {one.partition(":")[0] for one in ids}
    return list(dict.fromkeys(ids))


async def fill_in(person: Any, shown: Any) -> None:
    """Send the form that came, if one did."""
    filled: dict[str, Any] = {}
    for component in shown.modal["components"] if shown.modal else []:
        inner = component.get("component") or component["components"][0]
        files = inner["custom_id"] == "files"
        typed = "vault.md" if component.get("label") == "Document to cite" else "And who keeps it?"
        filled[inner["custom_id"]] = [("vault.md", HARVEST)] if files else typed
    if filled:
        await person.submit_modal(shown, filled)


async def press_all(
    env: simcord.Env, bot: FootnoteBot, channel: ChannelHandle, person: Any, ids: list[str]
) -> dict[str, str]:
    """What the person is told at each button; each stands in a message of the bot's there."""
    told = {}
    await env.advance_time(10)
    for custom_id in ids:
        message = await forge(bot, channel, custom_id)
        pressed = await person.click(message, custom_id=custom_id)
        if pressed.modal:
            await fill_in(person, pressed)
            await env.advance_time(10)  # it may have asked a question
        shown = [pressed.response, *pressed.followups]
        told[custom_id] = "\n".join(read_texts(one) for one in shown if one)
    return told


def test_there_is_no_way_in_that_is_not_tried_here(bot: FootnoteBot) -> None:
    commands = [
        command for command in bot.tree.walk_commands() if isinstance(command, app_commands.Command)
    ]
    assert {command.qualified_name for command in commands} == TRIES.keys()
    assert {
        (command.qualified_name, option.name)
        for command in commands
        for option in command.parameters
        if option.autocomplete
    } == TYPED
    kinds = (discord.AppCommandType.message, discord.AppCommandType.user)
    assert {menu.name for kind in kinds for menu in bot.tree.get_commands(type=kind)} == MENUS
    forms = [form for form in discord.ui.Modal.__subclasses__() if form.__module__[:4] == "bot."]
    assert {form.__name__ for form in forms} == FORMS
    assert {find_owner(custom_id) for custom_id in (*FORGED, "post:1:2")} == set(ITEMS)
    sources = [path.read_text("utf-8") for path in (ROOT / "bot" / "discord").glob("*.py")]
    # Menus stand in `buttons/` alone, where each is one of the items.
    assert not [source for source in sources if "Select" in source]


async def test_no_command_reaches_another_server(
    env: simcord.Env, town: Town, village: Village, engine: Engine
) -> None:
    await show_docs_to(env, village, village.member)
    before = await look(engine, town.guild.id)
    message = await village.member.send(
        village.channel, COMBINATION, attachments=[("vault2.md", HARVEST)]
    )
    with nothing_told(env):
        for person in (village.member, village.admin):
            for command, tries in TRIES.items():
                for options in tries:
                    given = {
                        name: village.channel if value is HERE else value
                        for name, value in options.items()
                    }
                    await env.advance_time(10)
                    await fill_in(person, await person.slash(village.channel, command, **given))
            for menu in MENUS:
                await env.advance_time(10)
                await person.context_menu(village.channel, menu, message)
    assert await look(engine, town.guild.id) == before


async def test_nothing_that_is_offered_while_typing_is_of_another_server(
    env: simcord.Env, village: Village
) -> None:
    with nothing_told(env, (*SECRETS, "ault")):
        for command, option in TYPED:
            filled = {"question": "x"} if command == "ask" else {}
            for typed in ("", "v", "Plan", "plan", "#o2", "@o1", "%", "*", "\0", "x" * 100):
                await village.admin.autocomplete(village.channel, command, option, typed, **filled)


async def test_direct_messages_reach_no_server(env: simcord.Env, village: Village) -> None:
    user = village.admin.user
    there = set(user.available_commands())
    assert there == {"ask", "help", "sources", "privacy show", "privacy delete"}
    with nothing_told(env, (*SECRETS, "arvest plan", "autumn")):
        for command in there:
            for options in TRIES[command]:
                await env.advance_time(10)
                await user.slash(command, **options)


@pytest.mark.parametrize("where", ["village", "direct messages"])
async def test_no_button_reaches_another_server(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot, engine: Engine, where: str
) -> None:
    ids = [*FORGED, *await gather_ids(town)]
    assert {find_owner(custom_id) for custom_id in ids} == set(ITEMS)
    before = await look(engine, town.guild.id)
    with nothing_told(env):
        if where == "village":
            await press_all(env, bot, village.channel, village.member, ids)
            await press_all(env, bot, village.channel, village.admin, ids)
        else:
            user = village.member.user
            await press_all(env, bot, user.dm_channel, user, ids)
    assert await look(engine, town.guild.id) == before
    assert not (await engine.personal(town.guild.id, village.member.id)).left_out


async def test_no_button_lets_those_without_rights_change_documents(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    ids = [*FORGED, *await gather_ids(town)]
    before = await look(engine, town.guild.id)
    told = await press_all(env, bot, town.channel, town.member, ids)
    for custom_id, said in told.items():
        guarded = find_owner(custom_id) in KEEPERS or custom_id.startswith("page:list:")
        assert ("Only members who may manage this server" in said) == guarded, custom_id
    assert await look(engine, town.guild.id) == before


async def test_nothing_of_a_document_is_told_once_it_is_removed(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    ids = [*FORGED, *await gather_ids(town)]
    removals = [custom_id for custom_id in dict.fromkeys(ids) if custom_id.startswith("remove:o")]
    told = await press_all(env, bot, town.channel, town.admin, [*removals, "remove:o1"])
    assert await names(engine, town.guild.id) == []
    assert "removed already" in told["remove:o1"]
    await env.advance_time(10)  # answers from before are amended, as those who see them see them
    with nothing_told(env):
        for person in (town.member, town.admin):
            await press_all(env, bot, town.channel, person, ids)
            for options in TRIES["ask"]:
                await env.advance_time(10)
                await person.slash(town.channel, "ask", **options)
