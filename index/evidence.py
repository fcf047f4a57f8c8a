"""What passages are ranked by, read from the library's file: vectors, words, tokens, pages."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

import numpy as np
from numpy.typing import NDArray

from index import rows
from index.database import Database
from index.rows import Floats

MOST_RANKED = 5_000
"""Passages that full text search ranks at most: each costs one or two microseconds."""
MOST_REMEMBERED = 100_000
"""Terms whose frequencies are remembered: SQLite counts a frequent one for milliseconds."""
BATCH = 4_096
"""Passages whose vectors are read at once: 6 MB of them."""


class Evidence:
    """The evidence for ranking in a library's file; raises what the store does."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._frequencies: dict[str, int] = {}
        self._counted_in = ""

    def vectors(self) -> tuple[NDArray[np.int64], Floats]:
        """Return all passages' ids (n,), ascending, and their vectors (n, d), unit norm."""
        found = list(self.stream_vectors())
        if not found:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        ids, vectors = zip(*found, strict=True)
        return np.concatenate(ids), np.concatenate(vectors)

    def stream_vectors(self, after: int = 0) -> Iterator[tuple[NDArray[np.int64], Floats]]:
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

    def removed_since(self, generation: str) -> NDArray[np.int64] | None:
        """Return the ids of passages that were removed since the library was of a generation.

        None where that is not one of its own, or lies too far back.
        """
        found = self._db.read("SELECT number FROM past WHERE generation = ?", generation)
        if not found:
            return None
        removed = self._db.read("SELECT passage_id FROM removed WHERE since >= ?", found[0][0])
        return np.array([id for (id,) in removed], np.int64)

    def pages(self, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return the document's id and the page of passages that have one, by id."""
        sql = """SELECT passage.id, document_id, page FROM json_each(?)
            JOIN passage ON passage.id = value WHERE page IS NOT NULL"""
        return self._db.read_by_id(sql, ids, lambda row: (int(row[0]), int(row[1])))

    def features(self, ids: Iterable[int]) -> dict[int, rows.Features]:
        """Return what passages are ranked by, by id, in the order asked, without those gone."""
        asked = [int(id) for id in ids]
        sql = f"""SELECT passage.id, {rows.FEATURE_COLUMNS}
            FROM json_each(?) JOIN passage ON passage.id = value
            JOIN passage_vector AS v ON v.passage_id = value
            JOIN passage_feature AS f ON f.passage_id = value"""
        with self._db.decoding():
            found = rows.decode_features(self._db.read(sql, json.dumps(asked)))
        return {id: found[id] for id in asked if id in found}

    def tokens(self, ids: Iterable[int]) -> dict[int, rows.Tokens]:
        """Return passages' tokens by id, in the order asked, without those gone."""
        sql = f"""SELECT passage_id, {rows.TOKEN_COLUMNS}
            FROM json_each(?) JOIN passage_feature ON passage_id = value"""
        return self._db.read_by_id(sql, ids, rows.decode_tokens)

    def match(self, terms: Sequence[str], limit: int, document_id: int | None = None) -> list[int]:
        """Return the ids of passages that hold any of the terms, best BM25 first.

        Where `document_id` is given, only passages of that document. Where more than MOST_RANKED
        passages would have to be ranked, those that hold frequent terms alone are left out, and of
        the others those without any, where enough are left. Where every term is that frequent,
        passages have to hold the rarest and another, and the oldest MOST_RANKED of them are ranked.
        """
        distinct = [term for term in dict.fromkeys(terms) if rows.is_term(term)]
        if not distinct:
            return []
        if document_id is not None:
            return self._match_within(distinct, limit, document_id)
        frequencies = self.document_frequencies(distinct)
        ranked = sorted((t for t in distinct if frequencies[t]), key=frequencies.__getitem__)
        sizes = list(accumulate(frequencies[term] for term in ranked))
        rare = ranked[: bisect_right(sizes, MOST_RANKED)]
        common = ranked[len(rare) :]
        if not ranked:
            return []
        if not common:
            queries = [_any(rare)]
        elif rare:
            # Whoever holds a frequent term too comes first, mostly, and is ranked by all of them;
            # the others only count where these are too few, and are ranked no higher than right.
            queries = [f"{_any(rare)} AND {_any(common)}", _any(rare)]
        else:
            queries = [_any(common[:1]) + (f" AND {_any(common[1:])}" if common[1:] else "")]
        ranks: dict[int, float] = {}
        for query in queries:
            if len(ranks) >= limit:
                break
            sql = """SELECT rowid, score FROM (
                SELECT rowid, bm25(passage_index) AS score FROM passage_index
                WHERE passage_index MATCH ? LIMIT ?
                ) ORDER BY score LIMIT ?"""
            for id, rank in self._db.read(sql, query, MOST_RANKED, limit):
                ranks[id] = min(rank, ranks.get(id, 0.0))  # FTS5's best is the least
        return sorted(ranks, key=ranks.__getitem__)[:limit]

    def _match_within(self, terms: Sequence[str], limit: int, document_id: int) -> list[int]:
        # The document's ids bound what is looked at: they stand close together.
        [(first, last)] = self._db.read(
            "SELECT min(id), max(id) FROM passage WHERE document_id = ?", document_id
        )
        sql = """SELECT passage_index.rowid FROM passage_index
            WHERE passage_index MATCH ?1 AND rowid BETWEEN ?2 AND ?3
            AND rowid IN (SELECT id FROM passage WHERE document_id = ?4)
            ORDER BY rank LIMIT ?5"""
        found = self._db.read(sql, _any(terms), first, last, document_id, limit)
        return [id for (id,) in found]

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term stands."""
        [(generation,)] = self._db.read("SELECT generation FROM library")
        if generation != self._counted_in or len(self._frequencies) > MOST_REMEMBERED:
            self._frequencies, self._counted_in = {}, generation
        wanted = dict.fromkeys(terms)
        new = [term for term in wanted if term not in self._frequencies]
        if new:
            sql = """SELECT term, doc FROM passage_vocabulary
                WHERE term IN (SELECT value FROM json_each(?))"""
            found = self._db.read(sql, json.dumps([term for term in new if rows.is_term(term)]))
            self._frequencies |= dict.fromkeys(new, 0) | dict(found)
        return {term: self._frequencies[term] for term in wanted}


def _any(terms: Iterable[str]) -> str:
    """What FTS5 takes for passages that hold any of the terms."""
    return "(" + " OR ".join('"' + term.replace('"', '""') + '"' for term in terms) + ")"
