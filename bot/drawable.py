"""What a picture's font can draw of a title: matplotlib carries the font along."""

import re
from bisect import bisect_right
from functools import cache
from math import ceil
from unicodedata import bidirectional, category, normalize

from bot.wording import show_line

FONT, TITLE_SIZE, DPI = "DejaVu Sans", 9, 125
MAX_TITLE_PX = 310
"""How wide a title is drawn at most."""
_BOX = "\N{WHITE SQUARE}"


def show_drawable(text: str, max_px: int = MAX_TITLE_PX) -> str:
    """A title on one line, cut, and a box for whatever cannot be drawn."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(FONT))
    font.set_size(TITLE_SIZE, DPI)
    line = normalize("NFC", " ".join(show_line(text[:400]).split()))
    glyphs = _find_glyphs()
    kept = (c for c in line if category(c) not in ("Mn", "Me", "Cf"))
    shown = "".join(c if ord(c) in glyphs and _reads_on(c) else _BOX for c in kept)
    shown = re.sub(rf"{_BOX}[\s{_BOX}]*{_BOX}", _BOX, shown)

    def measure(part: str) -> int:
        font.set_text(part)
        return ceil(font.get_width_height()[0] / 64)

    if len(shown) <= max_px and measure(shown) <= max_px:
        return shown
    ends = range(min(len(shown), max_px))
    end = bisect_right(ends, max_px, key=lambda end: measure(f"{shown[:end]}…")) - 1
    return f"{shown[: max(end, 0)].rstrip()}…"


@cache
def _find_glyphs() -> frozenset[int]:
    """The characters that the font has glyphs for."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(FONT)).get_charmap())


def _reads_on(character: str) -> bool:
    return bidirectional(character) not in ("R", "AL", "AN")
