"""Passages made for tests."""

from index.types import Passage


def make_passage(sentences: list[str], page: int | None = None, **options: object) -> Passage:
    offsets, text = [], ""
    for sentence in sentences:
        text += " " if text else ""
        offsets.append((len(text), len(text) + len(sentence)))
        text += sentence
    values = {"last_page": page, "heading_path": (), **options}
    return Passage(text, 0, len(text), page, sentences=tuple(offsets), **values)  # type: ignore[arg-type]
