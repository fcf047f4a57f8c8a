"""`footnote ask --page-image`, with real files."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import Result

Footnote = Callable[..., Result]

OPENING = "When does the museum open in the morning?"
FIRST = "The museum opens at nine in the morning. It shows many old maps of the island, and its"
SECOND = "garden is full of roses."


def make_pdf(lines: Sequence[str]) -> bytes:
    """A PDF with each line on a page of its own; its table of objects is left to be rebuilt."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(lines)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(lines)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for at, line in zip(range(4, 4 + 2 * len(lines), 2), lines, strict=True):
        content = f"BT /F1 10 Tf 50 700 Td ({line}) Tj ET"
        objects += (
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {at + 1} 0 R>>",
            f"<</Length {len(content)}>>stream\n{content}\nendstream",
        )
    body = "".join(f"{n} 0 obj\n{text}\nendobj\n" for n, text in enumerate(objects, 1))
    return f"%PDF-1.7\n{body}trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF".encode()


@pytest.fixture
def guide(footnote: Footnote, tmp_path: Path) -> Footnote:
    """Runs a command over documents/guide.pdf."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "guide.pdf").write_bytes(make_pdf([FIRST, SECOND]))
    assert footnote("add", "documents").exit_code == 0
    return footnote


def test_the_pages_of_the_answer_are_written_and_named(guide: Footnote, tmp_path: Path) -> None:
    done = guide("ask", OPENING, "--page-image", "page.png")
    assert done.exit_code == 0
    assert done.stdout.endswith(
        "Wrote page 1 to page.png, with the passage marked.\n"
        "Wrote page 2 to page-2.png, with the passage marked.\n"
    )
    for name in ("page.png", "page-2.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_json_stays_json(guide: Footnote, tmp_path: Path) -> None:
    done = guide("ask", OPENING, "--json", "--page-image", "page.PNG")
    assert json.loads(done.stdout)["answered"]
    assert done.stderr.startswith("Wrote page 1 to page.PNG")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("page.jpg", "page.jpg is no name of a picture. Let it end in .png."),
        ("page", "page is no name of a picture. Let it end in .png."),
        ("away/page.png", "away is no folder. Make it, or name another."),
        ("folder.png", "folder.png is a folder. Name a file in it."),
    ],
)
def test_a_place_where_nothing_can_be_written_is_told_before_anything_is_asked(
    guide: Footnote, tmp_path: Path, target: str, said: str
) -> None:
    (tmp_path / "folder.png").mkdir()
    done = guide("ask", OPENING, "--page-image", target)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.replace("\n", "").endswith(said)


def test_a_full_or_forbidden_place_is_told(guide: Footnote, tmp_path: Path) -> None:
    (tmp_path / "page-2.png").mkdir()
    done = guide("ask", OPENING, "--page-image", "page.png")
    assert done.exit_code == 2
    assert "page-2.png cannot be written" in done.stderr


def test_a_file_that_changed_or_has_gone_and_one_without_pages_are_told(
    guide: Footnote, tmp_path: Path
) -> None:
    path = tmp_path / "documents" / "guide.pdf"
    path.write_bytes(make_pdf([SECOND]))
    done = guide("ask", OPENING, "--page-image", "page.png")
    assert done.exit_code == 2
    assert done.stderr == (
        "guide.pdf has changed since it was read. Take it in again: footnote reindex\n"
    )
    path.unlink()
    done = guide("ask", OPENING, "--page-image", "page.png")
    assert (done.exit_code, done.stderr) == (2, "guide.pdf does not exist. Check the path.\n")
    (tmp_path / "documents" / "guide.md").write_text(FIRST)
    assert guide("reindex").exit_code == 0
    done = guide("ask", OPENING, "--page-image", "page.png")
    assert (done.exit_code, done.stderr) == (
        *(2, "guide.md is no PDF. Only a PDF's pages can be shown.\n"),
    )
    assert not (tmp_path / "page.png").exists()


def test_without_an_answer_there_is_no_picture(guide: Footnote, tmp_path: Path) -> None:
    done = guide("ask", "Who painted yellow flowers near Xanthos?", "--page-image", "page.png")
    assert done.exit_code == 1
    assert "No page image: the documents do not answer the question." in done.output
    assert not (tmp_path / "page.png").exists()
