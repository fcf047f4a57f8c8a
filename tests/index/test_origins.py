"""Origins: what comes of a look, what stays when one fails, and what goes with them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.errors import SourceError
from index.library import Library
from index.types import Document, Incoming, Look, Origin, Span
from tests.index.conftest import HashEncoder

Open = Callable[..., Library]
HOUR_S = 3600
RULES = "https://example.org/docs/rules"
HOURS = "https://example.org/docs/hours"


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


def page(source: str, text: str) -> Incoming:
    document = Document(source.rpartition("/")[2].title(), text, (Span(0, len(text)),))
    name = source.removeprefix("https://")
    return Incoming(name, source, document, len(text), str(hash(text)), source)


def look(*documents: Incoming, there: Iterable[str] = (), **more: dict[str, str]) -> Look:
    sources = frozenset([*there, *(document.source for document in documents)])
    return Look(documents, sources, **more)


def add(library: Library, first: Look) -> Origin:
    library.add_origin("channel", "https://example.org/docs", {}, every_s=HOUR_S, look=first)
    [origin] = library.origins()
    return origin


def listed(library: Library) -> dict[str, str]:
    return {record.source: status for record, status in library.documents()}


def test_the_documents_of_a_look_are_answered_from_with_their_links(library: Library) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside."), page(HOURS, "It opens at ten.")))
    hit = library.ask("Where do dogs stay?").hits[0]
    assert (hit.document.link, hit.document.origin) == (RULES, origin.id)
    assert listed(library) == {RULES: "current", HOURS: "current"}
    assert (origin.every_s, origin.failure) == (HOUR_S, None)


def test_a_second_look_changes_removes_and_embeds_only_what_is_new(
    library: Library, hash_encoder: HashEncoder
) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside."), page(HOURS, "It opens at ten.")))
    assert hash_encoder.embedded == 2
    summary = library.take(origin, look(page(RULES, "Dogs may come in."), there=[RULES]))
    assert (summary.updated, summary.removed) == (
        ("example.org/docs/rules",),
        ("example.org/docs/hours",),
    )
    assert hash_encoder.embedded == 3
    assert listed(library) == {RULES: "current"}
    summary = library.take(origin, look(there=[RULES]))
    assert summary.unchanged == ("example.org/docs/rules",)


def test_a_document_that_fails_stays_and_tells_why_until_it_is_read_again(library: Library) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside.")))
    library.take(origin, look(there=[RULES], failed={RULES: SourceError("It answers 500.")}))
    [(record, status)] = library.documents()
    assert (status, record.failure) == ("stale", "It answers 500.")
    assert library.ask("Where do dogs stay?").hits[0].document.source == RULES
    library.take(origin, look(there=[RULES]))
    [(record, status)] = library.documents()
    assert (status, record.failure) == ("current", None)


def test_an_origin_that_fails_keeps_all_it_brought(library: Library) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside.")))
    library.note_failure(origin, "example.org does not answer.")
    [(record, status)] = library.documents()
    assert (status, record.failure) == ("stale", "example.org does not answer.")
    assert library.origins()[0].failure == "example.org does not answer."
    library.take(origin, look(there=[RULES]))
    assert listed(library) == {RULES: "current"}


def test_a_first_look_that_finds_nothing_leaves_nothing(library: Library) -> None:
    with pytest.raises(SourceError, match="It answers 404"):
        add(library, look(there=[RULES], failed={RULES: SourceError("It answers 404.")}))
    with pytest.raises(SourceError, match="holds nothing to read"):
        add(library, look())
    assert library.origins() == ()
    assert library.store.records() == ()


def test_a_document_that_was_removed_stays_away(library: Library) -> None:
    first = look(page(RULES, "Dogs stay outside."), page(HOURS, "It opens at ten."))
    origin = add(library, first)
    library.remove("example.org/docs/rules")
    library.take(origin, first)
    assert listed(library) == {HOURS: "current"}


def test_an_origin_goes_with_its_documents_and_notes(library: Library, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("Our own text.")
    library.add([tmp_path / "own.txt"])
    origin = add(library, replace(look(page(RULES, "Dogs stay outside.")), notes={"a": "1"}))
    assert library.store.origins.notes(origin.id) == {"a": "1"}
    assert [record.source for record in library.remove_origin(origin)] == [RULES]
    assert [record.name for record in library.store.records()] == ["own.txt"]
    assert (library.origins(), library.store.origins.notes(origin.id)) == ((), {})
    assert library.check() == ()


def test_what_one_origin_brought_another_does_not_take_over(library: Library) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside.")))
    library.add_origin(
        "channel",
        "https://example.org",
        {},
        every_s=HOUR_S,
        look=look(page(RULES, "Dogs stay outside."), page(HOURS, "It opens at ten.")),
    )
    assert {r.source: r.origin == origin.id for r in library.store.records()} == {
        RULES: True,
        HOURS: False,
    }


def test_when_an_origin_goes_the_others_look_at_everything_anew(library: Library) -> None:
    origin = add(library, replace(look(page(RULES, "Dogs.")), notes={"a": "1"}))
    other = replace(look(page(RULES, "Dogs."), page(HOURS, "Ten.")), notes={"b": "2"})
    library.add_origin("channel", "https://example.org", {}, every_s=HOUR_S, look=other)
    library.remove_origin(origin)
    [left] = library.origins()
    assert library.store.origins.notes(left.id) == {}
    library.take(left, other)
    assert listed(library) == {RULES: "current", HOURS: "current"}


def test_an_origin_is_due_when_its_interval_has_passed(library: Library) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside.")))
    now = datetime.now(UTC)
    assert library.due(now) == ()
    assert library.due(now + timedelta(seconds=HOUR_S)) == library.origins()
    library.note_failure(origin, "It does not answer.")
    assert library.due(datetime.now(UTC)) == ()


def test_an_origin_is_due_when_the_clock_was_set_back_behind_its_last_look(
    library: Library,
) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside.")))
    year_ago = datetime.now(UTC) - timedelta(days=365)
    assert library.due(year_ago) == library.origins() == (origin,)


def test_a_full_reindex_keeps_what_origins_brought(library: Library) -> None:
    origin = add(library, look(page(RULES, "Dogs stay outside.")))
    library.take(origin, look(there=[RULES], failed={RULES: SourceError("It answers 500.")}))
    [before] = library.store.records()
    library.reindex(full=True)
    [after] = library.store.records()
    assert (after.origin, after.link, after.failure) == (origin.id, RULES, before.failure)
    assert library.ask("Where do dogs stay?").answered


def test_the_notes_are_those_of_the_last_look(library: Library) -> None:
    origin = add(library, replace(look(page(RULES, "Dogs.")), notes={"a": "1", "b": "2"}))
    library.take(origin, replace(look(there=[RULES]), notes={"b": "3", "c": "4"}))
    assert library.store.origins.notes(origin.id) == {"b": "3", "c": "4"}
