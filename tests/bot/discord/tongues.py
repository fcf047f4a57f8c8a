"""People whose Discord is not in English, and what they see in wide letters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simcord.interactions

from bot import language
from tests.bot.discord.conftest import walk
from tests.bot.wide import find_narrow, write_wide
from tests.catalogues import extract_texts


@pytest.fixture(scope="module")
def wide_catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogues")
    write_wide(extract_texts(), folder)
    return folder


@pytest.fixture
def wide(wide_catalogues: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every language but English is in wide letters."""
    monkeypatch.setattr(language, "CATALOGUES", wide_catalogues)
    language._read.cache_clear()
    yield
    language._read.cache_clear()


@pytest.fixture
def locales(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """By their ids, people whose Discord is not in English."""
    spoken: dict[int, str] = {}
    make = simcord.interactions.base_payload

    def tell(*given: Any, **named: Any) -> Any:
        record, payload = make(*given, **named)
        payload["locale"] = spoken.get(named["user_id"], payload["locale"])
        return record, payload

    monkeypatch.setattr(simcord.interactions, "base_payload", tell)
    return spoken


def read_said(shown: Any) -> str:
    """A message's texts, without the labels of its buttons."""
    contents = (component.get("content") for component in walk(shown))
    return "\n".join(content for content in contents if content)


def find_english(shown: Any) -> set[str]:
    """Words of a message that are in no catalogue: of people and documents, or forgotten."""
    return find_narrow(read_said(shown))
