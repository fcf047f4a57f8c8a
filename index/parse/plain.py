"""Plain text → blocks: wrapped lines joined, headings found where they are certain."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.parse.blocks import Block, rejoin_paragraphs
from index.parse.clean import find_words, join_lines

_MIN_WRAP = 40
"""Lines shorter than this were ended on purpose, like verse."""
_MAX_HEADING = 80
_BLANK = re.compile(r"\n[^\S\n]*\n|\f")
_ATX = re.compile(r"(?:\A|\n)[ ]{0,3}#{1,6} \S[^\n]*\n[ \t]*\n")
_LINK = re.compile(r"\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)")
_STRONG = re.compile(r"(?<![*\w])\*\*[^*\n]{1,200}\*\*(?!\*)")
_FENCE = re.compile(r"^```", re.MULTILINE)
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*•–·+]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+\S")
_RULE = re.compile(r"[ \t]*([=\-~*_])\1{2,}[ \t]*$")
_CHAPTER = re.compile(
    r"(?:chapter|part|book|appendix|kapitel|teil|anhang) (?:\d+|[IVXLC]+)\b[.:]?", re.IGNORECASE
)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.? +[^\W\d_]")


def is_markdown(text: str) -> bool:
    """Say whether a .txt file is written in Markdown: it shows two of its marks, at least."""
    return sum(bool(mark.search(text)) for mark in (_ATX, _LINK, _STRONG, _FENCE)) > 1


def parse_plain(text: str, first_line: int | None = None) -> list[Block]:
    """Return the blocks of a plain text; `first_line` is where it begins in the source."""
    words = find_words(text)
    groups = list(_split_groups(text))
    blocks: list[Block] = []
    for i, (place, group) in enumerate(groups):
        following = groups[i + 1][1] if i + 1 < len(groups) else []
        line = None if first_line is None else first_line + place
        if len(group) > 1 and (level := _read_underline(group)):
            blocks.append(Block(group[0], level, line=line))
            group = group[2:]
            line = line and line + 2
        elif level := _read_level(group, following):
            blocks.append(Block(group[0], level, line=line))
            continue
        lines = [line for line in group if not _RULE.match(line)]
        if lines:
            blocks.append(Block(_join_wrapped(lines, words), line=line))
    return rejoin_paragraphs(blocks)


def _split_groups(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that stand together, with how many lines go before them."""
    start = place = 0
    for border in (*_BLANK.finditer(text), None):
        end = border.start() if border else len(text)
        lines = text[start:end].split("\n")
        blank = next((i for i, line in enumerate(lines) if line.strip()), 0)
        if group := [line.rstrip() for line in lines if line.strip()]:
            yield place + blank, group
        place += len(lines) - 1 + (border[0].count("\n") if border else 0)
        start = border.end() if border else end


def _read_underline(group: Sequence[str]) -> int:
    """Return the level of a first line that is underlined: 1 by =, 2 by another mark, 0 if not."""
    rule = _RULE.match(group[1])
    heading = group[0].strip()
    if not rule or _RULE.match(heading) or abs(len(group[1].strip()) - len(heading)) > 3:
        return 0
    return 1 if rule[1] == "=" else 2


def _read_level(group: Sequence[str], following: Sequence[str]) -> int:
    """Return the level of a line that stands alone and can only be a heading; 0 else."""
    line = group[0].strip()
    if len(group) > 1 or len(line) > _MAX_HEADING or not following or line[-1] in ".!?,;:":
        return 1 if len(group) == 1 and _CHAPTER.fullmatch(line) and following else 0
    if _CHAPTER.match(line):
        return 1
    numbered, next_line = _NUMBERED.match(line), following[0].strip()
    if numbered:
        # A list with blank lines between its items looks the same: only prose below tells.
        depth = numbered[1].count(".")
        prose = len(" ".join(following)) > _MAX_HEADING and not _LIST_ITEM.match(next_line)
        return depth + 2 if depth or prose else 0
    letters = [char for char in line if char.isalpha()]
    shouted = len(letters) > 3 and line.isupper() and not next_line.isupper()
    return 2 if shouted and len(letters) > len(line) / 2 else 0


def _join_wrapped(lines: Sequence[str], words: frozenset[str]) -> str:
    """Return a paragraph with its wrapped lines joined and the others kept.

    A line was wrapped if the next one's first word had no room on it.
    """
    width = max(len(line.strip()) for line in lines)
    joined: list[list[str]] = [[lines[0]]]
    for line, after in pairwise(lines):
        line, first = line.strip(), after.split(maxsplit=1)[0]
        no_room = width >= _MIN_WRAP and len(line) + 1 + len(first) > width
        flows = len(line) >= _MIN_WRAP and first[0].islower() and line[-1] not in ".!?:;"
        broken = line[-1] == "-" and first[0].islower()
        if not _LIST_ITEM.match(after) and (no_room or flows or broken):
            joined[-1].append(after)
        else:
            joined.append([after])
    return "\n".join(join_lines(group, words) for group in joined)
