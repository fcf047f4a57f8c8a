"""Where a passage stands: title, page and headings, linked; and where else the same text does."""

from collections.abc import Sequence

from bot.discord.escape import fit_line, measure, read_plain, show_title
from bot.language import gettext, ngettext
from bot.types import Found
from bot.wording import name_headings, name_pages, show_text
from index.types import Citation, Passage

MAX_TITLE, MAX_HEADING, MAX_ALSO = 80, 60, 50
ALSO_SHOWN = 2
"""Other documents with the same text that are named."""


def cite(found: Found, number: int) -> str:
    """`Title · p. 12 · Heading › Subheading` of the passage with that number, 0-based."""
    citation, hit = found.citations[number], found.answer.hits[number]
    return show_place(citation.title, citation.link, hit.passage, hit.document.name)


def cite_numbered(found: Found, numbers: range) -> list[str]:
    """The same of several, each behind its number, 1-based."""
    return [rf"\[{number + 1}\] {cite(found, number)}" for number in numbers]


def cite_also(found: Found, number: int, room: int) -> str:
    """`also in X, Y and 3 more`, in small, on a line of its own; "" where there is nothing to say,
    or no room for it."""
    others = found.also[number] if number < len(found.also) else ()
    for linked, most in ((True, ALSO_SHOWN), (True, 1), (False, ALSO_SHOWN), (False, 0)):
        line = _name_others(others, most, linked=linked)
        if line and measure(line) <= room:
            return line
    return ""


def shorten(title: str, name: str = "") -> str:
    """The title cut, or the document's name where nothing of the title would be seen."""
    shown = show_text(title).strip() or name
    return read_plain(fit_line(shown, MAX_TITLE)) or gettext("Untitled")


def show_place(title: str, link: str | None, passage: Passage, name: str = "") -> str:
    """Title, page and heading path, each cut by itself where it is long."""
    headings = name_headings(title, passage)
    if len(headings) > 3:
        headings = (headings[0], "…", headings[-1])
    path = " › ".join(fit_line(heading, MAX_HEADING) for heading in headings)
    parts = [show_title(shorten(title, name), link), name_pages(passage), path]
    return " · ".join(filter(None, parts))


def _name_others(others: Sequence[Citation], most: int, *, linked: bool) -> str:
    if not others:
        return ""
    shown = []
    for other in others[:most]:
        title = show_text(other.title).strip() or gettext("Untitled")
        title = read_plain(fit_line(title, MAX_ALSO))
        page = " " + gettext("p. {page}", page=other.page) if other.page else ""
        shown.append(show_title(title, other.link if linked else None) + page)
    left = len(others) - len(shown)
    if left and shown:
        said = ngettext(
            "also in {titles} and {n} more",
            "also in {titles} and {n} more",
            left,
            titles=", ".join(shown),
        )
    elif left:
        said = ngettext("also in {n} other document", "also in {n} other documents", left)
    elif len(shown) > 1:
        said = gettext("also in {titles} and {last}", titles=", ".join(shown[:-1]), last=shown[-1])
    else:
        said = gettext("also in {title}", title=shown[0])
    return f"\n-# {said}"
