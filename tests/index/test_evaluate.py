"""Evaluation's figures, on gold whose outcome is known."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import GoldError
from index.evaluate import ask_gold, fill_for_gold, load_gold, place_gold, report_outcomes
from index.library import Library
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
    def run_one(
        file: Path,
        *,
        off_topic: Path | None = None,
        documents: tuple[Path, ...] = (),
        tick: Any = None,
    ) -> Report:
        gold = load_gold(file, off_topic)
        with Library(tmp_path / "scratch", lambda: hash_encoder) as library:
            seconds = fill_for_gold(library, gold, documents, tick)
            return report_outcomes(library, ask_gold(library, gold, tick), seconds)

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
    assert report.highlight_chars == pytest.approx((33 + 36 + 39) / 3, abs=4)
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
    report = run(file, documents=(folder,))
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
        run(gold(tmp_path, ("q", "bridge", "winter")), documents=(tmp_path / "broken.pdf",))


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


def test_full_text_search_alone_is_measured_on_the_same_passages(tmp_path: Path, run: Any) -> None:
    by_word = ("What does a ticket cost?", "museum", "six euros")
    without_a_word = ("Zanzibar quagga?", "garden", "Forty")
    report = run(gold(tmp_path, by_word, without_a_word))
    assert report.bm25_recall == (0.5, 0.5)
    assert report.bm25_mrr_at_10 == 0.5
    described = report.to_dict()["bm25"]
    assert described == {"recall@1": 0.5, "recall@5": 0.5, "mrr@10": 0.5}


def test_gold_with_contexts_is_placed_in_the_librarys_own_documents(
    tmp_path: Path, open_library: Any
) -> None:
    whole = tmp_path / "town.txt"
    whole.write_text("Of the town.\n\n" + "\n\n".join(CONTEXTS.values()))
    library = open_library(passage_chars=80)
    library.add([whole])
    before = library.store.generation
    file = gold(tmp_path, ("How many roses bloom behind the wall?", "garden", "Forty"))
    placed, missing = place_gold(library, load_gold(file))
    [[(source, start, end)]] = [question.places for question in placed.questions]
    assert (source, whole.read_text()[start:end], missing) == (str(whole), "Forty", 0)
    [outcome] = ask_gold(library, placed)
    assert outcome.rank == 1
    assert outcome.bm25_rank == 1
    assert library.store.generation == before


def test_a_context_that_is_in_no_document_leaves_its_answers_text(
    tmp_path: Path, open_library: Any
) -> None:
    text = tmp_path / "town.txt"
    text.write_text(CONTEXTS["bridge"] + "\n\nForty roses bloom.")
    library = open_library()
    library.add([text])
    roses = ("How many roses bloom behind the wall?", "garden", "Forty")
    file = gold(tmp_path, ("When does it close?", "bridge", "winter"), roses)
    placed, missing = place_gold(library, load_gold(file))
    assert missing == 2  # of the garden, and of the museum, of which nothing is asked
    assert [question.texts for question in placed.questions] == [(), ("Forty",)]
    assert placed.contexts == ()
    text.write_text("Quite another text.")
    library.reindex()
    with pytest.raises(GoldError, match="None of the 3 contexts"):
        place_gold(library, load_gold(file))


def test_listed_gold_is_right_where_document_page_and_answer_fit(
    tmp_path: Path, open_library: Any
) -> None:
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bridge.txt").write_text(f"The {name} iron bridge closes in winter.")
    library = open_library()
    library.add([tmp_path])
    question = "When does the north iron bridge close?"
    entries = [
        {"question": question, "evidence": [{"document": name}], "answers": ["in winter"]}
        for name in ("north/bridge.txt", "south/bridge.txt", "bridge.txt")
    ]
    entries.append({"question": question, "answers": ["in May"]})
    file = write(tmp_path / "gold.json", entries)
    ranks = [outcome.rank for outcome in ask_gold(library, load_gold(file))]
    assert ranks == [1, 2, 1, float("inf")]


def test_a_reviewed_gold_file_brings_its_own_off_topic_questions(tmp_path: Path, run: Any) -> None:
    file = gold(tmp_path, ("When does the bridge close?", "bridge", "winter"))
    reviewed = {**json.loads(file.read_text()), "reviewed": True, "off_topic": ["xanthos?"]}
    other = write(tmp_path / "off.json", ["quarks?"])
    loaded = load_gold(write(file, reviewed), other)
    assert loaded.off_topic == ("xanthos?", "quarks?")
    assert run(file).refused_off_topic is not None
    for wrong in ([1], "xanthos?", {}):
        with pytest.raises(GoldError, match="is not a list of questions"):
            load_gold(write(file, {**reviewed, "off_topic": wrong}))


def test_what_nobody_has_reviewed_is_no_gold(tmp_path: Path) -> None:
    file = gold(tmp_path, ("When does the bridge close?", "bridge", "winter"))
    for reviewed in (False, 0, "no", None):
        write(file, {**json.loads(file.read_text()), "reviewed": reviewed})
        with pytest.raises(GoldError, match=r"--misses review\.html"):
            load_gold(file)
