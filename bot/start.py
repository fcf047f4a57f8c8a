"""Settings → what a command works with: consoles, logging, the model and the library.

Everything heavy is loaded inside the function that needs it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import mark

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings
    from index.allowance import Allowance
    from index.embed import SentenceEncoder
    from index.library import Library
    from index.parse import Limits
    from index.rerank import CrossReranker
    from index.supported import Prompts


def start(data: Path | None, library: str | None) -> tuple["Settings", "Console", "Console"]:
    """Settings, a console for what was asked for, and one for all else; logging is set up."""
    from bot.logs import set_up_logging
    from bot.settings import read_settings
    from bot.terminal.screen import make_console

    settings = read_settings(data, library)
    set_up_logging(settings.log_level, settings.log_format)
    return settings, make_console(), make_console(stderr=True)


def file_limits(settings: "Settings") -> "Limits":
    """What one file may cost."""
    from index.parse import Limits

    return Limits(file_bytes=settings.max_file_mb << 20, ocr_languages=settings.ocr_languages)


def server_allowance(settings: "Settings") -> "Allowance":
    """How much one Discord server may keep."""
    from index.allowance import Allowance

    return Allowance(
        settings.max_server_documents,
        settings.max_server_passages,
        settings.max_server_mb << 20,
        mark(
            "Remove some documents (/docs remove), or ask whoever runs this bot for more"
            " (FOOTNOTE_MAX_SERVER_DOCUMENTS, _PASSAGES, _MB)."
        ),
    )


def make_loader(settings: "Settings", notes: "Console") -> Callable[[], "SentenceEncoder"]:
    """What loads the model, and says so meanwhile."""

    def load() -> "SentenceEncoder":
        with notes.status("Loading the model …"):
            from index.embed import load_encoder

            return load_encoder(
                settings.model or None,
                cache=settings.data / "models",
                prompts=model_prompts(settings),
            )

    return load


def model_prompts(settings: "Settings") -> "Prompts":
    """What stands before questions and passages in place of the model's own prompts."""
    from index.supported import Prompts

    return Prompts(settings.query_prompt, settings.passage_prompt)


def make_reranker_loader(
    settings: "Settings", notes: "Console"
) -> "Callable[[], CrossReranker] | None":
    """What loads the reranker, and says so meanwhile; None where none is set."""
    if not settings.reranker:
        return None

    def load() -> "CrossReranker":
        with notes.status("Loading the reranker …"):
            from index.rerank import load_reranker

            return load_reranker(settings.reranker)

    return load


def open_library(settings: "Settings", notes: "Console", folder: Path | None = None) -> "Library":
    """The chosen library, or that of a folder; the model is loaded when it is needed."""
    from index.library import Library

    return Library(
        folder or settings.library_folder,
        make_loader(settings, notes),
        load_reranker=make_reranker_loader(settings, notes),
        passage_chars=settings.passage_chars,
        limits=file_limits(settings),
    )


def open_beside(library: "Library", settings: "Settings") -> "Library":
    """The same library once more, for another thread, with the same model."""
    from index.library import Library

    return Library(
        library.folder,
        lambda: library.encoder,
        load_reranker=lambda: library.reranker,
        passage_chars=library.passage_chars,
        limits=file_limits(settings),
    )
