"""The face of the engine: a folder with a library in it, to add to, to remove from and to ask."""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import PurePath

from index.answer import compose_answer, mark_sentences
from index.calibrate import SHIPPED
from index.context import find_passage
from index.embed import QuestionEmbedding
from index.errors import NoDocuments, UnknownDocument, mark
from index.follow import Reading, check_question, choose_answer, read_question
from index.ingest import describe_embedding, require_same_embedding
from index.nearest import Nearest, load_nearest
from index.originals import fetch_original
from index.pictures import Picture, picture_passage, picture_record
from index.recall import Recalled, put_first, recall_taught
from index.rerank import RERANKED, UNFITTED, rerank_passages
from index.search import LOOKED_AT, SCORE, rank_passages, weigh_words
from index.teaching import Teaching
from index.types import Answer, Calibration, Passage, Record

GONE = mark("This document is gone. `footnote documents` lists those that are there.")

SPARE = 10
"""Passages found beyond those asked for: the same text may stand in several places."""

log = logging.getLogger(__name__)


class Library(Teaching):
    """The documents of one place, and answers from them.

    The model is loaded when it is first needed. Threads must take turns.
    """

    _nearest: Nearest | None = None

    @property
    def nearest(self) -> Nearest:
        """The FAISS index of the store as it is now."""
        if self._nearest is None or self._nearest.generation != self.store.generation:
            self._nearest = load_nearest(self.store, self.index / "nearest.faiss", self._nearest)
        return self._nearest

    @property
    def calibration(self) -> Calibration:
        """What turns scores into confidence here: what was fitted to this library's own gold with
        the settings as they are, or what is shipped."""
        return self.store.fitted.calibration(self.scored_by) or (
            UNFITTED if self.reranker else SHIPPED
        )

    @property
    def scored_by(self) -> str:
        """What scores depend on beside the documents: models, prompts and the size of passages."""
        scored_by = f"{describe_embedding(self.encoder, self.passage_chars)}, {SCORE}"
        if self.encoder.query_prompt:
            scored_by += f", questions after {self.encoder.query_prompt!r}"
        if self.reranker:
            scored_by += f", reranked by {self.reranker.fingerprint}"
        return scored_by

    def calibrate(self, calibration: Calibration) -> None:
        """Let confidence here follow what was fitted to the library's own gold."""
        with self.store.transaction():
            self.store.fitted.keep(self.scored_by, calibration)

    def forget_calibration(self) -> bool:
        """Whether a fitted calibration was kept; from now on the shipped one holds."""
        if self.store.fitted.scored_by is None:
            return False
        with self.store.transaction():
            self.store.fitted.forget()
        return True

    def ask(
        self,
        question: str,
        *,
        top: int = 5,
        looked_at: int = LOOKED_AT,
        earlier: str | None = None,
        cited: Collection[int] = (),
        within: int | None = None,
        labels: Collection[str] | None = None,
    ) -> Answer:
        """The answer to a question, with at most `top` passages.

        What was taught comes first where the same was asked. `earlier` is the question before it,
        and `cited` the ids of the documents that were cited for that one. With `within`, a
        document's id, that one alone is asked. With `labels`, only documents are asked that are for
        everybody or bound to one of them; None asks all, as their operator does. Raises
        QuestionError, NoDocuments, ModelChanged, and UnknownDocument where `within` may not be
        read.
        """
        question = check_question(question)
        with self.store.snapshot():
            self.prepare()
            languages = self.store.languages(self.store.readers.hidden(labels))
            reading = read_question(question, earlier, languages)
            [embedding] = self.encoder.embed_questions([reading.text])
            answer = self.answer(
                *(question, reading, embedding),
                top=top,
                looked_at=looked_at,
                cited=cited,
                within=within,
                labels=labels,
            )
            recalled = self.recall(reading, embedding, labels=labels) if within is None else None
            if recalled:
                return put_first(answer, recalled)
            if answer.answered or not reading.earlier:
                return answer
            alone = self.ask(question, top=top, looked_at=looked_at, labels=labels)
            return choose_answer(answer, alone)

    def answer(
        self,
        question: str,
        reading: Reading,
        embedding: QuestionEmbedding,
        *,
        top: int = 5,
        looked_at: int = LOOKED_AT,
        cited: Collection[int] = (),
        within: int | None = None,
        labels: Collection[str] | None = None,
    ) -> Answer:
        """The same, for a question that was read and embedded already.

        `looked_at` and `within` are handed to `rank_passages`; the threshold holds for the default
        of `looked_at` only. Raises NoDocuments, ModelChanged, and UnknownDocument.
        """
        began = time.perf_counter()
        with self.store.snapshot():
            self.prepare()
            hidden = self.store.readers.hidden(labels)
            if within in hidden:
                raise UnknownDocument(GONE)
            reranker = self.reranker
            words = weigh_words(
                self.store,
                reading.words,
                reading.carried_words,
                points_back=reading.points_back,
            )
            scored = rank_passages(
                self.store,
                self.nearest,
                embedding,
                words,
                top=max(top, RERANKED) if reranker else top + SPARE,
                looked_at=looked_at,
                within=within,
                cited=cited if reading.earlier else (),
                without=self.store.evidence.passages_of(hidden | self.store.taught.documents()),
            )
            ids = [hit.passage_id for hit in scored]
            found = self.store.evidence.demand(self.store.passages(ids), ids)
        parts = [(hit, *one) for hit, one in zip(scored, found, strict=True)]
        if reranker:
            parts = rerank_passages(reranker, reading.text, parts)
        took_ms = round(1000 * (time.perf_counter() - began))
        log.debug("searched: %(found)d passages, %(ms)d ms", {"found": len(parts), "ms": took_ms})
        return compose_answer(
            question, words, parts, reading.earlier, top=top, calibration=self.calibration
        )

    def recall(
        self,
        reading: Reading,
        embedding: QuestionEmbedding,
        *,
        labels: Collection[str] | None = None,
        may_cite: Callable[[str], bool] = lambda _: False,
    ) -> Recalled | None:
        """The taught answer to a question that means the same as one that stands alone, if there
        surely is one.

        With `labels`, one that is bound is left out as other documents are, and one that cites what
        `may_cite` does not allow. Raises ModelChanged.
        """
        with self.store.snapshot():
            if reading.earlier or not self.store.taught.documents():
                return None
            self.prepare()
            hidden = set(self.store.readers.hidden(labels))
            if labels is not None:
                cited = self.store.taught.cited().items()
                hidden |= {id for id, one in cited if one is not None and not may_cite(one)}
            return recall_taught(
                *(self.store, self.nearest, reading.text, embedding),
                *(self.encoder.embed_questions, hidden),
            )

    def prepare(self) -> None:
        """Load what a question needs, so that the first is answered as fast as the next.

        Raises NoDocuments and ModelChanged.
        """
        if not self.store.counts()[0]:
            raise NoDocuments("The library holds no documents. Add some: footnote add FOLDER")
        require_same_embedding(self.store, self.encoder, self.passage_chars)
        _ = self.nearest, self.reranker

    def pictures(
        self,
        passage_id: int,
        question: str | None = None,
        *,
        labels: Collection[str] | None = None,
    ) -> tuple[Picture, ...]:
        """The pages of a PDF that a passage stands on, the sentence that answers marked stronger.

        None for other formats. Raises UnknownDocument if the passage is gone or may not be read
        with `labels`, ParseError if the page cannot be shown, SourceError if it cannot be fetched,
        QuestionError, NoDocuments and ModelChanged.
        """
        record, passage = find_passage(self.store, passage_id, self.store.readers.hidden(labels))
        if PurePath(record.name).suffix.lower() != ".pdf" or passage.page is None:
            return ()
        marked = self._find_answering(passage_id, question) if question else ()
        return self.draw(record, passage, marked)

    def draw(
        self, record: Record, passage: Passage, highlights: Sequence[tuple[int, int]]
    ) -> tuple[Picture, ...]:
        """The pages that a passage stands on, marked; a PDF of the web is fetched once more.

        Raises ParseError if they cannot be shown, and SourceError if they cannot be fetched.
        """
        if not record.source.startswith(("https://", "http://")):
            return picture_record(record, passage, highlights, self._limits)
        data = fetch_original(record, self.folder / "shown", self._fetcher, self._limits)
        return picture_passage(data, record.name, passage, highlights, self._limits)

    def _find_answering(self, passage_id: int, question: str) -> tuple[tuple[int, int], ...]:
        """The sentences of a passage that answer a question best, as offsets in its text."""
        with self.store.snapshot():
            self.prepare()
            reading = read_question(check_question(question), None, self.store.languages())
            [embedding] = self.encoder.embed_questions([reading.text])
            words = weigh_words(self.store, reading.words)
            scored = rank_passages(
                self.store, self.nearest, embedding, words, top=1, only=passage_id
            )
            found = self.store.passages([passage_id])
        return tuple(
            span
            for one in scored
            if passage_id in found
            for span in mark_sentences(words, one, *found[passage_id])
        )
