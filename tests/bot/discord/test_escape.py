"""What Discord would make of the texts that are shown as they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.escape import (
    fit_line,
    fit_plain,
    measure,
    read_plain,
    show_plain,
    show_plain_line,
    show_title,
    show_words,
)
from bot.wording import show_text
from tests.bot.discord.markup import RICH, find_markup


@given(RICH)
def test_text_reads_back_as_it_was_and_holds_no_markup(text: str) -> None:
    shown = show_plain(text)
    assert read_plain(shown) == show_text(text)
    assert find_markup(shown) is None
    assert "\n" not in show_plain_line(text)
    assert find_markup(show_plain_line(text)) is None


@given(RICH)
def test_servers_that_search_the_raw_text_find_no_mention_and_no_address(text: str) -> None:
    shown = show_plain(text)
    mentions = r"(?i)@everyone|@here|<(@[!&]?|#)\d+>|</[^:\n]+:\d+>|<a?:\w+:\d+>|<t:"
    assert not re.search(mentions, shown)
    assert not re.search(r"(?i)https?://|discord(app)?\.(gg|com)", shown)


@given(RICH, RICH, st.booleans())
def test_texts_side_by_side_and_in_bold_are_still_no_markup(
    first: str, second: str, bold: bool
) -> None:
    assert find_markup(show_plain(first) + " · " + show_plain(second)) is None
    if bold and second.strip():
        assert find_markup(show_plain(first) + "\N{FULL BLOCK}" + show_plain(second)) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The library opens at nine.", "The library opens at nine."),
        ("Write to desk@town.org, see C#.", r"Write to desk\@town.org, see C\#."),
        ("1. First\n- second", "1\\. First\n\\- second"),
        ("It is 1.5 - 2 m: fine", "It is 1.5 - 2 m: fine"),
        ("https://a.b/c_d", r"https\://a.b/c\_d"),
        ("at 10:30", r"at 10\:30"),
        ("@everyone", "\\@\u200beveryone"),
        ("[a](https://b)", r"\[a\]\(https\://b)"),
    ],
)
def test_only_what_would_be_markup_is_escaped(text: str, shown: str) -> None:
    assert show_plain(text) == shown


def test_a_label_is_linked_with_an_address_that_cannot_end_the_link() -> None:
    assert show_title("Town guide", "https://town.org/a b(c)<d>\"'*.md#x") == (
        "**[Town guide](<https://town.org/a%20b%28c%29%3Cd%3E%22'%2A.md#x>)**"
    )


@pytest.mark.parametrize(
    "label", ["a*b*", "report_2", "x](http://e.v)", "https://a.b", "😀", "1️⃣", "a:b"]
)
def test_a_label_that_links_cannot_hold_stands_beside_the_link(label: str) -> None:
    assert show_title(label, "https://town.org") == (
        f"**{show_plain(label)}** ([source](<https://town.org>))"
    )


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "discord://x", "ftp://a.b", "//a.b", "a.b", "https://", ""),
        *("https://name:word@a.b", "https://[::1", f"https://a.b/{'x' * 400}"),
    ],
)
def test_what_is_no_web_address_links_nothing(address: str) -> None:
    assert show_title("Town *guide*", address) == r"**Town \*guide\***"


@given(RICH, st.integers(1, 60))
def test_a_cut_text_fits_and_is_the_start_of_the_whole(text: str, most: int) -> None:
    for shown in (fit_plain(text, most), fit_line(text, most)):
        assert measure(shown) <= most
        assert find_markup(shown) is None
    shown = fit_plain(text, most)
    if shown != show_plain(text):
        assert shown.endswith("…")
        assert show_text(text).startswith(read_plain(shown).removesuffix("…"))


def test_texts_are_cut_at_words_and_never_inside_a_character() -> None:
    assert fit_plain("The museum opens at nine", 17) == "The museum opens…"
    assert fit_plain("The museum opens at nine", 24) == "The museum opens at nine"
    assert fit_plain("日本語" * 10, 8) == "日本語日本語日…"
    assert fit_plain("👩‍👩‍👧" * 4, 20) == "👩‍👩‍👧👩‍👩‍👧…"
    assert fit_plain("x" * 9000, 10) == "xxxxxxxxx…"


@given(RICH)
def test_an_admins_words_ping_nobody_show_no_card_and_hide_no_address(text: str) -> None:
    shown = show_words(text, 10_000)
    bare = re.sub(r"`[^`\n]+`|<https?://[^\s<>]+>", "", shown)  # where Discord reads no markup
    assert not re.search(r"(?i)@everyone|@here|<@[!&]?\d+>|</[^:\n]+:\d+>|<a?:\w+:\d+>|<t:", bare)
    assert not re.search(r"(?i)https?://|discord(app)?\.(gg|com)|(?<!\\)\]\(", bare)
    assert not re.search(r"(?m)^(#{1,3}|-#|>|>>>|[*+-]|\d+\.) ", bare)
    assert measure(show_words(text, 40)) <= 40


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ask **the team**, *please*!", "Ask **the team**, *please*!"),
        ("Use `/docs_add` in <#12>", "Use `/docs_add` in <#12>"),
        ("See https://a.b/c_d!", "See <https://a.b/c_d>!"),
        ("[here](https://a.b)", r"\[here\]\(<https://a.b>\)"),
        ("# Big\n- list ||x||", "\\# Big\n\\- list \\|\\|x\\|\\|"),
        ("**@everyone**", "**\\@\u200beveryone**"),
        ("* a* and ** b**", r"\* a\* and \*\* b\*\*"),
        ("2 * 3 and **half", r"2 \* 3 and \*\*half"),
    ],
)
def test_an_admins_words_keep_the_markdown_that_is_safe(text: str, shown: str) -> None:
    assert show_words(text, 300) == shown
