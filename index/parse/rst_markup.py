"""What docutils is to make of Sphinx's own directives and roles, and which of its own it is denied.

A directive that nobody knows keeps its content, for that is prose more often than not. What tells
a program what to do, or would read another file, leaves nothing.
"""

import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives, languages
from docutils.parsers.rst.states import Inliner
from docutils.statemachine import StringList
from docutils.utils import unescape

_NAME = re.compile(
    r"^[ \t]*\.\. +(?:\|[^|\n]{1,200}\| +)?([A-Za-z0-9][\w.:+-]{0,60}) ?::", re.MULTILINE
)
_MAX_NAMES = 500
_CODE = frozenset({"code", "code-block", "sourcecode", "ipython", "prompt", "console", "terminal"})
_CODE |= {"testcode", "testoutput", "doctest", "productionlist", "literal", "highlight-block"}
_MACHINERY = frozenset({"include", "literalinclude", "raw", "role", "default-role", "contents"})
_MACHINERY |= {"toctree", "index", "highlight", "currentmodule", "py:currentmodule", "module"}
_MACHINERY |= {"py:module", "tabularcolumns", "testsetup", "testcleanup", "graphviz", "digraph"}
_MACHINERY |= {"graph", "mermaid", "uml", "plantuml", "jinja", "program-output", "bibliography"}
_MACHINERY |= {"autosummary", "inheritance-diagram", "youtube", "video", "plot", "sectnum", "date"}
_MACHINERY |= {"default-domain", "restructuredtext-test-directive", "sectionauthor", "codeauthor"}
_UNTITLED = frozenset({"only", "ifconfig", "rst-class", "cssclass", "tab-set", "tabs", "grid"})
_UNTITLED |= {"grid-item", "glossary", "hlist", "details-set", "container", "currentprogram"}
"""Their argument is for a program, and their content for people."""
_SIGNATURES = frozenset({"function", "class", "method", "attribute", "data", "exception", "option"})
_SIGNATURES |= {"envvar", "confval", "setting", "cmdoption", "decorator", "property", "describe"}
_VERSIONS = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
}
_VERBATIM = frozenset({"code", "literal", "kbd", "samp", "math", "command", "guilabel", "file"})
_TITLED = re.compile(r"([^<]*[^<\s])\s*<[^<>]*>\s*\Z")


class AnyOption(dict[str, Any]):
    """Takes every option for one that is known."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class Prose(Directive):  # type: ignore[misc]
    """Leaves what a directive holds for people."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = AnyOption(name=directives.unchanged)

    def run(self) -> list[nodes.Node]:
        name = self.name.lower()
        argument = self.arguments[0] if self.arguments else ""
        if name in _MACHINERY:
            return []
        if name in _CODE:
            return self._read_code(argument)
        held = nodes.container()
        if name in _VERSIONS and argument:
            version, *rest = argument.split(None, 1)
            text = ": ".join([f"{_VERSIONS[name]} {version.rstrip('.:')}", *rest])
            self._parse(text + (":" if self.content and not rest else ""), held)
        elif name.startswith("auto") or name in _UNTITLED:
            if not self._begins_below():
                argument = ""
            self._parse(argument, held)
        elif ":" in name or name in _SIGNATURES:
            signature = nodes.paragraph(argument, argument)
            signature.line = self.lineno
            held += signature
        elif name == "seealso":
            self._parse(f"See also: {argument}", held)
        elif self.content or self._begins_below() or " " in argument:
            self._parse(argument, held)
        self.state.nested_parse(self.content, self.content_offset, held)
        return [held]

    def _read_code(self, argument: str) -> list[nodes.Node]:
        lines = list(self.content)
        if not lines:
            lines = argument.split("\n")[0 if self._begins_below() else 1 :]
        code = "\n".join(lines)
        block = nodes.literal_block(code, code)
        block.line = self.content_offset + 1
        caption = self.options.get("caption") or ""
        if not caption:
            return [block]
        head = nodes.paragraph(caption, caption)
        head.line = self.lineno
        return [head, block]

    def _begins_below(self) -> bool:
        """Say whether what looks like an argument is content, on a line of its own."""
        return bool(self.block_text.partition("\n")[0].rstrip().endswith("::"))

    def _parse(self, text: str, into: nodes.Element) -> None:
        """Add the markup of the text, which begins at the directive or right below it."""
        if text:
            first = self.lineno if self._begins_below() else self.lineno - 1
            lines = text.split("\n")
            places = [("", first + i) for i in range(len(lines))]
            self.state.nested_parse(StringList(lines, items=places), first, into)


def make_inliner() -> Any:
    """Return what reads the marks in a line; to it every role, known or not, is its words."""
    inliner = Inliner()
    # It builds its patterns from what its very class holds, so a subclass would have none.
    inliner.interpreted = _read_role
    return inliner


def _read_role(
    rawsource: str, text: str, role: str | None, lineno: int
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    shown = unescape(text).strip()
    last = (role or "").lower().rpartition(":")[2]
    if last in ("pep", "rfc"):
        shown = f"{last.upper()} {shown}"
    elif last not in _VERBATIM:
        titled = _TITLED.match(shown)
        if titled:
            shown = titled[1]
        elif shown.startswith("~"):
            shown = shown[1:].rpartition(".")[2]
        shown = shown.removeprefix("!")
    return [nodes.inline(rawsource, shown)], []


def prepare_directives(text: str) -> None:
    """Have docutils take the text's directives that it does not know for prose."""
    known = languages.get_language("en").directives
    named = {found[1].lower() for found in _NAME.finditer(text)}
    unknown = sorted(name for name in named if name not in known)[:_MAX_NAMES]
    for name in (*_CODE, *_MACHINERY, *unknown):
        directives.register_directive(name, Prose)
