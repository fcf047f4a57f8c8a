"""The page that a passage stands on, as a picture with its words marked."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

from index.cage import run_caged
from index.errors import DocumentTooLarge, ParserFailed, UnreadableFile, UnsupportedFormat
from index.files import read_file
from index.parse import Limits
from index.parse.limits import show_name
from index.types import Passage, Record

_MAX_PAGES = 3
_SECONDS = 60.0
_MODULES = ("pypdfium2", "PIL.Image", "PIL.ImageChops", "PIL.ImageDraw")
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """One page of a PDF."""

    page: int
    """1-based."""
    png: bytes
    """Less than 1 MB; the long side is 1600 px, less where the page is tiny."""
    marked: bool
    """False where the passage's words are not found for sure, and nothing is drawn over them."""


def picture_record(
    record: Record,
    passage: Passage,
    highlights: Sequence[tuple[int, int]],
    limits: Limits = Limits(),  # noqa: B008
) -> tuple[Picture, ...]:
    """The pages of a passage of the library, read from the file that it came from.

    Raises UnsupportedFormat where it is no PDF, UnreadableFile where the file has gone or is
    another one by now, and what `picture_passage` raises.
    """
    shown = show_name(record.name)
    if PurePath(record.name).suffix.lower() != ".pdf" or passage.page is None:
        raise UnsupportedFormat("{name} is no PDF. Only a PDF's pages can be shown.", name=shown)
    if not Path(record.source).is_absolute():
        place = record.link or record.source
        raise UnreadableFile(
            "{name} is no file of this machine. Open it at {place}.", name=shown, place=place
        )
    data = read_file(Path(record.source), limits)
    if hashlib.sha256(data).hexdigest() != record.content_hash:
        raise UnreadableFile(
            "{name} has changed since it was read. Take it in again: footnote reindex", name=shown
        )
    return picture_passage(data, record.name, passage, highlights, limits)


def picture_passage(
    data: bytes,
    name: str,
    passage: Passage,
    highlights: Sequence[tuple[int, int]],
    limits: Limits = Limits(),  # noqa: B008
) -> tuple[Picture, ...]:
    """The pages of a PDF that a passage stands on, three at most, its words marked in yellow.

    `highlights` are offsets in the passage's text; what stands there is marked stronger. Raises
    ParseError: what is no PDF, is damaged or locked, has no such page, or takes too long to draw.
    """
    if passage.page is None:
        raise UnsupportedFormat(
            "{name} has no pages. Only a PDF's can be shown.", name=show_name(name)
        )
    if len(data) > limits.file_bytes:
        raise DocumentTooLarge(
            "{name} takes {size:,.1f} MB; {most:,} MB are allowed. Split it into smaller files.",
            name=show_name(name),
            size=len(data) / 2**20,
            most=limits.file_bytes >> 20,
        )
    last = max(passage.page, passage.last_page or passage.page)
    last = min(last, passage.page + _MAX_PAGES - 1)
    options = {
        "name": name,
        "first": passage.page,
        "last": last,
        "pieces": _cut_pieces(passage, highlights),
        "heading": passage.heading_path[-1] if passage.heading_path else "",
        "languages": limits.ocr_languages,
    }
    made = run_caged("index.pictures.draw:find_marks", data, options, name, modules=_MODULES)
    pictures = []
    for page, boxes in enumerate(_read_marks(made, name), passage.page):
        drawing = {"name": name, "page": page, "boxes": boxes}
        png = run_caged(
            *("index.pictures.draw:draw_page", data, drawing, name),
            seconds=_SECONDS,
            modules=_MODULES,
        )
        if not png.startswith(_PNG) or len(png) > _MAX_BYTES:
            raise ParserFailed(
                "{name} could not be drawn. Open it in its own program.", name=show_name(name)
            )
        pictures.append(Picture(page, png, bool(boxes)))
    return tuple(pictures)


def _read_marks(made: bytes, name: str) -> list[list[Any]]:
    """The boxes to draw on each page, as the child tells them. Raises ParserFailed."""
    try:
        marks = json.loads(made)
    except (ValueError, RecursionError):
        marks = None
    if isinstance(marks, list) and len(marks) <= _MAX_PAGES and all(type(m) is list for m in marks):
        return marks
    raise ParserFailed("{name} could not be searched for the passage.", name=show_name(name))


def _cut_pieces(passage: Passage, highlights: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The passage's sentences, cut where highlights begin and end; whether each is in one."""
    borders = {0, len(passage.text)}
    for start, end in (*passage.sentences, *highlights):
        borders |= {max(0, start), min(end, len(passage.text))}
    return [
        (passage.text[a:b], any(start <= a and b <= end for start, end in highlights))
        for a, b in pairwise(sorted(borders))
    ]
