"""A passage as a quote: whole sentences around the one that answers, which is bold."""

import re
from collections.abc import Sequence

from bot.discord.escape import fit_line, fit_plain, measure, show_plain
from bot.language import gettext
from bot.wording import EXCERPT_CHARS, cut_excerpt, show_text
from index.types import Hit, Passage

MAX_LINES = 12
MAX_HEADER = 160
"""How much is shown of a table's caption and header rows."""


def show_header(passage: Passage) -> str:
    """The caption and the columns of the table that the passage goes on with, in small; or ""."""
    lines = [" ".join(line.split()) for line in show_text(passage.header).splitlines()]
    shown = fit_line(" · ".join(filter(None, lines)), MAX_HEADER)
    return gettext("-# In the table: {columns}", columns=shown) if shown.strip() else ""


def show_quote(hit: Hit, max_chars: int, room: int) -> str:
    """The passage around the sentence that answers, whole sentences where they fit the room."""
    text = hit.passage.text
    for most in (max_chars, EXCERPT_CHARS, 0):
        start, end = cut_excerpt(hit.passage, hit.highlights, most)
        shown = show_bar(_mark(text, hit.highlights, start, end))
        if measure(shown) <= room and (not most or shown.count("\n") < MAX_LINES):
            return shown
    start, end = hit.highlights[0] if hit.highlights else (0, len(text))
    lead = "… " if text[:start].strip() else ""
    return fit_plain(
        text[start:end], room, lambda part: show_bar(lead + _embolden(show_plain(part)))
    )


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


def show_bar(shown: str) -> str:
    """Lines behind a quote's bar, those without text left out."""
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    return "\n".join(f"> {line}" for line in lines) or "> …"
