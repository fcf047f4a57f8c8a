"""A reindex that answers confirmed questions worse says so, and waits until it is accepted."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import simcord
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from simcord.results import InteractionResult

from bot.discord.accepting import render_end, render_worse
from bot.discord.client import FootnoteBot
from bot.discord.jobs import Stopped
from bot.libraries.drafts import Comparison, Reindexed
from bot.libraries.engine import Engine
from bot.libraries.evaluating import Scores, Verdict
from bot.libraries.servers import Servers
from bot.settings import Settings
from index.draft import copy_library
from index.errors import LibraryError, ParseError
from index.library import Library
from index.summary import Failure
from index.web import Fetcher
from tests.bot.discord.conftest import Town, Village, find_ids, read_texts
from tests.bot.discord.limits import check_limits, list_texts
from tests.bot.discord.markup import RICH, find_markup
from tests.bot.discord.test_isolation import forge
from tests.index.conftest import HashEncoder
from tests.index.webserver import Page, Web, write_page

GUIDE = "# Tower guide\n\nThe tower opens at noon and closes at dusk. Its door is green.\n"
OTHER = "# Swans\n\nTwelve swans sleep in the moat, and nobody may feed any of them.\n"
TOWER = "When does the tower open at noon?"
MILL = "The mill grinds barley on Thursdays, and the miller sleeps on Fridays."
BARLEY = "On which day does the mill grind barley?"
WAITS = "not in use"
GONE = "That index is dropped"


class Shown(NamedTuple):
    """What a command has shown, and the id of the draft that its buttons mean."""

    text: str
    message: Any
    draft: str


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


def open_folder(settings: Settings, town: Town) -> Path:
    return settings.data / "libraries" / f"server-{town.guild.id}"


async def ask(town: Town, question: str = TOWER) -> str:
    return read(await town.admin.slash(town.channel, "ask", question=question))


async def confirm(town: Town, question: str) -> None:
    """Let an admin confirm what answers a question."""
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    await town.member.slash(town.channel, "ask", question=question)
    shown = await town.admin.slash(town.channel, "docs eval")
    offered = await town.admin.click(shown.response, label="Confirm questions (1)")
    await town.admin.click(offered.response, label="Right passage")


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        web.pages["/mill"] = Page(write_page("The mill", MILL), etag='"1"')
        yield web


@pytest.fixture
def fetcher(web: Web) -> Fetcher:
    return web.fetcher()


@pytest.fixture
async def guide(town: Town, settings: Settings) -> Path:
    """The town's guide, which answers a confirmed question."""
    await town.admin.slash(town.channel, "docs add", file1=("guide.md", GUIDE.encode()))
    await confirm(town, TOWER)
    return open_folder(settings, town) / "files" / "guide.md"


async def reindex(town: Town, **options: Any) -> Shown:
    return show(await town.admin.slash(town.channel, "docs reindex", **options))


def show(result: InteractionResult) -> Shown:
    [draft] = {id.rpartition(":")[2] for id in find_ids(result.response, "draft:")} or {""}
    return Shown(read(result), result.response, draft)


@pytest.fixture
async def worse(town: Town, guide: Path) -> Shown:
    """A reindex that makes it worse, as its job tells."""
    guide.write_text(OTHER)
    return await reindex(town)


async def press(town: Town, shown: Shown, label: str) -> str:
    return read(await town.admin.click(shown.message, label=label))


async def test_a_reindex_that_is_worse_says_so_and_the_old_index_answers_on(
    town: Town, worse: Shown, settings: Settings
) -> None:
    for line in (
        "Looking for what changed",
        "1 updated",
        "The new index is not in use: it answers confirmed questions worse",
        "- The right passage is among the first 3 for 0 questions; before, it was for 1.",
        "recall@1 100% → –",
        "answered wrongly 0 → 0",
    ):
        assert line in worse.text
    assert TOWER not in worse.text
    assert "opens at noon" in await ask(town)
    status = await town.admin.slash(town.channel, "docs status")
    assert "made the answers to confirmed questions worse" in read(status)
    assert show(status).draft == worse.draft
    assert (open_folder(settings, town) / "draft").is_dir()


async def test_it_is_put_to_use_once_an_admin_says_so(
    town: Town, worse: Shown, settings: Settings
) -> None:
    assert await press(town, worse, "Put it to use") == "The new index is in use."
    assert "Twelve swans" in await ask(town, "Where do twelve swans sleep?")
    assert "opens at noon" not in await ask(town)
    assert not (open_folder(settings, town) / "draft").exists()
    assert "confirmed questions" not in read(await town.admin.slash(town.channel, "docs status"))


async def test_the_old_index_stays_if_an_admin_wants_it(
    town: Town, worse: Shown, settings: Settings, bot: FootnoteBot
) -> None:
    assert "The old index stays" in await press(town, worse, "Keep the old index")
    assert "opens at noon" in await ask(town)
    assert not (open_folder(settings, town) / "draft").exists()
    for verb in ("accept", "drop", "compare"):
        custom_id = f"draft:{verb}:{worse.draft}"
        late = await town.admin.click(await forge(bot, town.channel, custom_id), label=custom_id)
        assert GONE in read(late)


async def test_which_questions_are_worse_is_shown_to_the_admin_alone(
    town: Town, worse: Shown
) -> None:
    shown = await town.admin.click(worse.message, label="Which questions?")
    assert shown.ephemeral
    assert f"**{TOWER}**\n  number 1 → no longer in the documents" in read(shown)


async def test_buttons_and_draft_outlive_a_restart(
    env: simcord.Env, town: Town, worse: Shown, make_bot: Callable[[], FootnoteBot]
) -> None:
    await env.restart_bot(make_bot())
    assert await press(town, worse, "Put it to use") == "The new index is in use."
    assert "opens at noon" not in await ask(town)


@pytest.mark.parametrize("everything", [False, True])
async def test_a_reindex_that_is_no_worse_is_put_to_use_at_once(
    town: Town, guide: Path, settings: Settings, everything: bool
) -> None:
    guide.write_text(GUIDE + "\n## Moat\n\nTwelve swans sleep in the moat.\n")
    shown = await reindex(town, everything=everything)
    assert "1 updated" in shown.text and not shown.draft
    assert "Confirmed questions: recall@1 100% → 100%" in shown.text
    assert "Twelve swans" in await ask(town, "Where do twelve swans sleep?")
    assert not (open_folder(settings, town) / "draft").exists()


async def test_one_document_and_a_source_wait_as_well(
    town: Town, web: Web, settings: Settings, guide: Path
) -> None:
    await town.admin.slash(town.channel, "docs url", address=f"{web.root}/mill")
    await confirm(town, BARLEY)
    web.pages["/mill"] = Page(write_page("The mill", "Nothing is ground here any more."))
    source = await reindex(town, document="The mill")
    assert WAITS in source.text and source.draft
    assert "grinds barley" in await ask(town, BARLEY)
    guide.write_text(OTHER)
    document = await reindex(town, document="guide.md")
    assert WAITS in document.text
    assert document.draft != source.draft
    assert GONE in await press(town, source, "Put it to use")
    assert await press(town, document, "Put it to use") == "The new index is in use."
    assert "grinds barley" in await ask(town, BARLEY)
    assert "opens at noon" not in await ask(town)


async def test_without_confirmed_questions_all_is_as_it_was(
    town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=("guide.md", GUIDE.encode()))
    (open_folder(settings, town) / "files" / "guide.md").write_text(OTHER)
    monkeypatch.setattr("bot.libraries.drafts.copy_library", None)
    shown = await reindex(town)
    assert "1 updated" in shown.text and "onfirmed questions" not in shown.text
    assert "Twelve swans" in await ask(town, "Where do twelve swans sleep?")


async def test_any_other_change_drops_what_waits(
    town: Town, worse: Shown, settings: Settings
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=("swans.md", OTHER.encode()))
    assert not (open_folder(settings, town) / "draft").exists()
    assert not show(await town.admin.slash(town.channel, "docs status")).draft
    told = await press(town, worse, "Put it to use")
    assert GONE in told and "`/docs reindex`" in told
    assert "opens at noon" in await ask(town)


async def test_a_change_from_elsewhere_is_noticed_when_it_is_accepted(
    town: Town, worse: Shown, settings: Settings
) -> None:
    with Library(open_folder(settings, town), HashEncoder) as library:
        library.keep([("swans.md", OTHER.encode())])
    assert GONE in await press(town, worse, "Put it to use")
    assert "opens at noon" in await ask(town)
    assert not (open_folder(settings, town) / "draft").exists()


async def test_who_wants_to_be_forgotten_stays_in_no_draft(
    town: Town, guide: Path, engine: Engine, settings: Settings
) -> None:
    who = town.admin.id
    await engine.teaching.teach(town.guild.id, "Who is it?", "Ann.", cited="", who=who)
    guide.write_text(OTHER)
    assert (await reindex(town)).draft
    await engine.delete_personal(town.guild.id, town.member.id)  # who taught nothing
    assert await engine.reindexing.waiting(town.guild.id)
    await engine.delete_personal(town.guild.id, who)
    assert not (open_folder(settings, town) / "draft").exists()


async def test_no_other_server_reaches_a_draft(
    town: Town, village: Village, bot: FootnoteBot, guide: Path, engine: Engine
) -> None:
    guide.write_text(OTHER)
    draft = (await reindex(town)).draft
    for verb in ("accept", "drop", "compare"):
        custom_id = f"draft:{verb}:{draft}"
        message = await forge(bot, village.channel, custom_id)
        assert GONE in read(await village.admin.click(message, label=custom_id))
    assert await engine.reindexing.waiting(town.guild.id) == draft
    assert "opens at noon" in await ask(town)


async def test_another_model_cannot_be_compared_with_and_is_put_to_use(
    town: Town, guide: Path, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.admin.slash(town.channel, "docs settings", operator_documents=False)
    monkeypatch.setattr(encoder, "fingerprint", "hash@2")
    assert (await reindex(town)).text == "**Looking for what changed**\n1 unchanged"
    guide.write_text(OTHER)
    assert "must be indexed again" in (await reindex(town)).text
    shown = await reindex(town, everything=True)
    assert "could not be compared" in shown.text and not shown.draft
    assert "Twelve swans" in await ask(town, "Where do twelve swans sleep?")


async def test_a_full_disk_is_told_and_changes_nothing(
    town: Town, guide: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide.write_text(OTHER)
    usage = shutil.disk_usage(settings.data)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "No space is left on my disk, so nothing was changed." in (await reindex(town)).text
    assert "opens at noon" in await ask(town)
    assert not (open_folder(settings, town) / "draft").exists()


async def test_a_reindex_that_is_stopped_leaves_the_index_as_it_was(
    town: Town, guide: Path, settings: Settings, engine: Engine
) -> None:
    def stop(_: object) -> None:
        raise Stopped

    guide.write_text(OTHER)
    with pytest.raises(Stopped):
        await engine.reindexing.reindex(town.guild.id, stop)
    assert not (open_folder(settings, town) / "draft").exists()
    assert "opens at noon" in await ask(town)


async def test_what_a_process_left_that_died_is_gone_after_the_next_start(
    env: simcord.Env,
    town: Town,
    village: Village,
    guide: Path,
    settings: Settings,
    make_bot: Callable[[], FootnoteBot],
) -> None:
    guide.write_text(OTHER)
    waits = (await reindex(town)).draft
    folder = settings.data / "libraries" / f"server-{village.guild.id}"
    with copy_library(folder) as draft:
        shutil.copytree(draft.folder, folder / "left")
    (folder / "left").rename(draft.folder)
    await env.restart_bot(make_bot())
    assert not draft.folder.exists()
    assert show(await town.admin.slash(town.channel, "docs status")).draft == waits


async def test_a_draft_goes_with_its_server(town: Town, worse: Shown, settings: Settings) -> None:
    Servers(settings).forget(town.guild.id)
    left = [path for path in (settings.data / "libraries").rglob("*") if path.is_file()]
    assert left and not [path for path in left if settings.library_folder not in path.parents]


async def test_a_draft_that_cannot_be_dropped_is_logged_and_stops_nothing(
    town: Town,
    worse: Shown,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: Path) -> bool:
        raise LibraryError("the folder is read-only")

    monkeypatch.setattr("bot.libraries.drafts.settle_draft", fail)
    added = await town.admin.slash(town.channel, "docs add", file1=("s.md", OTHER.encode()))
    assert "1 added" in read(added)
    assert "could not be dropped: the folder is read-only" in caplog.text


VERDICTS = st.builds(
    Verdict, st.sampled_from([None, 1, 2, 7, float("inf")]), st.booleans(), st.booleans()
)


@given(st.lists(st.tuples(RICH, VERDICTS, VERDICTS), min_size=1, max_size=12), RICH)
@given_settings(max_examples=60, deadline=None)
def test_whatever_was_asked_fits_into_a_message_as_plain_text(
    asked: list[tuple[str, Verdict, Verdict]], text: str
) -> None:
    questions, before, after = zip(*asked, strict=True)
    comparison = Comparison(questions, Scores(before), Scores(after))
    view = render_worse(comparison)
    check_limits(view)
    for shown in list_texts(view):
        lines = [line.strip("-* ") for line in shown.splitlines() if line.startswith("- **")]
        assert not [line for line in lines if find_markup(line)]
    failed = tuple(Failure(text, ParseError(text)) for _ in range(9))
    reindexed = Reindexed((), (), (), (), failed, 1, 1, 1.0, comparison, "0123456789abcdef")
    check_limits(render_end("Embedding everything afresh", reindexed))
