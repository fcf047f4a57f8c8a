"""A passage → the sentences around it in its document."""

from index.types import Passage

AROUND_CHARS = 600
"""The most that is shown before a passage, and after it."""


def cut_surroundings(
    text: str, passage: Passage, previous: Passage | None, following: Passage | None
) -> tuple[str, str]:
    """What stands before and after a passage of the text: whole sentences of its neighbours."""
    start, end = passage.start_char, passage.end_char
    if previous:
        starts = (previous.start_char + at for at, _ in previous.sentences)
        start = min((at for at in starts if start - at <= AROUND_CHARS), default=start)
    if following:
        ends = (following.start_char + to for _, to in following.sentences)
        end = max((to for to in ends if to - end <= AROUND_CHARS), default=end)
    return text[start : passage.start_char].strip(), text[passage.end_char : end].strip()
