"""Posts → documents: what is left out, what changed, and what stays."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.libraries.posts import list_written, make_look, read_post
from bot.types import Post, Posts, Saying
from index.types import Incoming, Record
from tests.bot.discord.markup import RICH

NOW = datetime(2026, 3, 14, tzinfo=UTC)
ADA, BEN = 10, 11


def make_post(id: int, *texts: str, user: int = ADA, title: str = "") -> Post:
    sayings = tuple(Saying(id * 100 + n, user, text) for n, text in enumerate(texts))
    link = f"https://discord.com/channels/1/2/{id}"
    return Post(id, link, "#rules · 2026-03-14", sayings, title, user if title else None)


def keep(incoming: Incoming) -> Record:
    return Record(
        1,
        incoming.name,
        incoming.source,
        incoming.document.title,
        None,
        1,
        1,
        incoming.content_hash,
        "en",
        NOW,
        NOW,
        incoming.link,
        1,
    )


@pytest.mark.usefixtures("compare_with_cage")
def test_only_what_is_new_or_changed_is_made_into_a_document() -> None:
    posts = Posts((make_post(1, "The gate is green."), make_post(2, "The roof is red today.")))
    first = make_look(posts, [], ())
    assert len(first.documents) == 2 and first.sources == {post.link for post in posts.found}
    kept = [keep(incoming) for incoming in first.documents]
    again = make_look(posts, kept, ())
    assert again.documents == () and again.sources == first.sources
    edited = Posts((make_post(1, "The gate is blue by now."), posts.found[1]))
    [changed] = make_look(edited, kept, ()).documents
    assert changed.source == posts.found[0].link and "blue" in changed.document.text


def test_of_a_part_of_a_channel_the_rest_stays_and_what_is_gone_goes() -> None:
    posts = Posts(tuple(make_post(n, f"The gate number {n} is green.") for n in (1, 2, 3)))
    kept = [keep(incoming) for incoming in make_look(posts, [], ()).documents]
    part = Posts((posts.found[0],), whole=False, gone=frozenset([2]))
    look = make_look(part, kept, ())
    assert {read_post(source) for source in look.sources} == {1, 3}


def test_tiny_messages_and_those_of_who_keeps_out_are_left_out() -> None:
    tiny = make_post(1, "ok", "thank you", "\N{THUMBS UP SIGN}" * 20)
    theirs = make_post(2, "I tell of my own life here.", user=BEN)
    japanese = make_post(3, "図書館は午前九時から午後五時まで開いています。")
    posts = Posts((tiny, theirs, japanese))
    assert make_look(posts, [], {BEN}).sources == {japanese.link}
    assert [one.message for one in list_written(posts, 2, {BEN})] == [300]


def test_a_title_of_who_keeps_out_is_not_told() -> None:
    post = make_post(1, "I tell of my sorrow.", title="My deep sorrow", user=BEN)
    answer = Saying(7, ADA, "Push the third brick, it helps.")
    [incoming] = make_look(
        Posts((replace(post, sayings=(*post.sayings, answer)),)), [], {BEN}
    ).documents
    told = f"{incoming.name} {incoming.document.title} {incoming.document.text}"
    assert "sorrow" not in told and incoming.document.title == answer.text


def test_each_message_of_a_post_is_led_to() -> None:
    post = make_post(5, "The gate is green.", "## Later\nThe gate is blue.", title="The gate")
    [incoming] = make_look(Posts((post,)), [], ()).documents
    spans = incoming.document.spans
    assert {span.fragment for span in spans} == {"/500", "/501"}
    assert incoming.name == "#rules · 2026-03-14 · The gate"


@settings(deadline=None)
@given(st.lists(RICH, min_size=1, max_size=4), RICH)
def test_whatever_people_write_becomes_a_document_or_a_failure(texts: list[str], name: str) -> None:
    post = make_post(1, *texts, title=name)
    look = make_look(Posts((post,)), [], ())
    assert len(look.documents) + len(look.failed) == len(look.sources)
    for incoming in look.documents:
        assert incoming.document.title.strip() and len(incoming.document.title) <= 80
        assert len(incoming.name) <= 80
