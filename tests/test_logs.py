"""No secret can be read in the log."""

from __future__ import annotations

import io
import logging

import pytest

from bot.logs import Redacting

TOKEN = "987654321:AAcanary_Token-x"


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


def logger(told: io.StringIO) -> logging.Logger:
    handler = logging.StreamHandler(told)
    handler.setFormatter(Redacting(["s3cret"]))
    made = logging.Logger("canary")
    made.addHandler(handler)
    return made


def test_a_token_in_an_address_an_argument_or_a_traceback_is_hidden(told: io.StringIO) -> None:
    log = logger(told)
    log.warning("POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
    log.warning("error=%r", ValueError(TOKEN))
    try:
        int(f"bad token {TOKEN} s3cret")
    except ValueError:
        log.exception("crashed")
    assert "canary_Token" not in told.getvalue()
    assert "s3cret" not in told.getvalue()
    assert told.getvalue().count("<token>") >= 4


def test_times_and_counts_stay_readable(told: io.StringIO) -> None:
    logger(told).warning("polled at=12:30 entries=10:20 id=wire.example-12ab34cd")
    assert "12:30 entries=10:20 id=wire.example-12ab34cd" in told.getvalue()
