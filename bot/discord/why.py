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
from bot.discord.escape import fit_line, measure
from bot.discord.panels import render_notice
from bot.discord.posting import read_asked
from bot.discord.render import lay_out, read_document, read_earlier
from bot.discord.send import edit_answer
from bot.libraries.reasons import EXPLAINED, Reason
from bot.types import Found, Ref
from bot.wording import PARTS, name_confidence
from index.types import Hit

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

NAME = "Why this passage?"
WORDS_ROOM = 900
"""What the words held may take of a message, and as much those lacking."""

_NO_ANSWER = "This is no answer of mine, or its question can no longer be read."
_MOVED = (
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
            await edit_answer(interaction, render_notice(_NO_ANSWER, kind="warning"))
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
    head = f"### {NAME}\n{fit_line(question, 300)}"
    if found.answer.earlier:
        head += f"\n-# Read with: {fit_line(found.answer.earlier, 150)}"
    items: list[Item[Any]] = [TextDisplay(head)]
    hits = found.answer.hits[:EXPLAINED]
    if not reasons:
        return lay_out([*items, TextDisplay("Nothing was found that is near it.")])
    if cited and cited[0] != found.passages[0]:
        items.append(TextDisplay(_MOVED))
    items += [
        TextDisplay(f"**First** {cite(found, 0)}\n{_judge(found, reasons[0])}"),
        TextDisplay("\n".join(_describe_words(reasons[0]))),
        Separator(),
    ]
    for second, other in zip(hits[1:], reasons[1:], strict=True):
        lost = _compare(hits[0], second, reasons[0], other)
        items.append(TextDisplay(f"**Second** {cite(found, 1)}\n{lost}"))
    items.append(TextDisplay(_draw_table(hits)))
    return lay_out(items)


def _judge(found: Found, reason: Reason) -> str:
    """How far the first passage stands above or below what an answer takes."""
    hit = found.answer.hits[0]
    apart = abs(hit.score - reason.threshold)
    if not found.answer.answered:
        return (
            f"**Refused** · score {hit.score:.2f}, {apart:.2f} below the {reason.threshold:.2f}"
            f" that an answer takes · confidence {hit.confidence:.0%}"
        )
    return (
        f"**{name_confidence(hit.confidence)}** · score {hit.score:.2f}, {apart:.2f} above the"
        f" {reason.threshold:.2f} that an answer takes · confidence {hit.confidence:.0%}"
    )


def _compare(first: Hit, second: Hit, reason: Reason, other: Reason) -> str:
    """By how much the second passage lost, and in which part of the score most."""
    behind = first.score - second.score
    parts = dict(second.parts)
    apart = {name: value - parts.get(name, 0.0) for name, value in first.parts}
    most = max(apart, key=apart.__getitem__, default="")
    said = f"Score {second.score:.2f}, {abs(behind):.2f} {'less' if behind >= 0 else 'more'}"
    if apart.get(most, 0.0) > 0:
        said += f"; most in: {PARTS.get(most, most)} ({apart[most]:.2f})"
    said += f" · confidence {second.confidence:.0%}"
    if reason.threshold != other.threshold:
        said += f"\n-# Its library answers from {other.threshold:.2f} on; confidence decides."
    return said


def _describe_words(reason: Reason) -> Iterator[str]:
    yield f"**Words found in it** {_list_words(reason.held)}"
    yield f"**Lacking** {_list_words(reason.lacking)}"
    yield "-# Behind each its weight: the fewer passages hold it, the more."


def _list_words(words: Sequence[tuple[str, float]]) -> str:
    """`museum 2.1 · nine 1.4`, those that weigh most first, as many as there is room for."""
    ordered = sorted(words, key=lambda word: -word[1])
    shown = [f"{fit_line(word, 60)} {weight:.1f}" for word, weight in ordered]
    said = ""
    for number, one in enumerate(shown):
        longer = f"{said} · {one}" if said else one
        if measure(longer) > WORDS_ROOM:
            return f"{said} and {len(shown) - number} more"
        said = longer
    return said or "none"


def _draw_table(hits: Sequence[Hit]) -> str:
    """The parts of each score side by side; those that are 0 everywhere are left out."""
    parts = [dict(hit.parts) for hit in hits]
    names = dict.fromkeys(name for one in parts for name in one)
    rows = [
        (PARTS.get(name, name), [one.get(name, 0.0) for one in parts])
        for name in names
        if any(one.get(name) for one in parts)
    ]
    rows.append(("score", [hit.score for hit in hits]))
    width = max(len(label) for label, _ in rows)
    titles = "".join(f"{title:>8}" for title in ("first", "second")[: len(hits)])
    lines = [" " * width + titles]
    lines += [
        f"{label:<{width}}" + "".join(f"{value:8.2f}" for value in values) for label, values in rows
    ]
    table = "\n".join(lines)
    return f"```\n{table}\n```"
