"""`footnote insight`: a server at a glance, in the terminal, as a picture, a page and JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import Result

from bot.libraries.memory import Memory
from bot.terminal.insight_page import write_insight_page
from bot.types import Vote
from tests.bot.insights import HOSTILE, make_empty, make_insight
from tests.bot.kept import make_found
from tests.bot.terminal.test_misses_page import Elements

Footnote = Callable[..., Result]


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server's folder: three questions, one of them without an answer, and a vote."""
    folder = tmp_path / "data" / "libraries" / "server-202"
    with Memory(folder / "discord.db") as memory:
        for found in (make_found("town.md"), make_found("town.md"), make_found(answered=False)):
            memory.usage.note(found, 0.25)
        memory.vote(Vote(1, 10, False))
    return folder


def test_a_server_is_shown_and_drawn(town: Footnote, server: Path, tmp_path: Path) -> None:
    done = town("insight", "--server", "202", "--days", "7", "--png", "i.png", "--html", "i.html")
    assert done.exit_code == 0, done.output
    assert ": 3 questions, 67% answered, 33% refused, 0% helpful, of 1 vote, 0." in done.stdout
    [day] = [line for line in done.stdout.splitlines() if line.startswith(f"{today()} ")]
    assert day.split()[1:6] == ["3", "2", "1", "0", "1"]
    with Image.open(tmp_path / "i.png") as picture:
        assert picture.format == "PNG"
    assert "Server 202 at a glance" in (tmp_path / "i.html").read_text("utf-8")


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_documents_are_named_with_how_often_they_were_cited(town: Footnote, server: Path) -> None:
    with Memory(server / "discord.db") as memory:
        memory.usage.note(make_found("town.md", shared=True), 0.25)
    assert "     1  Town guide\n" in town("insight", "--server", "202").stdout


def test_json_holds_every_day_and_is_all_that_is_printed(
    town: Footnote, server: Path, tmp_path: Path
) -> None:
    done = town("insight", "--server", "202", "--days", "3", "--json", "--png", "i.png")
    told = json.loads(done.stdout)
    assert (told["asked"], told["answered"], told["refused"]) == (3, 2, 1)
    assert [day["asked"] for day in told["days"]] == [0, 0, 3]
    assert told["median_s"] == pytest.approx(0.25, rel=0.06)
    assert told["never_cited"] == ["Town guide"]
    assert told["citations_of_gone_documents"] == 2  # the server's own town.md is not there
    assert (tmp_path / "i.png").exists()


def test_without_a_server_all_are_listed(town: Footnote, server: Path) -> None:
    done = town("insight")
    assert "202  " in done.stdout and "3 questions, 67% answered" in " ".join(done.stdout.split())
    assert "footnote insight --server ID" in done.stdout


def test_where_no_server_is_known_that_is_said(footnote: Footnote) -> None:
    assert footnote("insight").stdout == "Nothing is kept of any server yet.\n"


def test_what_cannot_be_done_is_said(town: Footnote, server: Path) -> None:
    for arguments, said in (
        (["--server", "404"], "Nothing is kept of a server 404."),
        (["--png", "i.png"], "Name the server to show: --server ID."),
        (["--server", "202", "--png", "i.jpg"], "i.jpg is no name of a picture."),
        (["--server", "202", "--html", "no/i.html"], "is no folder. Make it"),
    ):
        done = town("insight", *arguments)
        assert done.exit_code == 2 and said in " ".join(done.stderr.split())


def test_the_page_shows_both_looks_and_titles_are_nothing_but_text() -> None:
    page = write_insight_page("Server <7>", make_insight(30, HOSTILE, documents=40, gone=2))
    elements = Elements(page)
    assert {"script", "a", "link", "iframe"}.isdisjoint(elements.tags)
    assert not [name for _, name, _ in elements.attributes if name.startswith("on")]
    fetched = [value for _, name, value in elements.attributes if name in ("src", "srcset")]
    assert len(set(fetched)) == 2 and all(one.startswith("data:image/png;") for one in fetched)
    assert ("source", "media", "(prefers-color-scheme: dark)") in elements.attributes
    [described] = [value for _, name, value in elements.attributes if name == "alt"]
    assert "80 questions, 75% answered" in described
    assert "Server <7> at a glance" in elements.text
    assert "<script>alert(1)</script>" in elements.text and "دليل المدينة" in elements.text
    assert "\x1b" not in page and "\u202e" not in page and "\x00" not in page
    assert "And 22 others." in elements.text and "2 citations of documents" in elements.text
    assert "No document was cited." not in elements.text and "None." not in elements.text
    assert "W" * 199 in elements.text and "W" * 200 not in elements.text
    assert elements.open == []
    page.encode()


def test_the_page_of_a_server_in_which_nothing_was_done_says_so() -> None:
    text = Elements(write_insight_page("Server 7", make_empty(1))).text
    assert "No document was cited." in text and "None." in text and "2026-11-25" in text
