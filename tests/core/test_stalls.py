from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.condition import BEGINNING, condition
from bot.core.model import Vitals
from bot.core.stalls import Signs, found, is_healthy, is_hidden

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
S, M = timedelta(seconds=1), timedelta(minutes=1)
WELL = Vitals(
    feeds=3, fresh=3, shortest=620 * S, polled_at=NOW - M, polled_ok_at=NOW - M, waits_since=NOW
)


def wrong(vitals: Vitals | None = WELL, **signs: object) -> set[str]:
    return set(found(replace(Signs(vitals=vitals), **signs), 300.0, NOW))  # type: ignore[arg-type]


def test_nothing_is_said_while_all_is_well() -> None:
    assert not wrong()


@pytest.mark.parametrize(
    ("signs", "said"),
    [
        ({"telegram_silent_s": 299.0}, set()),
        ({"telegram_silent_s": 300.0, "telegram_error": "Unauthorized"}, {"telegram"}),
        ({"telegram_refused": True, "telegram_error": "Unauthorized"}, {"telegram"}),
        ({"loop_silent_s": 31.0, "telegram_silent_s": 400.0}, {"loop"}),
        ({"free_bytes": 10}, {"disk"}),
        ({"disk_error": "Input/output error"}, {"disk"}),
        ({"look_error": "KeyError"}, {"look"}),
        ({"is_full": True, "free_bytes": 10, "store_error": "full"}, {"full"}),
        ({"deaf_s": 1799.0, "deaf_why": "Conflict"}, set()),
        ({"deaf_s": 1800.0, "deaf_why": "Conflict"}, {"deaf"}),
        ({"deaf_s": 1800.0, "telegram_silent_s": 1800.0}, {"telegram"}),
        ({"refused_since": NOW, "telegram_silent_s": 0.0}, {"refusals"}),
        ({"store_error": "locked"}, {"database"}),
        ({"backup_late": True}, {"backup"}),
        ({"loop_silent_s": 3600.0, "telegram_silent_s": 3600.0, "has_woken": True}, set()),
    ],
)
def test_each_sign_has_its_stall(signs: dict[str, object], said: set[str]) -> None:
    assert wrong(**signs) == said


@pytest.mark.parametrize(
    ("vitals", "said"),
    [
        ({"fresh": 1}, set()),
        ({"fresh": 0}, {"feeds"}),
        ({"fresh": 0, "waiting": 3}, set()),
        ({"overdue": 2, "polled_at": NOW - 621 * S}, {"polls"}),
        ({"overdue": 2, "polled_at": NOW - 619 * S}, set()),
        ({"overdue": 2, "polled_at": None, "waiting": 3}, {"polls"}),
        ({"waits_since": NOW - 31 * M, "lagging": 2, "listening": 3}, {"sending"}),
        ({"lagging": 1, "listening": 3}, {"stuck"}),
        ({"stuck": 1, "listening": 1}, {"sending"}),
        ({"stuck": 1, "listening": 3}, {"stuck"}),
        ({"stuck": 5, "lagging": 1, "listening": 10}, {"sending"}),
        ({"dead": 5}, {"dead"}),
        ({"unconfirmed": 5}, {"unconfirmed"}),
        ({"unconfirmed": 4}, set()),
        ({"gone": (("a", "A"), ("b", "B"))}, {"gone:a", "gone:b"}),
        ({"feeds": 0, "fresh": 0}, set()),
    ],
)
def test_the_database_shows_what_stands_still(vitals: dict[str, object], said: set[str]) -> None:
    assert wrong(replace(WELL, **vitals)) == said  # type: ignore[arg-type]


def test_what_is_said_of_an_outage_is_true_of_what_was_on_its_way() -> None:
    told = found(Signs(WELL, telegram_refused=True), 300.0, NOW)["telegram"]
    assert "alerts wait" in told
    assert "on its way when it broke may be missing" in told
    told = found(Signs(WELL, refused_since=NOW), 300.0, NOW)["refusals"]
    assert "since 12:00 UTC" in told


def test_a_part_that_fails_does_not_silence_the_dead_man() -> None:
    assert is_healthy({"gone:a": "", "dead": "", "backup": ""})
    assert not is_healthy({"gone:a": "", "feeds": ""})


DUE = replace(WELL, overdue=2, polled_at=NOW - 621 * S)


@pytest.mark.parametrize(
    ("signs", "ready", "alive"),
    [
        (Signs(WELL), True, True),
        (Signs(replace(WELL, dead=5, unconfirmed=5), backup_late=True), True, True),
        (Signs(WELL, refused_since=NOW), False, True),
        (Signs(WELL, deaf_s=1800.0), True, True),
        (Signs(WELL, loop_silent_s=31), False, False),
        (Signs(DUE), False, False),
        (Signs(DUE, is_full=True), False, True),  # a restart finds no room either
        (Signs(DUE, is_early=True), False, True),  # it has only just begun
        (Signs(replace(WELL, fresh=0)), False, True),
        (Signs(WELL, telegram_refused=True), False, True),
        (Signs(None), False, True),
        (Signs(None, store_error="locked"), False, True),
    ],
)
def test_whether_we_are_ready_and_whether_a_restart_would_help(
    signs: Signs, ready: bool, alive: bool
) -> None:
    seen = condition(signs, 300.0, NOW, 5.0)
    assert (seen.is_ready, seen.is_alive) == (ready, alive)
    assert ready or seen.wrong


def test_what_nobody_has_looked_at_is_not_ready() -> None:
    assert (BEGINNING.is_ready, BEGINNING.is_alive) == (False, True)
    hanging = condition(Signs(WELL), 300.0, NOW, 91.0)
    assert (hanging.is_ready, hanging.is_alive) == (False, False)


@pytest.mark.parametrize(
    ("key", "signs", "hidden"),
    [
        ("sending", Signs(WELL), False),
        ("sending", Signs(WELL, telegram_refused=True), True),
        ("sending", Signs(WELL, is_early=True), True),
        ("feeds", Signs(None, store_error="locked"), True),
        ("gone:a", Signs(None), True),
        ("disk", Signs(None), False),
        ("disk", Signs(WELL, is_full=True), True),
        ("backup", Signs(WELL, disk_error="Input/output error"), True),
        ("stuck", Signs(WELL, refused_since=NOW), True),
        ("disk", Signs(WELL, look_error="KeyError"), True),
        ("sending", Signs(WELL, look_error="KeyError"), False),
        ("telegram", Signs(WELL, loop_silent_s=31), True),
        ("telegram", Signs(WELL, has_woken=True), True),
    ],
)
def test_what_nobody_can_see_now_is_not_over(key: str, signs: Signs, hidden: bool) -> None:
    seen = found(signs, 300.0, NOW)
    assert key not in seen
    assert is_hidden(key, signs, seen) == hidden
