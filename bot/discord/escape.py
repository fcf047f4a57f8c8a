"""Text that Discord shows as it is, whatever stands in it.

Discord takes a backslash before punctuation away and reads the character after it as text. Its
rule for that comes before all others, so an escaped character starts no markup. Where markup is
told by its surroundings (`1.` at the start of a line, a colon in an address) only the character
that it hangs on is escaped, to keep texts short.

Addresses: there is no escape for a whole address, and `<http://…>` stops the preview card but
still makes a link. `http\\://…` is neither a link nor a preview, in the client as in what Discord's
servers look for, and the reader sees and copies every character of it as it was.

Mentions: the client is held off by the escapes, too. The servers search the raw text, where a
backslash already parts `<\\@1>`; `@everyone` alone would be found in it, so a character of no width
goes in between.
"""

import re
from collections.abc import Callable
from unicodedata import category, east_asian_width
from urllib.parse import quote, urlsplit

from bot.language import gettext
from bot.wording import show_line, show_text

MAX_ADDRESS = 250
"""Characters; longer addresses would take the room of what they belong to."""

_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"  # show_text removes it from all that is shown
_INLINE = re.compile(
    r"[\\*_~|`<>\[\]@#]"
    r"|:(?!\s)"  # addresses, :smile:
    r"|(?<=\])\("  # the second half of a masked link, whose first half may be ours
    r"|(?:(?<=discord)|(?<=discordapp))\.",  # invitations need no https:// to be shown as cards
    re.IGNORECASE,
)
_LINE_START = re.compile(r"^([^\S\n]*(?:\d+(?=[.)]))?)([-+.)])", re.MULTILINE)
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")

_SAFE = re.compile(
    r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*|\*(?=\S)([^*\n]+)(?<=\S)\*|`([^`\n]+)`|(<#[0-9]{1,20}>)"
    r"|(https?://[^\s<>]*[^\s<>.,;:!?)\]}\"'*_])"
)
"""What an admin's own words may hold: bold, italic, code, channels and whole addresses."""

_LABEL_MARKS = frozenset(" .,;!?'\"()&%+=–—…-")
_NO_LABEL = frozenset("\u02d0\u0903\u2139\ufe0f\u20e3")
"""Letters and marks that Discord takes for a colon or for emoji."""


def show_plain(text: str) -> str:
    """Text for a message in which nothing is markup, a mention, a link or an emoji's name.

    Line breaks stay.
    """
    escaped = _INLINE.sub(r"\\\g<0>", show_text(text))
    escaped = _LINE_START.sub(r"\1\\\2", escaped)
    return _EVERYONE.sub(rf"\g<0>{_ZERO_WIDTH}", escaped)


def show_words(text: str, max_shown: int) -> str:
    """An admin's words with their safe Markdown; as plain text, cut, where they are too long."""
    text = show_text(text)
    shown, end = "", 0
    for found in _SAFE.finditer(text):
        shown += show_plain(text[end : found.start()]) + _show_safe(found)
        end = found.end()
    shown += show_plain(text[end:])
    return shown if measure(shown) <= max_shown else fit_plain(text, max_shown)


def _show_safe(found: re.Match[str]) -> str:
    bold, italic, code, channel, address = found.groups()
    if bold or italic:
        stars = "**" if bold else "*"
        return f"{stars}{show_plain(bold or italic)}{stars}"
    if code:
        return f"`{code}`"
    target = _encode_address(address) if address else None
    return channel or (f"<{target}>" if target else show_plain(address))


def show_plain_line(text: str) -> str:
    """The same on one line."""
    return show_plain(show_line(text))


def read_plain(shown: str) -> str:
    """What `show_plain` was given, as `show_text` leaves it."""
    return _ESCAPED.sub(r"\1", shown.replace(_ZERO_WIDTH, ""))


def show_title(title: str, address: str | None = None) -> str:
    """A title in bold, linked where there is a web address; no preview comes of it.

    Within a link's label Discord takes no escapes, and turns down labels with emoji or addresses.
    So a title that would need an escape stands beside a link instead of in it.
    """
    shown, target = show_plain_line(title), address and _encode_address(address)
    if not target:
        return f"**{shown}**"
    if _fits_in_link(title):
        return f"**[{title}](<{target}>)**"
    return f"**{shown}** ([{gettext('source')}](<{target}>))"


def show_address(address: str) -> str:
    """A web address as a link that shows where it leads, without a preview; other text as it is."""
    target = _encode_address(address)
    return f"<{target}>" if target else show_plain(address)


def fit_plain(text: str, max_shown: int, show: Callable[[str], str] = show_plain) -> str:
    """The text as `show` writes it, cut at a word, with "…", to be `max_shown` units at most."""
    head = text[: 4 * max_shown]  # the rest would only take time
    clean = show_text(head)
    shown, end = show(clean), len(clean)
    while measure(shown) > max_shown or (head != text and end == len(clean)):
        if not end:
            return "…"
        end = min(end - 1, end * max_shown // measure(shown))
        shown = show(clean[: _find_border(clean, end)].rstrip() + "…")
    return shown


def fit_tail(text: str, max_shown: int) -> str:
    """The text's end instead of its start, cut at a word behind "…"."""
    clean = show_text(text)
    start = max(0, len(clean) - max_shown)
    shown = show_plain(clean) if not start else ""
    while start or measure(shown) > max_shown:
        space = re.search(r"\s+", clean[start:][:100])
        shown = show_plain("… " + clean[start + (space.end() if space else 0) :])
        if measure(shown) <= max_shown:
            break
        start += max(1, (measure(shown) - max_shown) // 8)
    return shown


def fit_line(text: str, max_shown: int) -> str:
    """The same on one line."""
    return fit_plain(show_line(text[: 4 * max_shown]), max_shown)


def measure(text: str) -> int:
    """A text's length in UTF-16 units: the larger of the two ways to count that Discord has."""
    return len(text) + sum(character > "\uffff" for character in text)


def measure_cells(text: str) -> int:
    """How wide a text is where all letters are alike: Japanese ones take two cells."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _find_border(text: str, end: int) -> int:
    """Where to cut a text before `end`: after a word, or where there is none near, a character."""
    words = re.search(r"\s\S*\Z", text[: end + 1])
    if words and words.start() >= end // 2:
        return words.start()
    while 0 < end < len(text) and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end


def _joins(character: str) -> bool:
    return category(character).startswith("M") or character == "\u200d" or "🏻" <= character <= "🏿"


def _fits_in_link(label: str) -> bool:
    return any(character.isalnum() for character in label) and all(
        (category(character)[0] in "LMN" or character in _LABEL_MARKS)
        and character not in _NO_LABEL
        for character in label
    )


def _encode_address(address: str) -> str | None:
    """A web address that nothing in can end a link early; None where it is no web address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or set("@[") & set(parts.netloc):
        return None
    encoded = quote(show_text(address), safe="%/:?#&=+,;~@!$'-._")
    encoded = _EVERYONE.sub("%40", encoded)
    return encoded if len(encoded) <= MAX_ADDRESS else None
