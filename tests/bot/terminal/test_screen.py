import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.terminal.describe import describe_documents
from bot.terminal.screen import (
    MAX_WIDTH,
    MOST_ALSO,
    make_console,
    print_answer,
    print_documents,
    print_origins,
    print_sources,
    print_summary,
)
from bot.wording import EXCERPT_CHARS, show_text
from index.errors import ParseError
from index.summary import Failure, Summary
from index.types import Answer, Hit, Origin, Passage, Record
from tests.bot.passages import make_passage

HOSTILE = "[bold red]x[/] \x1b]0;owned\x07 \x1b[2J \x9b31m \u202egpj.exe\u2066 :smile: \r\x08"
SPELLED = r"[bold red]x[/] \x1b]0;owned\x07 \x1b[2J \x9b31m \u202egpj.exe\u2066 :smile: \r\x08"


def make_record(name: str = "town.md", title: str = "Town guide") -> Record:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Record(1, name, f"/documents/{name}", title, None, 1, 10, "0" * 64, "en", now, now)


def make_hit(passage: Passage, sentence: int = 0, record: Record | None = None) -> Hit:
    return Hit(
        record or make_record(), passage, 2.0, (passage.sentences[sentence],), confidence=0.9
    )


def make_answer(*hits: Hit, confidence: float = 0.99) -> Answer:
    return Answer("When?", confidence >= 0.5, confidence, hits)


def watched(width: int = 80) -> Console:
    """A console as a colour terminal has it."""
    console = make_console()
    return Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        width=width,
        markup=console._markup,
        highlight=console._highlight,
        emoji=console._emoji,
    )


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_answer_in_a_pipe_has_its_marks_and_neither_colours_nor_broken_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = "It shows old maps of the island and of the sea around it. " * 30
    passage = make_passage(
        ["It opens at nine.", long.strip()],
        page=12,
        heading_path=("Town guide", "Museum", "Hours"),
    )
    print_answer(make_console(), make_answer(make_hit(passage)), searched=1)
    assert capsys.readouterr().out.splitlines() == [
        "● Sure",
        "",
        f"┃ »It opens at nine.« {long.strip()}",
        "[1] Town guide · p. 12 · Museum › Hours",
        "    town.md",
        "",
    ]


def test_the_best_sentence_is_bold_on_a_terminal() -> None:
    console = watched()
    passage = make_passage(["It shows maps.", "It opens at nine."])
    print_answer(console, make_answer(make_hit(passage, 1)), searched=1)
    assert "It shows maps. \x1b[1mIt opens at nine.\x1b[0m" in printed(console)
    assert "»" not in printed(console)


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.85, "● Sure"),
        (0.84, "● Likely"),
        (0.7, "● Likely"),
        (0.69, "● Not sure"),
        (0.5, "● Not sure"),
        (0.49, "○ This is not in the docum"),
    ],
)
def test_words_say_how_sure(
    confidence: float, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hit = make_hit(make_passage(["It opens at nine."]))
    print_answer(make_console(), make_answer(hit, confidence=confidence), searched=3)
    assert capsys.readouterr().out.startswith(words)


def test_without_an_answer_the_first_line_says_so_and_the_closest_passages_are_called_that(
    capsys: pytest.CaptureFixture[str],
) -> None:
    passage = make_passage(["Near.", "A" * EXCERPT_CHARS])
    print_answer(make_console(), make_answer(make_hit(passage), confidence=0.1), searched=1200)
    assert capsys.readouterr().out.splitlines()[:4] == [
        "○ This is not in the documents. I searched 1,200 documents.",
        "  The closest passages, which do not seem to answer it:",
        "",
        "│ »Near.« …",
    ]


def test_a_refusal_without_any_passage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(make_console(), make_answer(confidence=0.1), searched=1)
    assert capsys.readouterr().out == ("○ This is not in the documents. I searched 1 document.\n")


def test_a_rows_columns_are_named_above_it_and_other_places_of_a_text_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    passage = make_passage(["Net sales | 14"], header="$ in millions | 2023")
    also = tuple((make_record(f"{name}.md"), passage) for name in "abcde")
    print_answer(make_console(), make_answer(replace(make_hit(passage), also=also)), searched=6)
    lines = capsys.readouterr().out.splitlines()
    assert lines[lines.index("┃ »Net sales | 14«") - 1] == "┃ $ in millions | 2023"
    assert f"    also in a.md, b.md, c.md and {len(also) - MOST_ALSO} more" in lines


def test_what_failed_is_told_in_the_lists(capsys: pytest.CaptureFixture[str]) -> None:
    reason = "https://example.org/mill answers 404 (not found)."
    print_documents(make_console(), [(replace(make_record(), failure=reason), "stale")], {})
    added = datetime(2026, 1, 1, tzinfo=UTC)
    origin = Origin(1, "page", "https://example.org/mill", {}, 7200, added, failure=reason)
    print_origins(make_console(), [origin, replace(origin, every_s=86_400, failure=None)])
    out = capsys.readouterr().out
    assert out.count(reason) == 2 and f"stale: {reason}" in out
    assert "page, looked at never, every 7,200 seconds" in out
    assert "page, looked at never, every day" in out


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_lines_fit_the_terminal_and_stay_readable(width: int) -> None:
    console = watched(width)
    passage = make_passage(["word " * 60 + "x" * 200 + ".", "東京 " * 50], 1, last_page=2)
    record = make_record("folder/" * 20 + "town.md", "A long title " * 12)
    print_answer(console, make_answer(*[make_hit(passage, 1, record)] * 3), searched=1)
    from rich.text import Text

    lines = [Text.from_ansi(line) for line in printed(console).splitlines()]
    assert max(line.cell_len for line in lines) <= min(width, MAX_WIDTH)


def test_text_of_documents_and_names_is_shown_and_never_interpreted() -> None:
    console = watched(400)
    record = make_record(HOSTILE, HOSTILE)
    passage = make_passage([HOSTILE, HOSTILE], heading_path=(HOSTILE,))
    answer = make_answer(*[make_hit(passage, 1, record)] * 2)
    print_answer(console, answer, searched=1)
    print_sources(console, answer, 2)
    print_documents(console, [(record, "current")], {})
    failed = (Failure(HOSTILE, ParseError(HOSTILE)),)
    print_summary(console, Summary((), (), (), (), failed, 0, 0, 0.0))
    shown = printed(console)
    for trick in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e", "\u2066", "\r", "\x08"):
        assert trick not in shown
    assert shown.count("[bold red]x[/]") >= 12
    assert shown.count(":smile:") >= 12
    assert SPELLED in show_text(HOSTILE) == SPELLED


def test_a_summary_counts_and_gives_each_failure_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = (Failure("/a/b.pdf", ParseError("b.pdf is empty.")),)
    print_summary(make_console(), Summary(("a",), (), ("c", "d"), (), failed, 1, 1200, 2.0))
    assert capsys.readouterr().out.splitlines() == [
        "1 added · 0 updated · 2 unchanged · 0 removed · 1 failed",
        "1 passage, 1,200 tokens in 2.0 s",
        "✗ /a/b.pdf: b.pdf is empty.",
    ]


def test_the_list_of_documents_shows_who_may_read_them(capsys: pytest.CaptureFixture[str]) -> None:
    documents = [(make_record(f"{name}.md"), "current") for name in "abc"]
    print_documents(make_console(), documents, {"a.md": {"r22", "c1"}, "b.md": set()})
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    told = [line for line in lines if line.startswith("Readers")]
    assert told == ["Readers: c1, r22", "Readers: nobody: this was damaged"]
    described = describe_documents(documents, {"a.md": {"r22", "c1"}, "b.md": set()})
    assert [one["readers"] for one in described] == [["c1", "r22"], [], None]


def test_the_list_of_documents_is_never_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    record = make_record("deep/" * 60 + "town.md", "A title of its own " * 20)
    print_documents(make_console(), [(record, "changed")], {})
    out = capsys.readouterr().out
    lines = [line.split("  ")[0] for line in out.splitlines()]
    assert record.name in lines
    assert f"\n  {record.title.strip()}" in out
    assert "1 document, 1 passage\n" in out
    assert "footnote reindex" in out
