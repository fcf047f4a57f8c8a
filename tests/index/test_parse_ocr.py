"""Pictures of pages → text where Tesseract is installed, and its name where it is not."""

import io
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from index.cage import parse_caged
from index.errors import DocumentTooLarge, ParserFailed, ScannedDocument
from index.parse import Limits, parse_document
from index.parse.ocr import Word, is_scanned, join_words
from index.parse.pdf import count_scanned_pages

TESSERACT = pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")
PAGE = (1000, 480)
"""Part of a sheet at 150 dots an inch."""
MINUTES = [
    (48, "Minutes of the Rowing Club"),
    (26, "The club met on the ninth of March in the boat house by the river."),
    (26, "It was agreed that new oars be bought before the summer begins."),
    (26, ""),
    (26, "The treasurer reported that all members had paid for the year."),
]


def draw_page(lines: Sequence[tuple[int, str]]) -> Image.Image:
    page = Image.new("L", PAGE, 255)
    draw, y = ImageDraw.Draw(page), 60.0
    for size, text in lines:
        draw.text((80, y), text, 0, font=ImageFont.load_default(size))
        y += size * 1.4
    return page


def make_scan(*pages: Image.Image) -> bytes:
    """A PDF that holds pictures and no text."""
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return file.getvalue()


SCAN = make_scan(draw_page(MINUTES))


def add_text_page(scan: bytes) -> bytes:
    """The PDF with a page of true text in front."""
    import pypdfium2
    from pypdfium2 import raw

    pdf = pypdfium2.PdfDocument(scan)
    page = pdf.new_page(595, 842, 0)
    for row in range(6):
        text = raw.FPDFPageObj_NewTextObj(pdf.raw, b"Helvetica", 11)
        words = f"Line {row} of a page whose words are true text. ".encode("utf-16-le") + b"\0\0"
        raw.FPDFText_SetText(text, raw.cast(words, raw.FPDF_WIDESTRING))
        raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 70, 700 - 14 * row)
        raw.FPDFPage_InsertObject(page.raw, text)
    page.gen_content()
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()


@TESSERACT
def test_a_picture_of_a_page_is_read_with_its_heading_and_paragraphs() -> None:
    document = parse_caged(SCAN, "minutes.pdf")
    (span,) = document.spans
    assert (span.page, span.heading_path) == (1, ("Minutes of the Rowing Club",))
    assert document.text == (
        "Minutes of the Rowing Club\n\n"
        "The club met on the ninth of March in the boat house by the river. It was agreed that"
        " new oars be bought before the summer begins.\n\n"
        "The treasurer reported that all members had paid for the year."
    )


@TESSERACT
def test_a_single_picture_of_a_page_is_read_among_pages_of_text() -> None:
    document = parse_document(add_text_page(SCAN), "mixed.pdf")
    assert [span.page for span in document.spans] == [1, 2]
    assert "Line 5 of a page whose words are true text." in document.text
    assert "new oars be bought" in document.text


@TESSERACT
def test_a_picture_without_words_is_named_as_one() -> None:
    with pytest.raises(ScannedDocument, match="Tesseract reads no text in them"):
        parse_document(make_scan(Image.effect_noise((300, 200), 40)), "noise.pdf")


@TESSERACT
def test_a_language_that_tesseract_lacks_is_named() -> None:
    with pytest.raises(ScannedDocument, match=r"read in xyz\. Tesseract has .*tesseract-ocr-"):
        parse_document(SCAN, "scan.pdf", Limits(ocr_languages="xyz"))


@TESSERACT
def test_more_pictures_of_pages_than_are_allowed_are_too_many() -> None:
    blank = Image.new("L", (80, 120), 255)
    with pytest.raises(DocumentTooLarge, match="pictures of 2 pages; 1 are read"):
        parse_document(make_scan(blank, blank), "scan.pdf", Limits(ocr_pages=1))


@TESSERACT
def test_pictures_of_many_pages_are_counted_before_they_are_read() -> None:
    blank = Image.new("L", (80, 120), 255)
    scan = make_scan(*[blank] * 12)
    with pytest.raises(DocumentTooLarge, match="pictures of 12 pages; 1 are read"):
        parse_caged(scan, "scan.pdf", Limits(ocr_pages=1))
    assert count_scanned_pages(scan, {"name": "scan.pdf", "pages": 99}) == b"12"
    assert count_scanned_pages(add_text_page(SCAN), {"name": "a.pdf", "pages": 99}) == b"1"


TESSERACT_THAT = """\
#!/bin/sh
if [ "$1" = --list-langs ]; then echo eng; exit; fi
if [ {fails} ]; then echo "Out of memory" >&2; exit 1; fi
: > {seen}
printf 'level\\n5\\t1\\t1\\t1\\t1\\t1\\t80\\t60\\t90\\t30\\t96\\tMinutes\\n'
"""


@pytest.mark.skipif(os.name != "posix", reason="a shell stands in for Tesseract")
def test_a_page_that_tesseract_fails_on_costs_no_other_and_all_of_them_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, program = tmp_path / "seen", tmp_path / "tesseract"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    scan = make_scan(draw_page(MINUTES), draw_page(MINUTES))
    program.write_text(TESSERACT_THAT.format(fails=f"-e {seen}", seen=seen))
    program.chmod(0o755)
    [span] = parse_document(scan, "scan.pdf").spans  # the second page fails
    assert span.page == 1
    program.write_text(TESSERACT_THAT.format(fails="1", seen=seen))
    with pytest.raises(ParserFailed, match=r"Tesseract failed on them \(Out of memory\)"):
        parse_document(scan, "scan.pdf")
    program.write_text("#!/no/such/shell\n")
    with pytest.raises(ParserFailed, match=r"Tesseract failed on them \(FileNotFoundError\)"):
        parse_document(scan, "scan.pdf")


def test_without_tesseract_the_failure_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScannedDocument, match=r"Install Tesseract .*tesseract-ocr\)"):
        parse_document(SCAN, "scan.pdf")
    assert "true text" in parse_document(add_text_page(SCAN), "mixed.pdf").text


def test_a_page_is_a_picture_of_one_by_what_it_shows_and_says() -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(SCAN)[0]
    assert is_scanned(page, 0)
    assert is_scanned(page, 12)  # a page number, stamped on it
    assert not is_scanned(page, 2_000)  # somebody has recognised it already


def test_words_make_runs_of_one_height_and_blurred_ones_no_gap() -> None:
    line = (1, 1, 1)
    words = [
        Word("one", 10, 30, 104.8, 109.6, line),
        Word("", 34, 60, 100, 112, line),
        Word("Bay", 64, 90, 102.4, 111.8, line),
        Word("9.5", 200, 220, 102.4, 109.6, line),
        Word("so", 10, 24, 118.8, 123.6, (1, 1, 2)),
    ]
    runs = join_words(words)
    assert [run.text for run in runs] == ["one Bay", "9.5", "so"]
    assert (runs[0].x0, runs[0].x1) == (10, 90)
    assert {round(run.height, 3) for run in runs} == {round(runs[0].height, 3)}
    assert runs[2].y0 - runs[0].y0 == pytest.approx(14)
