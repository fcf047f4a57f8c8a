"""docx, pptx, epub, ipynb and HTML → Markdown → blocks. The one module that uses markitdown.

Its converters are used one by one: the `MarkItDown` class would load a model that guesses file
types, open an HTTP session and look for programs on the disk. None of the converters used here
fetches anything.
"""

import io
import re
import warnings
from typing import Any

from index.parse.blocks import Block
from index.parse.markdown import parse_markdown
from index.parse.plain import parse_plain

_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_SLIDE = re.compile(r"^<!-- Slide number: (\d+) -->$", re.MULTILINE)
_PICTURE = re.compile(r"^!\[.*\)$", re.MULTILINE)
_OPEN_TAG = re.compile(r"<(?![^<>]*>)")
_MAX_OPEN = 500
_MARKED_SECTION = re.compile(r"<!\[(?!CDATA\[)[^>]*>?", re.IGNORECASE)
"""Such as Word's `<![if !vml]>`: browsers pass it over, Python's parser refuses most of them."""
_NO_TEXT = ("script", "style", "noscript", "template", "svg", "iframe", "nav", "button", "select")


def parse_docx(data: bytes) -> tuple[list[Block], str]:
    """Return the blocks of a Word file and the title in its properties."""
    found = _convert("DocxConverter", data, style_map=_STYLES, escape_misc=True)
    return parse_markdown(found.markdown), _read_title(data)


def parse_pptx(data: bytes) -> tuple[list[Block], str, int]:
    """Return the blocks of a slide deck, its title and its number of slides."""
    slides = _SLIDE.split(_convert("PptxConverter", data).markdown)[1:]
    blocks: list[Block] = []
    for number, text in zip(slides[::2], slides[1::2], strict=True):
        text = _PICTURE.sub("", text)
        blocks += parse_markdown(text, page=int(number), keep_breaks=True)
    return blocks, _read_title(data), len(slides) // 2


def parse_epub(data: bytes) -> tuple[list[Block], str]:
    """Return the blocks of a book and its title; the first names title, authors and the like."""
    found = _convert("EpubConverter", data, escape_misc=True)
    markdown = re.sub(r"\n(?=\*\*[A-Z][a-z]+:\*\* )", "  \n", found.markdown)
    return parse_markdown(markdown), found.title or ""


def parse_ipynb(text: str) -> list[Block]:
    """Return the blocks of a notebook's cells; what the cells put out is left out."""
    found = _convert("IpynbConverter", text.encode("utf-8", "replace"))
    return parse_markdown(found.markdown, read_html=html_to_markdown)


def parse_html(text: str) -> tuple[list[Block], str]:
    """Return the blocks of a page without its navigation and scripts, and its <title>."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(_MARKED_SECTION.sub("", _close_tags(text)), "html.parser")
    title = soup.title.get_text() if soup.title else ""
    for element in soup.find_all(_NO_TEXT):
        element.extract()
    main = soup.find("main")
    body = main if main and main.get_text(strip=True) else soup.body or soup
    try:
        return parse_markdown(html_to_markdown(str(body))), title
    except RecursionError:  # nested deeper than the converter can follow
        return parse_plain(body.get_text("\n\n")), title


def _close_tags(html: str) -> str:
    """Return HTML in which hundreds of tags or comments that never end are text.

    Python's parser looks for each one's end to the end of the file: squared time.
    """
    if html.count("<!--") > html.count("-->") + _MAX_OPEN:
        html = html.replace("<!--", "")
    if html.count("<") > html.count(">") + _MAX_OPEN:
        html = _OPEN_TAG.sub("&lt;", html)
    return html


def html_to_markdown(html: str) -> str:
    """Return HTML as Markdown, what looks like Markdown in it escaped."""
    if not html.strip():
        return ""
    data = _MARKED_SECTION.sub("", html).encode("utf-8", "replace")
    return str(_convert("HtmlConverter", data, "utf-8", strict=True, escape_misc=True).markdown)


def load_converters() -> Any:
    """Return markitdown's converters, loaded without what none of them here uses.

    The model that guesses file types, which brings threads of its own, and pandas take twice the
    memory and three times as long to load as all the rest.
    """
    import sys
    from types import ModuleType

    spared = {"magika": ModuleType("magika"), "pandas": None}
    stubs = {name: stub for name, stub in spared.items() if name not in sys.modules}
    if "markitdown" not in sys.modules:
        sys.modules.update(stubs)  # type: ignore[arg-type]
    try:
        from markitdown import converters
    finally:
        for name, stub in stubs.items():
            if sys.modules.get(name, stub) is stub:
                sys.modules.pop(name, None)
    return converters


def _convert(converter: str, data: bytes, charset: str | None = None, **options: Any) -> Any:
    """Return what markitdown's converter makes; its warnings are for nobody who asks here."""
    converters = load_converters()
    from markitdown import StreamInfo

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(converters, converter)().convert(
            io.BytesIO(data), StreamInfo(charset=charset), **options
        )


def _read_title(data: bytes) -> str:
    """Return the title in an Office file's core properties, "" for none."""
    import zipfile

    from bs4 import BeautifulSoup

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return ""
        core = archive.read("docProps/core.xml").decode("utf-8", "replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # html.parser reads these few lines well enough
        element = BeautifulSoup(core, "html.parser").find("dc:title")
    return element.get_text() if element else ""
