"""Answers → messages within Discord's limits; and what can be read back from them.

Lists, progress and notices: `bot/discord/panels.py`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord
from discord.ui import ActionRow, Container, Item, LayoutView, Section, Separator, TextDisplay

from bot.discord.buttons import Continue, FollowUp, Helpful, InContext, More, Post, Unhelpful
from bot.discord.escape import (
    fit_line,
    fit_plain,
    fit_tail,
    measure,
    read_plain,
    show_plain,
    show_title,
)
from bot.types import Context, Earlier, Found, Ref
from bot.wording import (
    EXCERPT_CHARS,
    count,
    cut_excerpt,
    name_confidence,
    name_headings,
    name_pages,
    pick_hits,
    show_text,
)
from index.follow import join_questions
from index.types import Hit, Passage

QUESTION_ID, EARLIER_ID = 1001, 1002
"""Ids of the displays that hold the question and the one that it was read with."""

SHOWN = 3
"""Passages a message."""
MAX_TEXT = 4000
"""Discord's limit on a message's texts together."""
MAX_QUESTION, MAX_EARLIER = 1300, 600
"""UTF-16 units of a question and of the one that it was read with, as they are shown; longer ones
are cut, and not read back as they were."""
MAX_TITLE, MAX_HEADING = 80, 60
QUOTE_CHARS, MAX_LINES = 700, 12
"""How much of the best passage is shown; more only where the sentence that answers is longer."""

CONFIDENCE_COLOURS = {"Sure": 0x23A55A, "Likely": 0xF0B232, "Not sure": 0x80848E}
REFUSAL_COLOUR = 0x80848E
_AFTER = "-# Following up on: "
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
"""What marks a heading in a document's text."""


def render_answer(
    question: str,
    found: Found,
    *,
    start: int = 0,
    advice: str = "",
    post_to: tuple[int, int] | None = None,
    threadable: bool = True,
) -> LayoutView:
    """The best passage quoted, with where it and others stand; or that the documents don't say,
    and with `advice` what can be done about that.

    From `start` on further passages instead. With `post_to`, a channel's id and a message's, the
    answer can be posted as a reply to that message.
    """
    head = _show_question(question, found.answer.earlier)
    if start:
        return lay_out(_show_more(found, start, head))
    if not found.answer.answered:
        return lay_out([*head, *_show_refusal(found, advice)], REFUSAL_COLOUR)
    hits = pick_hits(found.answer, SHOWN) or found.answer.hits[:1]
    word = name_confidence(found.answer.confidence)
    sure = f"-# **{word}** · searched {count(found.searched, 'document')}"
    cited = _cite_numbered(found, range(len(hits)))
    used = measure("".join([*(display.content for display in head), sure, *cited]))
    quote = _quote(hits[0], QUOTE_CHARS, MAX_TEXT - used)
    buttons: list[Item[Any]] = [Helpful(), Unhelpful(), FollowUp()]
    if len(found.answer.hits) > len(hits):
        buttons.insert(0, More(len(hits), found.document))
    if post_to:
        buttons.append(Post(*post_to))
    elif threadable:
        buttons.append(Continue())
    return lay_out(
        [
            *head,
            TextDisplay(quote),
            TextDisplay(sure),
            Separator(),
            *_sections(cited, found.passages[: len(hits)]),
            Separator(),
            ActionRow(*buttons),
        ],
        CONFIDENCE_COLOURS[word],
    )


def _show_more(found: Found, start: int, head: Sequence[TextDisplay[Any]]) -> list[Item[Any]]:
    hits = found.answer.hits[start : start + SHOWN]
    if not hits:
        return [*head, TextDisplay("There are no more passages on this.")]
    cited = _cite_numbered(found, range(start, start + len(hits)))
    room = MAX_TEXT - measure("".join([*(display.content for display in head), *cited]))
    quotes = [_quote(hit, EXCERPT_CHARS, room // len(hits)) for hit in hits]
    passages = found.passages[start : start + SHOWN]
    items: list[Item[Any]] = list(head)
    for quote, cite, passage in zip(quotes, cited, passages, strict=True):
        items += [Separator(), Section(quote, cite, accessory=InContext(passage))]
    if start + SHOWN < len(found.answer.hits):
        items += [Separator(), ActionRow(More(start + SHOWN, found.document))]
    return items


def _show_refusal(found: Found, advice: str) -> list[Item[Any]]:
    """One calm line, the closest headings, and what can be done."""
    searched = count(found.searched, "document")
    if found.document and found.citations:
        name = found.answer.hits[0].document.name
        searched = f"{show_title(_shorten(found.citations[0].title, name))} only"
    items: list[Item[Any]] = [TextDisplay(f"This is not in the documents. I searched {searched}.")]
    closest: dict[str, Ref] = {}
    for number, passage in enumerate(found.passages):
        closest.setdefault(_cite(found, number), passage)
    if closest:
        texts, passages = list(closest)[:SHOWN], list(closest.values())[:SHOWN]
        items += [Separator(), TextDisplay("-# The closest headings"), *_sections(texts, passages)]
    if advice:
        items += [Separator(), TextDisplay(f"-# {advice}")]
    return items


def render_context(context: Context) -> LayoutView:
    """A passage, marked by a bar, with what stands before and after it."""
    citation, passage = context.citation, context.passage
    where = _show_place(citation.title, citation.link, passage)
    room = MAX_TEXT - measure(where)
    marked = fit_plain(passage.text, room, lambda part: _bar(show_plain(part)))
    room = (room - measure(marked)) // 2
    items: list[Item[Any]] = [TextDisplay(where), Separator()]
    if room > 40 and (before := fit_tail(_HEADING.sub("", context.before).strip(), room)):
        items.append(TextDisplay(before))
    items.append(TextDisplay(marked))
    if room > 40 and (after := fit_plain(_HEADING.sub("", context.after).strip(), room)):
        items.append(TextDisplay(after))
    return lay_out(items)


def read_question(message: discord.Message) -> str | None:
    """The question that an answer of ours answers, as it was asked; None where there is none."""
    shown = _find_display(message, QUESTION_ID)
    return None if shown is None else read_plain(shown.removeprefix("**").removesuffix("**"))


def read_carried(message: discord.Message) -> str | None:
    """The earlier question that an answer of ours was read with; None where it stands alone."""
    shown = _find_display(message, EARLIER_ID)
    return None if shown is None else read_plain(shown.removeprefix(_AFTER))


def read_earlier(message: discord.Message) -> Earlier | None:
    """What a follow-up to an answer of ours leans on: its question, with what that was read with
    itself, and the passages that it cites."""
    question = read_question(message)
    if question is None:
        return None
    question = join_questions(question, read_carried(message))
    names = (getattr(component, "custom_id", None) or "" for component in _walk(message.components))
    refs = (name.removeprefix("context:") for name in names if name.startswith("context:"))
    kept = read_plain(_show_earlier(question))  # as the next answer will carry it
    return Earlier(kept, tuple(map(Ref.parse, refs)))


def _find_display(message: discord.Message, id: int) -> str | None:
    for component in _walk(message.components):
        if isinstance(component, discord.TextDisplay) and component.id == id:
            return component.content
    return None


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    """Components, those inside them, and what stands beside a section's text."""
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        if isinstance(component, discord.SectionComponent):
            yield component.accessory


def lay_out(items: Sequence[Item[Any]], colour: int | None = None) -> LayoutView:
    """A message of one container, whose buttons outlive the process that sent it."""
    return LayoutView(timeout=None).add_item(Container(*items, accent_colour=colour))


def _sections(texts: Sequence[str], passages: Sequence[Ref]) -> list[Item[Any]]:
    return [
        Section(text, accessory=InContext(passage))
        for text, passage in zip(texts, passages, strict=True)
    ]


def _show_question(question: str, earlier: str | None) -> list[TextDisplay[Any]]:
    """The question, and the one it was read with, each so that it can be read back."""
    text = " ".join(question.split())
    shown = fit_plain(text, MAX_QUESTION) or "…"
    items = [TextDisplay[Any](f"**{shown}**", id=QUESTION_ID)]
    if earlier is not None:
        items.append(TextDisplay(f"{_AFTER}{_show_earlier(earlier)}", id=EARLIER_ID))
    return items


def _show_earlier(question: str) -> str:
    return fit_plain(" ".join(question.split()), MAX_EARLIER)


def _cite_numbered(found: Found, numbers: range) -> list[str]:
    return [rf"\[{number + 1}\] {_cite(found, number)}" for number in numbers]


def _cite(found: Found, number: int) -> str:
    """`Title · p. 12 · Heading › Subheading` of the passage with that number, 0-based."""
    citation, hit = found.citations[number], found.answer.hits[number]
    return _show_place(citation.title, citation.link, hit.passage, hit.document.name)


def _shorten(title: str, name: str = "") -> str:
    """The title cut, or the document's name where nothing of the title would be seen."""
    shown = show_text(title).strip() or name
    return read_plain(fit_line(shown, MAX_TITLE)) or "Untitled"


def _show_place(title: str, link: str | None, passage: Passage, name: str = "") -> str:
    """Title, page and heading path, each cut by itself where it is long."""
    headings = name_headings(title, passage)
    if len(headings) > 3:
        headings = (headings[0], "…", headings[-1])
    path = " › ".join(fit_line(heading, MAX_HEADING) for heading in headings)
    parts = [show_title(_shorten(title, name), link), name_pages(passage), path]
    return " · ".join(filter(None, parts))


def _quote(hit: Hit, max_chars: int, room: int) -> str:
    """The passage around the sentence that answers, whole sentences where they fit the room."""
    text = hit.passage.text
    for most in (max_chars, EXCERPT_CHARS, 0):
        start, end = cut_excerpt(hit.passage, hit.highlights, most)
        shown = _bar(_mark(text, hit.highlights, start, end))
        if measure(shown) <= room and (not most or shown.count("\n") < MAX_LINES):
            return shown
    start, end = hit.highlights[0] if hit.highlights else (0, len(text))
    lead = "… " if text[:start].strip() else ""
    return fit_plain(text[start:end], room, lambda part: _bar(lead + _embolden(show_plain(part))))


def _mark(text: str, highlights: Sequence[tuple[int, int]], start: int, end: int) -> str:
    """A passage from `start` to `end`, what answers in bold, "…" where more stands."""
    shown, position = "… " if text[:start].strip() else "", start
    for from_char, to_char in highlights:
        shown += show_plain(text[position:from_char])
        shown += _embolden(show_plain(text[max(position, from_char) : min(to_char, end)]))
        position = max(position, to_char)
    shown += show_plain(text[position:end])
    return shown + (" …" if text[end:].strip() else "")


def _embolden(shown: str) -> str:
    """Each line in bold by itself, white space around it left out: else Discord shows asterisks."""
    return re.sub(r"(?m)^([^\S\n]*)(\S(?:.*\S)?)", r"\1**\2**", shown)


def _bar(shown: str) -> str:
    """Lines behind a quote's bar, those without text left out."""
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    return "\n".join(f"> {line}" for line in lines) or "> …"
