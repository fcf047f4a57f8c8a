"""`footnote ask --page-image`: the page that an answer stands on, written to a file."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bot.terminal.targets import write_target
from bot.wording import show_line
from index.pictures import Picture
from index.types import Answer, Passage, Record

Draw = Callable[[Record, Passage, Sequence[tuple[int, int]]], Sequence[Picture]]
"""What draws the pages that a passage stands on, its highlights marked stronger."""

_NOT_MARKED = "and marked nothing: the passage's words are not found on it for sure."


def write_pages(path: Path, answer: Answer, draw: Draw, console: Console) -> None:
    """Write the pages of the best passage, the second one to FILE-2.png, and say so.

    Nothing is written where the documents do not answer. Raises what `draw` raises, and
    SettingsError where they cannot be written.
    """
    if not (answer.answered and answer.hits):
        console.print("No page image: the documents do not answer the question.")
        return
    hit = answer.hits[0]
    for number, picture in enumerate(draw(hit.document, hit.passage, hit.highlights), 1):
        target = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        write_target(target, picture.png)
        how = "with the passage marked." if picture.marked else _NOT_MARKED
        line = show_line(f"Wrote page {picture.page} to {target}, {how}")
        console.print(line, soft_wrap=True)
