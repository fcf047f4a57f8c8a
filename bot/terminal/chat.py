"""The conversation in a terminal: a question a line, and a few commands."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console

from bot.terminal.screen import print_answer, print_hits, print_sources
from bot.terminal.teaching import put_cited_first
from bot.wording import pick_hits, show_line, show_text
from index.errors import FootnoteError
from index.follow import join_questions
from index.library import Library
from index.types import Answer

PROMPT = "› "
AT_ONCE = 3
"""Passages shown for a question, and by each /more."""
MOST = 15
HISTORY_LINES = 1000

HELP = """\
Type a question and press Enter.
/more     the next passages for the last question
/sources  where the passages shown stand, with their files
/help     this list
/quit     leave (or Ctrl-D)"""


def converse(console: Console, library: Library, history: Path) -> None:
    """Answer until /quit or the end of input; where no one types, repeat each question."""
    watched = sys.stdin.isatty()
    if watched:
        console.print("Ask a question; /help lists what else there is.\n")
    conversation = Conversation(console, library)
    for line in _typed_lines(history) if watched else _piped_lines():
        if not line:
            continue
        if line == "/quit":
            return
        if not watched:
            console.print(PROMPT + show_line(_shorten(line)), style="bold")
        try:
            conversation.respond(line)
        except FootnoteError as error:
            console.print(show_text(f"{error}\n"), style="red")


class Conversation:
    """The last answer, how many of its passages have been shown, and what it was asked after."""

    def __init__(self, console: Console, library: Library) -> None:
        self._console = console
        self._library = library
        self._answer: Answer | None = None
        self._shown = 0
        self._vouched = 0
        """How many passages a taught answer cites."""
        self._standing: str | None = None
        """The last question, with what it was read with itself: what a follow-up leans on."""
        self._cited: frozenset[int] = frozenset()

    def respond(self, line: str) -> None:
        """Answer a question or obey a command. Raises FootnoteError."""
        if not line.startswith("/"):
            self._answer = None
            self._answer = self._ask(line)
            searched = self._library.store.document_count()
            if self._answer.earlier:
                read_with = f"(read with: {show_line(_shorten(self._answer.earlier))})"
                self._console.print(read_with, style="dim")
            print_answer(
                *(self._console, self._answer),
                searched=searched,
                shown=AT_ONCE,
                vouched=self._vouched,
            )
        elif line == "/more" and self._answer:
            self._show_more(self._answer)
        elif line == "/sources" and self._answer:
            print_sources(self._console, self._answer, self._shown)
            self._console.print()
        elif line in ("/more", "/sources"):
            self._console.print("Ask a question first.\n")
        else:
            if line != "/help":
                self._console.print("That is no command. These are:")
            self._console.print(HELP + "\n")

    def _ask(self, question: str) -> Answer:
        """The answer, to which a further question may be a follow-up."""
        answer = self._library.ask(question, top=MOST, earlier=self._standing, cited=self._cited)
        answer, self._vouched = put_cited_first(self._library, answer)
        hits = answer.hits[: self._vouched] if answer.taught else pick_hits(answer, AT_ONCE)
        self._shown = len(hits)
        self._standing = join_questions(question, answer.earlier)
        self._cited = frozenset(hit.document.id for hit in hits if answer.answered)
        return answer

    def _show_more(self, answer: Answer) -> None:
        following = answer.hits[self._shown : self._shown + AT_ONCE]
        if following:
            print_hits(self._console, following, self._shown + 1)
            self._shown += len(following)
        else:
            self._console.print("There are no more passages.\n")


def _piped_lines() -> Iterator[str]:
    return (line.strip() for line in sys.stdin)


def _typed_lines(history: Path) -> Iterator[str]:
    with _line_editing(history):
        while True:
            try:
                line = input(PROMPT).strip()
            except EOFError:
                print()
                return
            yield line


@contextmanager
def _line_editing(history: Path) -> Iterator[None]:
    """Arrow keys and the lines typed before, kept for this user alone; without readline, neither.

    A history that cannot be read or written is done without.
    """
    try:
        import readline
    except ImportError:  # Windows
        yield
        return
    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_history_length(HISTORY_LINES)
    try:
        yield
    finally:
        with suppress(OSError):
            history.touch(mode=0o600)
            readline.write_history_file(history)
            history.chmod(0o600)


def _shorten(line: str) -> str:
    return line if len(line) <= 200 else line[:199] + "…"
