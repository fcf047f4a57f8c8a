"""Where a passage stands among its pages' words, and nothing where that is not sure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.pictures.letters import EDGE_CHARS, SURE_CHARS, Letters, Stretch, fold

_SURE_SHUFFLED = 12
_SHARE = 0.8
"""So much of a passage has to be found."""

_Parts = tuple[tuple[int, int, int], ...]
"""Pages and stretches of their letters that a piece stands in, one after the other."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a passage, or the part of one that answers."""

    text: str
    """Its letters and digits."""
    words: tuple[str, ...]
    """The same, word by word."""
    answers: bool


def make_pieces(texts: Sequence[tuple[str, bool]]) -> list[Piece]:
    """Return the pieces of a passage from their texts, and whether they answer."""
    return [
        Piece(fold(text), tuple(filter(None, map(fold, text.split()))), answers)
        for text, answers in texts
    ]


def find_places(
    pages: Sequence[Letters], pieces: Sequence[Piece], heading: str, shown: int
) -> list[list[Stretch]]:
    """Return what to mark on each page; nothing at all where the passage is not found for sure.

    The pieces make up the passage. It begins on the first page; of the pages after `shown` it may
    use the beginning only, which the parser gave to the page before. `heading` holds the letters
    of the line above the passage.
    """
    whole = "".join(piece.text for piece in pieces)
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
    for piece, parts in zip(pieces, placed, strict=True):
        for page, start, end in parts or ():
            stretches[page].append((start, end, piece.answers))
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
        if further and further[0][1] <= EDGE_CHARS:
            return ((page, at, at + size), *further)
        break
    return None


def _divide(parts: _Parts, pieces: Sequence[Piece]) -> list[_Parts | None]:
    """Return the places of the pieces of a whole."""
    placed: list[_Parts | None] = []
    waiting = list(reversed(parts))
    for piece in pieces:
        left, taken = len(piece.text), []
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
    pages: Sequence[Letters], pieces: Sequence[Piece], shown: int
) -> list[_Parts | None]:
    """Return the place of each piece, those that are found in one place leading to the others."""
    choices: list[list[_Parts]] = []
    for text in (piece.text for piece in pieces):
        found = _find_piece(text, pages, range(shown)) if text else []
        if text and not found and len(text) >= _SURE_SHUFFLED:
            size = len(text)
            found = [
                ((p, at, at + size),) for p in range(shown) for at in pages[p].find_shuffled(text)
            ]
        choices.append(found)
    sizes = [len(piece.text) for piece in pieces]
    sure = [i for i, found in enumerate(choices) if len(found) == 1 and sizes[i] >= SURE_CHARS]
    placed: list[_Parts | None] = [None if piece.text else () for piece in pieces]
    for i in _keep_in_order(sure, choices, sizes):
        placed[i] = choices[i][0]
    _fill_gaps(pages, pieces, placed)
    for order in (range(len(pieces)), range(len(pieces) - 1, -1, -1)):
        for i in order:
            if placed[i] is None:
                placed[i] = _choose(choices[i], placed[:i], placed[i + 1 :])
    _fill_gaps(pages, pieces, placed)
    return placed


def _fill_gaps(
    pages: Sequence[Letters], pieces: Sequence[Piece], placed: list[_Parts | None]
) -> None:
    """Place pieces that fill the place between their neighbours, their words in another order.

    So it is with a row cut into sentences whose label took two lines.
    """
    runs = groupby(range(len(pieces)), key=lambda i: placed[i] is None or not pieces[i].text)
    for missing, run in runs:
        inside = list(run)
        size = sum(len(pieces[i].text) for i in inside)
        before = placed[inside[0] - 1] if inside[0] else None
        after = placed[inside[-1] + 1] if inside[-1] + 1 < len(pieces) else None
        if not missing or not size or not (before or after):
            continue
        if before:
            page, start = before[-1][0], before[-1][2]
        elif after:
            page, start = after[0][0], after[0][1] - size
        if before and after and after[0][:2] != (page, start + size):
            continue
        found = _deal_words(pages[page], page, start, start + size, [pieces[i] for i in inside])
        for i, parts in zip(inside, found, strict=False):
            placed[i] = parts


def _deal_words(
    letters: Letters, page: int, start: int, end: int, pieces: Sequence[Piece]
) -> list[_Parts]:
    """Return what each piece gets of the words, [] where they are not just the pieces' words."""
    words = letters.cut(start, end)
    wanted = [Counter(piece.words) for piece in pieces]
    if Counter(word for _, word in words) != sum(wanted, Counter()):
        return []
    dealt: list[list[tuple[int, int, int]]] = [[] for _ in pieces]
    for at, word in words:
        taker = next(i for i, want in enumerate(wanted) if want[word])
        wanted[taker][word] -= 1
        dealt[taker].append((page, at, at + len(word)))
    return [tuple(parts) for parts in dealt]


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


def _is_enough(pieces: Sequence[Piece], placed: Sequence[_Parts | None]) -> bool:
    both = list(zip(pieces, placed, strict=True))
    found = sum(len(piece.text) for piece, parts in both if parts)
    answer = all(parts is not None for piece, parts in both if piece.answers)
    return answer and found >= _SHARE * sum(len(piece.text) for piece in pieces)
