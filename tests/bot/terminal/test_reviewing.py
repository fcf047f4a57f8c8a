"""`footnote eval --from-votes`: from a server's votes to gold, through the eyes of an operator."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from bot.libraries.memory import Memory
from bot.types import Preferences, Ref, Vote
from index.store import Store
from tests.bot.kept import make_kept

Footnote = Callable[..., Result]

OPENING = "When does the museum open in the morning?"
COFFEE = "How much is coffee?"
MAYOR = "Who is the mayor?"


def vote(libraries: Path, folder: str, *, shared: bool) -> None:
    """The server 202 keeps three questions with votes and one without."""
    with Store(libraries / folder / "library.db") as store:
        [museum, coffee] = [Ref(shared, id) for id in store.passage_ids(store.records()[0].id)]
    with Memory(libraries / "server-202" / "discord.db") as memory:
        memory.prefer(Preferences(questions_days=30))
        asked = ((OPENING, museum, True), (COFFEE, coffee, True), (MAYOR, museum, False))
        for message, (text, passage, helpful) in enumerate(asked, 2 if shared else 20):
            memory.questions.keep(make_kept(text, True, 0.9, passage=passage))
            memory.vote(Vote(message, 10, helpful, passage, text))
        memory.vote(Vote(9, 11 + shared, True, museum, OPENING))
        memory.questions.keep(make_kept("Without a vote?", True, 0.9, passage=museum))


@pytest.fixture
def libraries(town: Footnote, tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "libraries"
    vote(folder, "default", shared=True)
    return folder


def draft(town: Footnote, tmp_path: Path, *options: str) -> dict[str, Any]:
    done = town("eval", "--from-votes", "202", *options)
    assert done.exit_code == 0, done.output
    assert "review it before it is used" in " ".join(done.stderr.split())
    (tmp_path / "drafted.json").write_text(done.stdout)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def list_questions(gold: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [
        (entry["question"], entry["helpful"], entry["unhelpful"])
        for article in gold["data"]
        for entry in article["paragraphs"][0]["qas"]
    ]


def review(drafted: dict[str, Any], right: tuple[str, ...], off: tuple[str, ...]) -> dict[str, Any]:
    """What the page saves once an operator has chosen so."""
    data = [one for one in drafted["data"] if one["paragraphs"][0]["qas"][0]["question"] in right]
    return {"reviewed": True, "data": data, "off_topic": list(off)}


def test_votes_become_a_draft_with_most_votes_first(
    town: Footnote, libraries: Path, tmp_path: Path
) -> None:
    drafted = draft(town, tmp_path)
    assert drafted["reviewed"] is False
    assert list_questions(drafted) == [(OPENING, 2, 0), (MAYOR, 0, 1), (COFFEE, 1, 0)]
    contexts = [article["paragraphs"][0]["context"] for article in drafted["data"]]
    assert "museum opens at nine" in contexts[0] and "two euro" in contexts[2]
    assert not any(str(person) in json.dumps(drafted) for person in (10, 11))


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--json",),
        ("--here",),
        ("--calibrate",),
        ("--here", "--misses", "m.html"),
        ("--calibrate", "--misses", "m.html"),
    ],
)
def test_nothing_is_measured_or_calibrated_by_a_draft(
    town: Footnote, libraries: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    draft(town, tmp_path)
    done = town("eval", "drafted.json", *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Nobody has reviewed drafted.json yet" in done.stderr
    assert "footnote eval drafted.json --misses review.html" in done.stderr
    assert "as shipped" in town("doctor").stdout
    assert not (tmp_path / "m.html").exists()


def test_a_draft_is_reviewed_on_a_page_and_what_that_saves_is_gold(
    town: Footnote, libraries: Path, tmp_path: Path
) -> None:
    drafted = draft(town, tmp_path)
    done = town("eval", "drafted.json", "--misses", "review.html")
    assert done.exit_code == 0, done.output
    assert "gold.json" in done.stdout and "3 questions" in done.stdout
    page = (tmp_path / "review.html").read_text("utf-8")
    assert all(text in page for text in (OPENING, COFFEE, MAYOR, "museum opens at nine"))
    gold = review(drafted, (OPENING, COFFEE), (MAYOR,))
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    report = json.loads(town("eval", "gold.json", "--here", "--json").stdout)
    assert (report["questions"], report["passages"]) == (2, 2)
    assert report["refused_off_topic"] is not None
    refused = town("eval", "gold.json", "--calibrate")
    assert refused.exit_code == 2 and "A calibration needs 30" in refused.stderr


def test_a_servers_own_documents_are_chosen_as_a_library_is(
    town: Footnote, libraries: Path, tmp_path: Path
) -> None:
    own = ("--library", "server-202")
    none = town("eval", "--from-votes", "202", *own)
    assert (none.exit_code, none.stdout) == (2, "")
    assert "answered from the library server-202" in none.stderr
    assert town("add", "documents", *own).exit_code == 0
    vote(libraries, "server-202", shared=False)
    assert {text for text, *_ in list_questions(draft(town, tmp_path, *own))} == {
        *(OPENING, COFFEE, MAYOR)
    }


def test_what_cannot_be_drafted_or_reviewed_is_one_line(
    town: Footnote, libraries: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.json").write_text('{"reviewed": false, "data": [{}]}')
    (tmp_path / "off.json").write_text('{"data": [], "off_topic": [1]}')
    for arguments, said in (
        ("--from-votes 404", "Nothing is kept of a server 404."),
        ("--from-votes 202 --suggest town.md", "one of"),
        ("--from-votes 202 --calibrate", "no other option"),
        ("broken.json --from-votes 202", "--from-votes takes no GOLD"),
        ("broken.json --misses page.html", "footnote eval --from-votes SERVER"),
        ("broken.json --misses page.txt", ".html"),
        ("off.json", "holds no question with an answer"),
    ):
        done = town("eval", *arguments.split())
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
