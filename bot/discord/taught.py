"""Taught answers → what those who keep them see: one, a list, and the question before removal."""

from collections.abc import Sequence
from typing import Any

from discord.ui import ActionRow, Item, LayoutView, Separator, TextDisplay

from bot.discord.buttons import Keep
from bot.discord.buttons.taught import (
    DropTaught,
    EditTaught,
    RemoveTaught,
    TaughtHistory,
    TaughtPage,
)
from bot.discord.cite import shorten
from bot.discord.escape import fit_line, fit_plain
from bot.discord.panels import AMBER, RED, name_page, render_notice, show_time
from bot.discord.render import MAX_TEXT, lay_out
from bot.language import gettext, ngettext, show_number
from bot.types import Lesson
from bot.wording import count
from index.types import Taught

LESSONS, VERSIONS = 5, 5
"""How many of each a message shows."""
MAX_QUESTION, MAX_EXCERPT = 200, 300


def render_lessons(lessons: Sequence[Lesson], page: int = 0) -> LayoutView:
    """One page of the answers that a server was taught, each with what can be done to it."""
    if not lessons:
        return render_notice(gettext("No answers are taught here yet. Teach one: `/docs teach`"))
    pages = -(-len(lessons) // LESSONS)
    page = max(0, min(page, pages - 1))
    head = gettext("### Taught answers")
    head += f"\n-# {count(len(lessons), 'answer')}{name_page(page, pages)}"
    items: list[Item[Any]] = [TextDisplay(head)]
    for lesson in lessons[page * LESSONS : (page + 1) * LESSONS]:
        items += [Separator(), TextDisplay(_describe(lesson)), _offer(lesson.taught)]
    if pages > 1:
        back = TaughtPage(max(page - 1, 0), back=True, disabled=page == 0)
        forth = TaughtPage(page + 1, disabled=page == pages - 1)
        items += [Separator(), ActionRow(back, forth)]
    return lay_out(items)


def render_lesson(lesson: Lesson) -> LayoutView:
    """An answer that was taught just now, with what can be done to it."""
    told = gettext("**Changed.** Questions that surely mean the same get this answer first.")
    if lesson.taught.version == 1:
        told = gettext("**Taught.** Questions that surely mean the same get this answer first.")
    shown = TextDisplay[Any](_describe(lesson))
    return lay_out([TextDisplay(told), Separator(), shown, _offer(lesson.taught)])


def render_history(versions: Sequence[Lesson]) -> LayoutView:
    """The versions of an answer, the last first, as far as there is room for them."""
    items: list[Item[Any]] = []
    for lesson in versions[:VERSIONS]:
        items += [Separator()] if items else []
        items.append(TextDisplay(_describe(lesson)))
    if left := len(versions[VERSIONS:]):
        more = ngettext("-# and {n} earlier version", "-# and {n} earlier versions", left)
        items.append(TextDisplay(more))
    return lay_out(items)


def render_refused(reason: str, answer: str) -> LayoutView:
    """Why an answer was not taught, and what was written, so that it is not lost."""
    told: list[Item[Any]] = [TextDisplay(reason)]
    if answer.strip():
        written = fit_plain(answer, MAX_TEXT - 1000)
        told += [Separator(), TextDisplay(f"{gettext('-# What you wrote:')}\n{written}")]
    return lay_out(told, AMBER)


def render_confirm_removal(taught: Taught) -> LayoutView:
    """The question whether a taught answer is to be removed."""
    question = fit_line(taught.question, MAX_QUESTION)
    asked = gettext("Remove the answer to **{question}**?", question=question)
    what = ngettext(
        "-# Nothing is kept of it.", "-# Nothing is kept of all {n} versions.", taught.version
    )
    return lay_out([TextDisplay(f"{asked}\n{what}"), ActionRow(DropTaught(taught.id), Keep())], RED)


def _offer(taught: Taught) -> ActionRow[Any]:
    return ActionRow(EditTaught(taught.id), TaughtHistory(taught.id), RemoveTaught(taught.id))


def _describe(lesson: Lesson) -> str:
    """The question, the beginning of the answer, and who wrote which version when."""
    taught = lesson.taught
    version = gettext("version {number}", number=show_number(taught.version))
    facts = [version, show_time(taught.at)]
    if taught.who:
        facts.append(f"<@{taught.who}>")
    if taught.cited:
        facts.append(gettext("cites {document}", document=_name_cited(lesson)))
    question = f"**{fit_line(taught.question, MAX_QUESTION)}**"
    return f"{question}\n{fit_line(taught.answer, MAX_EXCERPT)}\n-# {' · '.join(facts)}"


def _name_cited(lesson: Lesson) -> str:
    if lesson.cited is None:
        return gettext("a document that is gone ⚠️")
    return fit_line(shorten(lesson.cited.title, lesson.cited.name), 80)
