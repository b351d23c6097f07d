"""Back-off grows, stays within its cap, and never undercuts what was asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.retry import poll_wait, send_wait

CHANCE = st.floats(0, 1)
COUNT = st.integers(1, 10_000)
ASKED = st.one_of(st.none(), st.floats(0, 100_000))


@given(COUNT, CHANCE, st.floats(0, 100_000))
def test_a_send_never_undercuts_what_was_asked(attempts: int, chance: float, asked: float) -> None:
    assert send_wait(attempts, chance, asked).total_seconds() >= asked + 0.49


@given(COUNT, CHANCE)
def test_a_send_waits_at_most_a_minute_and_at_least_half_a_second(attempts, chance) -> None:
    assert 0.5 <= send_wait(attempts, chance).total_seconds() <= 60


@given(st.integers(1, 86_400), COUNT, CHANCE, ASKED)
def test_a_source_is_never_given_up_and_never_pressed(interval, failures, chance, asked) -> None:
    wait = poll_wait(interval, failures, chance, asked).total_seconds()
    assert wait >= min(interval, 6 * 3600) - 1e-6
    assert wait <= max(6 * 3600 * 1.1, interval * 1.1, asked or 0) + 1e-6
    assert wait >= (asked or 0) - 1e-6


def test_waits_double() -> None:
    assert [send_wait(n, 1).total_seconds() for n in (1, 2, 3, 7, 8)] == [1, 2, 4, 60, 60]
    assert [poll_wait(300, n, 0).total_seconds() for n in (1, 2, 3)] == [300, 600, 1200]
