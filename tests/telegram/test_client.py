from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import pkgutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import telegram
from aiohttp import web
from telegram import error as vendor

from bot.core.model import Button, Chat, Message
from bot.errors import (
    ChatClosed,
    ChatGone,
    ChatMoved,
    ChatNotFound,
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    MessengerDown,
    ThreadGone,
)
from bot.telegram.client import MEANINGS, TelegramMessenger, translated
from bot.telegram.request import AnswerLost, NeverLeft
from bot.telegram.room import TelegramRoom, build
from tests.databases import new_store
from tests.flow.test_deliver import alert, clock, sender
from tests.telegram.conftest import DESK, FAMILIES, LAYLA, Stage

HELLO = Message(LAYLA, "hello", html=False)


def kinds(kind: type) -> set[type]:
    """A class and all that was ever derived from it."""
    return {kind}.union(*map(kinds, kind.__subclasses__()))


def test_every_error_class_of_the_vendor_has_a_meaning() -> None:
    for module in pkgutil.walk_packages(telegram.__path__, "telegram."):
        with contextlib.suppress(ImportError):  # what needs an extra that we have not
            importlib.import_module(module.name)
    named = {
        kind
        for _, kind in inspect.getmembers(vendor, inspect.isclass)
        if issubclass(kind, vendor.TelegramError)
    }
    theirs = {
        kind for kind in kinds(vendor.TelegramError) if kind.__module__.startswith("telegram")
    }
    assert len(theirs) >= 11
    assert named <= theirs
    assert theirs == set(MEANINGS)


def test_every_error_class_of_the_vendor_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    made = {
        vendor.RetryAfter: (3,),
        vendor.ChatMigrated: (-100,),
        vendor.TimedOut: (),
        vendor.InvalidToken: (),
    }
    for kind in MEANINGS:
        error = kind(*made.get(kind, ("x",)))
        told = translated(7, error)
        assert isinstance(told, DeliveryError)
        assert str(told)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (vendor.TelegramError("Invalid server response"), DeliveryUncertain),
        (vendor.NetworkError("Bad Gateway"), DeliveryUncertain),
        (vendor.NetworkError("Too Many Requests"), DeliveryDelayed),
        (vendor.TimedOut(), DeliveryUncertain),
        (vendor.Conflict("terminated by other getUpdates request"), DeliveryDelayed),
        (vendor.EndPointNotFound("x"), MessengerDown),
        (vendor.PassportDecryptionError("x"), DeliveryRefused),
        (vendor.BadRequest("Message thread not found"), ThreadGone),
        (vendor.BadRequest("TOPIC_CLOSED"), ThreadGone),
        (vendor.BadRequest("Chat not found"), ChatNotFound),
        (vendor.BadRequest("PEER_ID_INVALID"), ChatNotFound),
        (vendor.BadRequest("Have no write access to the chat"), ChatClosed),
        (vendor.BadRequest("CHANNEL_PRIVATE"), ChatNotFound),
        (vendor.BadRequest("Not enough rights to send text messages to the chat"), ChatClosed),
        (vendor.BadRequest("Can't parse entities: unclosed tag"), DeliveryRefused),
        (vendor.BadRequest("Message is too long"), DeliveryRefused),
        (vendor.BadRequest("Group chat was upgraded to a supergroup chat"), DeliveryDelayed),
    ],
)
def test_an_error_means_what_the_table_of_promises_says(
    error: vendor.TelegramError, meaning: type[DeliveryError]
) -> None:
    assert type(translated(7, error)) is meaning
    assert translated(7, error).chat_id == 7


@pytest.mark.parametrize("kind", [vendor.NetworkError, vendor.TimedOut])
def test_the_cause_decides_between_not_sent_and_unknown(kind: type[vendor.NetworkError]) -> None:
    for cause, meaning in ((NeverLeft(), DeliveryDelayed), (AnswerLost(), DeliveryUncertain)):
        error = kind("ClientError")
        error.__cause__ = cause
        assert type(translated(7, error)) is meaning


def test_what_broke_somewhere_on_the_way_is_no_answer_and_not_repeated_without_end() -> None:
    error = vendor.NetworkError("Unknown error in HTTP implementation")
    for cause, answered in ((None, True), (AnswerLost(), False), (ValueError("odd"), False)):
        error.__cause__ = cause
        meant = translated(7, error)
        assert isinstance(meant, DeliveryUncertain)
        assert meant.answered is answered


async def test_a_message_arrives_with_its_entities_and_buttons(
    room: TelegramRoom, stage: Stage
) -> None:
    rows = ((Button("Open", url="https://example.org/1"), Button("Why", data="1|why|s1")),)
    sent = await room.messenger.send(
        Message(LAYLA, "<b>صاروخ</b> &lt;3", html=True, buttons=rows, silent=True)
    )
    body = stage.sandbox.world.rooms[LAYLA].posts[sent].body
    assert body["text"] == "صاروخ <3"
    assert body["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    drawn = body["reply_markup"]["inline_keyboard"][0]
    assert [b.get("url") or b["callback_data"] for b in drawn] == [
        "https://example.org/1",
        "1|why|s1",
    ]
    assert stage.sandbox.world.rooms[LAYLA].posts[sent].silent


async def test_a_reply_to_a_deleted_message_is_sent_all_the_same(room: TelegramRoom) -> None:
    assert await room.messenger.send(Message(LAYLA, "hello", html=False, reply_to=999_999)) > 0


async def test_a_reply_names_the_message_it_answers(room: TelegramRoom, stage: Stage) -> None:
    first = await room.messenger.send(HELLO)
    second = await room.messenger.send(Message(LAYLA, "again", html=False, reply_to=first))
    assert stage.sandbox.world.rooms[LAYLA].posts[second].reply_to == first


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        ({"kind": "403"}, ChatGone),
        ({"kind": "403", "description": "Forbidden: user is deactivated"}, ChatGone),
        ({"kind": "400"}, ChatNotFound),
        ({"kind": "502"}, DeliveryUncertain),
        ({"kind": "drop_after"}, DeliveryUncertain),
        ({"kind": "drop_before"}, DeliveryUncertain),
    ],
)
async def test_a_fault_of_the_server_means_what_the_table_says(
    room: TelegramRoom, stage: Stage, fault: dict[str, Any], meaning: type[DeliveryError]
) -> None:
    await stage.do("fault", method="sendMessage", times=1, **fault)
    with pytest.raises(DeliveryError) as caught:
        await room.messenger.send(HELLO)
    assert type(caught.value) is meaning
    assert isinstance(caught.value.__cause__, vendor.TelegramError)


async def test_flood_control_says_how_long_to_wait(room: TelegramRoom, stage: Stage) -> None:
    await stage.do("fault", method="sendMessage", kind="429", retry_after=17, times=1)
    with pytest.raises(DeliveryDelayed) as caught:
        await room.messenger.send(HELLO)
    assert caught.value.retry_after_s == 17


async def test_a_group_that_moved_says_where(room: TelegramRoom, stage: Stage) -> None:
    await stage.do("migrate", chat=FAMILIES)
    with pytest.raises(ChatMoved) as caught:
        await room.messenger.send(Message(FAMILIES, "hello", html=False))
    assert caught.value.new_chat_id in stage.sandbox.world.rooms


async def test_broken_markup_is_refused_and_not_repeated(room: TelegramRoom) -> None:
    with pytest.raises(DeliveryRefused):
        await room.messenger.send(Message(LAYLA, "<b>open", html=True))


async def test_a_topic_that_is_gone_is_said_so(room: TelegramRoom) -> None:
    with pytest.raises(ThreadGone):
        await room.messenger.send(Message(DESK, "hello", html=False, thread_id=424_242))


async def test_a_blocked_bot_finds_the_chat_gone(room: TelegramRoom, stage: Stage) -> None:
    await stage.do("block", user=LAYLA, blocked=True)
    with pytest.raises(ChatGone):
        await room.messenger.send(HELLO)


async def test_a_refused_token_stops_the_messenger(stage: Stage) -> None:
    room = build("4200000001:AAanotherTokenThatNobodyGaveOutAtAll", stage.sandbox.api_url)
    with pytest.raises(MessengerDown):
        await room.messenger.send(HELLO)
    await room.close()


async def test_no_connection_is_a_delay_and_needs_no_start(unused_tcp_port: int) -> None:
    room = build("4200000001:AAx", f"http://127.0.0.1:{unused_tcp_port}/bot")
    assert isinstance(room.messenger, TelegramMessenger)
    with pytest.raises(DeliveryDelayed) as caught:
        await room.messenger.send(HELLO)
    assert caught.value.retry_after_s is None
    await room.close()


ODD = [
    *('{"ok": true, "result": {}}', '{"ok": true, "result": [1]}', '{"ok": true}', "[]", "null"),
    *('{"ok": true, "result": {"id": "x"}}', "<html>Log in</html>", '"x"', ""),
]


@contextlib.asynccontextmanager
async def answered(body: str, status: int = 200) -> AsyncIterator[TelegramRoom]:
    """A room whose Bot API answers everything with this."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body, status=status, content_type="application/json")

    runner = web.AppRunner(web.Application(), access_log=None)
    runner.app.router.add_route("*", "/{path:.*}", answer)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    room = build("4200000001:AAx", f"http://127.0.0.1:{runner.addresses[0][1]}/bot")
    try:
        yield room
    finally:
        await room.close()
        await runner.cleanup()


@pytest.mark.parametrize("body", ODD)
async def test_whatever_else_answers_is_not_telegram(body: str) -> None:
    async with answered(body) as room:
        with pytest.raises(DeliveryError):
            await room.reach()
        with pytest.raises(DeliveryError):
            await room.messenger.send(HELLO)


REFUSED = {"error_code": 403, "description": "Forbidden: bot was blocked by the user"}
CURT = REFUSED | {"description": "bot was blocked by the user"}
FLOODED = {"error_code": 429, "description": "Too Many Requests: retry after 17"}
ASKED = FLOODED | {"parameters": {"retry_after": 17}}


@pytest.mark.parametrize(
    ("told", "refusing", "floods"),
    [(REFUSED, [7], []), (CURT, [7], []), (ASKED, [], [7]), (FLOODED, [], [])],
)
async def test_a_restart_finds_in_the_outbox_whom_telegram_wants_left_alone(
    tmp_path: Path, told: dict[str, Any], refusing: list[int], floods: list[int]
) -> None:
    """The store asks for it by the words in which such an answer is kept."""
    store = await new_store(tmp_path)
    await alert(store, Chat(7))
    (delivery,) = await store.claim_deliveries(clock(), 1, "test", timedelta(minutes=1))
    async with answered(json.dumps({"ok": False} | told), told["error_code"]) as room:
        await sender(store, room.messenger).sending.send(delivery, lambda: None)
    assert list(await store.refusing(clock())) == refusing
    assert [flood.chat_id for flood in await store.floods(clock())] == floods
    assert await store.take_up(clock()) == 0
    await store.close()


async def test_telegram_itself_is_reached(room: TelegramRoom) -> None:
    await room.reach()
