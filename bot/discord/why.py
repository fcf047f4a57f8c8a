"""The menu "Why this passage?" on an answer: what its score is made of, for keepers alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import Item, LayoutView, Separator, TextDisplay

from bot.discord.admins import admit
from bot.discord.audience import read_reply
from bot.discord.cite import cite
from bot.discord.documents import MANAGERS, SERVERS
from bot.discord.escape import fit_line, measure, measure_cells
from bot.discord.panels import render_notice
from bot.discord.posting import read_asked
from bot.discord.render import lay_out, read_document, read_earlier
from bot.discord.send import edit_answer
from bot.language import gettext, mark, ngettext, show_decimal, show_share
from bot.libraries.reasons import EXPLAINED, Reason
from bot.types import Found, Ref
from bot.wording import PARTS, name_confidence
from index.types import Hit

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

NAME = mark("Why this passage?")
WORDS_ROOM = 900
"""What the words held may take of a message, and as much those lacking."""

_NO_ANSWER = mark("This is no answer of mine, or its question can no longer be read.")
_MOVED = mark(
    "⚠️ Asked again just now. The message cites another passage first: documents have changed since,"
    " or only one of them was searched for it."
)


class Why(commands.Cog):
    """Tells those who keep a server's documents why a passage was shown."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine
        self._menu = app_commands.ContextMenu(
            name=NAME, callback=self.explain_command, allowed_contexts=SERVERS
        )
        self._menu.guild_only = True
        self._menu.default_permissions = MANAGERS

    async def cog_load(self) -> None:
        """Put the menu beside the commands."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def explain_command(self, interaction: Interaction, message: discord.Message) -> None:
        """Explain an answer."""
        await self._bot.attempt(interaction, self.explain(interaction, message))

    async def explain(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask the message's question anew, and show what its first passages were judged by."""
        guild = await admit(interaction, self._engine)
        if guild is None:
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        mine = message.author.id == interaction.client.user.id
        question = read_asked(message, read_document(message)) if mine else None
        if question is None:
            await edit_answer(interaction, render_notice(gettext(_NO_ANSWER), kind="warning"))
            return
        audience = await read_reply(self._engine, interaction, private=message.flags.ephemeral)
        question = replace(question, audience=audience)
        found = await self._engine.ask(guild, question, counted=False)
        reasons = await self._engine.reasons.explain(guild, found)
        earlier = read_earlier(message)
        cited = earlier.passages[:1] if earlier else ()
        await edit_answer(interaction, render_reasons(question.text, found, reasons, cited))


def render_reasons(
    question: str, found: Found, reasons: Sequence[Reason], cited: Sequence[Ref] = ()
) -> LayoutView:
    """Why a question was answered or refused: the parts of the score, the words, what came second.

    `cited` holds the passage that the message cites first, if it cites any.
    """
    head = f"### {gettext(NAME)}\n{fit_line(question, 300)}"
    if found.answer.earlier:
        earlier = fit_line(found.answer.earlier, 150)
        head += "\n" + gettext("-# Read with: {question}", question=earlier)
    items: list[Item[Any]] = [TextDisplay(head)]
    hits = found.answer.hits[:EXPLAINED]
    if not reasons:
        return lay_out([*items, TextDisplay(gettext("Nothing was found that is near it."))])
    if cited and cited[0] != found.passages[0]:
        items.append(TextDisplay(gettext(_MOVED)))
    items += [
        TextDisplay(
            gettext("**First** {passage}", passage=cite(found, 0))
            + f"\n{_judge(found, reasons[0])}"
        ),
        TextDisplay("\n".join(_describe_words(reasons[0]))),
        Separator(),
    ]
    for second, other in zip(hits[1:], reasons[1:], strict=True):
        lost = _compare(hits[0], second, reasons[0], other)
        second_place = gettext("**Second** {passage}", passage=cite(found, 1))
        items.append(TextDisplay(f"{second_place}\n{lost}"))
    items.append(TextDisplay(_draw_table(hits)))
    return lay_out(items)


def _judge(found: Found, reason: Reason) -> str:
    """How far the first passage stands above or below what an answer takes."""
    hit = found.answer.hits[0]
    told = {
        "score": show_decimal(hit.score, 2),
        "apart": show_decimal(abs(hit.score - reason.threshold), 2),
        "threshold": show_decimal(reason.threshold, 2),
        "confidence": show_share(hit.confidence),
    }
    if not found.answer.answered:
        return gettext(
            "**Refused** · score {score}, {apart} below the {threshold} that an answer takes ·"
            " confidence {confidence}",
            **told,
        )
    return gettext(
        "**{sure}** · score {score}, {apart} above the {threshold} that an answer takes ·"
        " confidence {confidence}",
        sure=gettext(name_confidence(hit.confidence)),
        **told,
    )


def _compare(first: Hit, second: Hit, reason: Reason, other: Reason) -> str:
    """By how much the second passage lost, and in which part of the score most."""
    behind = first.score - second.score
    parts = dict(second.parts)
    apart = {name: value - parts.get(name, 0.0) for name, value in first.parts}
    most = max(apart, key=apart.__getitem__, default="")
    told = {"score": show_decimal(second.score, 2), "apart": show_decimal(abs(behind), 2)}
    if behind >= 0:
        said = gettext("Score {score}, {apart} less", **told)
    else:
        said = gettext("Score {score}, {apart} more", **told)
    if apart.get(most, 0.0) > 0:
        by = show_decimal(apart[most], 2)
        said += "; " + gettext("most in: {part} ({apart})", part=_name_part(most), apart=by)
    confidence = show_share(second.confidence)
    said += " · " + gettext("confidence {confidence}", confidence=confidence)
    if reason.threshold != other.threshold:
        threshold = show_decimal(other.threshold, 2)
        said += "\n" + gettext(
            "-# Its library answers from {threshold} on; confidence decides.", threshold=threshold
        )
    return said


def _name_part(part: str) -> str:
    """What a part of a score is called, in the language spoken."""
    return gettext(PARTS.get(part, part))


def _describe_words(reason: Reason) -> Iterator[str]:
    held, lacking = _list_words(reason.held), _list_words(reason.lacking)
    yield gettext("**Words found in it** {words}", words=held)
    yield gettext("**Lacking** {words}", words=lacking)
    yield gettext("-# Behind each its weight: the fewer passages hold it, the more.")


def _list_words(words: Sequence[tuple[str, float]]) -> str:
    """`museum 2.1 · nine 1.4`, those that weigh most first, as many as there is room for."""
    ordered = sorted(words, key=lambda word: -word[1])
    shown = [f"{fit_line(word, 60)} {show_decimal(weight, 1)}" for word, weight in ordered]
    said = ""
    for number, one in enumerate(shown):
        longer = f"{said} · {one}" if said else one
        if measure(longer) > WORDS_ROOM:
            left = len(shown) - number
            return ngettext("{words} and {n} more", "{words} and {n} more", left, words=said)
        said = longer
    return said or gettext("none")


def _draw_table(hits: Sequence[Hit]) -> str:
    """The parts of each score side by side; those that are 0 everywhere are left out."""
    parts = [dict(hit.parts) for hit in hits]
    names = dict.fromkeys(name for one in parts for name in one)
    rows = [
        (_name_part(name), [show_decimal(one.get(name, 0.0), 2) for one in parts])
        for name in names
        if any(one.get(name) for one in parts)
    ]
    rows.append((gettext("score"), [show_decimal(hit.score, 2) for hit in hits]))
    titles = [gettext("first"), gettext("second")][: len(hits)]
    label_width = max(measure_cells(label) for label, _ in rows)
    width = max(8, 2 + max(map(measure_cells, titles)))
    table = "\n".join(
        label
        + " " * (label_width - measure_cells(label))
        + "".join(" " * (width - measure_cells(cell)) + cell for cell in cells)
        for label, cells in [("", titles), *rows]
    )
    return f"```\n{table}\n```"
