"""SECURITY.md names tests that are there, and one at least for each thing that is stopped."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ACTORS = (
    *("hostile member", "hostile document", "hostile web page"),
    *("curious other server", "stolen backup", "poisoned package"),
)
NAMED = re.compile(r"`(?:([\w/]+\.py)::)?(test_\w+)`")
ROWS = [
    line.strip("|").split("|")
    for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| they try"))
]


def list_tests(file: Path) -> set[str]:
    """The names of a file's tests."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_row_names_tests_and_each_is_there() -> None:
    assert len(ROWS) > 20
    for tried, _, shown in ROWS:
        named = NAMED.findall(shown)
        assert named, tried
        file = ""
        for path, name in named:
            file = path or file  # one that names no file stands in the last one's
            assert name in list_tests(ROOT / "tests" / file), f"{file}::{name}"


def test_every_actor_has_a_table() -> None:
    headings = re.findall("^## (.+)$", (ROOT / "SECURITY.md").read_text("utf-8"), re.MULTILINE)
    assert [name for name in headings if name.lower() in ACTORS] == [
        name.capitalize() for name in ACTORS
    ]
