"""The nouns of Footnote: frozen, slotted, and used everywhere under one name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from index.errors import FootnoteError


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start_char, end_char)` of a document's text and where it stands in the source."""

    start_char: int
    end_char: int
    page: int | None = None
    """1-based; None where the format has no pages."""
    heading_path: tuple[str, ...] = ()
    """The headings that it stands under, outermost first."""
    fragment: str = ""
    """What leads from the document's link to this place, such as `#usage` or `#L12`; "" for
    nothing closer than the document."""
    header: str = ""
    """Of the table that it is part of, where the rows don't say it themselves: the caption and the
    header rows, as they stand in the text, a line each."""


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed source.

    `spans` are in order and disjoint, and cover every character of `text` that is neither white
    space nor a heading's own line. A heading without a body under it is a span of its own.
    Paragraphs are parted by a blank line; a paragraph that runs over a page break is two spans
    with no blank line between them.
    """

    title: str
    text: str
    spans: tuple[Span, ...]
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: `text == document.text[start_char:end_char]`, always."""

    text: str
    start_char: int
    end_char: int
    page: int | None
    last_page: int | None
    """Where the passage ends; equal to `page` unless it runs over a page break."""
    heading_path: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]
    """Offsets in `text`, in order; together they cover all of it but white space."""
    fragment: str = ""
    """What leads from the document's link to where it begins, such as `#usage` or `#L12`."""
    header: str = ""
    """Caption and header rows of the table that it goes on with, where they stand before it in the
    text; "" elsewhere."""


@dataclass(frozen=True, slots=True)
class Record:
    """A document as the library keeps it."""

    id: int
    name: str
    """What people call it: the path below the folder that was added, unique in the library."""
    source: str
    """The absolute path that it came from."""
    title: str
    pages: int | None
    passages: int
    size_bytes: int
    content_hash: str
    """SHA-256 of the source's bytes, in hex."""
    language: str
    """ISO 639-1 code of the language that it was taken to be in."""
    added: datetime
    updated: datetime
    """Both in UTC."""
    link: str | None = None
    """The http(s) address where a reader can open it."""
    origin: int | None = None
    """The id of the origin that it came from; None for a file."""
    failure: str | None = None
    """Why the last look at its source failed, in English, and what is kept is older; None: it did
    not."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document on its way into the library."""

    name: str
    """What people are to call it, such as the path below the folder that was added."""
    source: str
    """The absolute path or address that it comes from."""
    document: Document
    size_bytes: int
    content_hash: str
    """SHA-256 of the source's bytes, in hex."""
    link: str | None = None
    """The http(s) address where a reader can open it."""
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class Taught:
    """An answer that somebody vouches for, in one of its versions."""

    id: int
    """Of its document."""
    version: int
    """From 1 on; each change makes another."""
    question: str
    answer: str
    """In Markdown."""
    cited: str | None
    """The document that it cites, as whoever taught it names it."""
    who: int | None
    """A Discord user's id; None where it was taught in the terminal, or they had that deleted."""
    at: datetime
    """When this version was written, in UTC."""


Kind = Literal["page", "site", "repository", "channel"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What documents come from that is no file of this machine, looked at again and again."""

    id: int
    kind: Kind
    address: str
    """Unique in the library."""
    options: Mapping[str, int | str | bool]
    """What was chosen for it, by its kind."""
    every_s: int
    """Seconds from one look to the next."""
    added: datetime
    looked: datetime | None = None
    """When it was last looked at, in UTC."""
    failure: str | None = None
    """Why the last look failed, in English; None: it did not."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at an origin has found."""

    documents: tuple[Incoming, ...]
    """Those that are new or changed."""
    sources: frozenset[str]
    """Of all documents that are there, changed or not; what is missing here has gone."""
    failed: Mapping[str, FootnoteError] = field(default_factory=dict)
    """Why a document could not be read, by its source; what is kept of it stays."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What the next look wants to know, in place of all notes before: JSON by any key."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a score into a confidence: a logistic curve below a ceiling."""

    threshold: float
    """The score from which on a passage is taken to answer the question: even odds."""
    spread: float
    """How far the logistic curve's score must rise for e times the odds; above 0."""
    ceiling: float = 1.0
    """What the confidence of the highest scores comes to, above ½ and at most 1: however well a
    passage fits, another may be the one that was asked for."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: what a person needs to find the place again."""

    title: str
    page: int | None
    heading_path: tuple[str, ...]
    link: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score for one question and the spans to highlight."""

    document: Record
    passage: Passage
    score: float
    """Higher is better; the same scale for every question and library."""
    highlights: tuple[tuple[int, int], ...]
    """Offsets in `passage.text`, in order: the sentence that answers best, or two."""
    passage_id: int = 0
    """The passage's number in its library; none is ever used twice."""
    also: tuple[tuple[Record, Passage], ...] = ()
    """Where else the very same text stands, best first."""
    confidence: float = 0.0
    """How sure it is, in 0..1, that the passage answers the question; 0.5 at the threshold."""
    parts: tuple[tuple[str, float], ...] = ()
    """What the score is made of, by name: together they are the score."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits worth showing, best first, and whether they answer the question at all."""

    question: str
    answered: bool
    """False: the best hit stands below the threshold, and the hits are merely the closest."""
    confidence: float
    """In 0..1: that of the best hit."""
    hits: tuple[Hit, ...]
    earlier: str | None = None
    """The earlier question that this one was read with; None where it stands alone."""
    taught: Taught | None = None
    """What the community's team answers, which comes before all hits; the confidence is that the
    same was asked."""
