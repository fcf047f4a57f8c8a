"""Text as people read it: composed, visible, without what only a layout needed."""

import re
import unicodedata
from collections.abc import Iterable

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
_LIGATURES |= {0xFB05: "st", 0xFB06: "st"}
# Symbol fonts put their bullets in the private use area.
_BULLETS = dict.fromkeys((0xF0A7, 0xF0A8, 0xF0B7, 0xF0D8, 0xF0FC), "•")
_SPACES = dict.fromkeys((0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0x0B, 0x0C, 0x2028, 0x2029), " ")
_READABLE = _LIGATURES | _BULLETS | _SPACES

# Control characters, soft hyphens, zero-width and direction marks, surrogates, private use,
# non-characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\ue000-\uf8ff"
    "\U000f0000-\U0010ffff]"
)
# Joiners belong to Persian, Indic scripts and emoji, and are junk beside Latin letters.
_LONE_JOINER = re.compile(
    "(?<![\u0530-\U0001ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0530-\U0001ffff])"
)
_SPACE_RUN = re.compile(r"[^\S\n]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN_END = re.compile(r"([^\W\d_]+)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_MAX_WORD = 80
# "Ein- und Ausgang", "short- and long-term": here the hyphen stands for a word left out.
_SUSPENDED = frozenset({"and", "or", "to", "und", "oder", "bis", "bzw", "sowie", "et", "ou"})


def clean_text(text: str, *, keep_indent: bool = False) -> str:
    """Return `text` in NFC without unseen characters, blank lines or runs of spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_READABLE)
    text = _LONE_JOINER.sub("", _UNSEEN.sub("", text))
    lines = []
    for line in unicodedata.normalize("NFC", text).split("\n"):
        words = _SPACE_RUN.sub(" ", line).strip()
        if words:
            indent = len(line) - len(line.lstrip()) if keep_indent else 0
            lines.append(" " * indent + words)
    return "\n".join(lines)


def find_words(text: str) -> frozenset[str]:
    """Return the words of `text` in lower case, compounds with their hyphens."""
    return frozenset(word.lower() for word in _WORD.findall(text))


def join_lines(lines: Iterable[str], words: frozenset[str]) -> str:
    """Return hard-wrapped lines as one, words that were broken at a line's end made whole.

    `words` are those of the whole document (`find_words`): a hyphen stays where the document
    writes the compound elsewhere and never the joined word.
    """
    parts: list[str] = []
    for line in map(str.strip, lines):
        if parts and line:
            parts[-1], gap = _close_line(parts[-1], line, words)
            parts.append(gap)
        parts.append(line)
    return "".join(parts)


def _close_line(line: str, following: str, words: frozenset[str]) -> tuple[str, str]:
    """Return `line` without a hyphen that only broke a word, and what parts it from the next."""
    # Without its slice the search would take squared time on a line that is one endless word.
    end, start = _BROKEN_END.search(line[-_MAX_WORD:]), _FIRST_WORD.match(following[:_MAX_WORD])
    if not end or not start or start[0].lower() in _SUSPENDED:
        return line, " "
    if not start[0][0].islower():
        return line, ""  # Anglo-American, Müller-Lüdenscheidt
    joined, compound = (end[1] + start[0]).lower(), f"{end[1]}-{start[0]}".lower()
    if compound in words and joined not in words:
        return line, ""
    return line[:-1], ""
