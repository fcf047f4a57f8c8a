"""A page's words as one run of letters and digits, in which a passage's own are looked for."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from index.parse.pdf_words import Word

SURE_CHARS = 8
"""A shorter piece stands where it does by chance."""
EDGE_CHARS = 120
"""A running title or a page number between two pages' text is no longer."""
_UNSPACED = 0x0E00
"""From here on are the scripts that write words without spaces: Thai, Chinese, Japanese …"""
_MAX_FOUND = 50
_MAX_TRIES = 5_000
"""Places looked at for one piece; only a page made to take time has more."""

Stretch = tuple[int, int, bool]
"""Characters `[start, end)` of a page's letters, and whether the answer stands in them."""


class Letters:
    """A page's words in reading order as one run of letters and digits."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.each = [fold(word.text) for word in words]
        self.text = "".join(self.each)
        self.starts = [0, *accumulate(map(len, self.each))]
        """Where each word begins in `text`, and its end."""
        self._borders = frozenset(self.starts)
        self._sums = [0, *accumulate(map(ord, self.text))]

    def is_border(self, at: int) -> bool:
        """Whether a word can begin or end here."""
        return at in self._borders or ord(self.text[at - 1]) >= _UNSPACED <= ord(self.text[at])

    def find(self, piece: str) -> list[int]:
        """Return where the piece stands in whole words, 50 places at most."""
        found: list[int] = []
        at, tries = self.text.find(piece), 0
        while at >= 0 and len(found) < _MAX_FOUND and tries < _MAX_TRIES:
            tries += 1
            if self.is_border(at) and self.is_border(at + len(piece)):
                found.append(at)
            at = self.text.find(piece, at + 1)
        return found

    def cut(self, start: int, end: int) -> list[tuple[int, str]]:
        """Return the words between two borders and where they begin; [] if one is no border."""
        if start < 0 or not {start, end} <= self._borders:
            return []
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [(self.starts[i], self.each[i]) for i in range(first, last) if self.each[i]]

    def find_shuffled(self, piece: str) -> list[int]:
        """Return where the piece's letters stand in another order: a row whose label took two
        lines has its second line behind the sums."""
        total, letters = sum(map(ord, piece)), sorted(piece)
        found: list[int] = []
        tries = 0
        for at in dict.fromkeys(self.starts):
            end = at + len(piece)
            if end not in self._borders or self._sums[end] - self._sums[at] != total:
                continue
            if sorted(self.text[at:end]) == letters:
                found.append(at)
            tries += 1
            if len(found) == _MAX_FOUND or tries == _MAX_TRIES:
                break
        return found

    def find_beginning(self, piece: str) -> Iterator[tuple[int, int]]:
        """Yield how much of the piece, and from where, stands at the page's end; longest first."""
        low, high = 0, min(len(piece) - 1, len(self.text))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if piece[:middle] in self.text else (low, middle - 1)
        for size in range(low, max(0, low - 40), -1):
            found = self.find(piece[:size])
            if found and (
                len(self.text) - found[-1] - size <= EDGE_CHARS
                or (len(found) == 1 and size >= SURE_CHARS)
            ):
                yield size, found[-1]

    def find_rest(self, piece: str) -> int | None:
        """Return where the piece stands at the page's beginning."""
        found = self.find(piece)
        sure = len(found) == 1 and len(piece) >= SURE_CHARS
        return found[0] if found and (sure or found[0] <= EDGE_CHARS) else None


def fold(text: str) -> str:
    """Return the letters and digits alone: hyphens, ligatures, quotes and case make no odds."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in folded if char.isalnum())


def cover_words(
    letters: Letters, stretches: Sequence[Stretch]
) -> list[tuple[int, float, float, bool]]:
    """Return the words that the stretches cover: number, from and to in shares of it, answering.

    A word is covered whole or not at all, but where words are written without spaces.
    """
    covered: list[tuple[int, float, float, bool]] = []
    follows = {start for start, _, _ in stretches}
    for start, end, answers in stretches:
        index = bisect_right(letters.starts, start) - 1
        while index < len(letters.words):
            begin, stop = letters.starts[index], letters.starts[index + 1]
            if begin > end or (begin == end and (stop > end or end not in follows)):
                break
            if begin == stop:  # a dash, a currency sign
                covered.append((index, 0.0, 1.0, answers))
            elif any(ord(char) >= _UNSPACED for char in letters.text[begin:stop]):
                size = stop - begin
                a, b = max(begin, start) - begin, min(stop, end) - begin
                covered.append((index, a / size, b / size, answers))
            elif 2 * (min(stop, end) - max(begin, start)) >= stop - begin:
                covered.append((index, 0.0, 1.0, answers))
            index += 1
    return covered
