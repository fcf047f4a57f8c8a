"""A library's folder: its store, its model, and what comes from its origins."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from index.allowance import Allowance
from index.embed import Encoder
from index.errors import SourceError
from index.ingest import Ingest
from index.origins import is_due
from index.parse import Limits
from index.refresh import look_at, take_look
from index.repository import forget_repository, show_address
from index.rerank import Reranker
from index.store import Store
from index.summary import Progress, Summary
from index.types import Kind, Look, Origin, Record
from index.web import Fetcher

PASSAGE_CHARS = 1200
"""The shipped size of a passage: one long paragraph, or two short ones."""

REPOSITORIES = "repositories"
"""The folder below the library's for what is cloned."""

Report = Callable[[Progress], None]


class Shelf:
    """The documents of one place, in a folder of their own: how they come from origins.

    The model is loaded when it is first needed. Threads must take turns. While it is open `alone`
    no other process can open its store.
    """

    def __init__(
        self,
        folder: Path,
        load_encoder: Callable[[], Encoder],
        *,
        index: Path | None = None,
        load_reranker: Callable[[], Reranker | None] | None = None,
        passage_chars: int = PASSAGE_CHARS,
        limits: Limits = Limits(),  # noqa: B008
        allowance: Allowance | None = None,
        fetcher: Fetcher = Fetcher(),  # noqa: B008
        alone: bool = False,
    ) -> None:
        self.folder = folder
        self.files = (folder / "files").absolute()
        """Where files are kept that came as bytes."""
        self.index = index or folder
        """Where the store is, and what is derived from it: elsewhere for a draft."""
        self.store = Store(self.index / "library.db", alone=alone)
        self._load_encoder = load_encoder
        self._encoder: Encoder | None = None
        self._load_reranker = load_reranker
        self._reranker: Reranker | None = None
        self.passage_chars = passage_chars
        self._limits = limits
        self._allowance = allowance
        self._fetcher = fetcher

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library's files."""
        self.store.close()

    @property
    def encoder(self) -> Encoder:
        """The model, loaded once. Raises ModelError."""
        if self._encoder is None:
            self._encoder = self._load_encoder()
        return self._encoder

    @property
    def reranker(self) -> Reranker | None:
        """The model that judges the best passages once more, loaded once; None: none does.

        Raises ModelError.
        """
        if self._reranker is None and self._load_reranker:
            self._reranker = self._load_reranker()
        return self._reranker

    def origins(self) -> tuple[Origin, ...]:
        """Every origin, sorted by address."""
        return self.store.origins.all()

    def due(self, now: datetime) -> tuple[Origin, ...]:
        """The origins that it is time to look at again; `now` is in UTC."""
        return tuple(origin for origin in self.origins() if is_due(origin, now))

    def add_origin(
        self,
        kind: Kind,
        address: str,
        options: Mapping[str, int | str | bool],
        *,
        every_s: int,
        look: Look | None = None,
        progress: Report | None = None,
    ) -> Summary:
        """What came of the first look at an origin, or of the one given; it is looked at again
        from now on.

        An address that is there already takes over the options. Raises SourceError, ModelChanged,
        and NoRoom where nothing new fits; nothing is kept then.
        """
        ingest = self._ingest(progress)
        known = self.store.origins.find(address)
        if self._allowance and not known:
            self._allowance.require_some(self.store, show_address(address))
        now = datetime.now(UTC)
        origin = Origin(known.id if known else 0, kind, address, options, every_s, now)
        if look is None:
            look = self._look(origin, {}, ingest)
        if not look.documents and not known:
            nothing = SourceError("{address} holds nothing to read.", address=address)
            first = next(iter(look.failed.values()), nothing)
            raise SourceError(first.template, **first.values)
        with self.store.transaction():
            origin = replace(origin, id=self.store.origins.put(kind, address, options, every_s))
            for incoming in look.documents:
                self.store.roots.include(incoming.source)
        self._take(origin, look, ingest)
        return ingest.summary()

    def refresh(self, origin: Origin, progress: Report | None = None) -> Summary:
        """What changed at an origin; if it cannot be looked at its documents stay, and tell why.

        Raises ModelChanged.
        """
        ingest = self._ingest(progress)
        self._refresh(origin, ingest)
        return ingest.summary()

    def take(self, origin: Origin, look: Look, progress: Report | None = None) -> Summary:
        """What came of a look at an origin that was made elsewhere. Raises ModelChanged."""
        ingest = self._ingest(progress)
        self._take(origin, look, ingest)
        return ingest.summary()

    def note_failure(self, origin: Origin, reason: str) -> None:
        """Remember why an origin could not be looked at; its documents stay."""
        with self.store.transaction():
            self.store.origins.note_look(origin.id, reason)

    def remove_origin(self, origin: Origin) -> tuple[Record, ...]:
        """The documents that were removed with an origin."""
        with self.store.transaction():
            gone = tuple(r for r in self.store.records() if r.origin == origin.id)
            for record in gone:
                self.store.remove(record.id)
                self.store.readers.release(record.id)
            self.store.origins.remove(origin.id)
        if origin.kind == "repository":
            forget_repository(origin, self.folder / REPOSITORIES)
        return gone

    def _refresh(self, origin: Origin, ingest: Ingest) -> None:
        try:
            look = self._look(origin, self.store.origins.notes(origin.id), ingest)
        except SourceError as error:
            ingest.fail(show_address(origin.address), error)
            self.note_failure(origin, str(error))
        else:
            self._take(origin, look, ingest)

    def _look(self, origin: Origin, notes: Mapping[str, str], ingest: Ingest) -> Look:
        return look_at(
            origin,
            notes,
            folder=self.folder / REPOSITORIES,
            fetcher=self._fetcher,
            limits=self._limits,
            tick=ingest.tick,
        )

    def _take(self, origin: Origin, look: Look, ingest: Ingest) -> None:
        documents = tuple(replace(incoming, origin=origin.id) for incoming in look.documents)
        take_look(self.store, ingest, origin, replace(look, documents=documents))

    def _ingest(self, progress: Report | None, **options: bool) -> Ingest:
        return Ingest(
            self.store,
            lambda: self.encoder,
            passage_chars=self.passage_chars,
            limits=self._limits,
            allowance=self._allowance,
            progress=progress,
            **options,
        )
