"""A PDF page's runs, put in reading order: columns one after the other, cells of a row together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.parse.pdf_words import Run, Word

_COLUMN_LINES, _WRAPPED_LINES = 6, 4
"""So many lines of prose side by side make columns; fewer may be a table's cells, unless most of
them begin in mid-sentence."""
_MARKER = re.compile(r"(?:[•●▪■◦‣○*–·-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|\([^)\s]{1,4}\))$")
_NUMBERING = re.compile(r"(?:[A-Z][a-z]{2,7} )?\(?[\dA-Z]{1,3}(?:\.\d+)*[A-Z]?[.):]?$")
_CURRENCY = re.compile(r"(?:[$€£¥]|US\$|A\$|C\$|CHF|EUR|USD)$")
_SUMS = re.compile(r"(?<=[\d%)—–-]) (?=[$€£])|(?<=[$€£]) (?=\S)|(?<=[—–]) (?=[—–])")
_TAIL = re.compile(r"(?:%|\)|\)%|pts|bps)$")


@dataclass(slots=True)
class Line:
    """One line of a page's column; more than one cell make it a table's row."""

    cells: list[str]
    page: int
    x0: float
    x1: float
    y0: float
    y1: float
    left: float
    """Where the line's column begins, and ends."""
    right: float
    bold: bool
    italic: bool
    spots: list[tuple[float, float]]
    """Where each cell begins, and ends."""
    words: list[Word] = field(default_factory=list)
    """Where the runs have kept theirs."""

    @property
    def text(self) -> str:
        return " | ".join(self.cells)

    @property
    def size(self) -> float:
        return self.y1 - self.y0

    @property
    def full(self) -> bool:
        """Whether the line ends so near its column's border that the text was wrapped there."""
        return self.x1 > self.right - 0.12 * (self.right - self.left)


def order_lines(runs: Sequence[Run], page: int) -> list[Line]:
    """Return a page's lines as a reader takes them."""
    turns = sorted({run.turn for run in runs}, key=lambda t: -sum(r.turn == t for r in runs))
    lines: list[Line] = []
    for turn in turns:
        for column in _split_columns([run for run in runs if run.turn == turn]):
            left, right = min(run.x0 for run in column), max(run.x1 for run in column)
            lines += (_make_line(row, page, left, right) for row in _gather_rows(column))
    return lines


def _split_columns(runs: list[Run]) -> Iterator[list[Run]]:
    """Yield the runs of each column; runs that cross the gutter part the page into bands."""
    gutter = _find_gutter(runs)
    if gutter is None:
        if runs:
            yield runs
        return
    left: list[Run] = []
    right: list[Run] = []
    for run in sorted(runs, key=lambda run: run.y0):
        if run.x1 <= gutter + 2:
            left.append(run)
        elif run.x0 >= gutter - 2:
            right.append(run)
        else:
            yield from filter(None, (left, right))
            yield [run]
            left, right = [], []
    for column in (left, right):
        if column:
            yield from _split_columns(column)


def _find_gutter(runs: Sequence[Run]) -> float | None:
    """Return where the right-hand column of prose begins, if the page has one."""
    prose = [run for run in runs if len(run.text) >= 20 and _is_prose(run.text)]
    if len(prose) < 2 * _WRAPPED_LINES:
        return None
    start = min(run.x0 for run in prose)
    width = max(run.x1 for run in prose) - start
    for x in sorted({round(run.x0) for run in prose if run.x0 > start + 0.2 * width}):
        right = [run for run in prose if x - 1 <= run.x0]
        left = [run for run in prose if run.x1 < x]
        wrapped = _is_wrapped(left) and _is_wrapped(right)
        if min(len(left), len(right)) < (_WRAPPED_LINES if wrapped else _COLUMN_LINES):
            continue
        across = [run for run in prose if run.x0 < x - 1 and x <= run.x1]
        if wrapped:  # then lines over and under the columns may be as many as they like
            top = max(min(run.y0 for run in side) for side in (left, right))
            foot = min(max(run.y1 for run in side) for side in (left, right))
            across = [run for run in across if top <= run.y0 and run.y1 <= foot]
        aligned = sum(run.x0 < x + 2 for run in right)
        if aligned < 0.5 * len(right) or len(across) > 0.25 * len(prose):
            continue
        beside = sum(any(a.y0 < b.y1 and b.y0 < a.y1 for b in left) for a in right)
        if beside >= 0.5 * (min(len(left), len(right)) if wrapped else len(right)):
            return float(x)
    return None


def _is_wrapped(runs: Sequence[Run]) -> bool:
    """Say whether most lines but the first go on with a sentence."""
    return sum(run.text[0].islower() for run in runs) > 0.6 * (len(runs) - 1)


def _is_prose(text: str) -> bool:
    return sum(char.isalpha() or char == " " for char in text) > 0.8 * len(text)


def _gather_rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Return runs that stand on one level together, top to bottom and left to right."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.y0 + run.y1):
        for row in rows[:-4:-1]:
            tallest = max(row, key=lambda other: other.height)
            overlap = min(run.y1, tallest.y1) - max(run.y0, tallest.y0)
            apart = all(run.x0 >= o.x1 - 1 or run.x1 <= o.x0 + 1 for o in row)
            if overlap > 0.55 * min(run.height, tallest.height) and apart:
                row.append(run)
                break
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.x0) for row in rows]


def _make_line(row: Sequence[Run], page: int, left: float, right: float) -> Line:
    chars = sum(len(run.text.replace(" ", "")) for run in row)
    tallest = max(row, key=lambda run: run.height)
    cells, spots = _join_cells(row)
    return Line(
        cells=cells,
        page=page,
        x0=row[0].x0,
        x1=max(run.x1 for run in row),
        y0=tallest.y0,
        y1=tallest.y1,
        left=left,
        right=right,
        bold=sum(run.weights["bold"] for run in row) > 0.9 * chars,
        italic=sum(run.weights["italic"] for run in row) > 0.9 * chars,
        spots=spots,
        words=[word for run in row for word in run.words],
    )


def _join_cells(row: Sequence[Run]) -> tuple[list[str], list[tuple[float, float]]]:
    """Return a row's cells and where they stand: currency signs before their sums, per cent signs
    behind them."""
    cells: list[str] = []
    spots: list[tuple[float, float]] = []
    glue: str | None = None
    pieces = [(row[0].text, row[0].x0, row[0].x1), *(p for run in row[1:] for p in _part(run))]
    for i, (text, left, right) in enumerate(pieces):
        if cells and (glue is not None or _TAIL.match(text)):
            cells[-1] += (glue or "") + text
            # A currency sign may stand at its column's far border, away from where sums stand.
            spots[-1] = (left if glue == "" else spots[-1][0], right)
        else:
            cells.append(text)
            spots.append((left, right))
        last = cells[-1]
        glue = "" if _CURRENCY.match(last) else None
        following = pieces[i + 1][0] if i + 1 < len(pieces) else ""
        # "(50)" before another sum is a sum, and before words it numbers them.
        number = _MARKER.match(last) or (len(pieces) == 2 and _NUMBERING.match(last))
        if len(cells) == 1 and number and any(map(str.isalpha, following)):
            glue = " "
    return cells, spots


def _part(run: Run) -> list[tuple[str, float, float]]:
    """Return a run's sums: columns of them can stand as close as words, "62.4% $ 43 $"."""
    parts: list[tuple[str, float, float]] = []
    width = (run.x1 - run.x0) / len(run.text)
    start = 0
    for gap in _SUMS.finditer(run.text):
        parts.append((run.text[start : gap.start()], start, gap.start()))
        start = gap.end()
    parts.append((run.text[start:], start, len(run.text)))
    return [(text, run.x0 + width * a, run.x0 + width * b) for text, a, b in parts]
