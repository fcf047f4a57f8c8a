"""AsciiDoc → blocks. What it would include from elsewhere is left out; all conditions hold."""

import re

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
_MACRO = re.compile(r"[A-Za-z][\w-]*::[^\s\[\]]*\[.*\]")
_STYLE = re.compile(r"\[(?!\[)(.*)\]")
_ANCHOR = re.compile(r"\[\[[^\[\]]*\]\]")
_TITLE = re.compile(r"\.(?![.\s])(.+)")
_ITEM = re.compile(
    r"(\*{1,6}|-|\.{1,6}|\d{1,4}\.|[A-Za-z]\.|[ivxIVX]{1,6}\)|<(?:\d{1,3}|\.)>)[ \t]+(\S.*)"
)
_TERM = re.compile(r"(:{2,4}|;;)(?:[ \t]+|$)")
_CHECK = re.compile(r"\[[ xX*]\][ \t]+")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_BREAK = re.compile(r"'{3,}|-{3}|\*{3}|<{3,}|- - -|\* \* \*")
_RULE = re.compile(r"([=\-~^+])\1+")
_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4, "+": 5}
_ADMONITIONS = frozenset({"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"})
_CODE_STYLES = frozenset({"source", "listing", "literal"})
_MAX_OPEN = 100
_MAX_PREFIX = 500


def parse_asciidoc(text: str) -> tuple[list[Block], str]:
    """Return the blocks of an AsciiDoc text, and the title that an attribute gives it."""
    reader = _Reader(text)
    reader.read()
    return reader.blocks, reader.inline.attributes.get("doctitle", "")


class _Reader:
    """One pass over the lines."""

    def __init__(self, text: str) -> None:
        self.lines = text.expandtabs(4).split("\n")
        self.words = find_words(text)
        self.inline = Inline()
        self.blocks: list[Block] = []
        self.at = 0
        """Lines read so far: the 1-based line of the one in hand."""
        self.paragraph: list[str] = []
        self.paragraph_line = 0
        self.term_open = False
        """The paragraph says what a term is, and the next term may follow it at once."""
        self.items: list[list[str]] = []
        """The items of the open list, each with its lines."""
        self.items_line = 0
        self.item_open = False
        """The last item's text may go on in the next line."""
        self.markers: list[tuple[str, int]] = []
        """Of the open lists, outermost first, with the number of the last item."""
        self.prefix = ""
        """What goes before the next paragraph: a term, a label."""
        self.prefix_line = 0
        self.style = ""
        self.title = ""
        self.title_line = 0
        self.open: list[tuple[str, str]] = []
        """Delimiters of the open blocks, and what is added when they end."""

    def read(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at].rstrip()
            self.at += 1
            self._read_line(line)
        self._close()
        self._flush_prefix()

    def _read_line(self, line: str) -> None:
        bare = line.strip()
        if not bare:
            self._end_paragraph()
            self.item_open = False
        elif line.startswith("//") and not line.startswith("///"):
            return
        elif condition := _CONDITION.fullmatch(line):
            if condition[1] and not line.startswith("ifeval"):
                self._read_line(condition[1].rstrip()[:10_000])
        elif line.startswith("include::") and line.endswith("]"):
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
        elif bare == "+" and (self.items or self.prefix or self.paragraph):
            self._end_paragraph()
            self._close_list()
        elif self.paragraph or self.item_open:
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
            self.title, self.title_line = title[1], self.at
        elif _MACRO.fullmatch(line):
            self._close()
            self.style = self.title = ""
        else:
            return False
        return True

    def _is_underline(self, line: str) -> bool:
        above = self.paragraph[0]
        fits = abs(len(line) - len(above)) < 2 and above[0].isalnum()
        return fits and not self.items and line not in (border for border, _ in self.open)

    def _read_text(self, line: str, bare: str) -> None:
        """Read a line of a list, of a term, of a paragraph, or of code that is indented."""
        inside = bool(self.paragraph) and not self.term_open
        if not inside and (item := _ITEM.fullmatch(bare)):
            self._end_paragraph()
            self._read_item(item[1], item[2])
            return
        if not inside and (term := _TERM.search(bare)) and term.start():
            self._end_paragraph()
            self._read_term(bare[: term.start()], bare[term.end() :])
            return
        if self.item_open:
            self.items[-1].append(bare)
            return
        if not self.paragraph:
            self._close_list()
            code = bool(_CODE_STYLES & set(re.split("[,%]", self.style)))
            if code or (line[0] == " " and not self.prefix):
                self._read_code_paragraph(line)
                return
            self._emit_title()
            self.paragraph_line, self.term_open = self.at, bool(self.prefix)
            if admonition := _ADMONITION.match(bare):
                self._set_prefix(f"{admonition[1].capitalize()}: ")
                bare = bare[admonition.end() :]
        self.paragraph.append(bare)

    def _read_item(self, marker: str, text: str) -> None:
        self._emit_title()
        if not self.items:
            self.items_line = self.at
        text = _CHECK.sub("", text, count=1)
        kind = "1." if marker[:-1].isdigit() else marker
        names = [name for name, _ in self.markers]
        if kind in names:
            place = names.index(kind)
            self.markers[place:] = [(kind, self.markers[place][1] + 1)]
        else:
            self.markers.append((kind, 1))
        number = self.markers[-1][1]
        if marker[0] in "*-":
            shown = "•"
        elif marker[0] == ".":
            shown = f"{number}."
        else:
            shown = f"<{number}>" if marker == "<.>" else marker
        self.items.append([f"{shown} {text}"])
        self.item_open = True

    def _read_term(self, term: str, text: str) -> None:
        self._close_list()
        self._emit_title()
        words = self.inline.read(term).strip().rstrip(":")
        if self.prefix.endswith(": ") and len(self.prefix) < _MAX_PREFIX:
            self.prefix = f"{self.prefix[:-2]}, {words}: "
        else:
            self._flush_prefix()
            self._set_prefix(f"{words}: ")
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
            self.style = self.title = ""
            return
        self._emit_title()
        self._emit("\n".join(held), first, code=True)
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
        self._emit_title()
        self._emit("\n".join(text[indent:] for text in held), first, code=True)
        self.style = ""

    def _read_compound(self, border: str) -> None:
        if _CODE_STYLES & set(re.split("[,%]", self.style)):
            self._read_verbatim(border)
            return
        self._close()
        borders = [name for name, _ in self.open]
        if border in borders:
            place = len(borders) - 1 - borders[::-1].index(border)
            self._flush_prefix()
            for _, ending in reversed(self.open[place:]):
                if ending:
                    self._emit(ending, self.at)
            del self.open[place:]
            return
        self._emit_title()
        parts = [part.strip().strip('"') for part in self.style.split(",")]
        if parts[0] in _ADMONITIONS:
            self._set_prefix(f"{parts[0].capitalize()}: ")
        quoted = parts[0] in ("quote", "verse") and any(parts[1:])
        ending = "— " + ", ".join(filter(None, parts[1:3])) if quoted else ""
        if len(self.open) < _MAX_OPEN:
            self.open.append((border, self.inline.read(ending)))
        self.style = ""

    def _read_table(self, border: str, mark: str) -> None:
        self._close()
        line, style, caption = self.at, self.style, self.inline.read(self.title)
        self._emit_title()
        held = [text for text in self._take_until(border) if not text.startswith("//")]
        rows, headed = read_table(held, style, mark)
        words = [[" ".join(self.inline.read(cell).split()) for cell in row] for row in rows]
        table = format_table(words, headed=headed or None)
        self._emit(table, line, header=" ".join(caption.split()))
        self.style = ""

    def _heading(self, level: int, text: str, line: int) -> None:
        self._close()
        self._flush_prefix()
        first = not self.blocks
        self.style = self.title = ""
        self._emit(" ".join(self.inline.read(text).split()), line, level=level)
        if first and level == 1:
            self._skip_authors()

    def _skip_authors(self) -> None:
        """Go past the lines below a document's title that name authors and revision."""
        for _ in range(2):
            line = self.lines[self.at].rstrip() if self.at < len(self.lines) else ""
            if not line or line[0] in ":/[=" or _CONDITION.match(line) or "::" in line:
                return
            self.at += 1

    def _set_prefix(self, text: str) -> None:
        if len(self.prefix) > _MAX_PREFIX:
            self._flush_prefix()
        if not self.prefix:
            self.prefix_line = self.at
        self.prefix += text

    def _flush_prefix(self) -> None:
        if self.prefix:
            text, self.prefix = self.prefix.rstrip(" :"), ""
            self._emit(text, self.prefix_line)

    def _emit_title(self) -> None:
        title, self.title = self.title, ""
        if title:
            self._emit(self.inline.read(title), self.title_line)

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
            self._set_prefix(f"{parts[0].capitalize()}: ")
        text = self._join(lines, keep_breaks=parts[0] == "verse" or "hardbreaks" in style)
        self._emit(text, self.paragraph_line)
        if parts[0] in ("quote", "verse") and any(parts[1:]):
            credit = ", ".join(filter(None, parts[1:3]))
            self._emit(self.inline.read(f"— {credit}"), self.paragraph_line)

    def _close_list(self) -> None:
        items, self.items, self.markers, self.item_open = self.items, [], [], False
        if items:
            self.style = ""
            lines = [self._join(item) for item in items]
            self._emit("\n".join(lines), self.items_line)

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

    def _emit(
        self, text: str, line: int, *, level: int = 0, code: bool = False, header: str = ""
    ) -> None:
        if not text.strip():
            return
        if self.prefix and (code or level):
            self._flush_prefix()
        elif self.prefix:
            gap = "\n" if text.startswith(("• ", "1. ")) else ""
            text = self.prefix.rstrip() + gap + text if gap else self.prefix + text
            line, self.prefix = self.prefix_line, ""
        self.blocks.append(Block(text, level, code=code, header=header, line=line))
