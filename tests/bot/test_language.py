"""The interface in other languages, and that its catalogues are complete."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from bot.discord.explain import describe_error
from bot.language import LANGUAGES, choose_language, gettext, ngettext, speak, translate
from bot.wording import count
from index.errors import FootnoteError
from tests.catalogues import ERRORS, ROOMS, ROOT, extract, find_texts, is_translated, read


@pytest.fixture
async def said() -> Catalog:
    return await extract()


def list_texts(message: Message) -> list[str]:
    """What a message says in English, or in another language, for one and for many."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def list_translations(message: Message) -> list[str]:
    return list(message.string if isinstance(message.string, tuple) else (message.string or "",))


def name_fields(text: str) -> set[tuple[str, str, str]]:
    """Its fields, as they are to be shown."""
    return {
        (name, spec or "", kind or "") for _, name, spec, kind in Formatter().parse(text) if name
    }


KEPT = re.compile(
    r"""`[^`]+` | \*\*? | ~~ | \|\| | ^(?:-\#|\#{1,3}|>|-|\d+\.)[ ] | \]\([^)]*\) | \n
    | https?://[!-(*-+\--~]*[!-(*-+\-/-~] | [\w.-]+@[\w.-]+:[\w./-]+\.git\b | <[#@:/t][^>]*>
    | (?<![\w/.:])/[a-z]\w* (?:[ ](?:add|remove|list|reindex)\b)? | \b_?[A-Z]+(?:_[A-Z]+)+\b
    | \bfootnote[ ]\w+ | \btesseract[\w-]* | \bocrmypdf\b | \bapt-get[ ]install\b
    | [\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\U0001f000-\U0001faff]""",
    re.VERBOSE | re.MULTILINE | re.ASCII,
)
"""What a translation has as often as its text: code, marks of Markdown, line breaks, links,
commands, settings, mentions and emoji."""
NEVER = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x09\x0b-\x1f\x7f]|@everyone|@here"
)
"""What hides, turns or calls everybody."""


def tells_command(text: str) -> bool:
    """Whether an error of that text would send a member to the terminal."""
    return "footnote " in describe_error(FootnoteError(text))


def find_fault(one: str, many: str, said: str) -> str | None:
    """What a translation of a text for one and for many has lost or put in, if anything."""
    given, fields = name_fields(said), name_fields(many)
    if not name_fields(one) - {("n", "", "")} <= given <= fields:
        return f"fields: {sorted(given ^ fields)}"
    wanted, kept = Counter(KEPT.findall(many)), Counter(KEPT.findall(said))
    if wanted != kept:
        return f"lost {list(wanted - kept)}, new {list(kept - wanted)}"
    if tells_command(said) and not tells_command(many):
        return "a command that is not in a sentence of its own"
    if (many[:1].isspace(), many[-1:].isspace()) != (said[:1].isspace(), said[-1:].isspace()):
        return "space around it"
    if (found := NEVER.search(said)) and found[0] not in many:
        return f"holds {found[0]!r}"
    if len(said) > 2 * len(many) + 30:
        return "too long"
    return None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_catalogue_holds_each_text_and_no_other(said: Catalog, language: str) -> None:
    catalog = read(language)
    texts = {str(message.id) for message in said if message.id}
    assert {str(message.id) for message in catalog if message.id} == texts
    assert [message.id for message in catalog if message.id and not is_translated(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_fields_commands_and_marks_of_its_text(language: str) -> None:
    for message in read(language):
        if not message.id:
            continue
        one, many = list_texts(message)[0], list_texts(message)[-1]
        for text in filter(None, list_translations(message)):
            assert (text, find_fault(one, many, text)) == (text, None)


TEXT = "**{name}** takes {size:,.1f} MB.\nSee [here](https://a.example/x), `/docs add` and <#1> 📄"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT, TEXT.replace("{name}", "{nom}")),
        (TEXT, TEXT.replace("{name}", "")),
        (TEXT, TEXT.replace("{size:,.1f}", "{size}")),
        (TEXT, TEXT.replace("{name}", "{name!r}")),
        (TEXT, TEXT.replace("{name}", "{name.x}")),
        (TEXT, TEXT.replace("**{", "{")),
        (TEXT, TEXT.replace("\n", " ")),
        (TEXT, TEXT.replace("https://a.example/x", "https://b.example/x")),
        (TEXT, TEXT.replace("[here](https://a.example/x)", "https://a.example/x")),
        (TEXT, TEXT.replace("/docs add", "/dokumente add")),
        (TEXT, TEXT.replace("`", "")),
        (TEXT, TEXT.replace("<#1>", "#1")),
        (TEXT, TEXT.replace(" 📄", "")),
        (TEXT, f" {TEXT}"),
        (TEXT, f"{TEXT} @everyone"),
        (TEXT, f"\u202e{TEXT}"),
        (TEXT, TEXT + "x" * 200),
        ("-# It is so.", "Es ist so."),
        ("It is so.", "*Es* ist so."),
        ("Remove some (/docs remove).", "Entferne welche (/docs entfernen)."),
        ("Set FOOTNOTE_MODEL.", "Setze FOOTNOTE_MODELL."),
        ("It is empty. Run footnote reindex", "Es ist leer. Starte footnote erneut"),
        ("It is empty. Run footnote reindex", "Es ist leer, starte footnote reindex"),
    ],
)
def test_a_translation_that_loses_something_is_found_out(text: str, said: str) -> None:
    assert find_fault(text, text, text) is None
    assert find_fault(text, text, said)


def test_a_translation_may_order_its_words_as_it_likes() -> None:
    text = "It is empty. Run footnote reindex, or `/docs add`"
    assert (
        find_fault(text, text, "空です。`/docs add`か、footnote reindexを実行してください。")
        is None
    )
    one, many = "1 document of **{name}**", "{n} documents of **{name}**"
    for said in ("Von **{name}** {n} Dokumente", "Von **{name}** ein Dokument"):
        assert find_fault(one, many, said) is None


def test_without_a_language_all_is_said_in_english() -> None:
    assert gettext("Posted") == "Posted"
    assert count(1200, "document") == "1,200 documents"
    assert ngettext("{n} of {of}", "{n} of {of}", 1, of=3) == "1 of 3"


def test_a_language_is_spoken_until_its_block_ends() -> None:
    with speak("de"):
        assert count(1200, "document") == "1.200 Dokumente"
        with speak("ja"):
            assert count(1, "document") == "1件の文書"
        assert count(1, "document") == "1 Dokument"
    assert count(1, "document") == "1 document"


def test_values_are_never_read_as_fields() -> None:
    with speak("fr"):
        assert gettext("Hello {name}", name="{secret}") == "Hello {secret}"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("es-419", "es"),
        ("es-ES", "es"),
        ("en-GB", "en"),
        ("pt-BR", "en"),
        (None, "en"),
    ],
)
def test_discords_locales_are_spoken_in_the_nearest_language(locale: str, language: str) -> None:
    assert choose_language(locale) == language


def test_where_no_locale_is_told_english_is_spoken() -> None:
    assert choose_language(None) == "en"


def test_what_no_catalogue_holds_has_no_translation() -> None:
    assert translate("Nobody says this.", "de") is None
    assert translate("Nobody says this.", "en") is None


@pytest.mark.parametrize("text", ['f"one {x}"', '"a" + x', '"a" if x else "b"'])
def test_a_text_that_is_put_together_is_found_out(text: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(f"gettext({text})")
    with pytest.raises(ValueError, match=r"module.py:1: gettext takes a whole text"):
        list(find_texts(file))


def list_lacking(file: Path) -> Iterator[str]:
    """Where a text that a module says or raises has fields without a value."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = {keyword.arg for keyword in node.keywords}
        if node.func.id not in {"gettext", *ERRORS} or not node.args or None in given:
            continue
        text = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
        if {name for name, _, _ in name_fields(str(text))} - given:
            yield f"{file}:{node.lineno}"


def test_each_field_of_a_text_is_given_a_value(tmp_path: Path) -> None:
    assert [place for room in ROOMS for one in ROOT.glob(room) for place in list_lacking(one)] == []
    file = tmp_path / "module.py"
    file.write_text('gettext("{x}", x=1)\nSourceError("{x} {y}", x=1)\ngettext("{z}", **told)')
    assert list(list_lacking(file)) == [f"{file}:2"]


@pytest.mark.parametrize("said", ["gettext", "SourceError"])
def test_a_constant_that_is_not_marked_is_found_out(said: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(f'A = mark("x {{y}}")\n{said}(A, y=1)\n')
    assert list(find_texts(file)) == [("x {y}",)]
    file.write_text(f'A = "x {{y}}"\n{said}(A, y=1)\n')
    with pytest.raises(ValueError, match=rf"module.py:2: {said} takes a constant that is marked"):
        list(find_texts(file))
