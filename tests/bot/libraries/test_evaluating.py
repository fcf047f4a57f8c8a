"""Confirmed questions asked of open libraries: recall, wrong answers, the lost, what is worse."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.libraries.confirmed import Confirmed
from bot.libraries.evaluating import Scores, Verdict, find_lost, measure
from index.library import Library
from index.relocate import shingle_text
from tests.index.conftest import HashEncoder

MUSEUM = "## Museum\n\nThe museum opens at nine in the morning. It shows old maps of the island."
LIBRARY = "## Library\n\nThe library has forty thousand books. Coffee costs two euro there."
HARBOUR = "## Harbour\n\nThe harbour has a red lighthouse. A ferry leaves the harbour every hour."
TOWN = "\n\n".join(["# Town guide", MUSEUM, LIBRARY, HARBOUR])
OPENS = "When does the museum open in the morning?"
INF = float("inf")

Make = Callable[..., Library]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A library of documents in a folder of its own, by their names."""

    def make_one(name: str, **documents: str) -> Library:
        folder = tmp_path / name
        (folder / "files").mkdir(parents=True)
        for document, text in documents.items():
            (folder / "files" / f"{document}.md").write_text(text)
        library = Library(folder, HashEncoder)
        library.add([folder / "files"])
        return library

    return make_one


def confirm(
    library: Library, about: str, question: str = OPENS, *, right: bool = True, shared: bool = False
) -> Confirmed:
    """That the passage which holds some words is right, or wrong."""
    [record] = library.store.records()
    found = library.store.passages(library.store.passage_ids(record.id)).values()
    [text] = [passage.text for _, passage in found if about in passage.text]
    return Confirmed(question, shared, record.name, shingle_text(text), right)


def confirmed_wrong(confirmed: list[Confirmed]) -> list[Confirmed]:
    """That the passage about the harbour answers none of the same questions."""
    return [replace(one, passage=shingle_text(HARBOUR), right=False) for one in confirmed]


def test_a_right_passage_has_its_rank_and_a_question_that_misses_it_is_answered_wrongly(
    make: Make,
) -> None:
    with make("own", town=TOWN) as library:
        scores = measure(
            {False: library},
            [confirm(library, "museum opens"), confirm(library, "lighthouse", OPENS + "?")],
        )
    first, second = scores.verdicts
    assert first == Verdict(1, False, False)
    assert second.rank and second.rank > 1 and second.wrong
    assert scores.ranks == [1, second.rank]
    assert scores.recall == (0.5, 1.0, 1.0, 1.0)
    assert scores.mrr == (1 + 1 / second.rank) / 2
    assert (scores.wrong, scores.lost) == (1, 0)


def test_a_refused_question_is_missed_and_not_answered_wrongly(make: Make) -> None:
    with make("own", town=TOWN) as library:
        confirmed = confirm(library, "lighthouse", "Which quarks make up a proton?")
        [verdict] = measure({False: library}, [confirmed]).verdicts
    assert not verdict.wrong


def test_a_wrong_passage_counts_only_where_it_is_answered_with(make: Make) -> None:
    with make("own", town=TOWN) as library:
        shown = confirm(library, "museum opens", right=False)
        other = confirm(library, "lighthouse", OPENS + "?", right=False)
        scores = measure({False: library}, [shown, other])
        both = measure({False: library}, [shown, replace(other, question=OPENS, right=True)])
    assert scores.verdicts == (Verdict(None, True, False), Verdict(None, False, False))
    assert (scores.recall, scores.mrr) == (None, None)
    [verdict] = both.verdicts
    assert verdict.wrong and verdict.rank and verdict.rank > 1


def test_passages_are_found_again_in_a_library_that_is_cut_anew(make: Make, tmp_path: Path) -> None:
    with make("own", town=TOWN) as library:
        confirmed = [confirm(library, "museum opens")]
    with Library(tmp_path / "anew", HashEncoder, passage_chars=40) as anew:
        anew.add([tmp_path / "own" / "files"])
        assert anew.store.counts()[0] > 4
        assert measure({False: anew}, confirmed).verdicts == (Verdict(1, False, False),)


def test_what_changed_a_little_is_found_and_what_is_gone_is_lost(make: Make) -> None:
    with make("own", town=TOWN) as library:
        confirmed = [confirm(library, "museum opens")]
        before = measure({False: library}, confirmed)
    with make("changed", town=TOWN.replace("nine", "ten")) as changed:
        assert measure({False: changed}, confirmed) == before
    with make("gone", town=TOWN.replace(MUSEUM, "")) as gone:
        scores = measure({False: gone}, confirmed)
    assert scores == Scores((Verdict(None, False, True),))
    assert scores.is_worse_than(before) and not before.is_worse_than(scores)
    first, second = scores.tell_worse(before)
    assert "among the first 3 for 0 questions; before, it was for 1" in first
    assert "The passages of 1 question are no longer in the documents" in second
    wrong = confirmed_wrong(confirmed)
    with make("half", town=TOWN.replace(MUSEUM, "")) as half:
        # What is known to be wrong makes no right passage of a lost one.
        assert measure({False: half}, [*confirmed, *wrong]).lost == 1
        assert measure({False: half}, wrong).lost == 0
        assert find_lost({False: half}, [*confirmed, *wrong]) == tuple(confirmed)
    with make("empty") as empty, make("renamed", city=TOWN) as renamed:
        assert measure({False: empty}, confirmed).lost == 1
        assert measure({False: renamed}, confirmed).lost == 1
        assert measure({}, confirmed).lost == 1


def test_a_server_is_answered_from_its_own_and_the_operators_library_together(make: Make) -> None:
    with make("own", harbour=f"# Sea\n\n{HARBOUR}") as own, make("operator", town=TOWN) as operator:
        libraries = {False: own, True: operator}
        confirmed = confirm(operator, "museum opens", shared=True)
        assert measure(libraries, [confirmed]).ranks == [1]
        # The same text stands in both: either is right.
        ferry = confirm(own, "ferry", "When does a ferry leave the harbour?")
        assert measure(libraries, [ferry]).ranks == [1]
        assert measure({False: own}, [confirmed]).lost == 1
        with make("empty") as empty:
            assert measure({False: empty, True: operator}, [confirmed]).ranks == [1]


def test_one_wrong_answer_more_is_worse_and_nothing_else_but_the_first_three() -> None:
    before = Scores((Verdict(1, False, False), Verdict(3, False, False)))
    assert not before.is_worse_than(before) and before.tell_worse(before) == ()
    lower = Scores((Verdict(2, False, False), Verdict(3, False, False)))
    assert not lower.is_worse_than(before)
    missed = Scores((Verdict(1, False, False), Verdict(4, False, False)))
    [told] = missed.tell_worse(before)
    assert told.startswith("The right passage is among the first 3 for 1 question;")
    wrong = Scores((Verdict(1, False, False), Verdict(3, True, False)))
    assert wrong.tell_worse(before) == ("1 question answered wrongly; before, 0.",)
    assert missed.is_worse_than(before) and wrong.is_worse_than(before)
    assert not before.is_worse_than(missed) and not before.is_worse_than(wrong)


def test_nothing_that_is_confirmed_gives_no_figures(make: Make) -> None:
    with make("own", town=TOWN) as library:
        scores = measure({False: library}, [])
    assert scores == Scores() and scores.recall is scores.mrr is None
    missed = Scores((Verdict(INF, False, False),))
    assert missed.recall == (0.0, 0.0, 0.0, 0.0) and missed.mrr == 0.0
