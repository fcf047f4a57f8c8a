"""Languages that nobody has to translate: every text of the bot's, in wide letters.

What was not marked stays in narrow ones, as what documents and people say does.
"""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from bot.language import LANGUAGES

_KEPT = re.compile(r"(`[^`]*`|\{[^}]*\})")
"""What no translation changes: names of commands, and fields."""
_NARROW = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in _NARROW}


def widen(text: str) -> str:
    """A text in wide letters."""
    parts = enumerate(_KEPT.split(text))
    return "".join(part if number % 2 else part.translate(_WIDE) for number, part in parts)


def write_wide(said: Catalog, folder: Path) -> None:
    """Catalogues of all that is said, each in wide letters."""
    for language in LANGUAGES:
        catalog = Catalog(locale=language, charset="utf-8")
        for message in said:
            if isinstance(message.id, tuple):
                catalog.add(message.id, [*map(widen, message.id)][-catalog.num_plurals :])
            elif message.id:
                catalog.add(message.id, widen(message.id))
        with (folder / f"{language}.po").open("wb") as file:
            write_po(file, catalog)


def find_narrow(shown: str) -> set[str]:
    """The words in narrow letters that a person reads, lower-case; commands are none."""
    shown = re.sub(r"`[^`]*`|<[^>]*>|\]\([^)]*\)", " ", shown)
    return set(re.findall(r"[a-z]+", shown.casefold()))
