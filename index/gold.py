"""Gold files → questions with the places where their answers stand.

Three kinds are read: SQuAD's JSON (v1.1 and 2.0); a list of
`{"question", "evidence": [{"document", "page"}], "answers": [text]}`, where a page, the evidence or
the answers may be missing; and a list of `{"earlier", "question", "answers": [text]}`, follow-ups,
with `"standalone": true` where the second question needs no first, and `"absent": true` instead of
answers where there is none.

SQuAD's JSON with `"reviewed": false` is no gold yet: nobody has looked whether it is right. One
that was reviewed may have questions that no document answers, a list under `"off_topic"`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import GoldError
from index.types import Document, Incoming, Span


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and where its answer stands; what its kind of gold does not tell is empty."""

    question: str
    places: tuple[tuple[str, int, int], ...] = ()
    """Where the answers stand: a document's source, and offsets in its text."""
    texts: tuple[str, ...] = ()
    """The answers, where no place is known."""
    pages: tuple[tuple[str, int | None], ...] = ()
    """Name and 1-based page of each piece of evidence; None for anywhere in the document."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question after another, and the texts that stand in the right passage."""

    earlier: str
    question: str
    texts: tuple[str, ...]
    """Empty: the documents do not answer it."""
    standalone: bool
    """Whether the question can be understood without the earlier one."""


@dataclass(frozen=True, slots=True)
class Unreviewed:
    """A question, and a passage that may answer it, which nobody has reviewed."""

    question: str
    title: str
    """The document's."""
    context: str
    """The passage's text."""
    helpful: int
    unhelpful: int
    """Votes on the passage as an answer."""


def read_gold(path: Path) -> tuple[list[GoldQuestion], list[Incoming]]:
    """The gold's questions and its contexts, each a document.

    Raises GoldError, also where the file is not reviewed.
    """
    data = _read_json(path)
    if _is_unreviewed(data):
        raise GoldError(
            f"Nobody has reviewed {path} yet, so nothing is measured or calibrated by it. Review "
            f"it: footnote eval {path} --misses review.html"
        )
    try:
        if isinstance(data, dict):
            questions, contexts = _read_squad(data)
        else:
            questions, contexts = [_read_listed(entry) for entry in data], []
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise GoldError(
            f"{path} is neither SQuAD's JSON nor a list of questions with evidence or answers "
            f"({type(error).__name__}: {error})."
        ) from error
    if not questions:
        raise GoldError(f"{path} holds no question with an answer.")
    return questions, contexts


def _read_squad(data: dict[str, Any]) -> tuple[list[GoldQuestion], list[Incoming]]:
    questions: list[GoldQuestion] = []
    contexts: list[Incoming] = []
    # One that comes again is the same document: else its copies would compete for the first rank.
    sources: dict[str, str] = {}
    for article in data["data"]:
        title = str(article.get("title") or "").replace("_", " ")
        for paragraph in article["paragraphs"]:
            context = str(paragraph.get("context") or "")
            source = sources.get(context, "")
            if context.strip() and not source:
                source = sources[context] = f"context-{len(sources) + 1}"
                document = Document(title, context, (Span(0, len(context)),))
                contexts.append(Incoming(source, source, document, len(context.encode()), ""))
            for entry in paragraph["qas"]:
                # In SQuAD 2.0 a question without answers is one that the context cannot answer.
                if answers := entry.get("answers"):
                    questions.append(_squad_question(str(entry["question"]), source, answers))
    return questions, contexts


def _squad_question(question: str, source: str, answers: Sequence[dict[str, Any]]) -> GoldQuestion:
    texts = dict.fromkeys(str(answer["text"]) for answer in answers)
    if not source:
        return GoldQuestion(question, texts=tuple(texts))
    starts = [(int(answer["answer_start"]), len(str(answer["text"]))) for answer in answers]
    places = dict.fromkeys((source, start, start + length) for start, length in starts)
    return GoldQuestion(question, places=tuple(places))


def _read_listed(entry: dict[str, Any]) -> GoldQuestion:
    pages = tuple(
        (str(piece["document"]), int(piece["page"]) if "page" in piece else None)
        for piece in entry.get("evidence", ())
    )
    answers = entry.get("answers", [])
    if isinstance(answers, str):
        raise TypeError("answers are no list")
    texts = tuple(str(text) for text in answers if str(text).strip())
    if not pages and not texts:
        raise ValueError("a question has neither evidence nor answers")
    return GoldQuestion(str(entry["question"]), texts=texts, pages=pages)


def holds_follow_ups(path: Path) -> bool:
    """Whether the gold is a list of follow-ups. Raises GoldError."""
    data = _read_json(path)
    return isinstance(data, list) and any(
        isinstance(entry, dict) and "earlier" in entry for entry in data
    )


def read_follow_ups(path: Path) -> list[FollowUp]:
    """The gold's follow-ups. Raises GoldError."""
    try:
        follow_ups = [_read_follow_up(entry) for entry in _read_json(path)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GoldError(
            f"{path} is no list of follow-ups ({type(error).__name__}: {error})."
        ) from error
    if not any(follow_up.texts for follow_up in follow_ups):
        raise GoldError(f"{path} holds no follow-up with an answer.")
    return follow_ups


def _read_follow_up(entry: dict[str, Any]) -> FollowUp:
    texts = () if entry.get("absent") else tuple(str(text) for text in entry["answers"])
    return FollowUp(
        str(entry["earlier"]), str(entry["question"]), texts, bool(entry.get("standalone"))
    )


def is_unreviewed(path: Path) -> bool:
    """Whether the file is one that is to be reviewed first. Raises GoldError."""
    return _is_unreviewed(_read_json(path))


def write_unreviewed(questions: Sequence[Unreviewed]) -> dict[str, Any]:
    """The questions as a gold file that is to be reviewed first."""
    data = []
    for one in questions:
        answers = [{"text": one.context, "answer_start": 0}]
        votes = {"helpful": one.helpful, "unhelpful": one.unhelpful}
        qas = [{"question": one.question, "answers": answers, **votes}]
        data.append({"title": one.title, "paragraphs": [{"context": one.context, "qas": qas}]})
    return {"reviewed": False, "data": data}


def read_unreviewed(path: Path) -> list[Unreviewed]:
    """The questions of such a file. Raises GoldError."""
    try:
        return [
            Unreviewed(
                *(str(entry["question"]), str(article["title"]), str(paragraph["context"])),
                *(int(entry.get("helpful", 0)), int(entry.get("unhelpful", 0))),
            )
            for article in _read_json(path)["data"]
            for paragraph in article["paragraphs"]
            for entry in paragraph["qas"]
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GoldError(
            f"{path} cannot be reviewed ({type(error).__name__}: {error}). Write it anew: "
            "footnote eval --from-votes SERVER"
        ) from error


def read_refused(path: Path) -> list[str]:
    """The questions of a reviewed gold file that no document answers. Raises GoldError."""
    data = _read_json(path)
    found = data.get("off_topic", []) if isinstance(data, dict) else []
    if not (isinstance(found, list) and all(isinstance(entry, str) for entry in found)):
        raise GoldError(f'"off_topic" in {path} is not a list of questions.')
    return found


def read_off_topic(path: Path) -> list[str]:
    """Questions that the documents do not answer. Raises GoldError."""
    data = _read_json(path)
    if not (isinstance(data, list) and data and all(isinstance(entry, str) for entry in data)):
        raise GoldError(f"{path} is not a JSON list of questions.")
    return data


def _is_unreviewed(data: Any) -> bool:
    return isinstance(data, dict) and data.get("reviewed", True) is not True


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise GoldError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{path} is not JSON: {error}.") from error
