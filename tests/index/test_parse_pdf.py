"""PDF → Documents with pages, rows and headings. The files are written here, byte by byte."""

import hashlib
from collections.abc import Sequence

import pytest

from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    ScannedDocument,
)
from index.parse import Limits, parse_document
from index.types import Document

Text = tuple[float, float, str] | tuple[float, float, str, float, str]
"""x, y from the bottom, text; then size (10) and font (F1 regular, F2 bold)."""
PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def draw(texts: Sequence[Text]) -> bytes:
    parts = []
    for x, y, text, *look in texts:
        size, font = look or (10, "F1")
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        parts.append(f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET")
    return "\n".join(parts).encode("cp1252")


def make_pdf(
    pages: Sequence[Sequence[Text] | bytes],
    *,
    title: str = "",
    outline: Sequence[tuple[str, int]] = (),
    user_password: str | None = None,
) -> bytes:
    """Return a PDF; `outline` names pages from 1; a user password of "" locks the owner's only."""
    objects: dict[int, bytes] = {}
    first = 10
    outline_at = first + 2 * len(pages)
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(pages)))
    objects[1] = b"<</Type/Catalog/Pages 2 0 R" + (
        f"/Outlines {outline_at} 0 R>>".encode() if outline else b">>"
    )
    objects[2] = f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode()
    for number, font in ((3, "Helvetica"), (4, "Helvetica-Bold")):
        objects[number] = (
            f"<</Type/Font/Subtype/Type1/BaseFont/{font}/Encoding/WinAnsiEncoding>>".encode()
        )
    objects[5] = f"<</Title({title})>>".encode()
    file_id = b"0123456789abcdef"
    key = b""
    if user_password is not None:
        owner_key = hashlib.md5(b"owner"[:32] + PAD[: 32 - 5]).digest()[:5]
        user = (user_password.encode() + PAD)[:32]
        owner = rc4(owner_key, user)
        key = hashlib.md5(user + owner + b"\xfc\xff\xff\xff" + file_id).digest()[:5]
        objects[6] = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (
            owner.hex().encode(),
            rc4(key, PAD).hex().encode(),
        )
    for i, page in enumerate(pages):
        at = first + 2 * i
        content = page if isinstance(page, bytes) else draw(page)
        if key:
            salted = key + (at + 1).to_bytes(3, "little") + b"\0\0"
            content = rc4(hashlib.md5(salted).digest()[:10], content)
        objects[at] = (
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>"
            f">>/Contents {at + 1} 0 R>>"
        ).encode()
        objects[at + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    if outline:
        last = outline_at + len(outline)
        objects[outline_at] = f"<</First {outline_at + 1} 0 R/Last {last} 0 R>>".encode()
    for i, (name, page_number) in enumerate(outline, 1):
        after = f"/Next {outline_at + i + 1} 0 R" if i < len(outline) else ""
        target = first + 2 * (page_number - 1)
        objects[outline_at + i] = (
            f"<</Title({name})/Parent {outline_at} 0 R{after}/Dest[{target} 0 R/XYZ 0 790 0]>>"
        ).encode()
    body, offsets = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    rows = b"".join(
        b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 65535 f \n"
        for n in range(size)
    )
    extra = b"/Encrypt 6 0 R/ID[<%s><%s>]" % (file_id.hex().encode(), file_id.hex().encode())
    return (
        body
        + b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R/Info 5 0 R%s>>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            rows,
            size,
            extra if key else b"",
            len(body),
        )
    )


def rc4(key: bytes, data: bytes) -> bytes:
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def read_spans(document: Document) -> list[tuple[str, int | None, tuple[str, ...]]]:
    return [
        (document.text[span.start_char : span.end_char], span.page, span.heading_path)
        for span in document.spans
    ]


LONG = "The harbour was built by a company of merchants who wanted to ship their timber to the"


def test_lines_are_joined_to_paragraphs_and_words_made_whole() -> None:
    page: list[Text] = [
        (50, 700, LONG + " south govern-"),
        (50, 688, "ment, and it was extended two times since then."),
        (50, 660, "Another paragraph stands here."),
    ]
    assert parse_document(make_pdf([page]), "a.pdf").text == (
        f"{LONG} south government, and it was extended two times since then."
        "\n\nAnother paragraph stands here."
    )


def test_a_paragraph_over_a_page_break_is_two_spans() -> None:
    first: list[Text] = [(50, 712, LONG), (50, 700, LONG), (50, 40, "- 1 -")]
    second: list[Text] = [(50, 700, "cities of the south."), (50, 40, "- 2 -")]
    document = parse_document(make_pdf([first, second]), "a.pdf")
    assert read_spans(document) == [
        (f"{LONG} {LONG}", 1, ()),
        ("cities of the south.", 2, ()),
    ]
    assert document.text == f"{LONG} {LONG} cities of the south."
    assert document.pages == 2


def test_a_word_cut_by_a_page_stands_whole_on_the_page_where_it_begins() -> None:
    first: list[Text] = [(50, 712, LONG), (50, 700, LONG + " govern-")]
    document = parse_document(make_pdf([first, [(50, 700, "ment of the day.")]]), "a.pdf")
    assert read_spans(document) == [
        (f"{LONG} {LONG} government", 1, ()),
        ("of the day.", 2, ()),
    ]


def test_a_tables_rows_come_out_whole_whatever_order_they_are_drawn_in() -> None:
    labels: list[Text] = [
        (50, 700, "Net sales"),
        (50, 686, "Cost of sales"),
        (50, 672, "Net of tax"),
    ]
    sums: list[Text] = [
        (300, 700, "$"), (330, 700, "14,694"), (450, 700, "14,544"),
        (330, 686, "12.5"), (380, 686, "%"), (450, 686, "11.9"), (500, 686, "%"),
        (330, 672, "(3)"), (450, 672, "7"),
    ]  # fmt: skip
    assert parse_document(make_pdf([labels + sums]), "a.pdf").text == (
        "Net sales | $14,694 | 14,544\nCost of sales | 12.5% | 11.9%\nNet of tax | (3) | 7"
    )


def test_a_label_of_two_lines_is_one_row() -> None:
    page: list[Text] = [
        (50, 714, "Net income"), (330, 714, "5"), (450, 714, "6"),
        (50, 700, "Net income attributable to"),
        (50, 688, "others than the owners"), (330, 688, "1"), (450, 688, "2"),
    ]  # fmt: skip
    assert parse_document(make_pdf([page]), "a.pdf").text == (
        "Net income | 5 | 6\nNet income attributable to others than the owners | 1 | 2"
    )


def test_two_columns_are_read_one_after_the_other() -> None:
    page: list[Text] = []
    for i in range(8):
        y = 700 - 12 * i
        page.append((50, y, f"left column line {'abcdefgh'[i]} of the page with"))
        page.append((320, y, f"right column line {'abcdefgh'[i]} of the page with"))
    text = parse_document(make_pdf([page]), "a.pdf").text
    assert text.index("left column line h") < text.index("right column line a")


def test_large_and_bold_lines_are_headings_and_bold_rows_are_not() -> None:
    page: list[Text] = [
        (50, 740, "Annual Report", 20, "F2"),
        (50, 700, "Assets", 10, "F2"),
        (50, 680, LONG),
        (50, 668, "south of the country."),
        (50, 640, "Total assets", 10, "F2"), (330, 640, "17", 10, "F2"), (450, 640, "18", 10, "F2"),
        (50, 628, "Cash"), (330, 628, "3"), (450, 628, "4"),
        (50, 580, "Debt", 10, "F2"),
        (50, 560, "There is none."),
    ]  # fmt: skip
    assert read_spans(parse_document(make_pdf([page]), "a.pdf")) == [
        (
            f"{LONG} south of the country.\n\nTotal assets | 17 | 18\nCash | 3 | 4",
            1,
            ("Annual Report", "Assets"),
        ),
        ("There is none.", 1, ("Annual Report", "Debt")),
    ]


def test_the_outline_gives_headings_shown_on_the_page_or_not() -> None:
    pages: list[list[Text]] = [
        [(50, 700, "Opening hours"), (50, 660, "We open at nine.")],
        [(50, 700, "Fees are five euros.")],
    ]
    data = make_pdf(pages, outline=[("Opening Hours", 1), ("Money", 2)])
    document = parse_document(data, "a.pdf")
    assert document.text == "Opening hours\n\nWe open at nine.\n\nFees are five euros."
    assert read_spans(document) == [
        ("We open at nine.", 1, ("Opening hours",)),
        ("Fees are five euros.", 2, ("Money",)),
    ]


def test_bookmarks_without_a_title_are_no_headings() -> None:
    data = make_pdf([[(50, 700, "Ann gives an account.")]], outline=[(" ", 1), ("Money", 1)])
    assert {span.heading_path for span in parse_document(data, "a.pdf").spans} == {("Money",)}


def test_what_begins_a_paragraph_without_a_gap_begins_one() -> None:
    long = "The first paragraph goes on to the right end of the column, as all long lines of it do"
    page: list[Text] = [
        (50, 712, long),
        (50, 700, "and it ends here."),
        (50, 688, "1. Ring the bell at the gate and wait for someone to come and let you in, as"),
        (50, 676, "nobody hears a knock."),
        (50, 664, "2. Walk in."),
        (
            70,
            652,
            "A second paragraph is set in by some points, and goes on to the right end of it",
        ),
        (50, 640, "until its last line ends, as this one does, at the right end of all lines."),
        (70, 628, "A third one is set in too."),
    ]
    assert parse_document(make_pdf([page]), "a.pdf").text.split("\n\n") == [
        f"{long} and it ends here.",
        f"{page[2][2]} {page[3][2]}",
        "2. Walk in.",
        f"{page[5][2]} {page[6][2]}",
        "A third one is set in too.",
    ]


def test_titles_one_under_the_other_are_not_joined_and_one_that_goes_on_is() -> None:
    page: list[Text] = [
        (198, 740, "Annual report"),
        (200, 728, "Rowing Club"),
        (183, 700, "A long title that goes"),
        (204, 688, "on to a line"),
        (
            50,
            640,
            "The club met on the ninth of March in the boat house, and all of it was agreed on",
        ),
        (50, 628, "by all the members that were there."),
    ]
    text = parse_document(make_pdf([page]), "a.pdf").text
    assert "Annual report\n\nRowing Club" in text
    assert "A long title that goes on to a line" in text


def test_running_titles_and_page_numbers_go_and_the_text_stays() -> None:
    pages: list[list[Text]] = [
        [
            (50, 780, "Harbour Club, issue 7"),
            (50, 600, f"Story {'ABCDE'[i]} is told here."),
            (300, 40 + 20 * i, str(i + 4)),
        ]
        for i in range(5)
    ]
    assert parse_document(make_pdf(pages), "a.pdf").text == "\n\n".join(
        f"Story {letter} is told here." for letter in "ABCDE"
    )


def test_pages_that_are_all_alike_keep_their_text() -> None:
    pages: list[list[Text]] = [[(50, 600, f"Ticket number {i}")] for i in range(5)]
    assert parse_document(make_pdf(pages), "a.pdf").text.count("Ticket number") == 5


@pytest.mark.parametrize("turn", [b"0 1 -1 0", b"-1 0 0 -1", b"0 -1 1 0"])
def test_writing_turned_on_its_side_is_read(turn: bytes) -> None:
    turned = b"BT /F1 10 Tf %s 300 400 Tm (Sideways words here) Tj ET" % turn
    assert parse_document(make_pdf([turned]), "a.pdf").text == "Sideways words here"


def test_the_title_is_the_metadatas_unless_that_says_nothing() -> None:
    page: list[Text] = [(50, 700, "Text")]
    assert parse_document(make_pdf([page], title="House Rules"), "a_b.pdf").title == "House Rules"
    assert (
        parse_document(make_pdf([page], title="Microsoft Word - x.doc"), "a_b.pdf").title == "a b"
    )


def test_a_locked_file_is_encrypted_and_an_owners_lock_is_none() -> None:
    page: list[Text] = [(50, 700, "Secret words")]
    with pytest.raises(EncryptedDocument, match=r"a\.pdf asks for a password"):
        parse_document(make_pdf([page], user_password="x"), "a.pdf")
    assert parse_document(make_pdf([page], user_password=""), "a.pdf").text == "Secret words"


def test_pictures_of_pages_are_scanned_and_blank_pages_empty() -> None:
    picture = b"q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"
    with pytest.raises(ScannedDocument, match=r"a\.pdf holds pictures of pages"):
        parse_document(make_pdf([picture]), "a.pdf")
    with pytest.raises(EmptyDocument, match="blank pages only"):
        parse_document(make_pdf([b""]), "a.pdf")


def test_cut_and_false_pdfs_are_damaged() -> None:
    whole = make_pdf([[(50, 700, "Words " * 20)]] * 5)
    for data in (whole[: len(whole) // 2], whole[:-60], b"%PDF-1.7\nnothing", b"no pdf at all"):
        with pytest.raises(DamagedDocument, match=r"a\.pdf is "):
            parse_document(data, "a.pdf")


def test_too_many_pages_or_letters_are_too_large() -> None:
    data = make_pdf([[(50, 700, "Words")]] * 3)
    with pytest.raises(DocumentTooLarge, match="has 3 pages; 2 are allowed"):
        parse_document(data, "a.pdf", Limits(pages=2))
    with pytest.raises(DocumentTooLarge, match="more than 9 characters"):
        parse_document(data, "a.pdf", Limits(text_chars=9))
