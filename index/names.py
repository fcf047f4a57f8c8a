"""What a document is called in the library, where each name stands once."""

from pathlib import PurePath

from index.store import Store
from index.types import Incoming, Record


def find_free_name(store: Store, incoming: Incoming, replaced: Record | None) -> str:
    """The name itself, or with as much of the path before it as makes it the only one.

    That of the document whose place it takes is free.
    """

    def taken(name: str) -> bool:
        record = store.by_name(name)
        return record is not None and not (replaced and record.id == replaced.id)

    parts = PurePath(incoming.source).parts
    name = incoming.name
    used = len(PurePath(name).parts)
    while used < len(parts) and taken(name):
        used += 1
        name = str(PurePath(*parts[-used:]))
    stem, number = name, 1
    while taken(name):
        number += 1
        name = f"{stem} ({number})"
    return name
