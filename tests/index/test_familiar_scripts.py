"""With a model that is a stranger to the language, the score is no worse than its words alone."""

from pathlib import Path

import pytest

from index.embed import SentenceEncoder
from index.evaluate import fill_library
from index.follow import read_question
from index.gold import read_gold
from index.library import Library

GOLD = Path(__file__).parent.parent / "scripts"


@pytest.mark.parametrize("language", ["ja", "ru"])
def test_the_right_passage_comes_first_as_often_as_by_full_text_search_alone(
    tmp_path: Path, packaged_encoder: SentenceEncoder, language: str
) -> None:
    questions, contexts = read_gold(GOLD / f"{language}.json")
    with Library(tmp_path / "library", lambda: packaged_encoder) as library:
        fill_library(library, contexts, (), None)
        by_words = by_score = 0
        for question in questions:
            [(source, _, _)] = question.places
            reading = read_question(question.question, None, library.store.languages())
            stems = [stem for word in reading.words for stem in word]
            first = library.store.evidence.match(stems, 1)
            found = library.store.passages(first)
            by_words += any(record.source == source for record, _ in found.values())
            best = library.ask(question.question, top=1).hits[0]
            by_score += best.document.source == source
    assert by_words > 0.9 * len(questions)
    assert by_score >= by_words
