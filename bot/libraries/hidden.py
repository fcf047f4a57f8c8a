"""Which documents of the libraries that a server reaches are not for all who read a reply."""

from collections.abc import Mapping

from bot.audience import Audience
from bot.libraries.citing import read_cited
from index.library import Library


def find_hidden(library: Library, audience: Audience) -> frozenset[int]:
    """The ids of the documents that some of them may not read: of these nothing is told.

    What was taught is among them where it cites one of these; some ids may be of documents that
    have gone.
    """
    hidden = library.store.readers.hidden(None if audience.keepers else audience.labels)
    if not hidden:
        return hidden
    cited = ((taught.id, read_cited(taught.cited)) for taught in library.taught())
    return hidden | {id for id, ref in cited if ref and not ref.shared and ref.id in hidden}


def may_cite(libraries: Mapping[bool, Library], audience: Audience, cited: str) -> bool:
    """Whether what a taught answer cites is for all of them, as far as it is bound at all."""
    ref = read_cited(cited)
    library = libraries.get(ref.shared) if ref else None
    if ref is None or library is None:
        return True
    return ref.id not in library.store.readers.hidden(audience.labels)
