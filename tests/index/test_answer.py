"""Which sentence is marked, and whether the question is answered."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from index.answer import NEAR, compose_answer, mark_sentences, merge_hits
from index.calibrate import SHIPPED, estimate_confidence
from index.likeness import Word
from index.search import Scored
from index.types import Hit, Passage, Record

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = Record(1, "a.md", "/a.md", "A", None, 1, 10, "00", "en", NOW, NOW)
PASSAGE = Passage("It rained. Snow fell.", 5, 26, None, None, (), ((0, 10), (11, 21)))
SNOW = [Word(frozenset({"snow"}), 2.0)]


def scored(score: float, *sentences: float) -> Scored:
    return Scored(1, score, sentences or (0.5, 0.4))


@pytest.mark.parametrize(("difference", "answered"), [(-0.01, False), (0.0, True), (0.01, True)])
def test_a_question_is_answered_from_the_threshold_on(difference: float, answered: bool) -> None:
    found = [(scored(SHIPPED.threshold + difference), RECORD, PASSAGE)]
    assert compose_answer("snow?", SNOW, found).answered is answered


def test_no_passage_at_all_is_no_answer() -> None:
    answer = compose_answer("snow?", SNOW, [])
    assert (answer.answered, answer.confidence, answer.hits) == (False, 0.0, ())


def test_an_answer_names_its_questions_and_what_the_score_of_each_hit_is_made_of() -> None:
    parts = (("words", 1.5), ("passage", 0.5))
    found = [(replace(scored(2.0, 0.9, 0.4), parts=parts), RECORD, PASSAGE)]
    answer = compose_answer("and snow?", SNOW, found, "does it rain?")
    assert (answer.question, answer.earlier) == ("and snow?", "does it rain?")
    [hit] = answer.hits
    assert (hit.document, hit.passage, hit.passage_id) == (RECORD, PASSAGE, 1)
    assert (hit.score, hit.parts, hit.highlights) == (2.0, parts, ((0, 10),))
    assert hit.confidence == answer.confidence == estimate_confidence(2.0, SHIPPED)


def test_the_sentence_with_the_words_of_the_question_is_marked_where_scores_are_close() -> None:
    assert mark_sentences(SNOW, scored(2.0, 0.5, 0.4), RECORD, PASSAGE) == ((11, 21),)


def test_the_sentence_that_scores_far_higher_is_marked_without_the_words() -> None:
    assert mark_sentences(SNOW, scored(2.0, 0.9, 0.4), RECORD, PASSAGE) == ((0, 10),)


def test_two_sentences_that_are_as_good_are_both_marked_in_the_order_of_the_text() -> None:
    near = scored(2.0, 0.5 + 0.2 - NEAR / 2, 0.5)
    assert mark_sentences(SNOW, near, RECORD, PASSAGE) == ((0, 10), (11, 21))


def test_of_three_sentences_that_are_as_good_two_are_marked() -> None:
    text = "Hail fell. It rained. Snow lay."
    passage = replace(PASSAGE, text=text, sentences=((0, 10), (11, 21), (22, 31)))
    alike = Scored(1, 2.0, (0.5, 0.5, 0.5))
    assert mark_sentences([], alike, RECORD, passage) == ((0, 10), (11, 21))


def test_nothing_is_marked_where_no_sentence_was_judged() -> None:
    assert mark_sentences(SNOW, Scored(1, 2.0, ()), RECORD, PASSAGE) == ()


def test_the_same_text_in_two_documents_is_one_hit_that_names_both() -> None:
    copy, other = replace(RECORD, id=2, name="b.md"), replace(PASSAGE, text="It rained.")
    again = replace(PASSAGE, text="It rained.\nSnow fell.")
    first = Hit(RECORD, PASSAGE, 2.0, ((11, 21),), 1)
    hits = merge_hits(
        [first, Hit(copy, again, 1.9, ((0, 10),), 2), Hit(RECORD, other, 1.8, ((0, 10),), 3)]
    )
    assert [hit.passage_id for hit in hits] == [1, 3]
    assert hits[0] == replace(first, also=((copy, again),))
    assert hits[1].also == ()


def test_as_many_hits_stay_as_were_asked_for_once_copies_are_merged() -> None:
    found = [(scored(2.0 - n / 10), replace(RECORD, id=n), PASSAGE) for n in range(3)]
    found.append((scored(1.0), RECORD, replace(PASSAGE, text="Hail fell. It rained.")))
    answer = compose_answer("snow?", SNOW, found, top=2)
    assert [len(hit.also) for hit in answer.hits] == [2, 0]
