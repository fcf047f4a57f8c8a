"""A page of a PDF as a picture. What runs here reads others' bytes, and so runs caged."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.errors import DamagedDocument, ParseError
from index.parse.limits import show_name
from index.parse.ocr import is_scanned, recognise_page
from index.parse.pdf import open_pdf
from index.parse.pdf_lines import order_lines
from index.parse.pdf_words import Word, read_runs
from index.pictures.places import Letters, cover_words, find_places, fold

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE_PX = 1600
MAX_PNG_BYTES = 1_000_000
_MAX_SCALE = 8.0
"""Pixels a point at most: a page of a few points is no poster."""
_PASSAGE = (255, 246, 130)
_ANSWER = (255, 204, 64)

Box = tuple[float, float, float, float]


def draw_page(data: bytes, options: dict[str, Any]) -> bytes:
    """A task: b"\\1" and the PNG of a page with its passage marked, or b"\\0" and the bare page.

    Options: `name`; `page`, counted from 1; `pages`, those that the passage stands on, first and
    last; `pieces`, its sentences and whether they answer; `heading`, the line above it;
    `languages`, which a picture of a page is read in. Raises ParseError.
    """
    name, number = str(options["name"]), int(options["page"])
    try:
        pdf = open_pdf(data, name)
        try:
            if number > len(pdf):
                raise DamagedDocument(
                    f"{show_name(name)} has no page {number}: it has {len(pdf)}. It was changed;"
                    " run footnote reindex."
                )
            boxes = _find_boxes(pdf, options)
            image = _render_page(pdf, number, boxes)
        finally:
            pdf.close()
    except ParseError:
        raise
    except Exception as error:  # as in parse_document: others' files raise what they like
        reason = show_name(" ".join(str(error).split())) or "no reason given"
        raise DamagedDocument(
            f"Page {number} of {show_name(name)} cannot be drawn ({type(error).__name__}:"
            f" {reason}). Open it in its own program and save it again."
        ) from error
    return (b"\1" if boxes else b"\0") + encode_png(image)


def read_words(pdf: Any, number: int, languages: str, name: str) -> list[Word]:
    """Return the words of a page in reading order, of a picture of one those that Tesseract sees.

    [] for a page that holds none.
    """
    page = pdf[number - 1]
    runs = read_runs(page, keep_words=True)
    if is_scanned(page, sum(len(run.text) for run in runs)):
        runs = recognise_page(page, languages, name) or runs
    page.close()
    return [word for line in order_lines(runs, number) for word in line.words]


def _find_boxes(pdf: Any, options: dict[str, Any]) -> list[tuple[Box, bool]]:
    """Return the boxes to mark on the page, as the file counts; those of the answer say so."""
    first, last = options["pages"]
    # A word that a page cuts is whole on the page where it begins: its rest is on the next.
    numbers = range(first, min(last + 1, len(pdf)) + 1)
    languages, name = str(options["languages"]), str(options["name"])
    pages = [Letters(read_words(pdf, number, languages, name)) for number in numbers]
    pieces = [(fold(text), bool(answers)) for text, answers in options["pieces"]]
    shown = min(last, len(pdf)) - first + 1
    stretches = find_places(pages, pieces, fold(options["heading"]), shown)
    at = options["page"] - first
    if not any(stretches):
        return []
    boxes: list[tuple[Box, bool, int]] = []
    for index, begin, end, answers in cover_words(pages[at], stretches[at]):
        word = pages[at].words[index]
        box = _cut_box(word, begin, end)
        if (
            boxes
            and boxes[-1][1:] == (answers, word.turn)
            and _adjoin(boxes[-1][0], box, word.turn)
        ):
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
