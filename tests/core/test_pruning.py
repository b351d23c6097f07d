"""How long what is stored is kept."""

from __future__ import annotations

from datetime import timedelta

from bot.core.pruning import Aged, Terms, bounds, is_round_due, round_of
from tests.making import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TERMS = Terms(days=30 * DAY, dead=90 * DAY, least=3 * DAY)
ALWAYS = NOW - 1000 * DAY


def lived(hours: int, *, ahead: timedelta = timedelta(), last: Aged | None = None) -> Aged:
    """A bot whose clock is ``ahead`` for so many hours."""
    for hour in range(hours):
        last = round_of(last, ALWAYS, NOW + ahead + hour * HOUR, TERMS)
    assert last is not None
    return last


def test_in_the_long_run_age_is_told_by_the_clock() -> None:
    found = bounds(round_of(Aged(NOW, NOW), None, NOW + HOUR, TERMS), TERMS)
    assert found.before == NOW + HOUR - 30 * DAY
    assert found.dead_before == NOW + HOUR - 90 * DAY


def test_a_clock_that_is_a_year_ahead_for_a_day_costs_days_and_not_everything() -> None:
    wrong = lived(24, ahead=365 * DAY, last=Aged(NOW, NOW))
    assert wrong.by <= NOW + 10 * DAY


def test_a_clock_that_was_set_back_deletes_less_and_goes_on() -> None:
    wrong = Aged(NOW + 365 * DAY, NOW + 365 * DAY)
    assert is_round_due(wrong, NOW)
    assert round_of(wrong, None, NOW, TERMS) == Aged(NOW, NOW)


def test_what_lay_for_years_goes_within_months() -> None:
    begun = round_of(None, ALWAYS, NOW, TERMS)
    assert bounds(begun, TERMS).before <= ALWAYS + DAY
    assert lived(110 * 24, last=begun).by >= NOW + 109 * DAY


def test_rounds_are_an_hour_apart_also_over_restarts() -> None:
    last = Aged(NOW, NOW)
    assert not is_round_due(last, NOW + HOUR / 2)
    assert is_round_due(last, NOW + HOUR)
    assert is_round_due(None, NOW)


def test_nothing_goes_that_may_still_join_a_story() -> None:
    terms = Terms(days=8 * DAY, dead=DAY, least=20 * DAY)
    found = bounds(Aged(NOW, NOW), terms)
    assert found.before == NOW - 21 * DAY
    assert found.dead_before == found.before
    assert found.entries_before < found.before
