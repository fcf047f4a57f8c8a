"""docx, pptx, xlsx, epub, ipynb and HTML → Documents."""

import datetime
import io
import json
import zipfile

import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Inches

from index.errors import DocumentTooLarge, EmptyDocument
from index.parse import Limits, parse_document
from index.types import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def zip_parts(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


def make_docx(body: str) -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>'
        "</w:style>"
        for name in ("Title", "heading 1", "heading 2")
    )
    return zip_parts(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
            '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
            "</Types>",
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
            "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        }
    )


def read_spans(document: Document) -> list[tuple[str, int | None, tuple[str, ...]]]:
    return [
        (document.text[span.start_char : span.end_char], span.page, span.heading_path)
        for span in document.spans
    ]


def test_a_word_files_styles_are_headings_and_its_signs_stay() -> None:
    body = (
        paragraph("House Rules", "Title")
        + paragraph("Guests", "heading1")
        + paragraph("Pay *5* [euros] &lt;cash&gt; &amp; 1_2_3")
        + paragraph("Pets", "heading2")
        + paragraph("# none")
    )
    document = parse_document(make_docx(body), "rules.docx")
    assert document.title == "House Rules"
    assert read_spans(document) == [
        ("House Rules", None, ()),
        ("Pay *5* [euros] <cash> & 1_2_3", None, ("Guests",)),
        ("# none", None, ("Guests", "Pets")),
    ]


def test_a_word_table_without_a_head_is_read_as_one_stands_there() -> None:
    def row(*cells: str) -> str:
        inner = "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells)
        return f"<w:tr>{inner}</w:tr>"

    table = row("Item", "2023", "2022") + row("Sales", "14,694", "14,544")
    document = parse_document(make_docx(f"<w:tbl>{table}</w:tbl>"), "t.docx")
    assert document.text == "Item: Sales | 2023: 14,694 | 2022: 14,544"


def test_slides_have_numbers_titles_and_their_lines() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Budget"
    slide.placeholders[1].text = "income <grants>\nspending"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Numbers"
    table = second.shapes.add_table(2, 2, 0, Inches(2), Inches(4), Inches(1)).table
    for i, text in enumerate(("Year", "Sum", "2024", "7")):
        table.cell(i // 2, i % 2).text = text
    buffer = io.BytesIO()
    deck.save(buffer)
    document = parse_document(buffer.getvalue(), "deck.pptx")
    assert document.pages == 2
    assert document.title == "Budget"
    assert read_spans(document) == [
        ("income <grants>\nspending", 1, ("Budget",)),
        ("Year: 2024 | Sum: 7", 2, ("Numbers",)),
    ]


def make_workbook() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Stock"
    for row in (
        ["Stock of the shop"],
        [],
        ["Item", "Count", "Share", "Since"],
        ["Chairs", 3.0, 0.125, datetime.datetime(2024, 5, 1)],
        ["Tables", None, 0.5, datetime.datetime(2024, 5, 1, 9, 30)],
    ):
        sheet.append(row)
    sheet["C4"].number_format = sheet["C5"].number_format = "0.0%"
    return book


def save(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_sheets_are_headings_and_cells_read_as_on_the_screen() -> None:
    document = parse_document(save(make_workbook()), "stock.xlsx")
    assert document.title == "stock"
    assert read_spans(document) == [
        (
            "Stock of the shop\n\n"
            "Item: Chairs | Count: 3 | Share: 12.5% | Since: 2024-05-01\n"
            "Item: Tables | Share: 50% | Since: 2024-05-01 09:30",
            None,
            ("Stock",),
        )
    ]


def test_a_sheet_with_a_cell_in_its_last_corner_is_read_or_refused_without_hanging() -> None:
    book = make_workbook()
    book.active["XFD1048576"] = "far"
    assert parse_document(save(book), "far.xlsx").text.endswith("far")
    with pytest.raises(DocumentTooLarge, match=r"far\.xlsx holds more than 1,000 cells"):
        parse_document(save(book), "far.xlsx", Limits(cells=1000))


def test_hidden_sheets_stay_hidden_and_an_empty_workbook_is_empty() -> None:
    book = make_workbook()
    book.create_sheet("Blank")
    book.active.sheet_state = "hidden"
    with pytest.raises(EmptyDocument, match=r"a\.xlsx holds no text"):
        parse_document(save(book), "a.xlsx")


def test_a_book_has_its_title_its_authors_and_its_chapters() -> None:
    book = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b/c.opf"/>'
        "</rootfiles></container>",
        "b/c.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>Harbour Tales</dc:title><dc:creator>Ann Example</dc:creator></metadata>"
        '<manifest><item id="a" href="1.xhtml"/><item id="b" href="2.xhtml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/></spine></package>',
        "b/1.xhtml": "<html><body><h1>Two</h1><p>The end.</p></body></html>",
        "b/2.xhtml": "<html><body><h1>One</h1><p>It began.</p></body></html>",
    }
    document = parse_document(zip_parts(book), "tales.epub")
    assert document.title == "Harbour Tales"
    assert read_spans(document) == [
        ("Title: Harbour Tales\nAuthors: Ann Example", None, ()),
        ("It began.", None, ("One",)),
        ("The end.", None, ("Two",)),
    ]


def test_a_notebook_keeps_its_words_and_its_code() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Study\n", "We *count*."]},
        {"cell_type": "code", "source": "# add\nx = 1", "outputs": [{"text": "99"}]},
    ]
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    document = parse_document(notebook.encode(), "study.ipynb")
    assert document.title == "Study"
    assert read_spans(document) == [("We count.\n\n# add\nx = 1", None, ("Study",))]


def test_a_page_keeps_its_words_and_loses_its_tags_scripts_and_menus() -> None:
    html = """<html><head><title>Rules &amp; more</title><style>p {}</style></head><body>
    <nav>Menu</nav><h2>Pets</h2><p>No <b>dogs</b>&nbsp;*ever*,<br>no cats. <a href="/x">More</a>
    <img src="data:image/png;base64,AAAA" alt="dog"></p><script>alert(1)</script>
    <table><tr><th>Day</th><th>Open</th></tr><tr><td>Mon</td><td>9|17</td></tr></table>
    <ul><li>one</li><li>two</li></ul></body></html>"""
    document = parse_document(html.encode(), "rules.html")
    assert document.title == "Rules & more"
    assert document.text == (
        "Pets\n\nNo dogs *ever*,\nno cats. More\n\nDay: Mon | Open: 9|17\n\n• one\n• two"
    )


def test_html_in_markdown_is_read_too() -> None:
    text = "<details><summary>Ask</summary>\n<p>Tell</p></details>\n\n# A\n\nb <i>c</i><!-- d -->"
    document = parse_document(text.encode(), "x.md")
    assert document.text == "Ask\n\nTell\n\nA\n\nb c"


@pytest.mark.parametrize("section", ["<![if !vml]>", "<![CDA[ x ]]>", "<![>", "<![endif]-->"])
def test_a_marked_section_is_passed_over_and_what_it_holds_is_read(section: str) -> None:
    html = f"<p>Doors close</p>{section}<p>at ten.</p>"
    for name in ("x.html", "x.md"):
        document = parse_document(html.encode(), name)
        assert document.text.startswith("Doors close\n\n")
        assert document.text.endswith("at ten.")


@pytest.mark.parametrize("piece", ["<a ", "<!-- >", "<", "<?", "<![CDATA[", "</"])
@pytest.mark.usefixtures("stopped_if_stuck")
def test_tags_that_never_end_are_read_to_the_end(piece: str) -> None:
    parse_document((piece * 30_000 + "<p>end</p>").encode(), "open.html")


@pytest.mark.parametrize("depth", [2_000, 20_000])
def test_deeply_nested_html_is_read(depth: int) -> None:
    html = b"<div>" * depth + b"deep down" + b"</div>" * depth
    assert parse_document(html, "deep.html").text == "deep down"


def test_nested_markdown_is_read_and_hostile_nesting_is_no_crash() -> None:
    assert parse_document(b"> " * 20 + b"deep", "deep.md").text == "deep"
    for mark in (b"> ", b"- "):
        with pytest.raises(EmptyDocument):
            parse_document(mark * 5_000 + b"deep", "deep.md")
