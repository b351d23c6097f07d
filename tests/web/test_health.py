"""What a monitor is told, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.core.condition import BEGINNING, Condition
from bot.core.model import Vitals
from bot.core.stalls import Signs
from bot.web.health import routes
from bot.web.server import start_web

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
VITALS = Vitals(feeds=26, fresh=20, waiting=1, polled_ok_at=AT, shortest=timedelta(minutes=10))
WELL = Condition(is_ready=True, looked_s_ago=3.21, signs=Signs(VITALS, loop_silent_s=0.4))
ILL = Condition(is_alive=False, wrong={"loop": "It stands."}, looked_s_ago=1.0)


async def asked(seen: Condition, path: str, method: str = "GET") -> tuple[int, Any]:
    server = await start_web(routes(lambda: seen), "127.0.0.1", 0, 1_000)
    url = f"http://127.0.0.1:{server.port}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url) as got:
        told = got.status, await got.json() if got.content_type == "application/json" else None
    await server.close()
    return told


async def test_who_is_ready_says_what_was_looked_at() -> None:
    status, told = await asked(WELL, "/readyz")
    assert status == 200
    assert told == {
        "ready": True,
        "wrong": {},
        "looked_s_ago": 3.2,
        "loop_silent_s": 0.4,
        "telegram_silent_s": 0.0,
        "free_mb": 2**20,
        "sources": {"all": 26, "fresh": 20, "waiting": 1},
        "read_at": "2026-03-01T12:00:00+00:00",
        "waits_since": None,
        "given_up_last_hour": 0,
        "unconfirmed_last_hour": 0,
    }


@pytest.mark.parametrize(
    ("seen", "path", "status"),
    [
        (WELL, "/livez", 200),
        (ILL, "/livez", 503),
        (ILL, "/readyz", 503),
        (BEGINNING, "/livez", 200),
        (BEGINNING, "/readyz", 503),
    ],
)
async def test_what_is_wrong_is_named_and_is_a_503(seen: Condition, path: str, status: int) -> None:
    got, told = await asked(seen, path)
    assert got == status
    if path == "/readyz":
        assert told["wrong"] == dict(seen.wrong)


async def test_only_these_two_questions_are_answered() -> None:
    assert (await asked(WELL, "/"))[0] == 404
    assert (await asked(WELL, "/readyz", "POST"))[0] == 405
