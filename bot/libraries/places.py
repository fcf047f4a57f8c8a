"""Which libraries a server reaches, and how they are opened.

A server reaches its own library and, unless its admins turned that off, the operator's. In direct
messages there is the operator's alone.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock

from bot.audience import Audience
from bot.libraries.hidden import find_hidden
from bot.libraries.memory import Memory
from bot.libraries.servers import Servers
from bot.settings import Settings
from bot.start import file_limits, server_allowance
from bot.types import Ref
from index.embed import Encoder
from index.errors import LibraryError, UnknownDocument
from index.library import Library
from index.parse.limits import show_name
from index.rerank import Reranker
from index.sources import is_taught
from index.store import Store
from index.types import Record
from index.web import Fetcher

WARN_EVERY_S = 3600.0

log = logging.getLogger(__name__)


class Places:
    """Opens libraries and memories; all libraries share one model, and one reranker if any, loaded
    once."""

    def __init__(
        self,
        settings: Settings,
        load_encoder: Callable[[], Encoder],
        fetcher: Fetcher,
        load_reranker: Callable[[], Reranker] | None = None,
    ) -> None:
        self._fetcher = fetcher
        self.passage_chars = settings.passage_chars
        self.allowance = server_allowance(settings)
        self._settings = settings
        self.servers = Servers(settings)
        self._load_encoder = load_encoder
        self._encoder: Encoder | None = None
        self._load_reranker = load_reranker
        self._reranker: Reranker | None = None
        self._loading = Lock()
        self._warned = float("-inf")

    def encoder(self) -> Encoder:
        """The model. Raises ModelError."""
        with self._loading:
            if self._encoder is None:
                self._encoder = self._load_encoder()
            return self._encoder

    def reranker(self) -> Reranker | None:
        """The model that judges the best passages once more, if one is set. Raises ModelError."""
        with self._loading:
            if self._reranker is None and self._load_reranker:
                self._reranker = self._load_reranker()
            return self._reranker

    @property
    def loaded(self) -> bool:
        """Whether the model has been loaded."""
        return self._encoder is not None

    def load_models(self) -> None:
        """Load all models, so that the first question need not. Raises ModelError."""
        self.encoder()
        self.reranker()

    def folder(self, guild: int | None) -> Path:
        """The folder of a server's library; the operator's for None."""
        if guild is None:
            return self._settings.library_folder
        return self.servers.folder(guild)

    def library(self, guild: int | None, draft: Path | None = None) -> Library:
        """A server's own library, or for None the operator's, opened anew; or a draft of it."""
        return Library(
            self.folder(guild),
            self.encoder,
            index=draft,
            load_reranker=self.reranker,
            passage_chars=self.passage_chars,
            limits=file_limits(self._settings),
            allowance=None if guild is None else self.allowance,
            fetcher=self._fetcher,
        )

    def memory(self, guild: int | None) -> Memory:
        """What the bot remembers of a server, or for None of direct messages, opened anew."""
        return Memory(self.folder(guild) / "discord.db")

    def count_held(self) -> tuple[int, int]:
        """How many libraries there are, and passages in all that can be read."""
        paths = tuple((self._settings.data / "libraries").glob("*/library.db"))
        passages = 0
        for path in paths:
            with suppress(LibraryError), Store(path) as store:
                passages += store.counts()[0]
        return len(paths), passages

    def is_readable(self) -> bool:
        """Whether the data folder is there and can be read."""
        try:
            next(self._settings.data.iterdir(), None)
        except OSError:
            return False
        return True

    def identify(self, guild: int | None) -> tuple[int, ...]:
        """What names the folder and the library in it as they are on the disk; () without them."""
        folder = self.folder(guild)
        try:
            found = [path.stat() for path in (folder, folder / "library.db")]
        except OSError:
            return ()
        return tuple(number for status in found for number in (status.st_dev, status.st_ino))

    def do_without_operator(self, own: Library | None, error: LibraryError) -> None:
        """Log, once an hour at most, that the operator's library cannot be read.

        Raises the error where the server has no documents of its own to do with.
        """
        if not own or not own.store.counts()[0]:
            raise error
        if time.monotonic() - self._warned >= WARN_EVERY_S:
            self._warned = time.monotonic()
            log.warning("the operator's documents cannot be read, and are left out: %s", error)

    @contextmanager
    def reach(
        self, guild: int | None, *, own_only: bool = False, lacking: bool = False
    ) -> Iterator[dict[bool, Library]]:
        """The libraries that a server reaches: its own under False, the operator's under True.

        An operator's library that cannot be read is left out where the server has documents of its
        own, and with `lacking` anyhow.
        """
        with ExitStack() as opened:
            libraries = {}
            shared = guild is None
            if guild is not None:
                libraries[False] = opened.enter_context(self.library(guild))
                with self.memory(guild) as memory:
                    shared = memory.preferences().shared
            if shared and not own_only:
                try:
                    operator = opened.enter_context(self.library(None))
                    require_readable(operator)
                    libraries[True] = operator
                except LibraryError as error:
                    if not lacking:
                        self.do_without_operator(libraries.get(False), error)
            yield libraries


def require_readable(library: Library) -> None:
    """Raise LibraryError where the library's first pages are damaged."""
    library.store.counts()
    library.store.languages()


def find_document(
    libraries: dict[bool, Library], document: str, audience: Audience
) -> tuple[Ref, Record]:
    """The document that a choice (`#o12`) or typed text means. Raises UnknownDocument, for what was
    taught as well, which is no document to people, and for what is hidden from the audience."""
    ref = _read_reference(document)
    if ref:
        library = libraries.get(ref.shared)
        record = library.store.record(ref.id) if library else None
        hidden = find_hidden(library, audience) if library else ()
        if record and record.id not in hidden and not is_taught(record):
            return ref, record
    else:
        for shared, library in libraries.items():
            try:
                record = library.store.find(document, find_hidden(library, audience))
            except UnknownDocument:
                continue
            if not is_taught(record):
                return Ref(shared, record.id), record
    raise UnknownDocument(
        "There is no document called {name} here, or more than one. Choose one from the list that"
        " appears while you type.",
        name=show_name(document),
    )


def _read_reference(document: str) -> Ref | None:
    """The reference that a choice is; None for what someone typed, be it a title that begins so."""
    if not document.startswith("#"):
        return None
    try:
        return Ref.parse(document[1:])
    except ValueError:
        return None
