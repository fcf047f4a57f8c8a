"""Text → terms: what full text search compares.

Words are case-folded, freed of accents and stop words, and stemmed by their document's language;
a word in another script than the document's, by the language most usual in that script. Where no
spaces part the words, and in Korean, where particles stick to them, the terms are letters and pairs
of letters.

The reader of a question does not know the language of the passages, so a question's word stands
for its stems in every language of the library.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

from index.languages import (
    DENSE_LANGUAGES,
    LANGUAGES,
    QUESTION_PHRASES,
    SCRIPT_LANGUAGES,
    STOP_WORDS,
)
from index.scripts import WORD, fold_text, is_dense, pair_letters, script_of, split_dense

FALLBACK = "en"

KANA_SHARE = 0.05
"""Of its letters of Han and Kana, from which on a text is Japanese rather than Chinese."""

DENSE_WEIGHT = 3
"""What a letter of a dense script says beside one of the others."""


def detect_language(text: str) -> str:
    """The code in `LANGUAGES` that most of the text is in: by its script, and among the languages
    of one script by whose stop words are most frequent. `FALLBACK` where none is known."""
    words = Counter(islice(_split_words(fold_text(text[:50_000])), 5_000))
    codes = SCRIPT_LANGUAGES.get(_main_script(words), (FALLBACK,))
    counts = {code: sum(words[word] for word in stop_words(code)) for code in codes}
    best = max(codes, key=counts.__getitem__)
    return best if counts[best] * 10 >= words.total() else codes[0]


def extract_terms(text: str, language: str) -> list[str]:
    """The stems of the text's words in order, without stop words."""
    folded = fold_text(text)
    words = _split_words(folded)
    if folded.isascii() and language in SCRIPT_LANGUAGES["Latin"]:  # most texts, at once
        stop = stop_words(language)
        return _stem([word for word in words if word not in stop], language)
    terms: list[str] = []
    for code, group in groupby(words, lambda word: _language_of(word, language)):
        stop = stop_words(code)
        terms += _stem([word for word in group if word not in stop], code)
    return terms


def question_terms(question: str, languages: Sequence[str]) -> list[frozenset[str]]:
    """For each distinct word of the question, its stems in the languages of the library.

    A word is left out where it is a stop word in one of them; where none would be left, all stay.
    """
    words = list(dict.fromkeys(_split_words(fold_text(question))))
    read = [(word, {_language_of(word, language) for language in languages}) for word in words]
    kept = [
        (part, codes)
        for word, codes in read
        if not any(word in stop_words(code) for code in codes)
        for part in _cut_phrases(word, codes)
    ]
    stems = (stems for word, codes in kept or read for stems in _stem_in_each(word, codes))
    return list(dict.fromkeys(stems))


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """The language's function and question words, folded; none where they are not known."""
    return frozenset(fold_text(STOP_WORDS.get(language, "")).split())


def _split_words(folded: str) -> Iterator[str]:
    """The words of a folded text; what has no spaces comes in runs of one script each."""
    if not is_dense(folded):
        return iter(WORD.findall(folded))
    return (run for word in WORD.findall(folded) for run in split_dense(word))


def _main_script(words: Counter[str]) -> str:
    """The script that most is said in; Japanese is told from Chinese by its kana."""
    said: Counter[str] = Counter()
    for word, times in words.items():
        said[script_of(word)] += times * len(word) * (DENSE_WEIGHT if is_dense(word) else 1)
    if said["Kana"] > KANA_SHARE * (said["Kana"] + said["Han"]):
        said["Kana"] += said.pop("Han", 0)
    return max(said, key=said.__getitem__, default="")


def _language_of(word: str, language: str) -> str:
    """The language itself if it writes words in this one's script, or else the most usual there."""
    codes = SCRIPT_LANGUAGES.get("Latin" if word.isascii() else script_of(word), (FALLBACK,))
    return language if language in codes else codes[0]


def _stem(words: list[str], language: str) -> list[str]:
    """The words' stems; in a dense language, their letters and pairs of letters."""
    if language in DENSE_LANGUAGES:
        return [term for word in words for term in pair_letters(word)]
    if not LANGUAGES[language]:
        return words
    # A Greek word may be all ending.
    stems = _stemmer(language).stemWords(words)
    return [stem or word for stem, word in zip(stems, words, strict=True)]


def _stem_in_each(word: str, languages: Collection[str]) -> Iterator[frozenset[str]]:
    """The word's stems in the languages; in dense ones each of its terms by itself."""
    if DENSE_LANGUAGES.issuperset(languages):
        yield from (frozenset({term}) for term in pair_letters(word))
    else:
        yield frozenset(stem for language in languages for stem in _stem([word], language))


def _cut_phrases(word: str, languages: Collection[str]) -> list[str]:
    """What is left of a question's word without the phrases that say nothing in the languages."""
    parts = [word]
    for language in sorted(QUESTION_PHRASES.keys() & set(languages)):
        parts = [part for whole in parts for part in _phrases(language).sub(" ", whole).split()]
    return parts


@lru_cache
def _phrases(language: str) -> re.Pattern[str]:
    phrases = sorted(fold_text(QUESTION_PHRASES[language]).split(), key=len, reverse=True)
    # Korean puts them behind what they go with.
    return re.compile(f"({'|'.join(phrases)})" + ("$" if language == "ko" else ""))


@lru_cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(LANGUAGES[language])
