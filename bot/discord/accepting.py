"""Reindexes whose answers were measured: what came of them, and whether a worse one is put to use.

A job's message may end in its channel, for all to see: questions are shown to keepers alone.
"""

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands
from discord.ui import ActionRow, LayoutView, TextDisplay

from bot.discord.admins import admit
from bot.discord.buttons.accepting import KeepOld, PutToUse, ShowWorse
from bot.discord.escape import fit_line
from bot.discord.panels import render_notice, render_summary, say_more
from bot.discord.render import lay_out
from bot.discord.send import edit_answer
from bot.language import gettext, mark, show_decimal, show_number, show_share
from bot.libraries.drafts import Comparison, Reindexed
from bot.libraries.evaluating import Scores, Verdict
from index.report import CUTOFFS
from index.summary import Summary

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

SHOWN = 8
"""Questions that a message shows."""
MAX_QUESTION = 200

WAITS = mark(
    "A reindex made the answers to confirmed questions worse: it is not in use, and waits for you."
)
_WORSE = mark(
    "⚠️ **The new index is not in use: it answers confirmed questions worse than the old one**,"
    " which goes on answering."
)
_UNTOLD = mark(
    "-# The new index is in use. The answers to confirmed questions could not be compared with"
    " those before: the old one was embedded with another model."
)
_IN_USE = mark("The new index is in use.")
_KEPT = mark("The old index stays, and the new one is dropped.")
_GONE = mark(
    "That index is dropped: the documents have changed since, or another admin has decided. The"
    " index that is in use goes on answering; `/docs reindex` makes a new one."
)
_NOT_ONE = mark("No question is answered worse any more.")


def render_end(title: str, summary: Summary) -> LayoutView:
    """What a job did and, of a reindex that was measured, how it answers confirmed questions."""
    view = render_summary(title, summary)
    if not isinstance(summary, Reindexed):
        return view
    if summary.draft:
        lines = [gettext(_WORSE), *(f"- {reason}" for reason in summary.comparison.worse)]
        view.add_item(TextDisplay("\n".join([*lines, show_figures(summary.comparison)])))
        return view.add_item(offer_draft(summary.draft))
    return view.add_item(TextDisplay(show_figures(summary.comparison)))


def offer_draft(draft: str) -> ActionRow[Any]:
    """What can be done with a draft that waits."""
    return ActionRow(PutToUse(draft), KeepOld(draft), ShowWorse(draft))


def show_figures(comparison: Comparison) -> str:
    """The figures before and after, on one line."""
    before, after = comparison.before, comparison.after
    if before is None or after is None:
        return gettext(_UNTOLD)
    then, now = _list_figures(before), _list_figures(after)
    shown = (f"{name} {then.get(name, '–')} → {now.get(name, '–')}" for name in then | now)
    return gettext("-# Confirmed questions: {figures}", figures=" · ".join(shown))


def render_worse(comparison: Comparison) -> LayoutView:
    """The questions that a draft answers worse, those that lose most first."""
    worse = sorted(_find_worse(comparison), key=lambda one: one[0], reverse=True)
    if not worse:
        return render_notice(gettext(_NOT_ONE))
    lines = [f"- **{fit_line(text, MAX_QUESTION)}**\n  {told}" for _, text, told in worse[:SHOWN]]
    lines += say_more(worse, SHOWN)
    head = gettext("### Where the right passage is, with the old index and with the new one")
    return lay_out([TextDisplay("\n".join([head, *lines]))])


class Accepting(commands.Cog):
    """Puts drafts to use, or drops them, as admins say."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._engine = bot.engine

    async def accept(self, interaction: Interaction, draft: str) -> None:
        """Let a draft be the index from now on."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        accepted = await self._engine.reindexing.accept(guild, draft)
        await edit_answer(
            interaction, render_notice(gettext(_IN_USE) if accepted else gettext(_GONE))
        )

    async def drop(self, interaction: Interaction, draft: str) -> None:
        """Drop a draft."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        dropped = await self._engine.reindexing.drop(guild, draft)
        await edit_answer(interaction, render_notice(gettext(_KEPT) if dropped else gettext(_GONE)))

    async def show_worse(self, interaction: Interaction, draft: str) -> None:
        """Show which questions a draft answers worse, in a message of its own."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        comparison = await self._engine.reindexing.compare(guild, draft)
        shown = render_worse(comparison) if comparison else render_notice(gettext(_GONE))
        await edit_answer(interaction, shown)


def _list_figures(scores: Scores) -> dict[str, str]:
    """Each figure by its name; those that cannot be told are left out."""
    recall = zip(CUTOFFS[:3], scores.recall or (), strict=False)
    figures = {f"recall@{k}": show_share(share) for k, share in recall}
    if scores.mrr is not None:
        figures["MRR"] = show_decimal(scores.mrr, 2)
    return figures | {gettext("answered wrongly"): show_number(scores.wrong)}


def _find_worse(comparison: Comparison) -> Iterator[tuple[float, str, str]]:
    """How much worse a question is answered, its text, and how."""
    if comparison.before is None or comparison.after is None:
        return
    verdicts = zip(comparison.before.verdicts, comparison.after.verdicts, strict=True)
    for text, (before, after) in zip(comparison.questions, verdicts, strict=True):
        loss = _weigh(before) - _weigh(after)
        if loss > 0:
            yield loss, text, f"{_describe(before)} → {_describe(after)}"


def _weigh(verdict: Verdict) -> float:
    """How good an answer is: 1 / rank of the right passage, less 1 where it is wrong."""
    return (1 / verdict.rank if verdict.rank else 0.0) - verdict.wrong


def _describe(verdict: Verdict) -> str:
    """Where the right passage is, and whether another one was given for it."""
    if verdict.lost:
        return gettext("no longer in the documents")
    if verdict.rank is None:
        return gettext("the wrong passage") if verdict.wrong else gettext("not the wrong passage")
    if verdict.rank == inf:
        told = gettext("not among the first {n}", n=max(CUTOFFS))
    else:
        told = gettext("number {n}", n=round(verdict.rank))
    return gettext("{place}, answered wrongly", place=told) if verdict.wrong else told
