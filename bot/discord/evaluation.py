"""`/docs eval`: how good the answers are, on questions whose passages admins confirmed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import discord
from discord import ButtonStyle, app_commands
from discord.ext import commands
from discord.ui import ActionRow, Item, LayoutView, Section, Separator, TextDisplay

from bot.discord.admins import admit
from bot.discord.buttons.evaluation import Confirm, EvalList, ShowEval, Unconfirm
from bot.discord.cite import show_place
from bot.discord.escape import fit_line, fit_plain, measure_cells, show_plain
from bot.discord.panels import name_page, render_notice
from bot.discord.quote import show_bar
from bot.discord.render import lay_out
from bot.discord.send import edit_answer, tell_besides
from bot.language import gettext, mark, ngettext, show_decimal, show_number, show_share
from bot.libraries.candidates import Candidate, Evaluation, Offer
from bot.libraries.confirmed import MOST_CONFIRMED, Confirmed
from bot.libraries.evaluating import Scores
from bot.wording import count
from index.report import CUTOFFS

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

TELLING = 10
"""Questions below which figures are told to be examples."""
LISTED = 5
"""What is confirmed that a message shows."""
SHOWN_CUTOFFS = CUTOFFS[:3]
MAX_QUESTION, MAX_PASSAGE, MAX_DOCUMENT = 300, 2000, 80

_OFF = mark(
    "No questions are kept here, so none can be confirmed. Turn that on with `/docs settings"
    " keep_questions`, in days; members see it in `/help` and `/privacy show`."
)
_NONE_WAITS = mark(
    "No question waits to be confirmed. Those that members ask come here with the passage that they"
    " were shown, those with 👍 or 👎 first."
)
_BEHIND = mark("These were all. Those that you skipped are still there.")
_FEW = mark(
    "⚠️ So few questions are examples: one more or less changes the figures much. Confirm at least"
    " {n} to compare by them."
)
_ALONE = mark("-# Skip a question that makes sense only after another: here it is asked alone.")
_GONE = mark(
    "This question is kept no longer, its document has changed, or it was confirmed already."
)


@app_commands.command(name="eval", description="Show how good the answers are, on known questions")
async def show_evaluation(interaction: Interaction) -> None:
    """Show the figures."""
    evaluating = interaction.client.get_cog("Evaluating")
    await interaction.client.attempt(interaction, evaluating.show(interaction))


class Evaluating(commands.Cog):
    """What admins confirm about questions, and what comes of it."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._engine = bot.engine

    async def show(self, interaction: Interaction) -> None:
        """Show the figures in a message of their own."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            evaluation = await self._engine.evaluation.evaluate(guild)
            await edit_answer(interaction, render_evaluation(evaluation))

    async def show_figures(self, interaction: Interaction, _: int) -> None:
        """Show the figures in place of what the button stands on."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            evaluation = await self._engine.evaluation.evaluate(guild)
            await edit_answer(interaction, render_evaluation(evaluation))

    async def show_offer(self, interaction: Interaction, number: int) -> None:
        """Show a candidate."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            await self._offer(interaction, guild, number)

    async def confirm(
        self, interaction: Interaction, question: int, right: bool, number: int
    ) -> None:
        """Keep whether a passage is right, and show the next candidate."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer()
        confirmed = await self._engine.evaluation.confirm(guild, question, right)
        await self._offer(interaction, guild, number)
        if not confirmed:
            await tell_besides(interaction, render_notice(gettext(_GONE)))

    async def show_list(self, interaction: Interaction, page: int) -> None:
        """Show a page of what is confirmed."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            await self._list(interaction, guild, "list", page)

    async def show_lost(self, interaction: Interaction, page: int) -> None:
        """Show a page of what is confirmed and lost."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            await self._list(interaction, guild, "lost", page)

    async def forget(self, interaction: Interaction, id: int, where: EvalList, page: int) -> None:
        """Forget what was confirmed, and show the page without it."""
        guild = await admit(interaction, self._engine)
        if guild is not None:
            await interaction.response.defer()
            await self._engine.evaluation.forget(guild, id)
            await self._list(interaction, guild, where, page)

    async def _offer(self, interaction: Interaction, guild: int, number: int) -> None:
        offer = await self._engine.evaluation.offer(guild, number)
        await edit_answer(interaction, render_offer(offer))

    async def _list(self, interaction: Interaction, guild: int, where: EvalList, page: int) -> None:
        desk = self._engine.evaluation
        confirmed = await (desk.lost(guild) if where == "lost" else desk.confirmed(guild))
        await edit_answer(interaction, render_confirmed(confirmed, where, page))


def render_evaluation(evaluation: Evaluation) -> LayoutView:
    """The figures, how far they can be trusted, and how there come to be more."""
    items: list[Item[Any]] = [TextDisplay("\n".join(_tell(evaluation)))]
    buttons: list[Item[Any]] = []
    if evaluation.waiting:
        waiting = show_number(evaluation.waiting)
        label = gettext("Confirm questions ({n})", n=waiting)
        buttons.append(ShowEval("offer", 0, label, style=ButtonStyle.primary))
    if evaluation.confirmed:
        confirmed = show_number(len(evaluation.confirmed))
        buttons.append(ShowEval("list", 0, gettext("Confirmed ({n})", n=confirmed)))
    if evaluation.scores.lost:
        buttons.append(ShowEval("lost", 0, gettext("Lost")))
    return lay_out([*items, ActionRow(*buttons)] if buttons else items)


def render_offer(offer: Offer) -> LayoutView:
    """A candidate: the question, the passage, its votes, and what can be said of it."""
    figures = ShowEval("figures", 0, gettext("Figures"))
    if offer.candidate is None:
        text = gettext(_BEHIND) if offer.waiting else gettext(_NONE_WAITS)
        return lay_out([TextDisplay(text), ActionRow(figures)])
    one, number = offer.candidate, offer.number
    place = gettext("{n} of {all}", n=show_number(number + 1), all=show_number(offer.waiting))
    votes = f"{show_number(one.helpful)} 👍 · {show_number(one.unhelpful)} 👎"
    head = gettext("### Does this passage answer the question?") + f"\n-# {place} · {votes}"
    return lay_out(
        [
            TextDisplay(head),
            TextDisplay(f"**{fit_line(one.question, MAX_QUESTION)}**"),
            TextDisplay(_show_passage(one, offer.citation.link if offer.citation else None)),
            TextDisplay(gettext(_ALONE)),
            ActionRow(
                Confirm(True, one.id, number),
                Confirm(False, one.id, number),
                ShowEval("offer", number + 1, gettext("Skip")),
                figures,
            ),
        ]
    )


def render_confirmed(confirmed: tuple[Confirmed, ...], where: EvalList, page: int) -> LayoutView:
    """One page of what is confirmed, or of what of that is lost, the newest first, each with a
    button that forgets it."""
    figures = ShowEval("figures", 0, gettext("Figures"))
    if not confirmed:
        text = gettext("Nothing is confirmed here yet.")
        if where == "lost":
            text = gettext("Nothing is lost.")
        return lay_out([TextDisplay(text), ActionRow(figures)])
    pages = -(-len(confirmed) // LISTED)
    page = min(page, pages - 1)
    title = gettext("### Confirmed questions")
    if where == "lost":
        title = gettext("### Lost passages")
    head = f"{title}\n-# {count(len(confirmed), 'passage')}{name_page(page, pages)}"
    items: list[Item[Any]] = [TextDisplay(head), Separator()]
    for one in confirmed[page * LISTED : (page + 1) * LISTED]:
        items.append(Section(TextDisplay(_describe(one)), accessory=Unconfirm(one.id, where, page)))
    turns: list[Item[Any]] = []
    if pages > 1:
        turns.append(ShowEval(where, max(page - 1, 0), back=True, disabled=page == 0))
        turns.append(ShowEval(where, page + 1, disabled=page == pages - 1))
    return lay_out([*items, Separator(), ActionRow(*turns, figures)])


def _tell(evaluation: Evaluation) -> Iterator[str]:
    yield gettext("### How good the answers are")
    scores = evaluation.scores
    if not evaluation.confirmed:
        yield gettext(
            "Nothing is confirmed yet. Say of questions that members asked whether the passage they"
            " were shown is the right one: from that I measure how often it comes first."
        )
    else:
        yield ngettext(
            "-# Measured just now on {n} confirmed question",
            "-# Measured just now on {n} confirmed questions",
            len(scores.verdicts),
        )
        yield _draw_table(scores)
        yield gettext(
            "-# MRR is the mean of 1 / rank of the right passage, 0 where it is not among ten."
        )
        if len(scores.verdicts) < TELLING:
            yield gettext(_FEW, n=TELLING)
    if scores.lost:
        yield gettext(
            "⚠️ The passages of {questions} are lost: their documents are gone or changed too far."
            " They count for nothing above; **Lost** lists them to forget.",
            questions=count(scores.lost, "question"),
        )
    if len(evaluation.confirmed) >= MOST_CONFIRMED:
        yield gettext(
            "-# {n} are kept at most: each new one takes the place of the oldest.",
            n=show_number(MOST_CONFIRMED),
        )
    if not evaluation.kept_days:
        yield gettext(_OFF)
    elif not evaluation.waiting:
        yield gettext(_NONE_WAITS)


def _draw_table(scores: Scores) -> str:
    """Recall, MRR and wrong answers, a line each; without what there is nothing to tell of."""
    rows: list[tuple[str, str]] = []
    known = len(scores.ranks)
    for k, share in zip(SHOWN_CUTOFFS, scores.recall or (), strict=False):
        right = sum(rank <= k for rank in scores.ranks)
        rows.append((f"recall@{k}", _show_part(share, right, known)))
    if scores.mrr is not None:
        rows.append(("MRR", show_decimal(scores.mrr, 2)))
    asked = len(scores.verdicts) - scores.lost
    if asked:
        wrong = _show_part(scores.wrong / asked, scores.wrong, asked)
        rows.append((gettext("answered wrongly"), wrong))
    wide = 2 + max([16, *(measure_cells(name) for name, _ in rows)])
    lines = [name + " " * (wide - measure_cells(name)) + value for name, value in rows]
    return "\n".join(["```", *(lines or [gettext("nothing to measure")]), "```"])


def _show_part(share: float, part: int, whole: int) -> str:
    shown = gettext("{n} of {all}", n=show_number(part), all=show_number(whole))
    return f"{show_share(share)}  {shown}"


def _show_passage(one: Candidate, link: str | None) -> str:
    place = show_place(one.document.title, link, one.passage, one.document.name)
    text = fit_plain(one.passage.text, MAX_PASSAGE, lambda part: show_bar(show_plain(part)))
    return f"{place}\n{text}"


def _describe(one: Confirmed) -> str:
    said = gettext("✅ right") if one.right else gettext("❌ wrong")
    document = fit_line(one.document, MAX_DOCUMENT)
    return f"**{fit_line(one.question, MAX_QUESTION)}**\n-# {said} · {document}"
