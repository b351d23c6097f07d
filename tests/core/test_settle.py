"""The answer table, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import errors
from bot.core.model import DeliveryKind, DeliveryState, Severity
from bot.core.settle import settlement
from tests.making import a_delivery

P, U, D = (
    DeliveryState.PENDING,
    DeliveryState.UNCONFIRMED,
    DeliveryState.DEAD,
)


@pytest.mark.parametrize(
    ("error", "parts", "state", "wait_s"),
    [
        (errors.DeliveryDelayed(7, "429", 30), {}, P, 30.5),
        (errors.DeliveryDelayed(7, "no route"), {}, P, 1),
        (errors.DeliveryDelayed(7, "no route"), {"attempts": 500}, P, 60),
        (errors.DeliveryDelayed(7, "409", answered=True), {"attempts": 500}, P, 60),
        (errors.MessengerDown(7, "401"), {"attempts": 500}, P, 60),
        (errors.ThreadGone(7, "topic"), {"thread_id": 4}, P, 0),
        (errors.ThreadGone(7, "topic"), {}, D, None),
        (errors.DeliveryUncertain(7, "lost"), {"uncertain": 1, "attempts": 1}, P, 2),
        (errors.DeliveryUncertain(7, "lost"), {"uncertain": 2, "attempts": 1}, P, 2),
        (errors.DeliveryUncertain(7, "lost"), {"uncertain": 2, "attempts": 2}, U, None),
        (errors.DeliveryUncertain(7, "502", answered=True), {"uncertain": 99}, P, 1),
        (errors.ChatMoved(7, "moved", -1007), {}, P, 0),
        (errors.DeliveryRefused(7, "can't parse"), {}, P, 0),
        (errors.DeliveryRefused(7, "can't parse"), {"refused": 1}, D, None),
        (errors.ChatGone(7, "blocked"), {"attempts": 500}, P, 60),
        (errors.DeliveryUncertain(7, "lost"), {"severity": Severity.CRITICAL}, P, 1),
        (errors.DeliveryUncertain(7, "lost"), {"severity": Severity.IMPORTANT}, P, 1),
        (errors.DeliveryUncertain(7, "lost"), {"severity": Severity.NOTICE}, U, None),
        # Said to be a possible repeat since a restore: our own first copy is repeated all the same.
        (
            errors.DeliveryUncertain(7, "lost"),
            {"severity": Severity.IMPORTANT, "uncertain": 1},
            P,
            1,
        ),
    ],
)
def test_each_answer_leads_where_the_table_says(error, parts, state, wait_s) -> None:
    settled = settlement(a_delivery(**parts), error, 1.0)
    assert settled.state is state
    if wait_s is not None:
        assert settled.wait == timedelta(seconds=wait_s)
    assert settled.error == str(error)


def test_a_refused_text_and_a_lost_answer_are_remembered() -> None:
    assert settlement(a_delivery(), errors.DeliveryRefused(7, "x"), 0).refused
    assert settlement(a_delivery(), errors.DeliveryUncertain(7, "x"), 0).uncertain


def test_what_is_left_unconfirmed_says_that_one_answer_more_was_lost() -> None:
    notice = a_delivery(severity=Severity.NOTICE)
    assert settlement(notice, errors.DeliveryUncertain(7, "x"), 0).uncertain


def test_an_edit_whose_answer_was_lost_is_made_again_however_light_and_often() -> None:
    edit = a_delivery(kind=DeliveryKind.EDIT, severity=Severity.NOTICE, uncertain=9, attempts=9)
    assert settlement(edit, errors.DeliveryUncertain(7, "x"), 0).state is P


def test_an_edit_over_which_telegram_hangs_each_time_is_given_up_but_not_while_it_answers() -> None:
    edit = a_delivery(kind=DeliveryKind.EDIT, uncertain=10, attempts=10)
    assert settlement(edit, errors.DeliveryUncertain(7, "x"), 0).state is U
    assert settlement(edit, errors.DeliveryUncertain(7, "502", answered=True), 0).state is P


def test_every_delivery_error_has_a_row() -> None:
    for kind in errors.DeliveryError.__subclasses__():
        error = kind(7, "x", -1007) if kind is errors.ChatMoved else kind(7, "x")
        assert settlement(a_delivery(), error, 0.5).error == "x"
