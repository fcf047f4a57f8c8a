"""States, progress and notices → messages within Discord's limits. Lists: `lists.py`.

Titles of jobs and texts of notices are the bot's own words and may hold Markdown; whatever people
or documents bring is escaped here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from discord.ui import Item, LayoutView, Section, Separator, TextDisplay

from bot.discord import help
from bot.discord.buttons import Cancel
from bot.discord.escape import fit_line, measure
from bot.discord.render import MAX_TEXT, lay_out
from bot.language import (
    gettext,
    mark,
    ngettext,
    say_error,
    show_decimal,
    show_number,
    show_share,
)
from bot.status import Status
from bot.wording import count
from index.allowance import Allowance
from index.summary import Failure, Progress, Summary

FAILURES, JOBS = 8, 5
"""How many of each a message shows."""
BAR_CELLS = 20

GREEN, AMBER, RED, BLUE = 0x23A55A, 0xF0B232, 0xF23F43, 0x5865F2
_NOTICE_COLOURS = {"info": None, "warning": AMBER, "error": RED}
_BACKENDS = {"openvino": "OpenVINO", "torch": "PyTorch"}


def render_status(status: Status, jobs: Sequence[str] = ()) -> LayoutView:
    """How the bot is doing in a server."""
    held = (count(status.own_documents, "document"), count(status.own_passages, "passage"))
    lines = [
        gettext("**This server** {held}", held=" · ".join([*held, show_bytes(status.own_bytes)])),
        _describe_shared(status),
        gettext("**Last indexed** {time}", time=show_time(status.last_indexed))
        if status.last_indexed
        else gettext("**Last indexed** never"),
        *_describe_questions(status),
        gettext("**Model** {names}", names=" · ".join(_name_models(status))),
    ]
    if status.allowance:
        lines.insert(1, gettext("**Room** {used}", used=_show_room(status, status.allowance)))
    health = [f"- {fit_line(problem, 300)}" for problem in status.problems[:5]]
    if status.stale:
        stale = ngettext(
            "{n} document or source changed, went or failed since: `/docs list`, `/docs reindex`",
            "{n} documents or sources changed, went or failed since: `/docs list`, `/docs reindex`",
            status.stale,
        )
        health.append(f"- {stale}")
    head = gettext("### Footnote's status")
    items: list[Item[Any]] = [TextDisplay(head), TextDisplay("\n".join(lines))]
    if jobs:
        shown = [f"- {_cut_own(job, 200)}" for job in jobs[:JOBS]]
        told = [gettext("**Jobs**"), *shown, *say_more(jobs, JOBS)]
        items += [Separator(), TextDisplay("\n".join(told))]
    well = gettext("✅ All is well.")
    if health:
        well = "\n".join([gettext("**Needs attention**"), *health])
    colour = RED if status.problems else AMBER if status.stale else GREEN
    return lay_out([*items, Separator(), TextDisplay(well)], colour)


def render_progress(
    title: str,
    progress: Progress | None,
    *,
    passages_per_s: float | None,
    left_s: float | None,
    job: str,
) -> LayoutView:
    """How far a job has come: file, share, rate, time left, and a button to cancel it."""
    head = f"**{_cut_own(title, 300)}**"
    if progress is None:
        ready = gettext("Getting ready …")
        return lay_out([Section(f"{head}\n-# {ready}", accessory=Cancel(job))], BLUE)
    share = _find_share(progress)
    filled = int(share * BAR_CELLS)
    facts = [count_passages(progress)] if progress.passages else []
    if passages_per_s is not None:
        facts.append(gettext("{rate} passages/s", rate=show_decimal(passages_per_s, 0)))
    if left_s is not None:
        facts.append(gettext("{time} left", time=_show_duration(left_s)))
    file = f"-# {_name_file(progress)}"
    if progress.files_total > 1:
        number = show_number(min(progress.files_done + 1, progress.files_total))
        files = show_number(progress.files_total)
        file += " · " + gettext("file {number} of {files}", number=number, files=files)
    bar = f"`{'█' * filled}{'░' * (BAR_CELLS - filled)}` {show_share(share)}"
    below = f"\n-# {' · '.join(facts)}" if facts else ""
    return lay_out(
        [Section(f"{head}\n{file}", accessory=Cancel(job)), TextDisplay(bar + below)], BLUE
    )


def render_summary(title: str, summary: Summary, *, cancelled: bool = False) -> LayoutView:
    """What a job did, and each failure with its reason."""
    title = _cut_own(title, 300)
    lines = [gettext("**{title}** · cancelled", title=title) if cancelled else f"**{title}**"]
    lines.append(" · ".join(_count_done(summary)) or gettext("There was nothing to do."))
    if summary.passages:
        lines.append(
            ngettext(
                "-# {n} passage in {seconds} s",
                "-# {n} passages in {seconds} s",
                summary.passages,
                seconds=show_decimal(summary.seconds, 1),
            )
        )
    if cancelled:
        lines.append(gettext("-# What was done before that stays."))
    items: list[Item[Any]] = [TextDisplay("\n".join(lines))]
    if summary.failed:
        failures = [*map(_describe_failure, summary.failed[:FAILURES])]
        failures += say_more(summary.failed, FAILURES)
        items += [Separator(), TextDisplay("\n".join(failures))]
    changed = summary.added or summary.updated or summary.removed or summary.unchanged
    colour = (AMBER if changed else RED) if summary.failed else AMBER if cancelled else GREEN
    return lay_out(items, colour)


def _count_done(summary: Summary) -> Iterator[str]:
    if added := len(summary.added):
        yield ngettext("{n} added", "{n} added", added)
    if updated := len(summary.updated):
        yield ngettext("{n} updated", "{n} updated", updated)
    if unchanged := len(summary.unchanged):
        yield ngettext("{n} unchanged", "{n} unchanged", unchanged)
    if removed := len(summary.removed):
        yield ngettext("{n} removed", "{n} removed", removed)
    if failed := len(summary.failed):
        yield ngettext("{n} failed", "{n} failed", failed)


def render_help(*, admin: bool, direct: bool = False, questions_days: int = 0) -> LayoutView:
    """What people can do with the bot, in direct messages or in a server; and for those who keep
    documents, how."""
    parts = [help.DIRECT, help.DIRECT_ANSWERS] if direct else [help.MEMBERS, help.ANSWERS]
    texts = [*map(gettext, parts)]
    if questions_days:
        texts[0] += "\n" + gettext(help.QUESTIONS, days=count(questions_days, "day"))
    first, *others = [*texts, gettext(help.ADMINS)] if admin else texts
    items: list[Item[Any]] = [TextDisplay(first)]
    for text in others:
        items += [Separator(), TextDisplay(text)]
    return lay_out(items, BLUE)


def render_notice(text: str, *, kind: Literal["info", "warning", "error"] = "info") -> LayoutView:
    """A short text of the bot's own."""
    return lay_out([TextDisplay(_cut_own(text, MAX_TEXT) or "…")], _NOTICE_COLOURS[kind])


def count_passages(progress: Progress) -> str:
    """`128 of 733 passages`: how many are done of those that are known of."""
    done, known = progress.passages, progress.passages_total
    if known <= done:
        return count(done, "passage")
    return ngettext(
        "{done} of {n} passage", "{done} of {n} passages", known, done=show_number(done)
    )


def show_bytes(size: int) -> str:
    """A size as people read it: `640 B`, `1.2 MB`."""
    if size < 1000:
        return gettext("{amount} B", amount=size)
    amount, unit = size / 1000, mark("{amount} kB")
    for larger in (mark("{amount} MB"), mark("{amount} GB")):
        if amount >= 999.5:
            amount, unit = amount / 1000, larger
    return gettext(unit, amount=show_decimal(amount, 0 if amount >= 10 else 1))


def _describe_shared(status: Status) -> str:
    if not status.shared_documents:
        return gettext("**Of Footnote's operator** none")
    held = (count(status.shared_documents, "document"), count(status.shared_passages, "passage"))
    return gettext("**Of Footnote's operator** {held}", held=" · ".join(held))


def _name_models(status: Status) -> Iterator[str]:
    yield fit_line(status.model, 100)
    yield fit_line(_BACKENDS.get(status.backend, status.backend), 60)
    if status.reranker:
        yield gettext("reranked by {model}", model=fit_line(status.reranker, 100))


def _show_room(status: Status, allowance: Allowance) -> str:
    """How much the server uses of how much it may keep."""
    parts = (
        (status.own_documents, allowance.documents, mark("{used} of {most} documents")),
        (status.own_passages, allowance.passages, mark("{used} of {most} passages")),
        (round(status.own_bytes / 2**20), allowance.size_bytes >> 20, mark("{used} of {most} MB")),
    )
    return " · ".join(
        gettext(text, used=show_number(used), most=show_number(most)) for used, most, text in parts
    )


def _describe_failure(failure: Failure) -> str:
    reason = " ".join(say_error(failure.error).split()).removeprefix(f"{failure.path} ")
    return f"❌ **{fit_line(failure.path, 100)}** {fit_line(reason, 250)}"


def say_more(all_of: Sequence[Any], shown: int) -> list[str]:
    """`and 3 more`, where not all are shown."""
    left = len(all_of) - shown
    return [ngettext("and {n} more", "and {n} more", left)] if left > 0 else []


def name_page(page: int, pages: int) -> str:
    """` · page 2 of 3`, behind what a list's head says else; "" where there is one page."""
    if pages < 2:
        return ""
    number, last = show_number(page + 1), show_number(pages)
    return " · " + gettext("page {page} of {pages}", page=number, pages=last)


def _cut_own(text: str, most: int) -> str:
    """A text of the bot's own, cut where it could not be sent otherwise."""
    return text if measure(text) <= most else text[: most // 2].rstrip("\\ ") + "…"


def _name_file(progress: Progress) -> str:
    """The file that is at hand, and whether nothing of it has been cut into passages yet."""
    file = fit_line(progress.file, 100)
    if progress.passages == progress.passages_total:
        return gettext("Reading {file} …", file=file)
    return file


def _find_share(progress: Progress) -> float:
    """How much is done, in 0..1."""
    done, total = progress.bytes_done, progress.bytes_total
    if not total:
        done, total = progress.files_done, progress.files_total
    return min(max(done / total, 0.0), 1.0) if total else 0.0


def _describe_questions(status: Status) -> Iterator[str]:
    """How many, and how long the last ones took; a refusal is an answer, too."""
    told = {
        "asked": show_number(status.asked_today),
        "answered": show_number(status.answered_today),
        "refused": show_number(status.asked_today - status.answered_today),
    }
    if status.waiting:
        yield gettext(
            "**Questions today** {asked} asked, {answered} answered, {refused} refused,"
            " {waiting} waiting",
            waiting=show_number(status.waiting),
            **told,
        )
    else:
        yield gettext(
            "**Questions today** {asked} asked, {answered} answered, {refused} refused", **told
        )
    if status.median_s is not None and status.p95_s is not None:
        yield gettext(
            "**Time to answer** {median} s (median), {p95} s (95 %)",
            median=show_decimal(status.median_s, 2),
            p95=show_decimal(status.p95_s, 2),
        )


def _show_duration(seconds: float) -> str:
    if seconds < 60:
        return gettext("{n} s", n=show_decimal(max(seconds, 1), 0))
    if seconds < 5400:
        return gettext("{n} min", n=show_decimal(seconds / 60, 0))
    return gettext("{n} h", n=show_decimal(seconds / 3600, 1))


def show_time(moment: datetime) -> str:
    return f"<t:{stamp(moment)}:R>"


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())
