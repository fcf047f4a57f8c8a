"""CSV and JSON → blocks.

Both are read with the standard library, not markitdown: its CSV converter takes only commas, so
that semicolon files, the usual ones in Europe, come out as one column, and it has none for JSON.
"""

import csv
import io
import itertools
import json
from collections.abc import Iterator
from typing import Any

from index.errors import DamagedDocument
from index.parse.blocks import Block
from index.parse.limits import show_name
from index.parse.tables import format_table, looks_headed

_DELIMITERS = ",;\t|"
_SNIFFED_ROWS = 50


def parse_csv(text: str, name: str) -> list[Block]:
    """Return the rows as one table under the names in the first."""
    lines = text.lstrip("\ufeff\n")
    delimiter = None
    if lines[:4].lower() == "sep=":  # Excel's own way to say it
        head, _, lines = lines.partition("\n")
        delimiter = head[4:5]
    try:
        rows = _read_rows(lines, delimiter or _sniff_delimiter(lines))
    except csv.Error as error:
        raise DamagedDocument(
            "{name} is no CSV table ({error}). Save it again as CSV.",
            name=show_name(name),
            error=str(error),
        ) from error
    rows = [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]
    if not rows:
        return []
    named = len(rows[0]) > 1 and looks_headed([rows[0], ["0"] * len(rows[0])])
    return [Block(format_table(rows, headed=named))]


def _read_rows(text: str, delimiter: str, limit: int | None = None) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    return list(itertools.islice(reader, limit))


def _sniff_delimiter(text: str) -> str:
    """Return the delimiter that parts the most rows alike; csv.Sniffer guesses letters too."""
    sample = text[: 1 << 16]

    def rate(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in _read_rows(sample, delimiter, _SNIFFED_ROWS) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_DELIMITERS, key=rate)


def load_json(text: str, name: str) -> Any:
    """Return what the JSON holds; raises DamagedDocument."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DamagedDocument(
            "{name} is no JSON: {error} at line {line}. Mend it, or save it as .txt.",
            name=show_name(name),
            error=error.msg,
            line=error.lineno,
        ) from error
    except RecursionError as error:
        raise DamagedDocument(
            "{name} is JSON nested too deeply to read. Flatten it.", name=show_name(name)
        ) from error
    except ValueError as error:  # a number of more digits than Python reads
        raise DamagedDocument(
            "{name} is JSON that cannot be read ({error}).", name=show_name(name), error=str(error)
        ) from error


def parse_json(text: str, name: str) -> list[Block]:
    """Return one paragraph of `path: value` lines for each object at the top, one for the rest."""
    value = load_json(text, name)
    entries = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        entries = [("", item) for item in value]
    elif not isinstance(value, dict):
        entries = [("", value)]
    blocks: list[Block] = []
    plain: list[str] = []
    for key, item in entries:
        lines = list(_walk(str(key), item))
        if isinstance(item, dict | list):
            blocks.append(Block("\n".join(lines)))
        else:
            plain += lines
    return [Block("\n".join(plain)), *blocks]


def _walk(path: str, value: Any) -> Iterator[str]:
    """Yield the lines of a value, without recursion: JSON may be deeper than Python's stack."""
    stack = [(path, value)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            inner = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
            stack += reversed(inner)
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            stack += reversed([(f"{path}[{i}]", item) for i, item in enumerate(value)])
        else:
            items = value if isinstance(value, list) else [value]
            shown = ", ".join(filter(None, map(_show, items)))
            if shown:
                yield f"{path}: {shown}" if path else shown


def _show(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    return "" if value is None else json.dumps(value)
