"""What full text search compares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.terms import LANGUAGES, detect_language, extract_terms, question_terms, stop_words


def test_forms_of_one_word_are_one_term() -> None:
    assert extract_terms("Troops deployed; a TROOP deploys", "en") == [
        "troop",
        "deploy",
        "troop",
        "deploy",
    ]


def test_accents_and_case_do_not_part_words() -> None:
    assert extract_terms("Mélenchon MELENCHON", "en") == extract_terms("melenchon melenchon", "en")


def test_signs_are_read_as_the_letters_that_they_stand_for() -> None:
    assert extract_terms("37℃ ½ ﬁne", "en") == extract_terms("37 °C 1⁄2 fine", "en")


def test_stop_words_leave_no_term() -> None:
    assert extract_terms("What is the budget of the council?", "en") == ["budget", "council"]


def test_words_are_stemmed_by_their_language() -> None:
    assert extract_terms("Häuser", "de") == extract_terms("Hauses", "de")
    assert extract_terms("Häuser", "en") != extract_terms("Hauses", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The committee met in the morning and it was decided that all of this would wait.", "en"),
        ("Der Ausschuss tagte am Morgen, und es wurde beschlossen, dass alles warten kann.", "de"),
        ("Le comité s'est réuni dans la matinée et il est décidé que tout cela attende.", "fr"),
        ("El comité se reunió por la mañana y se decidió que todo esto puede esperar.", "es"),
        ("La commissione si è riunita nella mattina e ha deciso che tutto questo aspetti.", "it"),
        ("De commissie kwam in de ochtend bijeen en besloot dat het allemaal kan wachten.", "nl"),
        ("A comissão reuniu-se de manhã e foi decidido que tudo isto não pode esperar.", "pt"),
        ("Kommittén träffades på morgonen och det beslutades att allt detta ska vänta.", "sv"),
        ("Udvalget mødtes om morgenen, og det blev besluttet, at alt dette skal vente.", "da"),
    ],
)
def test_the_language_is_told_by_its_function_words(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "123 456", "国際連合の本部", "lorem ipsum dolor sit amet"])
def test_a_text_without_function_words_counts_as_english(text: str) -> None:
    assert detect_language(text) == "en"


def test_a_question_word_stands_for_its_stems_in_every_language_of_the_library() -> None:
    (word,) = question_terms("Häuser", ("de", "en"))
    assert word == {"haus", "hauser"}


def test_a_question_of_stop_words_alone_keeps_them() -> None:
    assert question_terms("What is it?", ("en",)) == [
        frozenset({"what"}),
        frozenset({"is"}),
        frozenset({"it"}),
    ]


def test_a_word_asked_twice_counts_once() -> None:
    assert len(question_terms("budget budgets BUDGET", ("en",))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_stop_words_and_a_stemmer(language: str) -> None:
    assert len(stop_words(language)) > 50
    assert extract_terms("xylophon", language)


@given(st.text(), st.sampled_from(sorted(LANGUAGES)))
def test_terms_are_lower_case_words_without_white_space(text: str, language: str) -> None:
    for term in extract_terms(text, language):
        assert term
        assert not any(char.isspace() or (char.isascii() and char.isupper()) for char in term)
