"""What a document is called."""

import pytest

from index.parse.titles import choose_title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("AMCOR_2023_10K.pdf", "AMCOR 2023 10K"),
        ("house-rules.md", "house rules"),
        ("Protokoll 3-2024.txt", "Protokoll 3-2024"),
        ("\n.txt", "Untitled"),
        ("🎉_party\u202e.txt", "🎉 party"),
    ],
)
def test_a_files_name_is_made_readable(name: str, title: str) -> None:
    assert choose_title([], name) == title


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "untitled",
        "Untitled-1",
        "Microsoft Word - x.doc",
        "12",
        "0000764478-23-000041",
        "report.docx",
        "C:\\x\\y",
        "PowerPoint Presentation",
        "Document1",
        "Slide 1",
        "\x00\x01",
    ],
)
def test_a_title_that_says_nothing_is_passed_over(junk: str) -> None:
    assert choose_title([junk, "Real title"], "a.pdf") == "Real title"


def test_a_title_is_one_line_of_200_characters_at_most() -> None:
    title = choose_title(["A\nlong\x07 " + "word " * 100], "a.pdf")
    assert title.startswith("A long word")
    assert "\n" not in title
    assert len(title) <= 200
