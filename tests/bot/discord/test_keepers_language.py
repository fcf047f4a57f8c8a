"""Those who keep a server's documents are spoken to in the language of their Discord."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import east_asian_width

import discord
import pytest
import simcord
from simcord.actors import MemberActor

from bot.discord.amending import render_amended
from bot.discord.client import FootnoteBot
from bot.discord.digest import Digesting
from bot.discord.gaps import render_files, render_gaps
from bot.discord.lists import render_confirm_drop, render_entries, show_origin
from bot.discord.preferences import show_preferences
from bot.discord.render import render_answer
from bot.gap_files import write_csv, write_markdown
from bot.help_channel import HelpChannel
from bot.language import gettext, speak
from bot.libraries.digest import describe_failure, find_week
from bot.libraries.engine import Engine
from bot.libraries.gaps import Gap, Gaps
from bot.libraries.standing import Change
from bot.types import Preferences
from index.types import Citation
from tests.bot.discord.conftest import QUESTION, Town, find_ids, walk
from tests.bot.discord.held import Held
from tests.bot.discord.limits import list_texts
from tests.bot.discord.test_documents import show_docs_to
from tests.bot.discord.test_panels import NOW, make_entry, make_group
from tests.bot.discord.test_render import make_found, receive
from tests.bot.discord.tongues import find_english, locales, read_said, wide, wide_catalogues
from tests.bot.wide import find_narrow, widen

__all__ = ["locales", "wide", "wide_catalogues"]

FILE = ("guide.md", b"# Tower\n\nThe tower opens at noon and closes at dusk.\n")
ASKED = find_narrow(QUESTION)


@pytest.fixture(autouse=True)
def in_wide_letters(wide: None) -> None:
    """Other languages are in wide letters in all of these tests."""


@pytest.fixture
def held(env: simcord.Env, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(env, engine, monkeypatch)


@pytest.fixture
def keeper(town: Town, locales: dict[int, str]) -> MemberActor:
    """One whose Discord is in German."""
    locales[town.admin.id] = "de"
    return town.admin


@pytest.fixture
def other(env: simcord.Env, town: Town) -> MemberActor:
    """Another, whose Discord is in English."""
    managers = town.guild.create_role("More", permissions=discord.Permissions(manage_guild=True))
    return town.guild.add_member(env.create_user("una"), roles=[managers])


def in_german(text: str, **values: object) -> str:
    with speak("de"):
        said = gettext(text, **values)
    assert said != text
    return said


@pytest.mark.parametrize(
    ("command", "options", "values"),
    [
        ("docs status", {}, {"hash"}),
        ("docs list", {}, {"town", "guide", "md"}),
        ("docs settings", {}, set[str]()),
        ("docs settings", {"cooldown": 5, "keep_questions": 30, "private": True}, set[str]()),
        ("docs remove", {"document": "town.md"}, set[str]()),
        ("docs url", {"address": "file:///x"}, set[str]()),
        ("docs gaps", {}, set[str]()),
        ("docs taught", {}, set[str]()),
    ],
)
async def test_a_keeper_reads_all_in_their_language_and_another_in_english(
    town: Town,
    keeper: MemberActor,
    other: MemberActor,
    command: str,
    options: dict[str, Any],
    values: set[str],
) -> None:
    german = (await keeper.slash(town.channel, command, **options)).response
    assert find_english(german) <= values, read_said(german)
    english = (await other.slash(town.channel, command, **options)).response
    assert len(find_english(english)) > 3


async def test_a_job_speaks_to_who_asked_for_it_whoever_else_looks_or_waits(
    env: simcord.Env,
    bot: FootnoteBot,
    town: Town,
    keeper: MemberActor,
    other: MemberActor,
    held: Held,
) -> None:
    first = await keeper.slash(town.channel, "docs add", file1=FILE)
    second = await other.slash(town.channel, "docs reindex")
    third = await keeper.slash(town.channel, "docs reindex", everything=True)
    for passages in (64, 264):
        await env.advance_time(2)
        held.jobs[0].show(passages=passages, megabytes=passages // 64)
    await env.advance_time(2)
    assert in_german("file {number} of {files}", number=2, files=3) in read_said(first.response)
    assert find_english(first.response) == {"guide", "md"}, read_said(first.response)
    assert "Waiting: 1 job before yours." in read_said(second.response)
    assert find_english(third.response) == set()
    told = (await other.slash(town.channel, "docs status")).response
    assert "- Adding guide.md: 264 passages so far" in read_said(told)
    told = (await keeper.slash(town.channel, "docs status")).response
    assert find_english(told) == {"guide", "hash", "md"}
    [cancel] = find_ids(third.response, "cancel:")
    assert await bot.jobs.cancel(town.guild.id, cancel.removeprefix("cancel:"))
    assert in_german("Cancelled before it began.") in read_said(third.response)
    await held.let_go()
    await held.let_go()
    assert widen("1 added") in read_said(first.response)
    assert find_english(first.response) == {"guide", "md"}
    assert "1 unchanged" in read_said(second.response)


async def test_a_job_that_outlives_its_token_goes_on_in_the_language_of_who_asked(
    env: simcord.Env, town: Town, keeper: MemberActor, held: Held
) -> None:
    shown = await keeper.slash(town.channel, "docs add", file1=FILE)
    await env.advance_time(15 * 60)
    [moved] = town.channel.history()
    assert in_german("This goes on in {link}.", link=moved.jump_url) == read_said(shown.response)
    assert find_english(moved) == {"guide", "md"}
    await held.let_go()


async def test_who_keeps_nothing_is_told_so_in_their_language(
    env: simcord.Env, town: Town, locales: dict[int, str]
) -> None:
    await show_docs_to(env, town, town.member)
    locales[town.member.id] = "de"
    refused = await town.member.slash(town.channel, "docs list")
    assert refused.ephemeral and find_english(refused.response) == set()


async def test_forms_are_in_the_language_of_who_fills_them_in(
    town: Town, keeper: MemberActor, other: MemberActor
) -> None:
    for command in ("docs add", "docs words", "docs teach"):
        form = await keeper.slash(town.channel, command)
        assert form.modal
        labels = form.modal["components"]
        texts = [one[key] for one in labels for key in ("label", "description")]
        assert find_narrow("\n".join([form.modal["title"], *texts])) == set()
        form = await other.slash(town.channel, command)
        assert form.modal and find_narrow(form.modal["title"])


async def test_what_is_taught_is_told_in_the_language_of_who_looks(
    town: Town, keeper: MemberActor, other: MemberActor
) -> None:
    form = await keeper.slash(town.channel, "docs teach")
    assert form.modal
    question, answer, _ = (one["component"]["custom_id"] for one in form.modal["components"])
    written = {question: QUESTION, answer: "By nine."}
    shown = (await keeper.submit_modal(form, written)).response
    assert find_english(shown) == ASKED | {"by", "nine"}
    for custom_id in find_ids(shown, "taught:history:") + find_ids(shown, "taught:remove:"):
        pressed = (await keeper.click(shown, custom_id=custom_id)).response
        assert find_english(pressed) <= ASKED | {"by", "nine"}
    listed = (await keeper.slash(town.channel, "docs taught")).response
    assert find_english(listed) == ASKED | {"by", "nine"}
    english = (await other.slash(town.channel, "docs taught")).response
    assert "1 answer" in read_said(english)


async def test_why_a_passage_came_first_is_told_in_the_language_of_who_looks(
    town: Town, keeper: MemberActor
) -> None:
    asked = await town.member.slash(town.channel, "ask", question=QUESTION)
    shown = await keeper.context_menu(town.channel, "Why this passage?", asked.response)
    said = read_said(shown.response)
    assert widen("Score ") in said and widen("Lacking") in said
    head, *rows = said.partition("```\n")[2].partition("\n```")[0].splitlines()
    wide = {sum(2 if east_asian_width(one) in "FW" else 1 for one in row) for row in (head, *rows)}
    assert len(wide) == 1 and len(rows) > 3  # its columns stand below each other


async def test_a_server_at_a_glance_is_told_in_the_language_of_who_looks(
    town: Town, keeper: MemberActor, other: MemberActor, locales: dict[int, str]
) -> None:
    locales[keeper.id] = "ja"  # of which no picture is drawn: its font lacks the wide letters, too
    await town.member.slash(town.channel, "ask", question=QUESTION)
    german = (await keeper.slash(town.channel, "docs insight")).response
    assert find_english(german) == {"town", "guide"}
    [gallery] = [one for one in walk(german) if "items" in one]
    assert find_narrow(gallery["items"][0]["description"]) == set()
    english = (await other.slash(town.channel, "docs insight")).response
    assert "**Most cited**" in read_said(english)


async def test_the_digest_is_in_the_servers_language(bot: FootnoteBot, town: Town) -> None:
    news = town.guild.create_text_channel("news")
    await town.admin.slash(town.channel, "docs settings", digest=news)
    await town.member.slash(town.channel, "ask", question=QUESTION)
    guild = bot.get_guild(town.guild.id)
    assert guild
    guild.preferred_locale = discord.Locale.japanese
    digesting = bot.get_cog("Digesting")
    assert isinstance(digesting, Digesting)
    week = find_week(datetime.now(UTC)) + timedelta(weeks=1)
    await digesting.post_due(datetime(week.year, week.month, week.day, 9, 1, tzinfo=UTC))
    [message] = news.history()
    assert find_english(message) == {"town", "guide"}


def test_why_no_digest_was_posted_is_kept_without_a_language() -> None:
    kept = "lacking: Send Messages, Attach Files"
    assert describe_failure(kept) == "In its channel I lack Send Messages, Attach Files."
    assert describe_failure("It is gone.") == "It is gone."
    with speak("de"):
        for failure in (kept, "gone"):
            assert find_narrow(describe_failure(failure)) == set()
        assert find_narrow(describe_failure("refused: HTTP 403")) == {"http"}


async def test_why_a_source_is_stale_is_kept_in_english_and_told_in_a_keepers_language() -> None:
    kept = "It is removed already."  # any sentence that is kept as it stands in the catalogues
    group = make_group(address="https://a.b/1", failure=kept)
    english = "\n".join(list_texts(render_entries([], [], ([group], []))))
    assert f"⚠️ stale: {kept}" in english and "· every day" in english
    with speak("de"):
        listed = "\n".join(list_texts(render_entries([], [], ([group], []))))
        asked = "\n".join(list_texts(render_confirm_drop(group, again=True)))
        assert widen(kept) in listed and widen("every day") in listed
        for said in (listed, asked):
            assert find_narrow(said) == find_narrow(show_origin(group.origin))


async def test_lists_and_settings_hold_no_english_whatever_stands_in_them() -> None:
    entries = [
        make_entry(1, added_by=77, status="changed"),
        make_entry(2, status="gone"),
        make_entry(3, shared=True),
    ]
    chosen = Preferences(
        role=5,
        channels=frozenset(range(30)),
        private=True,
        shared=False,
        questions_days=7,
        digest=9,
        refusal="123",
        footer="456",
        helps=(HelpChannel(8, "when sure"),),
    )
    with speak("de"):
        listed = list_texts(render_entries(entries[:2] * 5, entries[2:]))
        assert find_narrow("\n".join(listed)) <= {"title", "file", "pdf"}
        for old, new in ((Preferences(), chosen), (chosen, Preferences()), (chosen, chosen)):
            shown = list_texts(show_preferences(old, new))
            # Discord's choice of `/docs help-channel`, which is among the commands' texts.
            assert find_narrow("\n".join(shown)) <= {"when", "sure"}


def make_gaps() -> Gaps:
    closest = Citation("123", 3, ("123", "456"), None)
    gap = Gap((3, 1), ("78", "9"), 2, 3, 1, NOW, NOW, ("78 9?",), 0.314, closest)
    return Gaps(30, 7, (gap,) * 12, left_out=2, hidden=1)


async def test_gaps_and_their_files_are_told_in_a_keepers_language() -> None:
    with speak("de"):
        shown = [render_gaps(make_gaps(), page=1), render_files(make_gaps(), ["gaps.md"])]
        for view in shown:
            assert find_narrow("\n".join(list_texts(view))) == set()
        assert find_narrow(write_markdown(make_gaps()).decode()) <= {"utc"}
        assert write_csv(make_gaps()).startswith("\ufeffwords,people,questions,".encode())
    assert "- 2 people, 2 questions: 3 refused, 1 voted" in write_markdown(make_gaps()).decode()


def test_a_change_is_told_once_in_whatever_language_it_was_told_before() -> None:
    changes = (Change("A", True), Change("", False))
    with speak("de"):
        amended = render_amended(receive(render_answer(QUESTION, make_found())), changes)
    again = render_amended(receive(amended), (*changes, Change("B", False)))
    lines = again.to_components()[0]["content"].splitlines()
    assert [find_narrow(line) for line in lines[:2]] == [{"a"}, set()]
    assert lines[2:] == ["⚠️ **B** has changed since this answer."]
    with speak("fr"):
        more = render_amended(receive(again), (Change("B", False),))
    assert more.to_components() == again.to_components()
