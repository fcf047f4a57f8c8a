"""Documents cut into passages of whole sentences."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import (
    CUT_IN_PARAGRAPH,
    MAX_LINE_CHARS,
    chunk_document,
    passage_head,
    text_size,
)
from index.types import Document, Passage, Span

SENTENCE = "The council met on the third floor and voted on the matter at hand."


def document(text: str, *spans: Span) -> Document:
    return Document("Title", text, spans or (Span(0, len(text)),))


def sentences(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in passage.sentences]


def test_a_short_document_is_one_passage_of_its_sentences() -> None:
    (passage,) = chunk_document(document("It rains. It pours.\n\nThe sun shines."), 1000, "en")
    assert passage.text == "It rains. It pours.\n\nThe sun shines."
    assert sentences(passage) == ["It rains.", "It pours.", "The sun shines."]


def test_a_long_document_is_cut_between_paragraphs() -> None:
    paragraphs = [" ".join([SENTENCE] * 5) for _ in range(4)]
    passages = chunk_document(document("\n\n".join(paragraphs)), 400, "en")
    assert [passage.text for passage in passages] == paragraphs


def test_a_paragraph_too_long_for_one_passage_is_cut_evenly_between_sentences() -> None:
    passages = chunk_document(document(" ".join([SENTENCE] * 9)), 450, "en")
    assert [len(passage.sentences) for passage in passages] == [5, 4]
    assert all(passage.text.endswith(".") for passage in passages)


def test_a_sentence_too_long_for_one_passage_is_cut_between_words() -> None:
    text = "word " * 100
    passages = chunk_document(document(text.strip()), 120, "en")
    assert all(len(passage.text) <= 120 for passage in passages)
    assert " ".join(passage.text for passage in passages).split() == text.split()


def test_a_passage_never_runs_over_a_heading() -> None:
    text = "One.\n\nSecond\n\nTwo."
    spans = (Span(0, 4, None, ("First",)), Span(14, 18, None, ("Second",)))
    one, two = chunk_document(document(text, *spans), 1000, "en")
    assert (one.text, one.heading_path) == ("One.", ("First",))
    assert (two.text, two.heading_path) == ("Two.", ("Second",))


def test_a_paragraph_over_a_page_break_stays_whole_and_knows_both_pages() -> None:
    text = "It began here and ended there."
    (passage,) = chunk_document(document(text, Span(0, 14, 3), Span(15, 30, 4)), 1000, "en")
    assert passage.text == text
    assert (passage.page, passage.last_page) == (3, 4)


def test_the_page_is_that_of_the_passage_not_of_the_document() -> None:
    page = " ".join([SENTENCE] * 3)
    text = f"{page}\n\n{page}"
    spans = (Span(0, len(page), 1), Span(len(page) + 2, len(text), 2))
    passages = chunk_document(document(text, *spans), 250, "en")
    assert [(passage.page, passage.last_page) for passage in passages] == [(1, 1), (2, 2)]


def test_each_table_row_is_a_sentence() -> None:
    text = "Year: 2022 | Sales: 14.5\nYear: 2023 | Sales: 14.7"
    (passage,) = chunk_document(document(text), 1000, "en")
    assert sentences(passage) == text.split("\n")


def test_abbreviations_do_not_end_a_sentence() -> None:
    (passage,) = chunk_document(document("Dr. Smith spoke to Mr. Jones. He left."), 1000, "en")
    assert sentences(passage) == ["Dr. Smith spoke to Mr. Jones.", "He left."]


def test_a_sentence_ends_before_white_space_only() -> None:
    text = "It lies in the folder ./data, or where asyncio.run put it! See it there."
    (passage,) = chunk_document(document(text), 1000, "en")
    assert sentences(passage) == [text[:-14], "See it there."]


def test_sentences_without_spaces_between_are_told_apart() -> None:
    (passage,) = chunk_document(document("東京は首都です。京都は古い!本当?はい。"), 1000, "ja")
    assert sentences(passage) == ["東京は首都です。", "京都は古い!", "本当?", "はい。"]


def test_wide_characters_count_threefold() -> None:
    assert text_size("東京 Tokyo") == 2 * 3 + 6
    passages = chunk_document(document("東京は日本の首都です。" * 40), 300, "ja")
    assert all(len(passage.text) <= 100 for passage in passages)


def test_a_document_without_spans_has_no_passages() -> None:
    assert chunk_document(Document("Title", "Heading", ()), 1000, "en") == ()


@pytest.mark.parametrize("word", ["met", "dieß", "x" * 30])
def test_a_line_of_any_length_is_cut_into_whole_sentences(word: str) -> None:
    sentence = f"The council {word} on the third floor."
    many = 3 * MAX_LINE_CHARS // len(sentence)
    passages = chunk_document(document(" ".join([sentence] * many)), 1000, "en")
    assert [one for passage in passages for one in sentences(passage)] == [sentence] * many


def test_a_line_without_sentences_is_cut_between_words() -> None:
    text = "word " * MAX_LINE_CHARS
    passages = chunk_document(document(text.strip()), 1000, "en")
    assert " ".join(passage.text for passage in passages).split() == text.split()


@pytest.mark.parametrize(
    "text",
    ["今天天气很好我们去公园散步。" * 30_000, "字" * 200_000, "-\n" * 80_000],
    ids=["sentences in one line", "no sentences", "short lines"],
)
@pytest.mark.usefixtures("stopped_if_stuck")
def test_a_long_text_of_one_kind_is_cut_in_seconds(text: str) -> None:
    passages = chunk_document(document(text), 1200, "zh")
    assert len("".join(passage.text for passage in passages)) > 0.9 * len(text.replace("\n", ""))
    assert all(text_size(passage.text) <= 1200 for passage in passages)


def cut_plainly(lengths: list[tuple[int, bool]], max_chars: int) -> float:
    """The least that cutting sentences of these lengths costs, by trying every run."""
    best = [0.0]
    for last in range(1, len(lengths) + 1):
        costs = []
        for first in range(last):
            run = lengths[first:last]
            size = sum(length for length, _ in run) + sum(1 + ends for _, ends in run[:-1])
            if size <= max_chars or len(run) == 1:
                missing = max(0.0, 1 - size / max_chars)
                penalty = 0 if run[-1][1] or last == len(lengths) else CUT_IN_PARAGRAPH
                costs.append(best[first] + missing**2 + penalty)
        best.append(min(costs))
    return best[-1]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=60),
    st.integers(60, 300),
)
def test_no_other_cut_is_cheaper(lengths: list[tuple[int, bool]], max_chars: int) -> None:
    text = "".join("x" * length + ("\n\n" if ends else "\n") for length, ends in lengths).strip()
    passages = chunk_document(document(text), max_chars, "en")
    cost = sum(max(0.0, 1 - len(passage.text) / max_chars) ** 2 for passage in passages)
    for passage, following in pairwise(passages):
        inside = "\n\n" not in text[passage.end_char : following.start_char]
        cost += CUT_IN_PARAGRAPH if inside else 0
    assert cost == pytest.approx(cut_plainly(lengths, max_chars))


PARAGRAPHS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=300),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(PARAGRAPHS, st.integers(20, 400), st.data())
def test_passages_slice_the_document_and_cover_its_spans(
    paragraphs: list[str], max_chars: int, data: st.DataObject
) -> None:
    spans, text = [], ""
    for paragraph in paragraphs:
        path = data.draw(st.sampled_from([(), ("A",), ("A", "B")]))
        text += paragraph
        spans.append(Span(len(text) - len(paragraph), len(text), len(spans) + 1, path))
        text += data.draw(st.sampled_from(["\n\n", " "]))
    covered = [False] * len(text)
    last = 0
    for passage in chunk_document(Document("Title", text, tuple(spans)), max_chars, "en"):
        assert passage.text == text[passage.start_char : passage.end_char]
        assert passage.start_char >= last
        last = passage.end_char
        assert len(passage.sentences) == 1 or text_size(passage.text) <= max_chars
        for start, end in passage.sentences:
            for place in range(passage.start_char + start, passage.start_char + end):
                assert not covered[place]
                covered[place] = True
    for span in spans:
        for place in range(span.start_char, span.end_char):
            assert covered[place] or text[place].isspace()


def test_a_table_is_not_parted_from_its_header_and_its_later_rows_carry_it() -> None:
    prose = " ".join([SENTENCE] * 3)
    rows = [f"Row {n} of the table | {n} | {n + 1}" for n in range(12)]
    table = "\n".join(["Years | 2023 | 2022", *rows])
    text = f"{prose}\n\nIncome by year\n\n{table}"
    at = text.index("Years")
    header = "Income by year\nYears | 2023 | 2022"
    spans = (Span(0, at - 2), Span(at, len(text), header=header))
    passages = chunk_document(document(text, *spans), 300, "en")
    first = next(passage for passage in passages if "Income by year" in passage.text)
    assert "Years | 2023 | 2022\nRow 0" in first.text
    assert first.header == ""
    later = [passage for passage in passages if passage.start_char > first.start_char]
    assert later
    assert all(passage.header == header for passage in later)
    assert passage_head("Report", later[0]) == "Report › Income by year › Years | 2023 | 2022"
    assert passage_head("Report", first) == "Report"


def test_a_tables_row_is_never_cut_whatever_its_cells_end_with() -> None:
    rows = [
        f"Impact no. {n}. Russia vs. others | 200. | (90) | 13.2 % | see p. {n}." for n in range(40)
    ]
    text = "\n".join(rows)
    passages = chunk_document(Document("T", text, (Span(0, len(text)),)), 300, "en")
    assert [text for passage in passages for text in passage.text.split("\n")] == rows
    marked = [passage.text[a:b] for passage in passages for a, b in passage.sentences]
    assert marked == rows
