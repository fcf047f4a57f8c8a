"""In context: the page of a PDF as a picture with the passage marked; else the text around it."""

from typing import Any

import discord
import pytest
import simcord
from hypothesis import given, settings
from hypothesis import strategies as st
from simcord.results import InteractionResult

from bot.discord.surroundings import make_files, render_context
from bot.libraries.engine import Engine
from bot.settings import Settings
from bot.types import Context, Sight
from index.types import Citation, Passage
from tests.bot.discord.conftest import Town, find_ids, read_texts, walk
from tests.bot.discord.limits import check_limits, list_texts
from tests.bot.discord.markup import RICH
from tests.index.test_pictures import make_pdf

SWAN = "The swan keeper counts nineteen swans in the evening."
QUESTION = "How many swans does the swan keeper count in the evening?"
PDF = make_pdf(
    [
        [(60, 700, "The first page tells of the lake alone.")],
        [(60, 700, SWAN), (60, 680, "He sleeps in the boat house.")],
    ]
)


def read(result: InteractionResult) -> str:
    assert result.response
    return read_texts(result.response)


def list_pictures(result: InteractionResult) -> list[dict[str, Any]]:
    assert result.response
    galleries = [each for each in walk(result.response) if each["type"] == 12]
    return [item for gallery in galleries for item in gallery["items"]]


@pytest.fixture
async def answer(town: Town) -> InteractionResult:
    await town.admin.slash(town.channel, "docs add", file1=("swans.pdf", PDF))
    return await town.member.slash(town.channel, "ask", question=QUESTION)


async def press(town: Town, answer: InteractionResult) -> InteractionResult:
    assert answer.response
    context = find_ids(answer.response, "context:o")[0]
    return await town.member.click(answer.response, custom_id=context)


async def test_the_page_of_a_pdf_is_shown_with_the_text_below_it(
    env: simcord.Env, town: Town, answer: InteractionResult
) -> None:
    shown = await press(town, answer)
    assert shown.ephemeral
    pictures = list_pictures(shown)
    assert pictures
    assert pictures[-1]["description"] == "Page 2 of swans, the passage marked in yellow"
    assert "nineteen swans" in read(shown)
    assert shown.response
    names = [attachment.filename for attachment in shown.response.attachments]
    assert names[-1] == "page-2.png"


async def test_the_question_is_handed_on_and_pages_are_drawn_beside_the_questions(
    env: simcord.Env,
    town: Town,
    engine: Engine,
    answer: InteractionResult,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str | None] = []
    pictures = engine.upkeep.pictures

    async def note(guild: int | None, passage: Any, question: str | None, *_: Any) -> Sight:
        asked.append(question)
        return await pictures(guild, passage, question)

    monkeypatch.setattr(engine.upkeep, "pictures", note)
    await press(town, answer)
    assert asked == [QUESTION]


async def test_without_the_file_the_text_comes_with_one_calm_line(
    env: simcord.Env, town: Town, settings: Settings, answer: InteractionResult
) -> None:
    [file] = (settings.data / "libraries").glob("server-*/files/swans.pdf")
    file.unlink()
    shown = await press(town, answer)
    assert list_pictures(shown) == []
    assert "changed or gone" in read(shown) and "nineteen swans" in read(shown)


async def test_where_no_files_may_be_sent_the_text_comes_alone(
    env: simcord.Env, town: Town, answer: InteractionResult
) -> None:
    env.inject_error(
        "PATCH", "/webhooks/*/*/messages/@original", status=403, code=50013, message="No"
    )
    shown = await press(town, answer)
    assert list_pictures(shown) == []
    assert "not allowed to attach files" in read(shown) and "nineteen swans" in read(shown)


async def test_other_formats_show_the_text_alone(env: simcord.Env, town: Town) -> None:
    asked = await town.member.slash(
        town.channel, "ask", question="When does the museum open in the morning?"
    )
    shown = await town.member.click(asked.response, label="In context")
    assert list_pictures(shown) == []
    assert "Town guide" in read(shown) and "Museum" in read(shown)
    assert "-# The" not in read(shown)


@settings(deadline=None)
@given(
    RICH.map(lambda text: text * 40),
    RICH.filter(str.strip),
    st.lists(st.tuples(st.integers(1, 9999), st.just(b"png")), max_size=2, unique=True),
    st.text(max_size=200),
)
def test_whatever_it_holds_it_fits_what_discord_allows(
    around: str, said: str, pages: list[tuple[int, bytes]], header: str
) -> None:
    passage = Passage(said, 0, len(said), 1, 2, (around,) * 4, ((0, len(said)),), header=header)
    sight = Sight(tuple(pages), "The file has changed.")
    context = Context(Citation(around, 1, (), None), passage, around, around)
    view = render_context(context, sight)
    check_limits(view)
    galleries = [item for item in view.walk_children() if isinstance(item, discord.ui.MediaGallery)]
    described = [item.description or "" for gallery in galleries for item in gallery.items]
    assert len(described) == len(pages) == len(make_files(sight))
    assert all(len(text) <= 1024 for text in described)
    assert list_texts(view)
