"""What stands over each of a PDF's tables, and paragraphs that say again what a page said."""

import re
from collections.abc import Container, Sequence

from index.parse.pdf_paragraphs import Paragraph
from index.parse.pdf_tables import Table, read_table

_CAPTIONS = 3
"""So many short paragraphs over a table may be its title: name, unit, period."""
_CAPTION_CHARS = 200
_LEAD_CHARS = 400
"""What a paragraph that ends with a colon may take to be one."""
_HEADER_CHARS = 800
_REPEATED_PAGES = 3
_LEAST_CHARS = 20
_SENTENCE_END = re.compile(r"[.!?;][\"'”’)]*$")


def name_tables(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], headings: Container[int]
) -> tuple[list[str], set[int]]:
    """Return each paragraph's header, "" for what is no table, and which paragraphs are captions.

    A header's lines are a table's caption and the rows that name its columns. A table without
    such rows, whose values stand in the columns of the one before it on the page or on the page
    before, goes on with that one's.
    """
    headers = [""] * len(paragraphs)
    captions: set[int] = set()
    last: tuple[Table, str, int] | None = None
    for i, paragraph in enumerate(paragraphs):
        if not paragraph.table:
            continue
        table = read_table(paragraph.lines)
        page = paragraph.page
        if last and page - last[2] <= 1 and table.continues(last[0]):
            headers[i] = last[1]
            last = (last[0], last[1], page)
            continue
        above = _find_captions(paragraphs, texts, headings, i)
        captions.update(above)
        lines = [texts[k] for k in above]
        if sum(map(len, lines)) + sum(map(len, table.header)) > _HEADER_CHARS:
            lines = []
        header = "\n".join((*lines, *table.header))
        headers[i] = header if len(header) <= _HEADER_CHARS else ""
        last = (table, headers[i], page) if table.headers else None
    return headers, captions


def find_repeats(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], kept: Container[int]
) -> set[int]:
    """Return the paragraphs that repeat, word for word, what stands on three pages or more.

    The first stays, and so do those in `kept`.
    """
    pages: dict[str, set[int]] = {}
    for paragraph, text in zip(paragraphs, texts, strict=True):
        pages.setdefault(text, set()).add(paragraph.page)
    seen: set[str] = set()
    repeats: set[int] = set()
    for i, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        often = len(pages[text]) >= _REPEATED_PAGES and len(text) >= _LEAST_CHARS
        follows = i + 1 < len(paragraphs) and paragraphs[i + 1].continues
        if paragraph.table or i in kept or not often or paragraph.continues or follows:
            continue
        # What alone stands under a heading is that heading's answer, however often it is given.
        alone = (i == 0 or i - 1 in kept) and (i + 1 == len(texts) or i + 1 in kept)
        if text in seen and not alone:
            repeats.add(i)
        seen.add(text)
    return repeats


def _find_captions(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], headings: Container[int], table: int
) -> list[int]:
    """Return the paragraphs right over a table that say what it shows, in order."""
    found: list[int] = []
    for i in range(table - 1, max(-1, table - 1 - _CAPTIONS), -1):
        paragraph, text = paragraphs[i], texts[i]
        if i in headings or paragraph.table or paragraph.page != paragraphs[table].page:
            break
        leads = text.endswith(":")
        if len(text) > (_LEAD_CHARS if leads else _CAPTION_CHARS) or _SENTENCE_END.search(text):
            break
        if found and leads:
            break
        found.insert(0, i)
        if leads:
            break
    return found
