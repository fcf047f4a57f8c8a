"""One score for every passage, held against the same formula written as plain loops."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.evidence import K1
from index.library import Library
from index.likeness import PLAIN_IDF, B, weigh_tokens, word_coverage
from index.proximity import LONG, STRETCH
from index.search import (
    BM25_WEIGHTS,
    CANDIDATES,
    CARRIED_SHARE,
    CITED_WEIGHT,
    COVERAGE_WEIGHTS,
    FIRST_BM25_WEIGHT,
    FIRST_COVERAGE_WEIGHT,
    FIRST_PASSAGE_WEIGHT,
    LACKING_WEIGHT,
    PAGE_FROM,
    PAGE_WEIGHT,
    PAIRS_WEIGHT,
    SENTENCE_TOKENS_WEIGHT,
    SENTENCE_WEIGHT,
    STATIONS,
    STRETCH_WEIGHTS,
    SUBJECT_WEIGHT,
    TOKENS_WEIGHT,
    VECTORS_WEIGHTS,
    Scored,
    rank_passages,
    weigh_words,
)
from index.terms import question_terms
from index.types import Document, Incoming, Span

TEXTS = {
    "bridge": "The old bridge was closed in winter. Ice had covered its iron railing for weeks.",
    "garden": "The garden opens in spring. Forty visitors came to the garden on the first day.",
    "museum": "The museum shows forty paintings. Visitors pay six euros at the door in winter.",
    "station": "Trains leave the station each hour. The last train to the coast leaves at ten.",
}


@pytest.fixture
def library(tmp_path: Path, open_library: Callable[..., Library]) -> Library:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text)
    library = open_library()
    library.add([folder])
    return library


def rank(
    library: Library,
    question: str,
    looked_at: int = 40,
    top: int = 10,
    familiarity: float = 1.0,
    **options: Any,
) -> list[Scored]:
    words = weigh_words(library.store, question_terms(question, library.store.languages()))
    embedding = library.encoder.embed_questions([question])[0]
    embedding = replace(embedding, familiarity=familiarity)
    return rank_passages(
        library.store, library.nearest, embedding, words, top=top, looked_at=looked_at, **options
    )


def names(library: Library, ranked: list[Scored]) -> list[str]:
    found = library.store.passages(scored.passage_id for scored in ranked)
    return [Path(record.name).stem for record, _ in found.values()]


@pytest.mark.parametrize(
    ("question", "winner"),
    [
        ("When does the garden open?", "garden"),
        ("Who closed the iron bridge?", "bridge"),
        ("How much do visitors of the museum pay?", "museum"),
        ("When does the last train leave?", "station"),
    ],
)
def test_the_passage_that_answers_comes_first(library: Library, question: str, winner: str) -> None:
    assert names(library, rank(library, question))[0] == winner
    assert names(library, rank(library, question, looked_at=1, top=1)) == [winner]


@pytest.mark.parametrize("looked_at", [0, 4, 40])
@pytest.mark.parametrize("familiarity", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize(
    "question",
    [
        "How many visitors came to the garden in winter?",
        "Which last trainstation had old ironwork?",
    ],
)
def test_the_score_is_the_documented_sum(
    library: Library, question: str, looked_at: int, familiarity: float
) -> None:
    ranked = rank(library, question, looked_at, familiarity=familiarity)
    expected = [
        plain_score(library, question, s.passage_id, looked_at > 0, familiarity) for s in ranked
    ]
    assert [scored.score for scored in ranked] == pytest.approx(expected, abs=2e-3)
    assert expected == sorted(expected, reverse=True)


def plain_score(
    library: Library, question: str, passage_id: int, with_tokens: bool, familiarity: float
) -> float:
    """The formula of index/search.py, without NumPy's tricks."""
    store = library.store
    asked = library.encoder.embed_questions([question])[0]
    ids, vectors = store.evidence.vectors()
    everything = {id: text.split() for id, text in store.evidence.terms(ids.tolist()).items()}
    own = everything[passage_id]
    mean_length = sum(map(len, everything.values())) / len(everything)
    bm25 = bound = held = related = mass = 0.0
    idfs, words = {}, []
    for stems in question_terms(question, store.languages()):
        df = sum(1 for other in everything.values() if stems & set(other))
        idf = math.log(1 + (len(everything) - df + 0.5) / (df + 0.5))
        idfs.update(dict.fromkeys(stems, idf))
        tf = sum(term in stems for term in own)
        length = len(own) / mean_length
        bm25 += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length))
        bound += idf * (K1 + 1)
        mass += idf
        held += idf if tf else 0
        related += idf if not tf and is_related(stems, own) else 0
        words.append((stems, idf))
    dense, of_bm25, of_coverage, of_stretch = (
        between(familiarity, weights)
        for weights in (VECTORS_WEIGHTS, BM25_WEIGHTS, COVERAGE_WEIGHTS, STRETCH_WEIGHTS)
    )
    if not with_tokens:
        whole = float(vectors[ids.tolist().index(passage_id)] @ asked.vector)
        words = max(of_bm25, FIRST_BM25_WEIGHT) * bm25 / bound
        covered = max(of_coverage, FIRST_COVERAGE_WEIGHT) * held / mass
        return dense * FIRST_PASSAGE_WEIGHT * whole + words + covered
    feature = store.evidence.features([passage_id])[passage_id]
    cosines = [float(vector @ asked.vector) for vector in feature.sentence_vectors]
    bits = np.unpackbits(feature.token_signs, axis=1, count=asked.token_vectors.shape[1])
    signs = (2.0 * bits - 1) / math.sqrt(bits.shape[1])
    sentences, start = [], feature.token_counts[0]
    for cosine, count in zip(cosines, feature.token_counts[1:], strict=True):
        best = [
            max(float(token @ sign) for sign in signs[start : start + count])
            for token in asked.token_vectors
        ]
        said = SENTENCE_TOKENS_WEIGHT * sum(best) / len(best)
        sentences.append(SENTENCE_WEIGHT * cosine + said)
        start += count
    weights = [
        max(PLAIN_IDF, max((idfs.get(stem, 0.0) for stem in terms), default=0.0))
        for word in asked.token_words
        for terms in [frozenset().union(*question_terms(word, store.languages()))]
    ]
    best = [max(float(token @ sign) for sign in signs) for token in asked.token_vectors]
    passage = sum(w * one for w, one in zip(weights, best, strict=True)) / sum(weights)
    vectors_part = dense * (max(sentences) + TOKENS_WEIGHT * passage)
    words_part = of_bm25 * bm25 / bound + of_coverage * (held + related) / mass
    stretches = [own[start : start + STRETCH] for start in range(len(own))]
    together = max(sum(idf for stems, idf in words if stems & set(some)) for some in stretches)
    neighbours = [(a, b, min(x, y)) for (a, x), (b, y) in pairwise(words)]
    beside = sum(
        idf for a, b, idf in neighbours if any(x in a and y in b for x, y in pairwise(own))
    )
    pairs = beside / sum(idf for _, _, idf in neighbours)
    return vectors_part + words_part + of_stretch * together / mass + PAIRS_WEIGHT * pairs


def is_related(stems: frozenset[str], own: list[str]) -> bool:
    """Whether a word of some length stands within one of a passage's, or the other way round."""
    long = [stem for stem in stems if len(stem) >= LONG]
    return any(a in b or (b in a and len(b) >= LONG) for a in long for b in own)


def between(familiarity: float, weights: tuple[float, ...]) -> float:
    """The weight on the line between the two stations around it."""
    if familiarity <= STATIONS[0]:
        return weights[0]
    for left, right, a, b in zip(STATIONS, STATIONS[1:], weights, weights[1:], strict=False):
        if familiarity <= right:
            return a + (b - a) * (familiarity - left) / (right - left)
    return weights[-1]


def test_tokens_weigh_what_their_words_do_and_others_little(library: Library) -> None:
    question = "How old is the xyzzy bridge?"
    words = weigh_words(library.store, question_terms(question, ["en"]))
    [asked] = library.encoder.embed_questions([question])
    weights = dict(zip(asked.token_words, weigh_tokens(asked, words, ["en"]), strict=True))
    assert weights["how"] == weights["is"] == PLAIN_IDF
    assert weights["xyzzy"] > weights["bridge"] >= PLAIN_IDF


def test_the_sentence_that_answers_scores_best(library: Library) -> None:
    first, *_ = rank(library, "How many visitors came on the first day?")
    assert len(first.sentence_scores) == 2
    assert first.sentence_scores[1] > first.sentence_scores[0]


def test_a_question_of_unknown_words_ranks_all_the_same(library: Library) -> None:
    ranked = rank(library, "xyzzy plugh")
    assert len(ranked) == len(TEXTS)
    assert ranked[0].score < 1


@pytest.mark.parametrize("question", ["???", "…", "🦊"])
def test_a_question_without_words_ranks_all_the_same(library: Library, question: str) -> None:
    assert len(rank(library, question)) == len(TEXTS)


def test_top_bounds_what_comes_back(library: Library) -> None:
    assert len(rank(library, "winter", top=2)) == 2
    assert len(rank(library, "winter", looked_at=1, top=3)) == 3


def test_a_passage_judged_alone_has_the_score_that_it_has_among_all(library: Library) -> None:
    for scored in rank(library, "When does the garden open?"):
        [alone] = rank(library, "When does the garden open?", only=scored.passage_id)
        assert alone.passage_id == scored.passage_id
        assert alone.score == pytest.approx(scored.score)
    assert rank(library, "When does the garden open?", only=99) == []


def test_a_passage_is_found_by_its_words_where_many_others_are_nearer(
    tmp_path: Path, library: Library
) -> None:
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    for number in range(CANDIDATES + 6):
        (crowd / f"{number}.txt").write_text(f"When does the {number}?")
    (tmp_path / "ferry.txt").write_text(f"The ferry lies beside {' and '.join(TEXTS.values())}")
    library.add([crowd, tmp_path / "ferry.txt"])
    assert names(library, rank(library, "When does the ferry?"))[0] == "ferry"


def test_of_two_sentences_with_the_questions_words_the_one_about_nothing_else_scores_best(
    tmp_path: Path, library: Library
) -> None:
    (tmp_path / "owls.txt").write_text(
        "Owls hunt mice in the wood behind the mill, long after dark. Owls hunt mice."
    )
    library.add([tmp_path / "owls.txt"])
    first, *_ = rank(library, "Owls hunt mice?")
    said, alone = first.sentence_scores
    assert alone > said


def test_a_rare_word_weighs_more_than_a_frequent_one(library: Library) -> None:
    rare, frequent = weigh_words(library.store, [frozenset({"bridg"}), frozenset({"winter"})])
    assert rare.idf > frequent.idf > 0


def test_coverage_is_the_held_share_of_the_idf_mass(library: Library) -> None:
    words = weigh_words(library.store, [frozenset({"bridg"}), frozenset({"xyzzy"})])
    share = words[0].idf / (words[0].idf + words[1].idf)
    assert word_coverage(words, ["the", "bridg"]) == pytest.approx(share)
    assert word_coverage(words, []) == 0
    assert word_coverage([], ["bridg"]) == 0


def test_a_word_is_found_by_its_stem_in_any_language_of_the_library(
    tmp_path: Path, library: Library
) -> None:
    german = tmp_path / "haus.txt"
    german.write_text(
        "Die alten Häuser der Stadt wurden von den Bürgern mit dem Geld der Bank gebaut."
    )
    library.add([german])
    assert library.store.languages() == ("de", "en")
    assert names(library, rank(library, "Hauses?"))[0] == "haus"
    assert names(library, rank(library, "bridges?"))[0] == "bridge"


GARDEN, MUSEUM, PERU = frozenset({"garden"}), frozenset({"museum"}), frozenset({"peru"})


def scores(
    library: Library,
    own: list[frozenset[str]],
    carried: list[frozenset[str]],
    *,
    points_back: bool = False,
    **options: Any,
) -> dict[str, float]:
    """The score of each document's one passage, with the look at tokens left out."""
    words = weigh_words(library.store, own, carried, points_back=points_back)
    [embedding] = library.encoder.embed_questions(["question"])
    ranked = rank_passages(
        library.store, library.nearest, embedding, words, top=10, looked_at=0, **options
    )
    by_id = {scored.passage_id: scored.score for scored in ranked}
    found = library.store.passages(by_id)
    return {Path(record.name).stem: by_id[id] for id, (record, _) in found.items()}


def test_words_that_are_carried_over_weigh_less_beside_own_ones(library: Library) -> None:
    own, carried = weigh_words(library.store, [GARDEN], [MUSEUM])
    [alone] = weigh_words(library.store, [MUSEUM])
    [only] = weigh_words(library.store, [], [MUSEUM])
    assert (own.needed, carried.needed, only.needed) == (SUBJECT_WEIGHT, 0, 0)
    assert carried.idf == pytest.approx(CARRIED_SHARE * alone.idf)
    assert only.idf == alone.idf


@pytest.mark.parametrize(("points_back", "loss"), [(True, LACKING_WEIGHT), (False, SUBJECT_WEIGHT)])
def test_a_passage_without_the_questions_own_word_loses(
    library: Library, points_back: bool, loss: float
) -> None:
    everything = scores(library, [MUSEUM, PERU], [])
    followed = scores(library, [PERU], [MUSEUM], points_back=points_back)
    bare = scores(library, [], [MUSEUM])
    # The carried word found, the own one not; and neither.
    assert followed["museum"] < everything["museum"] - loss
    assert followed["garden"] == pytest.approx(bare["garden"] - loss)
    assert scores(library, [MUSEUM], [PERU])["museum"] > everything["museum"]


def test_passages_of_cited_documents_gain(library: Library) -> None:
    [garden] = [record.id for record in library.store.records() if "garden" in record.name]
    before, after = scores(library, [MUSEUM], []), scores(library, [MUSEUM], [], cited=[garden])
    assert after["garden"] == pytest.approx(before["garden"] + CITED_WEIGHT)
    assert after["museum"] == before["museum"]


def test_passages_on_one_page_or_beside_it_lend_each_other_score(
    open_library: Callable[..., Library],
) -> None:
    texts = [
        "The net sales of the mill rose.",
        "The net sales of the mill, by year.",
        "Owls sleep.",
    ]
    texts.append("The net sales of the mill fell.")

    def look(pages: tuple[int | None, ...]) -> dict[str, float]:
        library = open_library()
        for record in library.store.records():
            library.remove(record.name)
        text = "\n\n".join(texts)
        spans = []
        for number, (part, page) in enumerate(zip(texts, pages, strict=True)):
            start = text.index(part)
            spans.append(Span(start, start + len(part), page, (f"Part {number}",)))
        document = Document("Mill", text, tuple(spans))
        library.add_documents([Incoming(f"{pages}.pdf", f"/{pages}.pdf", document, 1, str(pages))])
        ranked = rank(library, "What were the net sales of the mill?")
        found = library.store.passages(one.passage_id for one in ranked)
        return {found[one.passage_id][1].text: one.score for one in ranked}

    alone, together = look((None, None, None, None)), look((4, 5, 5, 9))
    gains = [together[text] - alone[text] for text in texts]
    assert gains[0] == pytest.approx(PAGE_WEIGHT * (alone[texts[1]] - PAGE_FROM))
    assert gains[1] == pytest.approx(PAGE_WEIGHT * (alone[texts[0]] - PAGE_FROM))
    assert gains[2] == pytest.approx(
        PAGE_WEIGHT * (max(alone[texts[0]], alone[texts[1]]) - PAGE_FROM)
    )
    assert gains[3] == pytest.approx(0)
    assert "pages" in dict(rank(open_library(), "What were the net sales of the mill?")[0].parts)


@pytest.mark.parametrize("looked_at", [0, 40])
def test_the_parts_of_a_score_add_up_to_it(library: Library, looked_at: int) -> None:
    for scored in rank(library, "When does the garden open?", looked_at=looked_at):
        assert sum(value for _, value in scored.parts) == pytest.approx(scored.score)
        assert ("passage tokens" in dict(scored.parts)) is bool(looked_at)


def test_the_parts_of_a_score_are_named_and_those_that_change_nothing_left_out(
    library: Library,
) -> None:
    question = "When does the garden open?"
    first, *_ = rank(library, question, looked_at=0)
    assert [name for name, _ in first.parts] == ["passage", "words", "coverage"]
    names = ["sentence", "sentence tokens", "passage tokens", "words", "coverage", "stretch"]
    names.append("pairs")
    first, *_ = rank(library, question)
    assert [name for name, _ in first.parts] == names
    words = weigh_words(library.store, [GARDEN, PERU], [MUSEUM])
    [embedding] = library.encoder.embed_questions([question])
    first, *_ = rank_passages(
        library.store, library.nearest, embedding, words, top=1, looked_at=9, cited=[1]
    )
    assert [name for name, _ in first.parts] == [*names, "lacking", "cited"]
