"""Translations fit where Discord shows them, and call things as they are called there."""

from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from discord import app_commands
from discord.ui import LayoutView

from bot.discord.client import FootnoteBot
from bot.discord.escape import measure
from bot.discord.help_channels import MOST_HELPS
from bot.discord.panels import render_help
from bot.discord.privacy import render_deleted, render_privacy
from bot.discord.render import ROOM_ABOVE, SHOWN, read_carried, render_answer
from bot.discord.telling import MOST_MENTIONED
from bot.discord.translator import Translator
from bot.language import LANGUAGES, gettext, speak, translate
from bot.types import Personal
from tests.bot.discord.limits import check_limits
from tests.bot.discord.test_render import QUESTION, make_found, receive, refuse
from tests.catalogues import extract_texts

MODALS = {"Follow up": 45, "What else do you want to know?": 45}
"""Titles and labels of forms, and how long Discord lets them be."""
ADDED = Personal(10**6, 10**6, 10**6, True, 10**6, 10**6)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """One after the other, spoken."""
    spoken = str(request.param)
    with speak(spoken):
        yield spoken


@pytest.fixture(scope="module")
def said() -> Catalog:
    return extract_texts()


@pytest.fixture(scope="module")
def labels(said: Catalog) -> set[str]:
    """What buttons say in English."""
    files = {str(one.id): [place for place, _ in one.locations] for one in said}
    return {text for text, in_files in files.items() if any("/buttons/" in one for one in in_files)}


def test_buttons_and_forms_have_room_for_what_they_say(language: str, labels: set[str]) -> None:
    assert {"More", "Follow up", "Tell me when this is answered"} < labels
    for label in labels:
        assert measure(gettext(label)) <= 80
    for text, most in MODALS.items():
        assert measure(gettext(text)) <= most


async def test_commands_have_room_for_what_they_say(language: str, bot: FootnoteBot) -> None:
    for command in bot.tree.get_commands():
        told = await command.get_translated_payload(bot.tree, Translator())
        for name, text in find_localized(told):
            most = 32 if name == "name" and isinstance(command, app_commands.ContextMenu) else 100
            assert 1 <= len(text) <= most, text


def find_localized(told: dict[str, object]) -> Iterator[tuple[str, str]]:
    """What a command is called and says in other languages."""
    for name in ("name", "description"):
        localized = told.get(f"{name}_localizations") or {}
        assert isinstance(localized, dict)
        yield from ((name, text) for text in localized.values())
    for part in ("options", "choices"):
        inside = told.get(part) or []
        assert isinstance(inside, list)
        for each in inside:
            yield from find_localized(each)


def list_longest() -> Iterator[LayoutView]:
    """What leaves the least room."""
    yield render_help(admin=True, questions_days=365)
    yield render_help(admin=False, direct=True, questions_days=365)
    helps = [2**63] * MOST_HELPS
    for direct in (False, True):
        yield render_privacy(
            ADDED, direct=direct, questions_days=365, forget_days=10**4, helps=helps
        )
        yield render_deleted(ADDED, direct=direct)


def test_the_longest_messages_keep_the_limits(language: str) -> None:
    for view in list_longest():
        check_limits(view)


def test_answers_and_refusals_keep_the_limits(language: str) -> None:
    found = make_found(earlier="日" * 2000)
    for one in (found, refuse(found)):
        check_limits(render_answer("😀" * 2000, one, advice="*" * 200))


def test_what_is_said_above_answers_has_room_there(language: str) -> None:
    changed = max(
        gettext("⚠️ **{title}** was removed since this answer.", title="t" * 29),
        gettext("⚠️ **{title}** has changed since this answer.", title="t" * 29),
        key=measure,
    )
    people = " ".join(["<@1234567890123456789>"] * MOST_MENTIONED)
    told = gettext("{people} This is answered now.", people=people)
    assert measure("\n".join([*[changed] * SHOWN, told])) <= ROOM_ABOVE


def test_the_question_before_is_read_back_from_what_is_said_in_a_language(language: str) -> None:
    earlier = "Opening hours: when, and where?"
    view = render_answer(QUESTION, make_found(earlier=earlier))
    assert read_carried(receive(view)) == earlier


def test_texts_call_buttons_and_menus_as_they_are_called(
    language: str, said: Catalog, labels: set[str]
) -> None:
    menus = {"Find in documents", "Add to documents", "Why this passage?"}
    texts = [message.id for message in said if isinstance(message.id, str) and message.id]
    for text in filter(lambda text: translate(text, language), texts):
        for label in labels | menus:
            if f"**{label}**" in text:
                assert f"**{gettext(label)}**" in gettext(text)
            elif f"ress {label}" in text:
                assert gettext(label) in gettext(text)
