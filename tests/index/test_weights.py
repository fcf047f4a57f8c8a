"""Where a model's files are found without its libraries, and what tells one from another."""

from pathlib import Path

import pytest

from index import weights
from index.weights import DEFAULT_MODEL, DEFAULT_SHA256, Weights, find_weights


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "modules.json").write_text("[]")
    (folder / "1_Pooling" / "config.json").write_text("{}")
    return folder


def test_the_packaged_model_is_named_by_its_published_hash() -> None:
    found = find_weights(None)
    assert found == Weights(DEFAULT_MODEL, DEFAULT_SHA256)
    assert found.key == f"{DEFAULT_MODEL}@{DEFAULT_SHA256[:12]}"


def test_any_file_of_a_folder_changes_its_hash_and_hidden_ones_do_not(model: Path) -> None:
    before = find_weights(str(model))
    assert before and before.name == "model"
    (model / ".git").mkdir()
    (model / ".git" / "HEAD").write_text("main")
    assert find_weights(str(model)) == before
    (model / "1_Pooling" / "config.json").write_text("[]")
    changed = find_weights(str(model))
    assert changed and changed != before
    (model / "1_Pooling" / "config.json").rename(model / "1_Pooling" / "other.json")
    assert find_weights(str(model)) not in (before, changed, None)


def test_a_folder_without_a_model_is_not_read_through(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    assert find_weights(str(tmp_path)) is None


@pytest.mark.parametrize("id", ["someone/model", "model"])
def test_an_id_is_found_where_it_was_downloaded_to(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path / "model")  # where no folder is called like the id
    assert find_weights(id) is None
    owner = "someone" if "/" in id else "sentence-transformers"
    kept = tmp_path / "hub" / f"models--{owner}--model"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("abc123")
    assert find_weights(id) is None  # half downloaded
    (kept / "snapshots").mkdir()
    model.rename(kept / "snapshots" / "abc123")
    found = find_weights(id)
    assert found and found.name == "model"
    (kept / "refs" / "main").write_text("../../elsewhere")
    assert find_weights(id) is None


def test_files_that_cannot_be_read_are_left_to_whoever_loads_them(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(path)

    monkeypatch.setattr(weights, "hash_file", refuse)
    assert find_weights(str(model)) is None
