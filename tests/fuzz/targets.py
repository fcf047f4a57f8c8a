"""What is fuzzed: for each target what tries an input, and inputs to begin with."""

import json
import os
import shutil
import traceback
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from protego import Protego

from bot.discord.buttons import ITEMS
from bot.settings import SettingsError, read_settings, tell_settings
from bot.types import Ref
from index.chunk import chunk_document, text_size
from index.errors import (
    BackupError,
    DamagedDocument,
    EmptyDocument,
    ParseError,
    QuestionError,
    SourceError,
)
from index.follow import read_question
from index.library import Library
from index.parse import Limits, parse_document
from index.parse.blocks import Block, build_document
from index.parse.codec import decode_document, encode_document
from index.parse.titles import choose_title
from index.repository import address as clone
from index.repository.forge import link_file
from index.repository.mirror import Bounds, Checkout, check_branch
from index.repository.tree import check_below, list_files
from index.rows import is_term
from index.terms import detect_language, extract_terms
from index.types import Document
from index.web import address as web
from index.web.extract import read_page
from index.web.kinds import is_worth_following, read_charset, read_kind
from index.web.sitemap import read_sitemap
from tests.index import archives
from tests.index.conftest import HashEncoder
from tests.index.mutate import make_samples
from tests.index.test_parse_document import check

ROOT = Path(__file__).parents[2]

Try = Callable[[bytes], None]
"""Takes one input; whatever it raises is a find."""

OWN = frozenset({".txt", ".md", ".rst", ".adoc", ".csv"})
"""Formats that any text is, so that no text is damaged."""
SLIPS = (LookupError, TypeError, AttributeError, ArithmeticError, NameError, AssertionError)
"""What code raises by mistake."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What taking a broken archive apart raises."""
ADDRESS = "https://docs.example.org/guide/a.html"
COMMIT = "1" * 40
PAGE = b"""<html lang="en"><title>House</title><base href="/x/"><link rel=canonical href=a.html>
<meta name=robots content="noarchive"><header>Menu</header><main><h2 id=fees>Fees</h2><p>A night is
<em>20</em> euro. <a href="b.html">More</a><dl><dt>one<dd>two</dl><details><summary>Why<p>So.
</details><figure><img alt="A"><figcaption>A house</figure></main><footer>Imprint</footer>"""
SITEMAPS = [
    b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://a.example/b"
    b"</loc></url></urlset>",
    b"<sitemapindex><sitemap><loc>https://a.example/b.xml</loc></sitemap></sitemapindex>",
]
ROBOTS = b"""User-agent: *\nDisallow: /a*b$\nAllow: /guide/\nCrawl-delay: 2\nRequest-rate: 1/5
Visit-time: 0600-0845\nSitemap: https://docs.example.org/sitemap.xml\n"""
ADDRESSES = [
    *(b"https://ann:x@docs.example.org:8443/a/../b?c#d", b"git@host.example:owner/name.git"),
    *(b"http://[::1%25eth0]:80/", "https://bücher.example/%2e%2e/ä".encode(), b"0x7f.1"),
    *(b"ssh://git@host.example:22/~ann/a.git", b"text/html; charset='utf-8'", b"//a.example"),
]
QUESTIONS = [
    b'Who "sleeps" NEAR(the swan, 2) OR terms:red*?\nIs the bridge old?',
    *(b"And it?\nIs the bridge red?", "橋は何色ですか\nМост красный?".encode()),
    "다리는 무슨 색입니까? สะพานสีอะไร".encode(),
]
SETTINGS = b"""DISCORD_TOKEN=a.b.c\nexport FOOTNOTE_DATA="~/data"\nFOOTNOTE_MODEL='${HOME}'
FOOTNOTE_LOG_FORMAT=JSON # comment\nFOOTNOTE_METRICS_PORT=9464\nFOOTNOTE_OCR_LANGUAGES=eng+deu
FOOTNOTE_MESSAGE_CONTENT=yes\nFOOTNOTE_PASSAGE_CHARS=1200\nFOOTNOTE_LIBRARY=default\n"""


def try_file(suffix: str) -> Try:
    def run(data: bytes) -> None:
        try:
            document = parse_document(data, f"a{suffix}")
        except ParseError as error:
            assert str(error).isprintable()
            raise_slip(error, always=suffix in OWN)
            return
        check(document)
        assert decode_document(encode_document(document)) == document
        check_passages(document)

    return run


def check_passages(document: Document) -> None:
    """Hold the passages of a document against their contract."""
    pages = document.pages or 0
    assert all(span.page is None or 0 < span.page <= pages for span in document.spans)
    language = detect_language(document.text)
    for passage in chunk_document(document, 200, language):
        assert passage.text == document.text[passage.start_char : passage.end_char]
        assert text_size(passage.text) <= 200
        end = 0
        for start, following in passage.sentences:
            assert end <= start < following <= len(passage.text)
            end = following
        assert all(map(is_term, extract_terms(passage.text, language)))


def raise_slip(error: ParseError, always: bool) -> None:
    """Raise what stands behind an error, if our own code made it: no file is at fault then."""
    cause = error.__cause__
    if cause and not isinstance(cause, UnicodeError):
        [*_, last] = traceback.extract_tb(cause.__traceback__)
        ours = Path(last.filename).is_relative_to(ROOT / "index")
        if always or (ours and isinstance(cause, SLIPS)):
            raise cause


def try_page(data: bytes) -> None:
    try:
        told = json.loads(read_page(data, {"address": ADDRESS, "charset": ""}))
    except ParseError as error:
        raise_slip(error, always=True)
        return
    for link in filter(None, (*told["links"], told["canonical"])):
        assert web.normalise_address(link) == link
        is_worth_following(link)
    blocks = [
        Block(text, level, fragment=fragment, code=code, header=header)
        for text, level, fragment, code, header in told["blocks"]
    ]
    with suppress(EmptyDocument):
        document = build_document(blocks, choose_title((told["title"],), "a"), "a", Limits())
        check(document)
        check_passages(document)


def try_sitemap(data: bytes) -> None:
    with suppress(DamagedDocument):
        told = json.loads(read_sitemap(data, {"address": ADDRESS}))
        assert all(isinstance(place, str) for place in told["pages"] + told["sitemaps"])


def try_robots(data: bytes) -> None:
    rules = Protego.parse(data.decode("utf-8", "replace"))
    rules.can_fetch(ADDRESS, "Footnote")
    assert max(1.0, min(rules.crawl_delay("Footnote") or 0.0, 9.0)) <= 9
    list(rules.sitemaps)


def try_address(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    read_kind(text, text), read_charset(text)
    for show in (web.show_address, clone.show_address, web.name_address):
        show(text)
    for read in (clone.read_address, check_branch, check_below, web.read_address):
        try:
            found = read(text)
        except SourceError as error:
            assert str(error).isprintable()
            continue
        if isinstance(found, clone.Address):
            assert found.shown.isprintable() and found.name
            link_file(found, COMMIT, b"a.md", "gitlab")
    with suppress(SourceError):
        normal = web.read_address(text)
        assert web.normalise_address(normal) == normal and normal.isascii()
        assert web.split_host(normal)[1]


def try_question(folder: Path) -> Try:
    library = Library(folder / "library", HashEncoder)
    library.keep([("town.md", b"# Town\n\nThe bridge is red. The NOT house is old OR new.\n")])

    def run(data: bytes) -> None:
        question, _, earlier = data.decode("utf-8", "surrogateescape").partition("\n")
        try:
            library.ask(question, earlier=earlier or None)
        except QuestionError:
            return
        words = read_question(question, earlier or None, ("en", "ja", "ko", "de")).words
        assert all(is_term(term) for word in words for term in word)
        library.store.evidence.match([question, *question.split()], 9)

    return run


def try_settings(folder: Path) -> Try:
    def run(data: bytes) -> None:
        (folder / ".env").write_bytes(data)
        try:
            json.dumps(tell_settings(read_settings()))
        except SettingsError as error:
            assert "\n" not in str(error)

    os.chdir(folder)
    return run


def try_custom_id(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    owners = [item for item in ITEMS if item.__discord_ui_compiled_template__.fullmatch(text)]
    assert len(owners) <= 1 and (not owners or (text.isascii() and len(text) <= 100))
    with suppress(ValueError):
        assert Ref.parse(text).id < 1 << 63


def try_backup(folder: Path) -> Try:
    archive, data_folder = folder / "a.zip", folder / "data"

    def restore() -> None:
        try:
            archives.restore(archive, data_folder / "libraries")
        except BackupError:
            assert not any(data_folder.glob("*"))
        shutil.rmtree(data_folder, ignore_errors=True)

    def run(data: bytes) -> None:
        archive.write_bytes(data)
        restore()
        with suppress(KeyError, *BROKEN):  # the same, with a manifest that fits what is in it
            members, _ = archives.unpack(archive)
            archives.pack(archive, members)
        restore()

    return run


def try_repository(folder: Path) -> Try:
    """Paths as a hostile repository has them, told by a program that stands in for git."""
    program = folder / "git"
    program.write_text('#!/bin/sh\nexec cat "${0%/*}/listing"\n')
    program.chmod(0o700)
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    address = clone.read_address("https://github.com/owner/name.git")
    checkout = Checkout(folder, COMMIT, address, partial=False)

    def run(data: bytes) -> None:
        paths = filter(None, data.split(b"\0"))
        listing = b"".join(b"100644 blob %s\t%s\0" % (COMMIT.encode(), path) for path in paths)
        (folder / "listing").write_bytes(listing)
        with suppress(SourceError):
            for file in list_files(checkout, "", Bounds()):
                assert file.path.isprintable() and ".." not in file.path.split("/")
                assert file.raw_path in data and not file.path.startswith("/")
                link = link_file(address, COMMIT, file.raw_path)
                assert link and web.normalise_address(link) == link

    return run


def make_backup(folder: Path) -> bytes:
    library = Library(folder / "made" / "default", HashEncoder)
    library.keep([("town.md", b"# Town\n\nThe bridge is red.\n")])
    library.close()
    archives.back_up(folder / "made.zip", folder / "made")
    return (folder / "made.zip").read_bytes()


def cut_documents(suffix: str) -> Iterator[bytes]:
    """What stands in `documents/`, in parts that are small enough to be read often."""
    for path in sorted((ROOT / "documents").glob(f"*{suffix}")):
        data = path.read_bytes()
        yield from (data[start : start + 2_000] for start in range(0, len(data), 2_000))


def list_targets(folder: Path) -> dict[str, Callable[[], tuple[Try, list[bytes]]]]:
    """For each target what tries an input, and inputs to begin with; made when it is called."""
    samples = make_samples()
    files = {
        suffix: lambda suffix=suffix: (
            try_file(suffix),
            [samples[suffix], *islice(cut_documents(suffix), 12)],
        )
        for suffix in samples
    }
    return files | {
        "page": lambda: (try_page, [samples[".html"], PAGE]),
        "sitemap": lambda: (try_sitemap, SITEMAPS),
        "robots": lambda: (try_robots, [ROBOTS]),
        "address": lambda: (try_address, ADDRESSES),
        "question": lambda: (try_question(folder), QUESTIONS),
        "settings": lambda: (try_settings(folder), [SETTINGS]),
        "custom-id": lambda: (try_custom_id, [b"more:3:o12", b"page:list:2", b"post:1:2", b"s7"]),
        "backup": lambda: (try_backup(folder), [make_backup(folder)]),
        "repository": lambda: (try_repository(folder), [b"docs/a.md\0.git/x.rst\0b\xff/c.txt"]),
    }
