"""Answers as messages: within Discord's limits whatever they hold, and readable back."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
import simcord
from discord.components import _component_factory
from discord.ext import commands
from discord.ui import LayoutView, TextDisplay
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord import render
from bot.discord.escape import measure, read_plain, show_plain, show_plain_line
from bot.discord.render import (
    read_carried,
    read_earlier,
    read_question,
    render_answer,
)
from bot.discord.surroundings import render_context
from bot.types import Context, Earlier, Found, Ref
from bot.wording import show_line, show_text
from index.follow import join_questions
from index.types import Answer, Citation, Hit, Passage, Record
from tests.bot.discord.limits import check_limits, list_custom_ids, list_texts
from tests.bot.discord.markup import RICH, find_markup

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
TEXT = (
    "The library has forty thousand books. On Sundays it is open from ten to four. "
    "Between Christmas and New Year it stays shut."
)
MARKED = "On Sundays it is open from ten to four."
QUESTION = "How long is the library open on Sundays?"

LONG = st.tuples(RICH, st.sampled_from([1, 1, 1, 40, 400])).map(lambda pair: pair[0] * pair[1])
PAGES = st.none() | st.integers(1, 10**6)
ADDRESSES = st.none() | st.sampled_from(["https://a.b/c", "https://a.b/" + "*(" * 60, "x:y"])


def make_record(title: str, number: int = 1) -> Record:
    return Record(number, "a.md", "/a.md", title, None, 1, 1, "0" * 64, "en", NOW, NOW)


def make_passage(sentences: list[str], page: int | None, headings: tuple[str, ...]) -> Passage:
    spans, text = [], ""
    for sentence in sentences:
        text += " " if text else ""
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence
    return Passage(text, 0, len(text), page, page, headings, tuple(spans))


@st.composite
def hits(draw: st.DrawFn) -> Hit:
    sentences = draw(st.lists(LONG.filter(str.strip), min_size=1, max_size=4))
    sentences *= draw(st.sampled_from([1, 1, 1, 300]))
    headings = tuple(draw(st.lists(LONG, max_size=5)))
    passage = make_passage(sentences, draw(PAGES), headings)
    passage = replace(passage, header=draw(st.just("") | LONG))
    marked = draw(st.sampled_from(passage.sentences))
    return Hit(make_record(draw(LONG)), passage, draw(st.floats(1.5, 3)), (marked,), confidence=0.9)


@st.composite
def answers(draw: st.DrawFn) -> Found:
    shown = draw(st.lists(hits(), min_size=1, max_size=3)) * draw(st.integers(1, 3))
    shown.sort(key=lambda hit: -hit.score)
    answered = draw(st.booleans())
    return Found(
        Answer("?", answered, draw(st.floats(0.5, 1)), tuple(shown), draw(st.none() | LONG)),
        tuple(Ref(draw(st.booleans()), 10**17 + number) for number in range(len(shown))),
        tuple(Citation(hit.document.title, hit.passage.page, (), draw(ADDRESSES)) for hit in shown),
        draw(st.integers(0, 10**6)),
        draw(st.none() | st.just(Ref(True, 7))),
        draw(st.just(()) | st.lists(others(), min_size=len(shown), max_size=len(shown)).map(tuple)),
    )


def others() -> st.SearchStrategy[tuple[Citation, ...]]:
    """Where else the same text stands."""
    one = st.builds(Citation, LONG, PAGES, st.just(()), ADDRESSES)
    return (
        st.lists(one, max_size=3)
        .flatmap(lambda some: st.sampled_from([some, some * 40]))
        .map(tuple)
    )


def make_found(*, earlier: str | None = None, **changes: Any) -> Found:
    """A confident answer of five passages, of which three are good enough to be cited."""
    passage = make_passage(
        TEXT.replace(". ", ".|").split("|"), 12, ("Town guide", "Library", "Opening hours")
    )
    start = TEXT.index(MARKED)
    hit = Hit(
        make_record("Town guide"), passage, 2.0, ((start, start + len(MARKED)),), confidence=0.9
    )
    shown = (hit, hit, hit, replace(hit, score=1.2), replace(hit, score=1.1))
    citation = Citation("Town guide", 12, passage.heading_path, None)
    return replace(
        Found(
            Answer(QUESTION, True, 0.98, shown, earlier),
            tuple(Ref(number == 1, 10 + number) for number in range(5)),
            (replace(citation, link="https://town.org/guide.pdf"), *[citation] * 4),
            12,
        ),
        **changes,
    )


def refuse(found: Found) -> Found:
    return replace(found, answer=replace(found.answer, answered=False, confidence=0.02))


def find_text(view: LayoutView, id: int) -> str:
    item = view.find_item(id)
    assert isinstance(item, TextDisplay)
    return item.content


def receive(view: LayoutView) -> discord.Message:
    """What is read of a message, with its components as discord.py makes them of what comes."""
    components = [_component_factory(cast(Any, part)) for part in view.to_components()]
    return cast(discord.Message, SimpleNamespace(components=components))


def find_quotes(view: LayoutView) -> list[str]:
    return [text for text in list_texts(view) if text.startswith("> ")]


def check_quote(quote: str, hit: Hit) -> None:
    """A quote is the passage's own words, with the sentence that answers in bold, cut or whole."""
    assert all(re.match(r"> \S", line) for line in quote.split("\n"))
    bold = "".join(re.findall(r"(?<!\\)\*\*((?:\\.|[^\\*])+)\*\*", quote.replace("\n> ", "\n")))
    marked = show_text(hit.passage.text[slice(*hit.highlights[0])])
    said = "".join(read_plain(bold).split())
    if said != "".join(marked.split()):
        assert said.endswith("…")
        assert "".join(marked.split()).startswith(said.removesuffix("…"))
    lines = [line.removeprefix("> ") for line in quote.split("\n")]
    for line in lines:
        assert find_markup(re.sub(r"(?<!\\)\*\*", "\N{FULL BLOCK}", line)) is None


def check_citation(text: str, number: int, hit: Hit) -> None:
    """A citation is whole: number, title, page, headings; long ones of these end with "…"."""
    assert text.startswith(rf"\[{number}\] **")
    page = hit.passage.page
    assert page is None or f" · p. {page}" in text
    title, headings = hit.document.title, hit.passage.heading_path
    for part in [title.strip(), *(headings[-1:] if headings != (title,) else ())]:
        if measure(show_plain_line(part)) <= 60:
            assert show_line(show_text(part)) in read_plain(text)


@given(LONG.filter(str.strip), answers(), LONG, LONG)
def test_an_answer_keeps_the_limits_and_loses_no_citation(
    question: str, found: Found, refusal: str, footer: str
) -> None:
    view = render_answer(question, found, refusal=refusal, footer=footer)
    check_limits(view)
    if not found.answer.answered:
        return
    shown = found.answer.hits[:3]
    (quote,) = find_quotes(view)
    check_quote(quote, shown[0])
    cited = [text for text in list_texts(view) if text.startswith(r"\[")]
    assert len(cited) == len(shown)
    for number, (text, hit) in enumerate(zip(cited, shown, strict=True), 1):
        check_citation(text, number, hit)


@pytest.mark.parametrize("mark", ["*", "\x00", "😀", "日", "عربي ", "\n- ", "@everyone", "a" * 99])
def test_the_most_of_all_at_once_keeps_the_limits(mark: str) -> None:
    most = mark * 4000
    passage = make_passage([most, most], 10**9, (most,) * 9)
    hit = Hit(make_record(most), passage, 2.0, (passage.sentences[1],), confidence=0.9)
    citation = Citation(most, 10**9, (most,) * 9, "https://a.b/" + "c" * 238)
    found = make_found(
        answer=Answer("?", True, 0.99, (hit,) * 9, most),
        citations=(citation,) * 9,
        passages=tuple(Ref(False, 10**17 + number) for number in range(9)),
        searched=10**9,
    )
    own = {"refusal": most, "footer": most}
    for view in (
        render_answer(most, found),
        render_answer(most, found, **own),
        render_answer(most, refuse(found), advice=most[:200], **own),
        render_answer(most, found, start=3),
        render_answer(most, refuse(found)),
        render_context(Context(citation, passage, most, most)),
    ):
        check_limits(view)
    for footer in ("", most):
        (quote,) = find_quotes(render_answer(most, found, footer=footer))
        assert len(quote) > 100


@settings(deadline=None)  # the largest passages take a quarter of a second
@given(LONG.filter(str.strip), answers(), st.integers(1, 9))
def test_further_passages_keep_the_limits_and_their_citations(
    question: str, found: Found, start: int
) -> None:
    view = render_answer(question, found, start=start)
    check_limits(view)
    shown = found.answer.hits[start : start + 3]
    quotes = find_quotes(view)
    for quote, hit in zip(quotes, shown, strict=True):
        check_quote(quote, hit)
    cited = [text for text in list_texts(view) if text.startswith(r"\[")]
    for number, (text, hit) in enumerate(zip(cited, shown, strict=True), start + 1):
        check_citation(text, number, hit)


@given(hits(), LONG, LONG, ADDRESSES)
def test_a_passage_in_context_keeps_the_limits(
    hit: Hit, before: str, after: str, link: str | None
) -> None:
    citation = Citation(hit.document.title, hit.passage.page, hit.passage.heading_path, link)
    view = render_context(Context(citation, hit.passage, before, after))
    check_limits(view)
    assert len(find_quotes(view)) == 1


@given(RICH.filter(str.strip), st.none() | RICH.filter(str.strip))
def test_questions_read_back_as_they_were_asked(question: str, earlier: str | None) -> None:
    message = receive(render_answer(question, make_found(earlier=earlier)))
    asked = show_text(" ".join(question.split()))
    if not asked:
        return
    assert read_question(message) == asked
    carried = earlier and show_text(" ".join(earlier.split()))
    assert (read_carried(message) or None) == (carried or None)
    refs = (Ref(False, 10), Ref(True, 11), Ref(False, 12))
    kept = read_earlier(message)
    assert kept == Earlier(" ".join(join_questions(asked, carried).split()), refs)
    # What the next answer carries is what it was asked with.
    following = receive(render_answer(question, make_found(earlier=kept.question)))
    assert read_carried(following) == kept.question


def test_an_answer_shows_question_quote_confidence_and_citations() -> None:
    view = render_answer(QUESTION, make_found())
    assert list_texts(view) == [
        f"**{QUESTION}**",
        f"> The library has forty thousand books. **{MARKED}** "
        "Between Christmas and New Year it stays shut.",
        "-# **Sure** · searched 12 documents",
        r"\[1\] **[Town guide](<https://town.org/guide.pdf>)** · p. 12 · Library › Opening hours",
        r"\[2\] **Town guide** · p. 12 · Library › Opening hours",
        r"\[3\] **Town guide** · p. 12 · Library › Opening hours",
    ]
    assert list_custom_ids(view) == [
        *("context:o10", "context:s11", "context:o12"),
        *("more:3:-", "vote:up", "vote:down", "follow", "thread"),
    ]


def test_a_text_that_stands_in_several_documents_is_cited_with_the_others() -> None:
    links = ("https://town.org/copy", None, None, None, None)
    copies = tuple(Citation(f"Copy {n}", n, (), link) for n, link in enumerate(links, 1))
    found = make_found(also=(copies, copies[:1], (), (), ()))
    first, second, third = list_texts(render_answer(QUESTION, found))[3:]
    assert first.endswith(
        "\n-# also in **[Copy 1](<https://town.org/copy>)** p. 1, **Copy 2** p. 2 and 3 more"
    )
    assert second.endswith("\n-# also in **[Copy 1](<https://town.org/copy>)** p. 1")
    assert "also in" not in third


def test_the_header_of_a_table_stands_in_small_above_its_rows() -> None:
    found = make_found()
    hit = found.answer.hits[0]
    headed = replace(hit, passage=replace(hit.passage, header="Opening *hours*\nDay | From"))
    answer = replace(found.answer, hits=(headed, *found.answer.hits[1:]))
    shown = list_texts(render_answer(QUESTION, replace(found, answer=answer)))
    assert shown[1] == r"-# In the table: Opening \*hours\* · Day \| From"
    assert shown[2].startswith("> ")
    context = Context(found.citations[0], headed.passage, "Before it.", "After it.")
    assert list_texts(render_context(context))[2] == shown[1]


@pytest.mark.parametrize(
    ("confidence", "word"), [(0.99, "Sure"), (0.8, "Likely"), (0.6, "Not sure")]
)
def test_an_answer_says_how_sure_it_is_in_a_word_and_a_colour(confidence: float, word: str) -> None:
    found = make_found()
    found = replace(found, answer=replace(found.answer, confidence=confidence))
    view = render_answer(QUESTION, found)
    assert f"-# **{word}** · searched 12 documents" in list_texts(view)
    (container,) = view.to_components()
    assert container["accent_color"] == render.CONFIDENCE_COLOURS[word]


def test_buttons_are_those_that_do_something() -> None:
    found = make_found(document=Ref(False, 4))
    assert "more:3:o4" in list_custom_ids(render_answer(QUESTION, found))
    few = replace(found, answer=replace(found.answer, hits=found.answer.hits[:2]))
    ids = list_custom_ids(render_answer(QUESTION, few, threadable=False))
    assert ids[2:] == ["vote:up", "vote:down", "follow"]
    ids = list_custom_ids(render_answer(QUESTION, few, post_to=(5, 6)))
    assert ids[-1] == "post:5:6" and "thread" not in ids
    ids = list_custom_ids(render_answer(QUESTION, make_found(), asker=7))
    assert ids[3:] == ["more:3:-", "solved:7", "no-help:7", "follow", "thread"]


def test_more_goes_on_behind_what_was_cited_until_there_is_none() -> None:
    found = make_found()
    one = replace(found.answer.hits[0], confidence=0.2)
    found = replace(found, answer=replace(found.answer, hits=(found.answer.hits[0], *[one] * 4)))
    assert "more:1:-" in list_custom_ids(render_answer(QUESTION, found))
    view = render_answer(QUESTION, found, start=1)
    assert list_custom_ids(view) == ["context:s11", "context:o12", "context:o13", "more:4:-"]
    assert find_text(view, render.QUESTION_ID) == f"**{QUESTION}**"
    assert list_custom_ids(render_answer(QUESTION, found, start=4)) == ["context:o14"]
    assert "no more passages" in list_texts(render_answer(QUESTION, found, start=5))[-1]


def test_a_refusal_is_one_line_then_headings_then_what_can_be_done() -> None:
    found = refuse(make_found())
    view = render_answer(QUESTION, found)
    assert list_texts(view) == [
        f"**{QUESTION}**",
        "This is not in the documents. I searched 12 documents.",
        "-# The closest headings",
        "**[Town guide](<https://town.org/guide.pdf>)** · p. 12 · Library › Opening hours",
        "**Town guide** · p. 12 · Library › Opening hours",
    ]
    assert MARKED not in "".join(list_texts(view))
    advised = list_texts(render_answer(QUESTION, found, advice="Add some."))
    assert advised == [*list_texts(view), "-# Add some."]
    nothing = replace(found, answer=replace(found.answer, hits=()), passages=(), citations=())
    assert len(list_texts(render_answer(QUESTION, nothing))) == 2


def test_a_servers_own_words_take_the_place_of_a_refusals_and_end_each_answer() -> None:
    own = {"refusal": "Ask in <#5>, **please**!\n@everyone <@1>", "footer": "By the *team*"}
    found = make_found()
    message = receive(render_answer(QUESTION, refuse(found), **own))
    texts = list_texts(render_answer(QUESTION, refuse(found), **own))
    said = texts[1].replace("\N{ZERO WIDTH SPACE}", "")
    assert said == "Ask in <#5>, **please**!\n\\@everyone \\<\\@1\\>\n-# I searched 12 documents."
    assert texts[2] == "-# The closest headings" and texts[-1] == "-# By the *team*"
    assert read_question(message) == QUESTION
    answer = render_answer(QUESTION, found, **own)
    assert list_texts(answer) == [*list_texts(render_answer(QUESTION, found)), "-# By the *team*"]
    assert read_earlier(receive(answer)) == read_earlier(receive(render_answer(QUESTION, found)))


def test_a_servers_last_line_leaves_a_quote_its_room() -> None:
    link = "https://a.b/" + "c" * 238
    cited = tuple(replace(one, title="Town " * 30, link=link) for one in make_found().citations)
    found, footer = make_found(citations=cited), "By " * 40
    assert list_texts(render_answer("why " * 100, found, footer=footer))[-1].startswith("-# By By")
    carried = replace(found, answer=replace(found.answer, earlier="who " * 150))
    shown = list_texts(render_answer("why " * 325, carried, footer=footer))
    assert not shown[-1].startswith("-# By")


def test_a_document_whose_title_shows_nothing_goes_by_its_name() -> None:
    found = make_found()
    blank = tuple(replace(citation, title="\u3164\u200b ") for citation in found.citations)
    assert "**a.md**" in list_texts(render_answer(QUESTION, replace(found, citations=blank)))[-1]


def test_a_refusal_names_the_only_document_that_was_searched() -> None:
    texts = list_texts(render_answer(QUESTION, refuse(make_found(document=Ref(False, 4)))))
    assert "This is not in the documents. I searched **Town guide** only." in texts


def test_a_long_sentence_is_cut_at_a_word_and_a_long_passage_at_sentences() -> None:
    sentence = "word " * 2000 + "end."
    passage = make_passage(["Before.", sentence, "After."], None, ())
    hit = Hit(make_record("Town"), passage, 2.0, (passage.sentences[1],), confidence=0.9)
    found = make_found(answer=Answer("?", True, 0.99, (hit,)))
    (quote,) = find_quotes(render_answer(QUESTION, found))
    assert quote.startswith("> … **word word") and quote.endswith("word…**")
    passage = make_passage([f"Sentence number {number} says it." for number in range(90)], None, ())
    hit = Hit(make_record("Town"), passage, 2.0, (passage.sentences[50],), confidence=0.9)
    (quote,) = find_quotes(
        render_answer(QUESTION, replace(found, answer=Answer("?", True, 1, (hit,))))
    )
    assert len(quote) <= render.QUOTE_CHARS + 20
    assert quote.startswith("> … ") and quote.endswith(" says it. …")
    assert "**Sentence number 50 says it.**" in quote


def test_a_sentence_of_several_lines_is_bold_line_by_line_inside_the_quote() -> None:
    passage = make_passage(["One:\n\n  first \n> second"], None, ())
    hit = Hit(make_record("Town"), passage, 2.0, passage.sentences, confidence=0.9)
    found = make_found(answer=Answer("?", True, 0.99, (hit,)))
    (quote,) = find_quotes(render_answer(QUESTION, found))
    assert quote == "> **One:**\n> **first**\n> **\\> second**"


def test_context_shows_what_stands_around_a_passage() -> None:
    found = make_found()
    passage = found.answer.hits[0].passage
    view = render_context(
        Context(found.citations[0], passage, "Before it.\n\nAnd - this.", "After.")
    )
    assert list_texts(view) == [
        "**[Town guide](<https://town.org/guide.pdf>)** · p. 12 · Library › Opening hours",
        "Before it.\n\nAnd - this.",
        f"> {TEXT}",
        "After.",
    ]


def test_context_that_is_too_long_is_cut_away_from_the_passage() -> None:
    found = make_found()
    passage = found.answer.hits[0].passage
    far = " ".join(f"w{number}" for number in range(2000))
    view = render_context(Context(found.citations[0], passage, far, far))
    _, before, _, after = list_texts(view)
    assert before.startswith("… w") and before.endswith(" w1999")
    assert after.startswith("w0 ") and after.endswith("…")
    check_limits(view)


async def test_real_messages_are_read_back_and_those_of_others_are_not() -> None:
    bot = commands.Bot("!", intents=discord.Intents.default(), help_command=None)
    async with simcord.run(bot) as env:
        channel = env.create_guild().create_text_channel("ask")
        place = bot.get_channel(channel.id)
        assert isinstance(place, discord.TextChannel)
        found = make_found(earlier=f"*And* {QUESTION}")
        sent = await place.send(view=render_answer("and on @here 1. May?", found))
        message = await place.fetch_message(sent.id)
        assert read_question(message) == "and on @here 1. May?"
        refs = (Ref(False, 10), Ref(True, 11), Ref(False, 12))
        assert read_earlier(message) == Earlier(f"and on @here 1. May? *And* {QUESTION}", refs)
        other = await place.send("context:o1")
        assert read_question(other) is read_earlier(other) is read_carried(other) is None
        assert show_plain("@here") in find_text(
            LayoutView.from_message(message), render.QUESTION_ID
        )
