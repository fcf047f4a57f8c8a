"""Questions → answers from the libraries that each server reaches. One thread at a time."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.audience import Audience
from bot.language import mark
from bot.libraries.citing import cite, read_cited
from bot.libraries.composing import Part, make_parts, rank_parts, show_parts
from bot.libraries.hidden import find_hidden
from bot.libraries.memory import Memory
from bot.libraries.places import Places, find_document
from bot.libraries.recalling import find_taught, vouch
from bot.logs import log_request
from bot.metrics import Metrics
from bot.types import Context, Found, Question, Ref
from index.context import find_surroundings
from index.embed import Encoder, QuestionEmbedding
from index.errors import LibraryError, NoDocuments, UnknownDocument
from index.follow import Reading, check_question, choose_answer, read_question
from index.library import Library
from index.types import Answer

GONE = mark("This passage is gone: its document changed or was removed.")
OPEN_LIBRARIES = 64
"""Kept open for questions; the one that was not asked for longest is closed first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question within the reach of a server; `top` is the most passages to find."""

    guild: int | None
    question: Question
    top: int
    request: str  # the id under which is logged what is done for it
    since: float  # when it was asked, by `time.perf_counter`


@dataclass(frozen=True, slots=True)
class _Place:
    library: Library
    memory: Memory
    identity: tuple[int, ...]
    """Of its files when they were opened."""

    def close(self) -> None:
        self.library.close()
        self.memory.close()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A question with what it is to be searched in, and how it is read."""

    asked: Asked
    text: str
    places: dict[bool, _Place]
    within: Ref | None
    reading: Reading


class Answering:
    """Keeps libraries open for questions. All methods must be called from one thread."""

    def __init__(self, places: Places, metrics: Metrics) -> None:
        self._places = places
        self._seconds = metrics.seconds
        self._open: OrderedDict[int | None, _Place] = OrderedDict()

    def close(self) -> None:
        """Let go of all libraries."""
        while self._open:
            self._open.popitem()[1].close()

    def let_go(self, kept: Collection[int]) -> None:
        """Let go of the libraries of servers of which nothing is kept any more."""
        for guild in [id for id in self._open if id is not None and id not in kept]:
            self._open.pop(guild).close()

    def answer(self, batch: Sequence[Asked]) -> list[Found | Exception]:
        """An answer, or what was wrong, for each question; those asked together are embedded so."""
        self._let_go_of_replaced()
        results: dict[int, Found | Exception] = {}
        prepared: dict[int, _Prepared] = {}
        for number, asked in enumerate(batch):
            try:
                prepared[number] = self._prepare(asked)
            except Exception as error:  # noqa: BLE001 - one question's failure is its own
                results[number] = error
        texts = [ready.reading.text for ready in prepared.values()]
        with self._seconds.labels("embed").time():
            embeddings = _embed(self._places.encoder(), texts)
        for (number, ready), embedding in zip(prepared.items(), embeddings, strict=True):
            try:
                if isinstance(embedding, Exception):
                    raise embedding
                with log_request(ready.asked.request), self._seconds.labels("search").time():
                    results[number] = self._search(ready, embedding)
            except Exception as error:  # noqa: BLE001
                results[number] = error
        self._ask_alone(batch, results)
        return [results[number] for number in range(len(batch))]

    def _ask_alone(self, batch: Sequence[Asked], results: dict[int, Found | Exception]) -> None:
        """Take what a question finds alone where it finds no answer with the earlier one."""
        together = {
            number: found
            for number, found in results.items()
            if isinstance(found, Found) and found.answer.earlier and not found.answer.answered
        }
        if not together:
            return
        asked = [batch[number] for number in together]
        bare = [replace(one, question=replace(one.question, earlier=None)) for one in asked]
        for (number, found), alone in zip(together.items(), self.answer(bare), strict=True):
            if isinstance(alone, Found):
                chosen = choose_answer(found.answer, alone.answer)
                results[number] = alone if chosen is alone.answer else found

    def context(self, guild: int | None, passage: Ref, audience: Audience) -> Context:
        """A passage within its document. Raises UnknownDocument where it is gone, or hidden."""
        self._let_go_of_replaced()
        place = self._reach(guild).get(passage.shared)
        if place is None:
            raise UnknownDocument(GONE)
        record, found, before, after = find_surroundings(place.library.store, passage.id)
        if record.id in find_hidden(place.library, audience):
            raise UnknownDocument(GONE)
        return Context(cite(record, found, place.memory.uploads()), found, before, after)

    def _prepare(self, asked: Asked) -> _Prepared:
        text = check_question(asked.question.text)
        reach = self._reach(asked.guild)
        within: Ref | None = None
        if asked.question.document:
            libraries = {shared: place.library for shared, place in reach.items()}
            within, _ = find_document(libraries, asked.question.document, asked.question.audience)
        labels = asked.question.audience.labels
        searched: dict[bool, _Place] = {}
        languages: set[str] = set()
        for shared, place in reach.items():
            if within is not None and within.shared != shared:
                continue
            try:
                if place.library.store.counts()[0]:
                    hidden = place.library.store.readers.hidden(labels)
                    languages.update(place.library.store.languages(hidden))
                    searched[shared] = place
            except LibraryError as error:
                self._leave_out(reach, shared, error)
        if not searched:
            raise NoDocuments("There are no documents here yet.")
        earlier = asked.question.earlier
        before = earlier.question if earlier else None
        reading = read_question(text, before, tuple(sorted(languages)))
        return _Prepared(asked, text, searched, within, reading)

    def _reach(self, guild: int | None) -> dict[bool, _Place]:
        """The open libraries that a server reaches, its own first."""
        if guild is None:
            return {True: self._open_place(None)}
        reach = {False: self._open_place(guild)}
        if reach[False].memory.preferences().shared:
            try:
                reach[True] = self._open_place(None)
            except LibraryError as error:
                self._leave_out(reach, True, error)
        return reach

    def _leave_out(self, reach: dict[bool, _Place], shared: bool, error: LibraryError) -> None:
        """Go on without the operator's library where it cannot be read.

        Raises the error where it is another, or where the server has no documents of its own.
        """
        own = reach.get(False)
        if not shared or own is None:
            raise error
        self._places.do_without_operator(own.library, error)

    def _open_place(self, guild: int | None) -> _Place:
        place = self._open.get(guild)
        if place is None:
            identity = self._places.identify(guild)
            place = _Place(self._places.library(guild), self._places.memory(guild), identity)
            self._open[guild] = place
        self._open.move_to_end(guild)
        if len(self._open) > OPEN_LIBRARIES:
            oldest = next(key for key in self._open if key not in (guild, None))
            self._open.pop(oldest).close()
        return place

    def _let_go_of_replaced(self) -> None:
        """Close what was removed, replaced or made since it was opened; it is opened anew."""
        for guild, place in tuple(self._open.items()):
            if self._places.identify(guild) != place.identity:
                self._open.pop(guild).close()

    def _search(self, ready: _Prepared, embedding: QuestionEmbedding) -> Found:
        """The best passages of all the libraries together: their confidences are on one scale.

        One that has lost its last passage meanwhile, or an operator's that cannot be read, is left
        out where another is left.
        """
        parts: list[Part] = []
        searched = 0
        for shared, place in ready.places.items():
            try:
                parts += _search_place(ready, embedding, shared, place)
                searched += 1 if ready.within else _count_searched(ready, place.library)
            except NoDocuments:
                continue
            except LibraryError as error:
                self._leave_out(ready.places, shared, error)
        found = replace(_compose(ready, parts, searched), vector=embedding.vector)
        found = self._recall(ready, embedding, found)
        if not searched and not found.answer.taught:
            raise NoDocuments("There are no documents here any more.")
        return found

    def _recall(self, ready: _Prepared, embedding: QuestionEmbedding, found: Found) -> Found:
        """What was taught first, if it answers the question, with the passage that it cites."""
        reach = self._reach(ready.asked.guild)
        libraries = {shared: place.library for shared, place in reach.items()}
        audience = ready.asked.question.audience
        recalled = find_taught(libraries, ready.reading, embedding, ready.within, audience)
        if recalled is None:
            return found
        cited: list[Part] = []
        document = read_cited(recalled.taught.cited)
        if document and document.shared in reach:
            place = reach[document.shared]
            with suppress(LibraryError):  # it may have gone, and its library with it
                best = place.library.answer(
                    *(ready.text, ready.reading, embedding),
                    top=1,
                    within=document.id,
                    labels=audience.labels,
                )
                cited = make_parts(best.hits, document.shared, place.memory.uploads())
        return vouch(found, recalled, cited)


def _embed(encoder: Encoder, texts: list[str]) -> list[QuestionEmbedding | Exception]:
    """An embedding, or what was wrong, for each text; together, unless one of them fails."""
    if not texts:
        return []
    try:
        return list(encoder.embed_questions(texts))
    except Exception as error:  # noqa: BLE001 - one question's failure is its own
        if len(texts) == 1:
            return [error]
        return [result for text in texts for result in _embed(encoder, [text])]


def _search_place(
    ready: _Prepared, embedding: QuestionEmbedding, shared: bool, place: _Place
) -> list[Part]:
    """The best passages of one library. Raises NoDocuments and LibraryError."""
    earlier = ready.asked.question.earlier
    refs = [ref.id for ref in earlier.passages if ref.shared == shared] if earlier else []
    answer = place.library.answer(
        ready.text,
        ready.reading,
        embedding,
        top=ready.asked.top,
        cited={record.id for record, _ in place.library.store.passages(refs).values()},
        within=ready.within.id if ready.within else None,
        labels=ready.asked.question.audience.labels,
    )
    return make_parts(answer.hits, shared, place.memory.uploads())


def _count_searched(ready: _Prepared, library: Library) -> int:
    """How many documents of a library the asker's question is put to."""
    hidden = library.store.readers.hidden(ready.asked.question.audience.labels)
    return library.store.document_count(hidden)


def _compose(ready: _Prepared, parts: list[Part], searched: int) -> Found:
    """The best of what was found, as one answer."""
    ranked = rank_parts(parts)[: ready.asked.top]
    confidence = ranked[0].hit.confidence if ranked else 0.0
    answer = Answer(ready.text, confidence >= 0.5, confidence, (), ready.reading.earlier)
    return show_parts(Found(answer, (), (), searched, ready.within), ranked)
