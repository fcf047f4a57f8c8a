"""How often someone, or a channel, may pass."""

from datetime import UTC, datetime, timedelta

from bot.discord.cooldown import Quota

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_quota_lets_each_key_pass_so_many_times_within_a_while() -> None:
    quota = Quota(2, 60)
    assert [quota.take("a", after(n)) for n in (0, 30, 31, 59, 60, 61, 90)] == [
        *(True, True, False, False, True, False, True),
    ]
    assert quota.take("b", after(90))


def test_a_quota_forgets_who_passed_longest_ago() -> None:
    quota = Quota(1, 60, most=2)
    assert [quota.take(key, NOW) for key in "abcacb"] == [True, True, True, True, False, True]
