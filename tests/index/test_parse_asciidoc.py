"""AsciiDoc → blocks."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ParseError
from index.parse import parse_document
from index.parse.asciidoc import parse_asciidoc
from index.parse.blocks import Block


def read(text: str) -> str:
    return "\n\n".join(block.text for block in parse_asciidoc(text)[0])


def test_headings_of_both_kinds_have_levels_and_lines() -> None:
    text = (
        "// A comment.\n= Guide\nJane Doe <jane@example.org>\nv1.0, 2024-01-01\n:toc:\n\nIntro\n"
        "goes on.\n\n[[tides]]\n== Tides ==\n\nHigh.\n\nOld style\n---------\n\n=== Empty\n"
    )
    assert parse_asciidoc(text) == (
        [
            Block("Guide", 1, line=2),
            Block("Intro goes on.", line=7),
            Block("Tides", 2, line=11),
            Block("High.", line=13),
            Block("Old style", 2, line=15),
            Block("Empty", 3, line=18),
        ],
        "",
    )


def test_attributes_are_put_in_where_they_are_set() -> None:
    text = (
        ":name: Foot\n:full: {name}note\n:long: one \\\n  two\n\n{full} {NAME} {long} {gone}"
        " \\{name} {cpp}\n\n:!name:\n\n{name} `{full}` `+{full}+`\n"
    )
    assert read(text) == "Footnote Foot one two {gone} {name} C++\n\n{name} Footnote {full}"
    assert parse_asciidoc(":doctitle: House rules\n\nx")[1] == "House rules"


def test_marks_leave_their_words() -> None:
    text = (
        "*bold* _it_ **b**old __i__t `a*b*c` #mark# [.red]#red# H~2~O E=mc^2^ "
        "\"`quoted`\" '`so`' snake_case_name 2 * 3 * 4 \\*stars* +++<b>+++ &copy;"
    )
    assert read(text) == (
        "bold it bold it a*b*c mark red H2O E=mc2 “quoted” ‘so’ snake_case_name 2 * 3 * 4"
        " *stars* <b> ©"
    )


def test_links_and_references_leave_what_people_click_on() -> None:
    text = (
        "https://a.example[the site^], https://b.example, link:c.pdf[the *paper*],"
        " link:d.pdf[], mailto:e@example.org[Mail,Subject], xref:guide/set.adoc#set_up[],"
        ' xref:map.adoc[the map], <<tides,the tides>>, <<_high_water>>, link:f["a, b",window=_x]'
    )
    assert read(text) == (
        "the site, https://b.example, the paper, d.pdf, Mail,Subject, set up, the map,"
        " the tides, high water, a, b"
    )


def test_macros_leave_what_people_read() -> None:
    text = (
        "image:a.png[Alt] kbd:[Ctrl+C], menu:File[Save], btn:[OK] (((x,y)))((term))"
        " api:java.util.List[] api:x.Y[the Y] `\\{id}` `/++*++/`"
        " a[[here]] footnote:[A note.] stem:[x^2] icon:x[] std::vector a::b"
    )
    assert " ".join(read(text).split()) == (
        "Ctrl+C, File > Save, OK term java.util.List the Y {id} /*/"
        " a (A note.) x^2 std::vector a::b"
    )


def test_lists_of_every_kind_keep_their_items() -> None:
    text = "* one\n** in\n  wrapped\n* two\n\n. first\n.. deep\n. second\n\n- [x] done\n5. five\n"
    assert read(text) == "• one\n• in wrapped\n• two\n1. first\n1. deep\n2. second\n• done\n5. five"
    assert read("CPU:: The brain.\nDisk::\n  The\n  memory.\nA::\nB;; both\nKeys::\n* x\n* y") == (
        "CPU: The brain.\n\nDisk: The memory.\n\nA, B: both\n\nKeys:\n• x\n• y"
    )
    assert read("* one\n+\nAttached.\n+\n----\ncode\n----\n* two") == (
        "• one\n\nAttached.\n\ncode\n\n• two"
    )


def test_blocks_of_code_are_kept_as_they_are() -> None:
    text = ".Hello\n[source,ruby]\n----\nputs *x* # <1>\n  == y\n----\n<1> Says {hi}.\n\n"
    text += (
        " indented\n   more\n\n[listing]\nline one\nline two\n\n```py\nz\n```\n\n....\n|===\n....\n"
    )
    assert parse_asciidoc(text)[0] == [
        Block("Hello", line=1),
        Block("puts *x* # <1>\n  == y", code=True, line=4),
        Block("<1> Says {hi}.", line=7),
        Block("indented\n  more", code=True, line=9),
        Block("line one\nline two", code=True, line=13),
        Block("z", code=True, line=17),
        Block("|===", code=True, line=21),
    ]


def test_admonitions_quotations_and_other_blocks_are_text() -> None:
    text = (
        "NOTE: Mind\nthe gap.\n\n[WARNING]\n.Fire\n====\nHot.\n\nVery.\n====\n\n"
        "[quote,Jane,Book]\n____\nBe kind.\n____\n\n****\nAside.\n****\n\n[verse]\nRoses\nare red\n"
        "\n--\nOpen.\n--\n\nline +\nbreak\n\n'''\n\n<<<\n\n++++\n<b>\n++++\n\n////\nhidden\n////\n"
    )
    assert read(text) == (
        "Note: Mind the gap.\n\nFire\n\nWarning: Hot.\n\nVery.\n\nBe kind.\n\n— Jane, Book\n\n"
        "Aside.\n\nRoses\nare red\n\nOpen.\n\nline\nbreak"
    )


def test_nothing_is_included_and_every_condition_holds() -> None:
    text = "include::/etc/passwd[]\n\nifdef::a[]\nKept.\nendif::[]\n\nifndef::b[Kept too.]\n\n"
    text += "ifeval::[1 == 2]\nAnd this.\nendif::[]\n\nimage::a.png[Alt]\n\ntoc::[]\n"
    assert read(text) == "Kept.\n\nKept too.\n\nAnd this."


def test_table_rows_name_their_columns() -> None:
    assert read("|===\n|Item |Cost\n\n|Rope |5\n|Sail |a \\| b\n|===") == (
        "Item: Rope | Cost: 5\nItem: Sail | Cost: a | b"
    )
    text = '.Prices\n[cols="1,2a",options="header"]\n|===\n|Item\n|Cost\n|Rope\n|5\nor *so*\n|===\n'
    assert parse_asciidoc(text)[0] == [
        Block("Prices", line=1),
        Block("Item: Rope | Cost: 5 or so", header="Prices", line=3),
    ]
    spans = '[%header,cols="3*"]\n|===\n|A |B |C\n|1 2+|two\n.2+^|r s|x |y\n|z |w\n3*|n\n|===\n'
    assert (
        read(spans) == "A: 1 | B: two\nA: r | B: x | C: y\nA: r | B: z | C: w\nA: n | B: n | C: n"
    )
    assert read('[%header]\n,===\na,b\n1,"2,3"\n,===') == "a: 1 | b: 2,3"
    assert read("[%header,format=dsv]\n|===\na:b\n1:2\n|===") == "a: 1 | b: 2"


HOSTILE = ["*a ", "_", "`a ", "[", "[[", "<<a", "((", "{a}", "+", "link:", "link:x[", "* a\n"]
HOSTILE += ["https://a[", "a::\n", "--\n[NOTE]\n", "a\n=\n", ":a: {a}{a}\n", "////\n", "\0"]
HOSTILE += ["ifdef::a[x]\n", ".t\n", "|===\n999*|a ", "|===\n.999+|a\n999+|b\n", "* a\nb\n"]
HOSTILE += ["a +\n", "|===\n|", "]link:x["]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.usefixtures("stopped_if_stuck")
def test_a_hostile_line_is_read_to_its_end(piece: str) -> None:
    head, _, repeated = piece.rpartition("|===\n")
    text = ("|===\n" if head or "|===" in piece else "") + repeated * (20_000 // len(repeated))
    blocks, _ = parse_asciidoc(text)
    assert sum(len(block.text) for block in blocks) < 1_000_000


def test_attributes_that_grow_are_cut_and_added_up() -> None:
    text = ":a: 0123456789\n" + ":a: {a}{a}{a}\n" * 50 + "\n" + "{a}" * 20_000
    assert len(read(text)) < 1_100_000


def test_the_lines_of_spans_are_those_of_the_source() -> None:
    text = (
        "= Guide\n\nNOTE: One.\n\n====\nTwo.\n====\n\nTerm::\n  Three.\n\n.T\n|===\n|a |b\n|===\n"
    )
    document = parse_document(text.encode(), "a.adoc", lines=True)
    assert [span.fragment for span in document.spans] == ["#L3", "#L6", "#L9", "#L12", "#L13"]
    assert {span.fragment for span in parse_document(text.encode(), "a.adoc").spans} == {""}


PIECES = [
    "= Head",
    "== Sub",
    "Sub\n---",
    "* item",
    ". one",
    "|===",
    "|a |b",
    "a:: b",
    "[NOTE]",
    "+",
]
PIECES += [
    "====",
    "----",
    "--",
    "[source]",
    ".Title",
    ":a: {a}",
    "{a}",
    "include::x[]",
    "ifdef::a[b]",
]
PIECES += ["'''", "`+a+`", "link:a[b]", "<<a,b>>", '[cols="2*"]', "2+|x", "  lit", "____", "////"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=12),
    gap=st.sampled_from(["\n", "\n\n"]),
)
def test_whatever_is_read_stays_a_parse_error_or_has_lines_within_the_source(
    parts: list[str], gap: str
) -> None:
    text = gap.join(parts)
    try:
        document = parse_document(text.encode("utf-8", "replace"), "a.adoc", lines=True)
    except ParseError as error:
        assert "cannot be read" not in str(error)
        return
    for span in document.spans:
        assert 1 <= int(span.fragment[2:]) <= text.count("\n") + text.count("\r") + 1
