"""What a document is called."""

import re
from collections.abc import Iterable
from pathlib import PurePath

from index.parse.clean import clean_text

_MAX_CHARS = 200
_PROGRAM = re.compile(r"^(?:Microsoft (?:Word|PowerPoint|Excel)|Word|PowerPoint) - ", re.IGNORECASE)
_JUNK = re.compile(
    r"(?:untitled|unbenannt|sans titre|document|dokument|doc|presentation|präsentation|title|titel"
    r"|powerpoint presentation|powerpoint-präsentation|slide|folie|page|seite|index|home|book|sheet"
    r"|workbook|mappe|tabelle|notebook|none|null|new)?[\W\d_]*$",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\S+\.(?:docx?|pptx?|xlsx?|pdf|html?|txt|md|rst|adoc|indd|qxd|tex|dvi|rtf|odt)$", re.I
)
_DRIVE = re.compile(r"(?:[a-z]:\\|file:|/)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[_\s]+|(?<=\w)-(?=\w)")


def choose_title(candidates: Iterable[str], name: str) -> str:
    """Return the first candidate that says something, else the file's name made readable."""
    for candidate in candidates:
        title = _tidy(candidate)
        if len(title) > 2 and not (
            _JUNK.match(title)
            or _FILE_NAME.match(title)
            or _DRIVE.match(title)
            or _PROGRAM.match(title)
        ):
            return title
    return read_name(name)


def read_name(name: str) -> str:
    """Return a file's name as a title: AMCOR_2023_10K.pdf is AMCOR 2023 10K."""
    stem = PurePath(name.replace("\n", " ")).stem
    spaced = stem if " " in stem else _SEPARATORS.sub(" ", stem)
    return _tidy(spaced.replace("_", " ")) or "Untitled"


def _tidy(title: str) -> str:
    line = " ".join(clean_text(title).split())
    if len(line) <= _MAX_CHARS:
        return line
    return line[: _MAX_CHARS - 1].rsplit(" ", 1)[0] + "…"
