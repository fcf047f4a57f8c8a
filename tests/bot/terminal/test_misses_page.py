"""The page of misses: what is on it, and that nothing on it is more than text."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from bot.terminal.misses_page import KINDS, write_page
from index.misses import Judged, Kind, Miss
from index.types import Record
from tests.bot.passages import make_passage

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=y>\u202egpj.exe\u2066 &lt; \x1b[2J"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Elements(HTMLParser):
    """What a browser makes of a page: its elements, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta", "input", "img", "source"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def judged(text: str = "It opens at nine.", **changes: object) -> Judged:
    record = Record(1, "a.md", "/a.md", "Guide", None, 1, 1, "", "en", NOW, NOW)
    passage = make_passage([text, "It is red."])
    parts = (("passage", 0.5), ("words", 1.0), ("lacking", -0.25))
    whole = Judged(
        record, passage, 1, 1.25, 0.3, parts, (), ((0, len(text)),), False, (True, False)
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def miss(question: str = "When?", **changes: object) -> Miss:
    right = judged(rank=None, right=True, answers=((12, 16),))
    words = (("opens", 2.5), ("when", 0.5))
    kinds = ("not among ten", "refused wrongly")
    return replace(
        Miss(question, kinds, False, 0.3, words, (right,), (judged(),)),  # type: ignore[arg-type]
        **changes,  # type: ignore[arg-type]
    )


def page_of(*misses: Miss, missed: int | None = None) -> Elements:
    totals: dict[Kind, int] = {kind: sum(kind in m.kinds for m in misses) for kind in KINDS}
    missed = len(misses) if missed is None else missed
    return Elements(write_page("gold.json", misses, totals, asked=20, missed=missed))


def test_a_miss_shows_the_question_the_right_passage_what_came_and_the_parts_of_both() -> None:
    page = page_of(miss())
    assert not page.open
    for said in (
        "1 of 20 questions (5%) went wrong",
        "When?",
        "Right passage, not among the first 40",
        "Came instead, rank 1",
        "refused at a confidence of 30%",
        "meaning of the passage",
        "words lacking",
        "-0.25",
        "1.25",
        "“opens” 2.5",
        "lacks it",
    ):
        assert said in page.text
    assert page.tags.count("article") == 1
    assert page.tags.count("mark") == 2  # the answer, and the legend
    widths = [v for tag, name, v in page.attributes if (tag, name) == ("i", "style")]
    assert widths == ["width:50%", "width:50%", "width:100%", "width:100%"] + ["width:25%"] * 2


def test_kinds_are_counted_and_each_can_be_shown_alone() -> None:
    page = page_of(miss(), miss(kinds=("not first", "answered wrongly"), answered=True))
    shown = [value for tag, name, value in page.attributes if (tag, name) == ("article", "class")]
    assert shown == ["k3 k2", "k4 k1"]
    disabled = [tag for tag, name, _ in page.attributes if name == "disabled"]
    assert disabled == ["input"]  # of off-topic questions there is none
    assert "Refused wrongly 1" in " ".join(page.text.split())


def test_what_comes_from_others_is_text_and_nothing_else() -> None:
    record = replace(
        judged().document, title=HOSTILE, name=HOSTILE, link=f"https://example.org/{HOSTILE}"
    )
    passage = make_passage([HOSTILE, HOSTILE], heading_path=(HOSTILE,), fragment=HOSTILE)
    mean = judged(document=record, passage=passage, answers=((2, 30),), parts=((HOSTILE, 1.0),))
    bad = miss(HOSTILE, words=((HOSTILE, 1.0), ("b", 1.0)), gold=(mean,), came=(mean,))
    plain = page_of(miss())
    written = write_page(HOSTILE, [bad], {}, asked=1, missed=1)
    page = Elements(written)
    assert set(page.tags) <= {*plain.tags, "a", "details", "summary"}
    assert {name for _, name, _ in page.attributes} <= {
        *(name for _, name, _ in plain.attributes),
        *("href", "rel"),
    }
    links = [value for _, name, value in page.attributes if name == "href"]
    assert links and all(link.startswith("https://example.org/") for link in links)
    assert not any(c in written for c in "\u202e\u2066\x1b")
    assert "<script>alert(1)</script>" in page.text


def test_only_addresses_of_the_web_are_linked() -> None:
    record = replace(judged().document, link="javascript:alert(1)")
    page = page_of(miss(came=(judged(document=record),)))
    assert "a" not in page.tags


def test_nothing_is_fetched_and_no_script_may_run() -> None:
    page = page_of(miss())
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_a_page_that_does_not_hold_all_misses_says_so() -> None:
    assert "The worst 1 are shown." in page_of(miss(), missed=7).text
    assert "are shown" not in page_of(miss()).text


def test_a_page_without_misses_says_that_all_is_well() -> None:
    assert "Every question was answered as it should be." in page_of().text


def test_gold_that_is_nowhere_in_the_library_is_said_to_be() -> None:
    said = "No passage of the library holds the gold's answer."
    assert said in page_of(miss(gold=())).text
    assert said not in page_of(miss(gold=(), kinds=("off-topic",))).text
