"""Taught answers are given to the same question in other words, and to no question that is near."""

from pathlib import Path

import pytest

from index.embed import SentenceEncoder
from index.library import Library
from index.paraphrase import compare_questions, read_words
from tests.bench.taught import measure_taught


def test_most_of_the_same_is_answered_and_nothing_that_is_only_near(
    packaged_encoder: SentenceEncoder, tmp_path: Path
) -> None:
    found = measure_taught(packaged_encoder, tmp_path)
    shares = {part: one.same / one.same_of for part, one in found.items()}
    assert min(shares.values()) >= 0.6, shares
    assert sum(one.same for one in found.values()) >= 125
    assert sum(one.near_of for one in found.values()) >= 150
    assert sum(one.near for one in found.values()) <= 2


def compare(encoder: SentenceEncoder, one: str, other: str, language: str = "en") -> float:
    first, second = encoder.embed_questions([one, other])
    return compare_questions(read_words(one, first, language), read_words(other, second, language))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I get from PC to Xbox?", "How do I get from Xbox to PC?"),
        ("Can guests invite members?", "Can members invite guests?"),
        ("Is it on page two?", "Is it on page 3?"),
        ("Must I bring my own racket?", "Can I bring my own racket?"),
        ("Can I enter with a ticket?", "Can I enter without a ticket?"),
        ("Where is the meeting?", "When is the meeting?"),
        ("How much is the ticket?", "How many tickets are there?"),
        ("Does it run on macOS?", "Does it run on Linux?"),
    ],
)
def test_what_tells_two_questions_apart_does_so_whatever_the_model_says(
    packaged_encoder: SentenceEncoder, one: str, other: str
) -> None:
    assert compare(packaged_encoder, one, one) == pytest.approx(1, abs=1e-3)
    assert compare(packaged_encoder, one, other) < 0.6
    assert compare(packaged_encoder, other, one) < 0.6


def test_in_a_language_without_lists_the_words_have_to_be_the_same(
    packaged_encoder: SentenceEncoder,
) -> None:
    same = "Où est la fête ?", "où est la fête"
    other = "Quand est la fête ?"
    assert compare(packaged_encoder, *same, "fr") > 0.9
    assert compare(packaged_encoder, same[0], other, "fr") < 0.6
    dense = "会議はいつ始まりますか", "会議はいつ終わりますか"
    assert compare(packaged_encoder, *dense, "ja") < 0.6


def test_what_was_taught_comes_before_what_is_found_and_is_no_passage_itself(
    packaged_encoder: SentenceEncoder, tmp_path: Path
) -> None:
    (tmp_path / "pets.txt").write_text("Guests may bring dogs to the meetup if they are quiet.")
    with Library(tmp_path / "library", lambda: packaged_encoder) as library:
        library.add([tmp_path / "pets.txt"])
        before = library.ask("Are guests allowed to bring dogs to the meetup?")
        taught = library.teach("Can guests bring dogs to the meetup?", "Yes, **small** ones.")
        answer = library.ask("Are guests allowed to bring dogs to the meetup?")
        assert (before.taught, answer.taught, answer.answered) == (None, taught, True)
        assert answer.confidence >= 0.87
        for question in ("Can guests bring children to the meetup?", "Who likes dogs?"):
            asked = library.ask(question)
            assert asked.taught is None
            assert {hit.document.name for hit in asked.hits} == {"pets.txt"}
        assert {hit.document.name for hit in answer.hits} == {"pets.txt"}
        library.unteach(taught.id)
        assert library.ask("Can guests bring dogs to the meetup?").taught is None


def test_what_is_damaged_is_not_given_as_an_answer(
    packaged_encoder: SentenceEncoder, tmp_path: Path
) -> None:
    with Library(tmp_path / "library", lambda: packaged_encoder) as library:
        library.teach("Who is Ann?", "The owner.")
        assert library.ask("Who is Ann?").taught
        with library.store.transaction():
            library.store._db.write("UPDATE taught SET answer = 'The thief.'")
        assert library.ask("Who is Ann?").taught is None
