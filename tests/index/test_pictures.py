"""Passages → pictures of their pages, with the marks on the right words. Nothing else is marked."""

import hashlib
import io
import os
import random
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image

from index.chunk import chunk_document
from index.errors import DamagedDocument, DocumentTooLarge, UnreadableFile, UnsupportedFormat
from index.parse import Limits, parse_document
from index.parse.ocr import find_tesseract
from index.parse.pdf_words import Word
from index.pictures import Picture, picture_passage, picture_record
from index.pictures.draw import encode_png
from index.pictures.letters import Letters
from index.pictures.places import find_places, make_pieces
from index.types import Passage, Record
from index.workers import close_workers

pytestmark = pytest.mark.usefixtures("compare_with_cage")

Text = tuple[float, float, str]
"""x, y from the bottom, text in 10 points."""
WIDTH, HEIGHT = 600, 800


def write(texts: Sequence[Text]) -> bytes:
    lines = [f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in texts]
    return "\n".join(lines).encode("cp1252")


def make_pdf(
    pages: Sequence[Sequence[Text] | bytes], more: str = "", box: str = f"0 0 {WIDTH} {HEIGHT}"
) -> bytes:
    """A PDF; `more` stands in each page's dictionary. The bytes 1 and 2 are drawn as fi and fl."""
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(pages)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding"
        b"/BaseEncoding/WinAnsiEncoding/Differences[1/fi/fl]>>>>",
    }
    for at, page in zip(range(10, 10 + 2 * len(pages), 2), pages, strict=True):
        content = page if isinstance(page, bytes) else write(page)
        objects[at] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]{more}/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {at + 1} 0 R>>"
        ).encode()
        objects[at + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    body, offsets = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    rows = b"".join(
        b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 65535 f \n"
        for n in range(size)
    )
    return body + b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        *(size, rows, size),
        len(body),
    )


def find_passage(data: bytes, words: str, chars: int = 2000) -> Passage:
    document = parse_document(data, "a.pdf")
    [found] = [p for p in chunk_document(document, chars, "en") if words in p.text]
    return found


def draw(data: bytes, words: str, chars: int = 2000, **changes: object) -> tuple[Picture, ...]:
    """Pictures of the passage that holds the words, which are its answer."""
    passage = replace(find_passage(data, words, chars), **changes)  # type: ignore[arg-type]
    start = passage.text.index(words)
    return picture_passage(data, "a.pdf", passage, [(start, start + len(words))])


def shade(picture: Picture, x: float, y: float, text: str, turn: int = 0) -> str:
    """How the text at x, y is marked on a page of 600 x 800: "answer", "passage", "bare", "mixed".

    `turn` is the page's, in quarters clockwise.
    """
    image = open_image(picture)
    scale = max(image.size) / HEIGHT
    corners = []
    for a, b in ((x + 1, y + 1), (x + 3.5 * len(text), y + 6)):  # Helvetica is wider by far
        corners.append(((a, HEIGHT - b), (b, a), (WIDTH - a, b), (HEIGHT - b, WIDTH - a))[turn])
    (ax, ay), (bx, by) = corners
    box = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
    return name_colour(image.crop([round(scale * side) for side in box]))


@lru_cache(maxsize=2)
def open_image(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png)).convert("RGB")


def name_colour(image: Image.Image) -> str:
    names = set()
    for _, (red, green, blue) in image.getcolors(1 << 14) or ():
        if red > 250:  # no part of a letter
            names.add("bare" if blue > 250 else "passage" if green > 230 else "answer")
    return names.pop() if len(names) == 1 else "mixed"


def is_bare(picture: Picture) -> bool:
    image = open_image(picture)
    return all(len(set(colour)) == 1 for _, colour in image.getcolors(1 << 14) or ())


PROSE: list[Text] = [
    (50, 700, "The harbour was built by a company of merchants who shipped timber to the gov-"),
    (50, 688, "ernment of the south. It closed. Boats were mended in the long shed be-"),
    (50, 676, "side the mill, and nobody lived there."),
    (50, 640, "Another paragraph stands here, and belongs to nothing that was asked."),
]


def test_words_broken_at_line_ends_are_marked_and_what_follows_is_not() -> None:
    data = make_pdf([PROSE])
    answer = "Boats were mended in the long shed beside the mill, and nobody lived there."
    [picture] = draw(data, answer, 210)
    assert (picture.page, picture.marked) == (1, True)
    assert shade(picture, *PROSE[0]) == "passage"
    assert shade(picture, 50, 688, "ernment of the south") == "passage"
    assert shade(picture, 230, 688, "Boats were mended in the long shed") == "answer"
    assert shade(picture, *PROSE[2]) == "answer"
    assert shade(picture, *PROSE[3]) == "bare"
    assert Image.open(io.BytesIO(picture.png)).size == (1200, 1600)


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("crop", ["", "/CropBox[30 60 560 790]"])
def test_a_turned_or_cropped_page_is_marked_where_its_words_stand(turn: int, crop: str) -> None:
    data = make_pdf([PROSE], f"/Rotate {90 * turn}{crop}")
    [picture] = draw(data, "It closed.", 210)
    assert picture.marked
    if crop:  # put it back on a page of 600 x 800
        shown = open_image(picture)
        scale = max(shown.size) / 730
        size = [round(scale * side) for side in ((600, 800), (800, 600))[turn % 2]]
        corner = ((30, 10), (60, 30), (40, 60), (10, 40))[turn]
        whole = Image.new("RGB", size, "white")
        whole.paste(shown, tuple(round(scale * side) for side in corner))
        file = io.BytesIO()
        whole.save(file, "PNG")
        picture = replace(picture, png=file.getvalue())
    assert shade(picture, *PROSE[0], turn) == "passage"
    assert shade(picture, 152, 688, "It closed", turn) == "answer"
    assert shade(picture, *PROSE[2], turn) == "passage"
    assert shade(picture, *PROSE[3], turn) == "bare"


@pytest.mark.parametrize(
    ("matrix", "where"),
    [
        ("0 1 -1 0", (300 - 8, 400, 300, 500)),
        ("-1 0 0 -1", (200, 400 - 8, 300, 400)),
        ("0 -1 1 0", (300, 300, 300 + 8, 400)),
    ],
)
def test_writing_turned_on_its_side_is_marked(matrix: str, where: tuple[int, ...]) -> None:
    content = f"BT /F1 10 Tf {matrix} 300 400 Tm (Sideways words are standing here) Tj ET"
    [picture] = draw(make_pdf([content.encode()]), "Sideways words are standing here")
    image = open_image(picture)
    left, bottom, right, top = (2 * side for side in where)
    inside = image.crop((left + 4, 1600 - top + 4, right - 4, 1600 - bottom - 4))
    assert name_colour(inside) == "answer"
    marks = [n for n, colour in image.getcolors(1 << 14) or () if colour[0] - colour[2] > 100]
    assert sum(marks) < 4 * 170 * 16


def test_the_other_column_stays_bare() -> None:
    page: list[Text] = []
    for i, letter in enumerate("abcdefgh"):
        page.append((50, 700 - 12 * i, f"left column line {letter} of the page goes on"))
        page.append((320, 700 - 12 * i, f"right column line {letter} of the page goes on"))
    page[-2] = (50, 616, "and here it all ends.")
    [picture] = draw(make_pdf([page]), "and here it all ends.", 400)
    for x, y, text in page[::2][1:-1]:
        assert shade(picture, x, y, text) == "passage" or y > 640
    assert shade(picture, *page[-4]) == "passage"
    assert {shade(picture, *text) for text in page[1::2]} == {"bare"}


def test_ligatures_are_letters() -> None:
    page: list[Text] = [(50, 700, "The \x01nal of\x01ce \x02oor was re\x02ected.")]
    data = make_pdf([page])
    [picture] = draw(data, "The final office floor was reflected.")
    assert shade(picture, 50, 700, "The final office floor") == "answer"


TABLE: list[Text] = [
    (50, 714, "Net income"), (330, 714, "51"), (450, 714, "61"),
    (50, 702, "Cost of sales"), (330, 702, "12"), (450, 702, "21"),
    (50, 690, "Cost of goods"), (330, 690, "21"), (450, 690, "12"),
    (50, 678, "Net income attributable"), (330, 678, "17"), (450, 678, "27"),
    (50, 666, "to others than the owners"),
    (50, 654, "Cash at the end"), (330, 654, "32"), (450, 654, "42"),
]  # fmt: skip


def test_a_tables_row_is_marked_cell_by_cell() -> None:
    [picture] = draw(make_pdf([TABLE]), "Cost of goods | 21 | 12")
    assert [shade(picture, *text) for text in TABLE[6:9]] == ["answer"] * 3
    assert {shade(picture, *text) for text in (*TABLE[:6], *TABLE[9:])} == {"passage"}
    assert shade(picture, 200, 690, "between the cells") == "bare"


def test_a_row_whose_label_takes_two_lines_is_marked_though_the_text_has_another_order() -> None:
    row = "Net income attributable to others than the owners | 17 | 27"
    [picture] = draw(make_pdf([TABLE]), row)
    assert {shade(picture, *text) for text in TABLE[9:13]} == {"answer"}
    assert {shade(picture, *text) for text in (*TABLE[:9], *TABLE[13:])} == {"passage"}


def test_of_such_a_row_the_label_alone_can_be_the_answer() -> None:
    [picture] = draw(make_pdf([TABLE]), "Net income attributable to others than the owners")
    assert {shade(picture, *text) for text in (TABLE[9], TABLE[12])} == {"answer"}
    assert {shade(picture, *text) for text in (*TABLE[:9], *TABLE[10:12])} == {"passage"}


REPEATED: list[Text] = [
    (50, 700, "On Monday the museum shows old maps. It opens at nine. Dogs may come in."),
    (50, 660, "On Sunday the library shows new books."),
    (50, 648, "It opens at nine. Dogs stay out."),
]


def test_of_a_phrase_that_stands_twice_the_passages_own_is_marked() -> None:
    data = make_pdf([REPEATED])
    passage = find_passage(data, "On Sunday", 90)
    start = passage.text.index("It opens at nine.")
    [picture] = picture_passage(data, "a.pdf", passage, [(start, start + 17)])
    assert shade(picture, *REPEATED[0]) == "bare"
    assert shade(picture, 50, 660, "On Sunday the library") == "passage"
    assert shade(picture, 50, 648, "It opens at") == "answer"


def test_a_passage_that_stands_twice_is_marked_nowhere_but_right_under_its_heading() -> None:
    page: list[Text] = [
        (50, 700, "Monday"), (50, 680, "It opens at nine. It closes at five."),
        (50, 640, "Sunday"), (50, 620, "It opens at nine. It closes at five."),
    ]  # fmt: skip
    data = make_pdf([page])
    text = "It opens at nine. It closes at five."
    passage = Passage(text, 0, len(text), 1, 1, (), ((0, 17), (18, len(text))))
    [picture] = picture_passage(data, "a.pdf", passage, [(0, 17)])
    assert not picture.marked
    assert is_bare(picture)
    [picture] = picture_passage(
        data, "a.pdf", replace(passage, heading_path=("Hours", "Sunday")), [(0, 17)]
    )
    assert picture.marked
    assert shade(picture, *page[1]) == "bare"
    assert shade(picture, 50, 620, "It opens at nine.") == "answer"


def test_a_passage_over_two_pages_is_marked_on_both_without_their_running_titles() -> None:
    first: list[Text] = [
        (50, 760, "Harbour Club, issue 7"),
        (
            50,
            712,
            "Nothing is to be said about this. The harbour was built by some merchants",
        ),
        (
            50,
            700,
            "who wanted to ship their timber to the cities of the north and to govern-",
        ),
        (50, 40, "Page 1"),
    ]
    second: list[Text] = [
        (50, 760, "Harbour Club, issue 7"),
        (50, 712, "ment of the day. It was sold."),
        (50, 40, "Page 2"),
    ]
    third: list[Text] = [
        (50, 760, "Harbour Club, issue 7"),
        (50, 712, "The end."),
        (50, 40, "Page 3"),
    ]
    data = make_pdf([first, second, third])
    document = parse_document(data, "a.pdf")
    [passage] = [p for p in chunk_document(document, 2000, "en") if "merchants" in p.text]
    start, end = passage.sentences[1]
    assert "government" in passage.text[start:end]
    one, two = picture_passage(data, "a.pdf", passage, [(start, end)])[:2]
    assert (one.page, one.marked, two.page, two.marked) == (1, True, 2, True)
    assert shade(one, 50, 712, "Nothing is to be said about") == "passage"
    assert shade(one, *first[2]) == "answer"
    assert shade(two, 50, 712, "ment of the day.") == "answer"
    assert shade(two, 125, 712, "It was sold") == "passage"
    for picture, texts in ((one, first), (two, second)):
        assert {shade(picture, *texts[0]), shade(picture, *texts[-1])} == {"bare"}


def test_a_word_that_the_page_cuts_does_not_keep_its_sentence_from_being_marked() -> None:
    line = "The harbour was built by a company of merchants for the south govern-"
    data = make_pdf([[(50, 700, line)], [(50, 712, "ment of the day.")]])
    text = line[:-1] + "ment"
    [picture] = picture_passage(
        data, "a.pdf", Passage(text, 0, len(text), 1, 1, (), ((0, len(text)),)), [(0, len(text))]
    )
    assert shade(picture, 50, 700, line) == "answer"


def test_where_the_answers_words_are_not_on_the_page_nothing_is_marked() -> None:
    data = make_pdf([PROSE])
    passage = find_passage(data, "It closed.", 210)
    start = passage.text.index("It closed.")
    other = passage.text.replace("It closed.", "It opened.")
    [picture] = picture_passage(data, "a.pdf", replace(passage, text=other), [(start, start + 10)])
    assert not picture.marked
    assert is_bare(picture)
    # A word that the answer does not need is another matter.
    [picture] = picture_passage(data, "a.pdf", replace(passage, text=other), [passage.sentences[2]])
    assert picture.marked
    assert shade(picture, 152, 688, "It closed") == "bare"
    assert shade(picture, *PROSE[2]) == "answer"


def test_part_of_a_word_is_no_place() -> None:
    data = make_pdf([[(50, 700, "Of his heart"), (50, 650, "it rose again")]])
    for text in ("his hear", "art it rose"):
        passage = Passage(text, 0, len(text), 1, 1, (), ((0, len(text)),))
        [picture] = picture_passage(data, "a.pdf", passage, [(0, len(text))])
        assert not picture.marked


def test_a_page_without_text_is_shown_bare() -> None:
    scan = b"q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"
    passage = Passage("Words of it", 0, 11, 1, 1, (), ((0, 11),))
    [picture] = picture_passage(make_pdf([scan]), "a.pdf", passage, [(0, 11)])
    assert not picture.marked
    assert is_bare(picture)


@pytest.mark.skipif(os.name != "posix", reason="a shell stands in for Tesseract")
def test_a_picture_of_a_page_is_shown_though_tesseract_fails_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    scan = b"q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"
    passage = Passage("Words of it", 0, 11, 1, 1, (), ((0, 11),))
    close_workers()
    with monkeypatch.context() as path:
        path.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        [picture] = picture_passage(make_pdf([scan]), "a.pdf", passage, [(0, 11)])
        close_workers()  # they know this path alone
    assert not picture.marked


@pytest.mark.skipif(not find_tesseract(), reason="Tesseract is not installed")
def test_of_a_page_that_is_a_picture_turned_the_recognised_words_are_marked() -> None:
    page: list[Text] = [
        (50, 700, "The harbour was built by a company of merchants."),
        (50, 676, "Nobody lived there until the war was over."),
        (50, 652, "The garden is full of roses in June and July."),
    ]
    passage = Passage("Nobody", 0, 6, 1, 1, (), ((0, 6),))
    [bare] = picture_passage(make_pdf([page]), "a.pdf", replace(passage, text="Other!"), [(0, 6)])
    scan = open_image(bare).convert("L").rotate(90, expand=True)
    pixels = zlib.compress(scan.tobytes())
    content = b"q 800 0 0 600 0 0 cm BI /W %d /H %d /CS /G /BPC 8 /F /Fl ID %s EI Q" % (
        *scan.size,
        pixels,
    )
    data = make_pdf([content], "/Rotate 90", "0 0 800 600")
    [picture] = draw(data, "Nobody lived there until the war was over.")
    assert picture.marked
    assert [shade(picture, *text) for text in page] == ["passage", "answer", "passage"]


def test_a_page_made_to_take_time_takes_none(stopped_if_stuck: None) -> None:
    letters = Letters([Word("a" * 500_000, 0, 0, 1, 1, 0)])
    assert find_places([letters, letters], make_pieces([("a" * 700, True)]), "", 1) == [[]]


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ("0 0 14400 14400", (1600, 1600)),
        ("0 0 14400 3", (1600, 1)),
        ("0 0 4 3", (32, 24)),
        ("0 0 72000 72000", (1600, 1600)),
    ],
)
def test_huge_and_tiny_pages_are_pictures_of_a_bounded_size(
    box: str, size: tuple[int, int]
) -> None:
    passage = Passage("Words", 0, 5, 1, 1, (), ((0, 5),))
    [picture] = picture_passage(make_pdf([[(1, 1, "Words")]], box=box), "a.pdf", passage, [(0, 5)])
    assert Image.open(io.BytesIO(picture.png)).size == size


def test_a_picture_takes_less_than_a_megabyte_whatever_it_shows() -> None:
    noise = Image.frombytes("RGB", (1200, 1100), random.Random(7).randbytes(3 * 1200 * 1100))
    made = encode_png(noise)
    assert len(made) < 1_000_000
    assert Image.open(io.BytesIO(made)).width >= 900


def test_a_passage_of_dashes_alone_is_marked_nowhere() -> None:
    passage = Passage("- - -", 0, 5, 1, 1, (), ((0, 5),))
    [picture] = picture_passage(make_pdf([[(50, 700, "- - -")]]), "a.pdf", passage, [(0, 5)])
    assert not picture.marked


def test_what_has_no_pages_or_is_too_large_is_told() -> None:
    passage = Passage("Words", 0, 5, None, None, (), ((0, 5),))
    with pytest.raises(UnsupportedFormat, match=r"a\.pdf has no pages"):
        picture_passage(b"", "a.pdf", passage, [])
    data = make_pdf([PROSE]).ljust(3 << 20)
    with pytest.raises(DocumentTooLarge, match=r"a\.pdf takes 3\.0 MB; 1 MB are allowed"):
        picture_passage(data, "a.pdf", replace(passage, page=1), [], Limits(file_bytes=1 << 20))


def test_a_page_that_has_gone_and_a_damaged_file_are_told() -> None:
    data = make_pdf([PROSE])
    passage = replace(find_passage(data, "It closed."), page=4, last_page=4)
    with pytest.raises(DamagedDocument, match=r"a\.pdf has no page 4: it has 1\..*reindex"):
        picture_passage(data, "a.pdf", passage, [])
    with pytest.raises(DamagedDocument, match=r"a\.pdf is "):
        picture_passage(data[:-60], "a.pdf", passage, [])


def make_record(path: Path, data: bytes, **changes: object) -> Record:
    now = datetime.now(UTC)
    record = Record(
        *(1, path.name, str(path), "A", 1, 1, len(data), hashlib.sha256(data).hexdigest(), "en"),
        *(now, now),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def test_a_librarys_passage_is_shown_from_its_file_while_that_is_the_same(tmp_path: Path) -> None:
    data = make_pdf([PROSE])
    passage = find_passage(data, "It closed.")
    path = tmp_path / "a.pdf"
    record = make_record(path, data)
    with pytest.raises(UnreadableFile, match=r"a\.pdf does not exist"):
        picture_record(record, passage, [])
    path.write_bytes(data)
    [picture] = picture_record(record, passage, [passage.sentences[1]])
    assert picture.marked
    path.write_bytes(data + b"\n")
    with pytest.raises(UnreadableFile, match=r"a\.pdf has changed .* footnote reindex"):
        picture_record(record, passage, [])


def test_what_is_no_pdf_or_no_file_has_no_picture(tmp_path: Path) -> None:
    passage = Passage("Words", 0, 5, None, None, (), ((0, 5),))
    with pytest.raises(UnsupportedFormat, match=r"a\.md is no PDF"):
        picture_record(make_record(tmp_path / "a.md", b"Words"), passage, [])
    away = make_record(tmp_path / "a.pdf", b"", source="https://example.org/a.pdf")
    with pytest.raises(UnreadableFile, match=r"Open it at https://example\.org/a\.pdf"):
        picture_record(away, replace(passage, page=1, last_page=1), [])
