"""A PDF → blocks with pages and headings. The one module that uses pypdfium2."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    ScannedDocument,
    mark,
)
from index.parse.blocks import Block
from index.parse.clean import clean_text, find_words, join_lines
from index.parse.limits import Limits, show_name
from index.parse.ocr import find_tesseract, is_scanned, read_scanned_pages
from index.parse.pdf_captions import find_repeats, name_tables
from index.parse.pdf_furniture import drop_furniture
from index.parse.pdf_headings import OutlineEntry, find_headings, match_outline
from index.parse.pdf_lines import Line, order_lines
from index.parse.pdf_paragraphs import Paragraph, gather_paragraphs
from index.parse.pdf_title import find_title
from index.parse.pdf_words import read_runs

_MAX_OUTLINE = 5_000
_MAX_DEPTH = 15
_NOT_READ = mark(
    "{name} holds pictures of pages, and Tesseract reads no text in them. Scan it anew, or install"
    " its language (Debian: apt-get install tesseract-ocr-…)."
)
_NO_TESSERACT = mark(
    "{name} holds pictures of pages and no text. Install Tesseract (Debian: apt-get install"
    " tesseract-ocr) and run footnote reindex, or run text recognition (OCR) over it: ocrmypdf"
    " in.pdf out.pdf"
)


def parse_pdf(data: bytes, name: str, limits: Limits) -> tuple[list[Block], str, int]:
    """Return the blocks, the title that the file gives itself ("" for none) and how many pages.

    Raises DamagedDocument, EncryptedDocument, ScannedDocument, EmptyDocument, DocumentTooLarge.
    """
    pdf = open_pdf(data, name)
    try:
        if len(pdf) > limits.pages:
            raise DocumentTooLarge(
                "{name} has {pages:,} pages; {most:,} are allowed. Split it into smaller files.",
                name=show_name(name),
                pages=len(pdf),
                most=limits.pages,
            )
        pages: list[list[Line]] = []
        scanned: list[int] = []
        chars, drawn = 0, False
        heights: list[float] = []
        for number in range(1, len(pdf) + 1):
            page = pdf[number - 1]
            runs = read_runs(page)
            for run in runs:
                run.text = clean_text(run.text)
            pages.append(order_lines([run for run in runs if run.text], number))
            heights.append(page.get_height())
            drawn = drawn or any(True for _ in page.get_objects(max_depth=1))
            page_chars = sum(len(run.text) for run in runs)
            if is_scanned(page, page_chars):
                scanned.append(number)
            page.close()
            chars += page_chars
            if chars > limits.text_chars:
                raise DocumentTooLarge(
                    "{name} holds more than {most:,} characters of text. Split it into smaller"
                    " files.",
                    name=show_name(name),
                    most=limits.text_chars,
                )
        for number, runs in read_scanned_pages(pdf, scanned, name, limits).items():
            pages[number - 1] = order_lines(runs, number) or pages[number - 1]
        outline = _read_outline(pdf, heights)
        title = pdf.get_metadata_value("Title")
    finally:
        pdf.close()
    paragraphs = gather_paragraphs(drop_furniture(pages))
    if not paragraphs and drawn:
        template = _NOT_READ if find_tesseract() else _NO_TESSERACT
        raise ScannedDocument(template, name=show_name(name))
    if not paragraphs:
        raise EmptyDocument(
            "{name} has blank pages only. Leave the file out.", name=show_name(name)
        )
    blocks, texts = _make_blocks(paragraphs, outline)
    return blocks, find_title(paragraphs, texts, title), len(pages)


def count_scanned_pages(data: bytes, options: Mapping[str, Any]) -> bytes:
    """Return in digits how many pages are pictures; the options give the file's `name`.

    Raises DamagedDocument and EncryptedDocument.
    """
    pdf = open_pdf(data, options["name"])
    found = 0
    for number in range(min(len(pdf), options["pages"])):
        page = pdf[number]
        textpage = page.get_textpage()
        found += is_scanned(page, textpage.count_chars())
        textpage.close()
        page.close()
    pdf.close()
    return b"%d" % found


def open_pdf(data: bytes, name: str) -> Any:
    """Return the pypdfium2 document. Raises DamagedDocument, EncryptedDocument."""
    import pypdfium2
    from pypdfium2 import raw

    if b"%PDF-" not in data[:1024]:
        raise DamagedDocument(
            "{name} is not a PDF: it does not begin with %PDF. Give it its true suffix, or"
            " download it again.",
            name=show_name(name),
        )
    try:
        pdf = pypdfium2.PdfDocument(data)
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise EncryptedDocument(
                "{name} asks for a password. Save a copy without one.", name=show_name(name)
            ) from error
        raise DamagedDocument(
            "{name} is a damaged PDF. {error} Download it again.",
            name=show_name(name),
            error=str(error),
        ) from error
    # pdfium opens what is left of a file that was cut off, and the rest would be missed by nobody.
    if b"startxref" not in data[-4096:] or not count:
        pdf.close()
        raise DamagedDocument(
            "{name} is a PDF that breaks off after {size:,} bytes. Download it again.",
            name=show_name(name),
            size=len(data),
        )
    return pdf


def _read_outline(pdf: Any, heights: Sequence[float]) -> list[OutlineEntry]:
    entries: list[OutlineEntry] = []
    for bookmark in pdf.get_toc(max_depth=_MAX_DEPTH):
        if len(entries) == _MAX_OUTLINE:
            break
        target = bookmark.get_dest()
        index = target.get_index() if target else None
        title = " ".join(clean_text(bookmark.get_title()).split())
        if index is None or not title or not 0 <= index < len(heights):
            continue
        mode, position = target.get_view()
        # Only these two modes say how far down the page: XYZ (x, y, zoom) and FitH (y).
        up = {1: position[1:2], 3: position[:1]}.get(mode)
        y = heights[index] - up[0] if up else None
        entries.append(OutlineEntry(title, bookmark.level + 1, index + 1, y))
    return entries


def _make_blocks(
    paragraphs: Sequence[Paragraph], outline: Sequence[OutlineEntry]
) -> tuple[list[Block], list[str]]:
    """Return the blocks, and each paragraph's text."""
    lines = (line.text for paragraph in paragraphs for line in paragraph.lines)
    words = find_words("\n".join(lines))
    texts = [paragraph.read(words) for paragraph in paragraphs]
    levels, hidden = match_outline(outline, paragraphs, texts)
    named = [*levels.values(), *(e.level for group in hidden.values() for e in group)]
    by_type = find_headings(paragraphs, texts, max(named, default=0) + 1)
    headings = levels.keys() | by_type.keys()
    headers, captions = name_tables(paragraphs, texts, headings)
    repeats = find_repeats(paragraphs, texts, headings | captions)
    blocks: list[Block] = []
    for i, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        page = paragraph.page
        blocks += (Block(e.title, e.level, page, hidden=True) for e in hidden.get(i, ()))
        if i in repeats:
            continue
        level = levels.get(i, by_type.get(i, 0))
        continues = paragraph.continues and not level and not blocks[-1].level
        if continues and blocks[-1].text.endswith("-"):
            # The page cut a word: all of it stands on the page where it begins.
            rest, _, text = text.partition(" ")
            blocks[-1] = replace(blocks[-1], text=join_lines([blocks[-1].text, rest], words))
        header = "" if level else headers[i]
        blocks.append(Block(text, level, page, continues=continues, header=header))
    return blocks, texts
