"""Why a question was missed, on libraries where that is known."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.evaluate import ask_gold, load_gold
from index.library import Library
from index.misses import Miss, explain_misses
from tests.index.cross_encoders import Devotee

TEXTS = {
    "bridge": "The iron bridge closes in winter. Nobody crosses before April.",
    "garden": "The garden opens at ten. Forty roses bloom behind the wall.",
    "museum": "The museum shows paintings. A ticket costs six euros at the door.",
}
Ask = Callable[..., tuple[Miss, ...]]


@pytest.fixture
def ask(tmp_path: Path, open_library: Callable[..., Library]) -> Ask:
    library = open_library()
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text)
    library.add([folder])

    def ask_one(entries: list[object], off_topic: list[str] | None = None, most: int = 9) -> object:
        (tmp_path / "gold.json").write_text(json.dumps(entries))
        (tmp_path / "off.json").write_text(json.dumps(off_topic or ["zzz"]))
        gold = load_gold(tmp_path / "gold.json", tmp_path / "off.json")
        return explain_misses(library, ask_gold(library, gold), most=most)

    return ask_one  # type: ignore[return-value]


def listed(question: str, answer: str) -> dict[str, object]:
    return {"question": question, "answers": [answer]}


def test_a_question_that_is_answered_rightly_is_no_miss(ask: Ask) -> None:
    assert ask([listed("When does the iron bridge close in winter?", "closes in winter")]) == ()


def test_a_miss_has_the_right_passage_what_came_first_and_the_parts_of_both(ask: Ask) -> None:
    [miss] = ask([listed("The garden opens at ten, and forty roses bloom?", "six euros")])
    assert miss.kinds == ("not first", "answered wrongly")
    [right] = miss.gold
    assert (right.document.name, right.rank in (2, 3), right.right) == ("museum.txt", True, True)
    [(start, end)] = right.answers
    assert right.passage.text[start:end] == "six euros"
    first = miss.came[0]
    assert (first.document.name, first.rank, first.right) == ("garden.txt", 1, False)
    assert first.score > right.score
    for judged in (right, first):
        assert sum(value for _, value in judged.parts) == pytest.approx(judged.score, abs=1e-5)
    words = [word for word, _ in miss.words]
    assert words == ["garden", "opens", "ten", "forty", "roses", "bloom"]
    assert first.holds == (True,) * 6
    assert right.holds == (False,) * 6
    assert all(weight > 0 for _, weight in miss.words)


@pytest.mark.parametrize("reranked", [False, True])
def test_a_right_passage_that_nothing_found_is_judged_by_itself(
    tmp_path: Path, open_library: Callable[..., Library], reranked: bool
) -> None:
    options = {"load_reranker": lambda: Devotee("bridge")} if reranked else {}
    library = open_library(passage_chars=50, **options)
    folder = tmp_path / "many"
    folder.mkdir()
    paragraphs = [f"Iron bridge, iron bridge number {number}." for number in range(40)]
    (folder / "many.txt").write_text("\n\n".join(paragraphs))
    (folder / "last.txt").write_text("Unlike all else.")
    library.add([folder])
    assert library.store.counts()[0] == 41
    gold = [{"question": "Iron bridge number?", "evidence": [{"document": "last.txt"}]}]
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    [outcome] = ask_gold(library, load_gold(tmp_path / "gold.json"))
    [miss] = explain_misses(library, [outcome], most=1)
    assert "not among ten" in miss.kinds
    [right] = miss.gold
    assert (right.document.name, right.rank, right.holds) == ("last.txt", None, (False,) * 3)
    assert sum(value for _, value in right.parts) == pytest.approx(right.score, abs=1e-5)
    assert next(name for name, _ in right.parts) == ("reranker" if reranked else "sentence")
    assert right.score < miss.came[0].score
    assert right.highlights == ((0, 16),)


def test_an_answer_that_is_in_no_passage_leaves_no_right_one(ask: Ask) -> None:
    [miss] = ask([listed("Which zebra?", "a striped one")])
    assert miss.kinds == ("not among ten", "refused wrongly")
    assert miss.gold == ()
    assert miss.came


def test_what_misled_comes_first_and_the_rest_is_cut(ask: Ask) -> None:
    entries = [
        listed("Unheard roses quagga zebra gnu?", "Forty"),
        listed("The garden opens at ten, and forty roses bloom?", "six euros"),
        listed("Which zebra?", "a striped one"),
    ]
    off_topic = ["The iron bridge closes in winter. Nobody crosses before April."]
    misses = ask(entries, off_topic)
    assert [miss.kinds[-1] for miss in misses] == [
        "off-topic",
        "answered wrongly",
        "refused wrongly",
        "refused wrongly",
    ]
    assert misses[0].confidence >= misses[1].confidence
    assert misses[2].question == "Which zebra?"
    assert misses[0].gold == ()
    assert ask(entries, off_topic, most=2) == misses[:2]


def test_off_topic_questions_that_are_refused_are_no_misses(ask: Ask) -> None:
    misses = ask([listed("Which zebra?", "a striped one")], ["Quux blarg wibble?"])
    assert [miss.question for miss in misses] == ["Which zebra?"]
