"""A PDF page's words, put together to the runs that stand side by side on its lines."""

import ctypes
from dataclasses import dataclass, field
from typing import Any

_SET_APART = 1.0
"""A gap this many line heights wide is a table's or a column's, not a word's."""
_HYPHENS = {0x02: "-", 0xFFFE: "-"}  # how pdfium writes a hyphen that breaks a word


@dataclass(slots=True)
class Word:
    """One word and its box as the file counts: x to the right, y up, whatever way it is turned."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    turn: int


@dataclass(slots=True)
class Run:
    """Words that follow each other on one line; y runs from the top of the page down."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    turn: int
    """Quarter turns of the writing against the page; runs of one turn are laid out together."""
    weights: dict[str, int] = field(default_factory=dict)
    """How many characters are bold, how many italic."""
    words: list[Word] = field(default_factory=list)
    """Kept where they are asked for: those of a whole document would fill the memory."""

    @property
    def height(self) -> float:
        return self.y1 - self.y0


def read_runs(page: Any, *, keep_words: bool = False) -> list[Run]:
    """Return the runs of a pypdfium2 page in the order in which the file draws them."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    width, height = page.get_size()
    box_of, angle_of = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetCharAngle
    font_of, weight_of = pdfium.FPDFText_GetFontInfo, pdfium.FPDFText_GetFontWeight
    first, last = pdfium.FS_RECTF(), pdfium.FS_RECTF()
    font, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    runs: list[Run] = []
    for start, end, text, parted in _split_words(textpage.raw, textpage.count_chars()):
        box_of(textpage.raw, start, first)
        box_of(textpage.raw, end, last)
        turn = round(angle_of(textpage.raw, start) / 1.5708) % 4
        box = _turn_box(turn, width, height, first, last)
        font_of(textpage.raw, start, font, 128, ctypes.byref(flags))
        face = font.value.lower()
        bold = any(mark in face for mark in (b"bold", b"black", b"heavy", b"demi", b"-bd"))
        word = Run(text, *box, turn)
        word.weights = {
            "bold": len(text) * (bold or weight_of(textpage.raw, start) >= 600),
            "italic": len(text) * (b"italic" in face or b"oblique" in face),
        }
        if word.height <= 0 or word.x1 < word.x0:
            word.y1, word.x1 = max(word.y1, word.y0 + 1), max(word.x1, word.x0)
        if keep_words:
            word.words.append(_box_word(text, turn, first, last))
        if runs and _follows(runs[-1], word):
            _extend(runs[-1], word, parted)
        else:
            runs.append(word)
    textpage.close()
    return runs


def _split_words(textpage: Any, chars: int) -> list[tuple[int, int, str, bool]]:
    """Return each word's first and last character, its text, and whether a space goes before it.

    Without one, it was pdfium that parted the word from the last, for a change of size or place.
    """
    import pypdfium2.raw as pdfium

    code_at, is_generated = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_IsGenerated
    words: list[tuple[int, int, str, bool]] = []
    start, text, parted = 0, "", True
    for index in range(chars + 1):
        code = code_at(textpage, index) if index < chars else 0
        char = _HYPHENS.get(code) or chr(code)
        if not char.isspace() and char != "\0":
            start = start if text else index
            text += char
            if code not in _HYPHENS:
                continue
            index += 1  # the word's other half is on the next line, with nothing in between
        if text:
            # pdfium hands out characters beyond the basic plane as two halves.
            whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
            words.append((start, index - 1, whole, parted))
            parted = False
        text = ""
        parted = parted or code in _HYPHENS or is_generated(textpage, index) != 1
    return words


def _box_word(text: str, turn: int, first: Any, last: Any) -> Word:
    left, right = min(first.left, last.left), max(first.right, last.right)
    bottom, top = min(first.bottom, last.bottom), max(first.top, last.top)
    return Word(text, left, bottom, right, top, turn)


def _turn_box(
    turn: int, width: float, height: float, first: Any, last: Any
) -> tuple[float, float, float, float]:
    """Return (x0, x1, y0, y1) of a word as it is read, y from the top; turns go clockwise."""
    left, right = min(first.left, last.left), max(first.right, last.right)
    bottom, top = min(first.bottom, last.bottom), max(first.top, last.top)
    return (
        (left, right, height - top, height - bottom),
        (height - top, height - bottom, width - right, width - left),
        (width - right, width - left, bottom, top),
        (bottom, top, left, right),
    )[turn]


def _follows(run: Run, word: Run) -> bool:
    size = min(run.height, word.height)
    level = abs(run.y0 + run.y1 - word.y0 - word.y1) / 2 < 0.5 * max(size, 1)
    gap = word.x0 - run.x1
    return run.turn == word.turn and level and -0.5 * size < gap < _SET_APART * size


def _extend(run: Run, word: Run, parted: bool) -> None:
    mark = word.height < 0.85 * run.height  # a footnote's, which touches its word
    touching = mark and not parted and word.x0 - run.x1 < 0.1 * run.height
    run.text += word.text if touching else " " + word.text
    run.words += word.words
    run.x1 = max(run.x1, word.x1)
    if word.height > run.height:
        run.y0, run.y1 = word.y0, word.y1
    for name, count in word.weights.items():
        run.weights[name] += count
