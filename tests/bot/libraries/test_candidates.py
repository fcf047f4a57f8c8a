"""What can be confirmed, and figures that are measured beside all else."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from bot.libraries import candidates as module
from bot.libraries.candidates import Candidate, find_candidates
from bot.libraries.confirmed import Confirmed
from bot.libraries.engine import Engine
from bot.libraries.kept import Kept
from bot.settings import Settings
from bot.types import Preferences, Question, Ref, Vote
from index.embed import QuestionEmbedding
from index.library import Library
from index.relocate import shingle_text
from tests.bot.kept import make_kept
from tests.index.conftest import HashEncoder

SERVER = 101
TOWN = """\
# Town guide

## Museum

The museum opens at nine in the morning. It shows old maps of the island.

## Harbour

The harbour has a red lighthouse. A ferry leaves the harbour every hour in summer.
"""
OPENS = "When does the museum open in the morning?"
FERRY = "How often does a ferry leave the harbour?"

Ask = Callable[..., None]


class HeldEncoder(HashEncoder):
    """Lets lists wait at a question until they are let on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.on = threading.Event(), threading.Event()
        self.on.set()

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]:
        if threading.current_thread().name.startswith("lists"):
            self.begun.set()
            self.on.wait()
        return super().embed_questions(questions)


@pytest.fixture
def encoder() -> HeldEncoder:
    return HeldEncoder()


@pytest.fixture
async def engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: HeldEncoder
) -> AsyncIterator[Engine]:
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=tmp_path / "data", documents=tmp_path / "documents")
    settings.documents.mkdir()
    (settings.documents / "town.md").write_text(TOWN)
    with Library(settings.library_folder, HashEncoder) as library:
        library.add([settings.documents])
    engine = Engine(settings, lambda: encoder)
    await engine.start()
    yield engine
    encoder.on.set()
    await engine.close()


def keep(engine: Engine, *kept: Kept) -> None:
    with engine._places.memory(SERVER) as memory:
        memory.prefer(Preferences(questions_days=30))
        for one in kept:
            memory.questions.keep(one)


def find(engine: Engine) -> list[Candidate]:
    with (
        engine._places.memory(SERVER) as memory,
        engine._places.reach(SERVER) as libraries,
    ):
        return find_candidates(libraries, memory.questions.kept(), memory.confirmed.all())


async def test_those_with_most_votes_come_first_then_the_newest(engine: Engine) -> None:
    museum, ferry = Ref(True, 1), Ref(True, 2)
    keep(
        engine,
        *(make_kept("A?", True, 0.9, passage=ferry), make_kept(OPENS, True, 0.9, passage=museum)),
        *(make_kept("B?", True, 0.9, passage=ferry), make_kept(OPENS, True, 0.9, passage=museum)),
        *(make_kept("C?", False, 0.2, passage=ferry), make_kept(OPENS, True, 0.9, passage=ferry)),
    )
    with engine._places.memory(SERVER) as memory:
        for user in (1, 2):
            memory.vote(Vote(5, user, False, ferry, "A?"))
        memory.vote(Vote(6, 1, True, museum, "B?"))
    found = find(engine)
    assert [(one.question, one.helpful, one.unhelpful) for one in found] == [
        *(("A?", 0, 2), ("B?", 1, 0), (OPENS, 0, 0), ("C?", 0, 0), (OPENS, 0, 0)),
    ]
    assert [one.passage.text.split()[1] for one in found[-3:]] == ["harbour", "harbour", "museum"]


async def test_what_is_gone_was_taught_or_is_confirmed_is_no_candidate(engine: Engine) -> None:
    with engine._places.library(SERVER) as library:
        taught = library.teach(FERRY, "Every hour.", cited=None, who=1, id=None)
        [lesson] = library.store.passage_ids(taught.id)
    keep(
        engine,
        make_kept("Without a passage?", False, 0.1),
        make_kept("Gone?", True, 0.9, passage=Ref(True, 99)),
        make_kept("Of another library?", True, 0.9, passage=Ref(False, 98)),
        make_kept(FERRY, True, 0.9, passage=Ref(False, lesson)),
        make_kept(OPENS, True, 0.9, passage=Ref(True, 1)),
    )
    [one] = find(engine)
    assert one.question == OPENS and one.shared
    assert await engine.evaluation.confirm(SERVER, one.id, True)
    assert find(engine) == []
    assert not await engine.evaluation.confirm(SERVER, one.id, False)
    assert await engine.evaluation.confirmed(SERVER) == (
        Confirmed(OPENS, True, "town.md", shingle_text(one.passage.text), True, 1),
    )


async def test_figures_that_are_measured_a_few_at_a_time_are_those_of_all_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [make_kept(f"{OPENS} {n}", True, 0.9, passage=Ref(True, 1 + n % 2)) for n in range(5)]
    keep(engine, *kept)
    for one in find(engine):
        await engine.evaluation.confirm(SERVER, one.id, True)
    whole = await engine.evaluation.evaluate(SERVER)
    monkeypatch.setattr(module, "SLICE", 2)
    assert await engine.evaluation.evaluate(SERVER) == whole
    assert len(whole.scores.verdicts) == 5 and len(set(whole.scores.ranks)) == 2


async def test_questions_are_answered_while_figures_are_measured(
    engine: Engine, encoder: HeldEncoder
) -> None:
    keep(engine, make_kept(OPENS, True, 0.9, passage=Ref(True, 1)))
    [one] = find(engine)
    await engine.evaluation.confirm(SERVER, one.id, True)
    encoder.on.clear()
    measuring = asyncio.create_task(engine.evaluation.evaluate(SERVER))
    assert await asyncio.to_thread(encoder.begun.wait, 60)
    found = await engine.ask(SERVER, Question(OPENS))
    assert found.answer.answered and not measuring.done()
    encoder.on.set()
    assert (await measuring).scores.ranks == [1]
