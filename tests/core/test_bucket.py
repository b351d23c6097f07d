from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.bucket import Buckets

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GAP = timedelta(seconds=3)


def spend(buckets: Buckets, key: object, times: int, now: datetime = NOW) -> int:
    """How many of ``times`` requests pass."""
    passed = 0
    for _ in range(times):
        if buckets.allows(key, now):
            buckets.took(key, now)
            passed += 1
    return passed


def test_the_burst_passes_at_once_and_then_one_each_gap() -> None:
    buckets = Buckets(GAP, burst=10)
    assert spend(buckets, "a", 1_000) == 10
    assert spend(buckets, "a", 1_000, NOW + GAP - timedelta(milliseconds=1)) == 0
    assert spend(buckets, "a", 1_000, NOW + GAP) == 1
    assert spend(buckets, "a", 1_000, NOW + 20 * GAP) == 10


def test_one_key_does_not_spend_for_another() -> None:
    buckets = Buckets(GAP, burst=2)
    assert spend(buckets, "a", 5) == 2
    assert spend(buckets, "b", 5) == 2


def test_asking_takes_nothing() -> None:
    buckets = Buckets(GAP, burst=1)
    assert all(buckets.allows("a", NOW) for _ in range(5))
    assert buckets.held == 0


def test_who_was_told_is_told_again_only_when_the_bucket_was_full_in_between() -> None:
    buckets = Buckets(GAP, burst=2)
    spend(buckets, "a", 2)
    buckets.told("a", NOW)
    assert buckets.is_told("a", NOW)
    spend(buckets, "a", 1, NOW + GAP)  # one more passes, and the bucket is still not full
    assert buckets.is_told("a", NOW + GAP)
    assert not buckets.is_told("a", NOW + 10 * GAP)


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    buckets = Buckets(GAP, burst=2)
    assert spend(buckets, "a", 1, NOW + timedelta(days=1)) == 1
    assert spend(buckets, "a", 5, NOW) == 2
    assert spend(buckets, "a", 5, NOW + GAP) == 1


def test_memory_is_bounded_and_the_emptiest_are_remembered() -> None:
    buckets = Buckets(GAP, burst=2, most=100)
    spend(buckets, "flooder", 2)
    for key in range(1_000):
        spend(buckets, key, 1)
        assert buckets.held <= 100
    assert not buckets.allows("flooder", NOW)


def test_full_buckets_are_forgotten_first() -> None:
    buckets = Buckets(GAP, burst=2, most=3)
    for key in "abc":
        spend(buckets, key, 1)
    spend(buckets, "d", 1, NOW + GAP)
    assert buckets.held == 1


@given(st.lists(st.integers(0, 5_000), max_size=60), st.integers(1, 10))
def test_no_window_lets_more_pass_than_its_burst_and_its_gaps(
    pauses: list[int], burst: int
) -> None:
    buckets, now, passed = Buckets(GAP, burst), NOW, 0
    for pause in pauses:
        now += timedelta(milliseconds=pause)
        passed += spend(buckets, "a", 1, now)
    assert passed <= burst + (now - NOW) / GAP
