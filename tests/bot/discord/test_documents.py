"""`/docs` and "Add to documents": what admins do, and what nobody else can."""

import asyncio
import logging
import re
from dataclasses import replace
from functools import partial
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.results import InteractionResult

from bot.discord.client import FootnoteBot
from bot.discord.preferences import Change, change_preferences, keep_change
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences
from tests.bot.discord.conftest import Town, find_ids, read_texts
from tests.bot.discord.held import Held

GUIDE = b"# Tower guide\n\nThe tower opens at noon and closes at dusk.\n"
FILE = ("guide.md", GUIDE)
TOWER = "When does the tower open at noon?"


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


async def names(engine: Engine, guild: int) -> list[str]:
    own, _ = await engine.entries(guild)
    return [entry.record.name for entry in own]


async def show_docs_to(env: simcord.Env, town: Town, *members: MemberActor) -> None:
    """A server's integration settings can show a command to whom they like."""
    for command in await env.bot.tree.fetch_commands():  # type: ignore[attr-defined]
        if command.name in ("docs", "Add to documents", "Why this passage?"):
            town.guild.set_command_permissions(command, dict.fromkeys(members, True))


@pytest.fixture
async def guide(town: Town) -> InteractionResult:
    """The server's library holds guide.md."""
    return await town.admin.slash(town.channel, "docs add", file1=FILE)


COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("docs add", {}),
    ("docs add", {"file1": FILE}),
    ("docs remove", {"document": "guide.md"}),
    ("docs list", {}),
    ("docs reindex", {}),
    ("docs status", {}),
    ("docs settings", {}),
    ("docs settings", {"private": True}),
    ("docs words", {}),
]


async def test_the_commands_are_hidden_from_members_and_from_direct_messages(
    env: simcord.Env, town: Town
) -> None:
    for command, options in COMMANDS:
        with pytest.raises(SetupError, match="default-member-permissions"):
            await town.member.slash(town.channel, command, **options)
    assert not [name for name in town.admin.user.available_commands() if name.startswith("docs")]
    message = await town.admin.send(town.channel, "see", attachments=[FILE])
    for menu in ("Add to documents", "Why this passage?"):
        with pytest.raises(SetupError, match="default-member-permissions"):
            await town.member.context_menu(town.channel, menu, message)


@pytest.mark.parametrize(("command", "options"), COMMANDS)
async def test_whom_discord_lets_through_without_the_right_is_refused_calmly(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    guide: InteractionResult,
    command: str,
    options: dict[str, Any],
) -> None:
    await show_docs_to(env, town, town.member)
    before = await engine.preferences(town.guild.id)
    refused = await town.member.slash(town.channel, command, **options)
    assert refused.ephemeral and refused.modal is None
    assert "Only members who may manage this server" in read(refused)
    assert await names(engine, town.guild.id) == ["guide.md"]
    assert await engine.preferences(town.guild.id) == before


async def test_menu_and_autocompletion_refuse_them_too(
    env: simcord.Env, town: Town, engine: Engine, guide: InteractionResult
) -> None:
    await show_docs_to(env, town, town.member)
    message = await town.admin.send(town.channel, "see", attachments=[("b.md", GUIDE)])
    refused = await town.member.context_menu(town.channel, "Add to documents", message)
    assert refused.ephemeral and "Only members who may manage" in read(refused)
    for command in ("docs remove", "docs reindex"):
        assert await town.member.autocomplete(town.channel, command, "document", "") == []
        assert await town.admin.autocomplete(town.channel, command, "document", "") != []
    assert await names(engine, town.guild.id) == ["guide.md"]


async def test_who_has_the_role_that_the_settings_name_may_use_docs(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    librarians = town.guild.create_role("Librarians")
    lea = town.guild.add_member(env.create_user("lea"), roles=[librarians])
    await show_docs_to(env, town, lea)
    assert "Only members" in read(await lea.slash(town.channel, "docs list"))
    named = await town.admin.slash(town.channel, "docs settings", role=librarians)
    assert "Server Settings › Integrations" in read(named)
    await lea.slash(town.channel, "docs add", file1=FILE)
    assert await names(engine, town.guild.id) == ["guide.md"]
    await town.admin.slash(town.channel, "docs settings", clear="role")
    assert "Only members" in read(await lea.slash(town.channel, "docs list"))


async def test_an_administrator_without_manage_server_is_admitted(
    env: simcord.Env, town: Town
) -> None:
    chiefs = town.guild.create_role("Chiefs", permissions=discord.Permissions(administrator=True))
    chief = town.guild.add_member(env.create_user("chief"), roles=[chiefs])
    assert "Documents" in read(await chief.slash(town.channel, "docs list"))


async def test_files_that_are_added_answer_questions_from_then_on(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    added = await town.admin.slash(
        town.channel, "docs add", file1=FILE, file3=("gate.txt", b"The gate is painted green.")
    )
    assert added.ephemeral
    assert "2 added" in read(added)
    answer = await town.member.slash(town.channel, "ask", question=TOWER)
    assert "The tower opens at noon" in read(answer)
    own, _ = await engine.entries(town.guild.id)
    assert {entry.added_by for entry in own} == {town.admin.id}
    assert {entry.link for entry in own} == {None}


async def test_without_files_a_form_asks_for_them(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    shown = await town.admin.slash(town.channel, "docs add")
    assert shown.modal and shown.modal["title"] == "Add documents"
    files = [FILE, ("gate.txt", b"The gate is painted green.")]
    added = await town.admin.submit_modal(shown, {"files": files})
    assert added.ephemeral and "2 added" in read(added)
    assert await names(engine, town.guild.id) == ["gate.txt", "guide.md"]


async def test_the_form_asks_again_who_sends_it(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    helpers = town.guild.create_role("Helpers")
    lea = town.guild.add_member(env.create_user("lea"), roles=[helpers])
    await show_docs_to(env, town, lea)
    await town.admin.slash(town.channel, "docs settings", role=helpers)
    shown = await lea.slash(town.channel, "docs add")
    await town.admin.slash(town.channel, "docs settings", clear="role")
    refused = await lea.submit_modal(shown, {"files": [FILE]})
    assert "Only members who may manage" in read(refused)
    assert await names(engine, town.guild.id) == []


async def test_the_same_name_again_replaces_the_document(
    env: simcord.Env, town: Town, engine: Engine, guide: InteractionResult
) -> None:
    again = await town.admin.slash(
        town.channel, "docs add", file1=("guide.md", b"# Tower guide\n\nThe tower is closed.")
    )
    assert "1 updated" in read(again)
    assert await names(engine, town.guild.id) == ["guide.md"]


async def test_what_is_too_large_or_in_no_known_format_is_refused_before_it_is_downloaded(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.max_file_bytes = 1 << 20
    downloaded: list[str] = []
    download = discord.Attachment.read

    async def note(attachment: discord.Attachment, **options: bool) -> bytes:
        downloaded.append(attachment.filename)
        return await download(attachment, **options)

    monkeypatch.setattr(discord.Attachment, "read", note)
    told = await town.admin.slash(
        town.channel,
        "docs add",
        file1=("large.md", bytes(3 << 19)),
        file2=("song.mp3", b"la la"),
        file3=("old.doc", b"old"),
        file4=FILE,
    )
    text = read(told)
    assert "**large.md** takes 1.5 MB; 1 MB are allowed" in text
    assert "**song.mp3** is in no format that Footnote reads" in text
    assert "Save it as .docx" in text.replace("\\", "")
    assert "1 added" in text and "3 failed" in text
    assert downloaded == ["guide.md"]
    none = await town.admin.slash(town.channel, "docs add", file1=("song.mp3", b"la la"))
    assert "song.mp3" in read(none) and "1 failed" in read(none)
    assert downloaded == ["guide.md"]


async def test_what_cannot_be_downloaded_or_read_is_told_by_file_and_the_rest_is_added(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    files = [("lost.md", b"Lost."), ("bad.pdf", b"%PDF-1.7 no more"), FILE, ("b.md", b"")]
    message = await town.admin.send(town.channel, "files", attachments=files)
    [lost] = [url for url in env.backend.cdn._blobs if url.endswith("lost.md")]
    del env.backend.cdn._blobs[lost]
    told = await town.admin.context_menu(town.channel, "Add to documents", message)
    text = read(told)
    assert "**lost.md** could not be downloaded" in text
    assert "bad.pdf" in text and "**b.md** is empty" in text
    assert "1 added" in text and "3 failed" in text
    assert await names(engine, town.guild.id) == ["guide.md"]


async def test_failures_do_not_tell_where_the_operator_keeps_files(
    env: simcord.Env, town: Town, settings: Settings
) -> None:
    told = await town.admin.slash(town.channel, "docs add", file1=("bad.pdf", b"%PDF-1.7 no"))
    assert "bad.pdf" in read(told)
    assert "libraries" not in read(told) and str(settings.data) not in read(told)


async def test_two_files_of_one_name_are_not_taken_for_one(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    told = await town.admin.slash(
        town.channel, "docs add", file1=FILE, file2=("guide.md", b"# Another\n\nQuite another.")
    )
    assert "1 added" in read(told) and "1 failed" in read(told)
    assert "Rename one" in read(told)


async def test_the_menu_adds_what_a_message_has_attached_and_links_to_it(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    message = await town.member.send(town.channel, "our guide", attachments=[FILE])
    added = await town.admin.context_menu(town.channel, "Add to documents", message)
    assert added.ephemeral and "1 added" in read(added)
    [entry], _ = await engine.entries(town.guild.id)
    assert entry.link == message.jump_url and entry.added_by == town.admin.id


async def test_the_menu_says_that_a_message_has_no_file(env: simcord.Env, town: Town) -> None:
    message = await town.member.send(town.channel, "nothing here")
    told = await town.admin.context_menu(town.channel, "Add to documents", message)
    assert told.ephemeral and "no file attached" in read(told)


async def test_the_menu_takes_files_of_a_forwarded_message(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    message = await town.member.send(town.channel, "our guide", attachments=[FILE])
    elsewhere = town.guild.create_text_channel("elsewhere")
    forwarded = await town.member.forward(message, elsewhere)
    added = await town.admin.context_menu(elsewhere, "Add to documents", forwarded)
    assert "1 added" in read(added)


async def test_a_document_is_removed_after_a_question(
    env: simcord.Env, town: Town, engine: Engine, guide: InteractionResult
) -> None:
    [choice] = await town.admin.autocomplete(town.channel, "docs remove", "document", "tow")
    assert choice["name"] == "Tower guide"
    asked = await town.admin.slash(town.channel, "docs remove", document=choice["value"])
    assert asked.ephemeral and "Tower guide" in read(asked)
    assert await names(engine, town.guild.id) == ["guide.md"]
    await town.admin.click(asked.response, label="Remove")
    assert "Removed **Tower guide**" in read(asked)
    assert not find_ids(asked.response, "remove:")
    assert await names(engine, town.guild.id) == []
    answer = await town.member.slash(town.channel, "ask", question=TOWER)
    assert "The tower opens at noon" not in read(answer)


async def test_the_second_of_two_panels_says_that_the_document_is_removed_already(
    town: Town, guide: InteractionResult
) -> None:
    panels = [
        await town.admin.slash(town.channel, "docs remove", document="guide.md") for _ in range(2)
    ]
    for panel in panels:
        await town.admin.click(panel.response, label="Remove")
    assert read(panels[1]) == "It is removed already."
    assert not find_ids(panels[1].response, "remove:")


async def test_two_changes_of_the_settings_at_once_are_both_kept(
    engine: Engine,
) -> None:
    changes = [Change(private=True), Change(cooldown_s=60), Change(shared=False)]
    kept = [partial(change_preferences, change=change) for change in changes]
    await asyncio.gather(*(keep_change(engine, 5, change) for change in kept))
    assert await engine.preferences(5) == Preferences(private=True, cooldown_s=60, shared=False)


async def test_a_late_offer_of_documents_to_remove_is_logged_without_a_traceback(
    env: simcord.Env, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    env.inject_error(
        "POST", "/interactions/*/*/callback", status=404, code=10062, message="Unknown interaction"
    )
    await town.admin.autocomplete(town.channel, "docs remove", "document", "to")
    [record] = caplog.records
    assert record.levelno == logging.WARNING and "10062" in record.getMessage()
    assert record.exc_info is None


async def test_a_document_stays_where_it_is_to_be_kept(
    env: simcord.Env, town: Town, engine: Engine, guide: InteractionResult
) -> None:
    asked = await town.admin.slash(town.channel, "docs remove", document="guide.md")
    await town.admin.click(asked.response, label="Keep it")
    assert "Nothing was removed" in read(asked)
    assert await names(engine, town.guild.id) == ["guide.md"]


async def test_an_unknown_document_is_said_to_be_unknown(env: simcord.Env, town: Town) -> None:
    for command in ("docs remove", "docs reindex"):
        told = await town.admin.slash(town.channel, command, document="no *such* thing")
        assert told.ephemeral and r"no \*such\* thing" in read(told)


async def test_the_operators_documents_cannot_be_removed_from_a_server(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    assert await town.admin.autocomplete(town.channel, "docs remove", "document", "town") == []
    for document in ("#s1", "town.md", "Town guide"):
        told = await town.admin.slash(town.channel, "docs remove", document=document)
        assert "operator's documents" in read(told)
        assert not find_ids(told.response, "remove:")
    _, shared = await engine.entries(town.guild.id)
    assert len(shared) == 1


async def test_the_list_has_pages(env: simcord.Env, town: Town) -> None:
    for start in range(0, 10, 5):
        files = {
            f"file{n - start + 1}": (f"note-{n}.md", f"# Note {n}\n\nIt is note {n}.".encode())
            for n in range(start, start + 5)
        }
        await town.admin.slash(town.channel, "docs add", **files)
    shown = await town.admin.slash(town.channel, "docs list")
    assert shown.ephemeral
    text = read(shown)
    assert "10 documents of this server" in text and "page 1 of 2" in text
    assert f"<@{town.admin.id}>" in text and "1 passage" in text
    assert "Note 0" in text and "Note 9" not in text
    await town.admin.click(shown.response, custom_id="page:list:1")
    assert "page 2 of 2" in read(shown) and "Note 9" in read(shown)
    await town.admin.click(shown.response, custom_id="page:list:0")
    assert "page 1 of 2" in read(shown)


async def test_reindex_tells_what_changed_and_what_is_gone(
    env: simcord.Env, town: Town, settings: Settings, engine: Engine
) -> None:
    files = {"file1": FILE, "file2": ("gate.md", b"# Gate\n\nGreen."), "file3": ("b.md", b"Blue.")}
    await town.admin.slash(town.channel, "docs add", **files)
    folder = settings.data / "libraries" / f"server-{town.guild.id}" / "files"
    (folder / "guide.md").write_text("# Tower guide\n\nThe tower is closed.")
    (folder / "gate.md").unlink()
    shown = await town.admin.slash(town.channel, "docs list")
    assert "changed" in read(shown) and "gone" in read(shown)
    told = await town.admin.slash(town.channel, "docs reindex")
    text = read(told)
    assert told.ephemeral
    assert "1 updated" in text and "1 unchanged" in text and "1 removed" in text
    assert await names(engine, town.guild.id) == ["b.md", "guide.md"]


async def test_reindex_of_one_document_and_of_everything(
    env: simcord.Env, town: Town, guide: InteractionResult, settings: Settings
) -> None:
    one = await town.admin.slash(town.channel, "docs reindex", document="guide.md")
    assert "1 unchanged" in read(one)
    everything = await town.admin.slash(town.channel, "docs reindex", everything=True)
    assert "1 updated" in read(everything)


async def test_status_tells_counts_and_jobs(
    env: simcord.Env,
    town: Town,
    guide: InteractionResult,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await town.member.slash(town.channel, "ask", question=TOWER)
    held = Held(env, engine, monkeypatch)
    await town.admin.slash(town.channel, "docs reindex")
    await town.admin.slash(town.channel, "docs add", file1=FILE)
    shown = await town.admin.slash(town.channel, "docs status")
    text = read(shown)
    assert shown.ephemeral
    assert "1 document" in text and "1 asked, 1 answered, 0 refused" in text and "hash" in text
    assert re.search(r"Time to answer\*\* \d+\.\d\d s \(median\), \d+\.\d\d s \(95 %\)", text)
    assert "Looking for what changed: reading" in text
    assert "Adding guide.md: waiting" in text
    await held.let_go()
    await held.let_go()
    after = await town.admin.slash(town.channel, "docs status")
    assert "waiting" not in read(after)


async def test_settings_without_options_shows_them_and_changes_nothing(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    shown = await town.admin.slash(town.channel, "docs settings")
    assert shown.ephemeral and "everywhere" in read(shown)
    assert "as an option of `/docs settings`" in read(shown)
    assert await engine.preferences(town.guild.id) == Preferences()


async def test_settings_are_kept_and_can_be_cleared(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    role = town.guild.create_role("Librarians")
    other = town.guild.create_text_channel("questions")
    shown = await town.admin.slash(
        town.channel,
        "docs settings",
        role=role,
        add_channel=town.channel,
        private=True,
        cooldown=20,
        operator_documents=False,
    )
    chosen = Preferences(role.id, frozenset({town.channel.id}), True, 20, False)
    assert await engine.preferences(town.guild.id) == chosen
    assert f"<@&{role.id}>" in read(shown) and f"<#{town.channel.id}>" in read(shown)
    await town.admin.slash(town.channel, "docs settings", add_channel=other)
    both = frozenset({town.channel.id, other.id})
    assert (await engine.preferences(town.guild.id)).channels == both
    await town.admin.slash(town.channel, "docs settings", remove_channel=town.channel)
    assert (await engine.preferences(town.guild.id)).channels == {other.id}
    last = await town.admin.slash(town.channel, "docs settings", remove_channel=other)
    assert "answers in every channel" in read(last)
    await town.admin.slash(town.channel, "docs settings", clear="role")
    none = replace(chosen, role=None, channels=frozenset())
    assert await engine.preferences(town.guild.id) == none
    await town.admin.slash(town.channel, "docs settings", clear="all settings")
    assert await engine.preferences(town.guild.id) == Preferences()


async def test_settings_refuse_everyone_as_the_role(
    env: simcord.Env, town: Town, engine: Engine
) -> None:
    told = await town.admin.slash(
        town.channel, "docs settings", role=town.guild.default_role, private=True
    )
    assert "Name another role" in read(told)
    assert await engine.preferences(town.guild.id) == Preferences()


async def test_names_and_titles_are_shown_as_text(
    env: simcord.Env, town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "@everyone [x](https: **b**.md"
    held = Held(env, engine, monkeypatch)
    added = await town.admin.slash(
        town.channel, "docs add", file1=(name, b"# <@1> **Bold**\n\nA text about nothing.")
    )
    held.jobs[0].show(passages=1, megabytes=1, file=name)
    await env.advance_time(3)
    progress = read(added)
    await held.let_go()
    [entry], _ = await engine.entries(town.guild.id)
    asked = await town.admin.slash(town.channel, "docs remove", document=f"#{entry.ref}")
    question = read(asked)
    await town.admin.click(asked.response, label="Remove")
    failed = await town.admin.slash(town.channel, "docs add", file1=(f"{name}.exe", b"x"))
    for text in (progress, question, read(asked), read(failed)):
        assert not [
            mark for mark in ("@everyone", "](", "<@1>", " **b", "**Bold**") if mark in text
        ]


async def test_the_log_holds_no_names_and_no_texts(
    env: simcord.Env, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    for ours in ("bot", "index"):
        caplog.set_level(logging.DEBUG, logger=ours)
    files = {"file1": FILE, "file2": ("bad.pdf", b"%PDF-1.7 no"), "file3": ("no.exe", b"x")}
    await town.admin.slash(town.channel, "docs add", **files)
    await town.admin.slash(town.channel, "docs reindex", document="guide.md")
    asked = await town.admin.slash(town.channel, "docs remove", document="guide.md")
    await town.admin.click(asked.response, label="Remove")
    ours = [
        record for record in caplog.records if record.name.partition(".")[0] in ("bot", "index")
    ]
    assert ours
    said = " ".join(record.getMessage() for record in ours).casefold()
    assert not [word for word in ("guide", "tower", "bad.pdf", "no.exe", "noon") if word in said]


async def test_nothing_that_admins_see_pings_anyone(
    env: simcord.Env, town: Town, guide: InteractionResult, bot: FootnoteBot
) -> None:
    role = town.guild.create_role("Librarians")
    for command, options in [*COMMANDS[1:], ("docs settings", {"role": role})]:
        await town.admin.slash(town.channel, command, **options)
    sent = [
        body.get("data", body)
        for request in env.http_requests
        if isinstance(body := request.json, dict)
    ]
    shown = [body for body in sent if "components" in body and "title" not in body]  # no forms
    assert len(shown) > 8
    assert all(body["allowed_mentions"]["parse"] == [] for body in shown)
