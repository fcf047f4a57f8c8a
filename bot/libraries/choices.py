"""Documents as they are offered while someone types."""

from collections import Counter
from collections.abc import Mapping

from bot.audience import Audience
from bot.libraries.hidden import find_hidden
from bot.types import Ref
from bot.wording import show_line
from index.library import Library
from index.sources import is_taught
from index.types import Record

CHOICES = 25
CHOICE_CHARS = 100
"""What Discord shows while someone types."""


def list_choices(
    libraries: Mapping[bool, Library], typed: str, audience: Audience
) -> list[tuple[str, str]]:
    """Up to 25 titles that hold what was typed, and what stands for each as `document`.

    Where two would read the same, the documents' names stand behind them.
    """
    wanted = typed.casefold()
    found: list[tuple[Record, Ref]] = []
    for shared, library in libraries.items():
        hidden = find_hidden(library, audience)
        found += [
            (record, Ref(shared, record.id))
            for record in library.store.records()
            if (wanted in record.title.casefold() or wanted in record.name.casefold())
            and not is_taught(record)
            and record.id not in hidden
        ]
    # A title that begins with what was typed comes first.
    found.sort(key=lambda one: (not one[0].title.casefold().startswith(wanted), one[0].title))
    shown = Counter(_show_title(record) for record, _ in found)
    return [
        (_show_choice(record, alone=shown[_show_title(record)] == 1), f"#{ref}")
        for record, ref in found[:CHOICES]
    ]


def _show_title(record: Record) -> str:
    """What Discord shows of the title, or of the name where there is none to be seen."""
    return (show_line(record.title).strip() or show_line(record.name))[:CHOICE_CHARS]


def _show_choice(record: Record, *, alone: bool) -> str:
    """The title, with the document's name behind it, or the end of that, unless it is alone."""
    title, name = _show_title(record), show_line(record.name)
    if alone:
        return title
    name = name if len(name) <= 60 else f"…{name[-59:]}"
    return f"{title[: CHOICE_CHARS - len(name) - 3]} ({name})"
