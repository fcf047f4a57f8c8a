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
    if matches:
        said = f"{len(matches)} documents answer to {show_name(wanted)}: "
        names = [record.name for record in matches[:5]]
    else:
        said = f"No document is named {show_name(wanted)}. "
        by_folded = {record.name.casefold(): record.name for record in records}
        names = [by_folded[near] for near in get_close_matches(folded, by_folded, 5, 0.5)]
        said += "The closest: " if names else ""
    said += ", ".join(map(show_name, names)) + (". " if names else "")
    raise UnknownDocument(said + "`footnote documents` lists them all.")
