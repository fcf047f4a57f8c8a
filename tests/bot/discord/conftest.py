"""Footnote in a simulated Discord: a server with a channel, an admin, a member, and its engine."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from bot.discord.client import FootnoteBot
from bot.libraries.engine import Engine
from bot.settings import Settings
from index.library import Library
from index.web import Fetcher
from tests.index.conftest import HashEncoder

TOWN = """\
# Town guide

## Museum

The museum opens at nine in the morning. It shows old maps of the island. Children walk in free.

## Library

The library has forty thousand books. Coffee costs two euro there.

## Harbour

The harbour has a red lighthouse. A ferry leaves the harbour every hour in summer.

## Market

The market sells fresh bread on Saturday. Fish comes to the market from the harbour.
"""

VAULT = b"""\
# Vault plan

## Swan chamber

The vault combination is nineteen red swans. The swans sleep in the swan chamber.

## Swan keeper

The swan keeper of the vault is called Ottokar. He counts nineteen swans each evening.
"""
HARVEST = b"# Harvest plan\n\nThe harvest begins in early autumn. Apples are picked first.\n"
QUESTION = "When does the museum open in the morning?"
ANSWER = "The museum opens at nine in the morning."
OFF_TOPIC = "Which quarks make up a proton?"


@dataclass(frozen=True, slots=True)
class Town:
    """A server as most tests need it."""

    guild: GuildHandle
    channel: ChannelHandle
    admin: MemberActor
    member: MemberActor


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Nothing of the machine's own settings; everything is kept below tmp_path."""
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents")


@pytest.fixture
def encoder() -> HashEncoder:
    """The engine's model; a test's module may have another."""
    return HashEncoder()


@pytest.fixture
def shared_documents(settings: Settings) -> Path:
    """The operator's library holds one document, town.md; its folder."""
    settings.documents.mkdir()
    (settings.documents / "town.md").write_text(TOWN)
    with Library(settings.library_folder, HashEncoder) as library:
        library.add([settings.documents])
    return settings.documents


@pytest.fixture
def fetcher() -> Fetcher:
    """The engine's way to the web; a test's module may allow it a loopback server."""
    return Fetcher()


@pytest.fixture
async def engine(
    settings: Settings, shared_documents: Path, encoder: HashEncoder, fetcher: Fetcher
) -> AsyncIterator[Engine]:
    engine = Engine(settings, lambda: encoder, fetcher)
    await engine.start()
    yield engine
    await engine.close()


@pytest.fixture
def make_bot(settings: Settings, engine: Engine) -> Callable[[], FootnoteBot]:
    """Makes a bot on the same engine, as a restart does."""
    return lambda: FootnoteBot(settings, engine, shard_count=1)


@pytest.fixture
async def env(
    settings: Settings, make_bot: Callable[[], FootnoteBot]
) -> AsyncIterator[simcord.Env]:
    """A simulated Discord. At the end it raises what the bot raised and no test asked for."""
    intents = discord.Intents.default()  # all that need no approval
    intents.message_content = settings.message_content
    # How soon it looks whether threads have ended that nothing waits for; else 50 ms each time.
    simcord.Env._settle_internal.__kwdefaults__["idle"] = 0.01
    # Files are read in child processes, which take their time where others are busy.
    env = simcord.Env(make_bot(), approved_intents=intents, settle_timeout=60)
    await env.start()
    yield env
    await env.shutdown()
    env._raise_errors_since(env._errors_acknowledged)  # as its own fixture does


@pytest.fixture
def bot(env: simcord.Env) -> FootnoteBot:
    assert isinstance(env.bot, FootnoteBot)
    return env.bot


@pytest.fixture
def town(env: simcord.Env) -> Town:
    guild = env.create_guild("Town")
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return Town(
        guild,
        guild.create_text_channel("general"),
        guild.add_member(env.create_user("ada"), roles=[managers]),
        guild.add_member(env.create_user("ben")),
    )


@dataclass(frozen=True, slots=True)
class Village:
    """A second server, with a document of its own."""

    guild: GuildHandle
    channel: ChannelHandle
    admin: MemberActor
    member: MemberActor


@pytest.fixture
async def village(env: simcord.Env, town: Town) -> Village:
    """The town holds three documents about the vault, the village one about the harvest."""
    files = {"file1": ("vault.md", VAULT), "file2": ("vault2.md", VAULT), "file3": ("v.md", VAULT)}
    await town.admin.slash(town.channel, "docs add", **files)
    guild = env.create_guild("Village")
    village = Village(
        guild,
        guild.create_text_channel("square"),
        guild.add_member(guild.owner),
        guild.add_member(env.create_user("eve")),
    )
    added = await village.admin.slash(village.channel, "docs add", file1=("h.md", HARVEST))
    assert "1 added" in read_texts(added.response)
    return village


def read_texts(shown: Any) -> str:
    """All that people can read in a message: its texts, and the labels of its buttons."""
    lines: list[str] = []
    for component in walk(shown):
        emoji = component.get("emoji") or {}
        lines += filter(None, [component.get("content"), component.get("label")])
        lines += filter(None, [emoji.get("name")])
    return "\n".join(lines)


def find_ids(shown: Any, start: str = "") -> list[str]:
    """The custom ids in a message that begin with `start`, in order."""
    ids = [component["custom_id"] for component in walk(shown) if "custom_id" in component]
    return [custom_id for custom_id in ids if custom_id.startswith(start)]


def walk(shown: Any) -> Iterator[dict[str, Any]]:
    """Every component of a message, or of a list of them, with those inside and beside it."""
    components = shown if isinstance(shown, list) else shown.components
    for component in components:
        raw = component if isinstance(component, dict) else component.to_dict()
        yield raw
        yield from walk(raw.get("components") or [])
        if accessory := raw.get("accessory"):
            yield from walk([accessory])
