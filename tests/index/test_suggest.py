"""Drafts of gold: what they hold, and that evaluation reads them."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk_document
from index.gold import read_gold
from index.parse import parse_document
from index.suggest import MOST, MOST_OF_PASSAGE, suggest_gold
from index.types import Passage

RULES = """# House rules

## When is the house open?

The house opens at nine in the morning. Guests ring the bell.

## Fees

- A key costs 12 euros.
- The deposit is a sum that guests get back.
- The fee must be paid by 31 March.

## Fees again

The deposit is a sum that guests get back.
"""


def passages_of(text: str) -> tuple[Passage, ...]:
    return chunk_document(parse_document(text.encode(), "rules.md"), 1200, "en")


def ask_all(draft: dict) -> list[str]:  # type: ignore[type-arg]
    return [q["question"] for a in draft["data"] for p in a["paragraphs"] for q in p["qas"]]


def test_a_draft_asks_each_question_once_and_evaluation_reads_it(tmp_path: Path) -> None:
    passages = passages_of(RULES)
    draft = suggest_gold("House rules", "rules.md", passages, "en")
    assert ask_all(draft) == [
        "When is the house open?",
        "When does the house open?",
        "How much does a key cost?",
        "What is the deposit?",
        "By when must the fee be paid?",
    ]
    assert "review" in draft["draft"] or "read each question" in draft["draft"]
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    questions, contexts = read_gold(tmp_path / "draft.json")
    texts = {incoming.source: incoming.document.text for incoming in contexts}
    answers = [texts[source][a:b] for q in questions for source, a, b in q.places]
    assert answers == [
        "The house opens at nine in the morning.",
        "nine in the morning",
        "12 euros",
        "a sum that guests get back",
        "31 March",
    ]
    assert set(texts.values()) <= {passage.text for passage in passages}
    assert draft == suggest_gold("House rules", "rules.md", passages, "en")


def test_a_long_document_gives_no_more_than_the_most_from_all_over_it() -> None:
    text = "\n\n".join(f"# Part {n}\n\nItem {n} is a thing of use." for n in range(3 * MOST))
    asked = ask_all(suggest_gold("Parts", "parts.md", passages_of(text), "en"))
    assert len(asked) == MOST
    assert asked[0] == "What is Item 0?"
    assert asked[-1] > "What is Item 17"


def test_one_passage_is_not_asked_out() -> None:
    text = " ".join(f"Item {n} is a thing of use." for n in range(9))
    assert len(ask_all(suggest_gold("x", "x.md", passages_of(text), "en"))) == MOST_OF_PASSAGE


def test_nothing_that_reads_as_a_question_gives_an_empty_draft() -> None:
    draft = suggest_gold("Song", "song.md", passages_of("La la la. It rained."), "en")
    assert draft["data"] == []


@given(st.text(max_size=300), st.sampled_from(["en", "de", "fr"]))
def test_answers_are_slices_of_any_text(text: str, language: str) -> None:
    passage = Passage(text, 0, len(text), None, None, (text,), ((0, len(text)),))
    draft = suggest_gold(text, text, [passage], language)
    for article in draft["data"]:
        for paragraph in article["paragraphs"]:
            for entry in paragraph["qas"]:
                [answer] = entry["answers"]
                start = answer["answer_start"]
                assert paragraph["context"][start:].startswith(answer["text"])
                assert answer["text"].strip()
