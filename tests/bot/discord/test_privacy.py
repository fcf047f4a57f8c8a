"""`/privacy`, questions that are kept, and servers that the bot has left."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import simcord
from simcord.backend.serializers import guild_create_payload
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.privacy import render_privacy
from bot.discord.tidying import EVERY_S
from bot.libraries.engine import Engine
from bot.libraries.kept import Kept
from bot.libraries.memory import Memory
from bot.libraries.servers import Servers
from bot.libraries.vectors import pack_vector
from bot.settings import Settings
from bot.types import Personal, Preferences
from index.store import Store
from tests.bot.discord.conftest import ANSWER, OFF_TOPIC, QUESTION, Town, find_ids, read_texts
from tests.index.conftest import HashEncoder

GUIDE = ("guide.md", b"# Tower guide\n\nThe tower opens at noon and closes at dusk.\n")

TOLD = {
    "vote.message": "the answer's message",
    "vote.user": "Your 👍 and 👎 on answers",
    "vote.helpful": "Your 👍 and 👎 on answers",
    "vote.passage": "and passage",
    "vote.voted": "and the time",
    "upload.document": "That you added a document",
    "upload.user": "That you added a document",
    "upload.link": "the message it came with",
    **dict.fromkeys(
        (
            *("taught.id", "taught.document_id", "taught.version", "taught.question"),
            *("taught.answer", "taught.cited", "taught.who", "taught.at", "taught.seal"),
        ),
        "That you wrote an answer with `/docs teach`, and when",
    ),
    "left_out.user": "That you keep your messages out of documents",
    "written.message": "Which of these messages are yours",
    "written.user": "Which of these messages are yours",
    "written.channel": "Where admins made a channel a source of answers",
    "written.post": "Which of these messages are yours",
    "question.text": "the words, without whom",
    "question.hour": "the hour",
    "question.answered": "how sure I was of an answer",
    "question.confidence": "how sure I was of an answer",
    "question.passage": "the passage that came closest",
    "question.vector": "what the words mean to my model",
    "question.asker": "one of 256 numbers, which others share",
    "question.helpful": "how many found its answer helpful or not",
    "question.unhelpful": "how many found its answer helpful or not",
    "topic.words": "the most telling words",
    "topic.vector": "their mean in numbers",
    "confirmed.question": "the words",
    "confirmed.passage": "numbers by which I find that passage again",
    "confirmed.document": "Questions whose right passage admins confirmed",
    "cited.message": "the message and its channel",
    "cited.channel": "the message and its channel",
    "cited.passage": "which documents it cites",
    "cited.title": "which documents it cites",
    "cited.document": "which documents it cites",
    "cited.digest": "which documents it cites",
    "cited.noted": "of the last two weeks",
    **dict.fromkeys(
        ("waiting.question", "waiting.earlier", "waiting.channel", "waiting.message"),
        "the question, where and when you asked",
    ),
    "waiting.user": "What you asked me to tell you about",
    "waiting.since": "the question, where and when you asked",
    # What people post in channels that admins have added
    **dict.fromkeys(
        (
            *("document.name", "document.title", "document.source", "document.link"),
            *("document.content_hash", "document.language", "document_text.text"),
            *("passage.text", "passage.terms", "passage.sentences", "passage.heading_path"),
            *("passage.fragment", "passage.header", "passage.digest"),
            *("document.seal", "document_text.seal", "passage.seal", "passage_feature.seal"),
            *("passage_vector.vector", "passage_feature.sentence_vectors"),
            *("passage_feature.token_signs", "passage_feature.token_counts"),
            *("passage_index.terms", "passage_index_config.k", "passage_index_config.v"),
            *("passage_index_data.id", "passage_index_data.block"),
            *("passage_index_docsize.id", "passage_index_docsize.sz"),
            *("passage_index_idx.segid", "passage_index_idx.term", "passage_index_idx.pgno"),
            *("passage_vocabulary.term", "passage_vocabulary.doc", "passage_vocabulary.cnt"),
            *("passage_occurrence.term", "passage_occurrence.doc", "passage_occurrence.col"),
            *("passage_occurrence.offset", "excluded.source"),
        ),
        "what you posted there",
    ),
}
"""Every column that can hold something about a person, and the words of `/privacy show` for it."""

NOBODYS = {
    "activity": ("day", "asked", "answered"),
    "citation": ("day", "shared", "document", "times"),
    "confirmed": ("id", "shared", "answers", "at"),
    "departed": ("id", "at"),
    "digest": ("id", "week", "failure"),
    "document": ("id", "pages", "passages", "size_bytes", "added", "updated", "origin", "failure"),
    "document_text": ("document_id",),
    "excluded": ("seal",),
    "indexed": ("id", "at"),
    "library": ("id", "generation", "embedded_with", "passages", "terms", "calibration", "seal"),
    "note": ("origin_id", "key", "value", "seal"),  # of web pages and repositories
    "origin": ("id", "kind", "address", "options", "every_s", "added", "looked", "failure", "seal"),
    "pace": ("day", "step", "times"),
    "passage": ("id", "document_id", "start_char", "end_char", "page", "last_page", "term_count"),
    "passage_feature": ("passage_id", "token_width"),
    "passage_vector": ("passage_id",),
    "past": ("number", "generation"),
    "preferences": ("id", "chosen"),  # a role, channels and numbers
    "question": ("id", "made_by", "settled"),
    "reader": ("document_id", "source", "labels", "seal"),  # roles and channels
    "removed": ("since", "passage_id", "total"),
    "root": ("path", "seal"),
    "sqlite_sequence": ("name", "seq"),
    "topic": ("id", "made_by"),
    "waiting": ("private", "asked_of"),
}
"""The columns that hold nothing about anyone."""


def list_columns(path: Path) -> set[str]:
    sql = """SELECT sqlite_master.name || '.' || info.name
        FROM sqlite_master JOIN pragma_table_info(sqlite_master.name) AS info
        WHERE sqlite_master.type = 'table'"""
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute(sql)}


def test_every_column_that_can_hold_something_about_a_person_is_told(tmp_path: Path) -> None:
    with Memory(tmp_path / "discord.db") as memory:
        memory.prefer(Preferences())
    with Store(tmp_path / "library.db") as store, store.transaction():
        store.roots.add(tmp_path)
    there = list_columns(tmp_path / "discord.db") | list_columns(tmp_path / "library.db")
    nobodys = {f"{table}.{column}" for table, columns in NOBODYS.items() for column in columns}
    assert there == TOLD.keys() | nobodys
    assert not TOLD.keys() & nobodys
    view = render_privacy(Personal(0, 0, 0, False), direct=False, questions_days=7, forget_days=30)
    shown = read_texts(view.to_components())
    for column, words in TOLD.items():
        assert words in shown, column


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


def kept_questions(settings: Settings, guild: int) -> tuple[Kept, ...]:
    with Memory(Servers(settings).folder(guild) / "discord.db") as memory:
        return memory.questions.kept()


async def test_privacy_shows_how_much_is_kept_and_deletes_ones_own_and_nobody_elses(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=GUIDE)
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    for person in (town.admin, town.member):
        await person.click(answer.response, custom_id="vote:up")
    shown = await town.admin.slash(town.channel, "privacy show")
    assert shown.ephemeral
    assert "take them back or have them deleted: **1**" in read(shown)
    assert "you have that deleted: **1**" in read(shown)
    assert "No other question is kept." in read(shown) and "30 days after I leave" in read(shown)
    deleted = await town.admin.slash(town.channel, "privacy delete")
    assert deleted.ephemeral
    assert "Deleted: 1 vote of yours, and that you added 1 document" in read(deleted)
    assert find_ids(deleted.response) == ["privacy:out"]
    assert await engine.personal(town.guild.id, town.admin.id) == Personal(0, 0, 0, False)
    assert await engine.personal(town.guild.id, town.member.id) == Personal(1, 0, 0, False)
    own, _ = await engine.entries(town.guild.id)
    assert [(entry.record.name, entry.added_by) for entry in own] == [("guide.md", None)]
    listed = read(await town.admin.slash(town.channel, "docs list"))
    assert "guide.md" in listed and str(town.admin.id) not in listed
    again = read(await town.admin.slash(town.channel, "privacy delete"))
    assert "Deleted: 0 votes of yours, and that you added 0 documents" in again


async def test_what_keeps_ones_messages_out_stays_and_is_told(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    shown = await town.member.slash(town.channel, "privacy show")
    await town.member.click(shown.response, label="Keep my messages out")
    deleted = await town.member.slash(town.channel, "privacy delete")
    assert "That you keep your messages out stays" in read(deleted)
    assert find_ids(deleted.response) == ["privacy:in"]
    assert (await engine.personal(town.guild.id, town.member.id)).left_out


async def test_in_direct_messages_the_votes_given_there_are_deleted_and_no_others(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    there = await town.member.slash(town.channel, "ask", question=QUESTION)
    await town.member.click(there.response, custom_id="vote:up")
    here = await town.member.user.slash("ask", question=QUESTION)
    await town.member.user.click(here.response, custom_id="vote:down")
    deleted = await town.member.user.slash("privacy delete")
    assert "Deleted: 1 vote of yours in direct messages." in read(deleted)
    assert (await engine.personal(None, town.member.id)).votes == 0
    assert (await engine.personal(town.guild.id, town.member.id)).votes == 1


async def test_questions_are_kept_only_once_admins_turn_that_on_and_members_are_told(
    env: simcord.Env, town: Town, settings: Settings
) -> None:
    await town.member.slash(town.channel, "ask", question=QUESTION)
    assert kept_questions(settings, town.guild.id) == ()
    assert "not kept" in read(await town.admin.slash(town.channel, "docs settings"))
    turned = read(await town.admin.slash(town.channel, "docs settings", keep_questions=30))
    assert "kept for 30 days, without who asked" in turned and "Members see" in turned
    assert "kept for **30 days**" in read(await town.member.slash(town.channel, "privacy show"))
    assert "kept here for 30 days" in read(await town.member.slash(town.channel, "help"))
    await env.advance_time(10)
    answer = await town.member.slash(town.channel, "ask", question=QUESTION, private=True)
    assert ANSWER in read(answer)
    await env.advance_time(10)
    await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    await town.member.click(answer.response, label="More")
    sure, unsure = kept_questions(settings, town.guild.id)
    assert (sure.text, sure.answered, unsure.text, unsure.answered) == (
        *(QUESTION, True),
        *(OFF_TOPIC, False),
    )
    assert 0 <= unsure.confidence < 0.5 <= sure.confidence <= 1
    fewer = read(await town.admin.slash(town.channel, "docs settings", keep_questions=7))
    assert "The questions that were older are removed." in fewer
    assert len(kept_questions(settings, town.guild.id)) == 2
    off = read(await town.admin.slash(town.channel, "docs settings", keep_questions=0))
    assert "The questions that were kept are removed." in off
    assert kept_questions(settings, town.guild.id) == ()
    assert "kept here" not in read(await town.member.slash(town.channel, "help"))


async def test_nothing_that_is_kept_with_a_question_tells_who_asked_or_was_mentioned(
    env: simcord.Env, town: Town, settings: Settings
) -> None:
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    mentioned = f"{QUESTION} asks {town.admin.mention}"
    await town.member.slash(town.channel, "ask", question=mentioned)
    sent = await town.member.send(town.channel, f"{town.guild.me.mention} {mentioned}")
    await town.admin.context_menu(town.channel, "Find in documents", sent)
    await env.settle()
    kept = kept_questions(settings, town.guild.id)
    assert [one.text for one in kept] == [f"{QUESTION} asks a member"] * 3
    path = Servers(settings).folder(town.guild.id) / "discord.db"
    with closing(sqlite3.connect(path)) as db:
        everything = "\n".join(db.iterdump())
    for person in (town.admin, town.member):
        assert str(person.id) not in everything
    assert not re.search(r"\b(ada|ben)\b", everything)


async def test_a_question_is_kept_with_what_it_means_unless_names_or_another_were_read_with_it(
    env: simcord.Env, town: Town, settings: Settings, engine: Engine
) -> None:
    engine.noting._crowd._key = bytes(32)  # under which the two have different numbers
    await town.admin.slash(town.channel, "docs settings", keep_questions=30, cooldown=0)
    answer = await town.member.slash(town.channel, "ask", question=QUESTION)
    await town.member.slash(town.channel, "ask", question=OFF_TOPIC)
    await town.admin.slash(town.channel, "ask", question=f"{QUESTION} {town.member.mention}")
    form = await town.admin.click(answer.response, label="Follow up")
    [field] = form.modal["components"]
    typed = {field["component"]["custom_id"]: "And when does it close?"}
    await town.admin.submit_modal(form, typed)
    await env.settle()
    first, second, named, after = kept_questions(settings, town.guild.id)
    encoder = HashEncoder()
    for kept in (first, second):
        [embedded] = encoder.embed_questions([kept.text])
        assert kept.vector == pack_vector(encoder, embedded.vector)
    assert first.passage and first.passage.shared
    assert named.vector is None and after.vector is None
    assert after.text == "And when does it close?"
    assert first.asker == second.asker != named.asker == after.asker


async def test_no_question_in_direct_messages_is_kept(
    env: simcord.Env, town: Town, settings: Settings
) -> None:
    await town.admin.slash(town.channel, "docs settings", keep_questions=30)
    await town.member.user.slash("ask", question=QUESTION)
    assert kept_questions(settings, town.guild.id) == ()
    with Memory(settings.library_folder / "discord.db") as memory:
        assert memory.questions.kept() == () and memory.usage.today() == (1, 1)


def is_leaving(settings: Settings, guild: int) -> bool:
    return Servers(settings).kept_until(guild) is not None


def set_departed_long_ago(settings: Settings, guild: int) -> None:
    with closing(sqlite3.connect(Servers(settings).folder(guild) / "discord.db")) as db, db:
        db.execute("UPDATE departed SET at = '2001-01-01T00:00:00+00:00'")


async def test_a_server_that_the_bot_leaves_is_removed_in_time_with_all_that_is_known_of_it(
    env: simcord.Env, town: Town, engine: Engine, settings: Settings, bot: FootnoteBot
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=GUIDE)
    await town.admin.slash(town.channel, "docs settings", cooldown=77)
    await town.member.slash(town.channel, "ask", question=QUESTION)  # so that its files are open
    env.backend.remove_guild(town.guild.id)
    await env.settle()
    assert is_leaving(settings, town.guild.id)
    await env.advance_time(EVERY_S)
    assert Servers(settings).all() == (town.guild.id,)
    set_departed_long_ago(settings, town.guild.id)
    await env.advance_time(EVERY_S)
    assert Servers(settings).all() == ()
    assert [path.name for path in (settings.data / "libraries").iterdir()] == ["default"]
    assert await engine.preferences(town.guild.id) == Preferences()
    assert town.guild.id not in engine._answering._open


async def test_an_hour_in_which_tidying_fails_is_logged_and_the_next_one_tidies(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tidied: list[set[int]] = []

    async def tidy(guilds: set[int]) -> None:
        tidied.append(guilds)
        if len(tidied) == 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "tidy", tidy)
    await env.advance_time(EVERY_S + 1)
    assert "tidying" in caplog.text
    await env.advance_time(EVERY_S + 1)
    assert tidied == [{town.guild.id}] * 2


async def test_a_server_that_is_out_for_a_while_is_not_one_that_was_left(
    env: simcord.Env, town: Town, settings: Settings, bot: FootnoteBot
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=GUIDE)
    env.backend.emit("GUILD_DELETE", {"id": str(town.guild.id), "unavailable": True})
    await env.advance_time(EVERY_S)
    guild = bot.get_guild(town.guild.id)
    assert guild and guild.unavailable
    assert not is_leaving(settings, town.guild.id)


async def test_one_that_was_left_while_the_bot_was_off_is_noted_and_coming_back_cancels_it(
    env: simcord.Env,
    town: Town,
    settings: Settings,
    make_bot: Callable[[], FootnoteBot],
) -> None:
    await town.admin.slash(town.channel, "docs add", file1=GUIDE)
    elsewhere = town.guild.id + 1
    with Memory(Servers(settings).folder(elsewhere) / "discord.db") as memory:
        memory.prefer(Preferences(private=True))
    await env.restart_bot(make_bot())
    await env.advance_time(EVERY_S)
    assert is_leaving(settings, elsewhere) and not is_leaving(settings, town.guild.id)
    payload = dict(guild_create_payload(env.backend, env.backend.get_guild(town.guild.id)))
    env.backend.remove_guild(town.guild.id)
    await env.settle()
    assert is_leaving(settings, town.guild.id)
    del payload["unavailable"]  # which only a server holds that the bot was in before
    env.backend.emit("GUILD_CREATE", payload)
    await env.settle()
    assert not is_leaving(settings, town.guild.id)
