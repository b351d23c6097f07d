"""Each way to the operator against a real server; no secret in what goes wrong."""

from __future__ import annotations

import json
import logging
import traceback
from email import message_from_string, policy

import pytest
from pydantic import SecretStr

from bot.errors import NotifyError
from bot.notify.http import DeadMan, Ntfy, Webhook
from bot.notify.mail import Mail
from tests.notify.conftest import Postman, Taker

LINES = ["Telegram cannot be used: alerts wait.", "The source بي بي سي is gone."]


async def test_a_webhook_gets_json_that_chat_services_read(taker: Taker) -> None:
    await Webhook(SecretStr(taker.url + "hooks/canary")).tell(LINES)
    ((method, path, body, headers),) = taker.asked
    assert (method, path) == ("POST", "/hooks/canary")
    assert headers["Content-Type"] == "application/json"
    told = json.loads(body)
    assert told["text"] == told["content"] == "\n".join(LINES)
    assert told["lines"] == LINES


async def test_an_ntfy_topic_gets_the_text_and_the_token(taker: Taker) -> None:
    await Ntfy(SecretStr(taker.url + "topic"), SecretStr("tk_canary")).tell(LINES)
    ((method, path, body, headers),) = taker.asked
    assert (method, path, body) == ("POST", "/topic", "\n".join(LINES))
    assert headers["Authorization"] == "Bearer tk_canary"
    assert headers["Title"] == "Rasid"


async def test_a_webhook_takes_what_chat_services_take(taker: Taker) -> None:
    way = Webhook(SecretStr(taker.url))
    assert way.fits(["a" * 999, "a" * 1000])
    assert not way.fits(["a" * 1000, "a" * 1000])
    assert not way.fits(["😀" * 1001])
    await way.tell(["بيت " * 600])
    content = json.loads(taker.asked[0][2])["content"]
    assert 1_900 < len(content) <= 2_000
    assert content.endswith("…")


async def test_an_ntfy_server_takes_so_many_bytes(taker: Taker) -> None:
    way = Ntfy(SecretStr(taker.url))
    assert way.fits(["ب" * 2047])
    assert not way.fits(["ب" * 2047, "ب"])
    await way.tell(["ب" * 3000])
    text = taker.asked[0][2]
    assert 4_090 < len(text.encode()) <= 4_096
    assert text.endswith("ب…")


@pytest.mark.parametrize(
    ("status", "refused"), [(400, True), (413, True), (404, False), (500, False)]
)
async def test_what_is_refused_as_it_is_is_told_apart(
    taker: Taker, status: int, refused: bool
) -> None:
    taker.status = status
    with pytest.raises(NotifyError) as failed:
        await Webhook(SecretStr(taker.url)).tell(LINES)
    assert failed.value.refused == refused


async def test_the_dead_man_is_visited(taker: Taker) -> None:
    await DeadMan(SecretStr(taker.url + "ping/canary")).ping()
    assert [asked[:2] for asked in taker.asked] == [("GET", "/ping/canary")]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500])
async def test_a_redirect_is_not_followed_and_an_error_is_one(taker: Taker, status: int) -> None:
    taker.status, taker.location = status, taker.url + "elsewhere"
    with pytest.raises(NotifyError, match=f"it answers {status}"):
        await Webhook(SecretStr(taker.url + "here")).tell(LINES)
    assert [path for _, path, *_ in taker.asked] == ["/here"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/canary",
        "http://canary.invalid/canary",
        "http://[canary/",
        "http://x y/canary",
    ],
)
async def test_what_goes_wrong_names_no_address(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", _nobody)
    for way in (Webhook(SecretStr(url)), Ntfy(SecretStr(url)), DeadMan(SecretStr(url))):
        with pytest.raises(NotifyError) as failed:
            await (way.ping() if isinstance(way, DeadMan) else way.tell(LINES))
        logging.getLogger("bot").exception("x", exc_info=failed.value)
        assert failed.value.__context__ is None
        assert "canary" not in str(failed.value) + repr(way) + caplog.text


def _nobody(*_: object, **__: object) -> list[object]:
    raise OSError("nobody is called canary")


async def test_a_proxy_of_the_environment_is_not_used(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    await Webhook(SecretStr(taker.url)).tell(LINES)
    assert len(taker.asked) == 1


async def test_mail_is_sent_with_its_password_to_loopback(postman: Postman) -> None:
    server = SecretStr(f"smtp://me:canary-p%40ss@127.0.0.1:{postman.port}")
    await Mail(server, "op@example.org", "bot@example.org").tell(LINES)
    (mail,) = postman.mails
    read = message_from_string(mail, policy=policy.default)
    assert read["To"] == "op@example.org"
    assert read["Subject"] == f"Rasid: {LINES[0]}"
    assert "بي بي سي" in read.get_content()
    assert any(line.startswith("AUTH") for line in postman.said)


async def test_a_password_is_not_sent_in_the_clear_over_a_network(
    postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.notify.mail._LOOPBACK", frozenset())
    server = SecretStr(f"smtp://me:canary@127.0.0.1:{postman.port}")
    with pytest.raises(NotifyError):
        await Mail(server, "op@example.org", "bot@example.org").tell(LINES)
    assert not any(line.startswith("AUTH") for line in postman.said)


async def test_what_a_mail_server_says_is_not_repeated(postman: Postman) -> None:
    postman.refuses = True
    mail = Mail(SecretStr(f"smtp://127.0.0.1:{postman.port}"), "op@example.org", "b@example.org")
    with pytest.raises(NotifyError) as failed:
        await mail.tell(LINES)
    assert "canary" not in "".join(traceback.format_exception(failed.value))
    with pytest.raises(NotifyError):
        await Mail(SecretStr("smtp://127.0.0.1:1"), "op@example.org", "b@example.org").tell(LINES)
