"""Secrets that do not show themselves, and time that is handed in."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from credentials.clock import Clock, FixedClock, SystemClock, epoch, from_epoch
from credentials.masking import Secret

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_secret_is_told_when_asked_and_never_shown() -> None:
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r}",
        f"{secret!s}",
        str([secret]),
        str({"a": secret}),
    ):
        assert "hunter2" not in shown
        assert "***" in shown
    assert not hasattr(secret, "__dict__")


def test_secrets_are_equal_by_value_and_to_nothing_else() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    clock: Clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    fixed = FixedClock(NOON)
    fixed.advance(timedelta(seconds=1))
    assert fixed.now() == NOON + timedelta(seconds=1)


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


@given(st.integers(0, 1 << 34))
def test_seconds_are_moments_and_moments_are_seconds(seconds: int) -> None:
    assert epoch(from_epoch(seconds)) == seconds
    assert from_epoch(seconds).tzinfo is UTC


def test_a_part_of_a_second_does_not_count_and_a_zone_does() -> None:
    assert epoch(NOON + timedelta(microseconds=999_999)) == epoch(NOON)
    assert epoch(NOON.astimezone(timezone(timedelta(hours=1)))) == epoch(NOON)
