"""Markdown that somebody wrote → what Discord shows of it: emphasis, lists, code and plain links.

All else is text: mentions, headings, quotes, emoji of servers, invitations, and labels that hide
where a link leads, which is written out behind its label. How it is escaped: `escape.py`.
"""

import re

from bot.discord.escape import show_address, show_plain
from bot.wording import show_text

_PART = re.compile(
    r"(?P<block>```[^`]*```)"
    r"|(?P<code>(?<!`)`[^`\n]+`(?!`))"
    r"|(?P<escaped>\\[^0-9A-Za-z\s@])"
    r"|\[(?P<label>[^\[\]\n]{0,200})\]\(\s*<?(?P<target>[^\s<>()]{1,250})>?\s*\)"
    r"|(?P<address>https?://[^\s<>\[\]()|*`\\]{1,250}[^\s<>\[\]()|*`\\.,;:!?'\"])"
    r"|(?P<emphasis>\*{1,3}|__?|~~)"
    r"|(?P<bullet>^[^\S\n]*(?:[-*]|\d{1,4}\.)(?=[^\S\n]))",
    re.MULTILINE,
)
"""What is let through; what stands between is shown as plain text."""
_BLANK = re.compile(r"\n{3,}")
_PING = re.compile(r"@(?=everyone|here)|<(?=[@#])", re.IGNORECASE)
_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def show_markdown(text: str) -> str:
    """The text for a message of ours; nothing in it pings, and every link shows where it leads."""
    text = _BLANK.sub("\n\n", show_text(text))
    shown, position = "", 0
    for part in _PART.finditer(text):
        shown += _show_between(text, position, part.start()) + _show_part(part)
        position = part.end()
    return shown + _show_between(text, position, len(text))


def _show_between(text: str, start: int, end: int) -> str:
    """Plain text; what would be markup at the start of a line is so nowhere else."""
    before = "x" if text[:start] and text[start - 1] != "\n" else ""
    return show_plain(before + text[start:end]).removeprefix(before)


def _show_part(part: re.Match[str]) -> str:
    if part["label"] is not None:
        return f"{show_plain(part['label'])} ({show_address(part['target'])})"
    if part["address"]:
        return show_address(part["address"])
    if part["escaped"]:
        return show_plain(part["escaped"][1:])
    return _PING.sub(rf"\g<0>{_ZERO_WIDTH}", part[0])
