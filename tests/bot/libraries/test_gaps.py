"""Questions without an answer that helped: grouped, named, settled."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.libraries import gaps as module
from bot.libraries.gaps import Gap, Gaps, find_gaps, settle_gap
from bot.libraries.places import Places
from bot.libraries.vectors import pack_vector
from bot.settings import Settings
from bot.types import Preferences, Ref, Vote
from index.embed import QuestionEmbedding
from index.types import Citation
from index.web import Fetcher
from tests.bot.kept import make_kept
from tests.index.conftest import HashEncoder

SERVER, OTHER, DAYS = 101, 202, 30
SWANS = [
    "Where do grey swans sleep tonight?",
    "grey swans sleep where tonight",
    "Where do swans sleep tonight",
]
MILL = ["Who owns the old mill wheel?", "the old mill wheel, who owns that?"]


class CountingEncoder(HashEncoder):
    """Knows how many questions it has embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]:
        self.asked += len(questions)
        return super().embed_questions(questions)


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: CountingEncoder) -> Places:
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=tmp_path / "data", documents=tmp_path / "documents")
    places = Places(settings, lambda: encoder, Fetcher())
    for guild in (SERVER, OTHER):
        with places.memory(guild) as memory:
            memory.prefer(Preferences(questions_days=DAYS))
    return places


Ask = Callable[..., None]


@pytest.fixture
def ask(places: Places) -> Ask:
    """Keeps questions that were refused."""

    def keep(*texts: str, guild: int = SERVER, answered: bool = False, **more: object) -> None:
        with places.memory(guild) as memory:
            for text in texts:
                confidence = 0.9 if answered else 0.1
                memory.questions.keep(make_kept(text, answered, confidence, **more))

    return keep


def names(gaps: Gaps) -> list[tuple[str, ...]]:
    return [gap.examples for gap in gaps.groups]


def find(gaps: Gaps, text: str) -> Gap:
    [gap] = [gap for gap in gaps.groups if text in gap.examples]
    return gap


def test_what_means_the_same_is_one_group_and_the_one_of_most_people_comes_first(
    places: Places, ask: Ask
) -> None:
    for asker, text in enumerate(SWANS):
        ask(text, asker=asker)
    ask(*MILL, *MILL, asker=77)
    ask("When does the museum open?", asker=1, answered=True)
    swans, mill = find_gaps(places, SERVER, DAYS).groups
    assert (swans.people, swans.questions, swans.refused, swans.unhelpful) == (3, 3, 3, 0)
    assert set(swans.examples) == set(SWANS)
    assert {"swans", "sleep"} <= set(swans.words)
    assert (mill.people, mill.questions) == (1, 4)
    assert {"mill", "wheel"} & set(mill.words)
    assert mill.closest is None and mill.first <= mill.last


def test_the_same_words_are_one_example_and_those_asked_most_come_first(
    places: Places, ask: Ask
) -> None:
    ask("Who owns the mill wheel?", "who owns the mill's wheel", "WHO owns the mill wheel")
    [gap] = find_gaps(places, SERVER, DAYS).groups
    assert gap.examples == ("WHO owns the mill wheel", "who owns the mill's wheel")
    assert gap.questions == 3
    with places.memory(SERVER) as memory:
        [first] = [kept for kept in memory.questions.kept() if kept.id == gap.ids[0]]
    assert first.text == gap.examples[0]


def test_an_answer_that_was_voted_down_is_a_gap_until_it_is_outvoted(
    places: Places, ask: Ask
) -> None:
    ask(MILL[0], answered=True)
    with places.memory(SERVER) as memory:
        memory.vote(Vote(1, 10, False, None, MILL[0]))
    [gap] = find_gaps(places, SERVER, DAYS).groups
    assert (gap.refused, gap.unhelpful, gap.confidence) == (0, 1, 0.9)
    with places.memory(SERVER) as memory:
        memory.vote(Vote(1, 11, True, None, MILL[0]))
    assert find_gaps(places, SERVER, DAYS).groups == ()


def test_the_passage_that_came_closest_is_cited_while_it_is_there(
    places: Places, ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "town.md").write_text("# Town guide\n\n## Mill\n\nThe mill is old.\n")
    with places.library(None) as library:
        library.add([tmp_path / "documents"])
        [passage] = library.store.passage_ids(1)
    ask(MILL[0], passage=Ref(True, passage))
    ask(SWANS[0], passage=Ref(False, passage))  # the server has no documents of its own
    found = find_gaps(places, SERVER, DAYS)
    mill = Citation("Town guide", None, ("Town guide", "Mill"), None)
    assert find(found, MILL[0]).closest == mill
    assert find(found, SWANS[0]).closest is None
    with places.memory(SERVER) as memory:
        memory.prefer(Preferences(questions_days=DAYS, shared=False))
    assert find(find_gaps(places, SERVER, DAYS), MILL[0]).closest is None


def test_what_is_done_returns_once_it_is_asked_again(places: Places, ask: Ask) -> None:
    ask(*SWANS, *MILL)
    gap = find(find_gaps(places, SERVER, DAYS), MILL[0])
    assert settle_gap(places, SERVER, DAYS, gap.ids[0], "done") == gap
    assert settle_gap(places, SERVER, DAYS, gap.ids[0], "done") is None
    assert set(names(find_gaps(places, SERVER, DAYS))[0]) == set(SWANS)
    ask(MILL[1])
    assert find(find_gaps(places, SERVER, DAYS), MILL[1]).questions == 1


def test_what_is_not_theirs_stays_hidden_until_it_is_brought_back(places: Places, ask: Ask) -> None:
    ask(*SWANS, *MILL)
    gap = find(find_gaps(places, SERVER, DAYS), MILL[0])
    assert settle_gap(places, SERVER, DAYS, gap.ids[-1], "not ours") == gap
    ask(MILL[1], "Who owns that old mill wheel?")
    found = find_gaps(places, SERVER, DAYS)
    assert len(found.groups) == 1 and set(found.groups[0].examples) == set(SWANS)
    assert found.hidden == 1
    with places.memory(SERVER) as memory:
        [topic] = memory.questions.topics()
        assert topic.words == " ".join(gap.words)
        memory.questions.restore()
    found = find_gaps(places, SERVER, DAYS)
    assert len(found.groups) == 2 and found.hidden == 0
    assert find(found, MILL[1]).questions == 4


def test_of_what_is_not_theirs_no_question_outlives_its_days(places: Places, ask: Ask) -> None:
    ask(*MILL)
    gap = find(find_gaps(places, SERVER, DAYS), MILL[0])
    settle_gap(places, SERVER, DAYS, gap.ids[0], "not ours")
    with places.memory(SERVER) as memory:
        assert len(memory.questions.topics()) == 1
        memory.prefer(Preferences())
        assert memory.questions.topics() == () and memory.questions.kept() == ()


def test_another_servers_questions_are_no_gap_and_cannot_be_settled(
    places: Places, ask: Ask
) -> None:
    ask(*SWANS)
    [gap] = find_gaps(places, SERVER, DAYS).groups
    assert find_gaps(places, OTHER, DAYS).groups == ()
    assert settle_gap(places, OTHER, DAYS, gap.ids[0], "done") is None
    assert find_gaps(places, SERVER, DAYS).groups == (gap,)


def test_vectors_are_made_once_and_anew_for_another_model(
    places: Places, ask: Ask, encoder: CountingEncoder
) -> None:
    ask(*SWANS)
    ask(MILL[0], vector=pack_vector(encoder, HashEncoder().embed_questions(MILL)[0].vector))
    first = find_gaps(places, SERVER, DAYS)
    assert encoder.asked == len(SWANS)
    assert find_gaps(places, SERVER, DAYS) == first
    assert encoder.asked == len(SWANS)
    encoder.fingerprint = "hash@2"
    assert find_gaps(places, SERVER, DAYS) == first
    assert encoder.asked == 2 * len(SWANS) + 1
    encoder.query_prompt = "question: "
    find_gaps(places, SERVER, DAYS)
    assert encoder.asked == 3 * len(SWANS) + 2


def test_where_there_are_too_many_the_oldest_are_left_out_and_that_is_told(
    places: Places, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(*MILL, *SWANS)
    monkeypatch.setattr(module, "MOST_GROUPED", len(SWANS))
    found = find_gaps(places, SERVER, DAYS)
    assert found.left_out == len(MILL)
    assert {text for gap in found.groups for text in gap.examples} == set(SWANS)


def test_without_questions_no_model_is_loaded(places: Places, encoder: CountingEncoder) -> None:
    assert find_gaps(places, SERVER, DAYS) == Gaps(DAYS, DAYS, ())
    assert not places.loaded
    with places.memory(SERVER) as memory:
        memory.prefer(Preferences())
    assert find_gaps(places, SERVER, DAYS) == replace(Gaps(DAYS, DAYS, ()), kept_days=0)
