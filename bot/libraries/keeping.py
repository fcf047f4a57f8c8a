"""A server's documents, listed and changed; its votes and preferences. Any thread."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.libraries.places import Places, find_document
from bot.types import Entry, Preferences, Ref, Report, Status, Upload, Vote, Votes
from index.ingest import Failure, Summary, describe_embedding
from index.keep import safe_name
from index.library import Library
from index.types import Record

CHOICES = 25
"""What Discord shows while someone types."""


class Keeping:
    """Opens what it needs for each call, and closes it again."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def entries(self, guild: int | None) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """The server's own documents and the operator's, each by title."""
        with self._places.reach(guild) as libraries:
            own = self._list(guild, False, libraries)
            return own, self._list(None, True, libraries)

    def choices(self, guild: int | None, typed: str, own_only: bool) -> list[tuple[str, str]]:
        """Up to 25 titles that hold what was typed, and what stands for each as `document`."""
        wanted = typed.casefold()
        found: list[tuple[str, Ref]] = []
        with self._places.reach(guild, own_only=own_only) as libraries:
            for shared, library in libraries.items():
                found += [
                    (record.title, Ref(shared, record.id))
                    for record in library.store.records()
                    if wanted in record.title.casefold() or wanted in record.name.casefold()
                ]
        # A title that begins with what was typed comes first.
        found.sort(key=lambda choice: (not choice[0].casefold().startswith(wanted), choice[0]))
        return [(title, f"#{ref}") for title, ref in found[:CHOICES]]

    def find(self, guild: int | None, document: str, own_only: bool) -> Entry:
        """The document that a choice or typed text means. Raises UnknownDocument."""
        with self._places.reach(guild, own_only=own_only) as libraries:
            ref, _ = find_document(libraries, document)
            of = None if ref.shared else guild
            listed = self._list(of, ref.shared, libraries)
        return next(entry for entry in listed if entry.ref == ref)

    def add(self, guild: int, uploads: Sequence[Upload], report: Report) -> Summary:
        """What became of files that were given."""
        with self._places.library(guild) as library:
            try:
                summary = library.keep([(upload.name, upload.data) for upload in uploads], report)
            finally:  # a job that is stopped has added some of them
                self._note_uploads(guild, library, uploads)
        return _without_folders(summary)

    def remove(self, guild: int, document: str) -> Record:
        """The document of the server's own that was removed. Raises UnknownDocument."""
        with self._places.reach(guild, own_only=True) as libraries:
            _, record = find_document(libraries, document)
            libraries[False].remove(record.name)
        with self._places.memory(guild) as memory:
            memory.forget_upload(record.name)
        return record

    def reindex(self, guild: int, document: str, full: bool, report: Report) -> Summary:
        """What changed in the server's own documents, or in one."""
        with self._places.reach(guild, own_only=True) as libraries:
            library = libraries[False]
            if document:
                _, record = find_document(libraries, document)
                summary = library.reindex_document(record, full=full, progress=report)
            else:
                summary = library.reindex(full=full, progress=report)
        with self._places.memory(guild) as memory:
            memory.note_indexed()
        return _without_folders(summary)

    def index_folder(self, folder: Path, report: Report) -> Summary:
        """What changed in the operator's folder, which the operator's library holds."""
        with self._places.library(None) as library:
            summary = library.index_folder(folder, report)
        with self._places.memory(None) as memory:
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

    def count_questions(self, guild: int | None, asked: int, answered: int) -> None:
        """Add to the questions of today."""
        with self._places.memory(guild) as memory:
            memory.count_questions(asked, answered)

    def status(self, guild: int | None) -> Status:
        """How the server's bot is doing."""
        encoder = self._places.encoder()
        now = describe_embedding(encoder, self._places.passage_chars)
        with self._places.reach(guild) as libraries, self._places.memory(guild) as memory:
            asked, answered = memory.questions_today()
            own, shared = libraries.get(False), libraries.get(True)
            documents = own.documents() if own else ()
            problems = [
                f"{'The operator’s' if is_shared else 'This server’s'} documents were embedded "
                "with another model: reindex everything."
                for is_shared, library in libraries.items()
                if library.store.embedded_with not in (None, now)
            ]
            return Status(
                model=encoder.name,
                backend=encoder.backend,
                own_documents=len(documents),
                own_passages=own.store.counts()[0] if own else 0,
                own_bytes=sum(record.size_bytes for record, _ in documents),
                shared_documents=shared.store.document_count() if shared else 0,
                shared_passages=shared.store.counts()[0] if shared else 0,
                asked_today=asked,
                answered_today=answered,
                last_indexed=memory.last_indexed(),
                stale=sum(status != "current" for _, status in documents),
                problems=tuple(problems),
            )

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
        self, guild: int | None, shared: bool, libraries: dict[bool, Library]
    ) -> tuple[Entry, ...]:
        library = libraries.get(shared)
        if library is None:
            return ()
        with self._places.memory(guild) as memory:
            uploads = memory.uploads()
        entries = []
        for record, status in library.documents():
            added_by, link = uploads.get(record.name, (None, None))
            entries.append(Entry(Ref(shared, record.id), record, status, added_by, link))
        return tuple(sorted(entries, key=lambda entry: entry.record.title.casefold()))


def _without_folders(summary: Summary) -> Summary:
    """The summary with files' names alone: where a server's files are kept is not its business."""
    failed = tuple(Failure(Path(failure.path).name, failure.reason) for failure in summary.failed)
    return replace(summary, failed=failed)
