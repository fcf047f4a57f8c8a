"""Where a passage stands among its pages' words, and nothing where that is not sure."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from index.parse.pdf_words import Word

_UNSPACED = 0x0E00
"""From here on are the scripts that write words without spaces: Thai, Chinese, Japanese …"""
_SURE_CHARS = 8
"""A shorter piece stands where it does by chance."""
_SURE_SHUFFLED = 12
_SHARE = 0.8
"""So much of a passage has to be found."""
_EDGE_CHARS = 120
"""A running title or a page number between two pages' text is no longer."""
_MAX_FOUND = 50

Stretch = tuple[int, int, bool]
"""Characters `[start, end)` of a page's letters, and whether the answer stands in them."""
_Parts = tuple[tuple[int, int, int], ...]
"""Pages and stretches of their letters that a piece stands in, one after the other."""


class Letters:
    """A page's words in reading order as one run of letters and digits."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        each = [fold(word.text) for word in words]
        self.text = "".join(each)
        self.starts = [0, *accumulate(map(len, each))]
        """Where each word begins in `text`, and its end."""
        self._borders = frozenset(self.starts)
        self._sums = [0, *accumulate(map(ord, self.text))]

    def is_border(self, at: int) -> bool:
        """Whether a word can begin or end here."""
        return at in self._borders or ord(self.text[at - 1]) >= _UNSPACED <= ord(self.text[at])

    def find(self, piece: str) -> list[int]:
        """Return where the piece stands in whole words, 50 places at most."""
        found: list[int] = []
        at = self.text.find(piece)
        while at >= 0 and len(found) < _MAX_FOUND:
            if self.is_border(at) and self.is_border(at + len(piece)):
                found.append(at)
            at = self.text.find(piece, at + 1)
        return found

    def find_shuffled(self, piece: str) -> list[int]:
        """Return where the piece's letters stand in another order: a row whose label took two
        lines has its second line behind the sums."""
        total, letters = sum(map(ord, piece)), sorted(piece)
        found: list[int] = []
        for at in dict.fromkeys(self.starts):
            end = at + len(piece)
            if end not in self._borders or self._sums[end] - self._sums[at] != total:
                continue
            if sorted(self.text[at:end]) == letters:
                found.append(at)
            if len(found) == _MAX_FOUND:
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
                len(self.text) - found[-1] - size <= _EDGE_CHARS
                or (len(found) == 1 and size >= _SURE_CHARS)
            ):
                yield size, found[-1]

    def find_rest(self, piece: str) -> int | None:
        """Return where the piece stands at the page's beginning."""
        found = self.find(piece)
        sure = len(found) == 1 and len(piece) >= _SURE_CHARS
        return found[0] if found and (sure or found[0] <= _EDGE_CHARS) else None


def fold(text: str) -> str:
    """Return the letters and digits alone: hyphens, ligatures, quotes and case make no odds."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in folded if char.isalnum())


def find_places(
    pages: Sequence[Letters], pieces: Sequence[tuple[str, bool]], heading: str, shown: int
) -> list[list[Stretch]]:
    """Return what to mark on each page; nothing at all where the passage is not found for sure.

    `pieces` are the folded sentences, and whether they answer; together they are the passage. It
    begins on the first page; of the pages after `shown` it may use the beginning only, which the
    parser gave to the page before. `heading` is the folded line above the passage.
    """
    whole = "".join(text for text, _ in pieces)
    if not whole:
        return [[] for _ in range(shown)]
    found = _find_piece(whole, pages, range(1))
    if len(found) > 1 and heading:
        headed = [parts for parts in found if _follows(pages[0].text, parts[0][1], heading)]
        found = headed or found
    if len(found) > 1:
        return [[] for _ in range(shown)]
    placed = _divide(found[0], pieces) if found else _find_pieces(pages, pieces, shown)
    if not _is_enough(pieces, placed):
        return [[] for _ in range(shown)]
    stretches: list[list[Stretch]] = [[] for _ in pages]
    for (_, answers), parts in zip(pieces, placed, strict=True):
        for page, start, end in parts or ():
            stretches[page].append((start, end, answers))
    return [sorted(stretch) for stretch in stretches[:shown]]


def _follows(text: str, at: int, heading: str) -> bool:
    return text[max(0, at - len(heading)) : at] == heading


def _find_piece(piece: str, pages: Sequence[Letters], begin_on: range) -> list[_Parts]:
    """Return all places where the piece stands on a page, or else runs over its end."""
    size = len(piece)
    found: list[_Parts] = [((p, at, at + size),) for p in begin_on for at in pages[p].find(piece)]
    if not found:
        found = [parts for p in begin_on if (parts := _find_split(piece, pages, p))]
    return found


def _find_split(piece: str, pages: Sequence[Letters], page: int) -> _Parts | None:
    if page + 1 >= len(pages):
        return None
    for size, at in pages[page].find_beginning(piece):
        rest = piece[size:]
        goes_on = pages[page + 1].find_rest(rest)
        if goes_on is not None:
            return ((page, at, at + size), (page + 1, goes_on, goes_on + len(rest)))
        further = _find_split(rest, pages, page + 1)
        # What lies between two parts is a page in the middle: it has to be nearly all taken.
        if further and further[0][1] <= _EDGE_CHARS:
            return ((page, at, at + size), *further)
        break
    return None


def _divide(parts: _Parts, pieces: Sequence[tuple[str, bool]]) -> list[_Parts | None]:
    """Return the places of the pieces of a whole."""
    placed: list[_Parts | None] = []
    waiting = list(reversed(parts))
    for text, _ in pieces:
        left, taken = len(text), []
        while left:
            page, start, end = waiting.pop()
            cut = min(end, start + left)
            taken.append((page, start, cut))
            left -= cut - start
            if cut < end:
                waiting.append((page, cut, end))
        placed.append(tuple(taken))
    return placed


def _find_pieces(
    pages: Sequence[Letters], pieces: Sequence[tuple[str, bool]], shown: int
) -> list[_Parts | None]:
    """Return the place of each piece, those that are found in one place leading to the others."""
    choices: list[list[_Parts]] = []
    for text, _ in pieces:
        found = _find_piece(text, pages, range(shown)) if text else []
        if text and not found and len(text) >= _SURE_SHUFFLED:
            size = len(text)
            found = [
                ((p, at, at + size),) for p in range(shown) for at in pages[p].find_shuffled(text)
            ]
        choices.append(found)
    sizes = [len(text) for text, _ in pieces]
    sure = [i for i, found in enumerate(choices) if len(found) == 1 and sizes[i] >= _SURE_CHARS]
    placed: list[_Parts | None] = [None if text else () for text, _ in pieces]
    for i in _keep_in_order(sure, choices, sizes):
        placed[i] = choices[i][0]
    for order in (range(len(pieces)), range(len(pieces) - 1, -1, -1)):
        for i in order:
            if placed[i] is None:
                placed[i] = _choose(choices[i], placed[:i], placed[i + 1 :])
    return placed


def _keep_in_order(
    sure: Sequence[int], choices: Sequence[list[_Parts]], sizes: Sequence[int]
) -> list[int]:
    """Return the pieces, most letters in all, whose places follow each other as they do."""
    best: list[tuple[int, int | None]] = []
    for n, i in enumerate(sure):
        so_far, back = 0, None
        for m in range(n):
            if choices[sure[m]][0][-1] <= choices[i][0][0] and best[m][0] > so_far:
                so_far, back = best[m][0], m
        best.append((so_far + sizes[i], back))
    kept: list[int] = []
    at = max(range(len(best)), key=lambda n: best[n][0], default=None)
    while at is not None:
        kept.append(sure[at])
        at = best[at][1]
    return kept


def _choose(
    found: Sequence[_Parts], before: Sequence[_Parts | None], after: Sequence[_Parts | None]
) -> _Parts | None:
    """Return the one place between the neighbours, or the one that touches one of them."""
    last = next((parts[-1] for parts in reversed(before) if parts), None)
    following = next((parts[0] for parts in after if parts), None)
    between = [
        parts
        for parts in found
        if (last is None or (last[0], last[2]) <= parts[0][:2])
        and (following is None or (parts[-1][0], parts[-1][2]) <= following[:2])
    ]
    if last and following and len(between) == 1:
        return between[0]
    touching = [
        parts
        for parts in between
        if (last and before[-1] and (last[0], last[2]) == parts[0][:2])
        or (following and after[0] and (parts[-1][0], parts[-1][2]) == following[:2])
    ]
    return touching[0] if len(touching) == 1 else None


def _is_enough(pieces: Sequence[tuple[str, bool]], placed: Sequence[_Parts | None]) -> bool:
    found = sum(len(text) for (text, _), parts in zip(pieces, placed, strict=True) if parts)
    total = sum(len(text) for text, _ in pieces)
    answer = all(
        parts is not None for (_, answers), parts in zip(pieces, placed, strict=True) if answers
    )
    return answer and found >= _SHARE * total


def cover_words(
    letters: Letters, stretches: Sequence[Stretch]
) -> list[tuple[int, float, float, bool]]:
    """Return the words that the stretches cover: number, from and to in shares of it, answering.

    A word is covered whole or not at all, but where words are written without spaces.
    """
    covered: list[tuple[int, float, float, bool]] = []
    for start, end, answers in stretches:
        first = bisect_right(letters.starts, start) - 1
        while first < len(letters.words) and letters.starts[first] < end:
            begin, stop = letters.starts[first], letters.starts[first + 1]
            a, b = max(begin, start), min(stop, end)
            if b > a:
                if any(ord(char) >= _UNSPACED for char in letters.text[begin:stop]):
                    size = stop - begin
                    covered.append((first, (a - begin) / size, (b - begin) / size, answers))
                elif 2 * (b - a) >= stop - begin:
                    covered.append((first, 0.0, 1.0, answers))
            elif begin == stop and covered and start < begin:
                covered.append((first, 0.0, 1.0, answers))  # a dash, a currency sign
            first += 1
    return covered
