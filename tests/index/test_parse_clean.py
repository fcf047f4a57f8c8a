"""Clean text: composed, visible, whole words."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from index.parse.clean import clean_text, find_words, join_lines


def test_ligatures_soft_hyphens_and_odd_spaces_become_plain_letters() -> None:
    assert clean_text("e\ufb03cient\u00a0of\ufb01ce Donau\u00addampf\u200bschiff") == (
        "efficient office Donaudampfschiff"
    )


def test_accents_are_composed() -> None:
    assert clean_text("Cafe\u0301") == "Café"


def test_bullets_of_symbol_fonts_are_bullets() -> None:
    assert clean_text("\uf0b7 first") == "• first"


def test_joiners_stay_in_persian_and_emoji_and_go_from_latin() -> None:
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_text("👩\u200d💻") == "👩\u200d💻"
    assert clean_text("pass\u200cword") == "password"


def test_blank_lines_go_and_indents_stay_only_where_asked() -> None:
    assert clean_text("a\n\n   b  c\n") == "a\nb c"
    assert clean_text("if x:\n\n    y", keep_indent=True) == "if x:\n    y"


@given(st.text())
def test_clean_text_holds_no_control_character_and_stays_clean(text: str) -> None:
    cleaned = clean_text(text)
    bad = {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not [c for c in cleaned if unicodedata.category(c) in bad and c != "\n"]
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_text(cleaned) == cleaned


def test_a_word_broken_at_the_end_of_a_line_is_whole_again() -> None:
    assert join_lines(["Die Regie-", "rung tagt"], frozenset()) == "Die Regierung tagt"
    assert join_lines(["the govern-", "ment met"], frozenset()) == "the government met"


def test_a_compound_keeps_its_hyphen_if_the_document_writes_it_so() -> None:
    words = find_words("a well-known case")
    assert join_lines(["a well-", "known fact"], words) == "a well-known fact"


def test_a_compound_loses_its_hyphen_if_the_document_knows_the_joined_word() -> None:
    words = find_words("on-line and online")
    assert join_lines(["shop on-", "line today"], words) == "shop online today"


def test_a_hyphen_before_a_capital_or_for_a_word_left_out_stays() -> None:
    assert join_lines(["the Anglo-", "American war"], frozenset()) == "the Anglo-American war"
    assert join_lines(["Ein-", "und Ausgang"], frozenset()) == "Ein- und Ausgang"
