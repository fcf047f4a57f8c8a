"""How far an indexing has come, and what it changed."""

from dataclasses import dataclass

from index.errors import FootnoteError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing has come."""

    file: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    passages: int
    tokens: int
    """Both embedded so far."""
    passages_total: int = 0
    """Found so far in what has been read."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be indexed."""

    path: str
    error: FootnoteError

    @property
    def reason(self) -> str:
        """Why, in English."""
        return str(self.error)


@dataclass(frozen=True, slots=True)
class Summary:
    """What indexing changed, by documents' names."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    passages: int
    tokens: int
    """Both embedded anew."""
    seconds: float
