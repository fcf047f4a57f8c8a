"""Which sentence is marked, and whether the question is answered."""

from datetime import UTC, datetime

import pytest

from index.answer import THRESHOLD, best_sentence, compose_answer, estimate_confidence
from index.search import Scored, Word
from index.types import Passage, Record

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = Record(1, "a.md", "/a.md", "A", None, 1, 10, "00", "en", NOW, NOW)
PASSAGE = Passage("It rained. Snow fell.", 5, 26, None, None, (), ((0, 10), (11, 21)))
SNOW = [Word(frozenset({"snow"}), 2.0)]


def scored(score: float, *sentences: float) -> Scored:
    return Scored(1, score, sentences or (0.5, 0.4))


def test_confidence_is_a_half_at_the_threshold_and_rises_with_the_score() -> None:
    assert estimate_confidence(THRESHOLD) == 0.5
    rising = [estimate_confidence(score) for score in (-50.0, 0.0, 1.0, 2.0, 3.0, 50.0)]
    assert rising == sorted(rising)
    assert all(0 <= confidence <= 1 for confidence in rising)


@pytest.mark.parametrize(("difference", "answered"), [(-0.01, False), (0.0, True), (0.01, True)])
def test_a_question_is_answered_from_the_threshold_on(difference: float, answered: bool) -> None:
    found = [(scored(THRESHOLD + difference), RECORD, PASSAGE)]
    assert compose_answer("snow?", SNOW, found).answered is answered


def test_no_passage_at_all_is_no_answer() -> None:
    answer = compose_answer("snow?", SNOW, [])
    assert (answer.answered, answer.confidence, answer.hits) == (False, 0.0, ())


def test_the_sentence_with_the_words_of_the_question_is_marked_where_scores_are_close() -> None:
    assert best_sentence(SNOW, scored(2.0, 0.5, 0.4), RECORD, PASSAGE) == (11, 21)


def test_the_sentence_that_scores_far_higher_is_marked_without_the_words() -> None:
    assert best_sentence(SNOW, scored(2.0, 0.9, 0.4), RECORD, PASSAGE) == (0, 10)
