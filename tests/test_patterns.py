"""No regular expression explodes, whatever it is made to read.

Python counts no steps of a search, so what grows too fast is stopped by a clock that no machine is
too slow for: a pattern that takes exponential or cubic time would be at it for hours.
"""

import ast
import importlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from bot.discord.buttons import ITEMS

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("index/**/*.py"), *ROOT.glob("bot/**/[!_]*.py")])
CHARS = 2_000
"""As many as a question may have."""
WIDE_CHARS = 100_000
WHOLE_TEXTS = ("index/scripts.py", "index/terms.py", "index/chunk.py", "index/proximity.py")
"""They read documents of any length outside the cage, whose limits on time hold for parsers."""
METHODS = "sub match fullmatch search split findall finditer".split()
SAMPLES = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_NOT_WORD: "-",
}


def name_file(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def find_patterns(file: Path) -> Iterator[tuple[re.Pattern[str], str]]:
    """Those that a module keeps, and those that stand in its calls, each with a way it is used."""
    name = name_file(file).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    calls = [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in METHODS
    ]
    for variable, value in vars(importlib.import_module(name)).items():
        ways = {call.func.attr for call in calls if ast.unparse(call.func.value) == variable}
        for pattern in find_inside(value):
            for way in ways or {"search"}:
                yield pattern, way
    for call in calls:
        [first, *_] = [getattr(argument, "value", None) for argument in (*call.args, call)]
        if ast.unparse(call.func.value) == "re" and isinstance(first, str):
            yield re.compile(first), call.func.attr


def find_inside(value: Any) -> Iterator[re.Pattern[str]]:
    """The patterns in a value, or in what it holds."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from find_inside(one)
    elif isinstance(value, dict):
        yield from find_inside([*value.values()])


def find_letters(tree: Any) -> Iterator[str]:
    """A letter for each thing that a pattern looks for."""
    for code, told in tree:
        if code in (codes.LITERAL, codes.NOT_LITERAL):
            yield chr(told)
        elif code is codes.RANGE:
            yield chr(told[0])
        elif code is codes.CATEGORY:
            yield SAMPLES[told]
        elif code is codes.ANY:
            yield "a"
        elif code is codes.IN:
            yield from find_letters(told)
        elif code is codes.BRANCH:
            for branch in told[1]:
                yield from find_letters(branch)
        elif isinstance(told, tuple):
            for part in told:
                if isinstance(part, parser.SubPattern):
                    yield from find_letters(part)
        elif isinstance(told, parser.SubPattern):
            yield from find_letters(told)


def make_texts(pattern: re.Pattern[str], chars: int, letters: int) -> Iterator[str]:
    """Runs of what the pattern looks for, alone and in pairs, that end in what it does not."""
    found = find_letters(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    known = list(dict.fromkeys(("a", " ", *found)))[:letters]
    for first, second in product(known, known):
        yield (first + second) * (chars // 2) + "\0"
        yield first + second * chars + "\0"


def use(pattern: re.Pattern[str], way: str, text: str) -> None:
    """Let a pattern read a text to its end."""
    if way == "sub":
        pattern.sub("", text)
    elif way == "finditer":
        assert all(pattern.finditer(text))
    else:
        getattr(pattern, way)(text)


@pytest.fixture(autouse=True)
def stopped_if_stuck() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise AssertionError("still at it after two minutes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("file", FILES, ids=name_file)
def test_no_pattern_explodes_on_a_text_as_long_as_a_question(file: Path) -> None:
    for pattern, way in find_patterns(file):
        for text in make_texts(pattern, CHARS, letters=12):
            use(pattern, way, text)


@pytest.mark.parametrize("file", WHOLE_TEXTS)
def test_no_pattern_that_reads_whole_documents_outside_the_cage_is_slow(file: str) -> None:
    for pattern, way in find_patterns(ROOT / file):
        for text in make_texts(pattern, WIDE_CHARS, letters=4):
            use(pattern, way, text)


def test_the_patterns_of_custom_ids_are_bounded() -> None:
    for item in ITEMS:
        template: re.Pattern[str] = item.__discord_ui_compiled_template__
        assert parser.parse(template.pattern).getwidth()[1] <= 100


def test_a_pattern_that_explodes_is_noticed() -> None:
    pattern = re.compile(r"(?:a+)+\Z")
    [text, *_] = make_texts(pattern, CHARS, letters=12)
    command = [sys.executable, "-c", f"import re; re.match({pattern.pattern!r}, {text!r})"]
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(command, timeout=3)


def test_patterns_are_found_where_they_stand() -> None:
    found = [pattern for file in FILES for pattern in find_patterns(file)]
    assert len(found) > 150
