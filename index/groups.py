"""Questions → groups that mean the same, and the words that tell each from the others.

`python -m tests.bench.groups` reproduces the numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.evidence import measure_idf
from index.network import Floats
from index.scripts import WORD, is_dense
from index.terms import detect_language, extract_terms

MOST_GROUPED = 2_000
"""Texts that are grouped at once: the distances between all take 32 MB."""
MOST_DISTANT = 0.55
"""The mean cosine distance between two groups from which on they stay apart."""
MOST_WORDS, LEAST_WORDS = 4, 2
WEAKEST = 0.6
"""What a further word has to tell, as a share of what the first does."""


def group_vectors(vectors: Floats, most_distant: float = MOST_DISTANT) -> list[list[int]]:
    """The row numbers of vectors (n, d), unit norm, that belong together; largest groups first.

    Agglomerative clustering with average linkage: it needs no number of groups, and puts every
    vector into one, be it alone there.
    """
    if len(vectors) < 2:
        return [[number] for number in range(len(vectors))]
    from sklearn.cluster import AgglomerativeClustering

    clustering = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=most_distant
    )
    groups: dict[int, list[int]] = {}
    for number, label in enumerate(clustering.fit_predict(vectors)):
        groups.setdefault(int(label), []).append(number)
    return sorted(groups.values(), key=len, reverse=True)


def find_near(vectors: Floats, means: Floats) -> list[bool]:
    """Whether each of the vectors (n, d) would join one of the groups with these means (m, d)."""
    if not len(means):
        return [False] * len(vectors)
    near = (vectors @ means.T).max(1) >= 1 - MOST_DISTANT
    return [bool(one) for one in near]


@dataclass(frozen=True, slots=True)
class _Word:
    shown: str
    term: str


def name_groups(
    groups: Sequence[Sequence[str]],
    others: Iterable[str],
    frequencies: Callable[[Iterable[str]], Mapping[str, int]],
    passages: int,
) -> list[tuple[str, ...]]:
    """The most telling words of each group of texts, two to four, as they are written there.

    A word tells more the more of the group's texts hold it, and the fewer of all texts, `others`
    among them, and of a library's passages do. `frequencies` are in how many of these terms stand.
    """
    read = [[_read_words(text) for text in texts] for texts in groups]
    everything = [words for texts in read for words in texts] + [*map(_read_words, others)]
    held = Counter(term for words in everything for term in {word.term for word in words})
    in_passages = frequencies(held)
    telling = {
        term: measure_idf(times, len(everything)) + measure_idf(in_passages[term], passages)
        for term, times in held.items()
    }
    return [_name_group(texts, telling) for texts in read]


def _name_group(texts: Sequence[Sequence[_Word]], telling: Mapping[str, float]) -> tuple[str, ...]:
    times = Counter(term for words in texts for term in dict.fromkeys(word.term for word in words))
    scores = {term: times[term] / len(texts) * telling[term] for term in times}
    best = sorted(scores, key=lambda term: -scores[term])[:MOST_WORDS]
    strong = [term for term in best if scores[term] >= WEAKEST * scores[best[0]]]
    chosen = best[: max(len(strong), LEAST_WORDS)]
    written = Counter(word for words in texts for word in words)
    return tuple(
        max((word for word in written if word.term == term), key=written.__getitem__).shown
        for term in chosen
    )


def _read_words(text: str) -> list[_Word]:
    """The words of a text without stop words, each with its term."""
    language = detect_language(text)
    words = []
    for shown in WORD.findall(text):
        terms = extract_terms(shown, language)
        # Where no spaces part words, pairs of letters stand for them.
        if is_dense(shown):
            words += [_Word(term, term) for term in terms if len(term) > 1]
        elif terms:
            words.append(_Word(shown, terms[0]))
    return words
