"""Work on others' bytes in a process of its own, within limits on memory, time and files."""

import json
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from index import caged, errors
from index.errors import ParseError, ParserFailed
from index.parse.codec import decode_document
from index.parse.limits import Limits, show_name
from index.parse.ocr import find_tesseract
from index.types import Document
from index.workers import FORKS, MAX_ANSWER_BYTES, Outcome, borrow_worker

MEMORY_BYTES = 2 << 30
SECONDS = 120.0

_SECONDS_PER_MB = 45
_SECONDS_PER_SCAN = 30
_PICTURE = re.compile(rb"/Subtype\s{0,9}/Image\b")
_FEW_PICTURES = 10
_TEXT = ("index.parse.decode", "index.parse.data", "index.parse.plain", "index.parse.office")
_PARTS = ("index.parse.archive", "index.parse.sheets")
_MARKUP = (*_TEXT, *_PARTS, "index.parse.office:load_converters", "bs4")
_DOCUTILS = (
    *("index.parse.rst", "docutils.languages.en", "docutils.readers.standalone"),
    *("docutils.parsers.rst.directives.admonitions", "docutils.parsers.rst.directives.body"),
    *("docutils.parsers.rst.directives.misc", "docutils.parsers.rst.directives.tables"),
    *("docutils.transforms.frontmatter", "docutils.transforms.misc", "docutils.writers.null"),
)
_MODULES = {
    ".pdf": ("index.parse.pdf", "pypdfium2", "subprocess"),
    ".xlsx": (*_PARTS, "index.parse.office", "openpyxl"),
    ".csv": _TEXT,
    ".json": _TEXT,
    ".txt": _TEXT,
    ".rst": (*_TEXT, *_DOCUTILS),
    ".rest": (*_TEXT, *_DOCUTILS),
    ".adoc": (*_TEXT, "index.parse.asciidoc"),
    ".asciidoc": (*_TEXT, "index.parse.asciidoc"),
}
"""What reads each suffix, _MARKUP all others."""
_FIELDS = re.compile(r"(?:[^{}]|\{[a-z]+(?::,(?:\.\df)?)?\})*")
"""A template with nothing in it that could reach into a value, or blow it up."""


def run_caged(
    task: str,
    data: bytes,
    options: Mapping[str, Any],
    name: str,
    *,
    memory_bytes: int = MEMORY_BYTES,
    seconds: float = SECONDS,
    modules: Sequence[str] = (),
) -> bytes:
    """What a task makes of a document's bytes.

    `task` names a function of the engine as `module:function`; it gets the bytes and the options,
    which must be JSON, and returns bytes. `name` is what people call the document. `modules` are
    imported before the child is forked, so that the next document finds them there; of one named
    as `module:function`, that is called as well. Raises the ParseError that the task raises, and
    ParserFailed where it crashes or goes over a limit.
    """
    head = {
        "task": task,
        "options": dict(options),
        "modules": list(modules),
        "fork": FORKS,
        "memory_bytes": memory_bytes,
        "seconds": seconds,
    }
    with borrow_worker() as worker:
        outcome = worker.ask(json.dumps(head).encode(), data, seconds)
    shown = show_name(name)
    made = _read_answer(outcome.answer, shown, memory_bytes)
    if made is None:
        raise _explain(outcome, shown, memory_bytes, seconds)
    return made


def parse_caged(
    data: bytes,
    name: str,
    limits: Limits = Limits(),  # noqa: B008
    *,
    lines: bool = False,
) -> Document:
    """Return the Document that a file's bytes hold, read by a process of its own.

    With `lines`, the spans of a format that is lines of text lead to theirs: `#L12`.

    Raises what `parse_document` raises, and ParserFailed where its parser crashes, or needs more
    than 2 GB of memory, or than two minutes and three quarters of one for every MB of the file and
    half a one for every page that Tesseract reads.
    """
    suffix = PurePath(name).suffix.lower()
    modules = _MODULES.get(suffix, _MARKUP)
    seconds = SECONDS + (len(data) * _SECONDS_PER_MB >> 20)
    if suffix == ".pdf" and find_tesseract():
        scanned = _count_scanned_pages(data, name, limits, seconds, modules)
        seconds += min(scanned, limits.ocr_pages) * _SECONDS_PER_SCAN
    made = run_caged(
        "index.parse.codec:parse_to_json",
        data,
        {"name": name, "limits": asdict(limits), "lines": lines},
        name,
        seconds=seconds,
        modules=modules,
    )
    try:
        return decode_document(made)
    except ValueError as error:
        raise ParserFailed(
            "{name} could not be read: its parser made no document ({error}). Open it in its own"
            " program and save it again, or leave it out.",
            name=show_name(name),
            error=str(error),
        ) from error


def _count_scanned_pages(
    data: bytes, name: str, limits: Limits, seconds: float, modules: Sequence[str]
) -> int:
    """How many pages are pictures; no less where a few pictures make it not worth a look."""
    pictures = len(_PICTURE.findall(data))
    if pictures <= _FEW_PICTURES:
        return pictures
    made = run_caged(
        "index.parse.pdf:count_scanned_pages",
        *(data, {"name": name, "pages": limits.pages}, name),
        seconds=seconds,
        modules=modules,
    )
    return int(made) if made.isdigit() and len(made) < 6 else 0


def _read_answer(answer: bytes, shown: str, memory_bytes: int) -> bytes | None:
    """What the child made, None for nothing whole. Raises what it raised."""
    if len(answer) < caged.ANSWER.size:
        return None
    kind, size = caged.ANSWER.unpack_from(answer)
    body = answer[caged.ANSWER.size :]
    if size != len(body):
        return None
    if kind == caged.MADE:
        return body
    if kind == caged.NO_MEMORY:
        raise _needs_memory(shown, memory_bytes)
    if kind != caged.RAISED:
        return None
    error = _read_error(body[:100_000], shown)
    if error:
        raise error
    return None


def _read_error(body: bytes, shown: str) -> ParseError | None:
    """What the child says that it raised, None for nothing that can be told."""
    try:
        raised, template, values = json.loads(body)
        if not isinstance(template, str) or set(map(type, values.values())) - {str, int, float}:
            return None
        template = _clean(template)
        if values and not _FIELDS.fullmatch(template):
            return None
        kind = getattr(errors, raised, None)
        if isinstance(kind, type) and issubclass(kind, ParseError):
            told = {
                name: _clean(value) if isinstance(value, str) else value
                for name, value in values.items()
            }
            return kind(template, **told)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return None
    return ParserFailed(
        "{name} could not be read: its parser stopped with {error}. Open it in its own program and"
        " save it again, or leave it out.",
        name=shown,
        error=show_name(template),
    )


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text[:2000])


def _explain(outcome: Outcome, shown: str, memory_bytes: int, seconds: float) -> ParserFailed:
    """Why there is no answer, and what to do about it."""
    number = outcome.signal_number
    if outcome.late or (number and number == getattr(signal, "SIGXCPU", 0)):
        return ParserFailed(
            "{name} could not be read: its parser needed more than {seconds:,g} seconds. Leave the"
            " file out, or split it.",
            name=shown,
            seconds=seconds,
        )
    if outcome.too_long:
        return ParserFailed(
            "{name} could not be read: its parser made more than {most:,} MB of it. Leave the file"
            " out, or split it.",
            name=shown,
            most=MAX_ANSWER_BYTES >> 20,
        )
    # Nothing else than a machine short of memory sends SIGKILL.
    killed = number and number == getattr(signal, "SIGKILL", 0)
    if killed or outcome.used_bytes > 0.8 * memory_bytes:
        return _needs_memory(shown, memory_bytes)
    if number:
        return ParserFailed(
            "{name} could not be read: its parser crashed ({signal}). Open it in its own program"
            " and save it again, or leave it out.",
            name=shown,
            signal=signal.Signals(number).name,
        )
    return ParserFailed(
        "{name} could not be read: its parser ended without an answer. Open it in its own program"
        " and save it again, or leave it out.",
        name=shown,
    )


def _needs_memory(shown: str, memory_bytes: int) -> ParserFailed:
    return ParserFailed(
        "{name} could not be read: its parser needed more than {most:,} MB of memory. Leave the"
        " file out, or split it.",
        name=shown,
        most=memory_bytes >> 20,
    )
