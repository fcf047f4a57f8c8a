"""The engine off the event loop: what a server reaches, and what waits for what."""

import asyncio
import logging
import shutil
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.libraries.answering import OPEN_LIBRARIES
from bot.libraries.engine import BATCH_QUESTIONS, Closing, Engine
from bot.libraries.line import MOST_WAITING, TooManyWaiting
from bot.libraries.memory import Memory
from bot.settings import Settings
from bot.types import Earlier, Preferences, Question, Ref, Upload, Vote, Votes
from index.embed import Embedding, QuestionEmbedding
from index.errors import (
    JobRunning,
    NoDocuments,
    QuestionError,
    StoreBusy,
    StoreDamaged,
    UnknownDocument,
)
from index.library import Library
from index.summary import Progress, Summary
from index.types import Answer, Calibration, Passage
from tests.index.conftest import HashEncoder
from tests.index.cross_encoders import Devotee

OURS, THEIRS = 101, 202
MUSEUM = Question("When does the museum open in the morning?")
ROOF = Question("What colour is the roof of the mill?")


class Watched(HashEncoder):
    """Counts the batches of questions, and can be held up while it embeds passages."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.threads: set[str] = set()
        self.embedding = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def embed_questions(self, questions: Sequence[str]) -> list[QuestionEmbedding]:
        self.batches.append(len(questions))
        self.threads.add(threading.current_thread().name)
        return super().embed_questions(questions)

    def embed_passages(self, heads: Sequence[str], passages: Sequence[Passage]) -> list[Embedding]:
        self.embedding.set()
        self.free.wait(30)
        return super().embed_passages(heads, passages)


@pytest.fixture
def encoder() -> Watched:
    return Watched()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(data=tmp_path / "data", documents=tmp_path / "documents")


@pytest.fixture
async def engine(settings: Settings, encoder: Watched) -> AsyncIterator[Engine]:
    """The operator's library tells of the museum, our server's of the mill."""
    settings.documents.mkdir()
    text = "The museum opens at nine in the morning."
    (settings.documents / "town.md").write_text(text)
    engine = Engine(settings, lambda: encoder)
    await engine.start()
    await engine.index_folder(settings.documents, ignore)
    await engine.add(OURS, [note("mill.md", "The roof of the mill is green in colour.")], ignore)
    yield engine
    encoder.free.set()  # else a test that fails while a job is held up never ends
    await engine.close()


def note(name: str, text: str, link: str | None = None) -> Upload:
    return Upload(name, text.encode(), 7, link)


def ignore(_: Progress) -> None:
    pass


async def test_a_server_reaches_its_own_documents_and_the_operators(engine: Engine) -> None:
    found = await engine.ask(OURS, MUSEUM)
    assert found.answer.answered
    assert (found.passages[0].shared, found.searched) == (True, 2)
    found = await engine.ask(OURS, ROOF)
    assert found.answer.answered
    assert not found.passages[0].shared
    assert found.citations[0].title == "mill"
    own, shared = await engine.entries(OURS)
    assert [entry.record.name for entry in own] == ["mill.md"]
    assert [entry.record.name for entry in shared] == ["town.md"]
    assert (own[0].added_by, shared[0].added_by) == (7, None)


async def test_the_rerankers_scores_put_both_libraries_in_one_order(
    engine: Engine, settings: Settings, encoder: Watched
) -> None:
    devotee = Devotee("green")
    reranked = Engine(settings, lambda: encoder, load_reranker=lambda: devotee)
    await reranked.start()
    found = await reranked.ask(OURS, MUSEUM)
    await reranked.close()
    assert [ref.shared for ref in found.passages] == [False, True]
    assert [hit.parts for hit in found.answer.hits] == [
        (("reranker", 2.0),),
        (("reranker", -3.0),),
    ]
    assert found.answer.answered
    assert [question for question, _ in devotee.asked] == [MUSEUM.text] * 2  # once a library


@pytest.mark.parametrize("elsewhere", [THEIRS, None])
async def test_another_server_and_direct_messages_reach_the_operators_alone(
    engine: Engine, elsewhere: int | None
) -> None:
    found = await engine.ask(elsewhere, ROOF)
    assert found.searched == 1
    assert not any("mill" in hit.passage.text for hit in found.answer.hits)
    assert await engine.choices(elsewhere, "mill") == []
    for document in ("mill.md", "mill", "#o1"):
        with pytest.raises(UnknownDocument):
            await engine.find(elsewhere, document)
        with pytest.raises(UnknownDocument):
            await engine.ask(elsewhere, Question("What colour is it?", None, document))
    with pytest.raises(UnknownDocument):
        await engine.context(elsewhere, Ref(False, 1))
    own, shared = await engine.entries(elsewhere)
    assert (own, len(shared)) == ((), 1)


async def test_a_server_can_turn_the_operators_documents_off(engine: Engine) -> None:
    await engine.prefer(OURS, Preferences(shared=False))
    found = await engine.ask(OURS, MUSEUM)
    assert (found.answer.answered, found.searched) == (False, 1)
    assert await engine.choices(OURS, "") == [("mill", "#o1")]
    with pytest.raises(UnknownDocument):
        await engine.context(OURS, Ref(True, 1))
    assert (await engine.entries(OURS))[1] == ()
    assert (await engine.status(OURS)).shared_documents == 0
    await engine.prefer(THEIRS, Preferences(shared=False))
    with pytest.raises(NoDocuments):
        await engine.ask(THEIRS, MUSEUM)


async def test_one_document_can_be_searched_alone(engine: Engine) -> None:
    for document in ("#o1", "mill.md", "Mill"):
        found = await engine.ask(OURS, Question(MUSEUM.text, None, document))
        assert {ref.shared for ref in found.passages} == {False}
        assert (found.document, found.searched) == (Ref(False, 1), 1)
    for forged in ("#", "#o99", "#x1", "#o1; DROP TABLE document", "nothing like it"):
        with pytest.raises(UnknownDocument):
            await engine.ask(OURS, Question(MUSEUM.text, None, forged))


async def test_documents_of_the_operator_cannot_be_removed_from_a_server(engine: Engine) -> None:
    for document in ("#s1", "town.md", "town"):
        with pytest.raises(UnknownDocument):
            await engine.remove(OURS, document)
        with pytest.raises(UnknownDocument):
            await engine.find(OURS, document, own_only=True)
    assert (await engine.remove(OURS, "#o1")).name == "mill.md"
    assert (await engine.ask(OURS, MUSEUM)).searched == 1


async def test_questions_asked_together_are_embedded_together_off_the_event_loop(
    engine: Engine, encoder: Watched
) -> None:
    encoder.batches.clear()
    answers = await asyncio.gather(*(engine.ask(OURS, MUSEUM) for _ in range(50)))
    assert all(found.answer.answered for found in answers)
    assert sum(encoder.batches) == 50
    assert len(encoder.batches) <= 2 + 50 / BATCH_QUESTIONS
    assert encoder.threads == {"questions_0"}


async def test_a_server_that_floods_is_bounded_and_holds_no_other_up(engine: Engine) -> None:
    answered: list[int] = []

    async def ask(guild: int) -> None:
        await engine.ask(guild, MUSEUM)
        answered.append(guild)

    flood = [asyncio.create_task(ask(OURS)) for _ in range(MOST_WAITING + 20)]
    await asyncio.sleep(0)
    await ask(THEIRS)
    assert len(answered) <= 2 * BATCH_QUESTIONS
    results = await asyncio.gather(*flood, return_exceptions=True)
    refused = [result for result in results if result is not None]
    assert len(refused) == 20
    assert all(isinstance(error, TooManyWaiting) for error in refused)
    assert answered.count(OURS) == MOST_WAITING


async def test_one_question_that_fails_leaves_those_beside_it(engine: Engine) -> None:
    asked = [
        engine.ask(OURS, MUSEUM),
        engine.ask(OURS, Question("  ")),
        engine.ask(OURS, Question("x" * 3000)),
        engine.ask(OURS, ROOF),
    ]
    first, *failed, last = await asyncio.gather(*asked, return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert not isinstance(last, BaseException)
    assert first.answer.answered and last.answer.answered
    assert all(isinstance(error, QuestionError) for error in failed)


async def test_an_asker_who_gave_up_harms_no_one(engine: Engine) -> None:
    asking = [asyncio.create_task(engine.ask(OURS, MUSEUM)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[1].cancel()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)
    assert not any(isinstance(result, BaseException) for result in (results[0], results[2]))


async def test_questions_and_lists_are_answered_while_documents_are_indexed(
    engine: Engine, encoder: Watched
) -> None:
    encoder.embedding.clear()
    encoder.free.clear()
    job = asyncio.create_task(engine.add(OURS, [note("big.md", "The barn is red.")], ignore))
    while not encoder.embedding.is_set():
        await asyncio.sleep(0.01)
    assert (await engine.ask(OURS, ROOF)).answer.answered
    assert len((await engine.entries(OURS))[0]) == 1
    assert await engine.vote(OURS, Vote(1, 2, True)) == Votes(1, 0, True)
    assert not job.done()
    encoder.free.set()
    assert (await job).added == ("big.md",)
    assert (await engine.ask(OURS, Question("What colour is the barn?"))).searched == 3


async def test_a_job_stops_at_a_documents_border_when_the_engine_closes(
    settings: Settings, encoder: Watched
) -> None:
    engine = Engine(settings, lambda: encoder)
    encoder.free.clear()
    notes = [note(f"{number}.md", f"Note number {number} is here.") for number in range(3)]
    job = asyncio.create_task(engine.add(OURS, notes, ignore))
    while not encoder.embedding.is_set():
        await asyncio.sleep(0.01)
    closing = asyncio.create_task(engine.close())
    await asyncio.sleep(0.05)
    encoder.free.set()
    await closing
    with pytest.raises(Closing):
        await job
    with Library(settings.data / "libraries" / f"server-{OURS}", HashEncoder) as library:
        assert library.check() == ()
        assert {record.name for record, _ in library.documents()} <= {note.name for note in notes}


async def test_the_passage_stands_in_its_context(engine: Engine) -> None:
    parts = [f"Here we tell of {thing}. " + "More words. " * 90 for thing in ("tea", "rye", "oil")]
    await engine.add(OURS, [note("long.md", "\n\n".join(parts), "https://example.org/m")], ignore)
    found = await engine.ask(OURS, Question("Where do we tell of rye?"))
    context = await engine.context(OURS, found.passages[0])
    assert context.passage == found.answer.hits[0].passage
    assert context.citation == found.citations[0]
    assert context.citation.link == "https://example.org/m"
    assert context.before.endswith("More words.")
    assert 0 < len(context.before) <= 600
    assert context.after


async def test_a_follow_up_is_read_with_the_question_before_it(engine: Engine) -> None:
    await engine.add(OURS, [note("barn.md", "The roof of the barn is red in colour.")], ignore)
    before = await engine.ask(OURS, ROOF)
    follow = Question("and the barn?", Earlier(ROOF.text, before.passages[:1]))
    found = await engine.ask(OURS, follow)
    assert found.answer.earlier == ROOF.text
    assert found.citations[0].title == "barn"


async def test_status_counts_what_the_server_reaches(engine: Engine) -> None:
    await engine.ask(OURS, MUSEUM)
    await engine.ask(OURS, Question("Which quarks make up a proton?"))
    await engine.ask(OURS, MUSEUM, counted=False)
    await engine.prefer(OURS, await engine.preferences(OURS))  # after what was counted before it
    status = await engine.status(OURS)
    assert (status.model, status.backend) == ("hash", "hash")
    assert (status.own_documents, status.own_passages) == (1, 1)
    assert (status.shared_documents, status.shared_passages) == (1, 1)
    assert (status.asked_today, status.answered_today) == (2, 1)
    assert status.last_indexed
    assert (status.stale, status.problems) == (0, ())
    elsewhere = await engine.status(THEIRS)
    assert (elsewhere.own_documents, elsewhere.asked_today) == (0, 0)


async def test_a_failures_path_does_not_tell_where_files_are_kept(engine: Engine) -> None:
    summary = await engine.add(OURS, [note("empty.md", " ")], ignore)
    [failure] = summary.failed
    assert failure.path == "empty.md"
    assert "libraries" not in failure.reason


async def test_many_servers_share_a_bounded_number_of_open_files(engine: Engine) -> None:
    for guild in range(1000, 1000 + OPEN_LIBRARIES + 5):
        assert (await engine.ask(guild, MUSEUM)).answer.answered
    assert len(engine._answering._open) <= OPEN_LIBRARIES
    assert (await engine.ask(OURS, ROOF)).answer.answered


def test_a_reference_reads_what_it_wrote_and_nothing_else() -> None:
    for ref in (Ref(True, 0), Ref(False, 10**18 - 1)):
        assert Ref.parse(str(ref)) == ref
    for text in ("", "o", "x1", "o-1", "o１", "o1x", "s 1", "o1\n", "o" + "9" * 19):
        with pytest.raises(ValueError):
            Ref.parse(text)


async def test_who_added_a_document_is_known_also_where_the_job_was_stopped(
    engine: Engine,
) -> None:
    def stop(progress: Progress) -> None:
        if progress.passages and progress.files_done == progress.files_total:
            raise KeyError

    # Larger than what is embedded in one go, so that one document is done before the other.
    large = "\n\n".join(f"Paragraph {number}. " + "More words. " * 90 for number in range(70))
    uploads = [note("large.md", large), note("small.md", "The end.")]
    with pytest.raises(KeyError):
        await engine.add(OURS, uploads, stop)
    own, _ = await engine.entries(OURS)
    assert {entry.record.name: entry.added_by for entry in own} == {"mill.md": 7, "large.md": 7}


async def hold_up(encoder: Watched, job: Awaitable[Summary]) -> asyncio.Future[Summary]:
    """The job, begun and held up while it embeds; `encoder.free` lets it go on."""
    encoder.embedding.clear()
    encoder.free.clear()
    begun = asyncio.ensure_future(job)
    while not encoder.embedding.is_set():
        await asyncio.sleep(0.01)
    return begun


@pytest.mark.parametrize(
    "begin",
    [
        lambda engine: engine.add(OURS, [note("mill.md", "The roof of the mill is red.")], ignore),
        lambda engine: engine.reindexing.reindex(OURS, ignore, full=True),
        lambda engine: engine.reindexing.reindex(OURS, ignore, document="#o1", full=True),
    ],
    ids=["add", "reindex everything", "reindex one"],
)
async def test_a_removed_document_cannot_come_back_through_a_job_that_runs(
    engine: Engine, encoder: Watched, begin: Callable[[Engine], Awaitable[Summary]]
) -> None:
    job = await hold_up(encoder, begin(engine))
    with pytest.raises(JobRunning, match="Remove the document when it is done, or cancel it"):
        await asyncio.wait_for(engine.remove(OURS, "#o1"), 2)
    assert (await asyncio.wait_for(engine.entries(THEIRS), 2))[0] == ()
    encoder.free.set()
    assert (await job).updated == ("mill.md",)
    await engine.remove(OURS, "#o1")
    assert (await engine.entries(OURS))[0] == ()
    assert list((engine._places.folder(OURS) / "files").iterdir()) == []
    assert (await engine.reindexing.reindex(OURS, ignore)).added == ()


async def test_a_job_of_another_server_holds_no_removal_up(
    engine: Engine, encoder: Watched
) -> None:
    job = await hold_up(encoder, engine.add(THEIRS, [note("barn.md", "It is red.")], ignore))
    assert (await engine.remove(OURS, "#o1")).name == "mill.md"
    encoder.free.set()
    assert (await job).added == ("barn.md",)


async def test_a_question_that_cannot_be_embedded_leaves_those_beside_it(
    engine: Engine, encoder: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = encoder.embed_questions

    def fail_on_barn(questions: Sequence[str]) -> list[QuestionEmbedding]:
        if any("barn" in question for question in questions):
            raise ValueError
        return embed(questions)

    monkeypatch.setattr(encoder, "embed_questions", fail_on_barn)
    asked = [ROOF, Question("Where is the barn?"), MUSEUM]
    results = await asyncio.gather(
        *(engine.ask(OURS, question) for question in asked), return_exceptions=True
    )
    assert isinstance(results[1], ValueError)
    for found in (results[0], results[2]):
        assert not isinstance(found, BaseException)
        assert found.answer.answered


async def test_a_library_that_lost_its_last_document_meanwhile_leaves_the_other(
    engine: Engine, encoder: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = encoder.embed_questions

    def remove_first(questions: Sequence[str]) -> list[QuestionEmbedding]:
        with engine._places.library(OURS) as library:
            library.remove("mill.md")
        return embed(questions)

    monkeypatch.setattr(encoder, "embed_questions", remove_first)
    found = await engine.ask(OURS, MUSEUM)
    assert (found.answer.answered, found.searched) == (True, 1)


async def test_a_library_that_was_taken_away_or_replaced_is_opened_anew(engine: Engine) -> None:
    folder = engine._places.folder(OURS)
    assert (await engine.ask(OURS, ROOF)).answer.answered
    shutil.rmtree(folder)
    assert (await engine.ask(OURS, ROOF)).searched == 1
    await engine.add(OURS, [note("barn.md", "The roof of the barn is red in colour.")], ignore)
    found = await engine.ask(OURS, Question("What colour is the roof of the barn?"))
    assert (found.answer.answered, found.citations[0].title) == (True, "barn")


async def test_without_the_operators_library_a_server_has_its_own(
    engine: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for file in settings.library_folder.glob("library.db*"):
        file.unlink()
    (settings.library_folder / "library.db").write_bytes(b"x" * 20_000)
    for _ in range(2):
        found = await engine.ask(OURS, ROOF)
        assert (found.answer.answered, found.searched) == (True, 1)
        own, shared = await engine.entries(OURS)
        assert (len(own), shared) == (1, ())
        assert await engine.choices(OURS, "") == [("mill", "#o1")]
    warned = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 1
    for guild in (OURS, THEIRS, None):
        assert (await engine.status(guild)).problems == (
            "The operator’s documents cannot be read.",
        )
    for guild in (THEIRS, None):
        with pytest.raises(StoreDamaged):
            await engine.ask(guild, MUSEUM)
        with pytest.raises(StoreDamaged):
            await engine.entries(guild)


async def test_an_operators_library_found_damaged_while_it_is_searched_is_left_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Library.answer

    def fail_on_operators(library: Library, *arguments: Any, **options: Any) -> Answer:
        if library.folder == engine._places.folder(None):
            raise StoreDamaged("Some pages make no sense.")
        return answer(library, *arguments, **options)

    monkeypatch.setattr(Library, "answer", fail_on_operators)
    assert (await engine.ask(OURS, ROOF)).answer.answered
    with pytest.raises(StoreDamaged):
        await engine.ask(None, MUSEUM)


async def test_what_cannot_be_noted_hides_neither_a_jobs_result_nor_its_error(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise StoreBusy("Another Footnote is writing.")

    def stop(_: Progress) -> None:
        raise KeyError

    for method in ("note_uploads", "note_indexed", "forget_upload"):
        monkeypatch.setattr(Memory, method, fail)
    barn = [note("barn.md", "The barn is red.")]
    with pytest.raises(KeyError):
        await engine.add(OURS, barn, stop)
    assert (await engine.add(OURS, barn, ignore)).added == ("barn.md",)
    assert (await engine.reindexing.reindex(OURS, ignore)).unchanged == ("barn.md", "mill.md")
    assert (await engine.remove(OURS, "barn.md")).name == "barn.md"
    assert caplog.text.count("could not be noted") == 4


async def test_choices_that_would_read_the_same_bear_their_names(engine: Engine) -> None:
    texts = {"may.md": "# Minutes\n\nIt was warm.", "june.md": "# Minutes\n\nIt was hot."}
    long = "x" * 99 + " and what follows"
    texts |= {f"{month}.md": f"# {long} {month}\n\nIt was {month}." for month in ("july", "august")}
    await engine.add(OURS, [note(*one) for one in texts.items()], ignore)
    titles = [title for title, _ in await engine.choices(OURS, "m")]
    assert {"Minutes (may.md)", "Minutes (june.md)", "mill"} <= set(titles)
    assert len({title[:100] for title in titles}) == len(titles)
    for _, value in await engine.choices(OURS, "minutes"):
        assert (await engine.find(OURS, value)).record.title == "Minutes"


async def test_a_title_that_begins_like_a_reference_is_found(engine: Engine) -> None:
    await engine.add(
        OURS,
        [
            note("first.md", "#1 Rule\n\nBe kind to each other."),
            note("#tags.md", "Tags are words."),
        ],
        ignore,
    )
    assert (await engine.find(OURS, "#tags.md")).record.name == "#tags.md"
    found = await engine.ask(OURS, Question("What are tags?", None, "#tags"))
    assert found.citations[0].title == "#tags"


async def test_the_last_indexing_is_that_of_all_that_the_server_reaches(
    engine: Engine, settings: Settings
) -> None:
    assert (await engine.status(THEIRS)).last_indexed
    before = (await engine.status(OURS)).last_indexed
    await engine.index_folder(settings.documents, ignore)
    after = (await engine.status(OURS)).last_indexed
    assert before and after and before < after
    await engine.prefer(OURS, Preferences(shared=False))
    assert (await engine.status(OURS)).last_indexed == before


async def test_nothing_is_being_read_until_someone_says_so(engine: Engine) -> None:
    assert engine.reading is False


async def test_a_text_that_the_operator_has_too_is_found_once_and_cited_twice(
    engine: Engine,
) -> None:
    text = b"The museum opens at nine in the morning."
    await engine.add(OURS, [note("ours.md", text.decode()), note("copy.md", text.decode())], ignore)
    found = await engine.ask(OURS, MUSEUM)
    texts = [hit.passage.text for hit in found.answer.hits]
    assert len(texts) == len(set(texts)) == 2  # the mill is the other
    assert len(found.also[0]) == 2 and found.also[1] == ()
    assert {found.citations[0].title, *(other.title for other in found.also[0])} == {
        *("copy", "ours", "town")
    }
    assert len(found.answer.hits[0].also) == 2


async def test_each_librarys_own_calibration_tells_which_answer_comes_first(
    engine: Engine, settings: Settings, encoder: Watched
) -> None:
    await engine.add(OURS, [note("mill.txt", "The museum opens its roof at nine.")], ignore)
    shipped = await engine.ask(OURS, MUSEUM)
    assert [ref.shared for ref in shipped.passages[:2]] == [True, False]
    with Library(settings.library_folder, lambda: encoder) as operators:
        operators.calibrate(Calibration(threshold=9.0, spread=0.1))
    found = await engine.ask(OURS, MUSEUM)
    assert not found.passages[0].shared
    assert found.answer.confidence == shipped.answer.hits[1].confidence
    assert found.answer.hits[-1].confidence < 0.01
