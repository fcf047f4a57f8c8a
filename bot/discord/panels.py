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
from bot.discord.escape import fit_line, measure, show_words
from bot.discord.render import MAX_TEXT, lay_out
from bot.status import Status
from bot.types import MAX_FOOTER_CHARS, MAX_REFUSAL_CHARS, Preferences
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
    own = (
        f"{count(status.own_documents, 'document')} · {count(status.own_passages, 'passage')}"
        f" · {show_bytes(status.own_bytes)}"
    )
    shared = (
        f"{count(status.shared_documents, 'document')} · {count(status.shared_passages, 'passage')}"
        if status.shared_documents
        else "none"
    )
    backend = _BACKENDS.get(status.backend, status.backend)
    reranker = f" · reranked by {fit_line(status.reranker, 100)}" if status.reranker else ""
    lines = [
        f"**This server** {own}",
        f"**Of Footnote's operator** {shared}",
        f"**Last indexed** {show_time(status.last_indexed) if status.last_indexed else 'never'}",
        *_describe_questions(status),
        f"**Model** {fit_line(status.model, 100)} · {fit_line(backend, 60)}{reranker}",
    ]
    if status.allowance:
        lines.insert(1, f"**Room** {_show_room(status, status.allowance)}")
    health = [f"- {fit_line(problem, 300)}" for problem in status.problems[:5]]
    if status.stale:
        stale = count(status.stale, "document or source")
        stale = stale.replace("document or sources", "documents or sources")
        health.append(f"- {stale} changed, went or failed since: `/docs list`, `/docs reindex`")
    items: list[Item[Any]] = [TextDisplay("### Footnote's status"), TextDisplay("\n".join(lines))]
    if jobs:
        shown = [f"- {_cut_own(job, 200)}" for job in jobs[:JOBS]]
        items += [Separator(), TextDisplay("\n".join(["**Jobs**", *shown, *_say_more(jobs, JOBS)]))]
    well = "✅ All is well." if not health else "\n".join(["**Needs attention**", *health])
    colour = RED if status.problems else AMBER if status.stale else GREEN
    return lay_out([*items, Separator(), TextDisplay(well)], colour)


def render_preferences(preferences: Preferences) -> LayoutView:
    """What a server's admins chose."""
    role, channels = preferences.role, sorted(preferences.channels)
    helps = [f"<#{one.channel}> {one.mode}" for one in preferences.helps]
    pause, days = preferences.cooldown_s, preferences.questions_days
    digest = preferences.digest
    kept = f"kept for {count(days, 'day')}, without who asked" if days else "not kept"
    shown = " ".join(f"<#{channel}>" for channel in channels[:20])
    lines = [
        f"**Keepers** server managers{f' and <@&{role}>' if role else ''}",
        f"**Channels** {' '.join([shown, *_say_more(channels, 20)]) if channels else 'everywhere'}",
        f"**Answers to `/ask`** {'private' if preferences.private else 'public'}, unless asked"
        " otherwise",
        f"**Pause between questions** {f'{pause} s a person' if pause else 'none'}",
        f"**Operator's documents** {'searched too' if preferences.shared else 'left out'}",
        f"**Questions** {kept}",
        f"**Help channels** {' · '.join(helps) or 'none'}",
        f"**Words of a refusal** {_show_own(preferences.refusal, MAX_REFUSAL_CHARS)}",
        f"**Last line of answers** {_show_own(preferences.footer, MAX_FOOTER_CHARS)}",
        f"**Weekly digest** {f'in <#{digest}>, Mondays, 9:00 UTC' if digest else 'none'}",
    ]
    return lay_out([TextDisplay("### Settings"), TextDisplay("\n".join(lines))])


def _show_own(words: str, max_chars: int) -> str:
    return show_words(words, 2 * max_chars) or "none of its own"


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
        return lay_out([Section(f"{head}\n-# Getting ready …", accessory=Cancel(job))], BLUE)
    share = _find_share(progress)
    filled = int(share * BAR_CELLS)
    facts = [count_passages(progress)] if progress.passages else []
    if passages_per_s is not None:
        facts.append(f"{passages_per_s:,.0f} passages/s")
    if left_s is not None:
        facts.append(f"{_show_duration(left_s)} left")
    number = min(progress.files_done + 1, progress.files_total)
    file = f"-# {_name_file(progress)}"
    if progress.files_total > 1:
        file += f" · file {number:,} of {progress.files_total:,}"
    bar = f"`{'█' * filled}{'░' * (BAR_CELLS - filled)}` {share:.0%}"
    below = f"\n-# {' · '.join(facts)}" if facts else ""
    return lay_out(
        [Section(f"{head}\n{file}", accessory=Cancel(job)), TextDisplay(bar + below)], BLUE
    )


def render_summary(title: str, summary: Summary, *, cancelled: bool = False) -> LayoutView:
    """What a job did, and each failure with its reason."""
    counts = [
        (summary.added, "added"),
        (summary.updated, "updated"),
        (summary.unchanged, "unchanged"),
        (summary.removed, "removed"),
        (summary.failed, "failed"),
    ]
    done = " · ".join(f"{len(names):,} {word}" for names, word in counts if names)
    lines = [f"**{_cut_own(title, 300)}**{' · cancelled' if cancelled else ''}"]
    lines.append(done or "There was nothing to do.")
    if summary.passages:
        lines.append(f"-# {count(summary.passages, 'passage')} in {summary.seconds:,.1f} s")
    if cancelled:
        lines.append("-# What was done before that stays.")
    items: list[Item[Any]] = [TextDisplay("\n".join(lines))]
    if summary.failed:
        failures = [*map(_describe_failure, summary.failed[:FAILURES])]
        failures += _say_more(summary.failed, FAILURES)
        items += [Separator(), TextDisplay("\n".join(failures))]
    changed = summary.added or summary.updated or summary.removed or summary.unchanged
    colour = (AMBER if changed else RED) if summary.failed else AMBER if cancelled else GREEN
    return lay_out(items, colour)


def render_help(*, admin: bool, direct: bool = False, questions_days: int = 0) -> LayoutView:
    """What people can do with the bot, in direct messages or in a server; and for those who keep
    documents, how."""
    texts = [help.DIRECT, help.DIRECT_ANSWERS] if direct else [help.MEMBERS, help.ANSWERS]
    if questions_days:
        texts[0] += "\n" + help.QUESTIONS.format(count(questions_days, "day"))
    first, *others = [*texts, help.ADMINS] if admin else texts
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
    return f"{done:,} of {count(known, 'passage')}" if known > done else count(done, "passage")


def show_bytes(size: int) -> str:
    """A size as people read it: `640 B`, `1.2 MB`."""
    if size < 1000:
        return f"{size} B"
    amount, unit = size / 1000, "kB"
    for larger in ("MB", "GB"):
        if amount >= 999.5:
            amount, unit = amount / 1000, larger
    return f"{amount:,.0f} {unit}" if amount >= 10 else f"{amount:.1f} {unit}"


def _show_room(status: Status, allowance: Allowance) -> str:
    """How much the server uses of how much it may keep."""
    parts = (
        (status.own_documents, allowance.documents, "documents"),
        (status.own_passages, allowance.passages, "passages"),
        (round(status.own_bytes / 2**20), allowance.size_bytes >> 20, "MB"),
    )
    return " · ".join(f"{used:,} of {most:,} {unit}" for used, most, unit in parts)


def _describe_failure(failure: Failure) -> str:
    reason = " ".join(failure.reason.split()).removeprefix(f"{failure.path} ")
    return f"❌ **{fit_line(failure.path, 100)}** {fit_line(reason, 250)}"


def _say_more(all_of: Sequence[Any], shown: int) -> list[str]:
    return [f"and {len(all_of) - shown:,} more"] if len(all_of) > shown else []


def _cut_own(text: str, most: int) -> str:
    """A text of the bot's own, cut where it could not be sent otherwise."""
    return text if measure(text) <= most else text[: most // 2].rstrip("\\ ") + "…"


def _name_file(progress: Progress) -> str:
    """The file that is at hand, and whether nothing of it has been cut into passages yet."""
    file = fit_line(progress.file, 100)
    return f"Reading {file} …" if progress.passages == progress.passages_total else file


def _find_share(progress: Progress) -> float:
    """How much is done, in 0..1."""
    done, total = progress.bytes_done, progress.bytes_total
    if not total:
        done, total = progress.files_done, progress.files_total
    return min(max(done / total, 0.0), 1.0) if total else 0.0


def _describe_questions(status: Status) -> Iterator[str]:
    """How many, and how long the last ones took; a refusal is an answer, too."""
    asked, answered = status.asked_today, status.answered_today
    waiting = f", {status.waiting:,} waiting" if status.waiting else ""
    yield (
        f"**Questions today** {asked:,} asked, {answered:,} answered, {asked - answered:,} refused"
        f"{waiting}"
    )
    if status.median_s is not None and status.p95_s is not None:
        yield f"**Time to answer** {status.median_s:.2f} s (median), {status.p95_s:.2f} s (95 %)"


def _show_duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def show_time(moment: datetime) -> str:
    return f"<t:{stamp(moment)}:R>"


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())
