"""`/docs teach` and `/docs taught`: what admins teach, and what members get of it."""

import re
from pathlib import Path
from typing import Any

import pytest
import simcord
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.teaching import Teaching
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences
from index.embed import SentenceEncoder
from index.library import Library
from tests.bot.discord.conftest import TOWN, Town, Village, find_ids, read_texts
from tests.bot.discord.test_amending import find_changes
from tests.bot.discord.test_isolation import forge, nothing_told
from tests.bot.discord.test_telling import find_replies

TAUGHT = "Can guests bring dogs to the meetup?"
ASKED = "Are guests allowed to bring dogs to the meetup?"
NEAR = "Can guests bring children to the meetup?"
ANSWER = "Yes, **small** ones:\n- on a leash\n- not on Sundays"
RULES = b"# House rules\n\n## Pets\n\nDogs are welcome at the meetup on a leash.\n"


@pytest.fixture
def encoder(packaged_encoder: SentenceEncoder) -> SentenceEncoder:
    """The default model: whether two questions mean the same is asked of it."""
    return packaged_encoder


@pytest.fixture
def shared_documents(settings: Settings, encoder: SentenceEncoder) -> Path:
    """The operator's library holds one document, town.md; its folder."""
    settings.documents.mkdir()
    (settings.documents / "town.md").write_text(TOWN)
    with Library(settings.library_folder, lambda: encoder) as library:
        library.add([settings.documents])
    return settings.documents


async def fill(
    person: MemberActor, form: InteractionResult, question: str, answer: str, cited: str = ""
) -> InteractionResult:
    """Send the form with these in it."""
    ids = [label["component"]["custom_id"] for label in form.modal["components"]]
    return await person.submit_modal(form, dict(zip(ids, (question, answer, cited), strict=True)))


async def teach(
    town: Town, question: str = TAUGHT, answer: str = ANSWER, cited: str = "", **options: Any
) -> str:
    """What is shown to the admin who teaches an answer."""
    form = await town.admin.slash(town.channel, "docs teach", **options)
    shown = await fill(town.admin, form, question, answer, cited)
    assert shown.response and shown.response.ephemeral
    return read_texts(shown.response)


async def ask(env: simcord.Env, town: Town, question: str, **options: Any) -> InteractionResult:
    await env.advance_time(10)
    return await town.member.slash(town.channel, "ask", question=question, **options)


def written(form: InteractionResult) -> list[str]:
    """What stands in a form already."""
    return [label["component"].get("value") or "" for label in form.modal["components"]]


async def test_what_was_taught_answers_the_same_question_and_none_that_is_near(
    env: simcord.Env, town: Town
) -> None:
    assert "**Taught.**" in await teach(town)
    answer = await ask(env, town, ASKED)
    shown = read_texts(answer.response)
    assert "**Answered by the team**" in shown
    assert ANSWER in shown
    assert {"follow", "vote:up", "vote:down", "more:0:-"} <= set(find_ids(answer.response))
    assert "Answered by the team" not in read_texts((await ask(env, town, NEAR)).response)


async def test_who_waits_for_an_answer_is_told_what_was_taught_with_the_servers_last_line(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    changes = find_changes(env)
    refusal = (await ask(env, town, TAUGHT)).response
    await town.member.click(refusal, custom_id="tell")
    await changes.look()
    await engine.prefer(town.guild.id, Preferences(footer="Ask the guild."))
    await teach(town)
    await changes.look()
    [reply] = find_replies(town, refusal)
    said = read_texts(reply)
    assert said.startswith(f"<@{town.member.id}> This is answered now.")
    assert ANSWER in said and "Answered by the team" in said
    assert said.endswith("-# Ask the guild.")


async def test_a_server_without_documents_answers_what_it_was_taught_and_nothing_else(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await engine.prefer(town.guild.id, Preferences(shared=False))
    await teach(town)
    assert ANSWER in read_texts((await ask(env, town, ASKED)).response)
    assert "no documents here" in read_texts((await ask(env, town, NEAR)).response)


async def test_the_document_that_it_cites_is_shown_in_context_and_can_be_asked_alone(
    env: simcord.Env, town: Town
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=("rules.md", RULES))
    assert "cites House rules" in await teach(town, cited="rules.md")
    answer = await ask(env, town, ASKED)
    shown = read_texts(answer.response)
    assert "**House rules** · Pets" in shown and "more:1:-" in find_ids(answer.response)
    [place] = find_ids(answer.response, "context:")
    context = await town.member.click(answer.response, custom_id=place)
    assert "Dogs are welcome" in read_texts(context.response)
    more = await town.member.click(answer.response, label="More")
    assert "Answered by the team" not in read_texts(more.response)
    assert "Dogs are welcome" not in read_texts(more.response)
    inside = await ask(env, town, ASKED, document="rules.md")
    assert "Answered by the team" in read_texts(inside.response)
    outside = await ask(env, town, ASKED, document="town.md")
    assert "Answered by the team" not in read_texts(outside.response)


async def test_one_of_the_operators_documents_can_be_cited_and_a_gone_one_is_not(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=("rules.md", RULES))
    form = await town.admin.slash(town.channel, "docs teach", document="Town guide")
    assert written(form) == ["", "", "town.md"]
    await fill(town.admin, form, "Where is the lighthouse?", "At the harbour.", "town.md")
    shown = read_texts((await ask(env, town, "Where is the lighthouse?")).response)
    assert "Answered by the team" in shown and "**Town guide** · Harbour" in shown
    await teach(town, cited="rules.md")
    await engine.remove(town.guild.id, "rules.md")
    answer = await ask(env, town, ASKED)
    assert "Answered by the team" in read_texts(answer.response)
    assert find_ids(answer.response, "context:") == []
    listed = await town.admin.slash(town.channel, "docs taught")
    assert "a document that is gone" in read_texts(listed.response)


async def test_a_follow_up_on_a_taught_answer_is_answered(env: simcord.Env, town: Town) -> None:
    await teach(town, "When does the museum open?", "At nine, on all days.")
    answer = await ask(env, town, "What time does the museum open?")
    assert "At nine, on all days." in read_texts(answer.response)
    await env.advance_time(10)
    form = await town.member.click(answer.response, label="Follow up")
    [field] = form.modal["components"]
    asked = {field["component"]["custom_id"]: "And the old maps?"}
    followed = await town.member.submit_modal(form, asked)
    assert "old maps of the island" in read_texts(followed.response).replace("**", "")


async def test_it_is_listed_changed_and_removed(env: simcord.Env, town: Town) -> None:
    assert "No answers are taught here yet" in read_texts(
        (await town.admin.slash(town.channel, "docs taught")).response
    )
    await teach(town)
    listed = await town.admin.slash(town.channel, "docs taught")
    shown = read_texts(listed.response)
    assert listed.response.ephemeral and TAUGHT in shown and "version 1" in shown
    assert f"<@{town.admin.id}>" in shown
    form = await town.admin.click(listed.response, label="Edit")
    assert written(form) == [TAUGHT, ANSWER, ""]
    changed = await fill(town.admin, form, TAUGHT, "No.")
    assert "**Changed.**" in read_texts(changed.response)
    listed = await town.admin.slash(town.channel, "docs taught")
    assert "version 2" in read_texts(listed.response)
    history = await town.admin.click(listed.response, label="History")
    shown = read_texts(history.response)
    assert shown.index("version 2") < shown.index("version 1") and "on a leash" in shown
    assert "\nNo.\n" in read_texts((await ask(env, town, ASKED)).response)
    asked = await town.admin.click(listed.response, label="Remove")
    assert "Nothing is kept of all 2 versions" in read_texts(asked.response)
    [drop] = find_ids(asked.response, "taught:drop:")
    gone = await town.admin.click(asked.response, custom_id=drop)
    assert "Removed, with all its versions." in read_texts(gone.response)
    assert "Answered by the team" not in read_texts((await ask(env, town, ASKED)).response)
    again = await town.admin.click(listed.response, label="Edit")
    assert "is gone" in read_texts(again.response)


async def test_a_long_list_is_turned_page_by_page(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    for number in range(7):
        await engine.teaching.teach(
            town.guild.id, f"What is rule {number}?", "A rule.", cited="", who=1
        )
    first = await town.admin.slash(town.channel, "docs taught")
    assert "page 1 of 2" in read_texts(first.response)
    assert len(find_ids(first.response, "taught:edit:")) == 5
    second = await town.admin.click(first.response, custom_id="taught:page:1")
    assert "rule 6" in read_texts(second.response)
    assert len(find_ids(second.response, "taught:edit:")) == 2


async def test_what_cannot_be_taught_is_told_and_what_was_written_is_given_back(
    town: Town,
) -> None:
    await teach(town)
    shown = await teach(town, answer="Another *answer*.")
    assert "This question is taught already" in shown
    assert r"Another \*answer\*." in shown
    shown = await teach(town, "Why?", "So.", cited="nowhere.md")
    assert "There is no document called nowhere" in shown and "So." in shown


async def test_it_is_no_document_that_members_or_admins_meet_elsewhere(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await teach(town)
    own, _ = await engine.entries(town.guild.id)
    assert own == ()
    assert not [name for name, _ in await engine.choices(town.guild.id, "guests")]
    [lesson] = await engine.teaching.list(town.guild.id)
    for name in (f"#{lesson.ref}", TAUGHT, f"Taught answer {lesson.taught.id}"):
        removal = await town.admin.slash(town.channel, "docs remove", document=name)
        assert "There is no document called" in read_texts(removal.response)
    await town.admin.slash(town.channel, "docs reindex", everything=True)
    assert await engine.teaching.list(town.guild.id) == (lesson,)
    sources = await town.member.slash(town.channel, "sources")
    assert TAUGHT not in read_texts(sources.response)


async def test_another_part_can_open_the_form_with_a_question(
    town: Town, bot: FootnoteBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    teaching = bot.get_cog("Teaching")
    assert isinstance(teaching, Teaching)
    shown = teaching.open_form

    async def open_it(interaction: Any, *_: str) -> None:
        await shown(interaction, "Who is Ann?\nAnd why?" + "x" * 300)

    monkeypatch.setattr(teaching, "open_form", open_it)
    form = await town.admin.slash(town.channel, "docs teach")
    [question, answer, cited] = written(form)
    assert question.startswith("Who is Ann?") and len(question) == 200 and "\n" not in question
    assert (answer, cited) == ("", "")


HOSTILE = """\
# Big
-# small
> quoted
@everyone <@123> <#4> <@&5> <:n:6> </ask:7> [click](javascript:x) [bank](https://evil.example/a)
`@here` ||hidden|| discord.gg/abc https://ok.example/page."""


async def test_nothing_in_an_answer_pings_hides_a_link_or_breaks_out(
    env: simcord.Env, town: Town
) -> None:
    await teach(town, answer=HOSTILE)
    start = len(env.http_requests)
    shown = read_texts((await ask(env, town, ASKED)).response)
    assert "@everyone" not in shown and "@here" not in shown
    assert not re.search(r"<(@|#|:|/)\S*\d+>", shown.replace(f"<@{town.admin.id}>", ""))
    assert r"\# Big" in shown and r"\-\# small" in shown and r"\> quoted" in shown
    assert "](" not in shown and "bank (<https://evil.example/a>)" in shown
    assert r"\|\|hidden\|\|" in shown and "<https://ok.example/page>." in shown
    sent = [request.json for request in env.http_requests[start:] if request.json]
    told = [one for one in sent if "Answered by the team" in str(one)]
    assert told and all(one["allowed_mentions"] == {"parse": []} for one in told)


async def test_what_someone_wrote_is_counted_and_forgotten_where_they_wish(
    town: Town, engine: Engine
) -> None:
    await teach(town)
    shown = await town.admin.slash(town.channel, "privacy show")
    assert "you have that deleted: **1**" in read_texts(shown.response)
    deleted = await town.admin.slash(town.channel, "privacy delete")
    assert "That you wrote 1 taught answer is deleted too" in read_texts(deleted.response)
    [lesson] = await engine.teaching.list(town.guild.id)
    assert (lesson.taught.who, lesson.taught.answer) == (None, ANSWER)
    assert (await engine.personal(town.guild.id, town.admin.id)).taught == 0


async def test_the_operators_taught_answers_reach_servers_that_want_them(
    env: simcord.Env, town: Town, engine: Engine, settings: Settings, encoder: SentenceEncoder
) -> None:
    with Library(settings.library_folder, lambda: encoder) as library:
        library.teach(TAUGHT, ANSWER)
    assert "Answered by the team" in read_texts((await ask(env, town, ASKED)).response)
    await engine.prefer(town.guild.id, Preferences(shared=False))
    shown = read_texts((await ask(env, town, ASKED)).response)
    assert "Answered by the team" not in shown


async def test_no_other_server_gets_it_lists_it_or_changes_it(
    env: simcord.Env, town: Town, village: Village, bot: FootnoteBot, engine: Engine
) -> None:
    await teach(town, "Who keeps the birds?", "Ottokar does, with nineteen others.")
    [lesson] = await engine.teaching.list(town.guild.id)
    ids = [f"taught:{verb}:{lesson.taught.id}" for verb in ("edit", "history", "remove", "drop")]
    with nothing_told(env):
        for question in ("Who keeps the birds?", "Who keeps birds?"):
            await env.advance_time(10)
            await village.member.slash(village.channel, "ask", question=question)
        await village.admin.slash(village.channel, "docs taught")
        for custom_id in (*ids, "taught:page:0"):
            message = await forge(bot, village.channel, custom_id)
            await village.admin.click(message, custom_id=custom_id)
    assert await engine.teaching.list(town.guild.id) == (lesson,)
    for custom_id in ids:
        message = await forge(bot, town.channel, custom_id)
        pressed = await town.member.click(message, custom_id=custom_id)
        assert "Only members who may manage this server" in read_texts(pressed.response)
    assert await engine.teaching.list(town.guild.id) == (lesson,)
