"""Gaps as files: what stands in questions is text there."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.gap_files import COLUMNS, describe_counts, write_csv, write_markdown
from bot.libraries.gaps import Gap, Gaps
from bot.wording import show_line
from index.types import Citation
from tests.bot.discord.markup import RICH

FIRST, LAST = datetime(2026, 3, 14, 9, tzinfo=UTC), datetime(2026, 3, 15, 9, tzinfo=UTC)
HOSTILE = [
    "=HYPERLINK(\"http://evil.example\",\"press\")",
    "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "a,b;\"c\"\r\nnext",
    "<script>alert(1)</script>", "[press](javascript:alert(1))", "![](http://evil.example/x.png)",
    "# heading", "1. list", "- list", "> quote", "```\ncode", "https://evil.example",
    "www.evil.example",
    "| a | b |", "&copy; &#x41;", "a@evil.example", "$x$", "***", "\u202eright to left",
]  # fmt: skip


def make_gap(text: str, closest: Citation | None = None) -> Gap:
    return Gap((3, 1), (text, "word"), 2, 3, 1, FIRST, LAST, (text, "Why?"), 0.314, closest)


def read_rows(gaps: Gaps) -> list[list[str]]:
    return list(csv.reader(io.StringIO(write_csv(gaps).decode("utf-8-sig"), newline="")))


def test_a_group_is_a_row_and_a_section() -> None:
    closest = Citation("Town guide", 3, ("Town guide", "Museum", "Hours"), None)
    gaps = Gaps(30, 30, (make_gap("swans", closest),))
    header, row = read_rows(gaps)
    assert tuple(header) == COLUMNS
    assert row == [
        *("swans, word", "2", "2", "3", "1", FIRST.isoformat(), LAST.isoformat()),
        *("Town guide, p. 3, Museum › Hours", "0.31", "swans", "Why?"),
    ]
    text = write_markdown(gaps).decode()
    assert text.startswith("# Gaps\n\n2 questions without an answer that helped, of the last 30")
    for line in (
        "## swans, word",
        "- 2 people, 2 questions: 3 refused, 1 voted down",
        "- asked 2026-03-14 09:00 to 2026-03-15 09:00 (UTC, by the hour)",
        r"- closest passage: Town guide, p\. 3, Museum › Hours (31% sure)",
        "> swans",
    ):
        assert f"\n{line}\n" in text


def test_one_person_is_one_person() -> None:
    assert describe_counts(Gap((1,), ("a",), 1, 1, 0, FIRST, FIRST, ("a",), 0.0, None)) == (
        "1 person, 1 question: 1 refused"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    rows = read_rows(Gaps(30, 30, (make_gap(text, Citation(text, None, (text,), None)),)))
    assert len(rows) == 2 and all(len(row) <= len(COLUMNS) for row in rows)
    for cell in rows[1]:
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert show_line(text) in rows[1][9]


@given(st.sampled_from(HOSTILE) | RICH)
def test_nothing_in_a_question_is_markup(text: str) -> None:
    """Read as CommonMark with GitHub's tables and links: every example says what was asked."""
    written = write_markdown(Gaps(30, 30, (make_gap(text),))).decode()
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(written)
    inlines = [token for token in tokens if token.type == "inline"]
    children = [child for token in inlines for child in token.children or ()]
    assert {child.type for child in children} <= {"text", "text_special"}
    quoted = [token for token in inlines if token.level == 2][:1]
    said = ["".join(child.content for child in token.children or ()) for token in quoted]
    assert " ".join(show_line(text).split()) in {" ".join(one.split()) for one in said} | {""}
    kinds = {token.type for token in tokens}
    allowed = {"heading", "bullet_list", "list_item", "paragraph", "blockquote"}
    assert kinds <= {f"{kind}_{end}" for kind in allowed for end in ("open", "close")} | {"inline"}
