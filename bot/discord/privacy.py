"""`/privacy`: what is kept about people, what each may have deleted, and how each keeps their
messages out of documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import ActionRow, LayoutView, Separator, TextDisplay

from bot.discord.buttons import LeaveOut
from bot.discord.following import Following
from bot.discord.render import lay_out
from bot.discord.send import edit_answer
from bot.language import gettext, mark, show_number
from bot.libraries.summaries import join_summaries
from bot.types import Personal, Report
from bot.wording import count
from index.summary import Summary

if TYPE_CHECKING:
    from bot.discord.client import FootnoteBot

Interaction = discord.Interaction[Any]

KEPT = mark("""\
### What I keep about you
- Your 👍 and 👎 on answers, Solved and Not helpful among them, with the answer's message and \
passage and the time, until you take them back or have them deleted: **{votes}**
- That you added a document, and the message it came with, until it is removed or you have that \
deleted: **{uploads}**
- That you wrote an answer with `/docs teach`, and when, until it is removed or you have that \
deleted: **{taught}**
- Where admins made a channel a source of answers (`/docs channel`): what you posted there, \
without your name. Which of these messages are yours I keep apart, only so that I can take them \
out again; it goes with the message: **{messages}**
- What you asked me to tell you about once it is answered: the question, where and when you asked, \
until you are told, take it back or have it deleted, 90 days at most: **{waits}**
- That you keep your messages out of documents, if you do, until you let them in again
- Of my public answers of the last two weeks: the message and its channel, and which documents it \
cites, so that it can say when one changes; not who asked
- Questions whose right passage admins confirmed (`/docs eval`): the words, and numbers by \
which I find that passage again, until admins remove them; not who asked
- How many questions are asked a day, how long answers took and which documents they cited; not \
who asked. {questions}
All of it stays on the machine that I run on, and goes {days} after I leave a server.""")
_NO_QUESTION = mark("No other question is kept.")
_QUESTIONS = mark("""\
Admins of this server have turned on that questions are kept for **{days}**: the words, without \
whom they mention, what the words mean to my model (numbers), the hour, the passage that came \
closest, how sure I was of an answer, and how many found its answer helpful or not; nothing that \
tells who asked. To count people I give each one of 256 numbers, which others share: it tells that \
two questions may be of one person, and not of whom, and is another whenever I am restarted. Of a \
group of questions that admins called not theirs, the most telling words and their mean in numbers \
stay for as long as questions are kept here at all. Where admins chose a weekly digest, it tells \
this server the most telling words of what several people asked and found no answer to.""")
_HELPS = mark("""\
Admins of this server have named help channels: {channels}. There I look at each message, to see \
whether it asks something that I can answer; nothing is kept of those that I do not answer.""")
_IN = mark(
    "Your messages in this server may become part of documents, where admins add their channel."
)
_OUT = mark("Your messages in this server are kept out of documents, those from before too.")
_DIRECT = mark(
    "Use these commands in a server for what is kept there, and for your messages there."
)
_DELETE = mark(
    "-# `/privacy delete` deletes your votes, what you wait for, and that you added documents and"
    " taught answers."
)
_DELETED = mark("Deleted: {votes} of yours, and that you added {documents}, which stay.")
_DELETED_AND_WAITS = mark(
    "Deleted: {votes} of yours, {questions} that you waited for an answer to, and that you added"
    " {documents}, which stay."
)
_DELETED_DIRECT = mark("Deleted: {votes} of yours in direct messages.")
_DELETED_DIRECT_AND_WAITS = mark(
    "Deleted: {votes} of yours, {questions} that you waited for an answer to in direct messages."
)
_DELETED_TAUGHT = mark("That you wrote {answers} is deleted too; what you wrote stays.")
_KEPT_MESSAGES = mark(
    "That {messages} of yours became part of documents stays with them: keep your messages out, and"
    " both go."
)
_KEPT_OUT = mark("That you keep your messages out stays, for else they would come in again.")


class Privacy(commands.Cog):
    """What people may know and choose about themselves."""

    privacy = app_commands.Group(
        name="privacy",
        description="What I keep about you",
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, bot: "FootnoteBot") -> None:
        self._bot = bot
        self._engine = bot.engine

    @privacy.command(name="show", description="What I keep about you, and your choice")
    async def show_command(self, interaction: Interaction) -> None:
        """Tell it."""
        await self._bot.attempt(interaction, self.tell(interaction))

    @privacy.command(name="delete", description="Delete what I keep about you")
    async def delete_command(self, interaction: Interaction) -> None:
        """Delete it."""
        await self._bot.attempt(interaction, self.delete(interaction))

    async def tell(self, interaction: Interaction) -> None:
        """Tell what is kept, and offer the choice in a server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await edit_answer(interaction, await self._render(interaction))

    async def delete(self, interaction: Interaction) -> None:
        """Delete what can be deleted, and tell what it was and what stays."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild, user = interaction.guild_id, interaction.user.id
        before = await self._engine.delete_personal(guild, user)
        await edit_answer(interaction, render_deleted(before, direct=guild is None))

    async def choose(self, interaction: Interaction, out: bool) -> None:
        """Keep the messages of who pressed out of documents, or let them in again."""
        guild, user = interaction.guild_id, interaction.user.id
        if guild is None:
            return
        await interaction.response.defer()
        await self._engine.upkeep.leave_out(guild, user, out)
        await edit_answer(interaction, await self._render(interaction))
        following = self._bot.get_cog("Following")
        assert isinstance(following, Following)

        async def work(report: Report) -> Summary:
            # First without what Discord may take long to tell, or may not tell at all.
            upkeep = self._engine.upkeep
            dropped = await upkeep.drop_posts(guild, user) if out else join_summaries([])
            return join_summaries([dropped, await following.refresh_all(guild, report)])

        await self._bot.jobs.run(guild, mark("Following someone's choice"), work)

    async def _render(self, interaction: Interaction) -> LayoutView:
        guild = interaction.guild_id
        preferences = await self._engine.preferences(guild)
        return render_privacy(
            await self._engine.personal(guild, interaction.user.id),
            direct=guild is None,
            questions_days=preferences.questions_days,
            forget_days=self._bot.settings.forget_after_days,
            helps=[one.channel for one in preferences.helps],
        )


def render_privacy(
    personal: Personal,
    *,
    direct: bool,
    questions_days: int,
    forget_days: int,
    helps: Sequence[int] = (),
) -> LayoutView:
    """What is kept, and in a server whether one's messages are kept out, with the other choice."""
    days = count(questions_days, "day")
    text = gettext(
        KEPT,
        votes=show_number(personal.votes),
        uploads=show_number(personal.uploads),
        taught=show_number(personal.taught),
        messages=show_number(personal.messages),
        waits=show_number(personal.waits),
        questions=gettext(_QUESTIONS, days=days) if questions_days else gettext(_NO_QUESTION),
        days=count(forget_days, "day"),
    )
    told = [TextDisplay[Any](text), TextDisplay[Any](gettext(_DELETE)), Separator[Any]()]
    if helps:
        channels = ", ".join(f"<#{channel}>" for channel in helps)
        told[1:1] = [TextDisplay(gettext(_HELPS, channels=channels))]
    if direct:
        return lay_out([*told, TextDisplay(gettext(_DIRECT))])
    return lay_out([*told, *_offer_choice(personal)])


def render_deleted(before: Personal, *, direct: bool) -> LayoutView:
    """What was deleted, and what stays unless one's messages are let in or taken out."""
    values = {
        "votes": count(before.votes, "vote"),
        "questions": count(before.waits, "question"),
        "documents": count(before.uploads, "document"),
    }
    if direct:
        text = _DELETED_DIRECT_AND_WAITS if before.waits else _DELETED_DIRECT
        return lay_out(
            [TextDisplay(gettext(text, **values)), Separator(), TextDisplay(gettext(_DIRECT))]
        )
    text = _DELETED_AND_WAITS if before.waits else _DELETED
    told = [gettext(text, **values)]
    if before.taught:
        wrote = count(before.taught, "taught answer")
        told.append(gettext(_DELETED_TAUGHT, answers=wrote))
    if before.messages:
        messages = count(before.messages, "message")
        told.append(gettext(_KEPT_MESSAGES, messages=messages))
    if before.left_out:
        told.append(gettext(_KEPT_OUT))
    return lay_out([TextDisplay("\n".join(told)), Separator(), *_offer_choice(before)])


def _offer_choice(personal: Personal) -> tuple[TextDisplay[Any], ActionRow[Any]]:
    state = TextDisplay[Any](gettext(_OUT) if personal.left_out else gettext(_IN))
    return state, ActionRow[Any](LeaveOut(not personal.left_out))
