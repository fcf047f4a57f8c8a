"""Markdown → blocks."""

import pytest

from index.parse.blocks import Block
from index.parse.markdown import parse_markdown, split_front_matter


def read(text: str) -> str:
    return "\n\n".join(block.text for block in parse_markdown(text))


def test_no_markup_is_left() -> None:
    text = (
        "**Bold** and *thin* [link](https://a.example/x) ![logo](logo.png)`code` \\$90 &amp; ~~x~~"
    )
    assert read(text) == "Bold and thin link code $90 & x"


def test_headings_of_both_kinds_have_levels() -> None:
    blocks = parse_markdown("# One **bold**\n\nText\n\nTwo\n---\n\nMore\n")
    assert [(b.text, b.level) for b in blocks] == [
        ("One bold", 1),
        ("Text", 0),
        ("Two", 2),
        ("More", 0),
    ]


def test_code_is_no_heading_and_keeps_its_indents() -> None:
    blocks = parse_markdown("```python\n# not a heading\nif x:\n    y\n```\n")
    assert blocks == [Block("# not a heading\nif x:\n    y\n", code=True)]


def test_soft_breaks_join_and_hard_breaks_part() -> None:
    assert read("one\ntwo  \nthree\\\nfour") == "one two\nthree\nfour"


def test_a_tight_list_is_one_paragraph_with_a_line_for_each_item() -> None:
    assert read("- one\n- two\n  1. inner\n  2. more\n- three") == (
        "• one\n• two\n1. inner\n2. more\n• three"
    )


def test_a_loose_list_has_a_paragraph_for_each_item() -> None:
    assert read("3. one\n\n4. two\n\nafter") == "3. one\n\n4. two\n\nafter"


def test_table_rows_name_their_columns() -> None:
    table = "| Item | 2023 | 2022 |\n|---|---|---|\n| Sales | 14 | 13 |\n| Costs | | 9 |\n"
    assert read(table) == "Item: Sales | 2023: 14 | 2022: 13\nItem: Costs | 2022: 9"


def test_front_matter_gives_the_title_and_no_text() -> None:
    title, rest = split_front_matter('---\ntitle: "House rules"\ntags: [a]\n---\n\nBe kind.\n')
    assert (title, rest) == ("House rules", "\nBe kind.\n")
    assert split_front_matter("---\n\nA rule above.") == ("", "---\n\nA rule above.")


def test_blocks_know_the_line_where_they_begin() -> None:
    text = "# One\n\nText\nmore\n\n- a\n- b\n\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n"
    text += "```\ncode\n```\n\nTwo\n---\n\n<div>\nhi\n\n</div>\n\n    more code\n"
    blocks = parse_markdown(text, read_html=lambda html: html.strip("<>/div\n"), first_line=5)
    assert [(block.text.strip(), block.line) for block in blocks] == [
        *(("One", 5), ("Text more", 7), ("• a", 10), ("• b", 11), ("• c", 13)),
        *(("x: 1 | y: 2", 15), ("code", 20), ("Two", 23), ("h", 26), ("more code", 31)),
    ]
    assert {block.line for block in parse_markdown(text)} == {None}


def test_html_is_read_where_a_reader_is_given_and_text_elsewhere() -> None:
    assert parse_markdown("<div><b>x</b></div>", read_html=lambda _: "**x**") == [Block("x")]
    assert parse_markdown("a<br>b <i>c</i>", read_html=str) == [Block("a\nb c")]
    assert read("a list<int> here") == "a list<int> here"


def test_slides_keep_every_line() -> None:
    assert parse_markdown("one\ntwo", page=3, keep_breaks=True) == [Block("one\ntwo", page=3)]


def test_a_quotation_is_text() -> None:
    assert read("> wise\n> words\n\nSaid she.") == "wise words\n\nSaid she."


@pytest.mark.parametrize(
    "piece", ["[", "*", "`", "<", ">", "![", "a", "- ", "|", "_a", "\\", "&", "("]
)
@pytest.mark.usefixtures("stopped_if_stuck")
def test_a_hostile_line_is_read_to_its_end(piece: str) -> None:
    parse_markdown(piece * (100_000 // len(piece)), read_html=str)
