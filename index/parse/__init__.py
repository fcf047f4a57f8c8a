"""Bytes → Document, whatever the format."""

from pathlib import PurePath

from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    ParseError,
    UnsupportedFormat,
)
from index.parse.blocks import Block, build_document
from index.parse.limits import Limits, show_name
from index.parse.titles import choose_title
from index.types import Document

__all__ = ["SUFFIXES", "Limits", "parse_document"]

SUFFIXES = frozenset(
    {".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".epub"}
    | {".ipynb", ".json", ".rst", ".rest", ".adoc", ".asciidoc"}
)
"""The suffixes that Footnote reads, in lower case."""

_NEWER = {".doc": ".docx", ".ppt": ".pptx", ".xls": ".xlsx", ".rtf": ".docx", ".odt": ".docx"}


def parse_document(
    data: bytes,
    name: str,
    limits: Limits = Limits(),  # noqa: B008
    *,
    lines: bool = False,
) -> Document:
    """Return the Document that a file's bytes hold; its name tells the format.

    With `lines`, the spans of a format that is lines of text lead to theirs: `#L12`.

    Raises ParseError, and nothing else but MemoryError: EmptyDocument, UnsupportedFormat,
    DamagedDocument, EncryptedDocument, ScannedDocument or DocumentTooLarge.
    """
    shown = show_name(name)
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise _refuse_suffix(shown, suffix)
    if len(data) > limits.file_bytes:
        raise DocumentTooLarge(
            "{name} takes {size:,.1f} MB; {most:,} MB are allowed. Split it into smaller files.",
            name=shown,
            size=len(data) / 2**20,
            most=limits.file_bytes >> 20,
        )
    if not data.strip():
        raise EmptyDocument("{name} is empty. Add some text, or leave the file out.", name=shown)
    try:
        blocks, title, pages = _read_blocks(data, suffix, name, limits)
    except (ParseError, MemoryError):
        raise
    except Exception as error:  # parsers of others' files raise what they like
        reason = show_name(" ".join(str(error).split())) or "no reason given"
        raise DamagedDocument(
            "{name} cannot be read as {kind} ({error}: {reason}). Open it in its own program and"
            " save it again.",
            name=shown,
            kind=suffix[1:],
            error=type(error).__name__,
            reason=reason,
        ) from error
    first = next((block.text for block in blocks if block.level and not block.hidden), "")
    candidates = (title, "" if suffix in (".pdf", ".xlsx") else first)
    title = choose_title(candidates, name)
    return build_document(blocks, title, name, limits, pages, lines=lines)


def _refuse_suffix(shown: str, suffix: str) -> UnsupportedFormat:
    if newer := _NEWER.get(suffix):
        return UnsupportedFormat(
            "{name} is in an old format. Save it as {newer}.", name=shown, newer=newer
        )
    return UnsupportedFormat(
        "{name} is in no format that Footnote reads. It reads {known}.",
        name=shown,
        known=", ".join(sorted(known[1:] for known in SUFFIXES)),
    )


def _read_blocks(
    data: bytes, suffix: str, name: str, limits: Limits
) -> tuple[list[Block], str, int | None]:
    """Return blocks, the title that the file gives itself, and pages; imports one reader only."""
    if suffix == ".pdf":
        from index.parse.pdf import parse_pdf

        return parse_pdf(data, name, limits)
    if suffix in (".docx", ".pptx", ".xlsx", ".epub"):
        return _read_archive(data, suffix, name, limits)
    return *_read_text(data, suffix, name, limits), None


def _read_archive(
    data: bytes, suffix: str, name: str, limits: Limits
) -> tuple[list[Block], str, int | None]:
    from index.parse import office
    from index.parse.archive import check_archive
    from index.parse.sheets import parse_xlsx

    check_archive(data, suffix[1:], name, limits)
    if suffix == ".pptx":
        return office.parse_pptx(data)
    if suffix == ".xlsx":
        return *parse_xlsx(data, name, limits), None
    read = office.parse_docx if suffix == ".docx" else office.parse_epub
    return *read(data), None


def _read_text(data: bytes, suffix: str, name: str, limits: Limits) -> tuple[list[Block], str]:
    from index.parse import data as records
    from index.parse import office
    from index.parse.decode import decode_text
    from index.parse.markdown import parse_markdown, split_front_matter
    from index.parse.plain import is_markdown, parse_plain

    text = decode_text(data, name, limits, markup=suffix in (".html", ".htm"))
    if suffix == ".csv":
        return records.parse_csv(text, name), ""
    if suffix == ".json":
        return records.parse_json(text, name), ""
    if suffix == ".ipynb":
        records.load_json(text, name)
        return office.parse_ipynb(text), ""
    if suffix in (".html", ".htm"):
        return office.parse_html(text)
    if suffix in (".rst", ".rest"):
        from index.parse.rst import parse_rst

        return parse_rst(text)
    if suffix in (".adoc", ".asciidoc"):
        from index.parse.asciidoc import parse_asciidoc

        return parse_asciidoc(text)
    if suffix == ".md" or is_markdown(text):
        title, rest = split_front_matter(text)
        first = 1 + text.count("\n", 0, len(text) - len(rest))
        return parse_markdown(rest, read_html=office.html_to_markdown, first_line=first), title
    return parse_plain(text, 1), ""
