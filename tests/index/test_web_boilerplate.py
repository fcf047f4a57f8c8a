"""Paragraphs that pages repeat."""

from index.parse.blocks import Block
from index.web.boilerplate import drop_repeated

SAME = Block("Write to us.")


def test_what_a_third_of_the_pages_repeat_stays_on_the_first() -> None:
    pages = [[SAME, Block("a")], [Block("b"), SAME], [Block("c"), SAME, SAME]]
    assert drop_repeated(pages) == [[SAME, Block("a")], [Block("b")], [Block("c")]]


def test_what_fewer_repeat_stays() -> None:
    pages = [[SAME], [SAME], [Block("a")]]
    assert drop_repeated(pages) == pages
    pages = [[SAME]] * 3 + [[Block(str(i))] for i in range(7)]
    assert drop_repeated(pages) == pages


def test_code_and_headings_are_not_counted() -> None:
    pages = [[Block("Usage", 2), Block("pip install tide", code=True), Block(c)] for c in "abc"]
    assert drop_repeated(pages) == pages


def test_headings_go_with_all_that_stood_under_them() -> None:
    part = [Block("Letters", 2), Block("Monthly", 3), SAME]
    pages = [[Block("Top", 1), Block(c), *part, Block("More", 2), Block(f"{c}!")] for c in "abc"]
    rest = [Block("Top", 1), Block("b"), Block("More", 2), Block("b!")]
    assert drop_repeated(pages)[1] == rest
    assert drop_repeated(pages)[0] == pages[0]


def test_a_heading_that_was_bare_before_stays() -> None:
    pages = [[Block("Coming soon", 2), Block("Letters", 2), SAME, Block("c", 2)] for _ in "abc"]
    assert drop_repeated(pages)[1] == [Block("Coming soon", 2), Block("c", 2)]
