"""PDF tables: cells in their columns, header rows, captions; columns of text; what pages repeat."""

import pytest

from index.parse import parse_document
from tests.index.test_parse_pdf import Text, make_pdf, read_spans

WRAPPED = (
    "The town grew fast and many ships",
    "came in with timber, salt and wool",
    "from the far islands of the north,",
    "while merchants built tall houses.",
)


def row(y: float, label: str, *cells: tuple[float, str]) -> list[Text]:
    return [(50, y, label), *((x, y, text) for x, text in cells)]


def read(*pages: list[Text]) -> str:
    return parse_document(make_pdf(pages), "a.pdf").text


def test_blank_cells_before_a_rows_last_value_keep_its_values_in_their_columns() -> None:
    page = [
        *row(700, "Net sales", (300, "14"), (380, "15"), (460, "16")),
        *row(686, "Tax", (380, "25")),
        *row(672, "Interest", (300, "34"), (460, "36")),
        *row(658, "Other", (300, "44")),
    ]
    assert read(page) == (
        "Net sales | 14 | 15 | 16\nTax | – | 25\nInterest | 34 | – | 36\nOther | 44"
    )


def test_blank_cells_are_left_out_where_columns_are_not_sure() -> None:
    page = [
        *row(700, "Net sales", (300, "1,234,567,890,123"), (460, "16")),
        *row(686, "Tax", (300, "25"), (360, "26"), (460, "27")),
        *row(672, "Interest", (460, "36")),
    ]
    assert read(page).endswith("Interest | 36")


def test_a_dollar_sign_at_its_columns_far_border_makes_no_column() -> None:
    page = [
        *row(700, "Balance in June", (300, "$"), (340, "10"), (400, "$"), (440, "20")),
        *row(686, "Charges", (340, "11"), (440, "21")),
        *row(672, "Payments", (440, "22")),
        *row(658, "Balance in July", (300, "$"), (340, "12"), (400, "$"), (440, "23")),
    ]
    assert read(page) == (
        "Balance in June | $10 | $20\nCharges | 11 | 21\nPayments | – | 22\n"
        "Balance in July | $12 | $23"
    )


def test_a_columns_name_on_several_lines_is_one_cell() -> None:
    page: list[Text] = [
        *((300, 728, "Stores"), (400, 728, "Stores")),
        *((300, 714, "opened"), (400, 714, "closed")),
        *row(700, "North", (300, "10"), (400, "2")),
        *row(686, "South", (300, "11"), (400, "3")),
    ]
    assert read(page) == "Stores opened | Stores closed\nNorth | 10 | 2\nSouth | 11 | 3"


def test_a_head_over_several_columns_stands_over_their_names() -> None:
    page: list[Text] = [
        (310, 742, "Stores in the whole year"),
        *row(728, "Region", (300, "opened"), (400, "closed")),
        *row(700, "North", (300, "10"), (400, "2")),
        *row(686, "South", (300, "11"), (400, "3")),
    ]
    assert read(page) == (
        "Stores in the whole year\nRegion | opened | closed\nNorth | 10 | 2\nSouth | 11 | 3"
    )


def test_a_number_in_brackets_is_a_value_and_before_words_a_marker() -> None:
    page = [
        *row(700, "Pension", (300, "(50)"), (400, "94")),
        *row(686, "Tax", (300, "(7)"), (400, "1")),
    ]
    assert read(page) == "Pension | (50) | 94\nTax | (7) | 1"
    assert read([(50, 700, "(7)"), (80, 700, "Wear a helmet.")]) == "(7) Wear a helmet."


def test_a_table_carries_its_caption_and_header_rows_over_a_page_break() -> None:
    first = [
        (50, 760, "CONSOLIDATED STATEMENTS OF INCOME"),
        (50, 740, "($ in millions)"),
        *row(714, "Years ended June 30,", (300, "2023"), (400, "2022")),
        *row(700, "Net sales", (300, "14"), (400, "15")),
        *row(686, "Cost of sales", (300, "24"), (400, "25")),
    ]
    second = [
        *row(760, "Gross profit", (300, "34"), (400, "35")),
        *row(746, "Taxes", (300, "44"), (400, "45")),
    ]
    document = parse_document(make_pdf([first, second]), "a.pdf")
    header = (
        "CONSOLIDATED STATEMENTS OF INCOME\n($ in millions)\nYears ended June 30, | 2023 | 2022"
    )
    tables = [span for span in document.spans if span.header]
    assert [(span.page, span.header) for span in tables] == [(1, header), (2, header)]


def test_another_header_between_rows_begins_another_table() -> None:
    page: list[Text] = [
        *((300, 742, "2023"), (400, 742, "2022")),
        *row(728, "North", (300, "10"), (400, "2")),
        *row(714, "South", (300, "11"), (400, "3")),
        *((300, 700, "2021"), (400, 700, "2020")),
        *row(686, "North", (300, "12"), (400, "4")),
        *row(672, "South", (300, "13"), (400, "5")),
    ]
    document = parse_document(make_pdf([page]), "a.pdf")
    assert [span.header for span in document.spans] == ["2023 | 2022", "2021 | 2020"]


def test_the_rest_of_a_label_below_its_values_is_joined_to_it() -> None:
    page = [
        *row(728, "Sales", (300, "10"), (400, "2")),
        *row(708, "Comparable", (300, "11"), (400, "3")),
        (50, 697, "Growth in per cent"),
        *row(677, "Volume", (300, "12"), (400, "4")),
    ]
    assert read(page) == ("Sales | 10 | 2\nComparable Growth in per cent | 11 | 3\nVolume | 12 | 4")


def test_four_lines_in_mid_sentence_are_columns_under_a_wide_text() -> None:
    wide = "This text stands over both of the columns, and is as wide as they are together, or more"
    page: list[Text] = [(50, 780 - 12 * i, wide) for i in range(4)]
    for i, line in enumerate(WRAPPED):
        page += [(50, 700 - 12 * i, line), (320, 700 - 12 * i, line.replace("town", "port"))]
    text = " ".join(WRAPPED)
    assert read(page) == "\n\n".join((" ".join([wide] * 4), text, text.replace("town", "port")))


def test_short_cells_of_words_side_by_side_stay_rows() -> None:
    cells = ("Harbour of the town", "Quay of the merchants", "Lighthouse at the pier")
    page: list[Text] = [
        entry
        for i, cell in enumerate(cells)
        for entry in ((50, 700 - 14 * i, cell), (320, 700 - 14 * i, "a place where ships may lie"))
    ]
    assert read(page) == "\n".join(f"{cell} | a place where ships may lie" for cell in cells)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_keeps_its_lines_and_rows(turn: int) -> None:
    cells = ((100, 100, "Apples"), (100, 300, "12"), (114, 100, "Pears"), (114, 300, "9"))
    turned = " ".join(f"BT /F1 10 Tf 0 1 -1 0 {x} {y} Tm ({text}) Tj ET" for x, y, text in cells)
    data = make_pdf([turned.encode()]).replace(b"800]/", b"800]/Rotate %d/" % turn)
    assert parse_document(data, "a.pdf").text == "Apples | 12\nPears | 9"


def test_a_paragraph_that_pages_repeat_stands_once_and_answers_stay() -> None:
    notice = "This is no offer to sell, and no advice of any kind."
    pages: list[list[Text]] = [
        [
            (50, 760, f"Chapter {'ABCDE'[i]}", 16, "F2"),
            *((50, 700 - 12 * k, f"Story {'ABCDE'[i]}{k} is told here.") for k in range(4)),
            (50, 600 - 9 * i, notice),
            *((50, 500 - 20 * k, f"And {'ABCDE'[i]}{k} as well.") for k in range(4)),
            (50, 310 - 9 * i, f"{'Mines Boats Rents Taxes Loans'.split()[i]} in dispute", 16, "F2"),
            (50, 280 - 9 * i, "There are none at all."),
        ]
        for i in range(5)
    ]
    text = read(*pages)
    assert text.count(notice) == 1
    assert text.count("There are none at all.") == 5
    assert all(f"Story {letter}3 is told" in text for letter in "ABCDE")


def test_a_filings_title_is_its_company_form_and_period() -> None:
    cover: list[Text] = [
        (200, 760, "FORM 10-Q", 16, "F2"),
        (150, 720, "For the quarterly period ended July 29, 2023"),
        (200, 690, "ACME ANVILS, INC.", 14, "F2"),
        (150, 670, "(Exact name of registrant as specified in its charter)"),
    ]
    data = make_pdf([cover], title="Document")
    assert parse_document(data, "x.pdf").title == (
        "ACME ANVILS, INC. Form 10-Q for the quarterly period ended July 29, 2023"
    )


def test_a_title_set_large_is_taken_where_the_metadata_has_none() -> None:
    page: list[Text] = [
        (50, 760, "Press release"),
        (50, 730, "The Harbour Opens Again", 18, "F2"),
        *((50, 700 - 12 * i, line) for i, line in enumerate(WRAPPED)),
    ]
    assert parse_document(make_pdf([page]), "a_b.pdf").title == "The Harbour Opens Again"
    assert read_spans(parse_document(make_pdf([page], title="Harbour News"), "a.pdf"))
    assert parse_document(make_pdf([page], title="Harbour News"), "a.pdf").title == "Harbour News"


def test_a_notice_at_the_foot_of_every_page_stands_once() -> None:
    pages: list[list[Text]] = [
        [
            (50, 700, f"Story {letter} is told here."),
            (50, 52, "All of this was made with care, and no one is to"),
            (50, 40, "answer for any of it before a court of law."),
        ]
        for letter in "ABCDE"
    ]
    assert read(*pages).count("with care, and no one is to answer for any of it") == 1
