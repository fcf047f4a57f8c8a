"""A document on its way in → what of its passages is embedded already."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from index.chunk import digest_passage
from index.embed import Embedding
from index.sources import is_taught
from index.store import Store
from index.types import Incoming, Passage, Record


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is cut, with what is known of its passages."""

    incoming: Incoming
    language: str
    passages: tuple[Passage, ...]
    digests: tuple[str, ...]
    replaces: Record | None
    """The document that it takes the place of."""
    standing: frozenset[int] = frozenset()
    """The numbers of passages that stand in that document as they are."""
    found: tuple[tuple[int, Embedding], ...] = ()
    """The numbers of others whose embeddings stand in the library, with these."""

    @property
    def fresh(self) -> list[int]:
        """The numbers of passages to embed."""
        known = self.standing.union(number for number, _ in self.found)
        return [number for number in range(len(self.passages)) if number not in known]


def prepare_document(
    store: Store,
    incoming: Incoming,
    language: str,
    passages: tuple[Passage, ...],
    replaces: Record | None,
    titles: Sequence[str],
) -> Prepared:
    """The document with all that the library holds of its passages.

    `titles` are those of documents of the same bytes: a title may come from the file's name, and
    that alone is no reason to embed its passages again.
    """
    digests = tuple(digest_passage(incoming.document.title, p, language) for p in passages)
    left = store.digests(replaces.id) if replaces else {}
    standing = set()
    for number, digest in enumerate(digests):
        if left.get(digest, 0) > 0:
            left[digest] -= 1
            standing.add(number)
    wanted = {
        number: [digest, *(digest_passage(title, passages[number], language) for title in titles)]
        for number, digest in enumerate(digests)
        if number not in standing
    }
    stored = store.embeddings(digest for each in wanted.values() for digest in each)
    found = {
        number: stored[digest]
        for number, each in wanted.items()
        for digest in reversed(each)  # so that its own comes last, and counts
        if digest in stored
    }
    return Prepared(
        *(incoming, language, passages, digests, replaces, frozenset(standing)),
        tuple(found.items()),
    )


def find_moved(twins: Sequence[Record]) -> Record | None:
    """The one among documents of the same bytes whose file is gone, if there is one."""
    files = (r for r in twins if r.origin is None and not is_taught(r))
    gone = (r for r in files if not os.path.lexists(r.source))
    return next(gone, None)
