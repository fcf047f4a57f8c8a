"""Texts rich in what Discord takes for markup, and where a message holds any."""

import re

from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        *"\\*_~|`<>[]()#-+.:@/!&= \n\t1a5é日😀\u200b\u202e\u200d",
        *("**", "__", "||", "~~", "```", "> ", ">>> ", "- ", "* ", "1. ", "12) ", "# ", "-# "),
        *("http://", "https://a.b/c", "](http://e.v)", "@everyone", "@here", "<@1>", "<#2>"),
        *("<@&3>", "</ask:4>", "<id:customize>", "<:n:5>", "<t:6:R>", ":smile:", "discord.gg/x"),
        *("\\\\", "¯\\_(ツ)_/¯", "word", "C#", "snake_case", "C:\\new"),
    ]
)
RICH = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80)

MARKUP = re.compile(
    r"""
    \*.+?\* | _.+?_ | ~~.+?~~ | \|\|.+?\|\| | `+.+?`+
    | ^\#{1,3}\s | ^-\#\s | ^[ ]*>(>>)?\s | ^[ ]*([*+-]|\d+[.)])\s
    | \[[^\n]*\]\( | <[^\s>]+:/?[^\s>]*> | <(@[!&]?|\#)\d+> | <id:\w+> | <a?:\w+:\d+>
    | (https?|steam|discord)://[^\s<]+ | discord(app)?\.(gg|com) | :\w+: | @everyone | @here
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
"""Each kind of markup that Discord reads, more widely than it does."""


def find_markup(shown: str) -> str | None:
    """The first markup in a message, where what is escaped takes no part in any."""
    found = MARKUP.search(re.sub(r"\\[^0-9A-Za-z\s]", "\N{FULL BLOCK}", shown))
    return found and found[0]
