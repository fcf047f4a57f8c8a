"""What has been read of an AsciiDoc text: its blocks, and the items of the list in hand."""

import re

from index.parse.asciidoc_inline import Inline
from index.parse.blocks import Block

_CHECK = re.compile(r"\[[ xX*]\][ \t]+")
_MAX_PREFIX = 500


class Written:
    """The blocks so far, and what goes before the next one."""

    def __init__(self, inline: Inline) -> None:
        self.inline = inline
        self.blocks: list[Block] = []
        self.prefix = ""
        """What goes before the next paragraph: a term, a label."""
        self.prefix_line = 0
        self.title = ""
        """What the next block is called."""
        self.title_line = 0

    def begin(self, text: str, line: int) -> None:
        """Let the next paragraph begin with this."""
        if len(self.prefix) > _MAX_PREFIX:
            self.flush()
        if not self.prefix:
            self.prefix_line = line
        self.prefix += text

    def begin_term(self, term: str, line: int) -> None:
        """Let the next paragraph say what the term is, with those right before it."""
        if self.prefix.endswith(": ") and len(self.prefix) < _MAX_PREFIX:
            self.prefix = f"{self.prefix[:-2]}, {term}: "
        else:
            self.flush()
            self.begin(f"{term}: ", line)

    def flush(self) -> None:
        """Add what was to go before a paragraph, where none has come."""
        if self.prefix:
            text, self.prefix = self.prefix.rstrip(" :"), ""
            self.add(text, self.prefix_line)

    def add_title(self) -> None:
        """Add what the next block is called, if it is called anything."""
        title, self.title = self.title, ""
        if title:
            self.add(self.inline.read(title), self.title_line)

    def add(
        self, text: str, line: int, *, level: int = 0, code: bool = False, header: str = ""
    ) -> None:
        """Add a block that begins at the line."""
        if not text.strip():
            return
        if self.prefix and (code or level):
            self.flush()
        elif self.prefix:
            listed = text.startswith(("• ", "1. "))
            text = f"{self.prefix.rstrip()}\n{text}" if listed else self.prefix + text
            line, self.prefix = self.prefix_line, ""
        self.blocks.append(Block(text, level, code=code, header=header, line=line))


class Items:
    """The open list."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = []
        """Of each item."""
        self.line = 0
        """Where the list begins."""
        self.open = False
        """The last item's text may go on in the next line."""
        self.markers: list[tuple[str, int]] = []
        """Of the lists within each other, outermost first, with the number of the last item."""

    def add(self, marker: str, text: str, line: int) -> None:
        """Add an item; its marker tells how deep it stands."""
        if not self.lines:
            self.line = line
        kind = "1." if marker[:-1].isdigit() else marker
        names = [name for name, _ in self.markers]
        if kind in names:
            place = names.index(kind)
            self.markers[place:] = [(kind, self.markers[place][1] + 1)]
        else:
            self.markers.append((kind, 1))
        if marker[0] in "*-":
            shown = "•"
        elif marker[0] == ".":
            shown = f"{self.markers[-1][1]}."
        else:
            shown = f"<{self.markers[-1][1]}>" if marker == "<.>" else marker
        self.lines.append([f"{shown} {_CHECK.sub('', text, count=1)}"])
        self.open = True
