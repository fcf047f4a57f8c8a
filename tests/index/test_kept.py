"""A model that is kept for the next start: whole, or made anew; and what a start from it loads."""

import json
import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import kept
from index.embed import SentenceEncoder, load_encoder
from index.kept import NETWORK, TOKENIZER, TRAITS, WEIGHTS, keep_model, read_kept
from index.types import Passage
from index.weights import find_weights

ROOT = Path(__file__).parents[2]
TEXT = "The garden opens in spring. Snow is on the old bridge in winter."
PASSAGE = Passage(TEXT, 0, len(TEXT), None, None, (), ((0, 27), (28, 64)))

TRAINING = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy", "pandas"}
ELSEWHERE = {
    *("discord", "aiohttp", "markitdown", "pypdfium2", "PIL", "sentencex", "trafilatura"),
    *("semantic_text_splitter", "docutils", "bs4", "lxml", "huggingface_hub", "watchfiles"),
}
ASK = """
import sys
from pathlib import Path
model, data, *text = sys.argv[1:]
from index.embed import load_encoder
from index.library import Library
def load():
    return load_encoder(model, cache=Path(data) / "models")
with Library(Path(data) / "library", load) as library:
    if text:
        library.add([Path(text[0])])
    answer = library.ask("When does the garden open?")
assert "garden" in answer.hits[0].passage.text
print(*{name.partition(".")[0] for name in sys.modules}, *sys.modules)
"""


@pytest.fixture
def made(kept_models: Path) -> Path:
    """A folder in which the tiny model is kept, not to be changed."""
    return kept_models


@pytest.fixture
def cache(made: Path, tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    weights = find_weights(str(tiny_model))
    assert weights
    for file in (made / weights.key).iterdir():
        (tmp_path / weights.key).mkdir(exist_ok=True)
        (tmp_path / weights.key / file.name).write_bytes(file.read_bytes())
    return tmp_path


def find_folder(cache: Path) -> Path:
    [folder] = cache.iterdir()
    return folder


def assert_same(one: SentenceEncoder, other: SentenceEncoder, apart: float) -> None:
    """Fail unless both see the same in a passage and in a question."""
    assert (one.fingerprint, one.dimension) == (other.fingerprint, other.dimension)
    [this], [that] = (
        encoder.embed_passages(["City handbook"], [PASSAGE]) for encoder in (one, other)
    )
    assert this.vector == pytest.approx(that.vector, abs=apart)
    assert this.sentence_vectors == pytest.approx(that.sentence_vectors, abs=apart)
    assert this.token_counts == that.token_counts
    differ = np.unpackbits(this.token_signs ^ that.token_signs)
    assert differ.mean() < 0.01  # components near zero may fall on either side
    [asked], [also] = (encoder.embed_questions(["old bridge"]) for encoder in (one, other))
    assert asked.vector == pytest.approx(also.vector, abs=apart)
    assert asked.token_vectors == pytest.approx(also.token_vectors, abs=apart)


def test_a_start_from_what_is_kept_gives_the_vectors_of_pytorch(
    tiny_model: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold, by_torch = load_encoder(str(tiny_model)), load_encoder(str(tiny_model), backend="torch")
    monkeypatch.setitem(sys.modules, "index.model", None)  # whatever needs PyTorch is in there
    warm = load_encoder(str(tiny_model), cache=made)
    assert (warm.backend, cold.backend, by_torch.backend) == ("openvino", "openvino", "torch")
    assert_same(warm, cold, 1e-5)
    assert_same(warm, by_torch, 1e-3)


def test_all_ways_of_pooling_and_a_layer_behind_them_are_kept(
    tiny_model: Path, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    transformer = Transformer(str(tiny_model))
    ways = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
    layer = Pooling(transformer.get_embedding_dimension(), pooling_mode=ways)
    dense = Dense(layer.get_embedding_dimension(), 16)
    model = SentenceTransformer(
        modules=[transformer, layer, dense], device="cpu", prompts={"query": "question "}
    )
    model.save(str(tmp_path / "model"), create_model_card=False)
    load_encoder(str(tmp_path / "model"), cache=tmp_path / "kept", backend="openvino")
    warm = load_encoder(str(tmp_path / "model"), cache=tmp_path / "kept")
    assert_same(warm, load_encoder(str(tmp_path / "model"), backend="torch"), 1e-3)
    expected = model.encode_query(["old bridge"], normalize_embeddings=True)
    assert warm.embed_questions(["old bridge"])[0].vector == pytest.approx(expected[0], abs=1e-3)


def test_a_question_loads_no_library_that_trains_models_once_its_model_is_kept(
    tiny_model: Path, made: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(made)
    (tmp_path / "garden.md").write_text(TEXT)
    words = [sys.executable, "-c", ASK, str(tiny_model), str(tmp_path)]
    loaded = []
    for more in ([str(tmp_path / "garden.md")], []):
        run = subprocess.run(
            [*words, *more], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
        )
        loaded.append(set(run.stdout.split()))
        assert {"openvino", "tokenizers", "faiss"} <= loaded[-1]
        assert not loaded[-1] & {*TRAINING, "index.model", "openvino.tools.ovc"}
    assert not loaded[1] & ELSEWHERE


@pytest.mark.parametrize("part", [TRAITS, TOKENIZER, NETWORK, WEIGHTS])
def test_a_part_with_another_byte_or_one_less_or_none_is_noticed(
    cache: Path, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = find_folder(cache)
    whole = (folder / part).read_bytes()
    at = whole.rindex(b"1") if part == TRAITS else len(whole) // 2
    for damaged in (whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], whole[:-1], None):
        caplog.clear()
        (folder / part).unlink()
        if damaged is not None:
            (folder / part).write_bytes(damaged)
        assert read_kept(folder) is None
        assert "damaged" in caplog.text
        (folder / part).write_bytes(whole)
    assert read_kept(folder)


def test_a_model_that_is_kept_damaged_is_made_anew(
    tiny_model: Path, made: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = find_folder(cache)
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    encoder = load_encoder(str(tiny_model), cache=cache)
    assert_same(encoder, load_encoder(str(tiny_model), cache=made), 1e-5)
    assert caplog.text.count("damaged") == 1
    assert find_folder(cache) == folder
    assert len((folder / WEIGHTS).read_bytes()) == len(whole)
    assert read_kept(folder)


def test_what_another_version_of_openvino_made_is_made_anew_without_a_word(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kept, "_name_makers", lambda: "layout 1, OpenVINO 1999, tokenizers 0")
    assert read_kept(find_folder(cache)) is None
    assert caplog.text == ""


def test_other_files_of_the_same_name_are_not_taken_for_what_is_kept(
    tiny_model: Path, tmp_path: Path
) -> None:
    copy = tmp_path / tiny_model.name
    for file in tiny_model.rglob("*"):
        if file.is_file():
            (copy / file.relative_to(tiny_model)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(tiny_model)).write_bytes(file.read_bytes())
    assert find_weights(str(copy)) == find_weights(str(tiny_model))
    config = copy / "config_sentence_transformers.json"
    told = json.loads(config.read_text())
    config.write_text(json.dumps(told | {"prompts": {"query": "question "}}))
    assert find_weights(str(copy)) != find_weights(str(tiny_model))


def test_processes_that_keep_the_same_model_at_once_leave_one_that_is_whole(
    cache: Path, tmp_path: Path
) -> None:
    folder = find_folder(cache)
    one = read_kept(folder)
    assert one
    (folder / TOKENIZER).write_text("damaged")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: keep_model(folder, one), range(8)))
    assert find_folder(cache) == folder
    assert read_kept(folder)


def test_a_kept_model_is_its_owners_whatever_the_umask(cache: Path, tmp_path: Path) -> None:
    one = read_kept(find_folder(cache))
    assert one
    folder = tmp_path / "data" / "models" / "model"
    before = os.umask(0)
    try:
        keep_model(folder, one)
    finally:
        os.umask(before)
    assert read_kept(folder)
    for path in (tmp_path / "data", folder.parent, folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    parts = [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()]
    assert parts == [0o600] * 4


def test_a_model_that_cannot_be_kept_leaves_nothing(
    cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = read_kept(find_folder(cache))
    assert one
    folder = tmp_path / "elsewhere" / "model"
    folder.parent.mkdir()
    folder.write_text("no folder")
    keep_model(folder, one)
    assert "could not be kept" in caplog.text
    assert list(folder.parent.iterdir()) == [folder]


def test_what_a_process_left_half_written_is_removed_once_it_is_old(cache: Path) -> None:
    folder = find_folder(cache)
    one = read_kept(folder)
    assert one
    old, new, ahead = (cache / f".{folder.name}.{name}" for name in ("old", "new", "ahead"))
    for left in (old, new, ahead):
        left.mkdir()
        (left / WEIGHTS).write_bytes(b"half")
    for left, hours in ((old, -24), (ahead, 24)):  # and the clock was set back since
        moment = time.time() + hours * 3600
        os.utime(left, (moment, moment))
    keep_model(folder, one)
    assert sorted(cache.iterdir()) == [new, folder]
