"""Passages found again in documents that changed meanwhile, by numbers alone."""

from hypothesis import given
from hypothesis import strategies as st

from index.relocate import locate_shingles, shingle_text

MUSEUM = "The museum opens at nine in the morning and shows old maps of the island until dusk"
HARBOUR = "A ferry leaves the harbour every hour in summer, and the lighthouse there is red"
CHANGED = "The museum opens at ten in the morning, and it shows old maps of the island until dusk"
WORDS = st.lists(st.sampled_from("alpha beta gamma delta".split()), max_size=40).map(" ".join)


def find(text: str, passage: str) -> str | None:
    [place] = locate_shingles(text, [shingle_text(passage)])
    return text[slice(*place)] if place else None


@given(WORDS, st.permutations("opens at nine every morning".split()).map(" ".join), WORDS)
def test_what_stands_there_unchanged_is_found_as_it_is(
    before: str, passage: str, after: str
) -> None:
    assert find(f"{before}. {passage}! {after}", passage) == passage


def test_what_was_changed_a_little_is_found_where_most_of_it_stands() -> None:
    text = f"# Town\n\n{HARBOUR}.\n\n{CHANGED}.\n\nThe market sells bread."
    found = find(text, MUSEUM)
    assert found and "opens at ten in the morning" in found and "maps of the island" in found
    assert "ferry" not in found and "market" not in found


def test_case_and_white_space_do_not_matter() -> None:
    shouted = HARBOUR.upper().replace(" ", "\n")
    assert find(f"- {shouted} -", HARBOUR) == shouted


def test_what_is_gone_or_was_written_anew_is_lost() -> None:
    for text in ("", "One.", HARBOUR, "In the morning the museum, at nine, is what opens there."):
        assert find(text, MUSEUM) is None
    for passage in ("", "museum", "!"):
        assert shingle_text(passage) == b""
        assert find(MUSEUM, passage) is None


def test_a_passage_is_not_found_twice_as_large_as_it_was() -> None:
    found = find(f"{MUSEUM}. {HARBOUR}. {MUSEUM}.", MUSEUM)
    assert found == MUSEUM


def test_text_without_spaces_is_compared_letter_by_letter() -> None:
    old = "博物館は朝九時に開きます。島の古い地図を展示しています"
    new = "博物館は朝十時に開きます。島の古い地図を展示しています"
    assert find(f"港には赤い灯台があります。{new}。", old) == new


def test_several_are_found_each_for_itself_and_none_keeps_a_word() -> None:
    kept = [shingle_text(MUSEUM), shingle_text(HARBOUR)]
    assert not any(
        word.encode() in one
        for one in kept
        for word in f"{MUSEUM} {HARBOUR}".split()
        if len(word) > 3
    )
    first, second = locate_shingles(f"{CHANGED} {HARBOUR}", kept)
    assert first and second and first[1] <= second[0]


@given(WORDS, WORDS)
def test_what_is_found_lies_in_the_text_and_is_no_larger(text: str, passage: str) -> None:
    [place] = locate_shingles(text, [shingle_text(passage)])
    if place:
        start, end = place
        assert 0 <= start < end <= len(text)
        assert len(text[start:end].split()) <= len(passage.split())
    assert (place is not None) or not passage or passage not in text or " " not in passage
