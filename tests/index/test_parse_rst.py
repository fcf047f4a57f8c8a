"""reStructuredText → blocks."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ParseError
from index.parse import parse_document
from index.parse.blocks import Block
from index.parse.rst import parse_rst


def read(text: str) -> str:
    return "\n\n".join(block.text for block in parse_rst(text)[0])


def test_sections_are_headings_and_know_their_lines() -> None:
    text = "=====\nGuide\n=====\n\nIntro\ngoes on.\n\nTides\n-----\n\nHigh.\n\nEmpty\n-----\n"
    assert parse_rst(text) == (
        [
            Block("Guide", 1, line=2),
            Block("Intro goes on.", line=5),
            Block("Tides", 2, line=8),
            Block("High.", line=11),
            Block("Empty", 2, line=13),
        ],
        "",
    )


def test_the_first_field_list_gives_the_title_and_what_people_read() -> None:
    blocks, title = parse_rst(":title: House rules\n:Author: Jane\n:orphan:\n\nX\n=\n\n:a: b\n")
    assert title == "House rules"
    assert [block.text for block in blocks] == ["Author: Jane", "X", "a: b"]


def test_marks_and_roles_known_or_not_leave_their_words() -> None:
    text = (
        "*Very* **bold** ``code``, :ref:`the tides <tides>`, :py:func:`~os.path.join`,"
        " :class:`!Boat`, :pep:`8`, :kbd:`<Enter>`, `the site <https://a.example>`_, `lost`_,"
        " gone_, |version|, |boat| and [1]_.\n\n.. |boat| replace:: a *boat*\n.. [1] A note.\n"
    )
    assert read(text) == (
        "Very bold code, the tides, join, Boat, PEP 8, <Enter>, the site, lost, gone, version,"
        " a boat and [1].\n\n[1] A note."
    )


def test_lists_of_every_kind_keep_their_items() -> None:
    assert read("- one\n- two\n\n  1. in\n  2. more\n\n- three") == (
        "• one\n• two\n1. in\n2. more\n• three"
    )
    assert read("c. one\n\n   more\n\nd. two") == "c. one\n\nmore\n\nd. two"
    assert read("CPU : part\n   The brain.\nDisk\n   ::\n\n     code") == (
        "CPU: The brain.\n\nDisk\n\ncode"
    )
    assert read("-a, --all   all\n-b FILE    a file") == "-a, --all: all\n\n-b FILE: a file"


def test_tables_of_every_kind_name_their_columns() -> None:
    simple = "====  =====\nItem  Cost\n====  =====\nRope  5\nSail  500\n====  =====\n"
    grid = "+---+---+\n| a | b |\n+===+===+\n| x | 1 |\n|   +---+\n|   | 2 |\n+---+---+\n"
    listed = ".. list-table:: Prices\n   :header-rows: 1\n\n   * - Item\n     - Cost\n"
    listed += "   * - Rope\n     - 5\n"
    comma = '.. csv-table::\n   :header: "a", "b"\n\n   1, 2\n'
    assert read(simple) == "Item: Rope | Cost: 5\nItem: Sail | Cost: 500"
    assert read(grid) == "a: x | b: 1\na: x | b: 2"
    assert read(listed) == "Prices\n\nItem: Rope | Cost: 5"
    assert parse_rst(listed)[0][1].header == "Prices"
    assert read(comma) == "a: 1 | b: 2"


def test_code_keeps_its_indents_whatever_its_options() -> None:
    text = ".. code-block:: python\n   :caption: Run it\n   :linenos:\n\n   if x:\n       y()\n"
    assert parse_rst(text)[0] == [
        Block("Run it", line=1),
        Block("if x:\n    y()", code=True, line=5),
    ]
    assert parse_rst("So::\n\n    a\n      b\n")[0] == [
        Block("So:", line=1),
        Block("a\n  b", code=True, line=3),
    ]


def test_admonitions_and_versions_say_what_they_are() -> None:
    text = (
        ".. note:: Mind\n   the gap.\n\n   More.\n\n.. admonition:: By the way\n\n   Hi.\n\n"
        ".. versionadded:: 3.2\n   Ropes.\n\n.. deprecated:: 4.0\n\n.. seealso:: The :doc:`map`.\n"
    )
    assert read(text) == (
        "Note: Mind the gap.\n\nMore.\n\nBy the way: Hi.\n\nAdded in version 3.2: Ropes.\n\n"
        "Deprecated since version 4.0\n\nSee also: The map."
    )


def test_what_tells_sphinx_what_to_do_is_no_text_and_prose_in_unknown_directives_is() -> None:
    text = (
        ".. toctree::\n   :maxdepth: 2\n\n   install\n\n.. automodule:: boat.hull\n   :members:\n\n"
        ".. index:: rope\n\n.. _here:\n\n.. A comment.\n\n.. image:: a.png\n   :alt: A boat\n\n"
        ".. py:function:: tie(*ropes, **knots)\n\n   Ties them.\n\n   :param ropes: which\n\n"
        ".. tab-item:: Linux\n   :sync: a\n\n   Use apt.\n\n.. only:: html\n\n   Seen.\n"
    )
    assert read(text) == (
        "tie(*ropes, **knots)\n\nTies them.\n\nparam ropes: which\n\nLinux\n\nUse apt.\n\nSeen."
    )


def test_an_error_of_the_source_swallows_no_text_and_adds_none() -> None:
    text = (
        "Top\n===\n\nLow\n---\n\nOdd\n...\n\nHigh\n===\n\nOld\n,,,\n\n.. list-table::\n\n"
        "   * - a\n   * - b\n     - c\n\n*open and |more\n\nShort\n==\n\nEnd."
    )
    found = read(text)
    for words in ("Top", "Low", "Odd", "High", "Old", "- a", "*open and |more", "Short", "End."):
        assert words in found
    assert "rror" not in found
    assert "list-table" not in found


def test_no_file_is_read_and_no_markup_is_let_through(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The password.")
    for line in (
        f".. include:: {secret}",
        f".. literalinclude:: {secret}",
        f".. csv-table::\n   :file: {secret}",
        f".. csv-table::\n   :url: file://{secret}",
        f".. raw:: html\n   :file: {secret}",
        f".. raw:: html\n   :url: file://{secret}",
        f".. figure:: {secret}\n   :figwidth: image",
        ".. role:: raw-html(raw)\n   :format: html\n\n.. raw:: html\n\n   <b>The password.</b>",
    ):
        assert "password" not in read(f"Before.\n\n{line}\n\nAfter.")
        assert read(f"Before.\n\n{line}\n\nAfter.") == "Before.\n\nAfter."


def test_the_lines_of_spans_are_those_of_the_source() -> None:
    text = "Guide\n=====\n\n.. note:: One.\n\n   Two.\n\n- three\n- four\n\nTerm\n   Five.\n"
    document = parse_document(text.encode(), "a.rst", lines=True)
    assert [span.fragment for span in document.spans] == ["#L4", "#L6", "#L8", "#L11"]
    assert {span.fragment for span in parse_document(text.encode(), "a.rst").spans} == {""}


@pytest.mark.parametrize(
    "text",
    [
        ".. |a0| replace:: xxxxxxxx\n"
        + "".join(f".. |a{i + 1}| replace:: |a{i}| |a{i}| |a{i}|\n" for i in range(30))
        + "\n|a30|\n",
        "".join("  " * i + "- a\n\n" for i in range(400)),
        "".join("   " * i + ".. note::\n\n" for i in range(100)),
        "*a `b " * 20_000,
        "".join(f".. x{i}::\n\n   a\n\n" for i in range(700)),
        ".. |a| replace:: |b|\n.. |b| replace:: |a|\n\n|a|\n",
    ],
    ids=["substitutions", "lists", "directives", "marks", "names", "circle"],
)
@pytest.mark.usefixtures("stopped_if_stuck")
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    try:
        document = parse_document(text.encode(), "a.rst")
    except ParseError:
        return
    assert len(document.text) < 200_000


PIECES = ["Head\n====", "Sub\n---", "- item", "1. one", "+--+--+\n|a |b |\n+--+--+", "=== ==="]
PIECES += [".. note::", "   text", ".. |x| image:: y", "|x|", "::", ":a: b", "`a`_", ".. _x:"]
PIECES += [".. x:: y\n   :z: 1\n\n   w", "| a\n|   b", ">>> 1", "a\n  b", ".. [#] f", "[#]_", "a__"]
PIECES += [
    ":r:`x <y>`",
    ".. class:: a",
    ".. table:: t\n\n   == ==\n   a  b\n   == ==",
    "__ a",
    "\\",
]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=10),
    gap=st.sampled_from(["\n", "\n\n", "\n   "]),
)
def test_whatever_is_read_stays_a_parse_error_or_has_lines_within_the_source(
    parts: list[str], gap: str
) -> None:
    text = gap.join(parts)
    try:
        document = parse_document(text.encode("utf-8", "replace"), "a.rst", lines=True)
    except ParseError as error:
        assert "cannot be read" not in str(error)
        return
    for span in document.spans:
        assert (
            not span.fragment
            or 1 <= int(span.fragment[2:]) <= text.count("\n") + text.count("\r") + 1
        )
