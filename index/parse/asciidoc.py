"""AsciiDoc → blocks. What it would include from elsewhere is left out; all conditions hold."""

import re

from index.parse.asciidoc_blocks import Items, Written
from index.parse.asciidoc_inline import Inline
from index.parse.asciidoc_table import read_table
from index.parse.blocks import Block
from index.parse.clean import find_words, join_lines
from index.parse.tables import format_table

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
_VERBATIM = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|```[\w+-]{0,30}(?:,.*)?)")
_COMPOUND = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--)")
_TABLE = re.compile(r"([|,:!])={3,}")
_ATTRIBUTE = re.compile(r":(!?)([A-Za-z0-9_][\w-]*)(!?):(?:[ \t]+(.*))?")
_CONDITION = re.compile(r"(?:ifdef|ifndef|ifeval|endif)::[^\[\]]*\[(.*)\]")
_UNSEEN = re.compile(r"//(?!/)|include::.*\]$")
_MACRO = re.compile(r"[A-Za-z][\w-]*::[^\s\[\]]*\[.*\]")
_STYLE = re.compile(r"\[(?!\[)(.*)\]")
_ANCHOR = re.compile(r"\[\[[^\[\]]*\]\]")
_TITLE = re.compile(r"\.(?![.\s])(.+)")
_ITEM = re.compile(
    r"(\*{1,6}|-|\.{1,6}|\d{1,4}\.|[A-Za-z]\.|[ivxIVX]{1,6}\)|<(?:\d{1,3}|\.)>)[ \t]+(\S.*)"
)
_TERM = re.compile(r"(:{2,4}|;;)(?:[ \t]+|$)")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_BREAK = re.compile(r"'{3,}|-{3}|\*{3}|<{3,}|- - -|\* \* \*")
_RULE = re.compile(r"([=\-~^+])\1+")
_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4, "+": 5}
_ADMONITIONS = frozenset({"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"})
_CODE_STYLES = frozenset({"source", "listing", "literal"})
_MAX_OPEN = 100


def parse_asciidoc(text: str) -> tuple[list[Block], str]:
    """Return the blocks of an AsciiDoc text, and the title that an attribute gives it."""
    reader = _Reader(text)
    reader.read()
    return reader.written.blocks, reader.inline.attributes.get("doctitle", "")


class _Reader:
    """One pass over the lines."""

    def __init__(self, text: str) -> None:
        self.lines = text.expandtabs(4).split("\n")
        self.words = find_words(text)
        self.inline = Inline()
        self.written = Written(self.inline)
        self.items = Items()
        self.at = 0
        """Lines read so far: the 1-based line of the one in hand."""
        self.paragraph: list[str] = []
        self.paragraph_line = 0
        self.term_open = False
        """The paragraph says what a term is, and the next term may follow it at once."""
        self.style = ""
        self.open: list[tuple[str, str]] = []
        """Delimiters of the open blocks, and what is added when they end."""

    def read(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at].rstrip()
            self.at += 1
            self._read_line(line)
        self._close()
        self.written.flush()

    def _read_line(self, line: str) -> None:
        if condition := _CONDITION.fullmatch(line):
            line = "" if line.startswith("ifeval") else condition[1].rstrip()
            if not line or _CONDITION.fullmatch(line):
                return
        bare = line.strip()
        if not bare:
            self._end_paragraph()
            self.items.open = False
        elif _UNSEEN.match(line):
            return
        elif not self._read_border(line, bare):
            self._read_text(line, bare)

    def _read_border(self, line: str, bare: str) -> bool:
        """Read what begins, ends or parts blocks; say whether the line was of that kind."""
        rule = _RULE.fullmatch(line)
        if rule and len(self.paragraph) == 1 and self._is_underline(line):
            heading = self.paragraph.pop()
            self._heading(_LEVELS[rule[1]], heading, self.paragraph_line)
        elif _VERBATIM.fullmatch(line):
            self._read_verbatim(line)
        elif table := _TABLE.fullmatch(line):
            self._read_table(line, table[1])
        elif _COMPOUND.fullmatch(line):
            self._read_compound(line)
        elif bare == "+" and (self.items.lines or self.written.prefix or self.paragraph):
            self._end_paragraph()
            self._close_list()
        elif self.paragraph or self.items.open:
            return False
        elif _BREAK.fullmatch(line):
            self._close()
        elif entry := _ATTRIBUTE.fullmatch(line):
            self._read_attribute(entry)
        elif _ANCHOR.fullmatch(line):
            return True
        elif style := _STYLE.fullmatch(line):
            self._close()
            self.style = style[1]
        elif heading_line := _HEADING.fullmatch(line):
            text = heading_line[2].rstrip()
            trailing = f" {heading_line[1]}"
            self._heading(len(heading_line[1]), text.removesuffix(trailing), self.at)
        elif title := _TITLE.fullmatch(line):
            self._close()
            self.written.title, self.written.title_line = title[1], self.at
        elif _MACRO.fullmatch(line):
            self._close()
            self.style = self.written.title = ""
        else:
            return False
        return True

    def _is_underline(self, line: str) -> bool:
        above = self.paragraph[0]
        fits = abs(len(line) - len(above)) < 2 and above[0].isalnum()
        return fits and not self.items.lines and line not in (border for border, _ in self.open)

    def _read_text(self, line: str, bare: str) -> None:
        """Read a line of a list, of a term, of a paragraph, or of code that is indented."""
        inside = bool(self.paragraph) and not self.term_open
        if not inside and (item := _ITEM.fullmatch(bare)):
            self._end_paragraph()
            self.written.add_title()
            self.items.add(item[1], item[2], self.at)
            return
        if not inside and (term := _TERM.search(bare)) and term.start():
            self._end_paragraph()
            self._read_term(bare[: term.start()], bare[term.end() :])
            return
        if self.items.open:
            self.items.lines[-1].append(bare)
            return
        if not self.paragraph:
            self._close_list()
            code = bool(_CODE_STYLES & set(re.split("[,%]", self.style)))
            if code or (line[0] == " " and not self.written.prefix):
                self._read_code_paragraph(line)
                return
            self.written.add_title()
            self.paragraph_line, self.term_open = self.at, bool(self.written.prefix)
            if admonition := _ADMONITION.match(bare):
                self.written.begin(f"{admonition[1].capitalize()}: ", self.at)
                bare = bare[admonition.end() :]
        self.paragraph.append(bare)

    def _read_term(self, term: str, text: str) -> None:
        self._close_list()
        self.written.add_title()
        self.written.begin_term(self.inline.read(term).strip().rstrip(":"), self.at)
        if text.strip():
            self.paragraph_line, self.term_open = self.at, True
            self.paragraph.append(text.strip())

    def _read_attribute(self, entry: re.Match[str]) -> None:
        value = entry[4] or ""
        while value.endswith(" \\") and self.at < len(self.lines) and len(value) < 10_000:
            value = f"{value[:-2].removesuffix(' +')} {self.lines[self.at].strip()}"
            self.at += 1
        if entry[1] or entry[3]:
            self.inline.forget(entry[2])
        else:
            self.inline.define(entry[2], value)

    def _read_verbatim(self, border: str) -> None:
        """Read what stands between two borders as it is."""
        self._close()
        first = self.at + 1
        held = self._take_until("```" if border[0] == "`" else border)
        if border[0] == "/" or (border[0] == "+" and not self.style):
            self.style = self.written.title = ""
            return
        self.written.add_title()
        self.written.add("\n".join(held), first, code=True)
        self.style = ""

    def _take_until(self, border: str) -> list[str]:
        start = self.at
        while self.at < len(self.lines):
            self.at += 1
            if self.lines[self.at - 1].rstrip() == border:
                return self.lines[start : self.at - 1]
        return self.lines[start:]

    def _read_code_paragraph(self, line: str) -> None:
        first, held = self.at, [line]
        while self.at < len(self.lines) and self.lines[self.at].strip():
            if _VERBATIM.fullmatch(self.lines[self.at]) or self.lines[self.at].strip() == "+":
                break
            held.append(self.lines[self.at])
            self.at += 1
        indent = min(len(text) - len(text.lstrip()) for text in held)
        self.written.add_title()
        self.written.add("\n".join(text[indent:] for text in held), first, code=True)
        self.style = ""

    def _read_compound(self, border: str) -> None:
        if _CODE_STYLES & set(re.split("[,%]", self.style)):
            self._read_verbatim(border)
            return
        self._close()
        borders = [name for name, _ in self.open]
        if border in borders:
            place = len(borders) - 1 - borders[::-1].index(border)
            self.written.flush()
            for _, ending in reversed(self.open[place:]):
                if ending:
                    self.written.add(ending, self.at)
            del self.open[place:]
            return
        self.written.add_title()
        parts = [part.strip().strip('"') for part in self.style.split(",")]
        if parts[0] in _ADMONITIONS:
            self.written.begin(f"{parts[0].capitalize()}: ", self.at)
        quoted = parts[0] in ("quote", "verse") and any(parts[1:])
        ending = "— " + ", ".join(filter(None, parts[1:3])) if quoted else ""
        if len(self.open) < _MAX_OPEN:
            self.open.append((border, self.inline.read(ending)))
        self.style = ""

    def _read_table(self, border: str, mark: str) -> None:
        self._close()
        line, style, caption = self.at, self.style, self.inline.read(self.written.title)
        self.written.add_title()
        held = [text for text in self._take_until(border) if not text.startswith("//")]
        rows, headed = read_table(held, style, mark)
        words = [[" ".join(self.inline.read(cell).split()) for cell in row] for row in rows]
        table = format_table(words, headed=headed or None)
        self.written.add(table, line, header=" ".join(caption.split()))
        self.style = ""

    def _heading(self, level: int, text: str, line: int) -> None:
        self._close()
        self.written.flush()
        first = not self.written.blocks
        self.style = self.written.title = ""
        self.written.add(" ".join(self.inline.read(text).split()), line, level=level)
        if first and level == 1:
            self._skip_authors()

    def _skip_authors(self) -> None:
        """Go past the lines below a document's title that name authors and revision."""
        for _ in range(2):
            line = self.lines[self.at].rstrip() if self.at < len(self.lines) else ""
            if not line or line[0] in ":/[=" or _CONDITION.match(line) or "::" in line:
                return
            self.at += 1

    def _close(self) -> None:
        self._end_paragraph()
        self._close_list()

    def _end_paragraph(self) -> None:
        if not self.paragraph:
            return
        lines, self.paragraph = self.paragraph, []
        style, self.style = self.style, ""
        parts = [part.strip().strip('"') for part in style.split(",")]
        if parts[0] in _ADMONITIONS:
            self.written.begin(f"{parts[0].capitalize()}: ", self.at)
        text = self._join(lines, keep_breaks=parts[0] == "verse" or "hardbreaks" in style)
        self.written.add(text, self.paragraph_line)
        if parts[0] in ("quote", "verse") and any(parts[1:]):
            credit = ", ".join(filter(None, parts[1:3]))
            self.written.add(self.inline.read(f"— {credit}"), self.paragraph_line)

    def _close_list(self) -> None:
        items, self.items = self.items, Items()
        if items.lines:
            self.style = ""
            lines = [self._join(item) for item in items.lines]
            self.written.add("\n".join(lines), items.line)

    def _join(self, lines: list[str], *, keep_breaks: bool = False) -> str:
        """Return a paragraph's words; lines are joined where no break was asked for."""
        joined: list[list[str]] = [[]]
        for line in lines:
            broken = line.endswith(" +")
            joined[-1].append(line.removesuffix(" +"))
            if broken or keep_breaks:
                joined.append([])
        text = "\n".join(join_lines(part, self.words) for part in joined if part)
        return self.inline.read(text)
