"""Questions that are noted while their answers are on their way already."""

import asyncio
import logging

from bot.libraries.crowd import Crowd
from bot.libraries.keeping import Keeping
from bot.libraries.lanes import Lanes
from bot.metrics import Metrics
from bot.types import Found, Question

log = logging.getLogger(__name__)


class Noting:
    """Counts questions, and keeps them where the admins turned that on."""

    def __init__(self, keeping: Keeping, lanes: Lanes, metrics: Metrics) -> None:
        self._keeping = keeping
        self._lanes = lanes
        self._metrics = metrics
        self._crowd = Crowd()
        self._running: set[asyncio.Task[None]] = set()

    def note(self, guild: int | None, question: Question, found: Found, took_s: float) -> None:
        """Note a question; what goes wrong is logged."""
        outcome = "answered" if found.answer.answered else "refused"
        self._metrics.questions.labels(outcome).inc()
        text = question.unnamed or question.text
        asker = None if question.asker is None else self._crowd.number(guild, question.asker)
        noting = asyncio.create_task(
            self._lanes.run("desk", self._keeping.note_question, guild, text, found, asker, took_s)
        )
        self._running.add(noting)
        noting.add_done_callback(self._note_end)

    async def finish(self) -> None:
        """Wait for what is being noted."""
        if self._running:
            await asyncio.wait(self._running)

    def _note_end(self, noting: asyncio.Task[None]) -> None:
        self._running.discard(noting)
        if not noting.cancelled() and noting.exception():
            log.warning("a question could not be counted: %s", noting.exception())
