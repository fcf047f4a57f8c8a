"""Lists of documents and of where they come from, and the questions whether to remove them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from discord.ui import ActionRow, Item, LayoutView, Separator, TextDisplay

from bot.discord.buttons import Drop, Keep, Page, Remove
from bot.discord.escape import fit_line, read_plain, show_title
from bot.discord.panels import RED, name_page, render_notice, show_bytes, show_time, stamp
from bot.discord.render import lay_out
from bot.intervals import name_interval
from bot.language import gettext, mark, ngettext
from bot.types import Entry, Group, Ref
from bot.wording import count, name_origin, show_text
from index.types import Kind, Origin, Record

ENTRIES, SOURCES = 6, 10
"""How many of each a message shows."""
MAX_NAME, MAX_REASON = 100, 120

_STATUSES = {
    "current": mark("current"),
    "changed": mark("⚠️ changed since"),
    "gone": mark("⚠️ file is gone"),
    "stale": mark("⚠️ stale"),
}
_KINDS: dict[Kind, str] = {
    "page": mark("page"),
    "site": mark("site"),
    "repository": mark("repository"),
    "channel": mark("channel"),
}

_NOTHING = mark("There are no documents here yet, so I have no answers yet either.")

Row = Entry | Group
R = TypeVar("R", bound=Row)


def render_entries(
    own: Sequence[Entry],
    shared: Sequence[Entry],
    groups: tuple[Sequence[Group], Sequence[Group]] = ((), ()),
    *,
    page: int = 0,
) -> LayoutView:
    """One page of the documents, with all that an admin wants to know of each.

    Those that came from one source are one row.
    """
    own_rows, shared_rows = _list_rows(own, groups[0]), _list_rows(shared, groups[1])
    if not own_rows and not shared_rows:
        return render_notice(gettext("There are no documents yet. Add some: `/docs add`"))
    bound = Counter(entry.record.origin for entry in own if entry.bond is not None)
    page, pages, shown_own, shown_shared = _cut_page(own_rows, shared_rows, page, ENTRIES)
    head = gettext("### Documents")
    head += f"\n-# {_count_both(own, shared)}{name_page(page, pages)}"
    items: list[Item[Any]] = [TextDisplay(head)]
    for caption, rows in (("", shown_own), (gettext("Of Footnote's operator"), shown_shared)):
        for number, row in enumerate(rows):
            items.append(Separator(visible=not number))
            if caption and not number:
                items.append(TextDisplay(f"-# {caption}"))
            items.append(TextDisplay(_describe(row, bound)))
    return lay_out([*items, *_turn("list", page, pages)])


def render_sources(own: Sequence[Entry], shared: Sequence[Entry], *, page: int = 0) -> LayoutView:
    """One page of what members can ask about."""
    if not own and not shared:
        return render_notice(gettext(_NOTHING))
    page, pages, shown_own, shown_shared = _cut_page(own, shared, page, SOURCES)
    passages = count(sum(entry.record.passages for entry in (*own, *shared)), "passage")
    documents = count(len(own) + len(shared), "document")
    title = gettext("### What I can answer from")
    head = f"{title}\n-# {documents} · {passages}{name_page(page, pages)}"
    lines = [
        f"- {_name(entry)} · {_count_parts(entry.record)}" for entry in (*shown_own, *shown_shared)
    ]
    items: list[Item[Any]] = [TextDisplay(head), Separator(), TextDisplay("\n".join(lines))]
    return lay_out([*items, *_turn("sources", page, pages)])


def render_confirm_removal(entry: Entry) -> LayoutView:
    """The question whether a document is to be removed."""
    asked = gettext("Remove {name}?", name=_name(entry))
    what = gettext("Its file is deleted here too. Add it again any time.")
    text = f"{asked}\n-# {_describe_file(entry.record)}\n-# {what}"
    return lay_out([TextDisplay(text), ActionRow(Remove(entry.ref), Keep())], RED)


def render_confirm_drop(group: Group, *, again: bool = False) -> LayoutView:
    """The question whether a source is to be removed; `again`: it was to be added once more."""
    name, documents = show_origin(group.origin), group.documents
    text = ngettext(
        "Remove {name} with its {n} document?",
        "Remove {name} with its {n} documents?",
        documents,
        name=name,
    )
    if again:
        text = ngettext(
            "{name} is added already. Remove it with its {n} document?",
            "{name} is added already. Remove it with its {n} documents?",
            documents,
            name=name,
        )
    what = gettext("It is not looked at any more. Add it again any time.")
    return lay_out([TextDisplay(f"{text}\n-# {what}"), ActionRow(Drop(group.ref), Keep())], RED)


def show_origin(origin: Origin) -> str:
    """The same in bold, linked; of a path on the operator's machine its last part."""
    name = name_origin(origin)
    if "://" not in name and not name.startswith("#"):
        name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = read_plain(fit_line(name, MAX_NAME)) or gettext("Untitled")
    link = name_origin(origin) if origin.kind == "repository" else origin.address
    return show_title(name, link)


def _cut_page(
    own: Sequence[R], shared: Sequence[R], page: int, size: int
) -> tuple[int, int, Sequence[R], Sequence[R]]:
    """The page nearest to the one asked for, how many there are, and what it shows of both."""
    pages = -(-(len(own) + len(shared)) // size)
    page = max(0, min(page, pages - 1))
    first, last = page * size, page * size + size
    return page, pages, own[first:last], shared[max(0, first - len(own)) : max(0, last - len(own))]


def _list_rows(entries: Sequence[Entry], groups: Sequence[Group]) -> list[Row]:
    """The sources, then the documents that came from none of them."""
    known = {group.origin.id for group in groups}
    return [*groups, *(entry for entry in entries if entry.record.origin not in known)]


def _turn(kind: Literal["list", "sources"], page: int, pages: int) -> list[Item[Any]]:
    if pages < 2:
        return []
    back = Page(kind, max(page - 1, 0), back=True, disabled=page == 0)
    return [ActionRow(back, Page(kind, page + 1, disabled=page == pages - 1))]


def _count_both(own: Sequence[Entry], shared: Sequence[Entry]) -> str:
    parts = [
        ngettext("{n} document of this server", "{n} documents of this server", len(own)),
    ]
    if shared:
        parts.append(
            ngettext("{n} of Footnote's operator", "{n} of Footnote's operator", len(shared))
        )
    return " · ".join(parts)


def _name(entry: Entry) -> str:
    title = show_text(entry.record.title).strip() or entry.record.name
    return show_title(read_plain(fit_line(title, 80)), entry.link)


def _count_parts(record: Record) -> str:
    passages = count(record.passages, "passage")
    return f"{count(record.pages, 'page')} · {passages}" if record.pages else passages


def _describe(row: Row, bound: Mapping[int | None, int]) -> str:
    """A row; `bound` tells how many documents of each source are not for everybody."""
    if isinstance(row, Entry):
        return _describe_entry(row)
    number = 0 if row.ref.shared else bound.get(row.origin.id, 0)
    return _describe_group(row, number)


def _describe_group(group: Group, bound: int) -> str:
    """A source: how much came from it, when it was looked at, and what went wrong then."""
    origin = group.origin
    looked = gettext("not looked at yet")
    if origin.looked:
        looked = gettext("looked {time}", time=show_time(origin.looked))
    facts = [
        gettext(_KINDS[origin.kind]),
        count(group.documents, "document"),
        count(group.passages, "passage"),
    ]
    line = " · ".join([*facts, looked, name_interval(origin.every_s)])
    shown = f"{show_origin(origin)}\n-# {line}"
    if bound:
        closed = ngettext(
            "🔒 {n} document not for everybody: `/docs bind`",
            "🔒 {n} documents not for everybody: `/docs bind`",
            bound,
        )
        shown += f"\n{closed}"
    if origin.failure:
        shown += f"\n{gettext('⚠️ stale')}{_show_reason(origin.failure, group.ref)}"
    elif group.stale:
        stale = ngettext("⚠️ {n} document stale", "⚠️ {n} documents stale", group.stale)
        shown += f"\n{stale}{_show_reason(group.reason, group.ref)}"
    return shown


def _show_reason(reason: str, ref: Ref) -> str:
    """Why, of a server's own; the operator's may name paths of the machine."""
    if ref.shared:
        return ""
    said = gettext(reason) if reason else ""  # it is kept in English
    return f": {fit_line(' '.join(said.split()), MAX_REASON)}"


def _describe_entry(entry: Entry) -> str:
    added = f"<t:{stamp(entry.record.added)}:d>"
    if entry.added_by:
        added = gettext("{time} by {person}", time=added, person=f"<@{entry.added_by}>")
    status = gettext(_STATUSES.get(entry.status, entry.status))
    shown = f"{_name(entry)}\n-# {_describe_file(entry.record)} · {status} · {added}"
    if entry.bond is not None:
        shown += "\n" + gettext("🔒 not for everybody: `/docs bind`")
    failure = entry.record.failure
    if failure is None or entry.status != "stale" or entry.ref.shared:
        return shown
    failure = failure.replace(entry.record.source, entry.record.name)
    return f"{shown}\n{gettext('⚠️ stale')}{_show_reason(failure, entry.ref)}"


def _describe_file(record: Record) -> str:
    size = f"{_count_parts(record)} · {show_bytes(record.size_bytes)}"
    return size if record.name == record.title else f"{fit_line(record.name, 60)} · {size}"
