"""What passages are ranked by, read from the library's file: vectors, words, tokens, pages."""

import json
import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index import rows
from index.database import Database
from index.refusals import name_damage
from index.rows import NO_IDS, Floats

Ids = NDArray[np.int64]
T = TypeVar("T")

MOST_RANKED = 5_000
"""Passages that full text search ranks at most; for each term that one holds, it takes a fifth of a
microsecond."""
K1 = 1.2
"""BM25's saturation, at the usual value."""
MOST_REMEMBERED = 100_000
"""Terms whose frequencies are remembered: SQLite counts a frequent one for milliseconds."""
MOST_SETS = 8
"""Sets of documents whose passages are remembered."""
BATCH = 4_096
"""Passages whose vectors are read at once: 6 MB of them."""


class Evidence:
    """The evidence for ranking in a library's file; raises what the store does."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._frequencies: dict[str, int] = {}
        self._passages: dict[frozenset[int], Ids] = {}
        self._generation = ""

    def vectors(self) -> tuple[Ids, Floats]:
        """Return all passages' ids (n,), ascending, and their vectors (n, d), unit norm."""
        found = list(self.stream_vectors())
        if not found:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        ids, vectors = zip(*found, strict=True)
        return np.concatenate(ids), np.concatenate(vectors)

    def stream_vectors(self, after: int = 0) -> Iterator[tuple[Ids, Floats]]:
        """The same of passages whose ids are greater than `after`, some thousands at a time."""
        sql = """SELECT passage_id, vector FROM passage_vector WHERE passage_id > ?
            ORDER BY passage_id"""
        found = self._db.stream(sql, after)
        with self._db.decoding():
            while batch := list(islice(found, BATCH)):
                yield rows.decode_vectors(batch)

    def sample_vectors(self, count: int) -> Floats:
        """Return the vectors (m, d) of `count` passages drawn from all, the same ones each time."""
        ids = np.fromiter((id for (id,) in self._db.stream("SELECT id FROM passage")), np.int64)
        chosen = np.random.default_rng(0).choice(ids, min(count, len(ids)), replace=False)
        sql = """SELECT passage_id, vector FROM json_each(?)
            JOIN passage_vector ON passage_id = value"""
        parts = []
        for start in range(0, len(chosen), BATCH):
            asked = json.dumps(np.sort(chosen[start : start + BATCH]).tolist())
            with self._db.decoding():
                parts.append(rows.decode_vectors(self._db.read(sql, asked))[1])
        return np.concatenate(parts)

    def removed_since(self, generation: str) -> Ids | None:
        """Return the ids of passages that were removed since the library was of a generation.

        None where that is not one of its own, or lies too far back.
        """
        found = self._db.read("SELECT number FROM past WHERE generation = ?", generation)
        if not found:
            return None
        removed = self._db.read("SELECT passage_id FROM removed WHERE since >= ?", found[0][0])
        return np.array([id for (id,) in removed], np.int64)

    def passages_of(self, documents: frozenset[int]) -> Ids:
        """Return the ids (n,) of all passages of some documents, ascending; to be left as it is."""
        self._forget_others()
        if documents not in self._passages:
            sql = """SELECT group_concat(passage.id) FROM passage
                JOIN json_each(?) ON document_id = value"""
            found = np.sort(_read_ids(self._db.read(sql, json.dumps([*documents]))))
            for oldest in [*self._passages][: 1 - MOST_SETS]:
                del self._passages[oldest]
            self._passages[documents] = found
        return self._passages[documents]

    def _forget_others(self) -> None:
        """Forget what was read in another generation."""
        [(generation,)] = self._db.read("SELECT generation FROM library")
        if generation != self._generation:
            self._frequencies, self._passages, self._generation = {}, {}, generation

    def pages(self, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return the document's id and the page of passages that have one, by id."""
        sql = """SELECT passage.id, document_id, page FROM json_each(?)
            JOIN passage ON passage.id = value WHERE page IS NOT NULL"""
        return self._db.read_by_id(sql, ids, lambda row: (int(row[0]), int(row[1])))

    def terms(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the terms of passages, parted by spaces, by id, in the order asked."""
        sql = """SELECT passage.id, terms FROM json_each(?) JOIN passage ON passage.id = value"""
        return self._db.read_by_id(sql, ids, lambda row: str(row[0]))

    def features(self, ids: Iterable[int]) -> dict[int, rows.Features]:
        """Return what passages are judged by, by id, in the order asked, without those gone."""
        asked = [int(id) for id in ids]
        sql = f"""SELECT passage_id, {rows.FEATURE_COLUMNS}
            FROM json_each(?) JOIN passage_feature ON passage_id = value"""
        with self._db.decoding():
            found = rows.decode_features(self._db.read(sql, json.dumps(asked)))
            several = (one for one in found.values() if len(one.sentence_vectors))
            sizes = {one.sentence_vectors.shape[1] for one in several}
            if len(sizes) > 1:
                raise ValueError(f"vectors of {sizes} dimensions")
        return {id: found[id] for id in asked if id in found}

    def demand(self, found: Mapping[int, T], ids: Collection[int]) -> list[T]:
        """Return what was found of passages that have to be there, for the index has them.

        Raises StoreDamaged where one is missing: the rest would stand for others.
        """
        if len(found) < len(ids):
            raise name_damage(self._db.path, f"{len(ids) - len(found)} passages are missing")
        return list(found.values())

    def match(
        self,
        terms: Iterable[str],
        limit: int,
        among: Collection[int] | None = None,
        without: Ids = NO_IDS,
    ) -> list[int]:
        """Return the ids of passages that hold any of the terms, best first.

        They are ranked by BM25, but without regard to their lengths. Where the terms stand in more
        than MOST_RANKED passages, only the rarest are looked for. Where even the rarest does,
        passages have to hold another one beside it, and the oldest of them are found. With `among`,
        no other passages are found, and how often they hold a term is not looked at. Those of the
        ids `without` are not found, but count where it is told how rare a term is.
        """
        frequencies = self.document_frequencies(filter(rows.is_term, terms))
        ranked = sorted((df, term) for term, df in frequencies.items() if df)
        if not ranked:
            return []
        rare = bisect_right(list(accumulate(df for df, _ in ranked)), MOST_RANKED)
        if among is not None:
            found = [self._find_among(term, among) for _, term in ranked]
        elif rare:
            found = [self._find(term) for _, term in ranked[:rare]]
        else:
            found = [self._find_pairs([term for _, term in ranked], without)]
        [(passages,)] = self._db.read("SELECT passages FROM library")
        # Of the rarest terms, where not all were looked for.
        scores = [
            times / (times + K1) * measure_idf(df, passages)
            for (_, times), (df, _) in zip(found, ranked, strict=False)
        ]
        ids, places = np.unique(np.concatenate([held for held, _ in found]), return_inverse=True)
        best = np.argsort(-np.bincount(places, np.concatenate(scores)), kind="stable")
        best = best[np.isin(ids[best], without, invert=True)]
        return [int(id) for id in ids[best[:limit]]]

    def _find(self, term: str) -> tuple[Ids, Ids]:
        """The ids of passages that hold a term, and how often each does."""
        sql = "SELECT group_concat(doc) FROM passage_occurrence WHERE term = ?"
        return np.unique(_read_ids(self._db.read(sql, term)), return_counts=True)

    def _find_pairs(self, terms: Sequence[str], without: Ids) -> tuple[Ids, Ids]:
        """The oldest that hold the first of the terms and, if there are others, one of them."""
        sql = """SELECT group_concat(rowid) FROM
            (SELECT rowid FROM passage_index WHERE passage_index MATCH ? LIMIT ?)"""
        first, *others = map(_quote, terms)
        query = f"{first} AND ({' OR '.join(others)})" if others else first
        found = _read_ids(self._db.read(sql, query, MOST_RANKED + len(without)))
        found = found[np.isin(found, without, invert=True)][:MOST_RANKED]
        return found, np.ones_like(found)

    def _find_among(self, term: str, among: Collection[int]) -> tuple[Ids, Ids]:
        sql = """SELECT group_concat(rowid) FROM passage_index
            WHERE passage_index MATCH ? AND rowid BETWEEN ? AND ?"""
        ends = min(among, default=0), max(among, default=0)
        found = _read_ids(self._db.read(sql, _quote(term), *ends))
        found = found[np.isin(found, list(among))]
        return found, np.ones_like(found)

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term stands."""
        self._forget_others()
        if len(self._frequencies) > MOST_REMEMBERED:
            self._frequencies = {}
        wanted = dict.fromkeys(terms)
        new = [term for term in wanted if term not in self._frequencies]
        if new:
            sql = """SELECT term, doc FROM passage_vocabulary
                WHERE term IN (SELECT value FROM json_each(?))"""
            found = self._db.read(sql, json.dumps([term for term in new if rows.is_term(term)]))
            self._frequencies |= dict.fromkeys(new, 0) | dict(found)
        return {term: self._frequencies[term] for term in wanted}


def measure_idf(df: int, passages: int) -> float:
    """The inverse document frequency, above 0, of what stands in `df` of the passages."""
    return math.log1p((passages - df + 0.5) / (df + 0.5))


def _quote(term: str) -> str:
    """What FTS5 takes for passages that hold the term."""
    return '"' + term.replace('"', '""') + '"'


def _read_ids(found: Sequence[tuple[str | None]]) -> Ids:
    """The ids of one row: in a string they come four times as fast as in rows of their own."""
    return np.fromstring(found[0][0] or "", np.int64, sep=",")
