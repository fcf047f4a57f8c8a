"""Answers and documents → what `--json` prints."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.terminal.lessons import describe_lesson
from bot.wording import cite_link
from index.types import Answer, Record


def describe_answer(answer: Answer, took_ms: float) -> dict[str, Any]:
    """An answer, as `ask --json` prints it."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "taught": describe_lesson(answer.taught) if answer.taught else None,
        "passages": [
            {
                "rank": rank,
                "document": hit.document.name,
                "title": hit.document.title,
                "page": hit.passage.page,
                "heading": " › ".join(hit.passage.heading_path),
                "text": hit.passage.text,
                "start_char": hit.passage.start_char,
                "end_char": hit.passage.end_char,
                "score": round(hit.score, 4),
                "highlights": [list(span) for span in hit.highlights],
                "link": cite_link(hit.document, hit.passage),
                "also": [record.name for record, _ in hit.also],
            }
            for rank, hit in enumerate(answer.hits, 1)
        ],
        "took_ms": round(took_ms, 1),
    }


def describe_documents(
    documents: Sequence[tuple[Record, str]], bonds: Mapping[str, Collection[str]]
) -> list[dict[str, Any]]:
    """The library's documents, as `documents --json` prints them, each with who may read it."""
    return [
        {
            "document": record.name,
            "title": record.title,
            "source": record.source,
            "pages": record.pages,
            "passages": record.passages,
            "added": record.added.isoformat(),
            "updated": record.updated.isoformat(),
            "status": status,
            "failure": record.failure,
            "link": record.link,
            "readers": sorted(bonds[record.name]) if record.name in bonds else None,
        }
        for record, status in documents
    ]


def print_json(value: Any) -> None:
    """Print what `--json` asks for."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
