"""What is measured, under the names that Prometheus and `deploy/grafana.json` know.

No label names a person, a server, a question or a document.
"""

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

Outcome = Literal["answered", "refused", "failed"]
Stage = Literal["queue", "embed", "search", "answer", "send"]
End = Literal["done", "failed", "stopped"]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The histogram's borders: a question takes tens of milliseconds, and should never take 3 s."""


class Metrics:
    """The metrics of one bot, in a registry of their own. Any thread."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time and open files
        self.questions = Counter(
            "footnote_questions",
            "Questions: answered, refused as not in the documents, or failed.",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "footnote_question_seconds",
            "How long questions take: in the queue, to embed (those asked together as one), to"
            " search, until there is an answer (all of these), and to send that.",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.failures = Counter(
            "footnote_failures",
            "What went wrong, by the error's name; Discord's and the unexpected as one each.",
            ["reason"],
            registry=registry,
        )
        self.queue = Gauge(
            "footnote_queue_length", "What waits on a lane.", ["lane"], registry=registry
        )
        self.index_jobs = Gauge(
            "footnote_index_jobs", "Index jobs, running or waiting.", ["state"], registry=registry
        )
        self.index_jobs_ended = Counter(
            "footnote_index_jobs_ended", "Index jobs by their end.", ["end"], registry=registry
        )
        self.documents = Counter(
            "footnote_indexed_documents",
            "Documents that index jobs added, updated and removed, and failed to read.",
            ["change"],
            registry=registry,
        )
        self.gateway_connected = Gauge(
            "footnote_gateway_connected",
            "1 while every connection to Discord's gateway stands.",
            registry=registry,
        )
        self.gateway_latency = Gauge(
            "footnote_gateway_latency_seconds",
            "From the gateway's last heartbeat to its answer.",
            registry=registry,
        )
        self.gateway_disconnects = Counter(
            "footnote_gateway_disconnects",
            "How often a connection to the gateway was lost.",
            registry=registry,
        )
        self.servers = Gauge(
            "footnote_servers", "Discord servers that the bot is in.", registry=registry
        )
        self.libraries = Gauge("footnote_libraries", "Libraries on the disk.", registry=registry)
        self.passages = Gauge(
            "footnote_passages", "Passages in all libraries together.", registry=registry
        )
        for outcome in get_args(Outcome):  # from the start, so that rates see the first one
            self.questions.labels(outcome)
        for stage in get_args(Stage):
            self.seconds.labels(stage)
        for end in get_args(End):
            self.index_jobs_ended.labels(end)
        for change in ("added", "updated", "removed", "failed"):
            self.documents.labels(change)
