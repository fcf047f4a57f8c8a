"""What the terminal and Discord say alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import (
    EXCERPT_CHARS,
    cut_excerpt,
    name_confidence,
    name_headings,
    name_pages,
    show_line,
    show_text,
)
from index.types import Passage
from tests.bot.passages import make_passage


def test_names_stand_on_one_line_and_texts_keep_theirs() -> None:
    assert show_line("a\nb 🦉") == "a\\nb 🦉"
    assert show_line("a\u2028b") == "a\\nb"
    assert show_text("a\nb\tc\u00ad\u200bd\u2028e") == "a\nb  cd\ne"
    assert show_text("\udcff") == "\\udcff"


def test_piles_of_marks_are_thinned_and_blank_letters_left_out() -> None:
    pile = "\u0301" * 40
    assert show_text(f"a{pile}b\u200d{pile}") == "a\u0301\u0301\u0301\u0301b\u200d" + "\u0301" * 4
    assert show_text("Việt Nam 1️⃣ 👩‍👩‍👧 हिन्दी") == "Việt Nam 1️⃣ 👩‍👩‍👧 हिन्दी"
    assert show_text("a\u3164\u115f\u1160\uffa0b") == "ab"


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=12).flatmap(
        lambda lengths: st.tuples(st.just(lengths), st.integers(0, len(lengths) - 1))
    )
)
def test_an_excerpt_is_whole_sentences_around_the_highlight(case: tuple[list[int], int]) -> None:
    lengths, marked = case
    passage = make_passage(["x" * length for length in lengths])
    start, end = cut_excerpt(passage, [passage.sentences[marked]])
    assert start in {a for a, _ in passage.sentences}
    assert end in {b for _, b in passage.sentences}
    assert start <= passage.sentences[marked][0] < passage.sentences[marked][1] <= end
    assert end - start <= max(EXCERPT_CHARS, lengths[marked])
    # No more sentence fits on either side.
    assert end == len(passage.text) or not _fits(passage, start, end, 1)
    assert start == 0 or not _fits(passage, start, end, -1)


def _fits(passage: Passage, start: int, end: int, side: int) -> bool:
    if side > 0:
        end = min(b for _, b in passage.sentences if b > end)
    else:
        start = max(a for a, _ in passage.sentences if a < start)
    return end - start <= EXCERPT_CHARS


@pytest.mark.parametrize(
    ("page", "last_page", "words"),
    [(None, None, ""), (3, 3, "p. 3"), (3, None, "p. 3"), (3, 4, "pp. 3–4")],
)
def test_pages_are_named_as_books_name_them(
    page: int | None, last_page: int | None, words: str
) -> None:
    assert name_pages(make_passage(["Text."], page, last_page=last_page)) == words


def test_the_title_is_not_said_twice() -> None:
    passage = make_passage(["Text."], heading_path=("Guide", "Museum"))
    assert name_headings("Guide", passage) == ("Museum",)
    assert name_headings("Town", passage) == ("Guide", "Museum")


def test_confidence_has_three_words() -> None:
    assert [name_confidence(value) for value in (1.0, 0.85, 0.84, 0.7, 0.69, 0.5)] == [
        *("Sure", "Sure", "Likely", "Likely", "Not sure", "Not sure")
    ]
