"""What a PDF calls itself on its first pages: a filing's company, form and period, or its title."""

import re
from collections.abc import Sequence

from index.parse.pdf_paragraphs import Paragraph

_COVER_PAGES = 2
_COVER_PARAGRAPHS = 80
_FORM = re.compile(r"form (\d{1,2}-?[A-Z]{0,2}|[A-Z]-\d{1,2})(/A)?$", re.IGNORECASE)
_REGISTRANT = re.compile(r"\(?(?:exact )?name of (?:the )?registrant\b", re.IGNORECASE)
_PERIOD = re.compile(
    r"for the ((?:fiscal |financial )?year|(?:quarterly |transition )?period|quarter) ended:? "
    r"(\w{3,9} \d\d?, ?\d{4}|\d\d? \w{3,9} \d{4})",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"(?:(?:news|press|media|earnings) releases?|for immediate release|(?:table of )?contents"
    r"|abstract|exhibit [\d.]+|united states|confidential|draft)$",
    re.IGNORECASE,
)
_CODE = re.compile(r"\S*\d{4}\S*$")
_MAX_CHARS = 150
_SET_LARGE = 1.3
"""So many times as high as the text's letters are a title's."""


def find_cover(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> str:
    """Return company, form and period as a filing's cover names them, "" for another document."""
    company = form = period = ""
    before = ""
    for paragraph, text in list(zip(paragraphs, texts, strict=True))[:_COVER_PARAGRAPHS]:
        if paragraph.page > _COVER_PAGES:
            break
        for line in text.split("\n"):
            if found := _FORM.match(line):
                form = form or f"Form {found[1].upper()}{(found[2] or '').upper()}"
            if _REGISTRANT.match(line) and len(before) <= _MAX_CHARS:
                company = company or before
            if found := _PERIOD.search(line[:300]):
                period = period or f"for the {found[1].lower()} ended {found[2]}"
            before = line
    return " ".join(filter(None, (company, form, period))) if company and form else ""


def find_title(paragraphs: Sequence[Paragraph], texts: Sequence[str], metadata: str) -> str:
    """Return the title: a filing's cover, else the metadata's, else what the first page sets large.

    "" where none of them says anything.
    """
    if cover := find_cover(paragraphs, texts):
        return cover
    if metadata.strip() and not _CODE.match(metadata.strip()):
        return metadata
    return _find_large(paragraphs, texts)


def _find_large(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> str:
    sizes: dict[float, int] = {}
    for paragraph, text in zip(paragraphs, texts, strict=True):
        size = round(paragraph.size, 1)
        sizes[size] = sizes.get(size, 0) + len(text)
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    first = paragraphs[0].page if paragraphs else 0
    large = [
        (paragraph.size, text)
        for paragraph, text in zip(paragraphs, texts, strict=True)
        if paragraph.page == first
        and not paragraph.table
        and paragraph.size >= _SET_LARGE * body
        and len(text) <= _MAX_CHARS
        and sum(map(str.isalpha, text)) > 4
        and not _NO_TITLE.match(text)
    ]
    return max(large, key=lambda entry: entry[0])[1] if large else ""
