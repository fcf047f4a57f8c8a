"""The documents folder is watched: changes are taken in within seconds, while one asks."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.watch import keep_fresh, notice_changes
from index.library import Library
from tests.index.conftest import HashEncoder
from tests.index.webserver import Page, Web, write_page

PATIENCE_S = 30.0


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, "nothing was taken in"
        time.sleep(0.05)


def test_what_is_written_renamed_and_deleted_is_taken_in(tmp_path: Path) -> None:
    folder, encoder = tmp_path / "documents", HashEncoder()
    folder.mkdir()
    (folder / "rules.md").write_text("# Rules\n\nDogs stay outside.")

    def open_library() -> Library:
        return Library(tmp_path / "library", lambda: encoder)

    def names() -> list[str]:
        return [record.name for record in library.store.records()]

    with open_library() as library:
        library.index_folder(folder)
        with keep_fresh(open_library, folder):
            time.sleep(0.3)  # the watch has to begin
            (folder / "deep").mkdir()
            (folder / "deep" / "hours.md").write_text("# Hours\n\nIt opens at ten.")
            wait_for(lambda: "deep/hours.md" in names())
            assert library.ask("When does it open?").hits[0].document.name == "deep/hours.md"
            embedded = encoder.embedded
            (folder / "rules.md").rename(folder / "house-rules.md")
            wait_for(lambda: "house-rules.md" in names())
            assert encoder.embedded == embedded
            (folder / "deep" / "hours.md").unlink()
            wait_for(lambda: names() == ["house-rules.md"])


@pytest.mark.parametrize(
    ("path", "matters"),
    [("rules.md", True), ("deep", True), (".rules.md.swp", False), (".git/HEAD", False)],
)
def test_hidden_files_do_not_count(tmp_path: Path, path: str, matters: bool) -> None:
    below_hidden = tmp_path / ".hidden" / "documents"
    assert notice_changes(below_hidden)(None, str(below_hidden / path)) is matters


def test_a_source_is_looked_at_again_when_it_is_due(tmp_path: Path) -> None:
    with Web() as web:

        def open_library() -> Library:
            return Library(tmp_path / "library", HashEncoder, fetcher=web.fetcher())

        web.pages["/mill"] = Page(write_page("The mill", "The mill grinds barley on Thursdays."))
        with open_library() as library:
            library.add_origin("page", f"{web.root}/mill", {}, every_s=0)
            web.pages["/mill"] = Page(write_page("The new mill", "The mill grinds wheat, too."))
            with keep_fresh(open_library, tmp_path):
                wait_for(lambda: [one.title for one in library.store.records()] == ["The new mill"])


def test_what_cannot_be_taken_in_is_logged_and_the_conversation_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class OtherEncoder(HashEncoder):
        fingerprint = "other@1"

    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "rules.md").write_text("# Rules\n\nDogs stay outside.")
    with Library(tmp_path / "library", HashEncoder) as library:
        library.index_folder(folder)
        with keep_fresh(lambda: Library(tmp_path / "library", OtherEncoder), folder):

            def is_told() -> bool:
                (folder / "more.md").write_text("# More\n\nCats, too.")
                return "what changed could not be taken in" in caplog.text

            wait_for(is_told)
        assert library.ask("Where do dogs stay?").hits


def test_it_ends_with_its_block(tmp_path: Path) -> None:
    began = time.monotonic()
    with keep_fresh(lambda: Library(tmp_path / "library", HashEncoder), tmp_path):
        pass
    assert time.monotonic() - began < PATIENCE_S
