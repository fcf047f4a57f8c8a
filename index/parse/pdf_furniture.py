"""What stands on every page of a PDF and belongs to none: running titles and page numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from index.parse.pdf_lines import Line

_EDGE_LINES = 3
_NOTICE = re.compile(r"[^\W\d_]{2}[.!?]$")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:[-–—] ?)?(?:(?:page|seite|p\.|s\.) ?)?(\d{1,4})"
    r"(?: ?(?:/|of|von|\|) ?\d{1,4})?(?: ?[-–—])?$",
    re.IGNORECASE,
)


def drop_furniture(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Return the pages without running titles and page numbers.

    A line goes if its text, but for digits, stands among a page's first or last lines at one
    height on a fifth of the pages and on three at least, or if it is a bare number that counts
    the pages. Of lines that together end as a sentence does, such as a notice, the first stay.
    """
    edges = [_find_edges(lines) for lines in pages]
    heights: Counter[tuple[str, int]] = Counter()
    offsets: Counter[int] = Counter()
    for number, edge in enumerate(edges, 1):
        heights.update({_key(line) for line in edge})
        offsets.update(
            {shown - number for line in edge if (shown := _read_number(line)) is not None}
        )
    least = max(3, len(pages) / 5)

    def is_furniture(line: Line, number: int) -> bool:
        text, height = _key(line)
        shown = _read_number(line)
        if shown is not None and offsets[shown - number] >= min(least, max(2, len(pages) / 2)):
            return True
        seen = sum(heights[text, near] for near in (height - 1, height, height + 1))
        # A table that runs over pages repeats its head; only half of all pages make it furniture.
        return seen >= (least if len(line.cells) == 1 else max(least, len(pages) / 2))

    seen_notices: set[str] = set()
    kept: list[list[Line]] = []
    for number, (lines, edge) in enumerate(zip(pages, edges, strict=True), 1):
        furniture = {id(line) for line in edge if is_furniture(line, number)}
        stays: list[Line] = []
        for is_running, group in groupby(lines, key=lambda line: id(line) in furniture):
            together = list(group)
            notice = " ".join(line.text for line in together)
            if not is_running or (_is_notice(notice) and notice not in seen_notices):
                stays += together
            if is_running:
                seen_notices.add(notice)
        kept.append(stays)
    # Where that would leave most pages blank, the lines alike were the text: forms, labels.
    return kept if sum(map(bool, kept)) * 2 > sum(map(bool, pages)) else list(pages)


def _find_edges(lines: Sequence[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: line.y0)
    if len(by_height) <= 2 * _EDGE_LINES:
        return by_height
    return by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:]


def _is_notice(text: str) -> bool:
    return text.count(" ") > 6 and bool(_NOTICE.search(text))


def _key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text), round(line.y0 / 4)


def _read_number(line: Line) -> int | None:
    found = _PAGE_NUMBER.match(line.text)
    return int(found[1]) if found else None
