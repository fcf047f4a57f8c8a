"""The reliability diagram is a picture, or an error that says why not."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from bot.terminal.plot import draw_reliability
from index.errors import GoldError
from index.gold import GoldQuestion
from index.report import Outcome
from index.types import Answer, Hit, Record
from tests.bot.passages import make_passage


def outcomes(number: int, right_from: float) -> list[Outcome]:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    record = Record(1, "a", "/a", "A", None, 1, 1, "", "en", now, now)
    made = []
    for n in range(number):
        hit = Hit(record, make_passage(["x"]), n / number, ((0, 1),))
        rank = 1.0 if n / number >= right_from else float("inf")
        answer = Answer("q", True, 0.9, (hit,))
        made.append(Outcome(f"{n}?", GoldQuestion("q", texts=("x",)), answer, rank, rank, 1.0))
    return made


def test_the_diagram_is_a_picture_as_wide_as_a_page() -> None:
    drawn = draw_reliability(outcomes(40, 0.5))
    with Image.open(BytesIO(drawn)) as picture:
        assert picture.format == "PNG"
        assert 700 <= picture.width <= 1000
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 20


def test_one_sided_gold_draws_nothing() -> None:
    with pytest.raises(GoldError, match="--off-topic"):
        draw_reliability(outcomes(40, 0.0))
