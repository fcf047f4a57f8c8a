"""How a server's bot is doing."""

from dataclasses import dataclass, field
from datetime import datetime

from index.allowance import Allowance


@dataclass(frozen=True, slots=True)
class Status:
    """How a server's bot is doing, for `/docs status`."""

    model: str
    backend: str
    own_documents: int
    own_passages: int
    own_bytes: int
    shared_documents: int
    """0 where the server turned the operator's documents off."""
    shared_passages: int
    asked_today: int
    answered_today: int
    """Both of this server, since midnight UTC."""
    last_indexed: datetime | None
    stale: int
    """Documents whose source changed, went or failed since they were indexed, and origins that
    failed."""
    problems: tuple[str, ...] = field(default=())
    """What is wrong, a sentence each."""
    reranker: str = ""
    """The model that judges the best passages once more; "" for none."""
    waiting: int = 0
    """Questions of this server that wait for their turn."""
    median_s: float | None = None
    """How long the server's last questions since the start took; None where there were none."""
    p95_s: float | None = None
    allowance: Allowance | None = None
    """How much of its own the server may keep."""
