"""`footnote teach` and `footnote taught`, and what is answered by it in the terminal."""

import json
from pathlib import Path

import pytest

from tests.bot.conftest import Footnote

QUESTION = "When does the museum open?"


def test_what_was_taught_is_answered_first_with_what_it_cites(town: Footnote) -> None:
    done = town("teach", QUESTION, "--cite", "town.md", input="At **nine**,\neach day.\n")
    assert done.exit_code == 0
    assert QUESTION in done.stdout and "answer 2 · version 1" in done.stdout
    done = town("ask", QUESTION)
    assert done.stdout.startswith("● Answered by the team\n\n┃ At **nine**,\n┃ each day.\n")
    assert "[1] Town guide · Museum" in done.stdout
    told = json.loads(town("ask", QUESTION, "--json").stdout)
    assert (told["taught"]["id"], told["taught"]["answer"]) == (2, "At **nine**,\neach day.")
    assert told["passages"][0]["document"] == "town.md"
    chatted = town("chat", input=f"{QUESTION}\n/more\nAnd the library?\n").stdout
    assert "● Answered by the team" in chatted
    assert "There are no more passages." in chatted or "[2]" in chatted


def test_teaching_the_same_question_changes_the_answer(town: Footnote, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text("At ten.")
    assert town("teach", QUESTION, input="At nine.").exit_code == 0
    done = town("teach", QUESTION.upper(), "--answer", "answer.md")
    assert "answer 2 · version 2" in done.stdout
    history = json.loads(town("taught", "--history", "2", "--json").stdout)
    assert [(one["version"], one["answer"]) for one in history] == [(2, "At ten."), (1, "At nine.")]
    assert "At nine." not in town("taught").stdout
    assert town("taught", "--remove", "2").stdout.startswith("Removed the answer to: WHEN DOES")
    assert town("taught").stdout.startswith("No answers are taught yet.")
    assert "Answered by the team" not in town("ask", QUESTION).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["teach", QUESTION, "--answer", "nowhere.md"], "nowhere.md cannot be read"),
        (["teach", QUESTION, "--cite", "nowhere.md"], "No document is named nowhere.md"),
        (["teach", QUESTION], "The answer is empty"),
        (["taught", "--remove", "7"], "Answer 7 is gone. `footnote taught` lists"),
        (["taught", "--history", "7"], "Answer 7 is gone"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(town: Footnote, arguments: list[str], said: str) -> None:
    done = town(*arguments, input="")
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_it_is_kept_by_doctor_and_reindex_and_can_be_cited_no_more_once_that_is_gone(
    town: Footnote,
) -> None:
    town("teach", QUESTION, "--cite", "town.md", input="At nine.")
    assert town("reindex", "--full").exit_code == 0
    assert "Taught answer 2" in town("documents").stdout
    assert town("doctor").exit_code == 0
    assert town("remove", "town.md").exit_code == 0
    done = town("ask", QUESTION)
    assert done.stdout == "● Answered by the team\n\n┃ At nine.\n\n"
