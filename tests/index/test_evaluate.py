"""Evaluation's figures, on gold whose outcome is known."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import report as module
from index.errors import GoldError
from index.evaluate import evaluate
from index.report import Report

CONTEXTS = {
    "bridge": "The iron bridge closes in winter. Nobody crosses before April.",
    "garden": "The garden opens at ten. Forty roses bloom behind the wall.",
    "museum": "The museum shows paintings. A ticket costs six euros at the door.",
}


def gold(tmp_path: Path, *questions: tuple[str, str, str]) -> Path:
    """A SQuAD file of (question, context's name, answer)."""
    paragraphs = [
        {
            "context": text,
            "qas": [
                {
                    "question": question,
                    "answers": [{"text": answer, "answer_start": text.index(answer)}],
                }
                for question, where, answer in questions
                if where == name
            ],
        }
        for name, text in CONTEXTS.items()
    ]
    return write(tmp_path / "gold.json", {"data": [{"paragraphs": paragraphs}]})


def write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data))
    return path


@pytest.fixture
def run(tmp_path: Path, hash_encoder: Any) -> Any:
    def run_one(file: Path, **options: Any) -> Report:
        return evaluate(file, encoder=hash_encoder, folder=tmp_path / "scratch", **options)

    return run_one


def test_right_first_passages_and_highlights_are_counted(tmp_path: Path, run: Any) -> None:
    report = run(
        gold(
            tmp_path,
            ("When does the iron bridge close?", "bridge", "winter"),
            ("How many roses bloom behind the wall?", "garden", "Forty"),
            ("What does a ticket cost at the door?", "museum", "six euros"),
        )
    )
    assert (report.questions, report.passages) == (3, 3)
    assert report.recall == (1, 1, 1, 1)
    assert report.mrr_at_10 == 1
    assert report.highlight_at_1 == 1
    assert report.index_seconds > 0
    assert report.query_ms[0] <= report.query_ms[1]


def test_a_right_passage_at_rank_two_counts_from_there_on(tmp_path: Path, run: Any) -> None:
    report = run(gold(tmp_path, ("garden roses bloom behind", "museum", "paintings")))
    ranks = 1 / report.mrr_at_10
    assert ranks in (2, 3)
    assert report.recall == (0, 1, 1, 1)
    assert report.highlight_at_1 == 0


def test_a_right_passage_with_another_sentence_marked_is_no_right_highlight(
    tmp_path: Path, run: Any
) -> None:
    report = run(gold(tmp_path, ("When does the iron bridge close?", "bridge", "April")))
    assert report.recall[0] == 1
    assert report.highlight_at_1 == 0


def test_off_topic_questions_are_refused_and_told_apart(tmp_path: Path, run: Any) -> None:
    off_topic = write(tmp_path / "off.json", ["Xyzzy plugh frobnicate?", "Quux blarg wibble?"])
    report = run(
        gold(tmp_path, ("iron bridge closes winter nobody crosses", "bridge", "winter")),
        off_topic=off_topic,
    )
    assert report.answered_on_topic == 1
    assert report.refused_off_topic == 1
    assert report.refused_at_95_answered == 1
    assert report.auroc == 1


def test_without_contexts_answers_are_sought_in_the_documents(tmp_path: Path, run: Any) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in CONTEXTS.items():
        (folder / f"{name}.txt").write_text(text.replace(" six", "\nsix"))
    empty = {"context": "", "qas": []}
    for question, answer in (("What does a ticket cost?", "six euros"), ("Who?", "Napoleon")):
        empty["qas"].append(  # type: ignore[attr-defined]
            {"question": question, "answers": [{"text": answer, "answer_start": 0}]}
        )
    file = write(tmp_path / "gold.json", {"data": [{"paragraphs": [empty]}]})
    report = run(file, documents=[folder])
    assert report.recall == (0.5, 0.5, 0.5, 0.5)
    assert report.highlight_at_1 == 0.5


def test_without_contexts_and_documents_the_error_names_the_option(
    tmp_path: Path, run: Any
) -> None:
    file = write(
        tmp_path / "gold.json", [{"question": "q", "evidence": [{"document": "a.pdf", "page": 1}]}]
    )
    with pytest.raises(GoldError, match="--documents"):
        run(file)


def test_a_document_that_cannot_be_read_is_an_error(tmp_path: Path, run: Any) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(GoldError, match=r"broken\.pdf"):
        run(gold(tmp_path, ("q", "bridge", "winter")), documents=[tmp_path / "broken.pdf"])


def test_the_report_has_the_documented_names(tmp_path: Path, run: Any) -> None:
    report = run(gold(tmp_path, ("When does the bridge close?", "bridge", "winter")))
    assert list(report.to_dict()) == [
        "questions",
        "passages",
        "recall@1",
        "recall@3",
        "recall@5",
        "recall@10",
        "mrr@10",
        "bm25",
        "highlight@1",
        "highlight_chars",
        "answered_on_topic",
        "refused_off_topic",
        "refused_at_95_answered",
        "auroc",
        "calibration",
        "index_seconds",
        "query_ms",
    ]
    assert json.loads(json.dumps(report.to_dict()))["query_ms"].keys() == {"p50", "p95"}


def test_progress_is_told_stage_by_stage(tmp_path: Path, run: Any) -> None:
    ticks: list[tuple[str, int, int]] = []
    run(gold(tmp_path, ("q one", "bridge", "winter")), tick=lambda *tick: ticks.append(tick))
    assert {stage for stage, _, _ in ticks} == {"Indexing", "Asking"}


SCORES = st.lists(st.integers(-3, 3), min_size=1, max_size=20)


@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_in_order(positive: list[int], negative: list[int]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    found = module._auroc(np.array(positive, float), np.array(negative, float))
    assert found == pytest.approx(sum(pairs) / len(pairs))
