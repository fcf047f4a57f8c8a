"""Lists, states and notices as messages: within Discord's limits, and nothing taken for markup."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from discord.ui import LayoutView
from hypothesis import given
from hypothesis import strategies as st

from bot.discord import panels
from bot.discord.lists import (
    render_confirm_drop,
    render_confirm_removal,
    render_entries,
    render_sources,
)
from bot.discord.panels import (
    render_help,
    render_notice,
    render_progress,
    render_status,
    render_summary,
    show_bytes,
)
from bot.discord.preferences import render_preferences
from bot.status import Status
from bot.types import Entry, Group, Preferences, Ref
from index.errors import ParseError
from index.summary import Failure, Progress, Summary
from index.types import Origin, Record
from tests.bot.discord.limits import check_limits, list_custom_ids, list_texts
from tests.bot.discord.markup import RICH, find_markup

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
LONG = st.tuples(RICH, st.sampled_from([1, 40, 400])).map(lambda pair: pair[0] * pair[1])
STATUS = Status("tiny", "PyTorch", 2, 30, 1_200_000, 1, 58, 31, 28, NOW, 0)


def make_entry(number: int = 1, *, shared: bool = False, **changes: Any) -> Entry:
    title = changes.pop("title", f"Title {number}")
    name = changes.pop("name", f"file-{number}.pdf")
    record = Record(number, name, "/x", title, 24, 34, 412_000, "0" * 64, "en", NOW, NOW)
    return replace(Entry(Ref(shared, number), record, "current"), **changes)


def make_entries(most: int, *, shared: bool = False) -> list[Entry]:
    return [make_entry(number, shared=shared) for number in range(1, most + 1)]


def make_progress(**changes: Any) -> Progress:
    return replace(Progress("guide.pdf", 1, 3, 440, 1000, 640, 90_000), **changes)


def read(view: LayoutView) -> str:
    return "\n".join(list_texts(view))


@given(LONG, LONG, st.integers(1, 30), st.booleans(), st.integers(-3, 40))
def test_lists_of_any_documents_keep_the_limits(
    title: str, name: str, many: int, linked: bool, page: int
) -> None:
    link = "https://discord.com/" + "x" * 230 if linked else None
    entry = make_entry(title=title, name=name or "x", link=link, added_by=2**63, status="changed")
    for view in (
        render_entries([entry] * many, [entry] * many, page=page),
        render_sources([entry] * many, [entry] * many, page=page),
    ):
        check_limits(view)
    check_limits(render_confirm_removal(entry))


@given(LONG, LONG, st.integers(1, 40))
def test_jobs_and_states_of_any_words_keep_the_limits(one: str, two: str, many: int) -> None:
    summary = Summary((one,) * many, (), (), (), (Failure(one, ParseError(two)),) * many, 9, 9, 1.5)
    progress = make_progress(file=one)
    status = replace(STATUS, model=one, backend=two, problems=(two,) * many, stale=many)
    for view in (
        render_summary(one, summary),
        render_progress(one, progress, passages_per_s=1e9, left_s=1e9, job="j" * 64),
        render_status(status, [one] * many),
        render_notice(f"No: {one}", kind="error"),
    ):
        check_limits(view)


@given(RICH.filter(str.strip), RICH.filter(str.strip))
def test_titles_names_and_reasons_are_shown_as_text(one: str, two: str) -> None:
    block = "\N{FULL BLOCK}"
    summary = Summary((), (), (), (), (Failure(one, ParseError(two)),), 0, 0, 0)
    shown = [
        read(render_sources([make_entry(title=one)], [])).removeprefix("### "),
        read(render_progress("T", make_progress(file=one), passages_per_s=1, left_s=1, job="j")),
        read(render_summary("T", summary)),
    ]
    for text in shown:
        for ours in ("**", "\n-# ", "\n- ", "`"):
            text = text.replace(ours, block)
        assert find_markup(text) is None


def test_the_list_says_all_of_each_document() -> None:
    stale = make_entry(2, status="changed", link="https://a.b/c")
    gone = make_entry(3, status="gone")
    view = render_entries([make_entry(1, added_by=77), stale], [replace(gone, ref=Ref(True, 3))])
    stamp = int(NOW.timestamp())
    assert list_texts(view) == [
        "### Documents\n-# 2 documents of this server · 1 of Footnote's operator",
        "**Title 1**\n-# file-1.pdf · 24 pages · 34 passages · 412 kB"
        f" · current · <t:{stamp}:d> by <@77>",
        "**[Title 2](<https://a.b/c>)**\n"
        f"-# file-2.pdf · 24 pages · 34 passages · 412 kB · ⚠️ changed since · <t:{stamp}:d>",
        "-# Of Footnote's operator",
        "**Title 3**\n-# file-3.pdf · 24 pages · 34 passages · 412 kB"
        f" · ⚠️ file is gone · <t:{stamp}:d>",
    ]
    assert not list_custom_ids(view)


def test_long_lists_have_pages_and_every_document_is_on_one_of_them() -> None:
    own, shared = make_entries(8), make_entries(5, shared=True)
    first = render_entries(own, shared)
    assert "page 1 of 3" in read(first)
    assert list_custom_ids(first) == ["page:list:0", "page:list:1"]
    pages = [read(render_entries(own, shared, page=page)) for page in range(3)]
    assert [page.count("\n-# file-") for page in pages] == [6, 6, 1]
    assert [page.count("-# Of Footnote's operator") for page in pages] == [0, 1, 1]
    assert "page 3 of 3" in read(render_entries(own, shared, page=99))
    assert list_custom_ids(render_sources(own, shared, page=1)) == [
        *("page:sources:0", "page:sources:2"),
    ]


def test_members_see_titles_but_not_who_added_them() -> None:
    view = render_sources([make_entry(added_by=77)], make_entries(1, shared=True))
    assert list_texts(view)[1] == (
        "- **Title 1** · 24 pages · 34 passages\n- **Title 1** · 24 pages · 34 passages"
    )
    assert "77" not in read(view)


def test_empty_lists_say_what_to_do() -> None:
    assert "`/docs add`" in read(render_entries([], []))
    assert "no documents here yet" in read(render_sources([], []))
    assert "0 documents of this server" in read(render_entries([], make_entries(1, shared=True)))


def test_status_shows_counts_and_that_all_is_well() -> None:
    text = read(render_status(STATUS))
    for part in ("2 documents · 30 passages · 1.2 MB", "1 document · 58 passages", "31 asked"):
        assert part in text
    assert f"<t:{int(NOW.timestamp())}:R>" in text
    assert "All is well" in text
    assert "never" in read(render_status(replace(STATUS, last_indexed=None)))


def test_status_shows_questions_by_what_came_of_them_and_how_long_they_took() -> None:
    assert "31 asked, 28 answered, 3 refused\n" in read(render_status(STATUS))
    assert "Time to answer" not in read(render_status(STATUS))
    busy = replace(STATUS, waiting=4, median_s=0.1249, p95_s=1.5)
    text = read(render_status(busy))
    assert "31 asked, 28 answered, 3 refused, 4 waiting\n" in text
    assert "**Time to answer** 0.12 s (median), 1.50 s (95 %)" in text


def test_status_shows_jobs_and_what_needs_attention() -> None:
    ill = replace(STATUS, stale=2, problems=("The *disk* is full.",))
    text = read(render_status(ill, ["Adding 3 files: waiting"] * 7))
    assert "- The \\*disk\\* is full." in text
    assert "- 2 documents or sources changed, went or failed since" in text
    assert text.count("- Adding 3 files: waiting") == 5
    assert "and 2 more" in text
    assert "All is well" not in text


def test_preferences_are_shown_with_their_role_and_channels() -> None:
    text = read(render_preferences(Preferences(role=5, channels=frozenset({7, 6}), private=True)))
    for part in ("<@&5>", "<#6> <#7>", "private, unless", "3 s a person", "searched too"):
        assert part in text
    text = read(render_preferences(Preferences(cooldown_s=0, shared=False)))
    for part in ("everywhere", "public, unless", "**Pause between questions** none", "left out"):
        assert part in text
    check_limits(render_preferences(Preferences(channels=frozenset(range(2**63, 2**63 + 500)))))


def test_progress_shows_file_share_rate_time_left_and_a_way_out() -> None:
    view = render_progress(
        "Adding 3 files", make_progress(), passages_per_s=63.2, left_s=95, job="j1"
    )
    assert list_texts(view) == [
        "**Adding 3 files**\n-# guide.pdf · file 2 of 3",
        f"`{'█' * 8}{'░' * 12}` 44%\n-# 640 passages · 63 passages/s · 2 min left",
    ]
    assert list_custom_ids(view) == ["cancel:j1"]
    view = render_progress("Adding", None, passages_per_s=None, left_s=None, job="j1")
    assert "Getting ready" in read(view)
    assert list_custom_ids(view) == ["cancel:j1"]


def test_progress_tells_how_many_passages_are_known_and_of_a_new_file_that_it_is_read() -> None:
    def show(passages: int, total: int) -> list[str]:
        progress = make_progress(passages=passages, passages_total=total, files_total=1)
        return list_texts(render_progress("T", progress, passages_per_s=None, left_s=None, job="j"))

    bar = f"`{'█' * 8}{'░' * 12}` 44%"
    assert show(128, 733) == ["**T**\n-# guide.pdf", f"{bar}\n-# 128 of 733 passages"]
    assert show(0, 0) == ["**T**\n-# Reading guide.pdf …", bar]
    assert show(733, 733) == ["**T**\n-# Reading guide.pdf …", f"{bar}\n-# 733 passages"]


def test_a_document_whose_title_shows_nothing_goes_by_its_name() -> None:
    for title in ("", " ", "\u3164", "\uffa0\u200b\u115f"):
        assert "**file-1.pdf**" in read(render_entries([make_entry(title=title)], []))


@pytest.mark.parametrize(
    ("changes", "share"),
    [
        ({"bytes_total": 0}, "33%"),
        ({"bytes_total": 0, "files_total": 0}, "0%"),
        ({"bytes_done": 2000}, "100%"),
    ],
)
def test_progress_without_sizes_goes_by_files(changes: dict[str, int], share: str) -> None:
    progress = make_progress(**changes)
    view = render_progress("T", progress, passages_per_s=None, left_s=None, job="j")
    assert f" {share}\n" in read(view)


def test_a_summary_counts_and_gives_each_failure_its_reason() -> None:
    empty = ParseError("It is *empty*.")
    failures = tuple(Failure(f"f{number}.pdf", empty) for number in range(20))
    summary = Summary(("a", "b"), (), ("c",), (), failures, 463, 70_000, 7.41)
    text = read(render_summary("Adding 23 files", summary))
    assert "2 added · 1 unchanged · 20 failed\n-# 463 passages in 7.4 s" in text
    assert "❌ **f0.pdf** It is \\*empty\\*." in text
    assert "and 12 more" in text
    nothing = Summary((), (), (), (), (), 0, 0, 0.0)
    assert "nothing to do" in read(render_summary("Reindexing", nothing))
    stopped = read(render_summary("Reindexing", nothing, cancelled=True))
    assert "cancelled" in stopped and "stays" in stopped


def test_help_tells_members_and_admins_what_they_can_do() -> None:
    members, admins = read(render_help(admin=False)), read(render_help(admin=True))
    for part in ("`/ask`", "Find in documents", "`/sources`", "Follow up"):
        assert part in members
    assert "/docs" not in members
    for command in ("add", "list", "status", "reindex", "remove", "settings"):
        assert f"`/docs {command}`" in admins
    direct = read(render_help(admin=False, direct=True))
    assert "`/ask`" in direct and "thread" not in direct and "/docs" not in direct


def test_notices_are_ours_and_are_cut_only_where_they_could_not_be_sent() -> None:
    assert list_texts(render_notice("**Done.**")) == ["**Done.**"]
    (error,) = render_notice("x", kind="error").to_components()
    assert error["accent_color"] == panels.RED
    (text,) = list_texts(render_notice("word " * 900))
    assert text.endswith("word…")


def test_a_removal_is_asked_for_by_title_with_two_buttons() -> None:
    view = render_confirm_removal(make_entry(12))
    assert "Remove **Title 12**?" in read(view)
    assert list_custom_ids(view) == ["remove:o12", "keep"]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        *((0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (21_400, "21 kB"), (999_499, "999 kB")),
        *((999_500, "1.0 MB"), (1_200_000, "1.2 MB"), (64_000_000_000, "64 GB")),
    ],
)
def test_sizes_are_short(size: int, shown: str) -> None:
    assert show_bytes(size) == shown


@pytest.mark.parametrize(
    ("left_s", "shown"), [(0.2, "1 s"), (59, "59 s"), (95, "2 min"), (7200, "2.0 h")]
)
def test_times_left_are_short(left_s: float, shown: str) -> None:
    view = render_progress("T", make_progress(), passages_per_s=None, left_s=left_s, job="j")
    assert f"· {shown} left" in read(view)


def make_group(number: int = 1, *, shared: bool = False, **changes: Any) -> Group:
    options: dict[str, int | str | bool] = {}
    origin = Origin(number, "site", f"https://a.b/{number}", options, 86_400, NOW, NOW)
    return Group(Ref(shared, number), replace(origin, **changes), 12, 300)


@given(st.lists(LONG, min_size=1, max_size=14), LONG, st.integers(0, 3))
def test_a_list_of_sources_keeps_the_limits_and_its_markup(
    addresses: list[str], reason: str, page: int
) -> None:
    own = [
        make_group(number, address=address, failure=reason, looked=None)
        for number, address in enumerate(addresses, 1)
    ]
    shared = [replace(make_group(1, shared=True, failure=reason), stale=3, reason=reason)]
    for view in (render_entries((), (), (own, shared), page=page), render_confirm_drop(own[0])):
        check_limits(view)


def test_the_longest_rows_fit_a_message() -> None:
    address = "https://a.b/" + "x" * 235
    group = make_group(1, address=address, failure="why " * 100)
    record = replace(make_entry().record, title="*" * 99, name="_" * 99, failure="why " * 100)
    entry = replace(make_entry(), record=record, status="stale", link=address, added_by=10**18)
    for own, groups in (([], [group] * 9), ([entry] * 9, [])):
        check_limits(render_entries(own, (), (groups, ())))


def test_a_source_tells_how_it_stands_and_hides_its_documents() -> None:
    entry = make_entry(7)
    within = replace(entry, record=replace(entry.record, origin=1, title="Chapter 1"))
    stale = replace(make_group(2, failure="It answers 500."), documents=1)
    view = render_entries((within, make_entry(8)), (), ((make_group(1), stale), ()))
    text = "\n".join(list_texts(view))
    assert "**[https" not in text and "a.b/1** ([source](<https://a.b/1>))" in text
    assert "site · 12 documents · 300 passages" in text and "every day" in text
    assert "stale: It answers 500." in text
    assert "Chapter 1" not in text and "Title 8" in text


def test_a_document_of_a_source_that_failed_says_why() -> None:
    entry = make_entry(1, status="stale")
    entry = replace(entry, record=replace(entry.record, failure="It answers 404."))
    text = "\n".join(list_texts(render_entries((entry,), ())))
    assert "⚠️ stale" in text and "It answers 404." in text
    shared = replace(entry, ref=Ref(True, 1))
    assert "404" not in "\n".join(list_texts(render_entries((), (shared,))))
