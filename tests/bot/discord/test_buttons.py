"""The buttons of answers, before and after a restart, and when what they stand for is gone."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import discord
import pytest
import simcord
from discord.ui import Button
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord import buttons
from bot.discord.ask import Asking
from bot.discord.buttons.bonds import BindChannels, BindNobody, BindRoles
from bot.discord.buttons.evaluation import Confirm, ShowEval, Unconfirm
from bot.discord.buttons.taught import (
    DropTaught,
    EditTaught,
    RemoveTaught,
    TaughtHistory,
    TaughtPage,
)
from bot.discord.client import FootnoteBot
from bot.discord.follow_up import FollowUpForm
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences, Ref
from tests.bot.discord.conftest import ANSWER, QUESTION, Town, find_ids, read_texts

AFTER_COOLDOWN = 4

ITEMS: list[Any] = [
    *(buttons.More(3), buttons.More(999, Ref(True, 10**17)), buttons.InContext(Ref(False, 12))),
    *(buttons.Helpful(), buttons.Unhelpful(), buttons.FollowUp(), buttons.Continue()),
    *(buttons.Post(2**63, 2**63), buttons.Post(1, 2, posted=True), buttons.Cancel("a1-B_2")),
    *(buttons.Page("list", 0, back=True), buttons.Page("sources", 7, disabled=True)),
    *(buttons.Remove(Ref(False, 3)), buttons.Keep()),
    *(buttons.GapButton("teach", 30, 0, 10**17), buttons.GapButton("not ours", 365, 10**5, 1)),
    *(buttons.GapButton("done", 1, 0, 2), buttons.GapsButton("turn", 30, 0, back=True)),
    *(buttons.GapsButton("export", 30, 2), buttons.GapsButton("restore", 365, 10**5)),
    *(buttons.Solved(2**63), buttons.NoHelp(5), buttons.TellMe()),
    *(EditTaught(10**17), TaughtHistory(1), RemoveTaught(3), DropTaught(3)),
    TaughtPage(0, back=True),
    *(Confirm(True, 10**17, 0), Confirm(False, 1, 10**5), Unconfirm(10**17, "lost", 10**5)),
    *(ShowEval("list", 1, back=True), ShowEval("offer", 10**5, "Skip"), ShowEval("figures")),
    *(BindChannels(Ref(False, 3), [2**63]), BindRoles(Ref(False, 10**17))),
    BindNobody(Ref(True, 3), disabled=True),
]


async def ask(town: Town, question: str = QUESTION, **options: Any) -> Any:
    return (await town.member.slash(town.channel, "ask", question=question, **options)).response


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item.custom_id))
async def test_a_button_is_made_again_from_its_custom_id(item: Any) -> None:
    assert type(item) in buttons.ITEMS
    assert len(item.custom_id) <= 100
    owners = [one for one in buttons.ITEMS if matches(one, item.custom_id)]
    assert owners == [type(item)]
    again = await type(item).from_custom_id(None, Button(), matches(type(item), item.custom_id))
    assert again.custom_id == item.custom_id


@pytest.mark.parametrize(
    "custom_id",
    ["more:3:x1", "more:-1:-", "context:o", "context:o1 ", "context:o1\n", "post:1", "page:all:1",
     "gap:teach:30:0:o1", "gap:undo:30:0:1", "gap:done:30:0", "gaps:turn:1", "gaps:all:1:1",
     "tell:1", "tell ", "vote:", "solved:", "no-help:x", "follow2", "remove:12",
     "bind:o1", "bind:roles:1", "bind:all:o1", "bind:channels:o1:2",
     "cancel:", "cancel:a b", "more:3:-\nvote:up", "keep:1"],
)  # fmt: skip
def test_no_button_is_made_from_anything_else(custom_id: str) -> None:
    assert not [one for one in buttons.ITEMS if matches(one, custom_id)]


PARTS = [
    *("more:", "context:", "vote:up", "vote:down", "follow", "thread", "post:", "page:", "list"),
    *("tell", "gap:", "gaps:", "teach:", "not ours:", "done:", "turn:", "export:", "30:0:"),
    *("sources", "cancel:", "remove:", "drop:", "keep", "privacy:", "out", "in", ":", "o", "s"),
    *("solved:", "no-help:", "bind:", "channels:", "roles:", "everybody:"),
    *("0", "1", "007", "9" * 18, "9" * 20, "-1", "+1", "1e3", "0x1", "１", "٣", "_", "-", " "),
    *("o1", "s1", "@o1", "#o1", "../", "%", "*", "' OR 1=1 --", "\ud800", "\u202e", "|", "\\"),
    *("\n", "\0"),
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=6).map("".join))
async def test_whatever_a_custom_id_says_one_button_or_none_is_made_of_it(custom_id: str) -> None:
    owners = [one for one in buttons.ITEMS if matches(one, custom_id)]
    assert len(owners) <= 1
    for owner in owners:
        made = await owner.from_custom_id(None, Button(), matches(owner, custom_id))  # type: ignore[arg-type]
        assert len(made.custom_id) <= 100 and made.custom_id.isascii()
        assert matches(owner, made.custom_id)
        again = await owner.from_custom_id(None, Button(), matches(owner, made.custom_id))  # type: ignore[arg-type]
        assert again.custom_id == made.custom_id
        numbers = [int(part) for part in re.findall("[os]([0-9]+)", made.custom_id)]
        assert all(number < 1 << 63 for number in numbers)  # SQLite's largest


def matches(item: Any, custom_id: str) -> re.Match[str] | None:
    found: re.Match[str] | None = item.__discord_ui_compiled_template__.fullmatch(custom_id)
    return found


async def test_more_shows_the_next_passages_to_the_one_who_presses_and_goes_on(
    town: Town, engine: Engine
) -> None:
    answer = await ask(town)
    more = await town.admin.click(answer, label="More")
    assert more.ephemeral and more.response.ephemeral
    shown = read_texts(more.response)
    assert QUESTION in shown
    assert r"\[2\]" in shown and "Harbour" in shown and "Market" in shown
    assert ANSWER not in shown
    assert (await engine.status(town.guild.id)).asked_today == 1


async def test_more_of_one_document_stays_within_it(town: Town, engine: Engine) -> None:
    [choice] = await town.member.autocomplete(town.channel, "ask", "document", "", question="x")
    answer = await ask(town, document=choice["value"])
    more = await town.member.click(answer, label="More")
    assert "Harbour" in read_texts(more.response)


async def test_in_context_shows_the_passage_within_its_section_and_under_its_headings(
    town: Town,
) -> None:
    parts = [
        " ".join(f"The {animal} in stable {n} eats oats number {n}." for n in range(16))
        for animal in ("horse", "zebra", "camel")
    ]
    barn = "\n\n".join(["# Farm", "## Yard", "Geese walk there.", "## Barn", *parts, "## Pond"])
    await town.admin.slash(town.channel, "docs add", file1=("farm.md", barn.encode()))
    answer = await ask(town, "What does the zebra in stable 7 eat?")
    shown = await town.admin.click(answer, custom_id=find_ids(answer, "context:o")[0])
    assert shown.ephemeral
    text = read_texts(shown.response)
    assert "Farm" in text and "Barn" in text
    assert all(animal in text for animal in ("horse", "zebra", "camel"))
    assert "Geese" not in text and "Pond" not in text


async def test_buttons_work_after_a_restart(
    env: simcord.Env, town: Town, make_bot: Callable[[], FootnoteBot]
) -> None:
    answer = await ask(town)
    await env.restart_bot(make_bot())
    more = await town.member.click(answer, label="More")
    assert r"\[2\]" in read_texts(more.response)
    context = await town.member.click(answer, custom_id=find_ids(answer, "context:")[0])
    assert "nine in the morning" in read_texts(context.response)
    vote = await town.member.click(answer, custom_id="vote:up")
    assert "1 👍" in read_texts(vote.response)
    form = await town.member.click(answer, label="Follow up")
    assert form.modal is not None
    thread = await town.member.click(answer, label="Continue in a thread")
    assert f"<#{answer.id}>" in read_texts(thread.response)


async def test_a_person_has_one_vote_which_can_be_changed_and_taken_back(town: Town) -> None:
    answer = await ask(town)

    async def press(who: Any, which: str) -> str:
        result = await who.click(answer, custom_id=f"vote:{which}")
        assert result.ephemeral
        return read_texts(result.response)

    assert "1 👍 and 0 👎" in await press(town.member, "up")
    assert "2 👍 and 0 👎" in await press(town.admin, "up")
    assert "1 👍 and 1 👎" in await press(town.member, "down")
    assert "1 👍 and 0 👎" in await press(town.member, "down")


async def test_a_vote_is_of_the_server_that_it_is_given_in(env: simcord.Env, town: Town) -> None:
    answer = await ask(town)
    await town.member.click(answer, custom_id="vote:up")
    elsewhere = env.create_guild("Elsewhere")
    channel = elsewhere.create_text_channel("general")
    stranger = elsewhere.add_member(env.create_user("eve"))
    other = (await stranger.slash(channel, "ask", question=QUESTION)).response
    vote = await stranger.click(other, custom_id="vote:up")
    assert "1 👍" in read_texts(vote.response)


async def test_a_passage_that_is_gone_is_said_to_be_gone(town: Town, engine: Engine) -> None:
    answer = await ask(town)
    await engine.prefer(town.guild.id, Preferences(shared=False))
    pressed = await town.member.click(answer, custom_id=find_ids(answer, "context:")[0])
    assert pressed.ephemeral
    assert "This passage is gone" in read_texts(pressed.response)
    assert "nine in the morning" not in read_texts(pressed.response)


async def test_more_where_nothing_is_left_says_so(town: Town, engine: Engine) -> None:
    answer = await ask(town)
    await engine.prefer(town.guild.id, Preferences(shared=False))
    more = await town.member.click(answer, label="More")
    assert "no documents" in read_texts(more.response)


async def test_buttons_of_an_answer_whose_text_is_gone_say_that_it_cannot_be_read(
    env: simcord.Env, town: Town
) -> None:
    answer = await ask(town)
    row = [one for one in walk_rows(answer) if find_ids([one], "follow")]
    env.backend.edit_message(town.channel.id, answer.id, {"components": row})
    await env.advance_time(AFTER_COOLDOWN)
    for label in ("More", "Follow up"):
        pressed = await town.member.click(answer, label=label)
        assert pressed.ephemeral
        assert "can no longer be read" in read_texts(pressed.response)
    vote = await town.member.click(answer, custom_id="vote:down")
    assert "1 👎" in read_texts(vote.response)


def walk_rows(answer: Any) -> list[dict[str, Any]]:
    return [row for box in answer.components for row in box["components"] if row["type"] == 1]


async def test_follow_up_asks_in_a_form_and_answers_in_a_new_message(
    env: simcord.Env, town: Town
) -> None:
    answer = await ask(town, "Where does the ferry leave in summer?")
    await env.advance_time(AFTER_COOLDOWN)
    form = await town.admin.click(answer, label="Follow up")
    [field] = form.modal["components"]
    typed = {field["component"]["custom_id"]: "And every hour?"}
    result = await town.admin.submit_modal(form, typed)
    assert not result.ephemeral and result.response.id != answer.id
    shown = read_texts(result.response)
    assert "And every hour?" in shown and "Where does the ferry leave in summer?" in shown
    more = await town.admin.click(result.response, label="More")
    assert "Where does the ferry leave in summer?" in read_texts(more.response)


async def test_the_follow_up_to_a_private_answer_is_private(env: simcord.Env, town: Town) -> None:
    answer = await ask(town, private=True)
    await env.advance_time(AFTER_COOLDOWN)
    form = await town.member.click(answer, label="Follow up")
    [field] = form.modal["components"]
    result = await town.member.submit_modal(form, {field["component"]["custom_id"]: QUESTION})
    assert result.response.ephemeral and ANSWER in read_texts(result.response)
    assert town.channel.history(viewer=town.admin) == []


async def test_the_follow_up_of_who_may_not_write_in_a_channel_is_private(
    env: simcord.Env, town: Town
) -> None:
    mute = {town.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    channel = town.guild.create_text_channel("notices", overwrites=mute)
    owner = town.guild.add_member(town.guild.owner)
    answer = (await owner.slash(channel, "ask", question=QUESTION)).response
    assert not answer.ephemeral
    form = await town.member.click(answer, label="Follow up")
    [field] = form.modal["components"]
    result = await town.member.submit_modal(form, {field["component"]["custom_id"]: "And then?"})
    assert result.response.ephemeral and "And then?" in read_texts(result.response)


async def test_a_form_that_is_put_away_is_forgotten_after_a_quarter_of_an_hour(
    bot: FootnoteBot,
) -> None:
    asking = bot.get_cog("Asking")
    assert isinstance(asking, Asking)
    assert FollowUpForm(bot, asking.answer, None, False).timeout == 15 * 60


async def test_no_form_is_shown_to_who_must_wait_or_asks_where_the_bot_does_not_answer(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    answer = await ask(town)
    hasty = await town.member.click(answer, label="Follow up")
    assert hasty.modal is None and "ask again in" in read_texts(hasty.response)
    await engine.prefer(town.guild.id, Preferences(channels=frozenset({1})))
    pressed = await town.admin.click(answer, label="Follow up")
    assert pressed.modal is None and "<#1>" in read_texts(pressed.response)


async def test_a_thread_is_opened_once_under_an_answer_and_says_how_to_go_on(
    env: simcord.Env, town: Town
) -> None:
    answer = await ask(town)
    pressed = await town.member.click(answer, label="Continue in a thread")
    assert pressed.ephemeral and f"<#{answer.id}>" in read_texts(pressed.response)
    [thread] = town.channel.threads
    assert thread.name == QUESTION
    assert env.bot.user is not None
    assert env.bot.user.mention in read_texts(thread.last_message)
    again = await town.admin.click(answer, label="Continue in a thread")
    assert f"<#{answer.id}>" in read_texts(again.response)
    assert len(town.channel.threads) == 1


async def test_no_thread_is_opened_where_the_presser_may_not(town: Town) -> None:
    closed = discord.PermissionOverwrite(create_public_threads=False)
    channel = town.guild.create_text_channel("quiet", overwrites={town.guild.default_role: closed})
    answer = (await town.member.slash(channel, "ask", question=QUESTION)).response
    pressed = await town.member.click(answer, label="Continue in a thread")
    assert pressed.ephemeral and "You may not open threads" in read_texts(pressed.response)
    assert channel.threads == []


async def test_where_no_thread_can_be_opened_the_reason_is_told(
    env: simcord.Env, town: Town, bot: FootnoteBot
) -> None:
    await town.member.click(await ask(town), label="Continue in a thread")
    [thread] = town.channel.threads
    voice = town.guild.create_voice_channel("voice")
    assert town.guild.me
    mine = discord.PermissionOverwrite(create_public_threads=False)
    closed = town.guild.create_text_channel("closed", overwrites={town.guild.me: mine})
    for channel, reason in (
        (thread, "This is a thread already."),
        (voice, "No thread can be opened in this channel."),
        (closed, "I may not open threads in this channel; an admin can allow me to."),
    ):
        place = bot.get_channel(channel.id)
        assert isinstance(place, discord.Thread | discord.VoiceChannel | discord.TextChannel)
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(discord.ui.ActionRow(Button(label="x", custom_id="thread")))
        pressed = await town.member.click(await place.send(view=view), custom_id="thread")
        assert reason in read_texts(pressed.response)


async def test_a_threads_name_is_a_long_question_cut_at_a_word(town: Town) -> None:
    asked = f"{QUESTION} " * 3
    await town.member.click(await ask(town, asked), label="Continue in a thread")
    [thread] = town.channel.threads
    assert thread.name and len(thread.name) <= 100 and thread.name.endswith("…")
    assert asked.startswith(f"{thread.name[:-1]} ")


async def test_an_answer_is_posted_once_however_fast_the_button_is_pressed(
    env: simcord.Env, town: Town, bot: FootnoteBot
) -> None:
    asked = await town.admin.send(town.channel, QUESTION)
    found = await town.member.context_menu(town.channel, "Find in documents", asked)
    [post] = find_ids(found.response, "post:")
    presses: list[asyncio.Task[Any]] = []
    button = buttons.Post(town.channel.id, asked.id)
    original = buttons.Post.callback

    async def twice(self: Any, interaction: Any) -> None:
        presses.append(asyncio.ensure_future(original(button, interaction)))
        await original(self, interaction)

    buttons.Post.callback = twice  # type: ignore[method-assign]
    try:
        await town.member.click(found.response, custom_id=post)
    finally:
        buttons.Post.callback = original  # type: ignore[method-assign]
    assert len(presses) == 1
    replies = [one for one in town.channel.history(viewer=town.admin) if one.reference]
    assert len(replies) == 1


async def test_sources_can_be_paged(town: Town, engine: Engine, settings: Settings) -> None:
    for number in range(30):
        text = f"# Paper {number:02}\n\nIt tells of thing {number} and of nothing else.\n"
        (settings.documents / f"paper{number:02}.md").write_text(text)
    await engine.index_folder(settings.documents, lambda _: None)
    sources = (await town.member.slash(town.channel, "sources")).response
    assert "Paper 00" in read_texts(sources) and "Paper 29" not in read_texts(sources)
    seen = ""
    for page in range(1, 4):
        seen += read_texts(sources)
        await town.member.click(sources, custom_id=f"page:sources:{page}")
    seen += read_texts(sources)
    assert "Town guide" in seen
    assert [number for number in range(30) if f"Paper {number:02}" not in seen] == []
    await town.member.click(sources, custom_id="page:sources:2")
    assert "page 3 of 4" in read_texts(sources)
