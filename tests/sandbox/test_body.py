"""Raw calls: every way to send parameters, token and method checks, odd input."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.sandbox.body import Params
from bot.sandbox.methods import NAMES as METHODS
from bot.sandbox.wire import Refusal
from bot.sandbox.world import World
from tests.sandbox.conftest import DESK, LAYLA, TOKEN, Page

BUTTONS = {"inline_keyboard": [[{"text": "Go", "callback_data": "1|a"}]]}


async def call(
    session: aiohttp.ClientSession, method: str, token: str = TOKEN, **request: Any
) -> tuple[int, Any]:
    async with session.post(f"/bot{token}/{method}", **request) as answer:
        return answer.status, await answer.json()


async def test_form_json_multipart_and_query_mean_the_same(
    session: aiohttp.ClientSession, page: Page
) -> None:
    flat = {"chat_id": str(LAYLA), "text": "قاعدة", "reply_markup": json.dumps(BUTTONS)}
    multipart = aiohttp.FormData(flat, default_to_multipart=True)
    nested = {"chat_id": LAYLA, "text": "قاعدة", "reply_markup": BUTTONS, "reply_parameters": None}
    answers = [
        await call(session, "sendMessage", data=flat),
        await call(session, "sendMessage", json=nested),
        await call(session, "sendMessage", data=multipart),
        await call(session, "SENDmessage", params=flat),
    ]
    async with session.get(f"/bot{TOKEN}/sendMessage", params=flat) as answer:
        answers.append((answer.status, await answer.json()))
    for status, body in answers:
        assert (status, body["ok"]) == (200, True)
        assert (body["result"]["text"], body["result"]["reply_markup"]) == ("قاعدة", BUTTONS)
    assert len(await page.journal()) == 5


async def test_a_document_may_be_attached_by_name(session: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData({"chat_id": str(LAYLA), "document": "attach://part1"})
    form.add_field("part1", b"a,b\n", filename="list.csv", content_type="text/csv")
    status, body = await call(session, "sendDocument", data=form)
    assert status == 200
    assert body["result"]["document"]["file_name"] == "list.csv"
    assert body["result"]["document"]["mime_type"] == "text/csv"


async def test_a_send_without_document_says_so(session: aiohttp.ClientSession) -> None:
    status, body = await call(session, "sendDocument", data={"chat_id": LAYLA})
    assert (status, body["description"]) == (
        400,
        "Bad Request: there is no document in the request",
    )


@pytest.mark.parametrize(
    ("token", "method", "status", "sentence"),
    [
        (TOKEN, "sendTelepathy", 404, "Not Found: method not found"),
        ("4200000001:wrong", "getMe", 401, "Unauthorized"),
        ("nonsense", "getMe", 404, "Not Found"),
        ("0:abc", "getMe", 404, "Not Found"),
    ],
)
async def test_token_and_method_are_checked(
    session: aiohttp.ClientSession, token: str, method: str, status: int, sentence: str
) -> None:
    answer = await call(session, method, token)
    assert answer == (status, {"ok": False, "error_code": status, "description": sentence})


HERE = {"chat_id": LAYLA, "text": "x"}
REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": LAYLA}, "message text is empty"),
    ("sendMessage", {"chat_id": "abc", "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": LAYLA, "text": "x" * 33000}, "text is too long"),
    (
        "sendMessage",
        HERE | {"reply_markup": "{"},
        "can't parse reply keyboard markup JSON object",
    ),
    ("sendMessage", HERE | {"reply_markup": "[]"}, "object expected as reply markup"),
    (
        "sendMessage",
        HERE | {"reply_markup": '{"inline_keyboard":[1]}'},
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    (
        "sendMessage",
        HERE | {"reply_markup": '{"inline_keyboard":[[{"url":"a.com"}]]}'},
        "can't parse inline keyboard button: Can't find field \"text\"",
    ),
    (
        "sendMessage",
        HERE | {"reply_parameters": '{"message_id":"zz"}'},
        "message to be replied not found",
    ),
    (
        "sendMessage",
        HERE | {"entities": '[{"type":"bold","offset":"a","length":1}]'},
        "can't parse MessageEntity: expected an Integer",
    ),
    ("editMessageText", {"text": "x"}, "message identifier is not specified"),
    ("deleteMessage", {"chat_id": LAYLA}, "message identifier is not specified"),
    ("setMyCommands", {"commands": "{}"}, "expected an Array of BotCommand"),
    (
        "setMyCommands",
        {"scope": '{"type":"moon"}'},
        "can't parse BotCommandScope: Unsupported type specified",
    ),
    (
        "setMessageReaction",
        {"chat_id": LAYLA, "message_id": 1, "reaction": '[{"type":"x"}]'},
        "can't parse ReactionType: invalid reaction type specified",
    ),
    (
        "setChatMenuButton",
        {"menu_button": '{"type":"web_app","text":"x","web_app":7}'},
        "menu button Web App URL is invalid: URL host is empty",
    ),
    ("getFile", {}, "file_id not specified"),
]


@pytest.mark.parametrize(("method", "fields", "sentence"), REFUSALS)
async def test_each_refusal_has_the_real_servers_words(
    session: aiohttp.ClientSession, method: str, fields: dict[str, Any], sentence: str
) -> None:
    status, body = await call(session, method, data=fields)
    assert (status, body["description"]) == (400, f"Bad Request: {sentence}")


async def test_half_a_letter_is_no_text(session: aiohttp.ClientSession) -> None:
    raw = f'{{"chat_id": {LAYLA}, "text": "\\ud83d"}}'
    status, body = await call(
        session, "sendMessage", data=raw, headers={"Content-Type": "application/json"}
    )
    assert (status, body["description"]) == (400, "Bad Request: strings must be encoded in UTF-8")


async def test_a_body_that_is_not_json_is_refused(session: aiohttp.ClientSession) -> None:
    for raw in ("{", "[]"):
        status, _ = await call(
            session, "sendMessage", data=raw, headers={"Content-Type": "application/json"}
        )
        assert status == 400


ODD = [
    "", "-1", "9" * 5000, "nan", "null", "[]", "{}", "[1]", "[[{}]]", '"x"', "\x00", "<b",
    "&#" + "9" * 5000, "http://[::", "http://127.0.0.1:x/", "attach://x",
    '{"type":"chat","chat_id":null}', '{"type":"web_app","web_app":{"url":[]}}',
    '{"inline_keyboard":[[{"text":1,"url":5}]],"keyboard":7}', '{"message_id":{},"quote":5}',
    '[{"type":"text_link","offset":0,"length":1,"url":{}}]', '[{"command":1,"description":[]}]',
]  # fmt: skip
NAMES_OF_PARAMETERS = (
    "text parse_mode entities reply_markup reply_parameters message_id message_thread_id scope "
    "commands language_code document caption caption_entities latitude longitude title address "
    "action callback_query_id reaction user_id name description menu_button file_id offset limit "
    "url secret_token allowed_updates link_preview_options reply_to_message_id max_connections"
).split()


@pytest.mark.parametrize("value", ODD)
async def test_no_parameter_makes_a_method_trip(value: str) -> None:
    world = World(TOKEN)
    for name, method in METHODS.items():
        fields = dict.fromkeys(NAMES_OF_PARAMETERS, value) | {"chat_id": str(DESK)}
        for given in (fields, fields | {"text": "x", "chat_id": value}):
            with contextlib.suppress(Refusal):  # anything else is a fault of ours
                assert await method(world, Params(given)) is not None, name
        world.rooms[DESK].bot_status = "member"
    await world.close()


async def test_a_429_says_how_long_in_the_header_too(
    session: aiohttp.ClientSession, page: Page
) -> None:
    await page.post("fault", method="getMe", kind="429", retry_after=9)
    async with session.get(f"/bot{TOKEN}/getMe") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "9")
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 9",
            "parameters": {"retry_after": 9},
        }


async def test_a_file_is_handed_out_to_the_token_only(
    session: aiohttp.ClientSession, bot: Bot
) -> None:
    sent = await bot.send_document(LAYLA, b"<script>", filename="x.html")
    assert sent.document is not None
    path = (await call(session, "getFile", data={"file_id": sent.document.file_id}))[1]["result"]
    async with session.get(f"/file/bot{TOKEN}/{path['file_path']}") as answer:
        assert await answer.read() == b"<script>"
        assert answer.headers["Content-Type"] == "application/octet-stream"
    for token, file_path in (("1:x", path["file_path"]), (TOKEN, "documents/../../server.py")):
        async with session.get(f"/file/bot{token}/{file_path}") as answer:
            assert answer.status in {401, 404}
