"""How much a server may keep: every way in is refused in clear words where there is no room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import simcord
from simcord.results import InteractionResult

from bot.libraries.engine import Engine
from bot.settings import Settings
from index.web import Fetcher
from tests.bot.discord.conftest import Town, read_texts
from tests.bot.discord.test_origins import make_due
from tests.index.webserver import Page, Web, write_page

GUIDE = ("guide.md", b"# Tower guide\n\nThe tower opens at noon and closes at dusk.\n")
OTHER = ("other.md", b"The gate is painted green every year in spring.")
FULL = "1 of 1 documents are used here, and it needs 1 more. Remove some documents (/docs remove)"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(
        data=tmp_path / "data",
        documents=tmp_path / "documents",
        message_content=True,
        max_server_documents=1,
    )


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        for name in ("mill", "bridge"):
            text = f"The {name} is the oldest house of the town, and nobody lives in it."
            web.pages[f"/{name}"] = Page(write_page(name, text))
        yield web


@pytest.fixture
def fetcher(web: Web) -> Fetcher:
    return web.fetcher()


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response).replace("\\", "")


async def names(engine: Engine, town: Town) -> list[str]:
    own, _ = await engine.entries(town.guild.id)
    return [entry.record.name for entry in own]


async def test_every_way_in_is_refused_and_what_is_there_answers(
    env: simcord.Env, town: Town, engine: Engine, web: Web
) -> None:
    assert "1 added" in read(await town.admin.slash(town.channel, "docs add", file1=GUIDE))
    rules = town.guild.create_text_channel("rules")
    rule = await town.member.send(rules, "Swimming in the moat is allowed until nine.")
    env.backend.set_pinned(rules.id, rule.id, True, actor_id=town.guild.owner.id)
    sent = await town.admin.send(town.channel, "see", attachments=[OTHER])
    for refused in (
        await town.admin.slash(town.channel, "docs add", file1=OTHER),
        await town.admin.context_menu(town.channel, "Add to documents", sent),
        await town.admin.slash(town.channel, "docs url", address=f"{web.root}/mill"),
        await town.admin.slash(
            town.channel, "docs url", address=f"{web.root}/mill", whole_site=True
        ),
        await town.admin.slash(town.channel, "docs channel", channel=rules),
    ):
        assert FULL in read(refused), read(refused)
    assert await names(engine, town) == ["guide.md"]
    assert web.heard == []
    answer = await town.member.slash(town.channel, "ask", question="When does the tower open?")
    assert "The tower opens at noon" in read(answer)
    status = read(await town.admin.slash(town.channel, "docs status"))
    assert "1 of 1 documents · 1 of 50,000 passages · 0 of 1,024 MB" in status


async def test_a_look_at_a_source_takes_no_more_than_there_is_room_for(
    env: simcord.Env, town: Town, engine: Engine, settings: Settings, web: Web
) -> None:
    web.pages["/docs/"] = Page(write_page("Docs", "The docs begin here, with one page."))
    added = await town.admin.slash(
        town.channel, "docs url", address=f"{web.root}/docs/", whole_site=True
    )
    assert "1 added" in read(added)
    links = ["/docs/bridge"]
    web.pages["/docs/"] = Page(write_page("Docs", "The docs go on, with two pages.", links=links))
    web.pages["/docs/bridge"] = web.pages["/bridge"]
    make_due(settings, town.guild.id)
    again = read(await town.admin.slash(town.channel, "docs reindex"))
    assert FULL in again
    assert len(await names(engine, town)) == 1
    assert "does not fit" in read(await town.admin.slash(town.channel, "docs list"))
    assert "1 document or source" in read(await town.admin.slash(town.channel, "docs status"))


async def test_the_operators_own_documents_are_not_limited(
    engine: Engine, shared_documents: Path
) -> None:
    for name, data in (GUIDE, OTHER):
        (shared_documents / name).write_bytes(data)
    summary = await engine.index_folder(shared_documents, lambda _: None)
    assert (len(summary.added), summary.failed) == (2, ())
