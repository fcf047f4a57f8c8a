"""The catalogues of `bot/language.py`, brought up to date with what the code says.

    python -m tests.catalogues

New texts come into each catalogue without a translation, and what is said no longer leaves it.
Prints how many are to be translated yet.
"""

import ast
import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from discord import Locale, app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from bot.discord.client import FootnoteBot
from bot.discord.translator import says
from bot.language import CATALOGUES, LANGUAGES
from bot.libraries.engine import Engine
from bot.settings import Settings
from tests.index.conftest import HashEncoder

ROOT = Path(__file__).parent.parent
ROOMS = (
    *("bot/discord/**/*.py", "bot/libraries/*.py", "bot/start.py", "index/**/*.py"),
    *("bot/help_channel.py", "bot/insight_words.py", "bot/wording.py"),
    *("bot/insight_picture.py", "bot/gap_files.py", "bot/intervals.py"),
)
"""Where something is said that Discord shows."""
ERRORS = {
    *("ParseError", "EmptyDocument", "UnsupportedFormat", "DamagedDocument", "EncryptedDocument"),
    *("ScannedDocument", "DocumentTooLarge", "ParserFailed", "NoRoom", "UnreadableFile"),
    *("SourceError", "AddressRefused", "QuestionError", "TeachingError"),
    *("JobRunning", "UnknownDocument", "Restarting", "TooManyWaiting"),
}
"""Those whose own text is told on Discord; see `bot/discord/explain.py`."""

_TEXTS = ast.Constant | ast.JoinedStr | ast.BinOp


class Collector(app_commands.Translator):
    """Keeps what Discord shows of commands in other languages."""

    def __init__(self) -> None:
        self.texts: dict[str, None] = {}

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        if says(context):
            self.texts[string.message] = None
        return None


def find_texts(file: Path) -> Iterator[tuple[str, ...]]:
    """Each text that a module says: alone, or for one and for many.

    Raises ValueError for one that is put together before it is looked up, and for a constant that
    is not marked.
    """
    tree = ast.parse(file.read_text("utf-8"))
    unmarked = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, _TEXTS)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name, arguments = node.func.id, node.args
        if name in {"gettext", "mark", *ERRORS} and arguments:
            given = arguments[:1]
        elif name == "ngettext":
            given = arguments[:2]
        elif name == "count":
            given = arguments[1:2]
        else:
            continue
        if any(isinstance(one, ast.JoinedStr | ast.BinOp | ast.IfExp) for one in given):
            raise ValueError(f"{file}:{node.lineno}: {name} takes a whole text and values by name")
        if any(isinstance(one, ast.Name) and one.id in unmarked for one in given):
            raise ValueError(f"{file}:{node.lineno}: {name} takes a constant that is marked")
        texts = [one.value for one in given if isinstance(one, ast.Constant)]
        if name == "count":
            texts = [f"{{n}} {noun}{ending}" for noun in texts for ending in ("", "s")]
        if texts:  # else it was marked elsewhere
            yield tuple(texts)


async def list_commands() -> list[str]:
    """What Discord shows of the bot's commands."""
    collector = Collector()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        engine = Engine(settings, HashEncoder)
        async with FootnoteBot(settings, engine, shard_count=1) as bot:
            await bot.add_parts()
            for command in bot.tree.get_commands():
                await command.get_translated_payload(bot.tree, collector)
        await engine.close()
    return list(collector.texts)


def extract_texts() -> Catalog:
    """All that the code says in the language of who reads it, with the files that say it."""
    catalog = Catalog(project="Footnote", charset="utf-8")
    for file in sorted(file for room in ROOMS for file in ROOT.glob(room)):
        place = (file.relative_to(ROOT).as_posix(), 0)
        for texts in find_texts(file):
            catalog.add(texts if len(texts) > 1 else texts[0], locations=[place])
    return catalog


async def extract() -> Catalog:
    """The same, and what Discord shows of commands."""
    catalog = extract_texts()
    for text in await list_commands():
        catalog.add(text, locations=[("commands", 0)])
    return catalog


def read(language: str) -> Catalog:
    """A language's catalogue, or an empty one."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="Footnote", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def is_translated(message: Message) -> bool:
    """Whether a message has a translation, for every number where it has some."""
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(texts) and not message.fuzzy


async def main() -> None:
    said = await extract()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(said, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with (CATALOGUES / f"{language}.po").open("wb") as file:
            write_po(file, catalog, width=100, omit_header=True, include_lineno=False)
        left = sum(not is_translated(message) for message in catalog if message.id)
        print(f"{language}: {len(catalog)} texts, {left} to be translated yet")


if __name__ == "__main__":
    asyncio.run(main())
