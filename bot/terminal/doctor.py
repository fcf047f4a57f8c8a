"""What is wrong with this Footnote, and the command that mends it."""

import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.libraries.memory import Memory
from bot.libraries.repair import repair_memory
from bot.libraries.servers import Servers
from bot.settings import Settings
from bot.start import file_limits, model_prompts
from bot.terminal.checks import REPAIR, Check, tell_damages
from bot.wording import count, name_origin, show_line
from index.draft import find_draft
from index.embed import Encoder, load_encoder
from index.errors import LibraryError, ModelError, ParseError, StoreDamaged
from index.files import find_files
from index.ingest import describe_embedding
from index.kept import find_damage
from index.library import Library
from index.nearest import compare_file
from index.repair import repair_library
from index.rerank import load_reranker
from index.vector_file import Spoiled
from index.weights import DEFAULT_SHA256, find_weights

NEEDED = ("faiss-cpu", "sentence-transformers", "torch")
PACKAGES = ("footnote", *NEEDED, "openvino")
PROGRAMS = (
    ("git", "repositories", "git"),
    ("tesseract", "scanned PDFs", "tesseract-ocr"),
)
"""What Footnote can do without: the program, what it is for, and Debian's package."""
LOW_DISK_BYTES = 1 << 30
FULL_DISK_BYTES = 100 << 20


def examine(settings: Settings, *, repair: bool = False) -> Iterator[Check]:
    """Look at everything, the slow things last; with `repair` mend what is damaged first.

    Without it nothing is changed.
    """
    yield from _look_at_versions()
    yield _look_at_disk(settings.data)
    if settings.data.exists():
        yield _look_at_mode(settings.data)
    yield _look_at_documents(settings.documents)
    yield from _look_at_servers(settings, repair)
    encoder: Encoder | None = None
    try:
        yield from _look_at_kept(settings, repair)
        encoder = load_encoder(
            settings.model or None,
            cache=settings.data / "models",
            keep=repair,
            prompts=model_prompts(settings),
        )
        yield from _look_at_model(encoder, settings)
    except ModelError as error:
        yield Check("Model", "fail", str(error))
    reranker = None
    if settings.reranker:
        try:
            reranker = load_reranker(settings.reranker)
            yield Check("Reranker", "ok", reranker.fingerprint)
        except ModelError as error:
            yield Check("Reranker", "fail", str(error))
    # Without a model, what does not need one is looked at all the same.
    open_library = partial(
        Library,
        settings.library_folder,
        load_encoder if encoder is None else lambda: encoder,
        load_reranker=lambda: reranker,
        passage_chars=settings.passage_chars,
        limits=file_limits(settings),
    )
    try:
        if repair:
            for done in repair_library(settings.library_folder, partial(open_library, alone=True)):
                yield Check("Repair", "ok", done)
        with open_library() as library:
            yield from _look_at_library(library, encoder, settings)
    except StoreDamaged as error:
        yield Check("Library", "fail", str(error), REPAIR)
    except LibraryError as error:
        yield Check("Library", "fail", str(error))


def _look_at_versions() -> Iterator[Check]:
    python = platform.python_version()
    if (3, 11) <= sys.version_info < (3, 14):
        yield Check("Python", "ok", python)
    else:
        yield Check("Python", "warn", python, "make install PYTHON=python3.12")
    import sqlite3

    yield Check("SQLite", "ok", sqlite3.sqlite_version)
    for package in PACKAGES:
        try:
            yield Check(package, "ok", version(package))
        except PackageNotFoundError:
            yield Check(
                package, "fail" if package in NEEDED else "warn", "not installed", "make install"
            )
    for program, use, package in PROGRAMS:
        if shutil.which(program):
            yield Check(program, "ok", f"installed; reads {use}")
        else:
            mend = f"apt-get install {package} (only if you want {use})"
            yield Check(program, "ok", f"not installed; it would read {use}", mend)


def _look_at_disk(data: Path) -> Check:
    standing = next(
        folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists()
    )
    free = shutil.disk_usage(standing).free
    finding = f"{free / 2**30:,.1f} GB free for {data.absolute()}"
    mend = "Make room, or set FOOTNOTE_DATA to a folder on a larger disk."
    if free < FULL_DISK_BYTES:
        return Check("Disk", "fail", finding, mend)
    if free < LOW_DISK_BYTES:
        return Check("Disk", "warn", finding, mend)
    return Check("Disk", "ok", finding)


def _look_at_mode(data: Path) -> Check:
    """Whether others on this machine may look into the data folder."""
    mode = stat.S_IMODE(data.stat().st_mode)
    finding = f"{data.absolute()} has mode {mode:03o}"
    if mode & 0o077 and sys.platform != "win32":
        return Check("Data", "warn", f"{finding}: others may look into it", f"chmod 700 {data}")
    return Check("Data", "ok", finding)


def _look_at_documents(folder: Path) -> Check:
    if not folder.is_dir():
        mend = f"mkdir {folder}, or set FOOTNOTE_DOCUMENTS (only `footnote run` needs it)."
        return Check("Documents", "warn", f"{folder.absolute()} is no folder", mend)
    try:
        files = find_files(folder)
    except ParseError as error:
        return Check("Documents", "warn", str(error))
    finding = f"{count(len(files.found), 'file')} in {folder.absolute()}"
    if files.failures:
        return Check("Documents", "warn", finding, str(files.failures[0][1]))
    return Check("Documents", "ok", finding)


def _look_at_servers(settings: Settings, repair: bool) -> Iterator[Check]:
    """What the bot remembers of servers and of direct messages, and servers that it has left."""
    servers = Servers(settings)
    whole = 0
    for guild in (None, *servers.all()):
        folder = settings.library_folder if guild is None else servers.folder(guild)
        path = folder / "discord.db"
        try:
            if repair:
                for done in repair_memory(path):
                    yield Check("Repair", "ok", done)
            with Memory(path) as memory:
                damages = memory.check()
            if damages:
                name = f"{folder.name}/{path.name}"
                yield from tell_damages("Server", [f"{name}: {damage}" for damage in damages])
                continue
            whole += path.exists()
            until = servers.kept_until(guild) if guild else None
            draft = find_draft(folder)
        except StoreDamaged as error:
            yield Check("Server", "fail", str(error), REPAIR)
        except LibraryError as error:
            yield Check("Server", "fail", str(error))
        else:
            if until:
                left = f"the bot has left it; it is removed after {until:%Y-%m-%d %H:%M} UTC"
                mend = f"footnote forget {guild} removes it now."
                yield Check("Server", "warn", f"{guild}: {left}", mend)
            if draft:
                waits = "a reindex that makes answers worse waits for an admin's word"
                yield Check("Server", "warn", f"{guild}: {waits}", "/docs status in that server")
    yield Check("Servers", "ok", f"{count(whole, 'file')} of what the bot remembers, whole")


def _look_at_model(encoder: Encoder, settings: Settings) -> Iterator[Check]:
    expected = "" if settings.model else f", sha256 {DEFAULT_SHA256[:12]}… as expected"
    yield Check("Model", "ok", f"{encoder.fingerprint}, {encoder.dimension} dimensions{expected}")
    if encoder.backend == "openvino":
        yield Check("Backend", "ok", "OpenVINO")
    else:
        finding = f"{encoder.backend}; OpenVINO is faster, and starts sooner"
        yield Check("Backend", "warn", finding, "pip install openvino")


def _look_at_library(
    library: Library, encoder: Encoder | None, settings: Settings
) -> Iterator[Check]:
    documents = library.documents()
    passages, _ = library.store.counts()
    size = f"{count(len(documents), 'document')}, {count(passages, 'passage')}"
    if not documents:
        yield Check("Library", "ok", f"{settings.library}: no documents yet", "footnote add FOLDER")
        return
    stale = [record for record, status in documents if status != "current"]
    if stale:
        finding = f"{settings.library}: {size}, {len(stale):,} changed, gone or stale"
        yield Check("Library", "warn", finding, "footnote reindex")
    else:
        yield Check("Library", "ok", f"{settings.library}: {size}, all current")
    for origin in library.origins():
        if origin.failure:
            finding = f"{name_origin(origin)}: {origin.failure}"
            yield Check("Source", "warn", finding, "footnote reindex")
    made = library.store.embedded_with
    now = describe_embedding(encoder, settings.passage_chars) if encoder else None
    if now in (None, made):
        yield Check("Embedded", "ok", f"with {made}")
    else:
        finding = f"with {made}; the settings say {now}"
        yield Check("Embedded", "fail", finding, "footnote reindex --full")
    yield _look_at_calibration(library, library.scored_by if encoder else None)
    damages = library.check()
    yield from tell_damages("Store", damages)
    if not damages:
        yield Check("Store", "ok", "whole")
        bonds = library.store.readers.bonds()
        if closed := [show_line(name) for name, labels in bonds.items() if not labels]:
            finding = f"nobody may read {', '.join(closed)}: who might was damaged"
            yield Check("Readers", "warn", finding, "footnote documents")
    yield _look_at_index(library, passages)


def _look_at_index(library: Library, passages: int) -> Check:
    path = library.folder / "nearest.faiss"
    try:
        differing = compare_file(library.store, path)
    except FileNotFoundError:
        return Check("Index", "ok", "not made yet; the next question makes it")
    except (OSError, Spoiled) as error:
        finding = f"{path} cannot be used ({error}); the next question makes it anew"
        return Check("Index", "warn", finding, REPAIR)
    if len(differing):
        finding = f"{count(len(differing), 'vector')} in the store changed since they were indexed"
        return Check("Index", "fail", finding, REPAIR)
    return Check("Index", "ok", f"agrees with the store: {count(passages, 'vector')}")


def _look_at_kept(settings: Settings, repair: bool) -> Iterator[Check]:
    """What is wrong with the model as it is kept for the next start. Raises ModelError."""
    weights = find_weights(settings.model or None)
    if weights is None:
        return
    folder = settings.data / "models" / weights.key
    try:
        damage = find_damage(folder)
    except ImportError:  # OpenVINO is not installed, and nothing is kept
        return
    if damage and repair:
        yield Check("Repair", "ok", f"The model kept in {folder} is made anew ({damage}).")
    elif damage:
        finding = f"the one kept in {folder} is damaged ({damage}); the next start makes it anew"
        yield Check("Model", "warn", finding, REPAIR)


def _look_at_calibration(library: Library, now: str | None) -> Check:
    """Whether confidence follows the library's own gold; `now` is what scores depend on."""
    fitted_to = library.store.fitted.scored_by
    if fitted_to is None:
        return Check("Confidence", "ok", "as shipped; footnote eval GOLD --calibrate fits it")
    if now in (None, fitted_to):
        return Check("Confidence", "ok", f"fitted to this library's gold, with {fitted_to}")
    finding = f"fitted with {fitted_to}; the settings say {now}, so the shipped one holds"
    return Check("Confidence", "warn", finding, "footnote eval GOLD --calibrate")
