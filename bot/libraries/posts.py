"""A channel's posts → documents, without those who keep their messages out, and naming nobody."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable

from bot.types import Post, Posts, Saying, Written
from index.cage import run_caged
from index.errors import ParseError
from index.parse.codec import decode_document
from index.types import Incoming, Look, Record

FEWEST_WORDS, FEWEST_LETTERS = 3, 12
"""Messages with fewer words are nothing to answer from, unless one word is as long as a sentence is
where words are not parted."""
TITLE_CHARS, NAME_CHARS = 80, 50
MOST_SAYING_CHARS = 8000
"""Discord lets a message hold half of it."""

_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"[*_~`|>#\\\[\]]+|^\s*-#?\s+", re.MULTILINE)


def make_look(posts: Posts, kept: Iterable[Record], left_out: Collection[int]) -> Look:
    """What a look at a channel comes to; `kept` are the channel's documents until now."""
    documents: list[Incoming] = []
    sources: set[str] = set()
    failed: dict[str, ParseError] = {}
    hashes = {record.source: record.content_hash for record in kept}
    for post in posts.found:
        sayings = list_sayings(post, left_out)
        if not sayings:
            continue
        sources.add(post.link)
        if hashes.get(post.link) == _digest(post, sayings, left_out):
            continue
        try:
            documents.append(_make_document(post, sayings, left_out))
        except ParseError as error:
            failed[post.link] = error
        except ValueError as error:
            failed[post.link] = ParseError(str(error))
    if not posts.whole:
        seen = {post.link for post in posts.found}
        sources |= {
            source
            for source in hashes
            if source not in seen and read_post(source) not in posts.gone
        }
    return Look(tuple(documents), frozenset(sources), failed)


def list_written(posts: Posts, channel: int, left_out: Collection[int]) -> list[Written]:
    """Whose messages the documents of these posts are made from."""
    return [
        Written(saying.message, saying.user, channel, post.id)
        for post in posts.found
        for saying in list_sayings(post, left_out)
    ]


def list_sayings(post: Post, left_out: Collection[int]) -> list[Saying]:
    """The messages of a post that are worth a document, and whose authors let them in."""
    return [
        saying
        for saying in post.sayings
        if saying.user not in left_out and not _is_tiny(saying.text)
    ]


def read_post(source: str) -> int:
    """The id of the post that a document of a channel was made from."""
    last = source.rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def _make_document(post: Post, sayings: list[Saying], left_out: Collection[int]) -> Incoming:
    """Raises ParseError, and ValueError for what the reader should not make."""
    title, first = _find_title(post, sayings, left_out), _find_first_words(sayings[0].text)
    words = title if post.title.strip() and title != first else first
    name = f"{post.place} · {words[:NAME_CHARS].rstrip()}"
    alone = len(post.sayings) == 1 and not post.title.strip()
    texts = [
        (saying.text[:MOST_SAYING_CHARS], "" if alone else f"/{saying.message}")
        for saying in sayings
    ]
    data = json.dumps(texts).encode()
    options = {"name": name, "title": title[:TITLE_CHARS].rstrip()}
    document = decode_document(run_caged("index.parse.sayings:read_sayings", data, options, name))
    digest = _digest(post, sayings, left_out)
    return Incoming(name, post.link, document, len(data), digest, post.link)


def _digest(post: Post, sayings: list[Saying], left_out: Collection[int]) -> str:
    """What is equal where a post says the same under the same title."""
    title = _find_title(post, sayings, left_out)
    told = "\0".join([title, *(f"{saying.message} {saying.text}" for saying in sayings)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _find_title(post: Post, sayings: list[Saying], left_out: Collection[int]) -> str:
    """The thread's title, unless its author keeps out of documents, or the first words."""
    title = "" if post.titled_by in left_out else " ".join(post.title.split())
    return title or _find_first_words(sayings[0].text)


def _find_first_words(text: str) -> str:
    """The first line that says something, without its marks, cut at a word."""
    lines = (" ".join(_MARKS.sub(" ", line).split()) for line in text.splitlines())
    line = next((line for line in lines if _WORD.search(line)), "")
    if len(line) <= TITLE_CHARS:
        return line or "Message"
    return f"{line[: TITLE_CHARS - 1].rpartition(' ')[0] or line[: TITLE_CHARS - 1]}…"


def _is_tiny(text: str) -> bool:
    words = _WORD.findall(text)
    return len(words) < FEWEST_WORDS and not any(
        len(word) >= FEWEST_LETTERS and not word.isascii() for word in words
    )
