from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.core.i18n import Voice, Words
from bot.core.model import Source, SourceAge, SourceKind
from bot.flow.troubles import is_network_down, trouble
from bot.sources import failures, mistaken
from bot.sources.guard import ForbiddenAddress

SOURCE = Source("wire", SourceKind.FEED, "Wire", "https://example.org/feed")
KEY = ConnectionKey("example.org", 443, True, True, None, None, None)


def dns() -> aiohttp.ClientConnectorDNSError:
    return aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(-2, "not known"))


ERRORS = [
    dns(),
    aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("expired")),
    aiohttp.ClientConnectorSSLError(KEY, OSError(1, "handshake")),
    aiohttp.ClientConnectorError(KEY, OSError(111, "Connection refused")),
    aiohttp.ClientPayloadError("short"),
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientHttpProxyError(None, (), status=407),
    aiohttp.ClientError("what"),
    TimeoutError(),
    ssl.SSLError("x"),
    ForbiddenAddress("a private address"),
]
PAGES = [
    "",
    "<html><title>Just a moment...</title>",
    "<html><title>News</title>",
    '<html><link type="application/rss+xml" href="/feed">',
    "<opml/>",
    "hello",
]


def sentences() -> list[str]:
    """Every sentence a visit can leave behind, made by the code that makes them."""
    made = [str(failures.of_exception(SOURCE, error, 10, 5)) for error in ERRORS]
    statuses = (400, 401, 402, 403, 404, 410, 418, 429, 451, 500, 503)
    made += [str(failures.of_status(SOURCE, status, "", "")) for status in statuses]
    made += [str(failures.too_large(SOURCE, 5)), failures.CHALLENGE]
    made.append(str(failures.emptied(SOURCE)))
    return made + [mistaken.what_it_is(page) for page in PAGES]


@pytest.mark.parametrize("sentence", sentences())
def test_every_trouble_of_a_visit_has_a_kind_in_arabic(words: Words, sentence: str) -> None:
    told = trouble(Voice(words, "ar"), sentence)
    assert told != sentence
    assert not re.search("[A-Za-z]", told)


def test_what_is_written_out_in_the_source_room_has_a_kind_too(words: Words) -> None:
    room = Path(failures.__file__).parent
    made = r"Source(?:Unavailable|Invalid|Refused)\(\s*source\.id,\s*f?\"([^\"]+)"
    found = [s for file in room.glob("*.py") for s in re.findall(made, file.read_text("utf-8"))]
    assert len(found) > 8
    for sentence in found:
        # What stands in braces is only known when it happens: a status, as "It answers 302".
        shown = re.sub(r"\{status[^}]*\}|\{response\.status\}", "302", sentence)
        if "{meaning}" not in shown and "{reason}" not in shown:
            assert trouble(Voice(words, "ar"), shown) != shown, sentence


def test_a_trouble_we_do_not_know_is_told_as_it_is(words: Words) -> None:
    assert trouble(Voice(words, "ar"), "Something new.") == "Something new."
    assert trouble(Voice(words, "ar"), "") == ""


def age(error: str, *, kind: SourceKind = SourceKind.FEED, private: bool = False) -> SourceAge:
    source = Source("s", kind, "S", "https://example.org", private=private)
    return SourceAge(source, None, None, None, 0, error)


DNS = str(failures.of_exception(SOURCE, dns(), 10, 5))
SLOW = str(failures.of_exception(SOURCE, TimeoutError(), 10, 5))
GONE = str(failures.of_status(SOURCE, 404, "", ""))
FOLDER, NEWSROOM = age("", kind=SourceKind.SEEDS), age("", private=True)


@pytest.mark.parametrize(
    ("ages", "down"),
    [
        ([age(DNS), age(DNS), FOLDER, NEWSROOM], True),
        ([age(DNS), age(SLOW)], True),
        ([age(DNS), age("")], False),
        ([age(DNS), age(GONE)], False),
        ([age(GONE), age(GONE)], False),
        ([age(DNS), FOLDER], False),
        ([FOLDER, NEWSROOM], False),
    ],
)
def test_the_network_is_down_when_no_feed_of_the_internet_is_reached(
    ages: list[SourceAge], down: bool
) -> None:
    assert is_network_down(ages) is down
