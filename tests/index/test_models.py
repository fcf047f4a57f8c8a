"""Models of other kinds than the packaged one: each is used as its own library uses it, or refused
with what is lacking."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embed import SentenceEncoder, load_encoder
from index.errors import ModelChanged, ModelError
from index.library import Library
from index.supported import Prompts
from index.types import Passage

TEXT = "The garden opens in spring. Snow is on the old bridge in winter."
PASSAGE = Passage(TEXT, 0, len(TEXT), None, None, (), ((0, 27), (28, 64)))
SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 128,
}


def make_network(kind: str, vocabulary: int) -> Any:
    """A network of random weights."""
    import torch
    import transformers as t

    torch.manual_seed(7)
    makers: dict[str, Callable[[], Any]] = {
        "xlm-roberta": lambda: t.XLMRobertaModel(
            t.XLMRobertaConfig(vocab_size=vocabulary, pad_token_id=0, **SMALL)
        ),
        "distilbert": lambda: t.DistilBertModel(
            t.DistilBertConfig(vocab_size=vocabulary, dim=32, n_layers=2, n_heads=2, hidden_dim=64)
        ),
        "modernbert": lambda: t.ModernBertModel(
            t.ModernBertConfig(
                vocab_size=vocabulary,
                **SMALL,
                pad_token_id=0,
                bos_token_id=2,
                eos_token_id=3,
                cls_token_id=2,
                sep_token_id=3,
            )
        ),
        "qwen3": lambda: t.Qwen3Model(
            t.Qwen3Config(
                vocab_size=vocabulary, num_key_value_heads=2, head_dim=16, pad_token_id=0, **SMALL
            )
        ),
        "t5": lambda: t.T5EncoderModel(
            t.T5Config(
                vocab_size=vocabulary, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2
            )
        ),
    }
    return makers[kind]()


def save_model(
    tiny_model: Path, folder: Path, kind: str, *, pooling: str = "mean", **options: Any
) -> Path:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model, model_max_length=126)
    make_network(kind, len(tokenizer)).save_pretrained(folder / "bare")
    tokenizer.save_pretrained(folder / "bare")
    transformer = Transformer(str(folder / "bare"))
    modules = [transformer, Pooling(transformer.get_embedding_dimension(), pooling)]
    model = SentenceTransformer(modules=modules, device="cpu", **options)
    model.save(str(folder / kind), create_model_card=False)
    return folder / kind


def embed_both(folder: Path, encoder: SentenceEncoder) -> None:
    """Hold the encoder against the model's own library, by texts of several lengths."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    texts = ["snow", "when is the garden open in winter and who has the key", "old bridge"]
    expected = model.encode_query(texts, normalize_embeddings=True)
    questions = encoder.embed_questions(texts)
    for question, vector in zip(questions, expected, strict=True):
        assert question.vector == pytest.approx(vector, abs=1e-3)
    [embedding] = encoder.embed_passages(["City handbook"], [PASSAGE])
    [expected_passage] = model.encode_document(
        [f"City handbook\n{TEXT}"], normalize_embeddings=True
    )
    assert embedding.vector == pytest.approx(expected_passage, abs=1e-3)
    assert encoder.dimension == len(embedding.vector)
    assert embedding.token_counts[0] > 0
    assert sum(embedding.token_counts) == len(embedding.token_signs)


@pytest.mark.parametrize(
    ("kind", "pooling"),
    [
        ("xlm-roberta", "mean"),
        ("distilbert", "cls"),
        ("modernbert", "cls"),
        ("qwen3", "lasttoken"),
        ("t5", "mean"),
    ],
)
def test_a_network_of_another_kind_gives_the_vectors_that_its_own_library_gives(
    tiny_model: Path, tmp_path: Path, kind: str, pooling: str
) -> None:
    folder = save_model(tiny_model, tmp_path, kind, pooling=pooling)
    embed_both(folder, load_encoder(str(folder), backend="torch"))


def test_a_model_in_half_precision_is_run_in_full(tiny_model: Path, tmp_path: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_model), device="cpu").to(torch.bfloat16)
    model.save(str(tmp_path / "half"), create_model_card=False)
    encoder = load_encoder(str(tmp_path / "half"), backend="torch")
    [question] = encoder.embed_questions(["old bridge"])
    [whole] = load_encoder(str(tiny_model), backend="torch").embed_questions(["old bridge"])
    assert question.vector.dtype == np.float32
    assert question.vector == pytest.approx(whole.vector, abs=0.02)


def test_vectors_are_cut_where_the_model_says_so(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_model), device="cpu", truncate_dim=8)
    model.save(str(tmp_path / "short"), create_model_card=False)
    encoder = load_encoder(str(tmp_path / "short"), backend="torch")
    assert encoder.dimension == 8
    embed_both(tmp_path / "short", encoder)


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_the_prompt_of_passages_goes_by_any_of_its_names(
    tiny_model: Path, tmp_path: Path, name: str
) -> None:
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "question ", name: "page "}
    model = SentenceTransformer(str(tiny_model), device="cpu", prompts=prompts)
    model.save(str(tmp_path / "prompted"), create_model_card=False)
    encoder = load_encoder(str(tmp_path / "prompted"), backend="torch")
    [embedding] = encoder.embed_passages(["City handbook"], [PASSAGE])
    [expected] = model.encode(
        [f"City handbook\n{TEXT}"], prompt_name=name, normalize_embeddings=True
    )
    assert embedding.vector == pytest.approx(expected, abs=1e-4)


def test_prompts_of_the_settings_take_the_place_of_the_models(tiny_model: Path) -> None:
    plain = load_encoder(str(tiny_model), backend="torch")
    prompts = Prompts(query="question ", passage="page ")
    prompted = load_encoder(str(tiny_model), backend="torch", prompts=prompts)
    [asked], [expected] = (
        plain.embed_questions(["question old bridge"]),
        prompted.embed_questions(["old bridge"]),
    )
    assert asked.vector == pytest.approx(expected.vector, abs=1e-5)
    assert len(expected.token_vectors) == 2
    [embedding] = prompted.embed_passages(["City"], [PASSAGE])
    [by_hand] = plain.embed_passages(["page City"], [PASSAGE])
    assert embedding.vector == pytest.approx(by_hand.vector, abs=1e-5)


def test_the_prompt_of_passages_alone_changes_what_the_library_was_embedded_with(
    tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.md").write_text(TEXT)

    def open_with(prompts: Prompts) -> Library:
        encoder = load_encoder(str(tiny_model), backend="torch", prompts=prompts)
        return Library(tmp_path / "library", lambda: encoder)

    with open_with(Prompts()) as plain, open_with(Prompts(query="question ")) as asking:
        plain.add([tmp_path / "notes.md"])
        asking.ask("When does the garden open?")
        assert asking.scored_by == f"{plain.scored_by}, questions after 'question '"
    with open_with(Prompts(passage="page ")) as other:
        assert other.encoder.name == tiny_model.name
        with pytest.raises(ModelChanged, match=r"after 'page '.*FOOTNOTE_PASSAGE_PROMPT"):
            other.ask("When does the garden open?")


def test_a_table_of_word_vectors_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from transformers import AutoTokenizer

    static = StaticEmbedding(AutoTokenizer.from_pretrained(tiny_model), embedding_dim=16)
    SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path / "static"))
    with pytest.raises(ModelError, match=r"'static' is a table of word vectors.*FOOTNOTE_MODEL"):
        load_encoder(str(tmp_path / "static"))


def test_a_model_of_two_networks_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Router
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    def half() -> list[Any]:
        transformer = Transformer(str(tiny_model))
        return [transformer, Pooling(transformer.get_embedding_dimension())]

    router = Router.for_query_document(query_modules=half(), document_modules=half())
    SentenceTransformer(modules=[router], device="cpu").save(str(tmp_path / "two"))
    with pytest.raises(ModelError, match="questions with one network and passages with another"):
        load_encoder(str(tmp_path / "two"))


def test_a_model_that_leaves_its_prompts_out_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_model), device="cpu")
    model.set_pooling_include_prompt(include_prompt=False)
    model.save(str(tmp_path / "without"), create_model_card=False)
    with pytest.raises(ModelError, match="include_prompt: false"):
        load_encoder(str(tmp_path / "without"))


def test_a_model_with_code_of_its_own_is_refused_and_none_of_it_runs(
    tiny_model: Path, tmp_path: Path
) -> None:
    import json
    import shutil

    folder = tmp_path / "coded"
    shutil.copytree(tiny_model, folder)
    file = next(file for file in folder.rglob("config.json") if "model_type" in file.read_text())
    config = json.loads(file.read_text())
    config |= {"model_type": "unheard-of", "auto_map": {"AutoConfig": "code.Config"}}
    file.write_text(json.dumps(config))
    (file.parent / "code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(ModelError, match=r"code of its own \(trust_remote_code\)"):
        load_encoder(str(folder))
    assert not (tmp_path / "ran").exists()
