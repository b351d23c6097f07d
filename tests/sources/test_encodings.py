"""One Arabic feed in every encoding and with every wrong label: on the wire it reads the same."""

from __future__ import annotations

import codecs
import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.core.model import Poll
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers
from tests.sources.servers import feed_at, serving

FIRST = "صفارات الإنذار تدوي قرب قاعدة حرير"
SECOND = "هدوء حذر في محيط المطار"


def document(label: str = "") -> str:
    begins = f'<?xml version="1.0" encoding="{label}"?>' if label else ""
    items = "".join(f"<item><title>{title}</title></item>" for title in (FIRST, SECOND))
    return f'{begins}<rss version="2.0"><channel><title>وكالة</title>{items}</channel></rss>'


async def served(body: bytes, content_type: str = "application/rss+xml") -> Poll:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": content_type})

    fetcher, workers = Fetcher(FetchLimits()), Workers()
    with closing(workers):
        async with serving(feed=answer) as url:
            poller = FeedPoller(fetcher, lambda: datetime(2026, 7, 7, tzinfo=UTC), workers)
            poll = await poller.poll(feed_at(f"{url}/feed"))
    await fetcher.close()
    return poll


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(document().encode("cp1256"), "text/xml", id="cp1256 undeclared"),
        pytest.param(document("utf-8").encode("cp1256"), "text/xml", id="cp1256 as utf-8"),
        pytest.param(
            document().encode("cp1256"), "text/xml; charset=utf-8", id="cp1256, header says utf-8"
        ),
        pytest.param(document("iso-8859-1").encode("cp1256"), "text/xml", id="cp1256 as latin"),
        pytest.param(document("windows-1256").encode("cp1256"), "text/xml", id="cp1256 declared"),
        pytest.param(
            document().encode("cp1256"), "text/xml; charset=windows-1256", id="cp1256, header"
        ),
        pytest.param(document("windows-1256").encode(), "text/xml", id="utf-8 as cp1256"),
        pytest.param(
            document().encode(), "text/xml; charset=windows-1256", id="utf-8, header says cp1256"
        ),
        pytest.param(document("x-no-such").encode(), "text/xml; charset=none", id="unknown labels"),
        pytest.param(document("iso-8859-6").encode("iso-8859-6"), "text/xml", id="iso-8859-6"),
        pytest.param(codecs.BOM_UTF8 + document().encode(), "text/xml", id="utf-8 mark"),
        pytest.param(
            codecs.BOM_UTF8 + document("windows-1256").encode(), "text/xml", id="mark before label"
        ),
        pytest.param(document("utf-16").encode("utf-16"), "text/xml", id="utf-16 mark"),
        pytest.param(document("utf-16").encode("utf-16-le"), "text/xml", id="utf-16 unmarked"),
        pytest.param(document("utf-16").encode("utf-16-be"), "text/xml", id="utf-16, big end"),
        pytest.param(document("utf-32").encode("utf-32"), "text/xml", id="utf-32"),
        pytest.param(b" \n" + document("utf-8").encode(), "text/xml", id="blanks in front"),
        pytest.param(
            b"<br />\n<b>Warning</b>: mysql() in <b>/srv/x.php</b><br />\n"
            + document("utf-8").encode(),
            "text/html",
            id="a warning in front",
        ),
        pytest.param(
            document().replace("تدوي", "تد\x00و\x0bي\x7f").encode(), "text/xml", id="controls"
        ),
        pytest.param(
            json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "items": [{"id": "1", "title": FIRST}, {"id": "2", "title": SECOND}],
                },
                ensure_ascii=False,
            ).encode(),
            "application/feed+json",
            id="JSON Feed",
        ),
    ],
)
async def test_an_arabic_feed_reads_the_same(body: bytes, content_type: str) -> None:
    poll = await served(body, content_type)
    assert [entry.title for entry in poll.entries] == [FIRST, SECOND]


async def test_bad_bytes_in_one_title_leave_the_rest_of_it_and_the_others() -> None:
    body = document().encode().replace("تدوي".encode(), b"\xff\xfe" + "تدوي".encode())
    poll = await served(body)
    assert [entry.title for entry in poll.entries] == [
        FIRST.replace("تدوي", "\ufffd\ufffdتدوي"),
        SECOND,
    ]
    assert "stand as \ufffd" in " ".join(poll.notes)


async def test_a_feed_that_was_cut_short_gives_what_is_whole() -> None:
    body = document().encode()
    poll = await served(body[: body.rindex(b"<item>") + 9])
    assert [entry.title for entry in poll.entries] == [FIRST]


async def test_european_letters_are_not_taken_for_arabic() -> None:
    body = "<rss><channel><item><title>Élysée, São Paulo, Ærø</title></item></channel></rss>"
    poll = await served(body.encode("cp1252"), "text/xml")
    assert [entry.title for entry in poll.entries] == ["Élysée, São Paulo, Ærø"]
