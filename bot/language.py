"""The interface in the reader's language. English stands in the code; the others in catalogues.

`speak` sets the language for what is said in this task, and in those and the threads that it
starts; the terminal, where nobody sets one, speaks English. `python -m tests.catalogues` brings the
catalogues up to date with the code.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import Any

from index.errors import FootnoteError, Marked
from index.errors import mark as mark  # `gettext` says later what it marks

ENGLISH = "en"
LANGUAGES = ("de", "es", "fr", "ja")
"""Those beside English; each has a catalogue."""
CATALOGUES = Path(__file__).parent / "catalogues"

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def choose_language(locale: str | None) -> str:
    """The language to speak to whom Discord shows a locale such as "es-419"; else English."""
    language = (locale or "").partition("-")[0]
    return language if language in LANGUAGES else ENGLISH


@contextmanager
def speak(language: str) -> Iterator[None]:
    """Speak a language until the block ends."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def name_language() -> str:
    """The language that is spoken here."""
    return _spoken.get()


def gettext(text: str, /, **values: object) -> str:
    """A text in the language spoken, with values in the place of their names in braces."""
    return fill(_read(_spoken.get()).gettext(text), values) if text else ""


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The same of a text with a number, `{n}` in it: for one, or for any other number."""
    said = _read(_spoken.get()).ngettext(one, many, number)
    return fill(said, {"n": show_number(number), **values})


def say_error(error: FootnoteError) -> str:
    """An error's text in the language spoken."""
    return gettext(error.template, **error.values)


def fill(said: str, values: Mapping[str, object]) -> str:
    """A translation with values in it: numbers and marked texts are said in the language, too."""
    return _Filler().vformat(said, (), values) if values else said


def show_number(number: int) -> str:
    """A number with the language's marks between thousands."""
    language = _spoken.get()
    if language == ENGLISH:
        return f"{number:,}"
    from babel.numbers import format_decimal

    return format_decimal(number, locale=language)


def show_decimal(number: float, digits: int) -> str:
    """The same with so many digits behind the point."""
    language = _spoken.get()
    if language == ENGLISH:
        return f"{number:,.{digits}f}"
    from babel.numbers import format_decimal

    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(number, pattern, locale=language)


def show_share(share: float) -> str:
    """A share as whole percent: `42%`."""
    language = _spoken.get()
    if language == ENGLISH:
        return f"{share:.0%}"
    from babel.numbers import format_percent

    return format_percent(share, locale=language)


def show_day(day: date, *, year: bool = True) -> str:
    """`24 Nov 2026`, or without its year."""
    language = _spoken.get()
    if language == ENGLISH:
        return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"
    from babel.dates import format_skeleton

    return format_skeleton("yMMMd" if year else "MMMd", day, locale=language)


def translate(text: str, language: str) -> str | None:
    """A text in a language; None in English, and where the catalogue lacks it."""
    said = _read(language).gettext(text)
    return None if said == text else said


class _Filler(Formatter):
    """Formats as Python does, with the language's marks in numbers that have marks."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Marked):
            return gettext(value)
        shown = format(value, format_spec)
        language = _spoken.get()
        if language == ENGLISH or "," not in format_spec:
            return shown
        from babel.numbers import format_decimal

        decimals = len(shown.partition(".")[2])
        return format_decimal(value, f"#,##0.{'0' * decimals}", language)


@cache
def _read(language: str) -> NullTranslations:
    """A language's catalogue."""
    if language == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
