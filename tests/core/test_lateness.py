from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.lateness import delay, late_before
from bot.core.model import Delay, Entry, Severity, SourceKind
from bot.core.turn import Policy, Turn
from tests.making import NOW, a_source, an_entry

H, M = timedelta(hours=1), timedelta(minutes=1)
GRAVE, LIGHT = Severity.CRITICAL, Severity.IMPORTANT


def old(age: timedelta | None, count: int = 1) -> list[Entry]:
    at = None if age is None else NOW - age
    return [an_entry(n, published_at=at) for n in range(count)]


@pytest.mark.parametrize(
    ("unread", "fresh", "is_late"),
    [
        (5 * M, old(5 * H, 10), False),
        (5 * M, old(5 * H, 11), True),  # a changed feed
        (5 * M, old(5 * M, 50), False),  # a busy hour
        (5 * M, old(30 * H, 50), False),  # too old to alert anyway
        (5 * M, old(None, 11), True),
        (90 * M, old(80 * M), False),
        (8 * H, old(7 * H), True),  # a night without power
        (8 * H, [], True),
        (None, old(1 * H, 11), True),  # a first poll
        (None, old(5 * H, 50), False),
        (None, old(None, 50), False),
    ],
)
def test_a_poll_is_late_after_a_gap_or_with_a_flood(unread, fresh, is_late) -> None:
    source = a_source(polled_ok_at=None if unread is None else NOW - unread)
    found = late_before(source, fresh, Policy(), NOW)
    assert found == (NOW - 15 * M if is_late else None)


def test_seeds_are_never_late() -> None:
    source = a_source(kind=SourceKind.SEEDS, polled_ok_at=NOW - 30 * H)
    assert late_before(source, old(5 * H, 50), Policy(), NOW) is None


@pytest.mark.parametrize(
    ("age", "severity", "expected"),
    [
        (10 * M, LIGHT, Delay.NONE),
        (20 * M, LIGHT, Delay.LATE),
        (59 * M, GRAVE, Delay.NONE),
        (61 * M, GRAVE, Delay.LATE),
        (25 * H, GRAVE, Delay.OLD),
        (None, GRAVE, Delay.LATE),
    ],
)
def test_the_gravest_of_the_last_hour_is_never_late(age, severity, expected) -> None:
    turn = Turn(None, Policy(), NOW, late_before=NOW - 15 * M)  # type: ignore[arg-type]
    assert delay(old(age)[0], severity, turn) is expected
    assert delay(old(age)[0], severity, replace(turn, late_before=None)) is Delay.NONE
