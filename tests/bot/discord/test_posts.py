"""What messages mention is said in neutral words."""

import re
from types import SimpleNamespace
from typing import cast

import discord
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.posts import hide_people
from tests.bot.discord.markup import RICH

GUILD = cast(
    discord.Guild,
    SimpleNamespace(
        get_channel_or_thread=lambda id: SimpleNamespace(name="rules") if id == 5 else None
    ),
)


def test_people_are_hidden_and_the_rest_is_told_as_it_is_shown() -> None:
    said = (
        "<@1> and <@!22> of <@&3> @everyone: see <#5>, <#6>, </ask:7>, <a:wave:8>, "
        "<t:0:R>, <t:9999999999999>, <id:customize>; ||the butler|| <https://a.b>"
    )
    assert hide_people(said, GUILD) == (
        "a member and a member of a role everyone: see #rules, a channel, /ask, :wave:, "
        "1970-01-01 00:00 UTC, , ; (hidden) <https://a.b>"
    )


@given(st.lists(RICH | st.integers(1, 2**63).map("<@{}>".format), max_size=8).map(" ".join))
def test_nobody_is_ever_mentioned(text: str) -> None:
    assert not re.search(r"<@[!&]?\d+>", hide_people(text, GUILD))
