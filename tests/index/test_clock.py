"""The clock set back: nothing that happened in a time to come is waited for."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.library import Library
from index.originals import KEPT_FILES, fetch_original
from index.parse import Limits
from index.sources import source_status
from index.types import Record
from tests.index.webserver import Page, Web

Open = Callable[..., Library]
AHEAD = timedelta(days=400)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as served:
        yield served


def test_a_file_that_changed_after_the_clock_was_set_back_is_seen_and_taken_in(
    open_library: Open, tmp_path: Path
) -> None:
    path = tmp_path / "town.md"
    path.write_text("The museum opens at nine.")
    library = open_library()
    library.add([path])
    record = replace(library.store.records()[0], updated=datetime.now(UTC) + AHEAD)
    assert source_status(record) == "current"
    path.write_text("The museum opens at four.")  # as many bytes
    assert source_status(record) == "changed"
    assert library.reindex().updated == ("town.md",)


def test_files_of_the_web_that_were_kept_in_a_time_to_come_make_room(
    web: Web, tmp_path: Path
) -> None:
    moment = time.time() + AHEAD.total_seconds()
    for number in range(KEPT_FILES):
        kept = tmp_path / f"{number}.pdf"
        kept.write_bytes(b"%PDF")
        os.utime(kept, (moment, moment))
    data = b"%PDF-1.7 " + b"x" * 99
    web.pages["/a.pdf"] = Page(data, "application/pdf")
    now = datetime.now(UTC)
    digest = hashlib.sha256(data).hexdigest()
    record = Record(
        *(1, "a.pdf", f"{web.root}/a.pdf", "A", 1, 1, len(data), digest, "en", now, now)
    )
    for _ in range(2):
        assert fetch_original(record, tmp_path, web.fetcher(), Limits()) == data
    assert web.asked["/a.pdf"] == 1
    assert len(list(tmp_path.glob("*.pdf"))) == KEPT_FILES
