"""The commands go to Discord when they changed, and not otherwise."""

from pathlib import Path

import discord
import pytest
import simcord
from discord import app_commands
from discord.ext import commands

from bot.discord.sync import sync_commands


class Bot(commands.AutoShardedBot):
    """Two commands and a context menu; it sends them as FootnoteBot does, when it starts."""

    def __init__(self, folder: Path, described: str = "Ask.", *, backwards: bool = False) -> None:
        intents = discord.Intents(guilds=True)
        super().__init__(commands.when_mentioned, intents=intents, shard_count=1)
        self.folder = folder
        self.sent: bool | None = None
        commanded = [
            app_commands.Command(name="ask", description=described, callback=ask),
            app_commands.Command(name="help", description="Help.", callback=give_help),
            app_commands.ContextMenu(name="Find", callback=find),
        ]
        for command in reversed(commanded) if backwards else commanded:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.sent = await sync_commands(self, self.folder)


async def ask(interaction: discord.Interaction, question: str) -> None: ...
async def give_help(interaction: discord.Interaction) -> None: ...
async def find(interaction: discord.Interaction, message: discord.Message) -> None: ...


async def was_sent(bot: Bot) -> bool | None:
    """What a start of the bot says; the requests must say the same."""
    async with simcord.run(bot) as env:
        requests = [
            request
            for request in env.http_requests
            if request.method == "PUT" and request.path.endswith("/commands")
        ]
    assert len(requests) == int(bool(bot.sent))
    return bot.sent


async def test_the_first_start_sends_and_the_second_does_not(tmp_path: Path) -> None:
    assert await was_sent(Bot(tmp_path / "data")) is True
    assert await was_sent(Bot(tmp_path / "data")) is False
    assert await was_sent(Bot(tmp_path / "data", backwards=True)) is False
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["commands.sha256"]


async def test_a_command_that_changed_is_sent(tmp_path: Path) -> None:
    assert await was_sent(Bot(tmp_path)) is True
    assert await was_sent(Bot(tmp_path, "Ask something else.")) is True
    assert await was_sent(Bot(tmp_path, "Ask something else.")) is False


async def test_another_application_is_sent_the_same_commands(tmp_path: Path) -> None:
    assert await was_sent(Bot(tmp_path)) is True
    other = Bot(tmp_path)
    async with simcord.run(other):
        assert other.sent is False
        other._connection.application_id = 4711
        assert await sync_commands(other, tmp_path) is True


async def test_a_start_whose_sending_failed_sends_again(tmp_path: Path) -> None:
    bot = Bot(tmp_path)
    async with simcord.run(bot) as env:
        (tmp_path / "commands.sha256").unlink()
        env.inject_error("PUT", "/applications/*/commands", status=403, code=50001)
        with pytest.raises(discord.Forbidden):
            await sync_commands(bot, tmp_path)
        assert not list(tmp_path.iterdir())
        assert await sync_commands(bot, tmp_path) is True


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"0" * 64])
async def test_a_damaged_digest_sends_again(tmp_path: Path, damage: bytes) -> None:
    assert await was_sent(Bot(tmp_path)) is True
    (tmp_path / "commands.sha256").write_bytes(damage)
    assert await was_sent(Bot(tmp_path)) is True
    assert await was_sent(Bot(tmp_path)) is False


async def test_a_digest_that_cannot_be_kept_is_no_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("no folder")
    assert await was_sent(Bot(tmp_path / "data")) is True
    assert "could not be kept" in caplog.text
