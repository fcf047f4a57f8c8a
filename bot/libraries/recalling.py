"""Taught answers of the libraries that a server reaches, before what is found in documents."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.audience import Audience
from bot.libraries.citing import read_cited
from bot.libraries.composing import Part, show_parts
from bot.libraries.hidden import may_cite
from bot.types import Found, Ref
from index.embed import QuestionEmbedding
from index.errors import LibraryError
from index.follow import Reading
from index.library import Library
from index.recall import Recalled, put_first


def find_taught(
    libraries: Mapping[bool, Library],
    reading: Reading,
    embedding: QuestionEmbedding,
    within: Ref | None,
    audience: Audience,
) -> Recalled | None:
    """The taught answer that most surely is one to the question; with `within`, a document, only
    one that cites it.

    A library that cannot be read is left out: what is searched in it tells of that.
    """
    best: Recalled | None = None
    for library in libraries.values():
        with suppress(LibraryError):
            recalled = library.recall(
                *(reading, embedding),
                labels=audience.labels,
                may_cite=partial(may_cite, libraries, audience),
            )
            if recalled is None or within not in (None, read_cited(recalled.taught.cited)):
                continue
            if best is None or recalled.confidence > best.confidence:
                best = recalled
    return best


def vouch(found: Found, recalled: Recalled, cited: Sequence[Part]) -> Found:
    """What was found behind what was taught, and behind the passage that this cites."""
    parts = [
        Part(*part)
        for part in zip(found.answer.hits, found.passages, found.citations, found.also, strict=True)
    ]
    known = {part.ref for part in cited}
    first = show_parts(found, [*cited, *(part for part in parts if part.ref not in known)])
    return replace(first, answer=put_first(first.answer, recalled), vouched=len(cited))
