"""Libraries of any size, grown from a thousand real passages: what size costs is measured on them.

Words are drawn by Zipf's law, the most frequent ones being real ones, and vectors are simulated:
a real passage's, moved by what parts two other real ones. So a library of a million passages takes
minutes to make, and its vectors lie as closely together as those of real text do. It is written
through the store itself, and so it is a library like any other.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from index.chunk import digest_passage
from index.embed import Embedding
from index.network import Floats
from index.shelf import PASSAGE_CHARS
from index.store import Store
from index.terms import extract_terms
from index.types import Document, Passage
from index.write import Part

DOCUMENTS = Path(__file__).parents[2] / "documents"
FILE_PASSAGES = 50
"""Real passages in one file, each under a heading of its own."""
LENGTHS = range(2, 12)
DOCUMENT_PASSAGES = 20
COMMIT_DOCUMENTS = 200
TEXTS = 20_000
"""Different passages; beyond them they come again, with other vectors."""
MOVED = 0.2, 0.6
"""How far a vector is moved from a real passage's, at least and at most."""
VOCABULARY, KEPT_WORDS, STEEPNESS = 400_000, 0.4, 1.05
"""Words in all, the share of a sentence's words that stay, and Zipf's exponent for the others."""


@dataclass(frozen=True, slots=True)
class Roots:
    """The real passages that a library is grown from."""

    sentences: tuple[tuple[str, ...], ...]
    embeddings: tuple[Embedding, ...]


def write_files(folder: Path, passages: int, seed: int = 7) -> Path:
    """The folder with Markdown files of so many passages: runs of sentences of `documents/`."""
    folder.mkdir()
    runs = cut_runs([path.read_text("utf-8") for path in sorted(DOCUMENTS.glob("*.md"))])
    chosen = random.Random(seed).sample(runs, passages)
    for number in range(0, passages, FILE_PASSAGES):
        sections = (
            f"## Section {number + place}\n\n{' '.join(run)}\n"
            for place, run in enumerate(chosen[number : number + FILE_PASSAGES])
        )
        text = "\n".join([f"# Document {number // FILE_PASSAGES}\n", *sections])
        (folder / f"{number // FILE_PASSAGES:03}.md").write_text(text, "utf-8")
    return folder


def cut_runs(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """All runs of two to eleven sentences that stand together and fit into one passage."""
    found = []
    for text in texts:
        prose = re.sub(r"(?m)^#.*|^- |[`\"“”()\[\]]", "", text)
        sentences = [" ".join(s.split()) for s in re.split(r"(?<=[.:?!])\s+", prose)]
        kept = [sentence for sentence in sentences if 25 < len(sentence) < 400]
        runs = (kept[start : start + length] for start in range(len(kept)) for length in LENGTHS)
        found += [tuple(run) for run in runs if len(" ".join(run)) < PASSAGE_CHARS]
    return list(dict.fromkeys(found))


def read_roots(store: Store) -> Roots:
    """The passages of a library with their embeddings."""
    ids, vectors = store.evidence.vectors()
    features = store.evidence.features(ids)
    passages = [passage for _, passage in store.passages(ids.tolist()).values()]
    return Roots(
        tuple(tuple(p.text[start:end] for start, end in p.sentences) for p in passages),
        tuple(
            Embedding(vector, one.sentence_vectors, one.token_signs, one.token_counts)
            for vector, one in zip(vectors, features.values(), strict=True)
        ),
    )


def grow_vectors(roots: Floats, wanted: int, seed: int) -> Floats:
    """(wanted, d), unit norm: real vectors (r, d), each moved by what parts two others."""
    generator = np.random.default_rng(seed)
    a, b = generator.integers(0, len(roots), (2, wanted))
    c = (b + generator.integers(1, len(roots), wanted)) % len(roots)  # never b itself
    share = generator.uniform(*MOVED, (wanted, 1)).astype(np.float32)
    grown = roots[a] + share * (roots[b] - roots[c])
    return np.asarray(grown / np.linalg.norm(grown, axis=1, keepdims=True), np.float32)


def grow_library(
    store: Store, roots: Roots, passages: int, *, tokens: int | None = None, seed: int = 7
) -> None:
    """Add documents of 20 passages until the library holds `passages`.

    Sentence vectors and the signs of tokens are those of real passages. With `tokens` each passage
    has that many signs and no more: they take most of the room on the disk. What was grown to one
    size can be grown to another.
    """
    words = _Words(roots, seed)
    vectors = np.stack([embedding.vector for embedding in roots.embeddings])
    numbers = count(store.document_count())
    while (standing := store.counts()[0]) < passages:
        size = min(COMMIT_DOCUMENTS * DOCUMENT_PASSAGES, passages - standing)
        grown = grow_vectors(vectors, size, seed + standing)
        with store.transaction():
            for start in range(0, size, DOCUMENT_PASSAGES):
                chosen = grown[start : start + DOCUMENT_PASSAGES]
                _put_document(store, next(numbers), chosen, roots, words, tokens)


def _put_document(
    store: Store,
    number: int,
    vectors: Floats,
    roots: Roots,
    words: "_Words",
    tokens: int | None,
) -> None:
    title = f"Document {number}"
    texts, parts, start = [], [], 0
    for vector in vectors:
        root, sentences, terms = words.next_passage()
        passage = _join(sentences, start)
        real = roots.embeddings[root]
        signs, counts = real.token_signs, real.token_counts
        if tokens is not None:
            signs, counts = signs[:tokens], (min(tokens, len(signs)), *[0] * len(counts[1:]))
        embedding = Embedding(vector, real.sentence_vectors, signs, counts)
        parts.append(Part(passage, terms, embedding, digest_passage(title, passage, "en")))
        texts.append(passage.text)
        start += len(passage.text) + 2
    store.put(
        Document(title, "\n\n".join(texts), ()),
        name=f"{number % 100}/{number}.md",
        source=f"/grown/{number % 100}/{number}.md",
        size_bytes=start,
        content_hash=f"{number:064x}",
        language="en",
        parts=parts,
    )


class _Words:
    """Passages of real sentences, in words by Zipf's law: real ones first, then invented ones."""

    def __init__(self, roots: Roots, seed: int) -> None:
        counts = Counter(
            word
            for sentences in roots.sentences
            for sentence in sentences
            for word in re.findall(r"[a-z]{4,}", sentence.lower())
        )
        self._real = [word for word, _ in counts.most_common()]
        self._generator = np.random.default_rng([seed, 1])
        mass = 1 / (np.arange(VOCABULARY) + 10.0) ** STEEPNESS
        self._steps = np.cumsum(mass / mass.sum())
        self._drawn: list[int] = []
        self._chance = random.Random(seed)
        self._roots = roots.sentences
        self._made: list[tuple[int, list[str], list[str]]] = []

    def next_passage(self) -> tuple[int, list[str], list[str]]:
        """The number of a real passage, its sentences in other words, and its terms."""
        if len(self._made) >= TEXTS:
            return self._chance.choice(self._made)
        root = self._chance.randrange(len(self._roots))
        pattern = r"\b[A-Za-z]{4,}\b"
        sentences = [re.sub(pattern, self._replace, sentence) for sentence in self._roots[root]]
        self._made.append((root, sentences, extract_terms(" ".join(sentences), "en")))
        return self._made[-1]

    def _replace(self, found: re.Match[str]) -> str:
        if self._chance.random() < KEPT_WORDS:
            return found.group()
        if not self._drawn:
            self._drawn = np.searchsorted(self._steps, self._generator.random(100_000)).tolist()
        rank = self._drawn.pop()
        return self._real[rank] if rank < len(self._real) else _invent(rank)


def _invent(number: int) -> str:
    """A word that no other number has."""
    letters = ""
    while number:
        number, rest = divmod(number, 80)
        letters += "bcdfghjklmnprstvwz"[rest % 16] + "aeiou"[rest // 16]
    return letters


def _join(sentences: Sequence[str], start: int) -> Passage:
    """A passage of these sentences that begins at `start`."""
    spans, text = [], ""
    for sentence in sentences:
        begin = len(text) + bool(text)
        text = f"{text} {sentence}" if text else sentence
        spans.append((begin, len(text)))
    return Passage(text, start, start + len(text), None, None, (), tuple(spans))
