"""What publishers ask, in the words they ask it in."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Hints
from bot.sources.hints import of_document, of_headers

DATE = "Wed, 07 Jul 2021 13:30:00 GMT"
LATER = "Wed, 07 Jul 2021 13:40:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "public, max-age=300"}, 300),
        ({"cache-control": "MAX-AGE=300, must-revalidate", "age": "120"}, 180),
        ({"cache-control": "max-age=60", "age": "120"}, 0),
        ({"cache-control": "s-maxage=900"}, 0),
        ({"cache-control": "no-cache, max-age=300"}, 0),
        ({"cache-control": "no-store", "expires": LATER, "date": DATE}, 0),
        ({"cache-control": "max-age=0", "expires": LATER, "date": DATE}, 0),
        ({"cache-control": "max-age=99999999999999999999"}, 31_536_000),
        ({"cache-control": "max-age=soon"}, 0),
        ({"expires": LATER, "date": DATE}, 600),
        ({"expires": DATE, "date": LATER}, 0),
        ({"expires": "0", "date": DATE}, 0),
        ({"expires": LATER}, 0),
    ],
)
def test_headers(headers: dict[str, str], seconds: float) -> None:
    assert of_headers(headers) == seconds


def rss(inner: str, after: str = "") -> bytes:
    entry = "<item><title>x</title><ttl>1</ttl></item>"
    return f"<rss><channel><title>قناة</title>{inner}{entry}{after}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("inner", "hints"),
    [
        ("", Hints()),
        ("<ttl>30</ttl>", Hints(ttl_s=1800)),
        ("<ttl> 30\n</ttl>", Hints(ttl_s=1800)),
        ("<ttl>half an hour</ttl>", Hints()),
        ("<ttl>-5</ttl>", Hints()),
        ("<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>", Hints(update_s=3600)),
        (
            "<syn:updatePeriod>daily</syn:updatePeriod>"
            "<syn:updateFrequency>4</syn:updateFrequency>",
            Hints(update_s=21_600),
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", Hints(update_s=43_200)),
        ("<sy:updatePeriod>often</sy:updatePeriod>", Hints()),
        (
            "<skipHours><hour>0</hour><hour>24</hour><hour>3</hour><hour>99</hour></skipHours>",
            Hints(skip_hours=(0, 3)),
        ),
        ("<skipDays><day>Friday</day><day>monday</day></skipDays>", Hints(skip_days=(0, 4))),
    ],
)
def test_documents(inner: str, hints: Hints) -> None:
    assert of_document(rss(inner)) == hints
    assert of_document(rss("", after=inner)) == hints


def test_what_stands_in_an_entry_says_nothing_of_the_feed() -> None:
    assert of_document(rss("")) == Hints()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_the_encoding_does_not_matter(encoding: str) -> None:
    body = rss("<ttl>15</ttl>").decode().encode(encoding)
    assert of_document(body) == Hints(ttl_s=900)


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    of_document(body)


@pytest.mark.parametrize(
    "body", [b"<" * 5_000_000, b"<ttl " * 1_000_000, b"</item>" * 700_000, b"<skipHours>" * 400_000]
)
def test_no_document_takes_long(body: bytes) -> None:
    began = time.process_time()
    of_document(body)
    assert time.process_time() - began < 0.5
