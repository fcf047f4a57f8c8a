"""A server's gaps → files for whoever writes the documents: CSV and Markdown.

What people and documents bring is text in both: no cell is a formula, and nothing in it is markup.
"""

import csv
import io
import re

from bot.language import gettext, ngettext, show_share
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
    questions = sum(gap.questions for gap in gaps.groups)
    told = ngettext(
        "{n} question without an answer that helped, of the last {days} days.",
        "{n} questions without an answer that helped, of the last {days} days.",
        questions,
        days=gaps.days,
    )
    head = f"# {gettext('Gaps')}\n\n{told}\n"
    return "\n".join([head, *map(_describe, gaps.groups)]).encode()


def name_citation(citation: Citation | None) -> str:
    """`Title, p. 12, Heading › Subheading`; "" for none."""
    if citation is None:
        return ""
    page = gettext("p. {page}", page=citation.page) if citation.page else ""
    headings = " › ".join(heading for heading in citation.heading_path if heading != citation.title)
    return show_line(", ".join(filter(None, (citation.title, page, headings))))


def describe_counts(gap: Gap) -> str:
    """`3 people, 4 questions: 3 refused, 1 voted down`."""
    people = ngettext("{n} person", "{n} people", gap.people)
    parts = (
        (gap.refused, ngettext("{n} refused", "{n} refused", gap.refused)),
        (gap.unhelpful, ngettext("{n} voted down", "{n} voted down", gap.unhelpful)),
    )
    told = ", ".join(said for number, said in parts if number)
    return f"{people}, {count(gap.questions, 'question')}: {told}"


def _describe(gap: Gap) -> str:
    first, last = (f"{hour:%Y-%m-%d %H:%M}" for hour in (gap.first, gap.last))
    asked = gettext("- asked {first} (UTC, by the hour)", first=first)
    if first != last:
        asked = gettext("- asked {first} to {last} (UTC, by the hour)", first=first, last=last)
    lines = [f"## {_escape(', '.join(gap.words))}", "", f"- {describe_counts(gap)}", asked]
    if gap.closest:
        place, sure = _escape(name_citation(gap.closest)), show_share(gap.confidence)
        lines.append(gettext("- closest passage: {place} ({sure} sure)", place=place, sure=sure))
    quoted = (f"> {_escape(example)}" for example in gap.examples)
    return "\n".join([*lines, "", "\n>\n".join(quoted), ""])


def _defuse(cell: str) -> str:
    """A cell on one line that is text to a spreadsheet, too."""
    shown = show_line(cell)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", show_line(text)).strip()
