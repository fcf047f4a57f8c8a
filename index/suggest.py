"""A document's passages → a draft of gold: questions that its headings and sentences answer.

Nothing is understood here. A sentence that is built like a definition, a price, a date, a number or
a duration is turned round into the question that it answers, and a heading that is a question is
taken as one. What does not read well is left out: a person reads the draft, and few good questions
are worth more than many.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from index.phrases import ask_of_heading, ask_of_sentence
from index.types import Passage

MOST = 60
"""Questions drafted from one document."""

MOST_OF_PASSAGE = 3

_PLAIN = re.compile(r"(?<![\w./@-])[a-z]\w*(?![\w/@]|\.\w)")
"""A word in lower case that is no part of an address."""

NOTE = "A draft, made without understanding: read each question, and mend or delete it."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and where a passage answers it."""

    question: str
    start_char: int
    end_char: int
    """Offsets in the passage's text."""
    drawn_from: str
    """What it was made of: "heading", "definition", "price", "date" and the like."""


def suggest_gold(
    title: str, name: str, passages: Sequence[Passage], language: str
) -> dict[str, Any]:
    """A draft that `footnote eval` reads, in SQuAD's format: each passage a context.

    The document is English or German by its `language`; of others only headings are used. The
    same passages give the same draft.
    """
    plain = frozenset(word for passage in passages for word in _PLAIN.findall(passage.text))
    asked: set[str] = set()
    drafted: list[tuple[Passage, Suggestion]] = []
    path: tuple[str, ...] = ()
    for passage in passages:
        opens = bool(passage.heading_path) and passage.heading_path != path
        path = passage.heading_path
        fresh = (
            suggestion
            for suggestion in _suggest(passage, language, opens, plain)
            if suggestion.question.casefold() not in asked
        )
        for suggestion in islice(fresh, MOST_OF_PASSAGE):
            asked.add(suggestion.question.casefold())
            drafted.append((passage, suggestion))
    kept = _spread(drafted, MOST)
    paragraphs = [
        {
            "context": passage.text,
            "qas": [
                _describe(number, passage, suggestion)
                for number, (other, suggestion) in enumerate(kept, 1)
                if other is passage
            ],
        }
        for passage in dict.fromkeys(passage for passage, _ in kept)
    ]
    data = [{"title": title, "document": name, "paragraphs": paragraphs}] if kept else []
    return {"version": "1.1", "draft": NOTE, "data": data}


def _suggest(
    passage: Passage, language: str, opens: bool, plain: frozenset[str]
) -> Iterator[Suggestion]:
    """What a passage suggests, best first; `opens` tells that its heading stands right above."""
    slices = [
        (start, *_without_bullet(passage.text[start:end])) for start, end in passage.sentences
    ]
    if opens and slices and (question := ask_of_heading(passage.heading_path[-1], language, plain)):
        start, skipped, sentence = slices[0]
        if re.search(r"\w\s+\w+\s+\w", sentence) and sentence.rstrip().endswith((".", "!", ":")):
            first = start + skipped
            yield Suggestion(question, first, first + len(sentence.rstrip()), "heading")
    for start, skipped, sentence in slices:
        if found := ask_of_sentence(sentence, language, plain):
            first = start + skipped
            yield Suggestion(
                found.question, first + found.start, first + found.end, found.drawn_from
            )


def _without_bullet(sentence: str) -> tuple[int, str]:
    """How much of a sentence is the sign or number of a list's item, and the sentence without."""
    bullet = re.match(r"(?:[-*+•–]|\d{1,3}[.)])?\s*", sentence)
    skipped = bullet.end() if bullet else 0
    return skipped, sentence[skipped:]


def _spread(
    drafted: list[tuple[Passage, Suggestion]], most: int
) -> list[tuple[Passage, Suggestion]]:
    """At most so many, from all over the document."""
    if len(drafted) <= most:
        return drafted
    return [drafted[number * len(drafted) // most] for number in range(most)]


def _describe(number: int, passage: Passage, suggestion: Suggestion) -> dict[str, Any]:
    answer = passage.text[suggestion.start_char : suggestion.end_char]
    return {
        "id": f"draft-{number}",
        "question": suggestion.question,
        "answers": [{"text": answer, "answer_start": suggestion.start_char}],
        "draft": True,
        "drawn_from": suggestion.drawn_from,
    }
