"""Text → how it is written: letters without accents, the script of a word, runs without spaces."""

import re
import unicodedata
from bisect import bisect_right
from itertools import pairwise

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u3096\u309d-\u309f"
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff"
_HANGUL = "\uac00-\ud7a3"
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_MARKS = (
    "\u0900-\u0903\u093a\u093b\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd"
    "\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a75\u0a81-\u0a83\u0abc\u0abe-\u0acd"
    "\u0ae2\u0ae3\u0b01-\u0b03\u0b3c\u0b3e-\u0b57\u0b62\u0b63\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04"
    "\u0c3e-\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0ce2\u0ce3\u0d00-\u0d03\u0d3b\u0d3c"
    "\u0d3e-\u0d4d\u0d57\u0d62\u0d63\u0d81-\u0d83\u0dca-\u0ddf\u0df2\u0df3\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f35\u0f37\u0f39\u0f71-\u0f84\u0f8d-\u0fbc"
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d"
    "\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u3099\u309a"
)
"""Vowels, tones and the like that are written over, under or after a letter, and belong to it."""

# Nothing is given back: marks in a row could be parted in more ways than can be tried.
WORD = re.compile(rf"[^\W_]++(?:[{_MARKS}]++[^\W_]*+)*+")

UNSPACED = re.compile(f"[{_HAN}{_HIRAGANA}{_KATAKANA}{_SOUTH_EAST}]")
"""Letters of scripts that put no spaces between words: these cannot be counted."""

_DENSE = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_HANGUL}{_SOUTH_EAST}"
"""Letters of those scripts, and of Korean: its words carry their particles."""
_RUN = re.compile(
    f"[{_HAN}]+|[{_HIRAGANA}]+|[{_KATAKANA}]+|[{_HANGUL}]+|[{_SOUTH_EAST}]+|[^{_DENSE}]+"
)
_LETTER = re.compile(f".[{_MARKS}]*")
_DENSE_LETTER = re.compile(f"[{_DENSE}]")
_HIRAGANA_LETTER = re.compile(f"[{_HIRAGANA}]")
_KANA = re.compile(f"[{_HIRAGANA}{_KATAKANA}]")

# These marks make other letters of и, у, і, г and к.
_CYRILLIC = re.compile("[иу]\u0306|і\u0308|[гк]\u0301")
_MARK = re.compile(f"[{_MARKS}]")
_LETTERS = str.maketrans(
    {
        "ı": "i",
        "\u0640": None,  # Arabic's stretched line
        "\u0649": "\u064a",  # Arabic's yeh without its dots
        "\u06cc": "\u064a",  # Persian's yeh and kaf
        "\u06a9": "\u0643",
        "\u093c": None,  # Hindi's dot under a letter
        "\u0901": "\u0902",  # and its moon over the dot
    }
)
"""What is as often written otherwise, or left out."""
_JOINERS = re.compile("(?<=[\u0900-\u109f\u1780-\u17ff])[\u200b-\u200d]")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")

_STRETCHES = """
0000 Latin     0370 Greek     0400 Cyrillic  0530 Armenian  0590 Hebrew    0600 Arabic
0700 -         0750 Arabic    0780 -         08A0 Arabic    0900 Devanagari
0980 Bengali   0A00 Gurmukhi  0A80 Gujarati  0B00 Odia      0B80 Tamil     0C00 Telugu
0C80 Kannada   0D00 Malayalam 0D80 Sinhala   0E00 Thai      0E80 Lao       0F00 Tibetan
1000 Burmese   10A0 Georgian  1100 Hangul    1200 Ethiopic  13A0 -         1780 Khmer
1800 -         1E00 Latin     1F00 Greek     2000 -         2C60 Latin     2C80 -
2DE0 Cyrillic  2E00 Han       3040 Kana      3100 Han       A000 -         A640 Cyrillic
A6A0 -         A720 Latin     A800 -         AC00 Hangul    D7B0 -         F900 Han
FB00 -         20000 Han      40000 -
""".split()
"""Where a stretch of Unicode begins, and the script of its letters."""
_STARTS = tuple(int(start, 16) for start in _STRETCHES[::2])
_SCRIPTS = tuple(_STRETCHES[1::2])


def fold_text(text: str) -> str:
    """The text in lower case, without accents, and with one spelling where several are usual.

    Marks that make another letter of a letter stay, as in й, が and हि.
    """
    if text.isascii():
        return text.lower()
    # Some signs hold capitals that only show when they are decomposed: ℃ is °C.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    composed = _CYRILLIC.sub(lambda found: unicodedata.normalize("NFC", found[0]), decomposed)
    bare = "".join(
        char for char in composed if not unicodedata.combining(char) or _MARK.match(char)
    )
    folded = _JOINERS.sub("", unicodedata.normalize("NFC", bare.translate(_LETTERS)))
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), folded)


def script_of(word: str) -> str:
    """The script of a word by its first letter; "-" where it is none of those known."""
    return _SCRIPTS[bisect_right(_STARTS, ord(word[0])) - 1]


def is_dense(text: str) -> bool:
    """Whether there are letters in it that `split_dense` takes apart."""
    return not text.isascii() and _DENSE_LETTER.search(text) is not None


def split_dense(word: str) -> list[str]:
    """The runs of one script each in what stands between two spaces."""
    return _RUN.findall(word)


def pair_letters(run: str) -> list[str]:
    """The letters of a run, each with its marks, and the pairs of them that stand side by side.

    Of kana the pairs alone: one of them says too little, and a single one of hiragana is a
    particle. Of another run of one letter, that letter.
    """
    letters = _LETTER.findall(run)
    if len(letters) < 2:
        return [] if _HIRAGANA_LETTER.match(run) else letters
    pairs = [first + second for first, second in pairwise(letters)]
    return pairs if _KANA.match(run) else letters + pairs
