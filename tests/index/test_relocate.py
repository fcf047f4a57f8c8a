"""Excerpts found again in documents that changed meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from index.relocate import relocate_excerpts

MUSEUM = "The museum opens at nine in the morning and shows old maps of the island until dusk."
HARBOUR = "A ferry leaves the harbour every hour in summer, and the lighthouse there is red."
CHANGED = "The museum opens at ten in the morning, and it shows old maps of the island until dusk."


def find(text: str, excerpt: str) -> str | None:
    [place] = relocate_excerpts(text, [excerpt])
    return text[slice(*place)] if place else None


@given(st.text(), st.text(min_size=1), st.text())
def test_what_stands_there_unchanged_is_found_as_it_is(
    before: str, excerpt: str, after: str
) -> None:
    assert find(before + excerpt + after, excerpt) == excerpt


def test_what_was_changed_a_little_is_found_where_most_of_it_stands() -> None:
    text = f"# Town\n\n{HARBOUR}\n\n{CHANGED}\n\nThe market sells bread."
    found = find(text, MUSEUM)
    assert found and "opens at ten in the morning" in found and "maps of the island" in found
    assert "ferry" not in found and "market" not in found


def test_case_and_white_space_do_not_matter() -> None:
    assert find(HARBOUR.upper().replace(" ", "\n"), HARBOUR) == HARBOUR.upper().replace(
        " ", "\n"
    ).removesuffix(".")


def test_what_is_gone_or_was_written_anew_is_lost() -> None:
    for text in ("", "One.", HARBOUR, "In the morning the museum, at nine, is what opens there."):
        assert relocate_excerpts(text, [MUSEUM]) == [None]
    assert relocate_excerpts(HARBOUR, ["", "museum", "!"]) == [None, None, None]


def test_text_without_spaces_is_compared_letter_by_letter() -> None:
    old = "博物館は朝九時に開きます。島の古い地図を展示しています。"
    new = "博物館は朝十時に開きます。島の古い地図を展示しています。"
    assert find(f"港には赤い灯台があります。{new}", old) == new.removesuffix("。")


def test_several_are_found_each_for_itself() -> None:
    text = f"{CHANGED} {HARBOUR}"
    first, second = relocate_excerpts(text, [MUSEUM, HARBOUR])
    assert first and second and first[1] <= second[0]


@given(st.text(alphabet="ab \n", max_size=80), st.text(alphabet="ab \n", max_size=40))
def test_what_is_found_lies_in_the_text(text: str, excerpt: str) -> None:
    [place] = relocate_excerpts(text, [excerpt])
    assert place is None or 0 <= place[0] < place[1] <= len(text)
