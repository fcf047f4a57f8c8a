"""The engine off the event loop: what the bot awaits.

Questions that are asked together are embedded together. All lanes share one model, which takes
turns batch by batch, so that questions are answered while documents are indexed. What comes from
the web, from repositories and from channels: `bot/libraries/upkeep.py`.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.audience import NOBODY, Audience
from bot.libraries.answering import Answering, Asked
from bot.libraries.bonds import BondDesk
from bot.libraries.candidates import EvaluationDesk
from bot.libraries.drafts import settle
from bot.libraries.gaps import GapDesk
from bot.libraries.insight import InsightDesk
from bot.libraries.keeping import Keeping
from bot.libraries.lanes import Closing, Lane, Lanes
from bot.libraries.line import Line
from bot.libraries.noting import Noting
from bot.libraries.places import Places
from bot.libraries.reasons import Reasons
from bot.libraries.reindexing import Reindexing
from bot.libraries.standing import AnswerDesk
from bot.libraries.teaching import Teaching
from bot.libraries.timing import Timing
from bot.libraries.turns import Turns
from bot.libraries.upkeep import Upkeep
from bot.libraries.waiting import WaitDesk
from bot.logs import current_request, log_request
from bot.metrics import Metrics
from bot.settings import Settings
from bot.status import Status
from bot.types import (
    Context,
    Entry,
    Found,
    Personal,
    Preferences,
    Question,
    Ref,
    Report,
    Upload,
    Vote,
    Votes,
)
from index.embed import Encoder
from index.rerank import Reranker
from index.summary import Summary
from index.types import Record
from index.web import Fetcher

__all__ = ["Closing", "Engine"]

BATCH_QUESTIONS = 8
"""Answered together at most: who asks beside a server's flood waits for two batches."""
COUNT_EVERY_S = 60.0
"""How long a count of all passages holds: every library is opened for one."""


class Engine:
    """Answers, lists and changes, for one server at a time.

    `guild` is a server's id, or None in direct messages, where the operator's library alone
    answers. Every method raises LibraryError for what is wrong with a library's files.
    """

    def __init__(
        self,
        settings: Settings,
        load_encoder: Callable[[], Encoder],
        fetcher: Fetcher = Fetcher(),  # noqa: B008
        load_reranker: Callable[[], Reranker] | None = None,
    ) -> None:
        self.max_file_bytes = settings.max_file_mb << 20
        self.reading = False
        """True while the operator's folder is being read for the first time since the start;
        answers may be incomplete."""
        self.metrics = Metrics()
        self._places = Places(settings, load_encoder, fetcher, load_reranker)
        self._answering = Answering(self._places, self.metrics)
        self._lanes = Lanes()
        self._turns = Turns(partial(settle, self._places))
        self._keeping = Keeping(self._places, self._turns)
        self.upkeep = Upkeep(self._places, self._turns, self._lanes)
        self.reindexing = Reindexing(self._places, self._turns, self._lanes)
        self.reasons = Reasons(self._places, self._lanes)
        self.teaching = Teaching(self._places, self._turns, self._lanes)
        self._waiting: Line[tuple[Asked, asyncio.Future[Found]]] = Line()
        self._answers: asyncio.Task[None] | None = None
        self.bonds = BondDesk(self._places, self._turns, self._lanes)
        self.gaps = GapDesk(self._places, self._lanes)
        self.evaluation = EvaluationDesk(self._places, self._lanes)
        self.insights = InsightDesk(self._places, self._lanes)
        self.answers = AnswerDesk(self._places, self._turns, self._lanes)
        self.waits = WaitDesk(self._places, self._lanes)
        self.noting = Noting(self._keeping, self._lanes, self.metrics)
        self._preferences: dict[int, Preferences] = {}
        self._timing = Timing()
        self._counted: tuple[float, tuple[int, int]] = float("-inf"), (0, 0)

    @property
    def loaded(self) -> bool:
        """Whether the model is there."""
        return self._places.loaded

    async def start(self) -> None:
        """Load the models; a question before that waits for them. Raises ModelError."""
        await self._lanes.run("questions", self._places.load_models)

    async def close(self) -> None:
        """Let running questions finish, stop index jobs, and let go of all files."""
        await self._lanes.stop_jobs()
        if self._answers:
            await self._answers
        await self._lanes.run("questions", self._answering.close)
        await self.noting.finish()
        await self.answers.finish()
        self._lanes.shut()

    async def ask(
        self, guild: int | None, question: Question, *, top: int = 15, counted: bool = True
    ) -> Found:
        """The answer from the server's library and the operator's, best passages first.

        Raises QuestionError, NoDocuments, UnknownDocument, ModelChanged and TooManyWaiting.
        """
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        asked = Asked(guild, question, top, current_request(), began)
        try:
            self._waiting.join(guild, (asked, answer))
            if self._answers is None:
                with log_request(""):  # it answers those of other requests, too
                    self._answers = asyncio.create_task(self._answer_waiting())
            found = await answer
        except Exception:
            if counted:
                self.metrics.questions.labels("failed").inc()
            raise
        took = time.perf_counter() - began
        self.metrics.seconds.labels("answer").observe(took)
        if counted:
            self._timing.note(guild, took)
            self.noting.note(guild, question, found, took)
        return found

    async def context(
        self, guild: int | None, passage: Ref, audience: Audience = NOBODY
    ) -> Context:
        """A passage within its document. Raises UnknownDocument where it is gone."""
        context = self._answering.context
        return await self._lanes.run("questions", context, guild, passage, audience)

    async def entries(
        self, guild: int | None, audience: Audience = NOBODY
    ) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """The server's own documents and the operator's, each by title."""
        return await self._lanes.run("lists", self._keeping.entries, guild, audience)

    async def choices(
        self, guild: int | None, typed: str, audience: Audience = NOBODY, *, own_only: bool = False
    ) -> list[tuple[str, str]]:
        """Up to 25 titles that hold what was typed, and what stands for each as `document`."""
        choices = self._keeping.choices
        return await self._lanes.run("desk", choices, guild, typed, audience, own_only)

    async def find(
        self,
        guild: int | None,
        document: str,
        audience: Audience = NOBODY,
        *,
        own_only: bool = False,
    ) -> Entry:
        """The document that a choice or typed text means. Raises UnknownDocument."""
        find = self._keeping.find
        return await self._lanes.run("lists", find, guild, document, audience, own_only)

    async def add(self, guild: int, uploads: Sequence[Upload], report: Report) -> Summary:
        """What became of files that were given. Raises ModelChanged, DiskFull and what `report`
        raises."""
        return await self._lanes.work(
            guild, self._keeping.add, guild, uploads, self._lanes.stoppable(report)
        )

    async def remove(self, guild: int, document: str) -> Record:
        """The document of the server's own that was removed.

        Raises UnknownDocument, and JobRunning while an index job of the server runs.
        """
        return await self._lanes.run("lists", self._keeping.remove, guild, document)

    async def index_folder(self, folder: Path, report: Report) -> Summary:
        """What changed in the operator's folder, which the operator's library holds."""
        return await self._lanes.work(
            None, self._keeping.index_folder, folder, self._lanes.stoppable(report)
        )

    async def preferences(self, guild: int | None) -> Preferences:
        """What the server's admins chose; the defaults in direct messages."""
        if guild is None:
            return Preferences()
        if guild not in self._preferences:
            read = await self._lanes.run("desk", self._keeping.preferences, guild)
            self._preferences.setdefault(guild, read)
        return self._preferences[guild]

    async def prefer(self, guild: int, preferences: Preferences) -> None:
        """Keep what a server's admins chose."""
        await self._lanes.run("desk", self._keeping.prefer, guild, preferences)
        self._preferences[guild] = preferences

    async def vote(self, guild: int | None, vote: Vote) -> Votes:
        """All votes for an answer after this one; the same again takes it back."""
        return await self._lanes.run("desk", self._keeping.vote, guild, vote)

    async def status(self, guild: int | None) -> Status:
        """How the server's bot is doing."""
        status = await self._lanes.run("lists", self._keeping.status, guild)
        median_s, p95_s = self._timing.spread(guild)
        waiting = self._waiting.count(guild)
        return replace(status, waiting=waiting, median_s=median_s, p95_s=p95_s)

    def count_work(self) -> dict[Lane, tuple[int, int]]:
        """How much runs on each lane, and how much waits there, questions among it."""
        counted = self._lanes.count()
        running, waiting = counted["questions"]
        return counted | {"questions": (running, waiting + len(self._waiting))}

    async def count_held(self) -> tuple[int, int]:
        """How many libraries there are, and passages in all of them; a minute old at most."""
        now = time.monotonic()
        if now - self._counted[0] >= COUNT_EVERY_S:
            self._counted = now, await self._lanes.run("lists", self._places.count_held)
        return self._counted[1]

    async def is_readable(self) -> bool:
        """Whether the data folder can be read."""
        return await self._lanes.run("desk", self._places.is_readable)

    async def personal(self, guild: int | None, user: int) -> Personal:
        """How much is kept about a person in a server, or for None in direct messages."""
        return await self._lanes.run("desk", self._keeping.personal, guild, user)

    async def delete_personal(self, guild: int | None, user: int) -> Personal:
        """How much was kept about a person before what can be deleted of it was."""
        return await self._lanes.run("desk", self._keeping.delete_personal, guild, user)

    async def tidy(self, here: Collection[int]) -> None:
        """Remove what is kept no longer: questions, and all of servers that were left long ago.

        `here` are the servers that the bot is in.
        """
        kept = await self._lanes.run("lists", self._places.servers.tidy, here, self._turns)
        self._preferences = {id: own for id, own in self._preferences.items() if id in kept}
        await self._lanes.run("questions", self._answering.let_go, kept)
        await self.reindexing.tidy()

    async def _answer_waiting(self) -> None:
        """Answer all that wait, and those that come meanwhile, a batch at a time."""
        try:
            while self._waiting:
                batch = self._waiting.take(BATCH_QUESTIONS)
                began = time.perf_counter()
                await self._answer_batch(batch)
                self._waiting.note(len(batch), time.perf_counter() - began)
        finally:
            self._answers = None

    async def _answer_batch(self, batch: Sequence[tuple[Asked, "asyncio.Future[Found]"]]) -> None:
        for asked, _ in batch:
            self.metrics.seconds.labels("queue").observe(time.perf_counter() - asked.since)
        try:
            questions = [asked for asked, _ in batch]
            results = await self._lanes.run("questions", self._answering.answer, questions)
        except Exception as error:  # noqa: BLE001 - whatever it is, each asker must hear of it
            results = [error] * len(batch)
        for (_, answer), result in zip(batch, results, strict=True):
            if answer.done():  # its asker is gone
                continue
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)
