"""Questions in line: fair between servers, bounded for each, and with an honest wait."""

import pytest

from bot.libraries.line import Line, TooManyWaiting


def fill(line: Line[str], **asked: int) -> None:
    for guild, questions in asked.items():
        for number in range(questions):
            line.join(ord(guild), f"{guild}{number}")


def test_servers_take_turns_and_each_keeps_its_order() -> None:
    line: Line[str] = Line()
    fill(line, a=5, b=2, c=1)
    assert len(line) == 8 and line.count(ord("a")) == 5 and line.count(None) == 0
    assert line.take(4) == ["a0", "b0", "c0", "a1"]
    assert line.take(10) == ["b1", "a2", "a3", "a4"]
    assert line.take(10) == [] and not line


def test_who_comes_late_from_a_quiet_server_waits_for_one_round_only() -> None:
    line: Line[str] = Line()
    fill(line, a=50)
    line.take(8)
    fill(line, b=1)
    assert line.take(2) == ["a8", "b0"]


def test_a_full_line_is_full_for_its_own_server_alone() -> None:
    line: Line[str] = Line(most=3)
    fill(line, a=3)
    with pytest.raises(TooManyWaiting, match="questions waiting here: 3"):
        fill(line, a=1)
    fill(line, b=3)
    line.take(1)
    fill(line, a=1)
    line.join(None, "in direct messages")
    assert len(line) == 7


@pytest.mark.parametrize(("others", "seconds"), [(0, 15), (2, 25), (3, 30)])
def test_the_wait_is_told_by_the_pace_and_counts_those_before(others: int, seconds: int) -> None:
    line: Line[str] = Line(most=3)
    for _ in range(50):
        line.note(answered=2, took_s=10.0)
    fill(line, a=3, b=others)
    with pytest.raises(TooManyWaiting, match=f"Ask again in {seconds} seconds"):
        fill(line, a=1)


def test_a_wait_is_at_least_a_second() -> None:
    line: Line[str] = Line(most=1)
    fill(line, a=1)
    with pytest.raises(TooManyWaiting, match=r"waiting here: 1\. Ask again in 1 second\."):
        fill(line, a=1)
