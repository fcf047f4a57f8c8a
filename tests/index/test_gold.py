"""Gold files become questions with the places of their answers."""

import json
from pathlib import Path

import pytest

from index.errors import GoldError
from index.gold import (
    FollowUp,
    GoldQuestion,
    holds_follow_ups,
    read_follow_ups,
    read_gold,
    read_off_topic,
)


def write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data))
    return path


def squad(*paragraphs: dict[str, object]) -> dict[str, object]:
    return {"version": "2.0", "data": [{"title": "Old_Bridge", "paragraphs": list(paragraphs)}]}


def entry(question: str, *answers: tuple[str, int]) -> dict[str, object]:
    return {
        "id": question,
        "question": question,
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
    }


def test_each_context_becomes_a_document_and_each_question_knows_its_own(tmp_path: Path) -> None:
    gold = squad(
        {"context": "It is made of iron.", "qas": [entry("Of what?", ("iron", 14), ("iron", 14))]},
        {"context": "It closes in May.", "qas": [entry("When?", ("May", 13), ("in May", 10))]},
    )
    questions, contexts = read_gold(write(tmp_path / "gold.json", gold))
    assert [incoming.document.text for incoming in contexts] == [
        "It is made of iron.",
        "It closes in May.",
    ]
    assert {incoming.document.title for incoming in contexts} == {"Old Bridge"}
    iron, may = (incoming.source for incoming in contexts)
    assert [question.places for question in questions] == [
        ((iron, 14, 18),),
        ((may, 13, 16), (may, 10, 16)),
    ]


def test_a_context_that_comes_again_is_the_same_document(tmp_path: Path) -> None:
    gold = squad(
        {"context": "Made of iron.", "qas": [entry("Of what?", ("iron", 8))]},
        {"context": "Made of iron.", "qas": [entry("What metal?", ("iron", 8))]},
    )
    questions, contexts = read_gold(write(tmp_path / "gold.json", gold))
    assert len(contexts) == 1
    assert {question.places[0][0] for question in questions} == {contexts[0].source}


def test_questions_that_squad_marks_unanswerable_are_left_out(tmp_path: Path) -> None:
    gold = squad({"context": "Iron.", "qas": [entry("Of what?", ("Iron", 0)), entry("Why?")]})
    questions, _ = read_gold(write(tmp_path / "gold.json", gold))
    assert [question.question for question in questions] == ["Of what?"]


def test_an_empty_context_leaves_the_answers_text_to_be_sought(tmp_path: Path) -> None:
    gold = squad({"context": "", "qas": [entry("Of what?", ("iron", 0))]})
    questions, contexts = read_gold(write(tmp_path / "gold.json", gold))
    assert contexts == []
    assert questions[0].texts == ("iron",)


def test_evidence_names_files_and_pages(tmp_path: Path) -> None:
    gold = [{"question": "Sales?", "evidence": [{"document": "10K.pdf", "page": 50}]}]
    questions, contexts = read_gold(write(tmp_path / "gold.json", gold))
    assert contexts == []
    assert questions[0].pages == (("10K.pdf", 50),)


def test_a_listed_question_may_name_a_document_an_answer_or_both(tmp_path: Path) -> None:
    gold = [
        {"question": "Sales?", "evidence": [{"document": "10K.pdf"}], "answers": ["3 million"]},
        {"question": "Costs?", "answers": ["2 million", " "]},
    ]
    questions, _ = read_gold(write(tmp_path / "gold.json", gold))
    assert questions == [
        GoldQuestion("Sales?", texts=("3 million",), pages=(("10K.pdf", None),)),
        GoldQuestion("Costs?", texts=("2 million",)),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"data": 3},
        {"data": [{"paragraphs": [{"context": "x", "qas": [{"answers": [{"text": 1}]}]}]}]},
        [{"question": "no evidence"}],
        [{"question": "q", "answers": [""]}],
        [{"question": "q", "answers": "a string"}],
        [{"question": "q", "evidence": [{"document": "a.pdf", "page": "first"}]}],
        ["a string"],
        "a string",
        7,
        None,
    ],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, data: object) -> None:
    with pytest.raises(GoldError, match=r"gold\.json"):
        read_gold(write(tmp_path / "gold.json", data))


@pytest.mark.parametrize("data", [[], {"data": []}])
def test_gold_without_questions_is_an_error(tmp_path: Path, data: object) -> None:
    with pytest.raises(GoldError, match="no question"):
        read_gold(write(tmp_path / "gold.json", data))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_not_json_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "gold.json").write_bytes(content)
    with pytest.raises(GoldError, match="not JSON"):
        read_gold(tmp_path / "gold.json")


def test_a_missing_gold_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="cannot be read"):
        read_gold(tmp_path / "none.json")


@pytest.mark.parametrize("data", [{}, [], [1], [["q"]]])
def test_off_topic_questions_are_a_list_of_strings(tmp_path: Path, data: object) -> None:
    with pytest.raises(GoldError, match="JSON list of questions"):
        read_off_topic(write(tmp_path / "off.json", data))


def test_follow_ups_are_told_from_questions_and_read(tmp_path: Path) -> None:
    entries = [
        {"earlier": "When?", "question": "And where?", "answers": ["here", "there"]},
        {"earlier": "When?", "question": "Who was he?", "answers": ["Bo"], "standalone": True},
        {"earlier": "When?", "question": "And Peru?", "absent": True},
    ]
    path = write(tmp_path / "gold.json", entries)
    assert holds_follow_ups(path)
    assert read_follow_ups(path) == [
        FollowUp("When?", "And where?", ("here", "there"), False),
        FollowUp("When?", "Who was he?", ("Bo",), True),
        FollowUp("When?", "And Peru?", (), False),
    ]
    pages = [{"question": "q", "evidence": [{"document": "a.pdf", "page": 1}]}]
    assert not holds_follow_ups(write(tmp_path / "pages.json", pages))
    assert not holds_follow_ups(write(tmp_path / "squad.json", squad()))


@pytest.mark.parametrize(
    "entries",
    [
        [{"earlier": "When?"}],
        [{"earlier": "When?", "question": "Where?"}],
        [{"earlier": "When?", "question": "Where?", "answers": 3}],
        [{"earlier": "When?", "question": "Where?", "absent": True}],
        [{"earlier": "When?", "question": "Where?", "answers": ["x"]}, 3],
    ],
)
def test_follow_ups_that_are_not_whole_are_an_error(tmp_path: Path, entries: list[object]) -> None:
    path = write(tmp_path / "gold.json", entries)
    assert holds_follow_ups(path)
    with pytest.raises(GoldError, match=r"gold\.json"):
        read_follow_ups(path)
