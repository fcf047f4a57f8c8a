"""Follow-ups' figures, on gold whose outcome is known and on the one in this repository."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.embed import SentenceEncoder
from index.errors import GoldError
from index.gold import read_follow_ups
from index.turns import TurnsReport, evaluate_turns

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "follow-ups.json"

TOWN = """\
# Town

The museum opens at nine in the morning. Its director is Anna Berg.

The garden opens at ten in the morning. Its director is Carl Dahl.

The bridge is red and made of iron, and it closes in winter.
"""

FOLLOW_UPS = [
    {"earlier": "When does the museum open?", "question": "And the garden?", "answers": ["ten"]},
    {"earlier": "When does the garden open?", "question": "Who leads it?", "answers": ["Carl"]},
    {
        "earlier": "When does the museum open?",
        "question": "Of what iron is the red bridge made?",
        "answers": ["iron"],
        "standalone": True,
    },
    {"earlier": "When does the museum open?", "question": "And Xanthos?", "absent": True},
]


@pytest.fixture
def run(tmp_path: Path, hash_encoder: Any) -> Any:
    (tmp_path / "town.md").write_text(TOWN)

    def run_one(gold: object, **options: Any) -> TurnsReport:
        (tmp_path / "gold.json").write_text(json.dumps(gold))
        given = {"documents": [tmp_path / "town.md"], "passage_chars": 80} | options
        return evaluate_turns(
            tmp_path / "gold.json", encoder=hash_encoder, folder=tmp_path / "scratch", **given
        )

    return run_one


def test_follow_ups_are_counted_by_kind_with_the_earlier_question_and_without(run: Any) -> None:
    report = run(FOLLOW_UPS).to_dict()
    assert report["passages"] == 3
    assert report["elliptical"]["pairs"] == 2
    assert report["elliptical"]["recall@1"]["carried"] == 1
    assert report["elliptical"]["recall@1"]["alone"] <= 0.5
    assert report["standalone"]["pairs"] == 1
    assert report["standalone"]["recall@1"] == {"carried": 1, "alone": 1}
    assert report["absent"] == {"pairs": 1, "refused": {"carried": 1, "alone": 1}}


def test_kinds_that_the_gold_lacks_are_none(run: Any) -> None:
    report = run(FOLLOW_UPS[:1])
    assert (report.standalone, report.absent, report.absent_refused) == (None, 0, None)
    assert report.to_dict()["standalone"] is None and report.to_dict()["absent"] is None


def test_progress_is_told(run: Any) -> None:
    stages: list[str] = []
    run(FOLLOW_UPS, tick=lambda stage, *_: stages.append(stage))
    assert {*stages} == {"Indexing", "Asking"}


def test_without_documents_the_error_names_the_option(run: Any) -> None:
    with pytest.raises(GoldError, match="--documents"):
        run(FOLLOW_UPS, documents=())


def test_the_gold_of_this_repository_holds_enough_of_each_kind() -> None:
    follow_ups = read_follow_ups(GOLD)
    assert sum(bool(pair.texts) and not pair.standalone for pair in follow_ups) >= 40
    assert sum(pair.standalone for pair in follow_ups) >= 15
    assert sum(not pair.texts for pair in follow_ups) >= 10
    text = " ".join(
        " ".join(path.read_text("utf-8").replace("`", "").split())
        for path in (ROOT / "documents").glob("*.md")
    )
    assert [pair for pair in follow_ups if any(answer not in text for answer in pair.texts)] == []


def test_the_packaged_model_follows_up_on_the_documents_of_this_repository(
    tmp_path: Path, packaged_encoder: SentenceEncoder
) -> None:
    # A third of the gold, to save time; `footnote eval` measures all of it.
    third = json.loads(GOLD.read_bytes())[::3]
    (tmp_path / "gold.json").write_text(json.dumps(third))
    report = evaluate_turns(
        tmp_path / "gold.json",
        encoder=packaged_encoder,
        folder=tmp_path / "scratch",
        documents=[ROOT / "documents"],
    )
    elliptical, standalone = report.elliptical, report.standalone
    assert elliptical and standalone and report.absent_refused
    assert elliptical.recall_at_3.carried >= 0.8
    assert elliptical.recall_at_3.carried >= elliptical.recall_at_3.alone + 0.2
    assert standalone.recall_at_3.carried >= 0.8
    assert report.absent_refused.carried >= 0.6
