"""The page's side: events, state, and who may talk to the sandbox at all."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.errors import ConfigError
from bot.sandbox import server
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox, start_sandbox
from tests.sandbox.conftest import DESK, LAYLA, TOKEN, Page


class Stream:
    """Reads server-sent events."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(3):
            async for line in self._answer.content:
                if line.startswith(b"data: "):
                    event: dict[str, Any] = json.loads(line[6:])
                    return event
        raise AssertionError("the stream ended")


async def test_the_page_sees_everything_as_it_happens(
    bot: Bot, page: Page, session: aiohttp.ClientSession
) -> None:
    async with session.get("/_sandbox/events") as answer:
        stream = Stream(answer)
        assert answer.headers["Content-Type"] == "text/event-stream"
        await bot.send_chat_action(DESK, "typing", message_thread_id=11)
        assert await stream.next() == {
            "type": "action", "chat_id": DESK, "message_thread_id": 11,
            "action": "typing", "for_s": 5,
        }  # fmt: skip
        sent = await bot.send_message(
            LAYLA, "<b>x</b>", parse_mode="HTML", disable_notification=True
        )
        told = await stream.next()
        assert (told["type"], told["message"]["text"]) == ("message", "x")
        assert told["message"]["sandbox"] == {
            "silent": True, "deleted": False, "outgoing_by": None, "reactions": {},
        }  # fmt: skip
        await sent.edit_text("y")
        assert (await stream.next())["message"]["text"] == "y"
        await page.post("react", user=LAYLA, chat=LAYLA, message_id=sent.message_id, emoji="👍")
        assert (await stream.next())["reactions"] == {"👍": [LAYLA]}
        await sent.delete()
        assert await stream.next() == {
            "type": "delete", "chat_id": LAYLA, "message_id": sent.message_id,
        }  # fmt: skip
        await page.post("block", user=LAYLA, blocked=True)
        assert (await stream.next())["user"]["blocked"] is True
        await page.post("newsroom/publish", title="x", text="")
        assert (await stream.next())["entry"]["title"] == "x"
        async with session.get("/newsroom/feed.xml"):
            assert (await stream.next())["status"] == 200
        await page.post("limits", per_second=5)
        assert (await stream.next())["per_second"] == 5


async def test_a_write_shows_who_wrote_it_and_to_what(page: Page) -> None:
    first = (await page.post("send", user=LAYLA, chat=DESK, text="one"))["message"]
    second = (
        await page.post(
            "send", user=LAYLA, chat=DESK, text="two", reply_to=first["message_id"], thread_id=12
        )
    )["message"]
    assert second["sandbox"]["outgoing_by"] == LAYLA
    assert second["reply_to_message"]["text"] == "one"
    assert second["message_thread_id"] == 12
    shown = (await page.get("messages", chat=DESK))["messages"]
    assert [message["text"] for message in shown] == ["one", "two"]


async def test_the_state_shows_people_chats_and_standing(page: Page) -> None:
    state = await page.get("state")
    assert [user["first_name"] for user in state["users"]] == ["Layla", "Sam", "Noor", "Dara"]
    chats = {chat["id"]: chat for chat in state["chats"]}
    assert [topic["message_thread_id"] for topic in chats[DESK]["topics"]] == [11, 12]
    assert chats[LAYLA]["type"] == "private"
    assert state["limits"]["enabled"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"chat": LAYLA, "text": "x"},
        {"user": 5, "chat": LAYLA, "text": "x"},
        {"user": LAYLA, "chat": 1002, "text": "x"},
        {"user": LAYLA, "chat": LAYLA, "text": "  "},
        {"user": LAYLA, "chat": LAYLA, "text": "x", "reply_to": 3},
        {"user": LAYLA, "chat": DESK, "text": "x", "thread_id": 99},
        {"user": "zz", "chat": LAYLA, "text": "x"},
    ],
)
async def test_what_a_person_cannot_do_is_refused_with_a_reason(
    page: Page, body: dict[str, Any]
) -> None:
    assert (await page.post("send", 400, **body))["error"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5:80", ""])
async def test_a_foreign_host_name_is_refused(session: aiohttp.ClientSession, host: str) -> None:
    for path in ("/_sandbox/state", f"/bot{TOKEN}/getMe", "/newsroom/feed.xml"):
        async with session.get(path, headers={"Host": host}) as answer:
            assert answer.status == 403


async def test_a_foreign_page_cannot_steer_the_sandbox(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    body = json.dumps({"user": LAYLA, "blocked": True})
    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Origin": "https://evil.example"},
        {"Content-Type": "application/json", "Origin": "null"},
    ):
        async with session.post("/_sandbox/block", data=body, headers=headers) as answer:
            assert answer.status in {403, 415}
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert not sandbox.world.people[LAYLA].blocked
    own = {"Content-Type": "application/json", "Origin": sandbox.url}
    async with session.post("/_sandbox/block", data=body, headers=own) as answer:
        assert answer.status == 200


async def test_a_picture_on_a_foreign_page_cannot_call_the_bot_api(
    page: Page, session: aiohttp.ClientSession
) -> None:
    await page.post("send", user=LAYLA, chat=LAYLA, text="/start")
    path = f"/bot{TOKEN}/sendMessage?chat_id={LAYLA}&text=forged"
    for site in ("cross-site", "none", "same-origin", "same-site"):
        async with session.get(path, headers={"Sec-Fetch-Site": site}) as answer:
            assert answer.status == (403 if site == "cross-site" else 200)
    assert len(await page.journal()) == 3


async def test_the_page_is_served_with_a_strict_policy_or_a_clear_404(
    session: aiohttp.ClientSession,
) -> None:
    for path in ("/", "/page/nothing.js", "/page/..%2Fserver.py", "/page/%2e%2e/server.py"):
        async with session.get(path) as answer:
            has_page = path == "/" and (server.PAGE / "index.html").is_file()
            assert answer.status == (200 if has_page else 404)
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_only_loopback_is_listened_on() -> None:
    with pytest.raises(ConfigError) as told:
        await start_sandbox(host="0.0.0.0", port=0, token=TOKEN)
    assert told.value.key == "sandbox.host"


async def test_a_taken_port_is_a_config_error(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match="cannot listen"):
        await start_sandbox(port=int(sandbox.url.rsplit(":", 1)[1]), token=TOKEN)


async def test_closing_ends_polls_and_streams_at_once(page: Page) -> None:
    other = await start_sandbox(port=0, token=TOKEN)
    client = Bot(TOKEN, base_url=other.api_url)
    poll = asyncio.create_task(client.get_updates(timeout=50))
    async with page.session.get(f"{other.url}/_sandbox/events") as stream:
        await asyncio.sleep(0.1)
        async with asyncio.timeout(1.5):
            await other.close()
            assert await poll == ()
            assert (await stream.content.read()).endswith(b"\n\n")


async def test_the_token_is_never_logged(
    bot: Bot, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await bot.send_message(LAYLA, "x")
    await page.get("journal")
    ours = [r for r in caplog.records if r.name.startswith(("bot.", "aiohttp"))]
    assert all(TOKEN not in record.getMessage() for record in ours)


async def test_a_test_may_bring_its_own_people(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.world.add_person(Person(5001, "Extra", "extra", "en"))
    assert (await bot.send_message(5001, "x")).chat.first_name == "Extra"
