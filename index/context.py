"""A passage → what stands around it in its document."""

from collections.abc import Collection

from index.errors import UnknownDocument
from index.store import Store
from index.types import Passage, Record

AROUND_CHARS = 600
"""The most that is shown before a passage, and after it."""


def find_passage(
    store: Store, passage_id: int, hidden: Collection[int] = ()
) -> tuple[Record, Passage]:
    """A passage and its document, which is none of the ids `hidden`.

    Raises UnknownDocument if it is gone.
    """
    found = store.passages([passage_id])
    if not found or found[passage_id][0].id in hidden:
        raise UnknownDocument("This passage is gone: its document changed or was removed.")
    return found[passage_id]


def find_surroundings(
    store: Store, passage_id: int, labels: Collection[str] | None = None
) -> tuple[Record, Passage, str, str]:
    """A passage's document, the passage, and whole sentences before and after it in its section.

    Raises UnknownDocument if it is gone, or may not be read with `labels`.
    """
    with store.snapshot():
        record, passage = find_passage(store, passage_id, store.readers.hidden(labels))
        ids = store.passage_ids(record.id)
        place = ids.index(passage_id)
        near = store.passages([*ids[max(place - 1, 0) : place], *ids[place + 1 : place + 2]])
        text = store.text(record.id)
    start, end = passage.start_char, passage.end_char
    for _, other in near.values():
        if other.heading_path != passage.heading_path:
            continue  # what stands around it is of its section
        if other.end_char <= passage.start_char:
            starts = (other.start_char + at for at, _ in other.sentences)
            start = min((at for at in starts if start - at <= AROUND_CHARS), default=start)
        else:
            ends = (other.start_char + to for _, to in other.sentences)
            end = max((to for to in ends if to - end <= AROUND_CHARS), default=end)
    before, after = text[start : passage.start_char], text[passage.end_char : end]
    return record, passage, before.strip(), after.strip()
