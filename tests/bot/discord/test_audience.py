"""A document that is bound to channels or roles answers only where all readers may read it."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle, RoleHandle
from simcord.enums import ChannelType

from bot.audience import NOBODY, Audience
from bot.discord.changes import Changes
from bot.discord.client import FootnoteBot
from bot.discord.why import NAME
from bot.help_channel import HelpChannel
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Preferences, Question, Ref
from index.errors import UnknownDocument
from tests.bot.discord.conftest import VAULT, Town, find_ids, read_texts
from tests.bot.discord.held import Held
from tests.bot.discord.test_amending import GUIDE, find_changes
from tests.bot.discord.test_digest import next_monday
from tests.bot.discord.test_digest import post as post_digest
from tests.bot.discord.test_documents import show_docs_to
from tests.bot.discord.test_helping import open_post
from tests.bot.discord.test_isolation import COMBINATION, FORGED, SECRETS, forge, nothing_told
from tests.bot.discord.test_surroundings import PDF
from tests.bot.discord.test_ways_in import FORGED as FORGED_IDS
from tests.bot.discord.test_ways_in import press_all

HIDDEN = (*SECRETS, "Vault plan", "vault.md")
"""Words that nobody who may not read the vault's plan is sent."""
SAYS = "nineteen red swans"
REFUSED = "not in the documents"
KEEPER = "Who is the keeper of the vault called?"
CLOSED = discord.PermissionOverwrite(view_channel=False)
OPEN = discord.PermissionOverwrite(view_channel=True)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents", message_content=True)


@dataclass(frozen=True, slots=True)
class Fort:
    """A town with a channel that not everybody sees, a role, and a document about the vault."""

    env: simcord.Env
    engine: Engine
    town: Town
    den: ChannelHandle
    dwellers: RoleHandle
    """They see the den."""
    stewards: RoleHandle
    owner: MemberActor
    """They keep the documents and see every channel; the town's admin keeps them and sees fewer."""
    dweller: MemberActor
    steward: MemberActor

    @property
    def guild(self) -> int:
        return self.town.guild.id

    @property
    def hall(self) -> ChannelHandle:
        """Everybody sees it."""
        return self.town.channel

    @property
    def stranger(self) -> MemberActor:
        """Who has no role."""
        return self.town.member

    async def bind(
        self, channels: Sequence[Any] = (), roles: Sequence[Any] = (), document: str = "vault.md"
    ) -> str:
        """What the panel says once the menus are chosen from."""
        panel = await self.owner.slash(self.hall, "docs bind", document=document)
        assert panel.ephemeral
        for kind, chosen in (("channels", channels), ("roles", roles)):
            if chosen:
                [custom_id] = find_ids(panel.response, f"bind:{kind}:")
                await self.owner.select(panel.response, list(chosen), custom_id=custom_id)
        shown = await self.owner.slash(self.hall, "docs bind", document=document)
        return read_texts(shown.response)

    async def ask(
        self, who: MemberActor, where: Any, question: str = COMBINATION, **options: Any
    ) -> Any:
        await self.env.advance_time(10)
        return (await who.slash(where, "ask", question=question, **options)).response

    async def mention(self, who: MemberActor, where: Any, question: str = COMBINATION) -> str:
        assert isinstance(self.env.bot, FootnoteBot) and self.env.bot.user
        await self.env.advance_time(10)
        await who.send(where, f"{self.env.bot.user.mention} {question}")
        return read_texts(where.last_message)

    def thread(self, parent: ChannelHandle, type: ChannelType) -> ChannelHandle:
        made = self.env.backend.create_thread(parent.id, "Aside", self.dweller.id, type=type)
        self.env.backend.add_thread_member(made.id, self.dweller.id)
        return ChannelHandle(self.env, self.town.guild, made)


@pytest.fixture
async def fort(env: simcord.Env, town: Town, engine: Engine) -> Fort:
    guild = town.guild
    dwellers, stewards = guild.create_role("Dwellers"), guild.create_role("Stewards")
    den = guild.create_text_channel(
        "den",
        overwrites={guild.default_role: CLOSED, dwellers: OPEN, guild.roles["TestBot"]: OPEN},
    )
    await town.admin.slash(
        town.channel, "docs add", file1=("vault.md", VAULT), file2=("tower.md", GUIDE)
    )
    return Fort(
        *(env, engine, town, den, dwellers, stewards),
        guild.add_member(guild.owner),
        guild.add_member(env.create_user("dora"), roles=[dwellers]),
        guild.add_member(env.create_user("carl"), roles=[stewards]),
    )


@pytest.fixture
def held(env: simcord.Env, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(env, engine, monkeypatch)


@pytest.fixture
def changes(env: simcord.Env) -> Changes:
    return find_changes(env)


async def test_who_reads_is_nobody_unless_told_otherwise(fort: Fort) -> None:
    await fort.bind(roles=[fort.stewards])
    assert Question("x").audience == NOBODY == Audience()
    found = await fort.engine.ask(fort.guild, Question(COMBINATION))
    assert not found.answer.answered and found.searched == 2
    own, _ = await fort.engine.entries(fort.guild)
    assert [entry.record.name for entry in own] == ["tower.md"]
    assert not await fort.engine.choices(fort.guild, "vault")
    with pytest.raises(UnknownDocument):
        await fort.engine.find(fort.guild, "vault.md")
    [vault] = [one for one in await passages(fort) if one.id]
    with pytest.raises(UnknownDocument):
        await fort.engine.context(fort.guild, vault)


def read_all(channel: ChannelHandle) -> str:
    """All that can be read in a channel."""
    return "\n".join(map(read_texts, channel.history()))


async def passages(fort: Fort) -> tuple[Ref, ...]:
    """The first passage of the vault's plan."""
    audience = Audience(frozenset({f"r{fort.stewards.id}"}))
    found = await fort.engine.ask(fort.guild, Question(COMBINATION, audience=audience))
    return found.passages[:1]


async def test_what_is_bound_to_a_role_answers_those_who_have_it_in_private_and_never_in_public(
    fort: Fort,
) -> None:
    said = await fort.bind(roles=[fort.stewards])
    assert f"Only those who have <@&{fort.stewards.id}>." in said
    assert "never answers in public" in said
    assert SAYS in read_texts(await fort.ask(fort.steward, fort.hall, private=True))
    with nothing_told(fort.env, HIDDEN):
        for who in (fort.steward, fort.stranger, fort.town.admin):
            assert REFUSED in read_texts(await fort.ask(who, fort.hall))
            assert REFUSED in await fort.mention(who, fort.hall)
        for who in (fort.stranger, fort.dweller, fort.town.admin):  # keeping it is not reading it
            assert REFUSED in read_texts(await fort.ask(who, fort.hall, private=True))
        assert REFUSED in read_texts(await fort.ask(fort.dweller, fort.den))


async def test_what_is_bound_to_a_channel_answers_there_and_in_private_those_who_see_it(
    fort: Fort,
) -> None:
    said = await fort.bind(channels=[fort.den])
    assert f"Only those who can view <#{fort.den.id}>." in said
    assert f"It answers in <#{fort.den.id}> and in threads there, and nowhere else" in said
    assert SAYS in read_texts(await fort.ask(fort.dweller, fort.den))
    assert SAYS in await fort.mention(fort.dweller, fort.den)
    assert SAYS in read_texts(await fort.ask(fort.dweller, fort.hall, private=True))
    for type in (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD):
        thread = fort.thread(fort.den, type)
        assert SAYS in read_texts(await fort.ask(fort.dweller, thread))
        assert SAYS in await fort.mention(fort.dweller, thread)
    with nothing_told(fort.env, HIDDEN):
        assert REFUSED in read_texts(await fort.ask(fort.dweller, fort.hall))
        assert REFUSED in await fort.mention(fort.dweller, fort.hall)
        aside = fort.thread(fort.hall, ChannelType.PRIVATE_THREAD)
        assert REFUSED in read_texts(await fort.ask(fort.dweller, aside))
        for who in (fort.stranger, fort.steward, fort.town.admin):
            assert REFUSED in read_texts(await fort.ask(who, fort.hall, private=True))


async def test_channels_and_roles_add_up_and_everybody_is_a_press_away(fort: Fort) -> None:
    said = await fort.bind(channels=[fort.den], roles=[fort.stewards])
    assert "Only those who can view" in said and ", or have <@&" in said
    assert SAYS in read_texts(await fort.ask(fort.dweller, fort.den))
    assert SAYS in read_texts(await fort.ask(fort.steward, fort.hall, private=True))
    shown = await fort.town.admin.slash(fort.hall, "docs list")
    assert read_texts(shown.response).count("🔒") == 1
    panel = await fort.town.admin.slash(fort.hall, "docs bind", document="vault.md")
    opened = await fort.town.admin.click(panel.response, label="For everybody")
    assert "Everybody may read it" in read_texts(opened.response)
    assert SAYS in read_texts(await fort.ask(fort.stranger, fort.hall))


async def test_the_panel_leaves_nobody_out_by_mistake_and_lets_nobody_in(fort: Fort) -> None:
    await fort.bind(roles=[fort.stewards])
    admin = fort.town.admin
    panel = await admin.slash(fort.hall, "docs bind", document="vault.md")
    [roles] = find_ids(panel.response, "bind:roles:")
    chosen = await admin.select(panel.response, [fort.town.guild.default_role], custom_id=roles)
    assert "`@everyone` is everybody" in read_texts(chosen.followups[0])
    chosen = await admin.select(panel.response, [], custom_id=roles)
    assert "Nobody would be left" in read_texts(chosen.followups[0])
    with nothing_told(fort.env, HIDDEN):
        assert REFUSED in read_texts(await fort.ask(fort.stranger, fort.hall, private=True))
    of_operator = await admin.slash(fort.hall, "docs bind", document="town.md")
    assert "operator's documents" in read_texts(of_operator.response)


async def test_a_bond_whose_channel_and_role_are_gone_answers_nobody_and_the_panel_says_so(
    fort: Fort,
) -> None:
    await fort.bind(channels=[fort.den], roles=[fort.stewards])
    fort.env.backend.delete_channel(fort.den.id)
    await fort.env.settle()
    panel = await fort.town.admin.slash(fort.hall, "docs bind", document="vault.md")
    assert "Channels and roles that are gone: 1" in read_texts(panel.response)
    fort.env.backend.delete_role(fort.guild, fort.stewards.id)
    await fort.env.settle()
    panel = await fort.town.admin.slash(fort.hall, "docs bind", document="vault.md")
    assert "All that it was bound to is gone, so it answers nobody" in read_texts(panel.response)
    with nothing_told(fort.env, HIDDEN):
        for who in (fort.stranger, fort.steward, fort.dweller):
            for private in (True, False):
                shown = await fort.ask(who, fort.hall, private=private)
                assert REFUSED in read_texts(shown)


async def test_rights_are_those_of_the_moment(fort: Fort) -> None:
    await fort.bind(channels=[fort.den])
    backend = fort.env.backend
    answer = await fort.ask(fort.dweller, fort.hall, private=True)
    assert SAYS in read_texts(answer)
    backend.edit_channel(fort.den.id, {"parent_id": fort.town.guild.create_category("Moved").id})
    await fort.env.settle()
    assert SAYS in read_texts(await fort.ask(fort.dweller, fort.den))
    backend.remove_member_role(fort.guild, fort.dweller.id, fort.dwellers.id)
    await fort.env.settle()
    with nothing_told(fort.env, HIDDEN):
        for custom_id in find_ids(answer):
            if not custom_id.startswith(("vote:", "follow")):
                await fort.env.advance_time(10)
                await fort.dweller.click(answer, custom_id=custom_id)
        await fort.env.advance_time(10)
        form = await fort.dweller.click(answer, custom_id="follow")
        [field] = [label["component"]["custom_id"] for label in form.modal["components"]]
        await fort.env.advance_time(10)
        await fort.dweller.submit_modal(form, {field: KEEPER})
        assert REFUSED in read_texts(await fort.ask(fort.dweller, fort.hall, private=True))
    backend.add_member_role(fort.guild, fort.dweller.id, fort.dwellers.id)
    mine = Overwrite(fort.dweller.id, 1, 0, discord.Permissions(view_channel=True).value)
    backend.set_overwrite(fort.den.id, mine)
    await fort.env.settle()
    with nothing_told(fort.env, HIDDEN):
        assert REFUSED in read_texts(await fort.ask(fort.dweller, fort.hall, private=True))


async def test_the_buttons_of_an_answer_from_before_tell_each_what_they_may_read(
    fort: Fort, changes: Changes
) -> None:
    answer = await fort.ask(fort.stranger, fort.hall)
    assert SAYS in read_texts(answer)
    await fort.bind(roles=[fort.stewards])
    [context, *_] = find_ids(answer, "context:o")
    [more] = find_ids(answer, "more:")
    told = await fort.steward.click(answer, custom_id=context)
    assert told.ephemeral and SAYS in read_texts(told.response)
    with nothing_told(fort.env, HIDDEN):
        for who in (fort.stranger, fort.dweller, fort.town.admin):
            gone = await who.click(answer, custom_id=context)
            assert "This passage is gone" in read_texts(gone.response)
            await who.click(answer, custom_id=more)
            for custom_id in ("follow", "vote:up", "thread"):
                await fort.env.advance_time(10)
                pressed = await who.click(answer, custom_id=custom_id)
                if pressed.modal:
                    [field] = [one["component"]["custom_id"] for one in pressed.modal["components"]]
                    await fort.env.advance_time(10)
                    await who.submit_modal(pressed, {field: KEEPER})
        [thread] = fort.hall.threads
        assert REFUSED in await fort.mention(fort.steward, thread, KEEPER)
    await fort.env.advance_time(10)
    again = await fort.steward.click(answer, custom_id="follow")
    [field] = [one["component"]["custom_id"] for one in again.modal["components"]]
    await fort.env.advance_time(10)
    with nothing_told(fort.env, HIDDEN):  # in public, whoever asks
        public = await fort.steward.submit_modal(again, {field: KEEPER})
    assert not public.ephemeral


async def test_a_follow_up_on_a_private_answer_stays_private_and_knows_its_asker(
    fort: Fort,
) -> None:
    await fort.bind(roles=[fort.stewards])
    answer = await fort.ask(fort.steward, fort.hall, private=True)
    await fort.env.advance_time(10)
    form = await fort.steward.click(answer, custom_id="follow")
    [field] = [label["component"]["custom_id"] for label in form.modal["components"]]
    await fort.env.advance_time(10)
    followed = await fort.steward.submit_modal(form, {field: KEEPER})
    assert followed.ephemeral and "Ottokar" in read_texts(followed.response)


async def test_forged_buttons_tell_nothing(fort: Fort, bot: FootnoteBot) -> None:
    await fort.bind(roles=[fort.stewards])
    ids = [*FORGED_IDS, *(f"context:o{number}" for number in range(1, 9))]
    ids += [f"more:{start}:o{number}" for start in (0, 1) for number in range(1, 5)]
    own = [one for one in ids if one.startswith(("context:", "more:", "page:sources:"))]
    with nothing_told(fort.env, HIDDEN):
        await press_all(fort.env, bot, fort.hall, fort.stranger, list(dict.fromkeys(ids)))
        await press_all(fort.env, bot, fort.hall, fort.town.admin, list(dict.fromkeys(own)))


async def test_a_document_that_is_hidden_is_as_one_that_is_not_there(fort: Fort) -> None:
    await fort.bind(roles=[fort.stewards])
    names = (*FORGED, "Vault plan", "vault plan", "VAULT.md", "vault")
    missing = await fort.ask(fort.stranger, fort.hall, document="nothing.md")
    for name in names:
        if name in ("#o2", "#s1", "#o99"):
            continue
        shown = [
            await fort.ask(who, fort.hall, document=name, private=private)
            for who, private in ((fort.stranger, True), (fort.stranger, False))
        ]
        shown.append(await fort.ask(fort.steward, fort.hall, document=name))
        for one in shown:
            said, expected = (re.sub("called .* here", "", read_texts(m)) for m in (one, missing))
            assert said == expected, name
    own = await fort.ask(fort.steward, fort.hall, document="vault.md", private=True)
    assert SAYS in read_texts(own)


async def test_a_hidden_document_of_the_same_title_does_not_get_in_the_way(fort: Fort) -> None:
    await fort.town.admin.slash(
        fort.hall, "docs add", file1=("b.md", b"# Vault plan\n\nIt is old.")
    )
    await fort.bind(roles=[fort.stewards])
    shown = await fort.ask(fort.stranger, fort.hall, "Is it old?", document="Vault plan")
    assert "It is old" in read_texts(shown)


async def test_only_who_may_read_it_is_offered_it_and_finds_it_in_sources(fort: Fort) -> None:
    await fort.bind(channels=[fort.den])

    async def offered(who: MemberActor) -> list[str]:
        shown = await who.autocomplete(fort.hall, "ask", "document", "", question="x")
        return [choice["name"] for choice in shown]

    assert "Vault plan" in await offered(fort.dweller)
    shown = await fort.dweller.slash(fort.hall, "sources")
    assert "Vault plan" in read_texts(shown.response) and "3 documents" in read_texts(
        shown.response
    )
    for who in (fort.stranger, fort.steward, fort.town.admin):
        assert await offered(who) == ["Tower guide", "Town guide"]
        shown = await who.slash(fort.hall, "sources")
        assert "2 documents" in read_texts(shown.response)
        assert "Vault" not in read_texts(shown.response)
    offers = await fort.town.admin.autocomplete(fort.hall, "docs bind", "document", "vault")
    assert [one["name"] for one in offers] == ["Vault plan"]


async def test_refusals_count_and_name_what_may_be_read_alone(fort: Fort) -> None:
    await fort.bind(roles=[fort.stewards])
    with nothing_told(fort.env, HIDDEN):
        shown = read_texts(await fort.ask(fort.stranger, fort.hall, "Which quarks has a chamber?"))
    assert "I searched 2 documents" in shown
    swans = await fort.ask(fort.steward, fort.hall, "Which quarks has a chamber?", private=True)
    assert "I searched 3 documents" in read_texts(swans)


async def test_where_all_is_hidden_there_are_no_documents(fort: Fort) -> None:
    await fort.town.admin.slash(fort.hall, "docs settings", operator_documents=False, cooldown=0)
    await fort.bind(roles=[fort.stewards])
    await fort.bind(roles=[fort.stewards], document="tower.md")
    shown = read_texts(await fort.ask(fort.stranger, fort.hall))
    assert "no documents here yet" in shown
    shown = read_texts((await fort.stranger.slash(fort.hall, "sources")).response)
    assert "no documents here yet" in shown


async def test_a_text_that_stands_in_a_hidden_document_too_is_not_said_to(fort: Fort) -> None:
    copy = VAULT.replace(b"# Vault plan", b"# Open plan")
    await fort.town.admin.slash(fort.hall, "docs add", file1=("open.md", copy))
    before = read_texts(await fort.ask(fort.stranger, fort.hall))
    assert "also in" in before and "Vault plan" in before
    await fort.bind(roles=[fort.stewards])
    after = read_texts(await fort.ask(fort.stranger, fort.hall))
    assert SAYS in after and "Open plan" in after
    assert "also in" not in after and "Vault plan" not in after


@pytest.mark.parametrize("channel", ["hall", "den"])
async def test_what_is_found_in_private_is_posted_only_where_all_may_read_it(
    fort: Fort, channel: str
) -> None:
    await fort.bind(channels=[fort.den])
    place = fort.hall if channel == "hall" else fort.den
    asked = await fort.dweller.send(place, COMBINATION)
    found = await fort.dweller.context_menu(place, "Find in documents", asked)
    assert found.ephemeral and SAYS in read_texts(found.response)
    before = len(place.history())
    [post] = find_ids(found.response, "post:")
    pressed = await fort.dweller.click(found.response, custom_id=post)
    if channel == "den":
        assert SAYS in read_texts(place.last_message) and len(place.history()) == before + 1
    else:
        assert "cannot be posted here" in read_texts(pressed.followups[0])
        assert len(place.history()) == before
    if channel == "hall":
        stranger = await fort.stranger.context_menu(place, "Find in documents", asked)
        assert REFUSED in read_texts(stranger.response)


async def test_who_waits_is_told_only_of_what_they_may_read(fort: Fort, changes: Changes) -> None:
    await fort.bind(channels=[fort.den], roles=[fort.stewards])
    await fort.town.admin.slash(fort.hall, "docs settings", cooldown=0)
    removed = await fort.engine.remove(fort.guild, "vault.md")
    assert removed.name == "vault.md"
    asked: list[tuple[MemberActor, Any]] = []
    for who in (fort.stranger, fort.steward):
        asked.append((who, await fort.ask(who, fort.hall, private=True)))
    in_public = (fort.stranger, fort.hall), (fort.owner, fort.hall), (fort.dweller, fort.den)
    for who, place in in_public:
        asked.append((who, await fort.ask(who, place)))
    for who, refusal in asked:
        assert REFUSED in read_texts(refusal)
        await who.click(refusal, custom_id="tell")
    await fort.town.admin.slash(fort.hall, "docs add", file1=("vault.md", VAULT))
    await fort.bind(channels=[fort.den], roles=[fort.stewards])
    await changes.look()
    assert SAYS in read_texts(fort.den.last_message)
    [told] = fort.steward.user.dm_channel.history()
    assert "This is answered now" in read_texts(told)
    assert not fort.stranger.user.dm_channel.history()
    assert SAYS not in read_all(fort.hall)
    assert (await fort.engine.personal(fort.guild, fort.stranger.id)).waits == 1


async def test_answers_that_stand_where_not_all_may_read_it_lose_its_text(
    fort: Fort, changes: Changes
) -> None:
    await fort.ask(fort.stranger, fort.hall)
    await fort.ask(fort.stranger, fort.hall, "When does the tower open at noon?")
    await fort.ask(fort.dweller, fort.den)
    thread = fort.thread(fort.den, ChannelType.PUBLIC_THREAD)
    await fort.mention(fort.dweller, thread)
    await changes.look()
    await fort.bind(channels=[fort.den])
    await changes.look()
    about_vault, about_tower = fort.hall.history()
    assert "stood on a document that is not for everybody here" in read_texts(about_vault)
    assert COMBINATION in read_texts(about_vault)
    assert not any(word in read_texts(about_vault) for word in HIDDEN)
    assert not find_ids(about_vault)
    assert "opens at noon" in read_texts(about_tower)
    assert SAYS in read_all(fort.den) and SAYS in read_all(thread)
    await fort.bind(roles=[fort.stewards])
    panel = await fort.owner.slash(fort.hall, "docs bind", document="vault.md")
    [channels] = find_ids(panel.response, "bind:channels:")
    await fort.owner.select(panel.response, [], custom_id=channels)
    await changes.look()
    assert SAYS not in read_all(fort.den) + read_all(thread)


async def teach(fort: Fort, cited: str) -> None:
    """Teach an answer to the question about the vault."""
    form = await fort.town.admin.slash(fort.hall, "docs teach", document=cited)
    ids = [label["component"]["custom_id"] for label in form.modal["components"]]
    filled = dict(zip(ids, (COMBINATION, "Count the swans.", cited), strict=True))
    await fort.town.admin.submit_modal(form, filled)


async def test_what_is_taught_is_for_those_who_may_read_what_it_cites(fort: Fort) -> None:
    await teach(fort, "vault.md")
    assert "Count the swans." in read_texts(await fort.ask(fort.stranger, fort.hall))
    await fort.bind(channels=[fort.den])
    taught = await fort.engine.teaching.list(fort.guild)
    for removed in (False, True):
        if removed:  # what it cites is gone, and whom that was for is not
            await fort.engine.remove(fort.guild, "vault.md")
        assert "Count the swans." in read_texts(await fort.ask(fort.dweller, fort.den))
        shown = await fort.ask(fort.dweller, fort.hall, private=True)
        assert "Count the swans." in read_texts(shown)
        with nothing_told(fort.env, HIDDEN):
            for who in (fort.stranger, fort.steward, fort.town.admin):
                for private in (True, False):
                    await fort.ask(who, fort.hall, private=private)
            for number in range(1, 12):
                with suppress(UnknownDocument):
                    found = await fort.engine.context(fort.guild, Ref(False, number))
                    assert found.citation.title == "Tower guide"
            for verb in ("edit", "history", "remove", "drop"):
                assert isinstance(fort.env.bot, FootnoteBot)
                custom_id = f"taught:{verb}:{taught[0].taught.id}"
                message = await forge(fort.env.bot, fort.hall, custom_id)
                await fort.stranger.click(message, custom_id=custom_id)
    listed = await fort.town.admin.slash(fort.hall, "docs taught")
    assert "Count the swans." in read_texts(listed.response)


async def test_gaps_name_what_is_hidden_to_keepers_alone(fort: Fort) -> None:
    await fort.bind(roles=[fort.stewards])
    await fort.owner.slash(fort.hall, "docs settings", keep_questions=30, cooldown=0)
    await show_docs_to(fort.env, fort.town, fort.owner, fort.stranger)
    assert REFUSED in read_texts(await fort.ask(fort.steward, fort.hall))
    shown = await fort.owner.slash(fort.hall, "docs gaps")
    assert COMBINATION in read_texts(shown.response)  # what came closest was all may read
    assert not any(word in read_texts(shown.response) for word in HIDDEN)
    answer = await fort.ask(fort.steward, fort.hall, private=True)
    await fort.steward.click(answer, custom_id="vote:down")
    shown = await fort.owner.slash(fort.hall, "docs gaps")
    assert shown.ephemeral and "Vault plan" in read_texts(shown.response)
    with nothing_told(fort.env, HIDDEN):
        await fort.stranger.slash(fort.hall, "docs gaps")
        for custom_id in find_ids(shown.response, "gap"):
            assert isinstance(fort.env.bot, FootnoteBot)
            message = await forge(fort.env.bot, fort.hall, custom_id)
            await fort.stranger.click(message, custom_id=custom_id)


async def test_the_picture_of_a_page_is_for_those_who_may_read_it(fort: Fort) -> None:
    await fort.town.admin.slash(fort.hall, "docs add", file1=("swans.pdf", PDF))
    question = "How many swans does the swan keeper count in the evening?"
    answer = await fort.ask(fort.stranger, fort.hall, question, document="swans.pdf")
    await fort.bind(roles=[fort.stewards], document="swans.pdf")
    custom_id = find_ids(answer, "context:o")[0]
    ref = Ref.parse(custom_id.removeprefix("context:"))
    for who in (fort.stranger, fort.town.admin):
        gone = await who.click(answer, custom_id=custom_id)
        assert "This passage is gone" in read_texts(gone.response)
        assert not gone.response.attachments
    assert (await fort.engine.upkeep.pictures(fort.guild, ref, question)).pages == ()
    shown = await fort.steward.click(answer, custom_id=custom_id)
    assert shown.response.attachments


async def test_a_job_that_goes_on_in_the_channel_names_nothing_where_some_is_hidden(
    fort: Fort, held: Held
) -> None:
    await fort.bind(roles=[fort.stewards])
    await fort.town.admin.slash(fort.hall, "docs add", file1=("vault.md", VAULT + b"\nMore swans."))
    before = len(fort.hall.history())
    with nothing_told(fort.env, HIDDEN):
        await fort.env.advance_time(14 * 60 + 1)
    moved = fort.hall.last_message
    assert moved and len(fort.hall.history()) == before + 1
    assert "some are not for everybody" in read_texts(moved)
    assert "Cancel" in read_texts(moved)
    with nothing_told(fort.env, HIDDEN):
        await held.let_go()
    assert "Cancel" not in read_texts(fort.hall.last_message)


async def test_while_an_index_job_runs_nothing_is_bound_and_that_is_said(fort: Fort) -> None:
    panel = await fort.owner.slash(fort.hall, "docs bind", document="vault.md")
    [roles] = find_ids(panel.response, "bind:roles:")
    with fort.engine._turns.take(fort.guild):
        chosen = await fort.owner.select(panel.response, [fort.stewards], custom_id=roles)
    assert "An index job of this server is running" in read_texts(chosen.followups[0])
    assert "Everybody may read it" in read_texts(chosen.response)


async def test_what_everybody_sees_at_a_glance_names_no_hidden_document(
    fort: Fort, bot: FootnoteBot
) -> None:
    news = fort.town.guild.create_text_channel("news")
    await fort.bind(channels=[fort.den])
    await fort.town.admin.slash(fort.hall, "docs settings", digest=news, cooldown=0)
    await fort.ask(fort.dweller, fort.den)
    await fort.engine.noting.finish()
    keepers = await fort.town.admin.slash(fort.hall, "docs insight")
    assert "Vault plan · 1 answer" in read_texts(keepers.response)
    with nothing_told(fort.env, HIDDEN):
        shown = await fort.town.admin.slash(fort.hall, "docs insight", public=True)
        assert not shown.ephemeral and "Tower guide" in read_texts(shown.response)
        assert "gone" not in read_texts(shown.response)
        await post_digest(bot, next_monday())
    assert "The week at a glance" in read_texts(news.last_message)
    await fort.owner.slash(fort.hall, "docs settings", digest=fort.den)
    await post_digest(bot, next_monday(2))
    fort.env.backend.add_member_role(fort.guild, fort.town.admin.id, fort.dwellers.id)
    shown = await fort.town.admin.slash(fort.den, "docs insight", public=True)
    assert "Vault plan · 1 answer" in read_texts(shown.response)


@pytest.mark.parametrize("mode", ["when sure", "every question"])
async def test_help_channels_tell_what_all_there_may_read(fort: Fort, mode: Any) -> None:
    forum = fort.town.guild.create_forum_channel("help")
    await fort.bind(channels=[fort.den])
    helps = tuple(HelpChannel(one.id, mode) for one in (fort.hall, fort.den, forum))
    await fort.engine.prefer(fort.guild, Preferences(helps=helps, cooldown_s=0))
    with nothing_told(fort.env, HIDDEN):
        await fort.dweller.send(fort.hall, COMBINATION)
        await open_post(fort.env, forum, fort.dweller, COMBINATION, "I stand before it.")
        await fort.dweller.send(fort.hall, "When does the tower open at noon?")
    assert "opens at noon" in read_texts(fort.hall.last_message)
    await fort.dweller.send(fort.den, COMBINATION)
    assert SAYS in read_texts(fort.den.last_message)
    await fort.bind(channels=[forum])
    post = await open_post(fort.env, forum, fort.dweller, COMBINATION, "I stand before it.")
    assert SAYS in read_texts(post.last_message)


async def test_why_explains_the_answer_that_its_readers_got(fort: Fort) -> None:
    admin = fort.town.admin
    await fort.bind(channels=[fort.den])
    refused = await fort.ask(admin, fort.hall)
    with nothing_told(fort.env, HIDDEN):
        why = await admin.context_menu(fort.hall, NAME, refused)
    assert "**Refused**" in read_texts(why.response)
    fort.env.backend.add_member_role(fort.guild, admin.id, fort.dwellers.id)
    await fort.env.settle()
    with nothing_told(fort.env, HIDDEN):  # what all who read that answer may read
        await admin.context_menu(fort.hall, NAME, refused)
    answered = await fort.ask(admin, fort.den)
    why = await admin.context_menu(fort.den, NAME, answered)
    assert "Vault plan" in read_texts(why.response)


async def test_those_who_ask_at_once_do_not_read_each_others(fort: Fort) -> None:
    await fort.bind(roles=[fort.stewards])
    allowed = Question(COMBINATION, audience=Audience(frozenset({f"r{fort.stewards.id}"})))
    asked = [allowed, Question(COMBINATION)] * 6
    found = await asyncio.gather(*(fort.engine.ask(fort.guild, one) for one in asked))
    assert [one.answer.answered for one in found] == [True, False] * 6
    again = await asyncio.gather(*(fort.engine.ask(fort.guild, one) for one in reversed(asked)))
    assert [one.answer.answered for one in again] == [False, True] * 6


async def test_nothing_of_a_server_is_told_in_direct_messages(fort: Fort, bot: FootnoteBot) -> None:
    await fort.bind(roles=[fort.stewards])
    user = fort.steward.user
    with nothing_told(fort.env, HIDDEN):
        await user.slash("ask", question=COMBINATION)
        await user.send_dm(COMBINATION)
        message = await forge(bot, user.dm_channel, "context:o1", "more:0:-")
        for custom_id in ("context:o1", "more:0:-"):
            await fort.env.advance_time(10)
            await user.click(message, custom_id=custom_id)
