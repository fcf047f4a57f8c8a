"""`footnote eval --suggest`: a file, or a document of the library, and the gold drafted from it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.start import file_limits, open_library
from index.cage import parse_caged
from index.chunk import chunk_document
from index.errors import GoldError
from index.files import read_file
from index.suggest import suggest_gold
from index.terms import detect_language

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings


def draft_gold(settings: "Settings", notes: "Console", wanted: str) -> dict[str, Any]:
    """A draft of gold from a file, or else from the document of that name in the library.

    Raises GoldError where nothing in it reads as a question, ParseError and UnknownDocument.
    """
    path = Path(wanted)
    if path.is_file():
        limits = file_limits(settings)
        document = parse_caged(read_file(path, limits), path.name, limits)
        language = detect_language(document.text)
        passages = chunk_document(document, settings.passage_chars, language)
        draft = suggest_gold(document.title, path.name, passages, language)
    else:
        with open_library(settings, notes) as library:
            record = library.store.find(wanted)
            found = library.store.passages(library.store.passage_ids(record.id))
        parts = [passage for _, passage in found.values()]
        draft = suggest_gold(record.title, record.name, parts, record.language)
    if not draft["data"]:
        raise GoldError(
            f"Nothing in {wanted} reads as a question or as an answer to one: no heading asks, and "
            "there is no plain definition, date, number or price. Write the gold by hand."
        )
    return draft
