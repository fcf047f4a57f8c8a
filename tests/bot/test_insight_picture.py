"""The picture of a server: readable in both looks, whatever documents are called."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import bot.language
from bot.drawable import DPI, show_drawable
from bot.insight_picture import DARK, LEFT, LIGHT, RIGHT, WIDTH_IN, Look, draw_insight
from bot.insight_words import describe_insight, list_numbers
from bot.language import LANGUAGES, speak
from bot.libraries.insight import Insight
from tests.bot.insights import HOSTILE, make_empty, make_insight


def find_colours(drawn: bytes) -> set[str]:
    """The colours of a picture that are more than a few points of it."""
    with Image.open(BytesIO(drawn)) as picture:
        assert picture.format == "PNG" and picture.width == 1200
        counted = picture.convert("RGB").getcolors(1 << 24) or []
    return {name_colour(colour) for times, colour in counted if times > 50}


def name_colour(colour: tuple[int, ...]) -> str:
    return f"#{bytes(colour).hex()}"


@pytest.mark.parametrize(("dark", "look"), [(False, LIGHT), (True, DARK)])
def test_each_look_has_its_ground_and_what_was_answered_refused_and_voted(
    dark: bool, look: Look
) -> None:
    colours = find_colours(draw_insight(make_insight(), dark=dark))
    assert {look.ground, look.answered, look.refused, look.helpful, look.unhelpful} <= colours
    empty = find_colours(draw_insight(make_empty(), dark=dark))
    assert look.ground in empty and look.soft in empty


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_texts_and_bars_stand_out_from_their_ground(look: Look) -> None:
    def measure(colour: str) -> float:
        """A colour's relative luminance, as WCAG defines it."""
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        lit = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2]

    def contrast(colour: str) -> float:
        dim, bright = sorted((measure(colour), measure(look.ground)))
        return (bright + 0.05) / (dim + 0.05)

    assert min(contrast(text) for text in (look.ink, look.soft)) >= 4.5
    bars = (look.answered, look.refused, look.helpful, look.unhelpful)
    assert min(map(contrast, bars)) >= 3


@pytest.mark.parametrize("days", [1, 2, 30, 93, 365])
@pytest.mark.parametrize("titles", [(), HOSTILE], ids=["none", "hostile"])
def test_any_number_of_days_and_any_title_is_drawn(days: int, titles: tuple[str, ...]) -> None:
    assert find_colours(draw_insight(make_insight(days, titles), dark=False))


def test_of_more_days_than_a_season_has_weeks_are_drawn() -> None:
    [season, year] = (draw_insight(make_insight(days, ()), dark=False) for days in (92, 364))
    assert count_bars(season) == 31 and count_bars(year) == 52


def count_bars(drawn: bytes) -> int:
    """Bars of answers in the row of points just above where they begin."""
    with Image.open(BytesIO(drawn)) as picture:
        points = picture.convert("RGB")
        row = round(2.8 * DPI)
        shown = [name_colour(points.getpixel((x, row))) for x in range(points.width)]
    return len(re.findall("x+", "".join("x" if one == LIGHT.answered else " " for one in shown)))


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(exclude_categories=[]), max_size=60) | st.sampled_from(HOSTILE))
def test_a_title_is_drawn_with_glyphs_that_are_there_and_no_wider_than_its_room(text: str) -> None:
    from matplotlib.font_manager import findfont, get_font

    shown = show_drawable(text, 200)
    font = get_font(findfont("DejaVu Sans"))
    assert {ord(character) for character in shown} <= font.get_charmap().keys()
    assert not re.search(
        r"[\x00-\x1f\x7f\u0590-\u08ff\u200b-\u200f\u202a-\u202e\u2066-\u2069]", shown
    )
    font.set_size(9, DPI)
    font.set_text(shown)
    assert font.get_width_height()[0] / 64 <= 200


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Price list $x^2$", "Price list $x^2$"),
        ("API 参考 reference", "API □ reference"),
        ("Cafe\u0301 Ω Ж", "Café Ω Ж"),
        ("دليل المدينة", "□"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
    ],
)
def test_what_cannot_be_drawn_is_a_box(title: str, shown: str) -> None:
    assert show_drawable(title) == shown


@pytest.mark.parametrize(
    ("insight", "said"),
    [
        (
            make_insight(7),
            "19 Nov – 25 Nov 2026: 24 questions, 75% answered, 25% refused,"
            " 75% helpful, of 12 votes, 0.25 s median time to answer",
        ),
        (make_empty(1), "25 Nov 2026: 0 questions"),
    ],
)
def test_the_numbers_are_told_in_words(insight: Insight, said: str) -> None:
    assert describe_insight(insight) == said


def test_a_picture_speaks_the_languages_whose_letters_its_font_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    insight = make_insight(30)
    english = draw_insight(insight, dark=True)
    for language in ("de", "ja"):
        catalog = Catalog(locale=language)
        catalog.add("answered", "beantwortet")
        with (tmp_path / f"{language}.po").open("wb") as file:
            write_po(file, catalog)
    monkeypatch.setattr(bot.language, "CATALOGUES", tmp_path)
    bot.language._read.cache_clear()
    try:
        with speak("ja"):
            assert draw_insight(insight, dark=True) == english
            assert "beantwortet" in describe_insight(insight)
        with speak("de"):
            assert draw_insight(insight, dark=True) != english
    finally:
        bot.language._read.cache_clear()


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "ja"])
def test_what_numbers_mean_has_room_below_them_in_each_language(language: str) -> None:
    column_px = 0.206 * (RIGHT - LEFT) * WIDTH_IN * DPI
    with speak(language):
        meanings = [meaning for _, meaning in list_numbers(make_insight(365))]
    assert [show_drawable(meaning, int(column_px)) for meaning in meanings] == meanings
