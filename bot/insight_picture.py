"""A server at a glance → a picture: questions a day, votes, documents, and the numbers in a row.

Titles are drawn with the font that matplotlib carries. What it has no glyphs for, and what is
written from right to left, which is not laid out here, is drawn as a box: the same titles stand, by
the same numbers, in the text beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from bot.drawable import DPI, FONT, TITLE_SIZE, show_drawable
from bot.insight_words import describe_days, list_numbers
from bot.language import ENGLISH, gettext, name_language, show_day, show_number, speak
from bot.libraries.insight import Insight
from bot.libraries.usage import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Named = TypeVar("Named")
Bounds = tuple[float, float, float, float]
WIDTH_IN = 9.6
"""1200 pixels: in Discord's window about half as wide."""
LEFT, RIGHT = 0.06, 0.965
"""Of what is drawn, in shares of the width."""
MOST_BARS = 8
"""Documents of each kind that are drawn."""
MOST_TICKS = 8
"""Days that are named."""
MOST_DAYS = 92
"""That have a bar of their own; of more, each week has one."""
_UNDRAWN = {"ja"}
"""Languages whose letters the font lacks."""


@dataclass(frozen=True, slots=True)
class Look:
    """The colours; each tells from its ground by 4.5 to 1 where it is text, else by 3 to 1."""

    ground: str
    ink: str
    soft: str
    line: str
    answered: str
    refused: str
    helpful: str
    unhelpful: str


LIGHT = Look(
    *("#ffffff", "#1c1c1a", "#5f5f5a", "#d9d9d4"), *("#2f6fb5", "#d0742a", "#1a7f45", "#b3452b")
)
DARK = Look(
    *("#232428", "#ececea", "#a9a9a4", "#43454b"), *("#5b9be0", "#e59a52", "#4cbb7c", "#ef8d74")
)


def draw_insight(insight: Insight, *, dark: bool) -> bytes:
    """A PNG, with a ground of its own in the one look or the other."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    look = DARK if dark else LIGHT
    rows = max(len(_pick(insight.cited)), len(_pick(insight.never_cited)), 1)
    height_in = 4.6 + 0.26 * rows

    def place(left: float, top_in: float, right: float, bottom_in: float) -> Bounds:
        """Bounds in shares of the picture, from inches below its upper edge."""
        return left, 1 - bottom_in / height_in, right - left, (bottom_in - top_in) / height_in

    with mpl.rc_context(_choose_style(look)), speak(_choose_language()):
        figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor=look.ground)
        FigureCanvasAgg(figure)
        _draw_numbers(figure.add_axes(place(LEFT, 0.1, RIGHT, 0.95)), insight, look)
        every, bars = _choose_bars(insight.days)
        above = figure.add_axes(place(LEFT, 1.45, RIGHT, 2.85))
        below = figure.add_axes(place(LEFT, 3.25, RIGHT, 3.75), sharex=above)
        _draw_questions(above, bars, every, look)
        _draw_votes(below, bars, every, look)
        bottom_in = height_in - 0.15
        _draw_cited(figure.add_axes(place(0.36, 4.45, 0.56, bottom_in)), insight, rows, look)
        _draw_never_cited(figure.add_axes(place(0.63, 4.45, RIGHT, bottom_in)), insight, rows, look)
        written = BytesIO()
        figure.savefig(written, format="png")
    return written.getvalue()


def _choose_language() -> str:
    """The one spoken, or English where its letters cannot be drawn."""
    spoken = name_language()
    return ENGLISH if spoken in _UNDRAWN else spoken


def _choose_style(look: Look) -> Any:
    """What differs from matplotlib's own look; nothing in a text is a formula."""
    return {
        "font.family": FONT,
        "font.size": 10,
        "text.color": look.ink,
        "text.parse_math": False,
        "axes.facecolor": look.ground,
        "axes.edgecolor": look.line,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "xtick.color": look.soft,
        "ytick.color": look.soft,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }


def _pick(named: Sequence[Named]) -> Sequence[Named]:
    return named[:MOST_BARS]


def _choose_bars(days: Sequence[Day]) -> tuple[str, Sequence[Day]]:
    """What a bar stands for, and the bars: days, or weeks by their last days."""
    if len(days) <= MOST_DAYS:
        return "day", days
    ends = range(len(days), 0, -7)
    return "week", [_join_days(days[max(end - 7, 0) : end]) for end in reversed(ends)]


def _join_days(days: Sequence[Day]) -> Day:
    return Day(
        days[-1].day,
        sum(day.asked for day in days),
        sum(day.answered for day in days),
        sum(day.helpful for day in days),
        sum(day.unhelpful for day in days),
    )


def _draw_numbers(axes: "Axes", insight: Insight, look: Look) -> None:
    axes.set_axis_off()
    axes.text(0, 0.9, describe_days(insight), color=look.soft, va="top")
    for column, (number, meaning) in enumerate(list_numbers(insight)):
        axes.text(0.206 * column, 0.3, number, size=18, weight="bold")
        axes.text(0.206 * column, 0, meaning, size=9, color=look.soft)


def _draw_questions(axes: "Axes", bars: Sequence[Day], every: str, look: Look) -> None:
    """What was answered, and on top of it what was refused."""
    from matplotlib.ticker import MaxNLocator

    places = range(len(bars))
    answered = [bar.answered for bar in bars]
    title = gettext("Questions a day") if every == "day" else gettext("Questions a week")
    axes.set_title(title, pad=8)
    width = _choose_width(bars)
    axes.bar(places, answered, width, color=look.answered, label=gettext("answered"))
    refused = [bar.refused for bar in bars]
    axes.bar(places, refused, width, answered, color=look.refused, label=gettext("refused"))
    most = max(bar.asked for bar in bars)
    axes.set_ylim(0, max(most, 1) * 1.05)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(lambda number, _: show_number(round(number)))
    axes.grid(axis="y", color=look.line, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelbottom=False)
    _finish(axes, look, "" if most else gettext("No questions in these days"))


def _draw_votes(axes: "Axes", bars: Sequence[Day], every: str, look: Look) -> None:
    """Votes that an answer helped upwards, those that it did not downwards.

    Their numbers, not their share: one vote alone would be all or nothing.
    """
    places, width = range(len(bars)), _choose_width(bars)
    helpful, unhelpful = [bar.helpful for bar in bars], [-bar.unhelpful for bar in bars]
    title = gettext("Votes a day") if every == "day" else gettext("Votes a week")
    axes.set_title(title, pad=8)
    axes.bar(places, helpful, width, color=look.helpful, label=gettext("helpful"))
    axes.bar(places, unhelpful, width, color=look.unhelpful, label=gettext("not helpful"))
    up, down = max(helpful), -min(unhelpful)
    axes.set(ylim=(-max(down, 0.4 * up, 1), max(up, 0.4 * down, 1)), xlim=(-0.6, len(bars) - 0.4))
    axes.set_yticks([up] if up else [], [show_number(up)] if up else [])
    axes.axhline(0, color=look.line, linewidth=0.8)
    axes.spines["bottom"].set_visible(False)
    ticks = _choose_ticks(len(bars))
    axes.set_xticks(ticks, [show_day(bars[tick].day, year=False) for tick in ticks])
    _finish(axes, look, "" if up or down else gettext("No votes in these days"))


def _finish(axes: "Axes", look: Look, nothing: str) -> None:
    """Explain the colours, and say so where there is nothing to be seen."""
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=2,
        frameon=False,
        borderaxespad=0.2,
        fontsize=9,
        handlelength=0.8,
        handleheight=0.8,
        labelcolor=look.soft,
    )
    axes.text(
        *(0.5, 0.5, nothing),
        ha="center",
        va="center",
        transform=axes.transAxes,
        color=look.soft,
        backgroundcolor=look.ground,
    )


def _draw_cited(axes: "Axes", insight: Insight, rows: int, look: Look) -> None:
    """Bars of the documents that were cited most, numbered as in the text beside."""
    shown = _pick(insight.cited)
    heading = f"{gettext('Most cited')}{_show_part(len(shown), insight.documents_cited)}"
    axes.set_axis_off()
    axes.set_title(heading, x=(LEFT - 0.36) / 0.2, pad=8)
    axes.set_ylim(rows - 0.5, -0.5)
    titles = [f"{row}  {show_drawable(one.title)}" for row, one in enumerate(shown, 1)]
    bars = axes.barh(range(len(shown)), [one.times for one in shown], 0.62, color=look.answered)
    axes.bar_label(
        bars, [show_number(one.times) for one in shown], padding=3, size=9, color=look.soft
    )
    axes.set_xlim(0, max((1.2 * one.times for one in shown), default=1))
    for row, title in enumerate(titles):
        axes.annotate(
            *(title, (0, row), (-6, 0)),
            textcoords="offset points",
            ha="right",
            va="center",
            size=TITLE_SIZE,
        )
    if not shown:
        axes.text(
            (LEFT - 0.36) / 0.2,
            0,
            gettext("No document was cited."),
            size=TITLE_SIZE,
            color=look.soft,
            va="center",
        )


def _draw_never_cited(axes: "Axes", insight: Insight, rows: int, look: Look) -> None:
    shown = _pick(insight.never_cited)
    axes.set_axis_off()
    heading = f"{gettext('Never cited')}{_show_part(len(shown), insight.documents_never_cited)}"
    axes.set_title(heading, pad=8)
    axes.set_ylim(rows - 0.5, -0.5)
    nothing = gettext("There are no documents.")
    if insight.documents:
        nothing = gettext("Every document was cited.")
    for row, title in enumerate(map(show_drawable, shown) if shown else [nothing]):
        axes.text(0, row, title, size=TITLE_SIZE, color=look.soft, va="center")


def _show_part(shown: int, every: int) -> str:
    if every <= shown:
        return ""
    part = gettext("{shown} of {every}", shown=show_number(shown), every=show_number(every))
    return f"  ({part})"


def _choose_width(bars: Sequence[Day]) -> float:
    """Of a bar, in shares of its place; few bars would be blocks else."""
    return min(0.8, len(bars) / 10)


def _choose_ticks(bars: int) -> list[int]:
    """Bars that are named, evenly far apart, the last one of them."""
    step = -(-bars // MOST_TICKS)
    return list(range((bars - 1) % step, bars, step))
