"""A question's words as people wrote them, and which of them a passage holds."""

import re
from collections.abc import Sequence

from index.likeness import Word
from index.store import Store
from index.terms import question_terms


def find_held(store: Store, words: Sequence[Word], passage_id: int) -> tuple[bool, ...]:
    """Of each word, whether the passage holds it, under its headings."""
    held = set(store.evidence.terms([passage_id]).get(passage_id, "").split(" "))
    return tuple(not word.stems.isdisjoint(held) for word in words)


def spell_words(question: str, words: Sequence[Word], languages: Sequence[str]) -> tuple[str, ...]:
    """The words as the question has them."""
    spelled: dict[frozenset[str], str] = {}
    for word in re.findall(r"\w+", question):
        for stems in question_terms(word, languages):
            spelled.setdefault(stems, word)
    return tuple(spelled.get(word.stems) or max(word.stems, key=len) for word in words)
