"""`footnote eval` over an operator's own library: misses, calibration, drafts."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from bot.terminal.measuring import print_measured
from index.calibrate import SHIPPED

Footnote = Callable[..., Result]

OPENING = "When does the museum open in the morning?"


def write_gold(tmp_path: Path, right: int = 30, wrong: int = 10) -> None:
    """Questions that town.md answers, and some that it does not."""
    words = (
        "blue cold dog fast glass green hundred iron lake milk moon oil rain song stone tea".split()
    )
    gold = [
        {
            "question": f"{OPENING} {words[n % 16]} {words[n // 16]}",
            "answers": ["nine in the morning"],
            "evidence": [{"document": "town.md"}],
        }
        for n in range(right)
    ]
    off_topic = [f"{words[n % 16]} {words[-n // 16]} xanthos?" for n in range(wrong)]
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    (tmp_path / "off.json").write_text(json.dumps(off_topic))


def test_gold_without_contexts_is_asked_of_the_library_itself_and_explained(
    town: Footnote, tmp_path: Path
) -> None:
    write_gold(tmp_path, 2)
    before = (tmp_path / "data" / "libraries" / "default" / "library.db").read_bytes()
    report = json.loads(town("eval", "gold.json", "--json").stdout)
    assert (report["questions"], report["passages"], report["recall@1"]) == (2, 2, 1.0)
    assert report["bm25"]["recall@1"] == 1.0
    assert (tmp_path / "data" / "libraries" / "default" / "library.db").read_bytes() == before
    table = town("eval", "gold.json").stdout
    assert "BM25 alone 1.000" in table
    assert "calibration ece" in table
    other = town("eval", "gold.json", "--library", "other")
    assert (other.exit_code, other.stdout) == (2, "")
    assert "footnote add" in other.stderr
    write_gold(tmp_path, 30, 20)
    done = town(
        *("eval", "gold.json", "--off-topic", "off.json"),
        *("--misses", "misses.html", "--plot", "curve.png"),
    )
    assert done.exit_code == 0, done.output
    assert "of 50 questions" in (tmp_path / "misses.html").read_text("utf-8")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_calibration_is_fitted_kept_used_checked_and_forgotten(
    town: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_gold(tmp_path)
    shipped = json.loads(town("ask", OPENING, "--json").stdout)
    assert "as shipped" in town("doctor").stdout
    done = town("eval", "gold.json", "--off-topic", "off.json", "--calibrate", "--json")
    assert done.exit_code == 0, done.output
    before, after = json.loads(done.stdout)["calibrated"].values()
    assert list(before) == list(after)
    assert (before["threshold"], before["spread"]) == (SHIPPED.threshold, SHIPPED.spread)
    assert after["threshold"] != 1.5 and after["spread"] > 0
    assert after["answered_on_topic"] > 0.9 and after["refused_off_topic"] > 0.5
    console = Console(file=io.StringIO(), width=100)
    print_measured(console, json.loads(done.stdout))
    assert isinstance(console.file, io.StringIO)
    told = console.file.getvalue()
    assert "answers by its own calibration from now on" in told
    assert f"threshold {SHIPPED.threshold:.3f} → {after['threshold']:.3f}" in told
    fitted = json.loads(town("ask", OPENING, "--json").stdout)
    assert fitted["passages"][0]["score"] == shipped["passages"][0]["score"]
    assert fitted["confidence"] != shipped["confidence"]
    assert "fitted to this library's gold" in town("doctor").stdout
    monkeypatch.setenv("FOOTNOTE_PASSAGE_CHARS", "600")
    assert "so the shipped one holds" in town("doctor").stdout
    monkeypatch.delenv("FOOTNOTE_PASSAGE_CHARS")
    assert "shipped calibration holds again" in town("eval", "--forget-calibration").stdout
    assert json.loads(town("ask", OPENING, "--json").stdout)["confidence"] == shipped["confidence"]
    assert "No calibration of its own" in town("eval", "--forget-calibration").stdout


def test_too_few_questions_calibrate_nothing(town: Footnote, tmp_path: Path) -> None:
    write_gold(tmp_path, 3)
    done = town("eval", "gold.json", "--off-topic", "off.json", "--calibrate")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "here 3 are and 10 are not" in done.stderr
    assert "as shipped" in town("doctor").stdout


def test_a_draft_is_gold_for_itself_and_for_the_library_that_it_came_from(
    town: Footnote, tmp_path: Path
) -> None:
    drafted = town("eval", "--suggest", "town.md")
    assert drafted.exit_code == 0, drafted.output
    assert town("eval", "--suggest", "documents/town.md").stdout == drafted.stdout
    questions = [
        entry["question"]
        for paragraph in json.loads(drafted.stdout)["data"][0]["paragraphs"]
        for entry in paragraph["qas"]
    ]
    assert questions == [
        "When does the museum open?",
        "How many books does the library have?",
        "How much does Coffee cost?",
    ]
    (tmp_path / "draft.json").write_text(drafted.stdout)
    for options in ((), ("--here",)):
        report = json.loads(town("eval", "draft.json", "--json", *options).stdout)
        assert (report["questions"], report["passages"]) == (3, 2)


def test_what_makes_no_sense_together_is_one_line(footnote: Footnote, tmp_path: Path) -> None:
    write_gold(tmp_path, 1)
    (tmp_path / "song.txt").write_text("La la la. It rained.")
    turns = [{"earlier": OPENING, "question": "And then?", "answers": ["nine"]}]
    (tmp_path / "turns.json").write_text(json.dumps(turns))
    for arguments, said in (
        ("", "footnote eval GOLD"),
        ("--json", "footnote eval GOLD"),
        ("--here", "no other option"),
        ("--suggest song.txt --forget-calibration", "one of"),
        ("--suggest song.txt --calibrate", "no other option"),
        ("--suggest no-such.md", "no-such.md"),
        ("--suggest song.txt", "Write the gold by hand"),
        ("gold.json --suggest song.txt", "--suggest takes no GOLD"),
        ("gold.json --forget-calibration", "--forget-calibration takes no GOLD"),
        ("gold.json --calibrate --documents song.txt", "takes no --documents"),
        ("gold.json --here --documents song.txt", "takes no --documents"),
        ("gold.json --misses misses.txt", ".html"),
        ("gold.json --plot nowhere/curve.png", "is no folder"),
        ("turns.json --documents song.txt --misses m.html", "no --misses"),
    ):
        done = footnote("eval", *arguments.split())
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
