"""What keepers see keeps Discord's limits in each language, whatever its translations are."""

from dataclasses import replace
from typing import Any

import pytest
from discord.ui import Modal

from bot.discord.amending import render_amended
from bot.discord.insight import render_insight
from bot.discord.lists import render_confirm_drop, render_confirm_removal, render_entries
from bot.discord.panels import render_progress, render_status, render_summary
from bot.discord.preferences import show_preferences
from bot.discord.render import render_answer
from bot.discord.taught import render_confirm_removal as render_confirm_forgetting
from bot.discord.taught import render_history, render_lesson, render_lessons, render_refused
from bot.discord.teaching import TeachForm
from bot.discord.uploads import AddFiles
from bot.discord.words import Words
from bot.help_channel import HelpChannel
from bot.insight_words import describe_insight
from bot.language import LANGUAGES, speak
from bot.libraries.standing import Change
from bot.types import MAX_FOOTER_CHARS, MAX_REFUSAL_CHARS, Lesson, Preferences, Ref
from index.allowance import Allowance
from index.errors import ParseError
from index.summary import Failure, Summary
from index.types import Taught
from tests.bot.discord.limits import check_limits
from tests.bot.discord.test_panels import NOW, STATUS, make_entry, make_group, make_progress
from tests.bot.discord.test_render import make_found, receive
from tests.bot.insights import make_insight

LONG = "M*" * 400
MANY = (LONG,) * 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_and_jobs_keep_the_limits(language: str) -> None:
    status = replace(
        STATUS,
        model=LONG,
        backend=LONG,
        reranker=LONG,
        problems=MANY,
        stale=99,
        waiting=9,
        median_s=12.5,
        p95_s=99.5,
        allowance=Allowance(10_000, 10_000_000, 10**12, ""),
    )
    failed = tuple(Failure(name, ParseError(name)) for name in MANY)
    summary = Summary(MANY, MANY, MANY, MANY, failed, 10**6, 1, 12_345.6)
    with speak(language):
        check_limits(render_status(status, MANY))
        check_limits(render_summary(LONG, summary, cancelled=True))
        for progress in (None, make_progress(file=LONG, passages_total=10**6)):
            view = render_progress(LONG, progress, passages_per_s=1e6, left_s=1e6, job="j" * 64)
            check_limits(view)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_and_settings_keep_the_limits(language: str) -> None:
    link = f"https://discord.com/{'x' * 220}"
    entry = make_entry(title=LONG, name=LONG, link=link, added_by=2**63, status="gone")
    group = make_group(address=f"https://a.b/{LONG}", failure=LONG)
    chosen = Preferences(
        role=2**63,
        private=True,
        questions_days=365,
        digest=2**63,
        channels=frozenset(range(2**63, 2**63 + 40)),
        refusal="*" * MAX_REFUSAL_CHARS,
        footer="*" * MAX_FOOTER_CHARS,
        helps=tuple(HelpChannel(2**63 + one, "when sure, else say so") for one in range(25)),
    )
    with speak(language):
        check_limits(render_entries([entry] * 9, [entry] * 9, ([group] * 9, []), page=1))
        check_limits(render_confirm_removal(entry))
        check_limits(render_confirm_drop(group, again=True))
        check_limits(show_preferences(Preferences(), chosen))
        check_limits(show_preferences(chosen, Preferences()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_taught_and_told_of_keeps_the_limits(language: str) -> None:
    cited = make_entry(title=LONG).record
    insight = make_insight(30, MANY, gone=99)
    with speak(language):
        lessons = [
            Lesson(Ref(False, one), make_taught(one, version), cited)
            for one, version in enumerate((1, 2, 999) * 4, 1)
        ]
        for lesson in lessons[:3]:
            check_limits(render_lesson(lesson))
            check_limits(render_confirm_forgetting(lesson.taught))
        check_limits(render_lessons(lessons, 1))
        check_limits(render_history(lessons))
        check_limits(render_refused(LONG, LONG * 9))
        check_limits(render_insight(insight))
        assert len(describe_insight(insight)) <= 1024


def make_taught(id: int, version: int) -> Taught:
    return Taught(id, version, LONG, LONG, "gone.md", 2**63, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_room_above_an_answer_for_what_has_changed(language: str) -> None:
    changes = tuple(Change(letter * 200, letter != "B") for letter in "ABC")
    with speak(language):
        check_limits(render_amended(receive(render_answer("x" * 1000, make_found())), changes))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_forms_keep_the_limits(language: str) -> None:
    unused: Any = None
    with speak(language):
        forms: list[Modal] = [AddFiles(unused), Words(Preferences()), TeachForm(unused)]
    for form in forms:
        shown = form.to_dict()
        assert 0 < len(shown["title"]) <= 45
        for label in shown["components"]:
            assert 0 < len(label["label"]) <= 45
            assert 0 < len(label["description"]) <= 100
            assert len(label["component"].get("placeholder") or "") <= 100
