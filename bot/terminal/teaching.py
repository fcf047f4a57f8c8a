"""`footnote teach` and `footnote taught`: answers of the operator's own, which come first."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.start import open_library, start
from bot.terminal.options import Data, Json, Name

if TYPE_CHECKING:
    from bot.types import Ref
    from index.library import Library
    from index.types import Answer


def teach(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    answer: Annotated[
        str, typer.Option(help="Where the answer is, in Markdown; - is standard input.")
    ] = "-",
    cite: Annotated[
        str, typer.Option(help="The document that the answer cites.", metavar="DOCUMENT")
    ] = "",
    data: Data = None,
    library: Name = None,
) -> None:
    """Teach the answer to a question, or change the one that was taught."""
    from bot.terminal.lessons import print_lesson
    from index.taught import find_same

    settings, console, notes = start(data, library)
    if answer == "-" and sys.stdin.isatty():
        notes.print("Type the answer, in Markdown; end it with Ctrl-D on a line of its own.")
    text = _read_answer(answer)
    with open_library(settings, notes) as opened:
        cited = str(_name(opened, opened.store.find(cite).id)) if cite else None
        same = find_same(opened.taught(), question)
        taught = opened.teach(question, text, cited=cited, id=same.id if same else None)
    print_lesson(console, taught)


def taught(
    remove: Annotated[
        int | None, typer.Option("--remove", help="Remove one, with all versions.", metavar="ID")
    ] = None,
    history: Annotated[
        int | None, typer.Option("--history", help="Show all versions of one.", metavar="ID")
    ] = None,
    as_json: Json = False,
    data: Data = None,
    library: Name = None,
) -> None:
    """List the answers that were taught."""
    from bot.terminal.describe import print_json
    from bot.terminal.lessons import describe_lesson, print_lesson
    from bot.wording import show_line

    settings, console, notes = start(data, library)
    with open_library(settings, notes) as opened:
        if remove is not None:
            gone = opened.unteach(remove)
            console.print(f"Removed the answer to: {show_line(gone.question)}")
            return
        listed = opened.taught() if history is None else opened.versions(history)
    if as_json:
        print_json([describe_lesson(one) for one in listed])
        return
    if not listed:
        console.print("No answers are taught yet. Teach one: footnote teach QUESTION")
    for one in listed:
        print_lesson(console, one)


def put_cited_first(library: "Library", answer: "Answer") -> tuple["Answer", int]:
    """The answer with the passage that a taught one cites before all others, and how many that is:
    one or none."""
    from dataclasses import replace

    from bot.libraries.citing import read_cited

    document = read_cited(answer.taught.cited) if answer.taught else None
    if document is None or document != _name(library, document.id):
        return answer, 0
    cited = library.ask(answer.question, top=1, within=document.id).hits
    known = {hit.passage_id for hit in cited}
    others = (hit for hit in answer.hits if hit.passage_id not in known)
    return replace(answer, hits=(*cited, *others)), len(cited)


def _name(library: "Library", document: int) -> "Ref":
    """How the bot names a document of this library."""
    from bot.types import Ref

    return Ref(not library.folder.name.startswith("server-"), document)


def _read_answer(place: str) -> str:
    """The answer from a file, or for - from standard input. Raises SettingsError."""
    from bot.settings import SettingsError

    if place == "-":
        return sys.stdin.read()
    try:
        return Path(place).read_text("utf-8", "replace")
    except OSError as error:
        raise SettingsError(
            f"{place} cannot be read ({error.strerror}). Name a file, or - for standard input."
        ) from error
