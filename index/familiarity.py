"""A question's word pieces → how well the model can know the language that it is asked in.

A model reads what it was not trained on in splinters, letter by letter, or not at all, and the less
its vectors say then. How a question's words fall into pieces shows it, whatever the model: a word
of a language that it was made for is mostly one piece.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence

from index.scripts import WORD

IDEOGRAPHS = "的一是不了人我在有他这中大来上国个到说们"
"""The most usual ones: a model that reads Chinese has a piece for each of them."""


def measure_familiarity(
    text: str,
    ids: Sequence[int],
    spans: Sequence[tuple[int, int]],
    unknown: Collection[int],
    *,
    ideographs: bool = False,
) -> float:
    """The mean over the text's letters, 0..1, of one over the number of pieces that its word falls
    into; 0 for a letter whose piece says nothing. 1 where there are no letters.

    `ids` and `spans` are the pieces, in order, and their offsets in the text; `unknown` the ids
    that stand for what the vocabulary lacks. A piece of a single letter says nothing, but for an
    ideograph where the model reads them: then it counts as a word.
    """
    starts = [start for start, _ in spans]
    letters, known = 0, 0.0
    for word in WORD.finditer(text):
        first = max(0, bisect_left(starts, word.start() + 1) - 1)
        last = bisect_left(starts, word.end())
        pieces = [
            (id, text[max(start, word.start()) : min(end, word.end())])
            for id, (start, end) in zip(ids[first:last], spans[first:last], strict=True)
            if end > word.start()
        ]
        alone = ideographs and all(_are_ideographs(piece) for _, piece in pieces)
        sizes = [sum(map(str.isalpha, piece)) for id, piece in pieces if id not in unknown]
        said = [size for size in sizes if size > 1 or alone]
        letters += sum(map(str.isalpha, word.group()))
        known += sum(said) / (1 if alone else max(1, len(pieces)))
    return known / letters if letters else 1.0


def find_words(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The word of the text that each piece is of, by its offsets; "" where it is of none."""
    words = list(WORD.finditer(text))
    ends = [word.end() for word in words]
    found = []
    for start, end in spans:
        place = bisect_right(ends, start)
        of_one = place < len(words) and words[place].start() < end
        found.append(words[place].group() if of_one else "")
    return tuple(found)


def reads_ideographs(
    ids: Sequence[int], spans: Sequence[tuple[int, int]], unknown: Collection[int]
) -> bool:
    """Whether the pieces that `IDEOGRAPHS` falls into are known, but for one in ten."""
    whole = {
        place
        for id, (start, end) in zip(ids, spans, strict=True)
        if id not in unknown
        for place in range(start, end)
    }
    return 10 * len(whole) >= 9 * len(IDEOGRAPHS) and len(ids) <= len(IDEOGRAPHS) + 1


def _are_ideographs(piece: str) -> bool:
    return bool(piece) and all(
        "\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in piece
    )
