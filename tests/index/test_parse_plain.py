"""Plain text → blocks."""

import pytest

from index.parse.blocks import Block
from index.parse.plain import is_markdown, parse_plain

WRAPPED = """\
The harbour was built in the nineteenth century by a
company of merchants who wanted to ship their timber
to the cities in the south. It has been extended two
times since.
"""


def test_wrapped_lines_are_joined() -> None:
    [block] = parse_plain(WRAPPED)
    assert "\n" not in block.text
    assert block.text.startswith("The harbour was built in the nineteenth century by a company")


def test_verse_and_addresses_keep_their_lines() -> None:
    poem = "Roses are red\nViolets are blue\nSugar is sweet"
    assert parse_plain(poem) == [Block(poem)]


def test_list_items_keep_their_lines_and_their_wrapped_ends() -> None:
    text = "- bring a towel and a change of clothes for the\n  evening\n- be on time"
    [block] = parse_plain(text)
    assert block.text == ("- bring a towel and a change of clothes for the evening\n- be on time")


def test_a_paragraph_cut_by_a_form_feed_is_whole() -> None:
    [block] = parse_plain("The members of the board voted on the new\fbudget in May.")
    assert block.text == "The members of the board voted on the new budget in May."


def test_underlined_lines_are_headings() -> None:
    blocks = parse_plain("Harbour Rules\n=============\n\nBe kind.\n\nBoats\n-----\nTie them up.\n")
    assert blocks == [
        Block("Harbour Rules", 1),
        Block("Be kind."),
        Block("Boats", 2),
        Block("Tie them up."),
    ]


def test_numbered_chapters_and_shouted_lines_are_headings() -> None:
    text = "CHAPTER I\n\nIt began.\n\n2.1 Fees\n\nNone.\n\nOPENING HOURS\n\nAll day.\n"
    assert [(b.text, b.level) for b in parse_plain(text) if b.level] == [
        ("CHAPTER I", 1),
        ("2.1 Fees", 3),
        ("OPENING HOURS", 2),
    ]


def test_a_spaced_list_and_a_short_line_are_no_headings() -> None:
    blocks = parse_plain("1. Bring a towel\n\n2. Be on time\n\nJane Doe\n\nIt was late.")
    assert not [block for block in blocks if block.level]


def test_a_text_with_two_marks_of_markdown_is_markdown() -> None:
    assert is_markdown("# Title\n\nSee [the rules](https://a.example).")
    assert not is_markdown("# a comment\nx = [1](2)")
    assert not is_markdown("Plain text, 5 * 3 ** 2.")


@pytest.mark.parametrize("piece", ["a", "[", "*", "#", "-", "1.", "\t", "a b c d\n\n"])
@pytest.mark.usefixtures("stopped_if_stuck")
def test_a_megabyte_without_a_space_is_read_to_its_end(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    text += "\n" + text
    is_markdown(text)
    parse_plain(text)


def test_blocks_know_the_line_where_they_begin() -> None:
    text = (
        "\n \nRules\n=====\nBe kind.\n\n\n  \nCHAPTER I\n\nIt was late.\n\fOver.\n\n***\n\nEnd.\n"
    )
    assert [(block.text, block.level, block.line) for block in parse_plain(text, 1)] == [
        ("Rules", 1, 3),
        ("Be kind.", 0, 5),
        ("CHAPTER I", 1, 9),
        ("It was late.", 0, 11),
        ("Over.", 0, 12),
        ("End.", 0, 16),
    ]
    assert {block.line for block in parse_plain(text)} == {None}
