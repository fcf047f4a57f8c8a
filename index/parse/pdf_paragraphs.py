"""A PDF's lines, gathered to paragraphs and tables."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.parse.blocks import goes_on
from index.parse.clean import join_lines
from index.parse.pdf_lines import Line
from index.parse.pdf_tables import is_value, read_table, split_at_headers

_LIST_START = re.compile(
    r"[•●▪■◦‣○]|[-–*·](?= )|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?= )|\([^)\s]{1,4}\)(?= )"
)
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)]*$")
_FEW_PITCHES = 10
_LABEL_LINES = 3
"""So many short lines may part two rows of one table, or stand over its first."""


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; `table` keeps each on its own line."""

    lines: list[Line]
    table: bool = False
    continues: bool = False

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def size(self) -> float:
        return max(line.size for line in self.lines)

    def read(self, words: frozenset[str]) -> str:
        """Return the text, `words` deciding which hyphens at line ends stay."""
        if self.table:
            return "\n".join(read_table(self.lines).rows)
        return join_lines([" ".join(line.cells) for line in self.lines], words)


def gather_paragraphs(pages: Sequence[list[Line]]) -> list[Paragraph]:
    """Return the paragraphs and tables of all pages; a sentence cut by a page `continues`."""
    pitch = _measure_pitch(pages)
    found: list[Paragraph] = []
    for lines in pages:
        tabular = _mark_tables(lines)
        fresh: list[Paragraph] = []
        for line, is_table in zip(lines, tabular, strict=True):
            last = fresh[-1] if fresh else None
            if last and last.table == is_table and _belongs(last, line, pitch):
                last.lines.append(line)
            else:
                fresh.append(Paragraph([line], is_table))
        fresh = [part for paragraph in fresh for part in _part_tables(paragraph)]
        # Past the foot of a column, or of a page, the sentence may go on.
        for paragraph in fresh:
            if found and _runs_on(found[-1], paragraph):
                if found[-1].lines[-1].page == paragraph.page:
                    found[-1].lines += paragraph.lines
                    continue
                paragraph.continues = True
            found.append(paragraph)
    return found


def _measure_pitch(pages: Sequence[list[Line]]) -> float:
    """Return the usual way from line to line inside a paragraph, in line heights."""
    pitches = Counter(
        round((after.y0 - line.y0) / line.size, 1)
        for lines in pages
        for line, after in pairwise(lines)
        if len(line.cells) == len(after.cells) == 1
        and line.full
        and after.text[0].islower()
        and after.y0 > line.y0
    )
    if pitches.total() < _FEW_PITCHES:
        return 1.2
    return pitches.most_common(1)[0][0]


def _mark_tables(lines: Sequence[Line]) -> list[bool]:
    """Say of each line whether it is part of a table: a row, or a short line among or over rows."""
    marks = [len(line.cells) > 1 and not _is_wide_prose(lines, i) for i, line in enumerate(lines)]
    rows = [i for i, mark in enumerate(marks) if mark]
    for row, after in pairwise(rows):
        inner = range(row + 1, after)
        if len(inner) <= _LABEL_LINES and all(_is_short(lines[i]) for i in inner):
            inside = all(_near(lines[i], lines[i + 1]) for i in range(row, after))
            marks[row + 1 : after] = [inside] * len(inner)
    for row in rows:
        for i in range(row - 1, max(-1, row - 1 - _LABEL_LINES), -1):
            if marks[i] or not _heads_table(lines[i], lines[i + 1], lines[row]):
                break
            marks[i] = True
    return marks


def _is_wide_prose(lines: Sequence[Line], i: int) -> bool:
    """Say whether the line is no row but prose with one wide gap: no rows stand by it."""
    line = lines[i]
    alone = all(
        len(other.cells) == 1 for other in (*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2])
    )
    return alone and line.full and len(line.cells) == 2 and len(line.text) > 70


def _is_short(line: Line) -> bool:
    return line.x1 - line.x0 < 0.6 * (line.right - line.left)


def _heads_table(line: Line, below: Line, row: Line) -> bool:
    """Say whether a line over a table's first row is part of its columns' heads."""
    if not _is_short(line) or not _near(line, below):
        return False
    close = below.y0 - line.y0 < 1.5 * line.size
    indented = line.x0 > line.left + 0.2 * (line.right - line.left)
    return indented and (close and row.bold if line.bold or _centred(line) else True)


def _centred(line: Line) -> bool:
    return abs(line.x0 - line.left - (line.right - line.x1)) < 0.05 * (line.right - line.left)


def _near(line: Line, after: Line) -> bool:
    return 0 <= after.y0 - line.y0 < 2.4 * max(line.size, after.size)


def _belongs(paragraph: Paragraph, line: Line, pitch: float) -> bool:
    last = paragraph.lines[-1]
    step = (line.y0 - last.y0) / last.size
    if paragraph.table:
        return 0 <= step < 3.5
    if not 0 < step < pitch + 0.25 or abs(line.size - last.size) > 0.12 * last.size:
        return False
    text, so_far = line.text, last.text
    if _LIST_START.match(text):
        return False
    if line.bold != last.bold and not (last.full and text[0].islower()):
        return False
    if _centred(line) and _centred(last) and not last.full:
        return text[0].islower()  # titles one under the other
    in_list = _LIST_START.match(paragraph.lines[0].text)
    if not in_list and 0.8 * line.size < line.x0 - last.x0 < 6 * line.size and len(so_far) > 40:
        return False
    ended = _SENTENCE_END.search(so_far) and last.x1 < last.right - 0.15 * (last.right - last.left)
    return not ended


def _part_tables(paragraph: Paragraph) -> list[Paragraph]:
    """Return a paragraph, or a table with whole labels, parted where another header stands."""
    if not paragraph.table:
        return [paragraph]
    lines = _join_labels(paragraph.lines)
    return [replace(paragraph, lines=part) for part in split_at_headers(lines)]


def _join_labels(lines: Sequence[Line]) -> list[Line]:
    """Return a table's rows with the labels that took two lines made one."""
    steps = sorted(after.y0 - line.y0 for line, after in pairwise(lines))
    pitch = steps[len(steps) // 2] if steps else 0.0
    joined: list[Line] = []
    bottom = 0.0
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        last = joined[-1] if joined else None
        label = line.cells[0]
        close = line.y0 - bottom < 0.9 * min(pitch, after.y0 - line.y0 if after else pitch)
        bottom = line.y0
        if last and len(last.cells) == 1 and _lacks_label(last, line):
            cells, spots = [*last.cells, *line.cells], [*last.spots, *line.spots]
            joined[-1] = replace(line, cells=cells, spots=spots, x0=last.x0, y0=last.y0)
            continue
        goes_on = label[0].islower() or (close and _is_rest(last, line))
        if last and goes_on and abs(last.x0 - line.x0) < 2 * line.size:
            if len(last.cells) == 1 and not last.text.endswith(":"):
                cells = [f"{last.text} {label}", *line.cells[1:]]
                spots = [last.spots[0], *line.spots[1:]]
                joined[-1] = replace(line, cells=cells, spots=spots, x0=last.x0, y0=last.y0)
                continue
            if len(line.cells) == 1:
                joined[-1] = replace(last, cells=[f"{last.cells[0]} {label}", *last.cells[1:]])
                continue
        joined.append(line)
    return joined


def _is_rest(row: Line | None, line: Line) -> bool:
    """Say whether a line is the rest of the label of the row of values over it."""
    return row is not None and len(row.cells) > 1 == len(line.cells) and not row.bold ^ line.bold


def _lacks_label(label: Line, values: Line) -> bool:
    """Say whether a line of values stands beside the label, a little lower."""
    beside = values.y0 - label.y0 < 0.95 * label.size and values.x0 > label.x1
    return beside and all(map(is_value, values.cells))


def _runs_on(before: Paragraph, after: Paragraph) -> bool:
    if before.table or after.table:
        return False
    last, first = before.lines[-1], after.lines[0]
    if last.page == first.page and last.left == first.left and first.y0 > last.y0:
        return False
    if last.bold != first.bold or abs(last.size - first.size) > 0.12 * last.size:
        return False
    if last.text.endswith("-") and first.text[0].islower() and last.full:
        return True
    text = " ".join(line.text for line in before.lines)
    if last.full and len(before.lines) > 1 and not _SENTENCE_END.search(text):
        return not _LIST_START.match(first.text)
    return goes_on(text, first.text)
