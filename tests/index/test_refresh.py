"""The library and its origins end to end: a site on loopback, a repository, and questions."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.errors import SourceError, UnreadableFile
from index.library import Library
from tests.index.conftest import HashEncoder
from tests.index.test_pictures import make_pdf
from tests.index.webserver import Page, Web, write_page

Open = Callable[..., Library]
DAY_S = 86_400
FEE = "A berth in the harbour costs nine crowns for each night that a boat stays."
FILLER = "This page tells all that there is to know, in some detail and at some length. " * 4


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        hours = ("<h2 id='hours'>Hours</h2>", f"The harbour office opens at seven. {FILLER}")
        web.pages = {
            "/robots.txt": Page(b"", "text/plain"),
            "/docs/": Page(write_page("Harbour", FILLER, links=["/docs/fees"]), etag='"1"'),
            "/docs/fees": Page(write_page("Fees", f"A berth costs nine crowns. {FILLER}", *hours)),
        }
        web.pages["/docs/fees"].etag = '"2"'  # type: ignore[union-attr]
        yield web


def test_a_site_is_asked_and_cites_the_very_section(open_library: Open, web: Web) -> None:
    library = open_library(fetcher=web.fetcher())
    summary = library.add_origin("site", f"{web.root}/docs/", {}, every_s=DAY_S)
    assert (len(summary.added), summary.failed) == (2, ())
    hit = library.ask("When does the harbour office open?").hits[0]
    assert f"{hit.document.link}{hit.passage.fragment}" == f"{web.root}/docs/fees#hours"


def test_an_unchanged_site_costs_a_request_a_page_and_no_embedding(
    open_library: Open, web: Web, hash_encoder: HashEncoder
) -> None:
    library = open_library(fetcher=web.fetcher())
    library.add_origin("site", f"{web.root}/docs/", {}, every_s=DAY_S)
    embedded = hash_encoder.embedded
    web.forget()
    summary = library.reindex()
    assert (web.asked["/docs/"], web.asked["/docs/fees"]) == (1, 1)
    assert (len(summary.unchanged), hash_encoder.embedded) == (2, embedded)


def test_a_site_that_is_down_keeps_its_documents_and_is_stale(open_library: Open, web: Web) -> None:
    library = open_library(fetcher=web.fetcher())
    library.add_origin("site", f"{web.root}/docs/", {}, every_s=DAY_S)
    up = dict(web.pages)
    web.pages["/docs/"] = Page(b"oh", status=503)
    summary = library.reindex()
    assert "503" in summary.failed[0].reason
    assert {status for _, status in library.documents()} == {"stale"}
    assert library.ask("When does the harbour office open?").hits
    web.pages = up
    assert library.reindex().failed == ()
    assert {status for _, status in library.documents()} == {"current"}


def test_a_repository_is_pulled_again_on_reindex(
    open_library: Open, tmp_path: Path, hash_encoder: HashEncoder
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    write = (folder / "guide.md").write_text

    def commit(text: str) -> None:
        write(text)
        for line in (["add", "."], ["commit", "-qm", "x"]):
            person = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
            subprocess.run(
                ["git", *person, *line],
                cwd=folder,
                check=True,
                env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            )

    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    commit("# Guide\n\n## Knots\n\nTie the boat with a bowline.\n\n## Tides\n\nNoon is high.\n")
    library = open_library()
    library.add_origin("repository", str(folder), {}, every_s=DAY_S)
    assert library.ask("How is the boat tied?").hits[0].passage.heading_path[-1] == "Knots"
    before = hash_encoder.embedded
    commit("# Guide\n\n## Knots\n\nTie the boat with a hitch.\n\n## Tides\n\nNoon is high.\n")
    summary = library.reindex()
    assert (summary.updated, summary.passages) == (("project/guide.md",), 1)
    assert hash_encoder.embedded == before + 1
    assert "hitch" in library.ask("How is the boat tied?").hits[0].passage.text


def test_a_pdf_of_a_site_is_fetched_once_more_to_be_shown(
    open_library: Open, web: Web, tmp_path: Path
) -> None:
    data = make_pdf([f"BT /F1 9 Tf 36 180 Td ({FEE}) Tj ET".encode()], box="0 0 500 200")
    web.pages["/docs/fees.pdf"] = Page(data, "application/pdf")
    library = open_library(fetcher=web.fetcher())
    library.add_origin("page", f"{web.root}/docs/fees.pdf", {}, every_s=DAY_S)
    hit = library.ask("What does a berth cost?").hits[0]
    web.forget()
    for _ in range(2):
        [picture] = library.pictures(hit.passage_id, "What does a berth cost?")
        assert (picture.page, picture.marked) == (1, True)
    assert web.asked["/docs/fees.pdf"] == 1  # the second time it was kept
    for kept in (library.folder / "shown").iterdir():
        kept.write_bytes(b"spoiled")
    web.pages["/docs/fees.pdf"] = Page(data + b"%", "application/pdf")
    with pytest.raises(UnreadableFile, match="has changed since it was read"):
        library.pictures(hit.passage_id)
    web.pages["/docs/fees.pdf"] = Page(b"gone", status=404)
    with pytest.raises(SourceError, match="404"):
        library.pictures(hit.passage_id)
