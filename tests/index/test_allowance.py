"""How much a library may hold: what passes it is refused whole, and what is there stays."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.allowance import Allowance
from index.errors import NoRoom
from index.library import Library
from index.types import Document, Incoming, Look, Span
from tests.index.conftest import HashEncoder

MILL = b"The roof of the mill is green in colour."
BRIDGE = b"The bridge is made of red stone and wood."
WIDE = Allowance(100, 100, 1 << 20, "Remove some.")


def open_library(folder: Path, allowance: Allowance | None) -> Library:
    return Library(folder, HashEncoder, allowance=allowance)


def make_long(paragraphs: int) -> bytes:
    """A text of as many passages as paragraphs."""
    numbers = range(paragraphs)
    lines = (f"Paragraph {number} tells" + f" of thing {number}" * 60 for number in numbers)
    return "\n\n".join(f"{line}." for line in lines).encode()


def make_incoming(text: str) -> Incoming:
    document = Document(text, text, (Span(0, len(text)),))
    name = text.split()[1]
    return Incoming(f"{name}.md", f"https://a.example/{name}", document, len(text), text)


def look(*texts: str) -> Look:
    """A look at an origin that holds a document for each text."""
    documents = tuple(make_incoming(text) for text in texts)
    return Look(documents, frozenset(one.source for one in documents), notes={"seen": "yes"})


def names(library: Library) -> list[str]:
    return [record.name for record in library.store.records()]


@pytest.mark.parametrize(
    ("allowance", "told"),
    [
        (replace(WIDE, documents=1), "1 of 1 documents are used here, and it needs 1 more"),
        (replace(WIDE, passages=1), "1 of 1 passages are used here, and it needs 1 more"),
        (replace(WIDE, size_bytes=60), "0.0 of 0.0 MB are used here, and it needs 0.0 more"),
    ],
)
def test_what_does_not_fit_is_refused_whole_with_the_limit_and_what_is_used(
    tmp_path: Path, allowance: Allowance, told: str
) -> None:
    with open_library(tmp_path, allowance) as library:
        assert library.keep([("mill.md", MILL)]).failed == ()
        summary = library.keep([("bridge.md", BRIDGE)])
        [failure] = summary.failed
        assert failure.reason == f"bridge.md does not fit: {told}. Remove some."
        assert names(library) == ["mill.md"]
        assert not (library.files / "bridge.md").exists()
        assert library.ask("What colour is the roof of the mill?").answered
        library.remove("mill.md")
        assert library.keep([("bridge.md", BRIDGE)]).added == ("bridge.md",)


def test_files_that_come_together_count_together(tmp_path: Path) -> None:
    with open_library(tmp_path, replace(WIDE, documents=2)) as library:
        summary = library.keep([(f"{number}.md", MILL + b"%d" % number) for number in range(4)])
        assert (len(summary.added), len(summary.failed)) == (2, 2)
        assert len(names(library)) == 2


def test_a_document_may_be_replaced_in_a_full_library_but_not_by_a_larger_one(
    tmp_path: Path,
) -> None:
    with open_library(tmp_path, None) as library:
        library.keep([("a.md", make_long(3)), ("b.md", MILL)])
        documents, passages, size = library.store.usage()
        assert (documents, size) == (2, len(make_long(3)) + len(MILL)) and passages > 2
    with open_library(tmp_path, Allowance(2, passages, size, "")) as library:
        refused = library.keep([("b.md", make_long(4))])
        assert "b.md does not fit" in refused.failed[0].reason
        assert (library.files / "b.md").read_bytes() == MILL
        assert library.keep([("a.md", make_long(2))]).updated == ("a.md",)


def test_what_is_there_stays_when_less_is_allowed_and_is_embedded_afresh(tmp_path: Path) -> None:
    with open_library(tmp_path, None) as library:
        library.keep([("a.md", make_long(3)), ("b.md", MILL)])
        before = library.store.usage()
    with open_library(tmp_path, Allowance(1, 1, 1, "")) as library:
        assert library.reindex(full=True).failed == ()
        assert library.store.usage() == before
        assert library.keep([("a.md", make_long(2))]).failed == ()  # smaller, if still too large


def test_of_an_origin_comes_what_fits_and_the_rest_when_there_is_room(tmp_path: Path) -> None:
    found = look("The mill grinds barley.", "The bridge is red.", "The tower is old.")
    with open_library(tmp_path, replace(WIDE, documents=2)) as library:
        summary = library.add_origin("channel", "https://a.example/", {}, every_s=1, look=found)
        assert (len(summary.added), len(summary.failed)) == (2, 1)
        [origin] = library.origins()
        assert origin.failure and "tower.md does not fit" in origin.failure
        assert library.store.origins.notes(origin.id) == {}  # so that it is looked for again
    with open_library(tmp_path, replace(WIDE, documents=3)) as library:
        assert library.take(origin, found).added == ("tower.md",)
        [origin] = library.origins()
        assert origin.failure is None
        assert library.store.origins.notes(origin.id) == {"seen": "yes"}


def test_nothing_is_looked_at_for_a_library_that_is_full(tmp_path: Path) -> None:
    with open_library(tmp_path, replace(WIDE, documents=1)) as library:
        library.keep([("mill.md", MILL)])
        with pytest.raises(NoRoom, match="1 of 1 documents"):
            library.add_origin("page", "http://127.0.0.1:9/nobody-is-asked", {}, every_s=1)
        assert library.origins() == ()
