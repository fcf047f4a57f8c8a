"""Answers → messages within Discord's limits; and what can be read back from them.

Lists, progress and notices: `bot/discord/panels.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord
from discord.ui import ActionRow, Container, Item, LayoutView, Section, Separator, TextDisplay

from bot.discord.buttons import (
    Continue,
    FollowUp,
    Helpful,
    InContext,
    More,
    NoHelp,
    Post,
    Solved,
    TellMe,
    Unhelpful,
)
from bot.discord.cite import cite, cite_also, cite_numbered, shorten
from bot.discord.escape import fit_plain, measure, read_plain, show_title, show_words
from bot.discord.quote import show_header, show_quote
from bot.discord.vouched import VOUCHED_COLOUR, show_taught
from bot.language import gettext, mark
from bot.types import MAX_FOOTER_CHARS, MAX_REFUSAL_CHARS, Earlier, Found, Ref
from bot.wording import EXCERPT_CHARS, count, name_confidence, pick_hits, show_confidence
from index.follow import join_questions
from index.types import Hit

QUESTION_ID, EARLIER_ID = 1001, 1002
"""Ids of the displays that hold the question and the one that it was read with."""

SHOWN = 3
"""Passages a message."""
MAX_TEXT = 4000
"""Discord's limit on a message's texts together."""
MAX_QUESTION, MAX_EARLIER = 1300, 600
"""UTF-16 units of a question and of the one that it was read with, as they are shown; longer ones
are cut, and not read back as they were."""
QUOTE_CHARS, QUOTES_ROOM = 700, 1500
"""How much of the best passage is shown, more only where the sentence that answers is longer; and
what is left for all quotes, whatever else there is to say."""
ROOM_ABOVE = 340
"""Left in answers for what is said above them in any language: who waited for them, and what has
changed since."""

CONFIDENCE_COLOURS = {"Sure": 0x23A55A, "Likely": 0xF0B232, "Not sure": 0x80848E}
REFUSAL_COLOUR = 0x80848E
_AFTER = mark("-# Following up on: ")
"""Ends at the first ": " in every language: so it is taken off again, whichever it was said in."""


def render_answer(
    question: str,
    found: Found,
    *,
    start: int | None = None,
    advice: str = "",
    post_to: tuple[int, int] | None = None,
    threadable: bool = True,
    asker: int | None = None,
    refusal: str = "",
    footer: str = "",
) -> LayoutView:
    """The best passage quoted, with where it and others stand; or what was taught; or that the
    documents don't say, and with `advice` what can be done about that.

    From `start` on further passages instead. With `post_to`, a channel's id and a message's, the
    answer can be posted as a reply to that message. With `asker`, a person's id, nobody put the
    question to the bot, and that person says whether it is solved. `refusal` and `footer` are the
    server's own words for that the documents don't say, and for the last line.
    """
    head = _show_question(question, found.answer.earlier)
    if start is not None:
        return lay_out(_show_more(found, start, head))
    if found.answer.taught:
        said = [display.content for display in head]
        last = _show_footer(footer, said)
        room = MAX_TEXT - ROOM_ABOVE - measure("".join(last))
        items = show_taught(found.answer.taught, found, said, room)
        buttons = _offer(found, found.vouched, post_to, asker, threadable=threadable)
        items += [Separator(), buttons, *map(TextDisplay, last)]
        return lay_out([*head, *items], VOUCHED_COLOUR)
    if not found.answer.answered:
        return lay_out(_show_refusal(found, advice, refusal, footer, head), REFUSAL_COLOUR)
    hits = pick_hits(found.answer, SHOWN) or found.answer.hits[:1]
    shown = show_confidence(found.answer.confidence)
    searched = count(found.searched, "document")
    sure = gettext("-# **{sure}** · searched {documents}", sure=shown, documents=searched)
    cited = cite_numbered(found, range(len(hits)))
    said = [*(display.content for display in head), sure]
    [header] = _show_headers(hits[:1], [*said, *cited])
    last = _show_footer(footer, [*said, header, *cited])
    cited = _add_others(found, cited, 0, [*said, header, *last])
    used = measure("".join([*said, header, *last, *cited]))
    quote = show_quote(hits[0], QUOTE_CHARS, MAX_TEXT - ROOM_ABOVE - used)
    return lay_out(
        [
            *head,
            *([TextDisplay(header)] if header else []),
            TextDisplay(quote),
            TextDisplay(sure),
            Separator(),
            *_sections(cited, found.passages[: len(hits)]),
            Separator(),
            _offer(found, len(hits), post_to, asker, threadable=threadable),
            *map(TextDisplay, last),
        ],
        CONFIDENCE_COLOURS[name_confidence(found.answer.confidence)],
    )


def _offer(
    found: Found,
    shown: int,
    post_to: tuple[int, int] | None,
    asker: int | None,
    *,
    threadable: bool,
) -> ActionRow[Any]:
    """What can be done with an answer that shows so many of its passages."""
    votes = (Helpful(), Unhelpful()) if asker is None else (Solved(asker), NoHelp(asker))
    buttons: list[Item[Any]] = [*votes, FollowUp()]
    if len(found.answer.hits) > shown:
        buttons.insert(0, More(shown, found.document))
    if post_to:
        buttons.append(Post(*post_to))
    elif threadable:
        buttons.append(Continue())
    return ActionRow(*buttons)


def _show_more(found: Found, start: int, head: Sequence[TextDisplay[Any]]) -> list[Item[Any]]:
    hits = found.answer.hits[start : start + SHOWN]
    if not hits:
        return [*head, TextDisplay(gettext("There are no more passages on this."))]
    cited = cite_numbered(found, range(start, start + len(hits)))
    said = [display.content for display in head]
    headers = _show_headers(hits, [*said, *cited])
    cited = _add_others(found, cited, start, [*said, *headers])
    room = MAX_TEXT - measure("".join([*said, *headers, *cited]))
    quotes = [show_quote(hit, EXCERPT_CHARS, room // len(hits)) for hit in hits]
    passages = found.passages[start : start + SHOWN]
    items: list[Item[Any]] = list(head)
    for header, quote, place, passage in zip(headers, quotes, cited, passages, strict=True):
        texts = [header, quote, place] if header else [quote, place]
        items += [Separator(), Section(*texts, accessory=InContext(passage))]
    if start + SHOWN < len(found.answer.hits):
        items += [Separator(), ActionRow(More(start + SHOWN, found.document))]
    return items


def _show_refusal(
    found: Found, advice: str, refusal: str, footer: str, head: Sequence[TextDisplay[Any]]
) -> list[Item[Any]]:
    """One calm line, the closest headings that there is room for, and what can be done."""
    searched = gettext("I searched {documents}.", documents=count(found.searched, "document"))
    if found.document and found.citations:
        name = found.answer.hits[0].document.name
        title = show_title(shorten(found.citations[0].title, name))
        searched = gettext("I searched {title} only.", title=title)
    line = f"{gettext('This is not in the documents.')} {searched}"
    if refusal:
        line = f"{show_words(refusal, 2 * MAX_REFUSAL_CHARS)}\n-# {searched}"
    items: list[Item[Any]] = [*head, TextDisplay(line)]
    said = [*(display.content for display in head), line, advice]
    last = _show_footer(footer, said)
    heading = f"-# {gettext('The closest headings')}"
    closest: dict[str, Ref] = {}
    for number, passage in enumerate(found.passages):
        closest.setdefault(cite(found, number), passage)
    texts = list(closest)[:SHOWN]
    while texts and measure("".join([heading, *said, *last, *texts])) > MAX_TEXT - 3:
        texts.pop()
    if texts:
        passages = [closest[text] for text in texts]
        items += [Separator(), TextDisplay(heading), *_sections(texts, passages)]
    if advice:
        items += [Separator(), TextDisplay(f"-# {advice}")]
    items.append(ActionRow(TellMe()))
    return [*items, *([Separator()] if last else []), *map(TextDisplay, last)]


def _show_footer(footer: str, said: Sequence[str]) -> list[str]:
    """The server's last line, if there is one and it leaves enough room for what else is said."""
    shown = f"-# {show_words(footer, 2 * MAX_FOOTER_CHARS)}"
    left = MAX_TEXT - measure("".join([*said, shown]))
    return [shown] if footer and left >= QUOTES_ROOM // 2 else []


def read_question(message: discord.Message) -> str | None:
    """The question that an answer of ours answers, as it was asked; None where there is none."""
    shown = _find_display(message, QUESTION_ID)
    return None if shown is None else read_plain(shown.removeprefix("**").removesuffix("**"))


def read_carried(message: discord.Message) -> str | None:
    """The earlier question that an answer of ours was read with; None where it stands alone."""
    shown = _find_display(message, EARLIER_ID)
    return None if shown is None else read_plain(shown.partition(": ")[2])


def read_earlier(message: discord.Message) -> Earlier | None:
    """What a follow-up to an answer of ours leans on: its question, with what that was read with
    itself, and the passages that it cites."""
    question = read_question(message)
    if question is None:
        return None
    question = join_questions(question, read_carried(message))
    refs = _read_ids(message, "context:")
    kept = read_plain(_show_earlier(question))  # as the next answer will carry it
    return Earlier(kept, tuple(map(Ref.parse, refs)))


def read_document(message: discord.Message) -> Ref | None:
    """The only document that was searched for an answer of ours, where its button "More" tells."""
    for id in _read_ids(message, "more:"):
        document = id.partition(":")[2]
        return None if document == "-" else Ref.parse(document)
    return None


def _read_ids(message: discord.Message, start: str) -> Iterator[str]:
    """What stands behind `start` in the custom ids that begin so."""
    names = (getattr(component, "custom_id", None) or "" for component in _walk(message.components))
    return (name.removeprefix(start) for name in names if name.startswith(start))


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


def _show_headers(hits: Sequence[Hit], said: Sequence[str]) -> list[str]:
    """What heads each passage's table, unless that would leave quotes too little room."""
    headers = [show_header(hit.passage) for hit in hits]
    left = MAX_TEXT - measure("".join([*said, *headers]))
    return headers if left >= QUOTES_ROOM // 2 else [""] * len(hits)


def _add_others(found: Found, cited: Sequence[str], start: int, said: Sequence[str]) -> list[str]:
    """The citations with where else the same texts stand, as far as quotes leave room for that."""
    room = MAX_TEXT - measure("".join([*said, *cited])) - QUOTES_ROOM
    share = max(0, room) // len(cited)
    return [text + cite_also(found, number, share) for number, text in enumerate(cited, start)]


def lay_out(items: Sequence[Item[Any]], colour: int | None = None) -> LayoutView:
    """A message of one container, whose buttons outlive the process that sent it."""
    return LayoutView(timeout=None).add_item(Container(*items, accent_colour=colour))


def put_above(view: LayoutView, text: str, id: int | None = None) -> LayoutView:
    """The view with a text above it, in place of one of the same id if there is one."""
    below = [item for item in view.children if id is None or item.id != id]
    view.clear_items().add_item(TextDisplay(text, id=id))
    for item in below:
        view.add_item(item)
    return view


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
        items.append(TextDisplay(gettext(_AFTER) + _show_earlier(earlier), id=EARLIER_ID))
    return items


def _show_earlier(question: str) -> str:
    return fit_plain(" ".join(question.split()), MAX_EARLIER)
