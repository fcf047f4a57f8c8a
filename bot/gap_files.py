"""A server's gaps → files for whoever writes the documents: CSV and Markdown.

What people and documents bring is text in both: no cell is a formula, and nothing in it is markup.
"""

import csv
import io
import re

from bot.libraries.gaps import EXAMPLES, Gap, Gaps
from bot.wording import count, show_line
from index.types import Citation

COLUMNS = (
    *("words", "people", "questions", "refused", "voted_down", "first_hour", "last_hour"),
    *("closest_passage", "confidence"),
    *(f"example_{number}" for number in range(1, EXAMPLES + 1)),
)
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet would calculate."""
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+\-.!|~&:@^$=\"']")


def write_csv(gaps: Gaps) -> bytes:
    """A row a group, with a header; UTF-8 behind the mark by which spreadsheets know it."""
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(COLUMNS)
    for gap in gaps.groups:
        told = (
            *(", ".join(gap.words), gap.people, gap.questions, gap.refused, gap.unhelpful),
            *(gap.first.isoformat(), gap.last.isoformat()),
            *(name_citation(gap.closest), f"{gap.confidence:.2f}"),
            *gap.examples,
        )
        writer.writerow([_defuse(one) if isinstance(one, str) else one for one in told])
    return rows.getvalue().encode("utf-8-sig")


def write_markdown(gaps: Gaps) -> bytes:
    """A section a group."""
    questions = count(sum(gap.questions for gap in gaps.groups), "question")
    head = f"# Gaps\n\n{questions} without an answer that helped, of the last {gaps.days} days.\n"
    return "\n".join([head, *map(_describe, gaps.groups)]).encode()


def name_citation(citation: Citation | None) -> str:
    """`Title, p. 12, Heading › Subheading`; "" for none."""
    if citation is None:
        return ""
    page = f"p. {citation.page}" if citation.page else ""
    headings = " › ".join(heading for heading in citation.heading_path if heading != citation.title)
    return show_line(", ".join(filter(None, (citation.title, page, headings))))


def describe_counts(gap: Gap) -> str:
    """`3 people, 4 questions: 3 refused, 1 voted down`."""
    people = "1 person" if gap.people == 1 else f"{gap.people:,} people"
    parts = ((gap.refused, "refused"), (gap.unhelpful, "voted down"))
    told = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    return f"{people}, {count(gap.questions, 'question')}: {told}"


def _describe(gap: Gap) -> str:
    hours = [f"{hour:%Y-%m-%d %H:%M}" for hour in (gap.first, gap.last)]
    lines = [
        f"## {_escape(', '.join(gap.words))}",
        "",
        f"- {describe_counts(gap)}",
        f"- asked {' to '.join(dict.fromkeys(hours))} (UTC, by the hour)",
    ]
    if gap.closest:
        place = _escape(name_citation(gap.closest))
        lines.append(f"- closest passage: {place} ({gap.confidence:.0%} sure)")
    quoted = (f"> {_escape(example)}" for example in gap.examples)
    return "\n".join([*lines, "", "\n>\n".join(quoted), ""])


def _defuse(cell: str) -> str:
    """A cell on one line that is text to a spreadsheet, too."""
    shown = show_line(cell)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", show_line(text)).strip()
