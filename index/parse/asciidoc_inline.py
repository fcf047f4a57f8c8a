"""AsciiDoc's marks inside a line → the words that a reader sees."""

import html
import re

_MAX_VALUE = 1_000
_MAX_ADDED = 1_000_000
"""Characters that all references to attributes together may add, or a few lines made gigabytes."""
_MAX_OPEN = 500
_REFERENCE = re.compile(r"(?<!\\)\{([A-Za-z0-9_][\w-]{0,80})\}")
_GIVEN = {"nbsp": " ", "sp": " ", "empty": "", "blank": "", "zwsp": "", "wj": "", "lt": "<"}
_GIVEN |= {"gt": ">", "amp": "&", "plus": "+", "asterisk": "*", "tilde": "~", "caret": "^"}
_GIVEN |= {"backtick": "`", "backslash": "\\", "vbar": "|", "startsb": "[", "endsb": "]"}
_GIVEN |= {"apos": "'", "quot": '"', "ldquo": "“", "rdquo": "”", "lsquo": "‘", "rsquo": "’"}
_GIVEN |= {"deg": "°", "brvbar": "¦", "cpp": "C++", "two-colons": "::", "two-semicolons": ";;"}
_HOLDING = frozenset({"kbd", "btn", "stem", "latexmath", "asciimath", "pass", "indexterm2"})

_TARGET = r"[^\s\[\]]{0,1000}"
_MACRO = re.compile(rf"(?<![\w\\])([a-z][a-z0-9]{{0,30}}):(?!:|//)({_TARGET})\[([^\]]{{0,2000}})\]")
_URL = re.compile(r"(?<![\w\\])((?:https?|ftp|irc)://[^\s\[\]<>]{1,1000})\[([^\]]{0,2000})\]")
_CROSS = re.compile(r"(?<!\\)<<([^<>,]{1,300})(?:,([^<>]{0,1000}))?>>")
_ANCHOR = re.compile(r"\[\[[^\[\]]{1,300}\]\]")
_HIDDEN_TERM = re.compile(r"\(\(\([^()]{0,500}\)\)\)")
_SHOWN_TERM = re.compile(r"\(\(([^()]{1,500})\)\)")
_QUOTED = re.compile('"`([^`\n]+)`"')
_SINGLY_QUOTED = re.compile("'`([^`\n]+)`'")
_CODE = re.compile(r"(?<![\\`])``([^`]+)``|(?<![\\\w`])`([^`]+)`(?![\w`])")
_PASSED = re.compile(r"\+\+\+([^+]*)\+\+\+|(?<![\w+\\])\+(?=[^\s+])([^+\n]*[^+\s])\+(?![\w+])")
_DOUBLY_PASSED = re.compile(r"\+\+([^+]+)\+\+")
_ROLE = re.compile(r"(?<![\w\]])\[[.#%\w -]{0,100}\](?=[*_#`])")
_MARKS = tuple(
    re.compile(
        rf"(?<!\\){m}{m}([^{n}]+){m}{m}|(?<![\w{n}\\]){m}(?=\S)([^{n}]*[^{n}\s]){m}(?![\w{n}])"
    )
    for m, n in ((r"\*", "*"), ("_", "_"), ("#", "#"))
)
_RAISED = re.compile(r"(?<!\\)([\^~])([^\s^~]{1,200})\1")
_ESCAPED = re.compile(r"\\([*_`#^~{<+|\[(]|https?:)")
_MARKED = re.compile(r"[*_`#{<\[(\\^~+&:\0]| -- ")
_STASH = re.compile("\0(\\d+)\0")


class Inline:
    """The attributes as they stand at a place in the document, and what is read with them."""

    def __init__(self) -> None:
        self.attributes = dict(_GIVEN)
        self.added = 0

    def define(self, name: str, value: str) -> None:
        """Set an attribute; what it refers to is put in at once, and never again."""
        self.attributes[name.lower()] = self.substitute(value)[:_MAX_VALUE]

    def forget(self, name: str) -> None:
        """Unset an attribute."""
        self.attributes.pop(name.lower(), None)

    def substitute(self, text: str) -> str:
        """Return the text with the attributes' values in it; a name that is not set stays."""

        def put_in(found: re.Match[str]) -> str:
            value = self.attributes.get(found[1].lower())
            if value is None or self.added + len(value) > _MAX_ADDED:
                return found[0]
            self.added += len(value)
            return value

        return _REFERENCE.sub(put_in, text) if "{" in text else text

    def read(self, text: str) -> str:
        """Return the words of a paragraph without their marks."""
        if not _MARKED.search(text):
            return text
        stash: list[str] = []

        def hide(words: str) -> str:
            stash.append(words)
            return f"\0{len(stash) - 1}\0"

        def hide_code(found: re.Match[str]) -> str:
            words = found[1] or found[2]
            if len(words) > 2 and words[0] == words[-1] == "+":
                return hide(words[1:-1])
            words = _DOUBLY_PASSED.sub(r"\1", self.substitute(words))
            return hide(words.replace("\\{", "{"))

        text = text.replace("\0", "")
        text = _SINGLY_QUOTED.sub(r"‘\1’", _QUOTED.sub(r"“\1”", text))
        text = _CODE.sub(hide_code, text)
        text = _DOUBLY_PASSED.sub(lambda found: hide(found[1]), text)
        text = _PASSED.sub(lambda found: hide(found[1] or found[2] or ""), text)
        text = self.substitute(text)
        if text.count("[") < text.count("]") + _MAX_OPEN:
            text = _MACRO.sub(_read_macro, _ANCHOR.sub("", text))
            text = _URL.sub(lambda found: _read_label(found[2]) or found[1], text)
            text = _ROLE.sub("", text)
        text = _CROSS.sub(lambda found: found[2] or _read_target(found[1]), text)
        text = _SHOWN_TERM.sub(r"\1", _HIDDEN_TERM.sub("", text))
        for mark in _MARKS:
            text = mark.sub(lambda found: found[1] or found[2], text)
        text = _ESCAPED.sub(r"\1", _RAISED.sub(r"\2", text)).replace(" -- ", " — ")
        # Twice: code may stand within what a macro hid, and nothing is nested deeper.
        for _ in range(2):
            text = _STASH.sub(lambda found: stash[int(found[1])], text)
        return html.unescape(text) if "&" in text else text


def _read_macro(found: re.Match[str]) -> str:
    name, target, held = found.groups()
    if name in ("image", "icon", "anchor", "indexterm"):
        return ""
    if name == "menu":
        return " > ".join(filter(None, (target, held)))
    if name.startswith("footnote"):
        text = held.partition(",")[2] if name == "footnoteref" else held
        return f" ({text.strip()})" if text.strip() else ""
    if name == "xref":
        return _read_label(held) or _read_target(target)
    if name in _HOLDING:
        return held
    # Of a project's own, such as javadoc:java.util.List[].
    return (_read_label(held) or target) if target else found[0]


def _read_label(held: str) -> str:
    """Return the words of a link; window and role may stand behind them."""
    label = held.strip()
    if label.startswith('"') and '"' in label[1:]:
        label = label[1 : label.index('"', 1)]
    elif "=" in label and "," in label:
        label = label.partition(",")[0]
    elif re.match(r"[\w-]+=", label):
        label = ""
    return label.removesuffix("^").strip()


def _read_target(target: str) -> str:
    """Return what a reference without words of its own is to be called."""
    place = target.partition("#")[2] or target.partition("#")[0]
    name = place.rpartition("/")[2].removesuffix(".adoc")
    return name.replace("_", " ").strip()
