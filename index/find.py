"""What a person calls a document → the document."""

from collections.abc import Sequence
from difflib import get_close_matches

from index.errors import UnknownDocument
from index.parse.limits import show_name
from index.types import Record


def find_record(records: Sequence[Record], wanted: str) -> Record:
    """Return the document of that name, source or title, else the only one that comes close.

    Close is another case, or the last parts of the path. Raises UnknownDocument, which lists up to
    five candidates.
    """
    folded = wanted.casefold()
    ways = (
        [record for record in records if record.name == wanted],
        [record for record in records if record.source == wanted],
        [record for record in records if record.title == wanted],
        [r for r in records if folded in (r.name.casefold(), r.title.casefold())],
        [r for r in records if r.source.casefold().endswith("/" + folded)],
    )
    matches = next(filter(None, ways), [])
    if len(matches) == 1:
        return matches[0]
    shown = show_name(wanted)
    if matches:
        raise UnknownDocument(
            "{number} documents answer to {name}: {names}. `footnote documents` lists them all.",
            number=len(matches),
            name=shown,
            names=", ".join(show_name(record.name) for record in matches[:5]),
        )
    by_folded = {record.name.casefold(): record.name for record in records}
    close = [by_folded[near] for near in get_close_matches(folded, by_folded, 5, 0.5)]
    if close:
        raise UnknownDocument(
            "No document is named {name}. The closest: {names}. `footnote documents` lists them"
            " all.",
            name=shown,
            names=", ".join(map(show_name, close)),
        )
    raise UnknownDocument(
        "No document is named {name}. `footnote documents` lists them all.", name=shown
    )
