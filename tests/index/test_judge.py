"""Which hits gold calls right."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from index.gold import GoldQuestion
from index.judge import find_answers, is_named, is_right, marks_answer
from index.types import Hit, Passage, Record

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RECORD = Record(1, "notes/town.md", "/texts/notes/town.md", "Town", 9, 1, 1, "", "en", NOW, NOW)
OTHER = replace(RECORD, id=2, name="copy.md", source="/texts/copy.md")
PASSAGE = Passage("It opens at nine. It is red.", 100, 128, 3, 4, (), ((0, 17), (18, 28)))
HIT = Hit(RECORD, PASSAGE, 2.0, ((0, 17),))


@pytest.mark.parametrize(
    ("gold", "right"),
    [
        (GoldQuestion("q", places=((RECORD.source, 112, 116),)), True),
        (GoldQuestion("q", places=((RECORD.source, 128, 130),)), False),
        (GoldQuestion("q", places=((OTHER.source, 112, 116),)), False),
        (GoldQuestion("q", texts=("at  nine.\nIt",)), True),
        (GoldQuestion("q", texts=("at ten",)), False),
        (GoldQuestion("q", pages=(("town.md", 4),)), True),
        (GoldQuestion("q", pages=(("town.md", 5),)), False),
        (GoldQuestion("q", pages=(("town.md", None),)), True),
        (GoldQuestion("q", pages=(("town.md", None),), texts=("at ten",)), False),
        (GoldQuestion("q", pages=(("other.md", None),), texts=("nine",)), False),
    ],
)
def test_a_passage_is_right_where_all_that_gold_tells_fits(gold: GoldQuestion, right: bool) -> None:
    assert is_right(gold, HIT) is right


def test_a_passage_is_right_where_its_very_text_is_right_elsewhere() -> None:
    gold = GoldQuestion("q", places=((OTHER.source, 12, 16),))
    there = replace(PASSAGE, start_char=0, end_char=28)
    hit = replace(HIT, also=((OTHER, there),))
    assert is_right(gold, hit)
    assert marks_answer(gold, hit)
    assert not is_right(gold, HIT)


def test_a_highlight_beside_the_answer_marks_nothing() -> None:
    for gold in (
        GoldQuestion("q", places=((RECORD.source, 112, 116),)),
        GoldQuestion("q", texts=("nine",)),
    ):
        assert marks_answer(gold, HIT)
        assert not marks_answer(gold, replace(HIT, highlights=((18, 28),)))
        assert find_answers(gold, RECORD, PASSAGE) == ((12, 16),)


@pytest.mark.parametrize("name", ["notes/town.md", "town.md", "/texts/notes/town.md"])
def test_a_document_answers_to_its_name_its_file_and_its_source(name: str) -> None:
    assert is_named(RECORD, name)
    assert not is_named(RECORD, "own.md")
    assert not is_named(RECORD, "Town")
