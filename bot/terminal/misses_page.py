"""Misses → one page for a browser: no script, nothing fetched, readable in light and in dark.

Whatever comes from a document, a file's name or the gold goes through `_show`.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from bot.terminal.misses_style import STYLE
from bot.wording import PARTS, cite_link, cut_excerpt, name_headings, name_pages, show_text
from index.misses import DEEPEST, Judged, Kind, Miss

KINDS: dict[Kind, tuple[str, str]] = {
    "off-topic": ("Off-topic, answered", "the documents do not answer it, and it was answered"),
    "answered wrongly": ("Answered wrongly", "the first passage is wrong, and was shown as one"),
    "refused wrongly": ("Refused wrongly", "the documents answer it, and it was refused"),
    "not among ten": ("Not among ten", "no right passage is among the first ten"),
    "not first": ("Not first", "a right passage is among the first ten, and not the first"),
}
"""What each kind is called, and what it means."""

Marks = Sequence[tuple[int, int]]


def write_page(
    name: str, misses: Sequence[Miss], totals: dict[Kind, int], *, asked: int, missed: int
) -> str:
    """The page: `misses` of the `missed` questions of the `asked` ones are explained on it.

    `name` is the gold's; `totals` counts all misses of each kind.
    """
    return "\n".join(_write_lines(name, misses, totals, asked, missed)) + "\n"


def _write_lines(
    name: str, misses: Sequence[Miss], totals: dict[Kind, int], asked: int, missed: int
) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    # Even if something slipped through, no browser would run it or fetch anything.
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield f"<title>Misses of {_show(name)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield f"<header>\n<h1>Misses of <bdi>{_show(name)}</bdi></h1>"
    share = f" ({missed / asked:.0%})" if asked else ""
    yield f"<p>{missed:,} of {asked:,} questions{share} went wrong, the worst first."
    if len(misses) < missed:
        yield f"<strong>The worst {len(misses):,} are shown.</strong>"
    yield "</p>\n</header>"
    yield '<input type="radio" name="kind" id="all" checked><label for="all">All '
    yield f"<b>{missed:,}</b></label>"
    for number, (kind, (title, meaning)) in enumerate(KINDS.items()):
        off = "" if totals.get(kind) else " disabled"
        yield f'<input type="radio" name="kind" id="k{number}"{off}>'
        yield f'<label for="k{number}" title="{meaning}">{title} <b>{totals.get(kind, 0):,}</b>'
        yield "</label>"
    yield "<main>"
    for number, miss in enumerate(misses, 1):
        yield from _write_miss(number, miss)
    if not misses:
        yield "<p>Every question was answered as it should be.</p>"
    yield "</main>\n<footer>"
    yield "<p><mark>Green</mark>: the gold's answer. <em>Underlined</em>: what Footnote marks.</p>"
    yield "<p>The parts of a score add up to it. A right passage that was not found is judged by "
    yield "itself, without what others near it lend. A word weighs more the fewer passages hold "
    yield "it.</p>\n</footer>\n</body>\n</html>"


def _write_miss(number: int, miss: Miss) -> Iterator[str]:
    classes = " ".join(f"k{list(KINDS).index(kind)}" for kind in miss.kinds)
    yield f'<article class="{classes}">\n<p class="kinds">'
    for kind in miss.kinds:
        yield f'<span class="kind" title="{KINDS[kind][1]}">{KINDS[kind][0]}</span>'
    said = "answered" if miss.answered else "refused"
    yield f"{said} at a confidence of {miss.confidence:.0%}</p>"
    yield f'<h2 dir="auto"><span class="number">{number}</span> {_show(miss.question)}</h2>'
    shown = [*miss.gold, *miss.came]
    if not miss.gold and miss.kinds != ("off-topic",):
        yield "<p><strong>No passage of the library holds the gold's answer.</strong></p>"
    yield '<div class="passages">'
    for judged in shown:
        yield from _write_passage(judged)
    yield "</div>"
    if shown:
        yield from _write_table(miss, shown)
    yield "</article>"


def _write_passage(judged: Judged) -> Iterator[str]:
    passage = judged.passage
    yield f'<section class="{"right" if judged.right else "wrong"}">'
    yield f"<h3>{_name_rank(judged)}</h3>"
    title = judged.document.title.strip() or judged.document.name
    places = [name_pages(passage), " › ".join(name_headings(title, passage))]
    cited = " · ".join(f"<bdi>{_show(part)}</bdi>" for part in [title, *filter(None, places)])
    link = cite_link(judged.document, passage)
    if link and link.startswith(("https://", "http://")):
        cited = f'<a href="{_show(link)}" rel="noopener noreferrer">{cited}</a>'
    yield f'<p class="cite">{cited}</p>'
    start, end = cut_excerpt(passage, judged.answers or judged.highlights)
    before, after = "… " * (start > 0), " …" * (end < len(passage.text))
    yield f'<p class="text" dir="auto">{before}{_mark(judged, start, end)}{after}</p>'
    if before or after:
        yield "<details><summary>The whole passage</summary>"
        whole = _mark(judged, 0, len(passage.text))
        yield f'<p class="text" dir="auto">{whole}</p></details>'
    yield "</section>"


def _write_table(miss: Miss, shown: Sequence[Judged]) -> Iterator[str]:
    """The parts of each score side by side, and the question's words."""
    yield '<div class="wide"><table>\n<thead><tr><th></th>'
    for judged in shown:
        side = "right" if judged.right else "wrong"
        yield f'<th class="{side}" scope="col">{_name_rank(judged, short=True)}</th>'
    yield "</tr></thead>\n<tbody>"
    names = dict.fromkeys(name for judged in shown for name, _ in judged.parts)
    largest = max((abs(v) for judged in shown for _, v in judged.parts), default=0.0) or 1.0
    for name in names:
        values = [dict(judged.parts).get(name) for judged in shown]
        if any(values):
            yield f'<tr><th scope="row">{_show(PARTS.get(name, name))}</th>'
            for value in values:
                yield "<td>–</td>" if value is None else _draw_bar(value, largest)
            yield "</tr>"
    yield '<tr class="sum"><th scope="row">score</th>'
    yield from (f"<td>{judged.score:.2f}</td>" for judged in shown)
    yield '</tr>\n<tr><th scope="row">confidence</th>'
    yield from (f"<td>{judged.confidence:.0%}</td>" for judged in shown)
    yield "</tr>\n</tbody>\n<tbody>"
    for row, (word, weight) in enumerate(miss.words):
        yield f'<tr><th scope="row"><bdi>“{_show(word)}”</bdi> {weight:.1f}</th>'
        for judged in shown:
            held = row < len(judged.holds) and judged.holds[row]
            yield '<td class="held">✓</td>' if held else '<td class="lacks">lacks it</td>'
        yield "</tr>"
    yield "</tbody>\n</table></div>"


def _draw_bar(value: float, largest: float) -> str:
    width = round(100 * min(abs(value) / largest, 1))
    less = ' class="less"' if value < 0 else ""
    return f'<td{less}><i style="width:{width}%"></i>{value:.2f}</td>'


def _name_rank(judged: Judged, *, short: bool = False) -> str:
    rank = f"rank {judged.rank}" if judged.rank else f"below {DEEPEST}"
    if short:
        return f"right, {rank}" if judged.right else rank
    known = f"rank {judged.rank}" if judged.rank else f"not among the first {DEEPEST}"
    return f"Right passage, {known}" if judged.right else f"Came instead, {known}"


def _mark(judged: Judged, start: int, end: int) -> str:
    """A stretch of the passage with the gold's answers and the highlights marked."""
    text = judged.passage.text
    borders = {start, end}
    for a, b in (*judged.answers, *judged.highlights):
        borders |= {min(max(a, start), end), min(max(b, start), end)}
    ordered = sorted(borders)
    pieces = []
    for a, b in pairwise(ordered):
        piece = _show(text[a:b])
        if _covers(judged.highlights, a, b):
            piece = f"<em>{piece}</em>"
        pieces.append(f"<mark>{piece}</mark>" if _covers(judged.answers, a, b) else piece)
    return "".join(pieces)


def _covers(marks: Marks, start: int, end: int) -> bool:
    return any(a <= start and end <= b for a, b in marks)


def _show(text: str) -> str:
    """Text that is nothing but text in a page, in an attribute, too."""
    return escape(show_text(text), quote=True)
