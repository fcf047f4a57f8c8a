"""What is embedded once is not embedded again: counted, not timed."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from index.library import Library
from tests.index.conftest import HashEncoder

Open = Callable[..., Library]


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


def write_story(path: Path, paragraphs: int = 300, *, changed: int | None = None) -> None:
    """A long text without headings, the same every time but for the paragraph `changed`."""
    random = Random(7)
    words = ["barley", "mill", "river", "stone", "lantern", "orchard", "ferry", "winter", "cooper"]
    texts = [
        " ".join(
            f"The {random.choice(words)} met a {random.choice(words)} at {random.random()} o'clock."
            for _ in range(random.randrange(3, 9))
        )
        for _ in range(paragraphs)
    ]
    if changed is not None:
        texts[changed] = "A new bridge was opened here. It is made of iron."
    path.write_text("\n\n".join(texts))


@pytest.mark.parametrize("changed", [0, 7, 150, 299])
def test_of_a_large_file_only_what_changed_is_embedded_again(
    library: Library, tmp_path: Path, hash_encoder: HashEncoder, changed: int
) -> None:
    file = tmp_path / "story.txt"
    write_story(file)
    whole = library.add([file]).passages
    assert whole == hash_encoder.embedded > 50
    before = {passage.text: id for id, (_, passage) in all_passages(library).items()}
    write_story(file, changed=changed)
    summary = library.reindex()
    assert summary.updated == ("story.txt",)
    assert summary.passages == hash_encoder.embedded - whole <= 3
    after = {passage.text: id for id, (_, passage) in all_passages(library).items()}
    # What stayed keeps its number, so that older answers still lead to it.
    assert sum(before.get(text) == id for text, id in after.items()) >= len(after) - 3
    assert "new bridge" in library.ask("What was opened, made of iron?").hits[0].passage.text
    assert library.check() == ()


def test_what_was_kept_is_as_if_it_had_been_embedded_afresh(
    library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "story.txt"
    write_story(file, 80)
    library.add([file])
    write_story(file, 80, changed=40)
    library.reindex()
    kept = seen(library)
    library.reindex(full=True)
    afresh = seen(library)
    assert len(kept.keys() & afresh.keys()) > 5
    for text in kept.keys() & afresh.keys():
        assert np.allclose(kept[text][0], afresh[text][0])
        assert kept[text][1] == afresh[text][1]


@pytest.mark.parametrize("title", ["", "# The story\n\n"])
def test_a_file_that_was_renamed_is_the_same_document_and_not_embedded_again(
    library: Library, tmp_path: Path, hash_encoder: HashEncoder, title: str
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    file = folder / "story.md"
    write_story(file, 30)
    file.write_text(title + file.read_text())
    library.add([folder])
    [(before, _)] = library.documents()
    embedded = hash_encoder.embedded
    file.rename(folder / "tale.md")
    summary = library.reindex()
    assert (summary.passages, hash_encoder.embedded) == (0, embedded)
    assert (summary.updated, summary.removed) == (("tale.md",), ())
    [(after, status)] = library.documents()
    assert (after.id, after.added, status) == (before.id, before.added, "current")
    assert after.title == ("The story" if title else "tale")
    assert library.check() == ()


def test_a_folder_that_moved_is_not_embedded_again(
    library: Library, tmp_path: Path, hash_encoder: HashEncoder
) -> None:
    (tmp_path / "old").mkdir()
    write_story(tmp_path / "old" / "one.txt", 20)
    (tmp_path / "old" / "two.md").write_text("# Two\n\nThe ferry leaves at noon.")
    library.add([tmp_path / "old"])
    embedded = hash_encoder.embedded
    (tmp_path / "old").rename(tmp_path / "new")
    assert library.add([tmp_path / "new"]).passages == 0
    assert hash_encoder.embedded == embedded
    assert [record.name for record in library.store.records()] == ["one.txt", "two.md"]


def test_a_copy_under_another_name_is_not_embedded_again(
    library: Library, hash_encoder: HashEncoder
) -> None:
    library.keep([("rules.txt", b"The gate closes at ten. Dogs stay outside.")])
    assert library.keep([("copy.txt", b"The gate closes at ten. Dogs stay outside.")]).passages == 0
    assert hash_encoder.embedded == 1
    assert len(library.store.records()) == 2


def test_a_full_reindex_embeds_everything_again(
    library: Library, tmp_path: Path, hash_encoder: HashEncoder
) -> None:
    write_story(tmp_path / "story.txt", 20)
    passages = library.add([tmp_path / "story.txt"]).passages
    assert library.reindex(full=True).passages == passages
    assert hash_encoder.embedded == 2 * passages


def all_passages(library: Library) -> dict[int, tuple[object, object]]:
    [record] = library.store.records()
    return dict(library.store.passages(library.store.passage_ids(record.id)))


def seen(library: Library) -> dict[str, tuple[object, tuple[str, ...]]]:
    """What each passage is ranked by, by its text."""
    passages = all_passages(library)
    terms = library.store.evidence.terms(passages)
    vectors = dict(zip(*library.store.evidence.vectors(), strict=True))
    return {passage.text: (vectors[id], terms[id]) for id, (_, passage) in passages.items()}
