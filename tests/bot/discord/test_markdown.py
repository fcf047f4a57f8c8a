"""What Discord would make of Markdown that somebody wrote."""

import re

import pytest
from hypothesis import example, given

from bot.discord.escape import fit_plain, measure
from bot.discord.markdown import show_markdown
from tests.bot.discord.markup import RICH


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Yes, **always**, _if_ ~~not~~.", "Yes, **always**, _if_ ~~not~~."),
        ("- one\n* two\n1. three", "- one\n* two\n1. three"),
        ("Run `pip install x` or\n```sh\nmake\n```", "Run `pip install x` or\n```sh\nmake\n```"),
        ("See https://a.example/b_c.", "See <https://a.example/b_c>."),
        ("See [the *page*](https://a.example/b).", "See the \\*page\\* (<https://a.example/b>)."),
        ("[x](javascript:y)", "x (javascript\\:y)"),
        ("[x](https://me@a.example)", "x (https\\://me\\@a.example)"),
        ("# Big\n-# small\n> quoted", "\\# Big\n\\-\\# small\n\\> quoted"),
        ("<@1> <#2> <:n:3> @everyone", "\\<\\@1> \\<\\#2> \\<\\:n\\:3\\> \\@\u200beveryone"),
        ("`<@1> @here`", "`<\u200b@1> @\u200bhere`"),
        ("a \\* b \\<@1>", "a \\* b \\<\\@1\\>"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("``a`` `", "\\`\\`a\\`\\` \\`"),
        ("||x|| discord.gg/y", "\\|\\|x\\|\\| discord\\.gg/y"),
        ("It costs 5. Or (6)", "It costs 5. Or (6)"),
    ],
)
def test_emphasis_lists_code_and_plain_links_are_kept_and_all_else_is_text(
    text: str, shown: str
) -> None:
    assert show_markdown(text).replace("\\>", ">") == shown.replace("\\>", ">")


def unescape(shown: str) -> str:
    """What is escaped takes no part in any markup."""
    return re.sub(r"\\[^0-9A-Za-z\s]", "\N{FULL BLOCK}", shown)


@given(RICH)
@example("http://http://")
@example("\\@everyone")
@example("https://a.example/@everyone")
def test_nothing_pings_and_no_link_hides_where_it_leads(text: str) -> None:
    shown = show_markdown(text)
    assert not re.search(r"(?i)@everyone|@here|<(@[!&]?|#)\d+>", shown)
    outside = re.sub(r"```[^`]*```|`[^`\n]+`", "", unescape(shown))
    assert not re.search(r"\[[^\n]*\]\(|<(:|/|id:|t:)", outside)
    assert not re.search(r"(?m)^(#{1,3}\s|-#\s|\s*>)", outside)
    assert not re.search(r"https?://", re.sub(r"<https?://[^\s<>]+>", "", outside))


@given(RICH)
def test_what_is_cut_fits(text: str) -> None:
    assert measure(fit_plain(text, 40, show_markdown)) <= 40
