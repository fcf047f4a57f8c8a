"""Questions that are none: query syntax, SQL, odd characters; all is looked for as words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.embed import load_encoder
from index.errors import QuestionError
from index.library import Library
from index.rows import is_term
from index.store import Store
from index.terms import extract_terms, question_terms

NOTES = b"# Swans\n\nThe swan sleeps near the NOT chamber. It is called terms:1 OR swan.\n"
LANGUAGES = ("en", "de", "ja", "ar", "ko")
PIECES = [
    *('"', '""', "'", "*", "^", ":", "(", ")", "+", "-", "{", "}", "%", "_", ";", "--", "/*", "\\"),
    *("NEAR(", "NEAR/2 ", " AND ", " OR ", " NOT ", "terms:", "{terms} :", "rowid", "swan"),
    *("' OR 1=1 --", "; DROP TABLE passage; --", "passage_index", "?1", ":a", "@b", "$c"),
    *("\0", "\ud800", "\udfff", "\u202e", "\ufeff", "\u2028", "\x1f", "\x7f", "\U0010ffff"),
    *("é", "e\u0301", "ß", "İ", "ﬁ", "℃", "日本", "สวัสดี", "한국어", "مرحبا", " ", "\t", "\n"),
]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join)


@pytest.fixture
def library(tiny_model: Path, kept_models: Path, tmp_path: Path) -> Iterator[Library]:
    """Holds one document, embedded by a real model."""
    encoder = load_encoder(str(tiny_model), cache=kept_models)
    with Library(tmp_path, lambda: encoder) as library:
        library.keep([("swans.md", NOTES)])
        yield library


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE)
@example("\0")
@example("\ud800")
@example('swan" OR "' * 200)
@example("NEAR(swan swan, 99999999999999999999)")
@example("swan" * 500)
@example("(" * 2_000)
@example("swan で sleep")
def test_whatever_is_asked_is_answered_or_refused_and_changes_nothing(
    library: Library, question: str
) -> None:
    before = library.store.generation
    try:
        library.ask(question)
    except QuestionError:
        assert not question.split() or len(question) > 2_000
    assert library.store.generation == before
    assert library.store.check() == ()


@given(HOSTILE, st.sampled_from(LANGUAGES))
def test_terms_are_what_the_full_text_can_hold(text: str, language: str) -> None:
    assert all(map(is_term, extract_terms(text, language)))
    stems = question_terms(text, LANGUAGES)
    assert all(is_term(term) for word in stems for term in word)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HOSTILE | st.sampled_from(PIECES), max_size=12))
@example(["swan", "swan*", '"swan"', "terms:swan", "^swan", "swan OR sleep"])
def test_a_term_finds_what_holds_it_and_nothing_by_its_syntax(
    library: Library, terms: list[str]
) -> None:
    store: Store = library.store
    [(id, held)] = [(id, set(terms.split())) for id, terms in store.evidence.terms([1]).items()]
    wanted = set(terms) & held
    assert store.evidence.match(terms, 9) == ([id] if wanted else [])
    assert {term for term, df in store.evidence.document_frequencies(terms).items() if df} == wanted
