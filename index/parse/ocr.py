"""Pages that are pictures → their words, by Tesseract where that is installed."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from index.errors import DocumentTooLarge, ParserFailed, ScannedDocument, mark
from index.parse.clean import clean_text
from index.parse.limits import Limits, show_name
from index.parse.pdf_words import Run
from index.parse.pdf_words import Word as PlacedWord

PAGE_SECONDS = 60
"""Tesseract may take so long over a page, which usually takes it a second or two."""

_DPI = 300
_MAX_PIXELS = 30_000_000
_MAX_LANGUAGES = 4
_MIN_CONFIDENCE = 50
"""Of 100; what Tesseract sees in stains, rules and pictures lies below."""
_FEW_CHARS = 50
"""A page of no more may be a picture with a stamp or a page number on it."""
_COVERED = 0.3
_IMAGE = 3  # pdfium's number for a picture among a page's objects
_MAX_PICTURES = 2_000

_TALL = re.compile(r"[^acemnopqrsuvwxyzgj.,;:·_~\-–—]")
_DEEP = re.compile(r"[gjpqyQ,;(){}\[\]|/]")
# Parts of an em, as in most typefaces: above small letters, small letters, below the line.
_RISE, _SMALL, _FALL = 0.24, 0.48, 0.22
_LINE = 1.15
"""Heights of lines that PDFs name, in ems."""
_LACKS_LANGUAGE = mark(
    "{name} holds pictures of pages, to be read in {language}. Tesseract has {installed}. Install"
    " that language (Debian: apt-get install tesseract-ocr-…), or choose another."
)
_LACKS_LANGUAGES = mark(
    "{name} holds pictures of pages, to be read in {language}. Tesseract has no language. Install"
    " that language (Debian: apt-get install tesseract-ocr-…), or choose another."
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was recognised, in points from the top left corner of the page as it is shown."""

    text: str
    """"" where it is too blurred to tell."""
    x0: float
    x1: float
    y0: float
    y1: float
    line: tuple[int, int, int]
    """Block, paragraph and line of the page that it stands in."""


def is_scanned(page: Any, chars: int) -> bool:
    """Say whether a pypdfium2 page that holds so many characters of text is a picture of one."""
    if chars > _FEW_CHARS:
        return False
    width, height = page.get_size()
    covered = 0.0
    for picture in islice(page.get_objects([_IMAGE], max_depth=3), _MAX_PICTURES):
        left, bottom, right, top = picture.get_bounds()
        covered += abs((right - left) * (top - bottom))
    return bool(covered > _COVERED * width * height)


def read_scanned_pages(
    pdf: Any, numbers: Sequence[int], name: str, limits: Limits
) -> dict[int, list[Run]]:
    """Return the runs of those pages of a pypdfium2 document, by number; {} without Tesseract.

    Raises DocumentTooLarge for more pages than are allowed, ScannedDocument for a language that
    Tesseract does not have, and ParserFailed where it can't read a single page.
    """
    if not numbers or not find_tesseract():
        return {}
    if len(numbers) > limits.ocr_pages:
        raise DocumentTooLarge(
            "{name} holds pictures of {pages:,} pages; {most:,} are read. Split it into smaller"
            " files.",
            name=show_name(name),
            pages=len(numbers),
            most=limits.ocr_pages,
        )
    languages = choose_languages(limits.ocr_languages, name)
    found: dict[int, list[Run]] = {}
    failure: ParserFailed | None = None
    for number in numbers:
        page = pdf[number - 1]
        try:
            found[number] = join_words(recognise_words(page, languages, name))
        except ParserFailed as error:  # one page of many is not worth the others
            failure = error
        page.close()
    if failure and not found:
        raise failure
    return found


def find_tesseract() -> str | None:
    """Return where Tesseract is, None where it is not installed."""
    return shutil.which("tesseract")


def choose_languages(wished: str, name: str) -> str:
    """Return the languages to read, as Tesseract takes them: `eng+deu`.

    Those wished for, else all that are installed, four at most. Raises ScannedDocument for one
    that is not.
    """
    said = _run_tesseract(["--list-langs"], b"", name).decode("utf-8", "replace")
    installed = sorted(set(re.findall(r"^\w+$", said, re.MULTILINE)) - {"osd", "equ"})
    chosen = re.findall(r"[^\s,+]+", wished)
    for language in chosen:
        if language not in installed:
            template = _LACKS_LANGUAGE if installed else _LACKS_LANGUAGES
            raise ScannedDocument(
                template,
                name=show_name(name),
                language=show_name(language),
                installed=", ".join(installed),
            )
    usual = sorted(installed, key=lambda language: language != "eng")[:_MAX_LANGUAGES]
    return "+".join(chosen or usual)


def recognise_words(page: Any, languages: str, name: str) -> list[Word]:
    """Return the words that Tesseract reads from a picture of a pypdfium2 page, in its order.

    Raises ParserFailed where it gives up.
    """
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MAX_PIXELS / max(1, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    head = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height)
    rows = memoryview(bitmap.buffer).cast("B")
    picture = head + b"".join(
        rows[start : start + bitmap.width]
        for start in range(0, bitmap.height * bitmap.stride, bitmap.stride)
    )
    across, down = width / bitmap.width, height / bitmap.height
    bitmap.close()
    dpi = str(max(70, round(scale * 72)))
    command = ["stdin", "stdout", "-l", languages, "--dpi", dpi, "tsv"]
    table = _run_tesseract(command, picture, name).decode("utf-8", "replace")
    words: list[Word] = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t", 11)
        if len(cells) < 12 or cells[0] != "5":
            continue
        text = clean_text(cells[11]) if float(cells[10]) >= _MIN_CONFIDENCE else ""
        x, y, wide, high = map(int, cells[6:10])
        if wide and high:
            box = (x * across, (x + wide) * across, y * down, (y + high) * down)
            words.append(Word(text, *box, (int(cells[2]), int(cells[3]), int(cells[4]))))
    return words


def join_words(words: Iterable[Word]) -> list[Run]:
    """Return the runs of a page that its words make, of even height where they are of one size.

    Unlike those of text, the words that they keep count as `Word` here does, from the top left.
    """
    lines: dict[tuple[int, int, int], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    told = {line: [word for word in inside if word.text] for line, inside in lines.items()}
    sizes = {line: median(map(_measure_em, inside)) for line, inside in told.items() if inside}
    usual = median(sizes.values()) if sizes else 0
    runs: list[Run] = []
    for line, size in sizes.items():
        em = usual if abs(size - usual) < 0.15 * usual else size
        feet = [word.y1 - em * _FALL * bool(_DEEP.search(word.text)) for word in told[line]]
        y0, y1 = median(feet) - (_LINE - _FALL) * em, median(feet) + _FALL * em
        last: Run | None = None
        for word in lines[line]:
            if last and -em < word.x0 - last.x1 < em:
                last.text += " " * bool(word.text) + word.text
                last.x1 = max(last.x1, word.x1)
            elif word.text:
                last = Run(word.text, word.x0, word.x1, y0, y1, 0, {"bold": 0, "italic": 0})
                runs.append(last)
            if last and word.text:
                last.words.append(PlacedWord(word.text, word.x0, y0, word.x1, y1, 0))
    return runs


def _measure_em(word: Word) -> float:
    """Return the size of type that a word of such letters and such a height is set in."""
    parts = _SMALL + _RISE * bool(_TALL.search(word.text)) + _FALL * bool(_DEEP.search(word.text))
    return (word.y1 - word.y0) / parts


def _run_tesseract(arguments: Sequence[str], picture: bytes, name: str) -> bytes:
    program = find_tesseract() or "tesseract"
    try:
        done = subprocess.run(
            [program, *arguments], input=picture, capture_output=True, timeout=PAGE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = f"{type(error).__name__}"
    else:
        if not done.returncode:
            return done.stdout
        said = done.stderr.decode("utf-8", "replace").split()
        reason = show_name(" ".join(said)) or f"it ended with {done.returncode}"
    raise ParserFailed(
        "{name} holds pictures of pages, and Tesseract failed on them ({reason}). See whether it"
        " reads any picture: tesseract picture.png -",
        name=show_name(name),
        reason=reason,
    )
