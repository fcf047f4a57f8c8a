"""Tables, CSV and JSON → lines that can be read one by one."""

import pytest

from index.errors import DamagedDocument, DocumentTooLarge, EmptyDocument
from index.parse import Limits, parse_document
from index.parse.tables import format_table


def test_rows_carry_their_columns_names_and_skip_blanks() -> None:
    rows = [["Item", "2023", "2022"], ["Sales", "14", ""], ["", "", ""], ["Costs", "9", "8"]]
    assert format_table(rows) == "Item: Sales | 2023: 14\nItem: Costs | 2023: 9 | 2022: 8"


def test_two_columns_without_a_head_are_keys_and_values() -> None:
    assert format_table([["Phone:", "112"], ["Mail", "a@b.example"]]) == (
        "Phone: 112\nMail: a@b.example"
    )


def test_many_columns_without_a_head_are_bare_cells() -> None:
    assert format_table([["1", "2", "3"], ["4", "", "6"]]) == "1 | 2 | 3\n4 | 6"


def test_a_head_alone_is_kept() -> None:
    assert format_table([["Name", "Age"]], headed=True) == "Name | Age"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_is_read_whatever_parts_its_cells(delimiter: str) -> None:
    rows = [["Name", "Preis, netto", "Ort"], ["Tür", "4,50", "Köln; Süd"], ["Tor", "9,00", "Bonn"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    document = parse_document(text.encode("cp1252"), "prices.csv")
    assert document.text == (
        "Name: Tür | Preis, netto: 4,50 | Ort: Köln; Süd\n"
        "Name: Tor | Preis, netto: 9,00 | Ort: Bonn"
    )


def test_a_semicolon_csv_with_decimal_commas_is_no_comma_csv() -> None:
    document = parse_document(b"a;b\n1,5;2,5\n3,5;4,5\n", "n.csv")
    assert document.text == "a: 1,5 | b: 2,5\na: 3,5 | b: 4,5"


def test_excels_own_line_names_the_delimiter() -> None:
    assert parse_document(b"sep=;\nx;y\n1;2\n", "n.csv").text == "x: 1 | y: 2"


def test_a_csv_cell_may_hold_line_breaks() -> None:
    assert parse_document(b'q,a\n"one\ntwo",3\n', "n.csv").text == "q: one two | a: 3"


def test_json_has_a_paragraph_for_each_object_and_a_path_for_each_value() -> None:
    text = (
        '{"name": "Club", "open": true, "board": {"head": "Ann", "tags": ["a", "b"]}, "none": null}'
    )
    assert parse_document(text.encode(), "club.json").text == (
        "name: Club\nopen: true\n\nboard.head: Ann\nboard.tags: a, b"
    )


def test_a_json_list_has_a_paragraph_for_each_entry() -> None:
    text = '[{"q": "When?", "a": [{"x": 1}, {"x": 2.5}]}, {"q": "Where?"}]'
    assert parse_document(text.encode(), "faq.json").text == (
        "q: When?\na[0].x: 1\na[1].x: 2.5\n\nq: Where?"
    )


@pytest.mark.parametrize("depth", [500, 100_000])
def test_deeply_nested_json_is_read_or_refused(depth: int) -> None:
    data = b'{"a":' * depth + b"1" + b"}" * depth
    if depth < 900:
        assert parse_document(data, "deep.json").text.endswith("a: 1")
    else:
        with pytest.raises(DamagedDocument, match=r"deep\.json is JSON nested too deeply"):
            parse_document(data, "deep.json")


def test_broken_json_is_damaged_and_says_where() -> None:
    with pytest.raises(DamagedDocument, match=r"x\.json is no JSON: .* at line 2"):
        parse_document(b'{"a": 1,\n"b"}', "x.json")
    with pytest.raises(DamagedDocument, match="digits"):
        parse_document(b"[" + b"1" * 10_000 + b"]", "x.json")


def test_lone_surrogates_in_json_do_not_reach_the_text() -> None:
    assert parse_document(b'{"a": "x\\ud800y"}', "x.json").text == "a: xy"


def test_an_empty_list_is_an_empty_document() -> None:
    for data, name in ((b"[]", "x.json"), (b";;\n;;\n", "x.csv")):
        with pytest.raises(EmptyDocument):
            parse_document(data, name)


def test_fifty_megabytes_of_text_are_refused() -> None:
    with pytest.raises(DocumentTooLarge, match=r"big\.csv holds more than 10,000,000 characters"):
        parse_document(b"a,b\n" * 12_500_000, "big.csv")
    with pytest.raises(DocumentTooLarge, match=r"big\.csv takes 2\.0 MB; 1 MB are allowed"):
        parse_document(b"a" * (2 << 20), "big.csv", Limits(file_bytes=1 << 20))
