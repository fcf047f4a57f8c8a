"""The buttons "Solved" and "Not helpful" under answers that nobody asked for."""

from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands
from discord.ui import Button, LayoutView

from bot.discord.admins import is_admin
from bot.discord.escape import show_plain_line
from bot.discord.panels import render_notice
from bot.discord.send import edit_answer, tell, tell_besides
from bot.discord.voting import read_vote
from bot.language import gettext, mark

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

SOLVED_NAMES = frozenset(
    "solved resolved answered fixed gelöst erledigt beantwortet résolu resuelto resolvido risolto"
    " opgelost løst löst ratkaistu rozwiązane vyřešeno решено вирішено çözüldü 解決済み 解決"
    " 已解决 已解決 해결 해결됨".split()
)
"""How forums call their tag for posts that are solved, where the admins chose none."""
MOST_TAGS = 5

_NOT_YOURS = mark("Only who asked this, and those who keep the documents here, can say so.")
_SOLVED = mark("Marked as solved.")
_NO_HELP = mark("Thank you for telling. It waits for a person to answer.")
_NO_TAG = mark(
    "This forum has no tag for it that I know. An admin can choose one: `/docs help-channel` with"
    " `solved_tag`."
)
_MAY_NOT = mark(
    "I may not set the post's tag. An admin can give me the permission to manage posts here."
)
_TOO_MANY = mark("The post has {most} tags already, so I cannot add one.")
_ARCHIVED = mark("The post is closed, so I cannot set its tag.")


class Solving(commands.Cog):
    """Takes down whether an answer has helped."""

    def __init__(self, bot: "FootnoteBot") -> None:
        self._engine = bot.engine
        self._judging: set[int] = set()
        """A second press would take the vote back."""

    async def judge(self, interaction: Interaction, asker: int, solved: bool) -> None:
        """Keep it as a vote, tag a forum's post, and use the buttons up."""
        if interaction.user.id != asker and not await is_admin(interaction, self._engine):
            await tell(interaction, render_notice(gettext(_NOT_YOURS), kind="warning"))
            return
        await interaction.response.defer()
        message = interaction.message
        if message is None or message.id in self._judging:
            return
        self._judging.add(message.id)
        try:
            await self._engine.vote(interaction.guild_id, read_vote(interaction, solved))
            await edit_answer(interaction, _mark(message, solved))
            said = await self._tag(interaction) if solved else gettext(_NO_HELP)
            await tell_besides(interaction, render_notice(said))
        finally:
            self._judging.discard(message.id)

    async def _tag(self, interaction: Interaction) -> str:
        """Give a forum's post its tag, where that can be; what is told of it."""
        guild, thread, solved = interaction.guild, interaction.channel, gettext(_SOLVED)
        if guild is None or not isinstance(thread, discord.Thread):
            return solved
        if not isinstance(thread.parent, discord.ForumChannel):
            return solved
        chosen = (await self._engine.preferences(guild.id)).find_help(thread.parent_id)
        tag = find_tag(thread.parent, chosen.tag if chosen else None)
        # An interaction does not tell which tags the post has.
        post = await guild.fetch_channel(thread.id)
        assert isinstance(post, discord.Thread)
        if tag and tag in post.applied_tags:
            return solved
        if objection := _object(interaction, post, tag):
            return f"{solved} {objection}"
        assert tag is not None
        await post.edit(applied_tags=[*post.applied_tags, tag])
        tagged = gettext("The post has the tag **{tag}** now.", tag=show_plain_line(tag.name))
        return f"{solved} {tagged}"


def find_tag(forum: discord.ForumChannel, chosen: int | None) -> discord.ForumTag | None:
    """The forum's tag for posts that are solved: the chosen one, or else one that is named so."""
    tags = forum.available_tags
    named = (tag for tag in tags if tag.name.casefold().strip(" ✅✔️!") in SOLVED_NAMES)
    return next((tag for tag in tags if tag.id == chosen), None) or next(named, None)


def _object(
    interaction: Interaction, post: discord.Thread, tag: discord.ForumTag | None
) -> str | None:
    """Why a post is not given its tag."""
    if tag is None:
        return gettext(_NO_TAG)
    if post.archived:
        return gettext(_ARCHIVED)
    if not interaction.app_permissions.manage_threads:
        return gettext(_MAY_NOT)
    too_many = len(post.applied_tags) >= MOST_TAGS
    return gettext(_TOO_MANY, most=MOST_TAGS) if too_many else None


def _mark(shown: discord.Message, solved: bool) -> LayoutView:
    """The same message, its two buttons used up and the one that was pressed in colour."""
    pressed = "solved:" if solved else "no-help:"
    view = LayoutView.from_message(shown, timeout=None)
    for item in view.walk_children():
        if isinstance(item, Button) and (item.custom_id or "").startswith(("solved:", "no-help:")):
            mine = (item.custom_id or "").startswith(pressed)
            item.style = discord.ButtonStyle.success if mine else discord.ButtonStyle.secondary
            item.disabled = True
    view.stop()  # else the library would keep it, to wait for presses that are ours already
    return view
