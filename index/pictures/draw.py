"""A page of a PDF as a picture. What runs here reads others' bytes, and so runs caged."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from index.errors import DamagedDocument, ParseError
from index.parse.clean import clean_text
from index.parse.limits import Limits, show_name
from index.parse.ocr import is_scanned, read_scanned_pages
from index.parse.pdf import open_pdf
from index.parse.pdf_lines import order_lines
from index.parse.pdf_words import Word, read_runs
from index.pictures.letters import Letters, Stretch, cover_words, fold
from index.pictures.places import find_places, make_pieces

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE_PX = 1600
MAX_PNG_BYTES = 1_000_000
_MAX_SCALE = 8.0
"""Pixels a point at most: a page of a few points is no poster."""
_PASSAGE = (255, 246, 130)
_ANSWER = (255, 204, 64)

Box = tuple[float, float, float, float]


def find_marks(data: bytes, options: dict[str, Any]) -> bytes:
    """A task: JSON, for each of the passage's pages the boxes to mark and whether they answer.

    A box is left, bottom, right, top as the file counts. A page that has not all of its words
    found for sure has no boxes. Options: `name`; `first` and `last`, the pages that the passage
    stands on, counted from 1; `pieces`, its sentences and whether they answer; `heading`, the line
    above it; `languages`, as in Limits. Raises ParseError.
    """
    name, first, last = str(options["name"]), int(options["first"]), int(options["last"])
    pieces = make_pieces(options["pieces"])
    with _opened(data, name, first) as pdf:
        shown = range(first, min(last, len(pdf)) + 1)
        pages = [Letters(read_words(pdf, n, name, options["languages"])) for n in shown]
        # A word that a page cuts is whole on the page where it begins: its rest is on the next.
        if shown[-1] < len(pdf):
            pages.append(Letters(_read_text(pdf[shown[-1]], shown[-1] + 1)))
        places = find_places(pages, pieces, fold(options["heading"]), len(shown))
    boxes = [_box_words(page, stretches) for page, stretches in zip(pages, places, strict=False)]
    return json.dumps(boxes).encode()


def draw_page(data: bytes, options: dict[str, Any]) -> bytes:
    """A task: the PNG of a page. Options: `name`; `page`, from 1; `boxes` as from `find_marks`.

    Raises ParseError.
    """
    with _opened(data, str(options["name"]), int(options["page"])) as pdf:
        return encode_png(_render_page(pdf, int(options["page"]), options["boxes"]))


@contextmanager
def _opened(data: bytes, name: str, page: int) -> Iterator[Any]:
    """The PDF, which has that page; whatever goes wrong with it is a ParseError."""
    try:
        pdf = open_pdf(data, name)
        try:
            if page > len(pdf):
                raise DamagedDocument(
                    "{name} has no page {page}: it has {pages}. It was changed; run footnote"
                    " reindex.",
                    name=show_name(name),
                    page=page,
                    pages=len(pdf),
                )
            yield pdf
        finally:
            pdf.close()
    except ParseError:
        raise
    except Exception as error:  # as in parse_document: others' files raise what they like
        reason = show_name(" ".join(str(error).split())) or "no reason given"
        raise DamagedDocument(
            "Page {page} of {name} cannot be drawn ({error}: {reason}). Open it in its own program"
            " and save it again.",
            page=page,
            name=show_name(name),
            error=type(error).__name__,
            reason=reason,
        ) from error


def read_words(pdf: Any, number: int, name: str, languages: str) -> list[Word]:
    """Return a page's words in reading order; of a picture of a page, those that are recognised."""
    page = pdf[number - 1]
    words = _read_text(page, number)
    if not is_scanned(page, sum(len(word.text) for word in words)):
        return words
    try:
        limits = Limits(ocr_languages=languages)
        runs = read_scanned_pages(pdf, [number], name, limits).get(number, [])
    except ParseError:  # the page can be shown all the same
        return words
    return (
        _place_words(page, [w for line in order_lines(runs, number) for w in line.words]) or words
    )


def _read_text(page: Any, number: int) -> list[Word]:
    runs = read_runs(page, keep_words=True)
    for run in runs:
        run.text = clean_text(run.text)
    lines = order_lines([run for run in runs if run.text], number)
    return [word for line in lines for word in line.words]


def _place_words(page: Any, words: Sequence[Word]) -> list[Word]:
    """Return words that were placed on the page as it is shown where they are in the file."""
    from pypdfium2 import PdfPosConv

    width, height = page.get_size()
    fine = min(100.0, 1e6 / max(width, height))
    place = PdfPosConv(page, (0, 0, round(fine * width), round(fine * height), 0))
    turn = -page.get_rotation() // 90 % 4
    placed: list[Word] = []
    for word in words:
        (ax, ay), (bx, by) = (
            place.to_page(round(fine * x), round(fine * y))
            for x, y in ((word.x0, word.y0), (word.x1, word.y1))
        )
        box = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        placed.append(Word(word.text, *box, turn))
    return placed


def _box_words(page: Letters, stretches: Sequence[Stretch]) -> list[tuple[Box, bool]]:
    """Return a box for each part of a line that is marked in one colour."""
    boxes: list[tuple[Box, bool, int]] = []
    for index, begin, end, answers in cover_words(page, stretches):
        word = page.words[index]
        box = _cut_box(word, begin, end)
        alike = boxes and boxes[-1][1:] == (answers, word.turn)
        if alike and _adjoin(boxes[-1][0], box, word.turn):
            boxes[-1] = (_unite(boxes[-1][0], box), answers, word.turn)
        else:
            boxes.append((box, answers, word.turn))
    return [(box, answers) for box, answers, _ in boxes]


def _cut_box(word: Word, begin: float, end: float) -> Box:
    """Return the part of a word's box, in shares of its length as it is read."""
    wide, high = word.x1 - word.x0, word.y1 - word.y0
    if word.turn == 0:
        return (word.x0 + begin * wide, word.y0, word.x0 + end * wide, word.y1)
    if word.turn == 1:
        return (word.x0, word.y1 - end * high, word.x1, word.y1 - begin * high)
    if word.turn == 2:
        return (word.x1 - end * wide, word.y0, word.x1 - begin * wide, word.y1)
    return (word.x0, word.y0 + begin * high, word.x1, word.y0 + end * high)


def _adjoin(a: Box, b: Box, turn: int) -> bool:
    """Whether two boxes follow each other on one line, no further apart than words are."""
    along, across = (1, 0) if turn % 2 else (0, 1)
    size = min(a[across + 2] - a[across], b[across + 2] - b[across])
    overlap = min(a[across + 2], b[across + 2]) - max(a[across], b[across])
    gap = max(a[along], b[along]) - min(a[along + 2], b[along + 2])
    return overlap > 0.5 * size and gap < size


def _unite(a: Box, b: Box) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _render_page(pdf: Any, number: int, boxes: Sequence[tuple[Box, bool]]) -> "Image":
    """Return the page as an image, its long side 1600 px, with the boxes in yellow."""
    from PIL import Image, ImageChops, ImageDraw

    pdf.init_forms()
    page = pdf[number - 1]
    scale = min(_MAX_SCALE, LONG_SIDE_PX / max(page.get_size()))
    bitmap = page.render(scale=scale, rev_byteorder=True)
    image: Image.Image = bitmap.to_pil().convert("RGB")
    if boxes:
        place = bitmap.get_posconv(page)
        colours, mask = Image.new("RGB", image.size, "white"), Image.new("1", image.size)
        pen, stencil = ImageDraw.Draw(colours), ImageDraw.Draw(mask)
        for box, answers in sorted(boxes, key=lambda marked: marked[1]):
            (ax, ay), (bx, by) = place.to_bitmap(*box[:2]), place.to_bitmap(*box[2:])
            corners = (min(ax, bx) - 1, min(ay, by) - 1, max(ax, bx) + 1, max(ay, by) + 1)
            pen.rectangle(corners, fill=_ANSWER if answers else _PASSAGE)
            stencil.rectangle(corners, fill=1)
        # Grey first: on a table's coloured rows yellow would be green.
        marked = ImageChops.multiply(image.convert("L").convert("RGB"), colours)
        image.paste(marked, mask=mask)
    bitmap.close()
    page.close()
    return image


def encode_png(image: "Image") -> bytes:
    """Return a PNG of less than 1 MB: in 256 colours, or smaller, where it takes that."""
    from PIL import Image

    for colours in (0, 256):
        while True:
            kept = image.quantize(colours, Image.Quantize.FASTOCTREE) if colours else image
            file = io.BytesIO()
            kept.save(file, "PNG")
            if file.tell() < MAX_PNG_BYTES:
                return file.getvalue()
            if not colours:
                break
            image = image.resize([max(1, side * 3 // 4) for side in image.size])
    raise AssertionError
