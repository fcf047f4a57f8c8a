"""How fast indexing goes and how long it will take, from the progress that it reports."""

from index.summary import Progress

MIN_SHARE = 0.02
"""Below this share of the bytes, the time left would be a guess."""


class Pace:
    """Speed since the first passages were embedded: before those the model may be loading."""

    def __init__(self) -> None:
        self.passages_per_s: float | None = None
        self.left_s: float | None = None
        """Seconds until the end; None while that is unknown."""
        self._first: tuple[Progress, float] | None = None

    def note(self, progress: Progress, now_s: float) -> None:
        """Take note of how far things were at a moment of a steady clock."""
        if not progress.passages:
            return
        if self._first is None:
            self._first = progress, now_s
        first, began_s = self._first
        passages, took_s = progress.passages - first.passages, now_s - began_s
        if passages <= 0 or took_s <= 0:
            return
        self.passages_per_s = passages / took_s
        done = progress.bytes_done - first.bytes_done
        if done > MIN_SHARE * progress.bytes_total:
            self.left_s = max(progress.bytes_total - progress.bytes_done, 0) * took_s / done
