"""A question after another: when it leans on that one, and how it is read then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.follow import (
    MAX_EARLIER_CHARS,
    OPENERS,
    POINTERS,
    WEAK_WORDS,
    Reading,
    choose_answer,
    join_questions,
    read_question,
)
from index.languages import LANGUAGES
from index.terms import question_terms
from index.types import Answer

EARLIER = "Which countries confirmed ground troops?"

LANGUAGE_LISTS = st.lists(st.sampled_from(sorted(LANGUAGES)), min_size=1, unique=True)


def read(question: str, *languages: str, earlier: str | None = EARLIER) -> Reading:
    return read_question(question, earlier, languages or ("en",))


@pytest.mark.parametrize(
    "question",
    [
        *("and Estonia?", "What about Estonia?", "Estonia?", "Why?", "How many?", "Since when?"),
        *("Which ones?", "Who else?", "And on Windows?", "What did they say?", "Where was that?"),
        *("And if it fails?", "How do I repair it?", "AND ESTONIA", "¿?", "…"),
    ],
)
def test_a_question_with_hardly_a_word_of_its_own_takes_in_the_earlier_one(question: str) -> None:
    reading = read(question)
    assert reading.earlier
    assert reading.text == f"{question} {EARLIER}"
    assert list(reading.carried_words) == question_terms(EARLIER, ("en",))
    assert len(reading.words) <= 1


@pytest.mark.parametrize(
    "question",
    [
        "Who leads the National Rally?",
        "How do I keep several collections apart?",
        "And how do I change the embedding model?",
        "Which file types can I add?",
        "What about encrypted files with a password, can it read them?",
        "Wo steht das Handbuch?",
        "今年の会議はどこで開かれましたか",
    ],
)
def test_a_question_that_says_enough_by_itself_stands_alone(question: str) -> None:
    assert not read(question).earlier


@pytest.mark.parametrize(
    ("language", "leaning", "standing"),
    [
        ("da", "Og Estland?", "Hvornår åbner museet i Paris?"),
        ("de", "Und in Estland?", "Wann öffnet das Museum in Paris?"),
        ("es", "¿Y Estonia?", "¿Dónde está el museo romano?"),
        ("fr", "Et l'Estonie ?", "Où se trouve le musée ?"),
        ("it", "E in Estonia?", "Quando apre il museo di Parigi?"),
        ("nl", "En in Estland?", "Wanneer opent het museum in Parijs?"),
        ("pt", "E a Estônia?", "Quando abre o museu de Paris?"),
        ("sv", "Och Estland?", "När öppnar museet i Paris?"),
    ],
)
def test_it_is_told_in_each_language_of_the_library(
    language: str, leaning: str, standing: str
) -> None:
    assert read(leaning, language).earlier
    assert read(leaning, language, "en").earlier
    assert not read(standing, language).earlier


def test_every_language_has_its_words() -> None:
    assert OPENERS.keys() == POINTERS.keys() == WEAK_WORDS.keys() <= LANGUAGES.keys()


def test_words_that_both_questions_hold_are_the_later_ones_own() -> None:
    reading = read("And the troops?")
    assert reading.words == (frozenset({"troop"}),)
    assert frozenset({"troop"}) not in reading.carried_words
    assert frozenset({"ground"}) in reading.carried_words


@given(st.text(max_size=60), LANGUAGE_LISTS)
def test_without_an_earlier_question_nothing_changes(question: str, languages: list[str]) -> None:
    alone = Reading(question, tuple(question_terms(question, languages)))
    assert read_question(question, None, languages) == alone
    assert read_question(question, "", languages) == alone


@given(st.text(max_size=60), st.text(max_size=60), LANGUAGE_LISTS)
def test_any_text_after_any_text_is_read(question: str, earlier: str, languages: list[str]) -> None:
    reading = read_question(question, earlier, languages)
    if not reading.earlier:
        assert reading == read_question(question, None, languages)
    assert set(reading.words).isdisjoint(reading.carried_words)
    assert reading.text.startswith(question)


NAMES = st.text("bcdfghjklmnpqrstvwxz", min_size=4, max_size=9)


@given(st.lists(NAMES, min_size=3, max_size=6, unique=True), st.text(max_size=60))
def test_a_question_of_three_words_that_say_something_is_read_as_without_an_earlier_one(
    names: list[str], earlier: str
) -> None:
    question = " ".join(names)
    assert read_question(question, earlier, ("en",)) == read_question(question, None, ("en",))


def answer(confidence: float) -> Answer:
    return Answer("What is telenet?", confidence >= 0.5, confidence, ())


def test_what_finds_nothing_with_the_earlier_question_may_find_it_alone() -> None:
    surely, hardly, not_at_all = answer(0.99), answer(0.6), answer(0.1)
    assert choose_answer(not_at_all, surely) is surely
    assert choose_answer(not_at_all, hardly) is not_at_all
    assert choose_answer(hardly, surely) is hardly


@pytest.mark.parametrize(
    ("question", "points_back"),
    [
        ("and Estonia?", False),
        ("Bardella?", False),
        ("Can I change that?", True),
        ("How likely is it?", True),
        ("why?", False),
    ],
)
def test_it_is_told_whether_a_question_points_back_or_names_a_subject(
    question: str, points_back: bool
) -> None:
    reading = read_question(question, "Which countries confirmed ground troops?", ("en",))
    assert reading.earlier
    assert reading.points_back is points_back


def test_a_conversation_is_carried_on_with_the_last_question_first_and_does_not_grow() -> None:
    assert join_questions("Who leads it?", None) == "Who leads it?"
    first = join_questions("and scans?", "Can I add slides?")
    assert first == "and scans? Can I add slides?"
    for _ in range(50):
        first = join_questions("why not?", first)
    assert first.startswith("why not? why not?")
    assert len(first) <= MAX_EARLIER_CHARS
