"""Blocks → Document: spans, heading paths, and sentences made whole."""

import pytest

from index.errors import DocumentTooLarge, EmptyDocument
from index.parse.blocks import Block, build_document, goes_on, rejoin_paragraphs
from index.parse.limits import Limits
from index.types import Document

NO_LIMITS = Limits()


def build(*blocks: Block, limits: Limits = NO_LIMITS) -> Document:
    return build_document(blocks, "Title", "file.txt", limits)


def read_spans(document: Document) -> list[tuple[str, int | None, tuple[str, ...]]]:
    return [
        (document.text[span.start_char : span.end_char], span.page, span.heading_path)
        for span in document.spans
    ]


def test_a_heading_stays_in_the_text_and_out_of_the_spans() -> None:
    document = build(Block("Rules", 1), Block("Be kind."), Block("Always."))
    assert document.text == "Rules\n\nBe kind.\n\nAlways."
    assert read_spans(document) == [("Be kind.\n\nAlways.", None, ("Rules",))]


def test_headings_nest_and_end_by_level() -> None:
    document = build(
        Block("A", 1), Block("one"), Block("B", 3), Block("two"), Block("C", 2), Block("three")
    )
    assert [span.heading_path for span in document.spans] == [("A",), ("A", "B"), ("A", "C")]


def test_a_heading_with_nothing_under_it_is_a_span_under_its_parents() -> None:
    document = build(Block("A", 1), Block("B", 2), Block("C", 2), Block("text"), Block("D", 1))
    assert read_spans(document) == [
        ("B", None, ("A",)),
        ("text", None, ("A", "C")),
        ("D", None, ()),
    ]


def test_a_paragraph_over_a_page_break_is_two_spans_with_a_space_between() -> None:
    document = build(Block("It goes", page=1), Block("on here.", page=2, continues=True))
    assert document.text == "It goes on here."
    assert read_spans(document) == [("It goes", 1, ()), ("on here.", 2, ())]


def test_a_hidden_heading_shows_in_paths_alone() -> None:
    document = build(Block("Outline", 1, hidden=True), Block("body"))
    assert document.text == "body"
    assert document.spans[0].heading_path == ("Outline",)


def test_two_sections_of_one_name_are_two_spans() -> None:
    document = build(Block("Q", 1), Block("a"), Block("Q", 1), Block("b"))
    assert [text for text, _, _ in read_spans(document)] == ["a", "b"]


def test_nothing_but_blanks_is_an_empty_document() -> None:
    with pytest.raises(EmptyDocument, match=r"file\.txt holds no text"):
        build(Block(" \u200b \n"))


def test_too_much_text_is_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="more than 10 characters"):
        build(Block("eleven letters"), limits=Limits(text_chars=10))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The council, guided by its own", "rules, decides on Monday."),
        ("Plans are far advanced. They are bringing the", "Old Town into shape."),
        ("Miller, Smith and Jones are backing the French", "President in his plan."),
        ("The vote was held in May. In June the whole of the", "Board met."),
        ("Die Stadt hat beschlossen, die Ufer mit", "Bäumen zu bepflanzen."),
    ],
)
def test_a_sentence_cut_by_a_blank_line_goes_on(before: str, after: str) -> None:
    assert goes_on(before, after)
    joined = rejoin_paragraphs([Block(before), Block(after)])
    assert joined == [Block(f"{before} {after}")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The history of the old harbour", "The harbour was built in 1820."),
        ("Opening Hours", "we open at nine"),
        ("This is a sentence with an end.", "another begins small"),
        ("As the paper wrote after the long summit last month,", "Trade is the key."),
        ("Written by the editors on 5 September 2025", "It begins here."),
        ("Things that you have to bring along", "• a towel"),
        ("1. Members of the club and of the", "2. Guests"),
        ("Is this what you were looking for?", "no"),
    ],
)
def test_headings_bylines_and_lists_do_not_go_on(before: str, after: str) -> None:
    assert not goes_on(before, after)


def test_a_heading_or_code_is_never_joined() -> None:
    blocks = [Block("The rules of the", 1), Block("game are few."), Block("x = y or", code=True)]
    assert rejoin_paragraphs([*blocks, Block("more text")]) == [*blocks, Block("more text")]
