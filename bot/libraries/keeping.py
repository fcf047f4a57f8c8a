"""A server's documents, listed and changed; its votes and preferences. Any thread."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.audience import KEEPERS, Audience
from bot.language import gettext, mark
from bot.libraries.choices import list_choices
from bot.libraries.digest import describe_failure
from bot.libraries.hidden import find_hidden
from bot.libraries.kept import Kept
from bot.libraries.lessons import count_taught, forget_teacher
from bot.libraries.memory import Memory, Uploads
from bot.libraries.places import Places, find_document
from bot.libraries.summaries import without_folders
from bot.libraries.turns import Turns
from bot.libraries.vectors import pack_vector
from bot.status import Status
from bot.types import Entry, Found, Personal, Preferences, Ref, Report, Upload, Vote, Votes
from index.errors import LibraryError
from index.ingest import describe_embedding
from index.keep import safe_name
from index.library import Library
from index.sources import is_taught, source_status
from index.summary import Summary
from index.types import Origin, Record

_OTHER_MODEL = {
    True: mark("The operator’s documents were embedded with another model: reindex everything."),
    False: mark("This server’s documents were embedded with another model: reindex everything."),
}
"""By whether the library is the operator's."""

log = logging.getLogger(__name__)


class Keeping:
    """Opens what it needs for each call, and closes it again.

    What changes documents takes turns, one at a time for each place.
    """

    def __init__(self, places: Places, turns: Turns) -> None:
        self._places = places
        self._turns = turns

    def entries(
        self, guild: int | None, audience: Audience
    ) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """The server's own documents and the operator's, each by title."""
        with self._places.reach(guild) as libraries:
            own = self._list(guild, False, libraries, audience)
            return own, self._list(None, True, libraries, audience)

    def choices(
        self, guild: int | None, typed: str, audience: Audience, own_only: bool
    ) -> list[tuple[str, str]]:
        """Up to 25 titles that hold what was typed, and what stands for each as `document`."""
        with self._places.reach(guild, own_only=own_only) as libraries:
            return list_choices(libraries, typed, audience)

    def find(self, guild: int | None, document: str, audience: Audience, own_only: bool) -> Entry:
        """The document that a choice or typed text means. Raises UnknownDocument."""
        with self._places.reach(guild, own_only=own_only) as libraries:
            ref, record = find_document(libraries, document, audience)
            bonds = libraries[ref.shared].store.readers.bonds()
        uploads = self._uploads(None if ref.shared else guild)
        return _enter(ref.shared, record, source_status(record), uploads, bonds)

    def add(self, guild: int, uploads: Sequence[Upload], report: Report) -> Summary:
        """What became of files that were given."""
        with self._turns.take(guild), self._places.library(guild) as library:
            try:
                summary = library.keep([(upload.name, upload.data) for upload in uploads], report)
            finally:  # a job that is stopped has added some of them
                with noting():
                    self._note_uploads(guild, library, uploads)
        return without_folders(summary)

    def remove(self, guild: int, document: str) -> Record:
        """The document of the server's own that was removed.

        Raises UnknownDocument, and at once JobRunning where a job of the server has its turn: that
        would put the document back.
        """
        with self._turns.take(guild, wait=False):
            with self._places.reach(guild, own_only=True) as libraries:
                _, record = find_document(libraries, document, KEEPERS)
                libraries[False].remove(record.name)
            with noting(), self._places.memory(guild) as memory:
                memory.forget_upload(record.name)
        return record

    def index_folder(self, folder: Path, report: Report) -> Summary:
        """What changed in the operator's folder, which the operator's library holds."""
        with self._turns.take(None), self._places.library(None) as library:
            summary = library.index_folder(folder, report)
        with noting(), self._places.memory(None) as memory:
            memory.note_indexed()
        return summary

    def preferences(self, guild: int) -> Preferences:
        """What the server's admins chose."""
        with self._places.memory(guild) as memory:
            return memory.preferences()

    def prefer(self, guild: int, preferences: Preferences) -> None:
        """Keep what the server's admins chose."""
        with self._places.memory(guild) as memory:
            memory.prefer(preferences)

    def vote(self, guild: int | None, vote: Vote) -> Votes:
        """All votes for an answer after this one."""
        with self._places.memory(guild) as memory:
            return memory.vote(vote)

    def personal(self, guild: int | None, user: int) -> Personal:
        """How much is kept about a person in a server, or for None in direct messages."""
        with self._places.memory(guild) as memory:
            return replace(memory.personal(user), taught=count_taught(self._places, guild, user))

    def delete_personal(self, guild: int | None, user: int) -> Personal:
        """How much was kept about a person before what can be deleted of it was."""
        with self._places.memory(guild) as memory:
            taught = forget_teacher(self._places, guild, user)
            self._turns.settle(guild)  # a draft would hold who taught still
            return replace(memory.delete_personal(user), taught=taught)

    def note_question(
        self, guild: int | None, text: str, found: Found, asker: int | None, took_s: float
    ) -> None:
        """Count a question, and keep the text where the admins turned that on."""
        answer = found.answer
        passage = found.passages[0] if found.passages else None
        vector = None
        # Of a text with names in it, or of two questions together, no vector is kept either.
        if found.vector is not None and text == answer.question and answer.earlier is None:
            vector = pack_vector(self._places.encoder(), found.vector)
        with self._places.memory(guild) as memory:
            memory.usage.note(found, took_s)
            hour = datetime.now(UTC)
            kept = Kept(text, hour, answer.answered, answer.confidence, passage, vector, asker)
            memory.questions.keep(kept)

    def status(self, guild: int | None) -> Status:
        """How the server's bot is doing."""
        encoder, reranker = self._places.encoder(), self._places.reranker()
        now = describe_embedding(encoder, self._places.passage_chars)
        with (
            self._places.reach(guild, lacking=True) as libraries,
            self._places.memory(guild) as memory,
        ):
            with_shared = guild is None or memory.preferences().shared
            asked, answered = memory.usage.today()
            own, shared = libraries.get(False), libraries.get(True)
            documents = own.documents() if own else ()
            problems = [
                gettext(_OTHER_MODEL[is_shared])
                for is_shared, library in libraries.items()
                if library.store.embedded_with not in (None, now)
            ]
            if with_shared and not shared:
                problems.append(gettext("The operator’s documents cannot be read."))
            if failure := memory.digest.failure():
                problems.append(
                    gettext(
                        "The weekly digest is not posted. {failure} (/docs settings)",
                        failure=describe_failure(failure),
                    )
                )
            return Status(
                model=encoder.name,
                backend=encoder.backend,
                reranker=reranker.name if reranker else "",
                own_documents=len(documents),
                own_passages=own.store.counts()[0] if own else 0,
                own_bytes=sum(record.size_bytes for record, _ in documents),
                shared_documents=shared.store.document_count() if shared else 0,
                shared_passages=shared.store.counts()[0] if shared else 0,
                asked_today=asked,
                answered_today=answered,
                last_indexed=self._last_indexed(memory, with_shared),
                stale=sum(status != "current" for _, status in documents)
                + _count_empty(own.origins() if own else (), documents),
                problems=tuple(problems),
                allowance=self._places.allowance,
            )

    def _last_indexed(self, memory: Memory, with_shared: bool) -> datetime | None:
        """When the last index job of what a server reaches ended, in UTC."""
        ended = [memory.last_indexed()]
        if with_shared:
            with self._places.memory(None) as shared:
                ended.append(shared.last_indexed())
        return max(filter(None, ended), default=None)

    def _note_uploads(self, guild: int, library: Library, uploads: Sequence[Upload]) -> None:
        """Remember whose uploads are in the library now."""
        held = {record.name: record.content_hash for record in library.store.records()}
        named = [(safe_name(upload.name), upload) for upload in uploads]
        with self._places.memory(guild) as memory:
            memory.note_uploads(
                (name, upload)
                for name, upload in named
                if held.get(name) == hashlib.sha256(upload.data).hexdigest()
            )
            memory.note_indexed()

    def _list(
        self,
        guild: int | None,
        shared: bool,
        libraries: dict[bool, Library],
        audience: Audience,
    ) -> tuple[Entry, ...]:
        library = libraries.get(shared)
        if library is None:
            return ()
        uploads, bonds = self._uploads(guild), library.store.readers.bonds()
        hidden = find_hidden(library, audience)
        entries = [
            _enter(shared, record, status, uploads, bonds)
            for record, status in library.documents()
            if not is_taught(record) and record.id not in hidden
        ]
        return tuple(sorted(entries, key=lambda entry: entry.record.title.casefold()))

    def _uploads(self, guild: int | None) -> Uploads:
        with self._places.memory(guild) as memory:
            return memory.uploads()


def _enter(
    shared: bool,
    record: Record,
    status: str,
    uploads: Uploads,
    bonds: Mapping[str, frozenset[str]],
) -> Entry:
    added_by, link = uploads.get(record.name, (None, None))
    at = record.link or link
    return Entry(Ref(shared, record.id), record, status, added_by, at, bonds.get(record.name))


def _count_empty(origins: Sequence[Origin], documents: Sequence[tuple[Record, str]]) -> int:
    """How many origins failed that no document tells of."""
    told = {record.origin for record, _ in documents}
    return sum(bool(origin.failure) and origin.id not in told for origin in origins)


@contextmanager
def noting() -> Iterator[None]:
    """Log and go on where the memory cannot be written: what it is to remember is done."""
    try:
        yield
    except LibraryError as error:
        log.warning("what was done could not be noted: %s", error)
