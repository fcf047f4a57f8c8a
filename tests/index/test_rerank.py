"""The best passages judged once more, by a tiny cross-encoder and by one of known verdict."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest

from index.errors import ModelError
from index.library import Library
from index.rerank import RERANKED, UNFITTED, CrossReranker, load_reranker
from index.types import Calibration
from tests.index.cross_encoders import Devotee, save_cross_encoder

QUESTION = "When does the garden open?"
TEXTS = ("The garden opens in spring.", "Snow is on the old bridge.", "A fox has a house.", "")


@pytest.fixture(scope="module")
def folder(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tiny_model, tmp_path_factory.mktemp("cross") / "tiny-cross")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossReranker:
    return load_reranker(str(folder))


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "bridge.md").write_text("# Bridge\n\nThe old bridge closes in winter.\n")
    (documents / "garden.md").write_text("# Garden\n\n## Hours\n\nThe garden opens at ten.\n")
    return documents


def test_scores_are_the_logits_that_sentence_transformers_gives(
    reranker: CrossReranker, folder: Path
) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    expected = model.predict(
        [(QUESTION, text) for text in TEXTS], activation_fn=torch.nn.Identity()
    )
    scores = reranker.score(QUESTION, TEXTS)
    assert scores == pytest.approx(expected.tolist(), abs=1e-5)
    assert len(set(scores)) == len(TEXTS)
    assert reranker.score(QUESTION, []) == []


def test_whatever_a_model_has_over_its_logits_is_left_out(
    tiny_model: Path, tmp_path: Path, reranker: CrossReranker
) -> None:
    import torch

    # What a folder without a word on it gets is a sigmoid.
    other = save_cross_encoder(tiny_model, tmp_path / "tiny-cross", activation=torch.nn.Identity())
    bare = load_reranker(str(other))
    assert bare.score(QUESTION, TEXTS) == pytest.approx(reranker.score(QUESTION, TEXTS), abs=1e-6)
    assert bare.fingerprint == reranker.fingerprint


def test_of_what_is_too_long_the_end_is_cut(reranker: CrossReranker) -> None:
    cut = "snow " * 2000
    one, other = reranker.score(QUESTION, [cut + "bridge", cut + "fox"])
    assert one == pytest.approx(other, abs=1e-6)


def test_threads_can_share_a_reranker(reranker: CrossReranker) -> None:
    alone = reranker.score(QUESTION, TEXTS)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(reranker.score, QUESTION, TEXTS) for _ in range(12)]
    for scores in asked:
        assert scores.result() == pytest.approx(alone, abs=1e-5)


def test_the_fingerprint_is_the_name_and_the_hash_of_the_weights(
    reranker: CrossReranker, tiny_model: Path, tmp_path: Path
) -> None:
    other = load_reranker(str(save_cross_encoder(tiny_model, tmp_path / "tiny-cross", seed=8)))
    assert reranker.name == other.name == "tiny-cross"
    assert reranker.fingerprint != other.fingerprint
    assert reranker.fingerprint.startswith("tiny-cross@")


def test_a_folder_is_loaded_without_trying_the_network(
    folder: Path, reranker: CrossReranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **_: Any) -> NoReturn:
        raise AssertionError(f"network: {arguments}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert load_reranker(str(folder)).fingerprint == reranker.fingerprint


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"reranker.*cannot be loaded.*FOOTNOTE_RERANKER"):
        load_reranker(str(tmp_path))


def test_a_model_that_sorts_into_classes_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    folder = save_cross_encoder(tiny_model, tmp_path / "classes", labels=3)
    with pytest.raises(ModelError, match=r"3 labels.*one label, such as.*"):
        load_reranker(str(folder))


def test_a_model_whose_scores_are_no_numbers_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    folder = save_cross_encoder(tiny_model, tmp_path / "broken", weight=float("nan"))
    with pytest.raises(ModelError, match=r"no numbers.*FOOTNOTE_RERANKER"):
        load_reranker(str(folder))


def test_the_rerankers_score_orders_the_passages_and_is_the_one_part_of_theirs(
    open_library: Callable[..., Library], documents: Path
) -> None:
    devotee = Devotee("bridge")
    library = open_library(load_reranker=lambda: devotee)
    library.add([documents])
    assert not devotee.asked  # what is added is not judged
    answer = library.ask(QUESTION)
    assert [hit.document.name for hit in answer.hits] == ["bridge.md", "garden.md"]
    assert [hit.score for hit in answer.hits] == [2.0, -3.0]
    assert all(hit.parts == (("reranker", hit.score),) for hit in answer.hits)
    ((question, texts),) = devotee.asked
    assert question == QUESTION
    assert "Garden › Hours\nThe garden opens at ten." in texts
    # The sentence is marked as ever.
    ((start, end),) = answer.hits[0].highlights
    assert answer.hits[0].passage.text[start:end] == "The old bridge closes in winter."


def test_the_sigmoid_of_the_rerankers_score_says_whether_the_question_is_answered(
    open_library: Callable[..., Library], documents: Path
) -> None:
    devotee = Devotee("bridge")
    library = open_library(load_reranker=lambda: devotee)
    library.add([documents])
    assert library.calibration == UNFITTED
    answer = library.ask(QUESTION)
    assert answer.answered
    assert answer.confidence == pytest.approx(0.880797, abs=1e-6)
    devotee.word = "castle"
    answer = library.ask(QUESTION)
    assert not answer.answered
    assert answer.confidence == pytest.approx(0.047426, abs=1e-6)


def test_a_calibration_holds_for_the_reranker_that_it_was_fitted_with_alone(
    open_library: Callable[..., Library], documents: Path
) -> None:
    library = open_library(load_reranker=lambda: Devotee("bridge"))
    library.add([documents])
    assert (
        library.scored_by == "hash@1, passages of 1200 characters, score 3, reranked by devotee@1"
    )
    fitted = Calibration(threshold=2.5, spread=0.5)
    with library.store.transaction():
        library.store.fitted.keep(library.scored_by, fitted)
    assert library.calibration == fitted
    assert not library.ask(QUESTION).answered
    other = open_library(load_reranker=lambda: Devotee("bridge", version=2))
    assert other.calibration == UNFITTED
    assert open_library().calibration not in (fitted, UNFITTED)


def test_a_follow_up_is_judged_with_the_question_that_it_leans_on(
    open_library: Callable[..., Library], documents: Path
) -> None:
    devotee = Devotee("bridge")
    library = open_library(load_reranker=lambda: devotee)
    library.add([documents])
    library.ask("And the bridge?", earlier=QUESTION)
    assert devotee.asked[0][0] == f"And the bridge? {QUESTION}"


@pytest.mark.parametrize(("top", "judged"), [(3, RERANKED), (RERANKED + 5, RERANKED + 5)])
def test_the_best_passages_alone_are_judged(
    open_library: Callable[..., Library], tmp_path: Path, top: int, judged: int
) -> None:
    text = "\n\n".join(f"# Room {number}\n\nThe room of number {number}." for number in range(40))
    (tmp_path / "rooms.md").write_text(text)
    devotee = Devotee("number")
    library = open_library(load_reranker=lambda: devotee)
    library.add([tmp_path / "rooms.md"])
    answer = library.ask("Which room is of number 7?", top=top)
    assert len(devotee.asked[0][1]) == judged
    assert len(answer.hits) == top
