"""A small valid file of every format, and files that are nearly it."""

import io
import json
import random
import warnings
import zipfile
from functools import cache

import openpyxl
from pptx import Presentation
from pptx.util import Inches

from tests.index.test_parse_office import make_docx, paragraph, save, zip_parts
from tests.index.test_parse_pdf import make_pdf

TOKENS = [b"", b"\0", b"\xff", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\n\n", b"\r", b"\t", b"<", b">"]
TOKENS += [b"&#0;", b"&#xD800;", b"&#99999999999;", b"<![CDATA[", b"<!--", b"]]>", b"</p>", b"<p>"]
TOKENS += [b"-1", b"0", b"9" * 30, b"1e999", b"NaN", b"null", b"[]", b"{}", b"[" * 40, b'"', b"'"]
TOKENS += [b"|", b"```", b"> " * 30, b"- " * 30, b"#", b"\\", b"$", b"=", b";", b",", b"\x0c"]
TOKENS += [
    b"<table>" * 30,
    b" R",
    b" 0 R",
    b"obj",
    b"stream",
    b"endstream",
    b"<<",
    b">>",
    b"/",
    b"(",
]
TOKENS += ["\u202e".encode(), "\u0301".encode(), "\U0001f600".encode(), b"\xc2\xa0", b"\xc2\x85"]

TEXT = """Rules of the house\n\nDoors close at ten. Guests may stay
for three nights.\n\n- No dogs\n- No drums\n\nCHAPTER II\n\nOn fires\n"""
MARKDOWN = """---\ntitle: House\n---\n# Rules\n\nDoors *close* at [ten](x.md).\n\n## Fees
\n| night | euro |\n|---|---:|\n| one | 20 |\n\n1. Pay\n2. Sleep\n\n```py\nx = 1\n```\n> quoted\n
<details><summary>More</summary><p>Text</p></details>\n\nSetext\n---\n"""
HTML = """<!doctype html><html><head><meta charset="utf-8"><title>House</title></head><body>
<nav>Menu</nav><main><h1 id="a">Rules</h1><p>Doors <b>close</b> at<br>ten.<ul><li>No dogs<li>No
<table><tr><th>night<th>euro<tr><td colspan=2>one<td>20</table><pre>x  =  1</pre></main></body>"""
RST = """=====\nRules\n=====\n\n:Author: Ann\n\nDoors *close* at ``ten``, see `here <a.html>`_.\n
Fees\n----\n\n=====  ====\nnight  euro\n=====  ====\none    20\n=====  ====\n
+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n\n.. note:: Quiet.\n\n.. code-block:: py\n
   x = 1\n\n.. list-table::\n   :header-rows: 1\n\n   * - a\n     - b\n\n* one\n* two\n\nterm
  what
"""
ADOC = """= Rules\nAnn <ann@a.example>\n:toc:\n\nDoors *close* at `ten`, see https://a.example[here].\n
[#fees]\n== Fees\n\n|===\n|night |euro\n\n|one |20\n|===\n\nNOTE: Quiet.\n\n[source,py]\n----
x = 1\n----\n\n* one\n** two\n\nterm:: what\n\n=== More\n\n____\nquoted\n____\n"""
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["# Study\n", "We *count*."], "metadata": {}},
        {"cell_type": "code", "source": "x = 1", "outputs": [{"text": "99"}], "metadata": {}},
    ],
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"title": "Counts"},
}
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": '<?xml version="1.0"?><container><rootfiles><rootfile'
    ' full-path="b/c.opf"/></rootfiles></container>',
    "b/c.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Tales'
    "</dc:title><dc:creator>Ann</dc:creator></metadata><manifest>"
    '<item id="a" href="1.xhtml"/><item id="b" href="2.xhtml"/></manifest>'
    '<spine><itemref idref="b"/><itemref idref="a"/></spine></package>',
    "b/1.xhtml": "<html><body><h1>Two</h1><p>The end.</p></body></html>",
    "b/2.xhtml": "<html><body><h1>One</h1><p>It <i>began</i>.</p></body></html>",
}


@cache
def make_samples() -> dict[str, bytes]:
    """A file of every format, by its suffix."""
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("night", "euro"))
    body = (
        paragraph("Rules", "heading1") + paragraph("Doors close.") + f"<w:tbl><w:tr>{cells}</w:tr>"
    )
    book = openpyxl.Workbook()
    assert book.active
    for row in (["night", "euro"], ["one", 20.5], ["two", None], [], ["all", True]):
        book.active.append(row)
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Rules"
    slide.shapes.add_table(2, 2, *map(Inches, (1, 2, 3, 1))).table.cell(0, 0).text = "night"
    slides = io.BytesIO()
    show.save(slides)
    page = [
        (72.0, 700.0, "Rules", 16.0, "F2"),
        (72.0, 670.0, "Doors close at ten."),
        (300, 670, "20"),
    ]
    return {
        ".txt": TEXT.encode(),
        ".md": MARKDOWN.encode(),
        ".html": HTML.encode(),
        ".rst": RST.encode(),
        ".adoc": ADOC.encode(),
        ".pdf": make_pdf([page, page], title="House", outline=[("Rules", 1), ("More", 2)]),
        ".docx": make_docx(body + "</w:tbl>"),
        ".pptx": slides.getvalue(),
        ".xlsx": save(book),
        ".csv": b'night;euro;note\none;20,5;"a\nb"\ntwo;;x\n',
        ".epub": zip_parts(BOOK),
        ".ipynb": json.dumps(NOTEBOOK).encode(),
        ".json": b'[{"name": "one", "euro": 20.5, "tags": ["a", {"b": null}]}, {"name": "two"}]',
    }


def mutate(data: bytes, random: random.Random) -> bytes:
    """Return bytes that are nearly those; of a zip archive mostly what its parts hold."""
    if not data.startswith(b"PK") or random.random() < 0.2:
        return _mutate_bytes(data, random)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(part.filename, archive.read(part)) for part in archive.infolist()]
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(parts))
        name, inside = parts[at]
        other = random.choice(parts)
        what = random.randrange(8)
        if what == 0:
            del parts[at]
        elif what == 1:
            parts.append((name, _mutate_bytes(inside, random)))  # the same name twice
        elif what == 2:
            parts[at] = (name, other[1])
        elif what == 3:
            parts[at] = (random.choice(["../" + name, name.upper(), name + "/", "a"]), inside)
        else:
            parts[at] = (name, _mutate_bytes(inside, random))
        parts = parts or [other]
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # names that stand there twice are wanted
        for name, inside in parts:
            archive.writestr(zipfile.ZipInfo(name), inside)
    return buffer.getvalue()


def _mutate_bytes(data: bytes, random: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(random.choice([1, 1, 2, 4, 16])):
        at = random.randint(0, len(made))
        end = min(len(made), at + random.choice([0, 1, 1, 4, 30, 300]))
        what = random.randrange(6)
        if what == 0 and at < len(made):
            made[at] ^= 1 << random.randrange(8)
        elif what == 1:
            made[at:end] = random.choice(TOKENS)
        elif what == 2:
            start = random.randint(0, len(made))
            made[at:end] = made[start : start + random.choice([1, 8, 60, 600])]
        elif what == 3 and random.random() < 0.3:
            del made[at:]
        elif what == 4:
            made[at:at] = made[at:end] * random.choice([1, 2, 50])
        elif at < len(made) and chr(made[at]).isdigit():
            made[at : at + 1] = random.choice([b"0", b"-1", b"7", b"99999", b"4294967296", b"0.5"])
        else:
            made[at:at] = random.choice(TOKENS)
    return bytes(made)
