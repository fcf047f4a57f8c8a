"""A question's word pieces → how well the model can know the language that it is asked in.

A model reads what it was not trained on letter by letter, or not at all, and then its vectors say
nothing. How a question falls into pieces shows it, whatever the model: of an English one at least
four fifths of the letters stand in pieces of two letters or more for a model of English, of a
German one as many, of a Russian or Japanese one at most three tenths.
"""

from collections.abc import Collection, Sequence

STRANGE, FAMILIAR = 0.3, 0.7
"""The shares of known letters up to which vectors count nothing, and from which on they count in
full: between what was measured for languages that the packaged model was not made for, and for
those that it reads."""

WORDS_GAIN = 4.0
"""How much more the words count where the vectors count nothing."""

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
    """The share, 0..1, of the text's letters that stand in pieces which say something; 1 where it
    has no letters.

    `ids` and `spans` are the pieces and their offsets in the text, `unknown` the ids that stand for
    what the vocabulary lacks. With `ideographs`, for a model that reads them, an ideograph counts
    by itself.
    """
    letters = known = 0
    for id, (start, end) in zip(ids, spans, strict=True):
        piece = [char for char in text[start:end] if char.isalpha()]
        letters += len(piece)
        if id not in unknown and (len(piece) > 1 or (ideographs and _are_ideographs(piece))):
            known += len(piece)
    return known / letters if letters else 1.0


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


def weigh_vectors(familiarity: float) -> float:
    """How much, 0..1, of their weight the vectors keep."""
    return min(1.0, max(0.0, (familiarity - STRANGE) / (FAMILIAR - STRANGE)))


def weigh_words(familiarity: float) -> float:
    """How many times its weight the words' part of the score has, from 1 on.

    What the vectors lose the words gain: the same threshold tells what is answered.
    """
    return 1 + WORDS_GAIN * (1 - weigh_vectors(familiarity))


def _are_ideographs(piece: Sequence[str]) -> bool:
    return bool(piece) and all(
        "\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in piece
    )
