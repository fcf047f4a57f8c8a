"""What each row of a server's file has to hold."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, get_args

import numpy as np

from bot.help_channel import HelpChannel, HelpMode
from bot.libraries.usage import LAST_STEP
from bot.types import MAX_FOOTER_CHARS, MAX_REFUSAL_CHARS, Preferences, Ref
from index.database import Database


def read_preferences(database: Database) -> Preferences:
    """What the admins chose, or the defaults."""
    with database.decoding():
        found = database.read("SELECT chosen FROM preferences")
        return decode_preferences(found[0][0]) if found else Preferences()


def decode_preferences(text: str) -> Preferences:
    """What the admins chose, from the JSON that is kept. Raises ValueError and TypeError."""
    chosen = json.loads(text)
    if not isinstance(chosen, dict):
        raise ValueError("the preferences are no object")
    channels = frozenset(chosen.pop("channels", ()))
    helps = tuple(HelpChannel(**one) for one in chosen.pop("helps", ()))
    found = Preferences(**chosen, channels=channels, helps=helps)
    numbers = all(map(_is_count, (found.cooldown_s, found.questions_days)))
    choices = all(type(choice) is bool for choice in (found.private, found.shared))
    optional = (found.role, found.digest, *(one.tag for one in helps))
    every = (*channels, *(one.channel for one in helps), *(id for id in optional if id is not None))
    ids = all(map(_is_id, every))
    modes = all(one.mode in get_args(HelpMode) for one in helps)
    words = (found.refusal, MAX_REFUSAL_CHARS), (found.footer, MAX_FOOTER_CHARS)
    texts = all(_is_text(text) and len(text) <= most for text, most in words)
    if not (numbers and choices and ids and texts and modes):
        raise ValueError("a preference is of another kind than it has to be")
    return found


def find_senseless(table: str, row: Sequence[Any]) -> str:
    """The name of the first column whose value makes no sense; "" where all do."""
    for (column, holds), value in zip(COLUMNS[table].items(), row, strict=True):
        try:
            sensible = holds(value)
        except (ValueError, TypeError):
            sensible = False
        if not sensible:
            return column
    return ""


Rule = Callable[[Any], bool]
"""Whether a value makes sense; raises ValueError or TypeError for some that do not."""


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_id(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_one(value: Any) -> bool:
    return bool(value == 1)


def _is_truth(value: Any) -> bool:
    return value in (0, 1)


def _is_settling(value: Any) -> bool:
    return value in (0, 1, 2)


def _is_share(value: Any) -> bool:
    return bool(0 <= value <= 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.encode() is not None  # surrogates cannot be encoded


def _is_digest(value: Any) -> bool:
    return bool(re.fullmatch("[0-9a-f]{32}", value))


def _is_step(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LAST_STEP


def _is_day(value: Any) -> bool:
    return date.fromisoformat(value).isoformat() == str(value)


def _is_moment(value: Any) -> bool:
    moment = datetime.fromisoformat(value)
    return bool(moment.isoformat() == value and moment.utcoffset() == timedelta(0))


def _is_reference(value: Any) -> bool:
    return bool(str(Ref.parse(value)) == value)


def _are_preferences(value: Any) -> bool:
    return bool(decode_preferences(value))


def _is_vector(value: Any) -> bool:
    return isinstance(value, bytes) and bool(np.isfinite(np.frombuffer(value, "<f2")).all())


def _are_shingles(value: Any) -> bool:
    return isinstance(value, bytes) and bool(value) and not len(value) % 4


def _is_absent_or(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


COLUMNS: dict[str, dict[str, Rule]] = {
    "preferences": {"id": _is_one, "chosen": _are_preferences},
    "vote": {
        "message": _is_id,
        "user": _is_id,
        "helpful": _is_truth,
        "passage": _is_absent_or(_is_reference),
        "voted": _is_moment,
    },
    "activity": {"day": _is_day, "asked": _is_count, "answered": _is_count},
    "citation": {"day": _is_day, "shared": _is_truth, "document": _is_digest, "times": _is_count},
    "pace": {"day": _is_day, "step": _is_step, "times": _is_count},
    "indexed": {"id": _is_one, "at": _is_moment},
    "upload": {
        "document": _is_text,
        "user": _is_absent_or(_is_id),
        "link": _is_absent_or(_is_text),
    },
    "left_out": {"user": _is_id},
    "written": {"message": _is_id, "user": _is_id, "channel": _is_id, "post": _is_id},
    "question": {
        "id": _is_id,
        "text": _is_text,
        "hour": _is_moment,
        "answered": _is_truth,
        "confidence": _is_share,
        "passage": _is_absent_or(_is_reference),
        "made_by": _is_absent_or(_is_text),
        "vector": _is_absent_or(_is_vector),
        "asker": _is_absent_or(_is_count),
        "helpful": _is_count,
        "unhelpful": _is_count,
        "settled": _is_settling,
    },
    "departed": {"id": _is_one, "at": _is_moment},
    "cited": {
        "message": _is_id,
        "channel": _is_id,
        "passage": _is_reference,
        "document": _is_count,
        "title": _is_text,
        "digest": _is_text,
        "noted": _is_moment,
    },
    "waiting": {
        "message": _is_id,
        "user": _is_id,
        "channel": _is_id,
        "private": _is_truth,
        "question": _is_text,
        "earlier": _is_absent_or(_is_text),
        "since": _is_moment,
        "asked_of": _is_text,
    },
    "digest": {"id": _is_one, "week": _is_day, "failure": _is_absent_or(_is_text)},
    "confirmed": {
        "id": _is_id,
        "question": _is_text,
        "shared": _is_truth,
        "document": _is_text,
        "passage": _are_shingles,
        "answers": _is_truth,
        "at": _is_moment,
    },
    "topic": {"id": _is_id, "words": _is_text, "made_by": _is_text, "vector": _is_vector},
}
"""All columns of all tables, with what their values have to be."""
