"""A real embedding model, small enough to be made anew for every run; a look beside the cage."""

import json
import os
import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from index import caged
from index.workers import Outcome, Worker

if TYPE_CHECKING:
    from index.embed import SentenceEncoder


def pytest_configure(config: pytest.Config) -> None:
    """Take half of Hypothesis' examples, and all of them with the tests that are thorough."""
    settings.register_profile(
        "footnote",
        max_examples=50 if config.option.markexpr else 100,
        deadline=None,  # how long an example takes depends on what else the machine does
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("footnote")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: some tests wait for processes and for Discord."""
    return (os.cpu_count() or 1) + 1


WORDS = """
a about above after all also an and answer any are as ask at be been before below best bird blue
boat book bot bread bridge brown but by can cat cents cheese citation city climate coast coffee
cold colour command day deep did discord do doctor document does dog down each east emission
euro every eye fast february file find first fish floor flower folder for forest forty found
four fox from garden give glass gold good grammar great green had hand handbook has have he
heading her here high his house how hundred if in index into iron is island it january key
kitchen know lake large last late leaf library light like line list little long low made make
man many map march may metre milk million minute model moon more morning most mountain much
museum music must name near never new night no north not note number of office oil old on one
only open opens or other our out over page paper paris passage people percent piece plain plant
price question quick rain read red remove river road roof room rule run sea second see server
seven she short show silver six small snow so some song south spring station step stone street
summit sun table tea ten than that the their them there these they this thousand three time to
tower town tree two under up very walk wall was water way we week well were west what when where
which white who why will wind window winter with without wood word work world year yellow you
""".split()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that sentence-transformers loads: 32 dimensions, where words decide the vector."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("tiny-model")
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = string.ascii_lowercase + string.digits + string.punctuation
    pieces = [*marks, *letters, *(f"##{letter}" for letter in letters), *WORDS]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    torch.manual_seed(7)
    model = BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=256,
        )
    )
    # Trained models tell words apart; freshly drawn ones tell positions apart as much.
    torch.nn.init.normal_(model.embeddings.word_embeddings.weight)
    model.save_pretrained(folder / "bert")
    BertTokenizer(vocab=vocabulary, model_max_length=256).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    pooling = Pooling(transformer.get_embedding_dimension())
    whole = SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")
    whole.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture(scope="session")
def packaged_encoder() -> "SentenceEncoder":
    """The default model, which is a package."""
    from index.embed import load_encoder

    return load_encoder()


@pytest.fixture(scope="session")
def kept_models(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny model is kept as a start wants it, not to be changed."""
    from index.embed import load_encoder

    folder = tmp_path_factory.mktemp("kept-models")
    load_encoder(str(tiny_model), cache=folder)
    return folder


@pytest.fixture
def compare_with_cage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cage changes nothing: whatever a task makes in it, it makes in this process, too."""
    ask_caged = Worker.ask

    def ask_both(worker: Worker, head: bytes, data: bytes, seconds: float) -> Outcome:
        outcome = ask_caged(worker, head, data, seconds)
        if outcome.answer:  # else it was stopped
            assert outcome.answer == caged._do(json.loads(head), data)
        return outcome

    monkeypatch.setattr(Worker, "ask", ask_both)
