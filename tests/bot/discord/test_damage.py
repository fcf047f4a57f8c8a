"""A server whose file is damaged: told, logged, left as it is, and repaired."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import simcord

from bot.discord.client import FootnoteBot
from bot.libraries.engine import Engine
from bot.libraries.memory import Memory
from bot.libraries.repair import repair_memory
from bot.libraries.servers import Servers
from bot.settings import Settings
from bot.types import Preferences
from tests.bot.discord.conftest import ANSWER, QUESTION, Town, read_texts


def dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return "\n".join(db.iterdump())


async def test_a_server_whose_file_is_damaged_is_told_so_and_keeps_what_it_chose(
    env: simcord.Env,
    bot: FootnoteBot,
    engine: Engine,
    town: Town,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = Servers(settings).folder(town.guild.id) / "discord.db"
    with Memory(path) as memory:  # as an earlier start has left it
        memory.prefer(Preferences(cooldown_s=0, shared=False))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE preferences SET chosen = replace(chosen, '{', '[')")
    before = dump(path)
    caplog.set_level(logging.WARNING, "bot")
    for command in ("ask", "docs settings"):
        asker = town.member if command == "ask" else town.admin
        options = {"question": QUESTION} if command == "ask" else {"cooldown": 5}
        result = await asker.slash(town.channel, command, **options)
        assert "is damaged, and I cannot read it" in read_texts(result.response)
    await engine.tidy({town.guild.id})
    assert caplog.text.count("footnote doctor --repair") == 3
    assert "Traceback" not in caplog.text
    assert dump(path) == before
    said = " ".join(repair_memory(path))
    assert "Lost in part or whole: what admins chose (`/docs settings`)." in said
    result = await town.member.slash(town.channel, "ask", question=QUESTION)
    assert ANSWER in read_texts(result.response)
