"""Summaries of index jobs, fit to be told in a server."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from index.summary import Failure, Summary


def join_summaries(summaries: Sequence[Summary]) -> Summary:
    """What several jobs changed together."""
    return Summary(
        added=tuple(name for one in summaries for name in one.added),
        updated=tuple(name for one in summaries for name in one.updated),
        unchanged=tuple(name for one in summaries for name in one.unchanged),
        removed=tuple(name for one in summaries for name in one.removed),
        failed=tuple(failure for one in summaries for failure in one.failed),
        passages=sum(one.passages for one in summaries),
        tokens=sum(one.tokens for one in summaries),
        seconds=sum(one.seconds for one in summaries),
    )


def include(summary: Summary, other: Summary) -> Summary:
    """A summary, of whatever kind, with what another job changed besides."""
    both = join_summaries([summary, other])
    return replace(summary, **{field.name: getattr(both, field.name) for field in fields(Summary)})


def without_folders(summary: Summary) -> Summary:
    """The summary with files' names alone: where a server's files are kept is not its business."""
    failed = tuple(
        Failure(failure.path if "://" in failure.path else Path(failure.path).name, failure.error)
        for failure in summary.failed
    )
    return replace(summary, failed=failed)
