"""The command `/docs settings`: how Footnote works in a server, shown and changed."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal
from weakref import WeakValueDictionary

import discord
from discord import app_commands
from discord.ui import LayoutView, TextDisplay

from bot.discord.admins import admit
from bot.discord.channel_option import ChannelOption
from bot.discord.digest import object_to_channel
from bot.discord.escape import show_words
from bot.discord.panels import render_notice, say_more
from bot.discord.render import lay_out
from bot.discord.send import edit_answer
from bot.language import gettext, mark, ngettext
from bot.libraries.digest import describe_failure
from bot.libraries.engine import Engine
from bot.types import MAX_FOOTER_CHARS, MAX_REFUSAL_CHARS, Preferences

Clear = Literal["role", "channels", "digest", "all settings"]

_EVERYONE = mark("`@everyone` would let each member add and remove documents. Name another role.")


_changing = WeakValueDictionary[int, asyncio.Lock]()
"""By server, while its preferences are read and written; each lives as long as someone holds it."""


Channel = app_commands.Transform[
    app_commands.AppCommandChannel, ChannelOption("text", "news", "forum", "voice", "stage_voice")
]
DigestChannel = app_commands.Transform[
    app_commands.AppCommandChannel, ChannelOption("text", "news")
]


@dataclass(frozen=True, slots=True)
class Change:
    """The options of one `/docs settings`; None where one was not given."""

    role: discord.Role | None = None
    add_channel: int | None = None
    remove_channel: int | None = None
    private: bool | None = None
    cooldown_s: int | None = None
    shared: bool | None = None
    clear: Clear | None = None
    questions_days: int | None = None
    digest: int | None = None


def change_preferences(old: Preferences, change: Change) -> Preferences:
    """The preferences with what was asked for; what is cleared is cleared first."""
    new = Preferences() if change.clear == "all settings" else old
    if change.clear == "role":
        new = replace(new, role=None)
    if change.clear == "channels":
        new = replace(new, channels=frozenset())
    if change.role is not None:
        new = replace(new, role=change.role.id)
    if change.clear == "digest":
        new = replace(new, digest=None)
    added = {change.add_channel} - {None}
    channels = (new.channels | added) - {change.remove_channel}
    return replace(
        new,
        channels=frozenset(channel for channel in channels if channel is not None),
        private=new.private if change.private is None else change.private,
        cooldown_s=new.cooldown_s if change.cooldown_s is None else change.cooldown_s,
        shared=new.shared if change.shared is None else change.shared,
        questions_days=(
            new.questions_days if change.questions_days is None else change.questions_days
        ),
        digest=new.digest if change.digest is None else change.digest,
    )


async def keep_change(
    engine: Engine, guild: int, change: Callable[[Preferences], Preferences]
) -> tuple[Preferences, Preferences]:
    """A server's preferences before and after a change; two changes at once are both kept."""
    async with _changing.setdefault(guild, asyncio.Lock()):
        old = await engine.preferences(guild)
        new = change(old)
        if new != old:
            await engine.prefer(guild, new)
    return old, new


def find_objection(change: Change) -> LayoutView | None:
    """What is said to a change that is refused."""
    if change.role is not None and change.role.is_default():
        return render_notice(gettext(_EVERYONE), kind="warning")
    return None


def _object_to_digest(interaction: discord.Interaction[Any], id: int | None) -> LayoutView | None:
    """What is said where no digest could be posted in a channel."""
    channel = interaction.guild.get_channel(id) if interaction.guild and id else None
    objection = object_to_channel(channel) if id else None
    if objection is None:
        return None
    told = gettext(
        "No digest in {channel}. {objection}",
        channel=f"<#{id}>",
        objection=describe_failure(objection),
    )
    return render_notice(told, kind="warning")


def render_preferences(preferences: Preferences) -> LayoutView:
    """What a server's admins chose."""
    lines = [*_describe_access(preferences), *_describe_ways(preferences)]
    return lay_out([TextDisplay(gettext("### Settings")), TextDisplay("\n".join(lines))])


def _describe_access(preferences: Preferences) -> Iterator[str]:
    """Who may do what where, and what is kept of it."""
    if preferences.role:
        yield gettext("**Keepers** server managers and {role}", role=f"<@&{preferences.role}>")
    else:
        yield gettext("**Keepers** server managers")
    channels = sorted(preferences.channels)
    if channels:
        shown = [" ".join(f"<#{channel}>" for channel in channels[:20]), *say_more(channels, 20)]
        yield gettext("**Channels** {channels}", channels=" ".join(shown))
    else:
        yield gettext("**Channels** everywhere")
    if preferences.private:
        yield gettext("**Answers to `/ask`** private, unless asked otherwise")
    else:
        yield gettext("**Answers to `/ask`** public, unless asked otherwise")
    if pause := preferences.cooldown_s:
        yield gettext("**Pause between questions** {n} s a person", n=pause)
    else:
        yield gettext("**Pause between questions** none")
    if preferences.shared:
        yield gettext("**Operator's documents** searched too")
    else:
        yield gettext("**Operator's documents** left out")
    if days := preferences.questions_days:
        yield ngettext(
            "**Questions** kept for {n} day, without who asked",
            "**Questions** kept for {n} days, without who asked",
            days,
        )
    else:
        yield gettext("**Questions** not kept")


def _describe_ways(preferences: Preferences) -> Iterator[str]:
    """Where it helps, and with which words."""
    # The modes are choices of `/docs help-channel`, and marked as such.
    helps = [f"<#{one.channel}> {gettext(one.mode)}" for one in preferences.helps]
    if helps:
        yield gettext("**Help channels** {channels}", channels=" · ".join(helps))
    else:
        yield gettext("**Help channels** none")
    if refusal := show_words(preferences.refusal, 2 * MAX_REFUSAL_CHARS):
        yield gettext("**Words of a refusal** {words}", words=refusal)
    else:
        yield gettext("**Words of a refusal** none of its own")
    if footer := show_words(preferences.footer, 2 * MAX_FOOTER_CHARS):
        yield gettext("**Last line of answers** {words}", words=footer)
    else:
        yield gettext("**Last line of answers** none of its own")
    if digest := preferences.digest:
        channel = f"<#{digest}>"
        yield gettext("**Weekly digest** in {channel}, Mondays, 9:00 UTC", channel=channel)
    else:
        yield gettext("**Weekly digest** none")


def show_preferences(old: Preferences, new: Preferences) -> LayoutView:
    """The preferences as they are now, with what an admin should know about the change."""
    view = render_preferences(new)
    for note in _find_notes(old, new):
        view.add_item(TextDisplay(note))
    return view


def _find_notes(old: Preferences, new: Preferences) -> Iterator[str]:
    if new.role is not None and new.role != old.role:
        yield gettext(
            "-# Members with {role} may use `/docs` now. They see the command once it is"
            " allowed for that role in Server Settings › Integrations › this bot.",
            role=f"<@&{new.role}>",
        )
    if old.channels and not new.channels:
        yield gettext("-# No channel is named any more, so Footnote answers in every channel.")
    if new.questions_days > old.questions_days:
        yield gettext("-# Members see in `/help` and `/privacy show` that questions are kept.")
    elif new.questions_days < old.questions_days and new.questions_days:
        yield gettext("-# The questions that were older are removed.")
    elif new.questions_days < old.questions_days:
        yield gettext("-# The questions that were kept are removed.")
    if new.digest and new.digest != old.digest:
        yield gettext(
            "-# The digest shows how much was asked and which documents answered, and words of"
            " what two people or more found no answer to; a week without questions has none."
        )
    if new == old:
        yield gettext(
            "-# To change one, give it as an option of `/docs settings`; the option `clear` forgets"
            " the role, the channels, the digest or all of it."
        )


@app_commands.command(description="Show or change how Footnote works in this server")
@app_commands.describe(
    role="Members with this role may keep documents too",
    add_channel="Answer in this channel and its threads, and in no others but those added so",
    remove_channel="No longer answer in this channel",
    private="Whether answers to /ask are seen by the asker alone, unless told otherwise",
    cooldown="Seconds between two questions of one person; 0 for none",
    operator_documents="Whether the documents of Footnote's operator are searched too",
    keep_questions="Days to keep questions, without who asked; 0 keeps none and removes those kept",
    digest="Post the week at a glance in this channel, each Monday",
    clear="Forget the role, the channels (then Footnote answers everywhere), the digest or all",
)
async def settings(
    interaction: discord.Interaction[Any],
    role: discord.Role | None = None,
    add_channel: Channel | None = None,
    remove_channel: Channel | None = None,
    private: bool | None = None,
    cooldown: app_commands.Range[int, 0, 600] | None = None,
    operator_documents: bool | None = None,
    keep_questions: app_commands.Range[int, 0, 365] | None = None,
    digest: DigestChannel | None = None,
    clear: Clear | None = None,
) -> None:
    """Show the preferences, after what is to be changed was changed."""
    change = Change(
        role,
        add_channel.id if add_channel else None,
        remove_channel.id if remove_channel else None,
        private,
        cooldown,
        operator_documents,
        clear,
        keep_questions,
        digest.id if digest else None,
    )
    await interaction.client.attempt(interaction, _settle(interaction, change))


async def _settle(interaction: discord.Interaction[Any], change: Change) -> None:
    engine = interaction.client.engine
    guild = await admit(interaction, engine)
    if guild is None:
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    view = find_objection(change) or _object_to_digest(interaction, change.digest)
    if view is None:
        kept = await keep_change(engine, guild, lambda old: change_preferences(old, change))
        view = show_preferences(*kept)
    await edit_answer(interaction, view)
