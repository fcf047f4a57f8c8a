"""The nouns of Footnote: frozen, slotted, and used everywhere under one name."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start_char, end_char)` of a document's text and where it stands in the source."""

    start_char: int
    end_char: int
    page: int | None = None
    """1-based; None where the format has no pages."""
    heading_path: tuple[str, ...] = ()
    """The headings that it stands under, outermost first."""


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
    """Offsets in `passage.text`, in order: the sentence that answers best."""
    passage_id: int = 0
    """The passage's number in its library; none is ever used twice."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits worth showing, best first, and whether they answer the question at all."""

    question: str
    answered: bool
    """False: the best hit stands below the threshold, and the hits are merely the closest."""
    confidence: float
    """In 0..1; 0.5 at the threshold."""
    hits: tuple[Hit, ...]
    earlier: str | None = None
    """The earlier question that this one was read with; None where it stands alone."""
